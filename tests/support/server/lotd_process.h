// A lotd process with a private PostgreSQL, for tests that kill processes.
#pragma once

#include <sys/types.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "grpcpp/grpcpp.h"

namespace lots {

// LotdProcess runs the program lotd that was built together with the test. Its files are in a
// temporary folder. The process ends with the test.
class LotdProcess {
 public:
  struct Options {
    // The data folder, which is not removed. Empty: a folder in the temporary folder.
    std::string data = {};
    std::vector<std::string> flags = {};  // further flags of lotd
    // The credentials of clients. The certificate of lotd must have the name localhost.
    std::shared_ptr<grpc::ChannelCredentials> credentials = grpc::InsecureChannelCredentials();
  };
  LotdProcess() : LotdProcess(Options()) {}
  explicit LotdProcess(Options options);
  ~LotdProcess();  // kills lotd and its PostgreSQL
  LotdProcess(const LotdProcess&) = delete;
  LotdProcess& operator=(const LotdProcess&) = delete;

  // Starts lotd; the data folder keeps the data of the process before. The program stops when lotd
  // cannot be started.
  void Start();
  void Signal(int signal) const;
  // Waits for the end of lotd. Returns the exit code, or 128 plus the signal that ended lotd, or -1
  // if lotd still runs after the timeout.
  int WaitForEnd(absl::Duration timeout);

  // Whether the health service answers SERVING. False without an answer.
  bool IsServing() const;
  // A new connection. A broken connection is made again soon.
  std::shared_ptr<grpc::Channel> NewChannel() const;

  pid_t pid() const { return pid_; }
  // The process id of the postmaster; 0: no PostgreSQL runs.
  pid_t postgres() const;
  // The address of lotd, for lotctl --address.
  std::string address() const;
  // The conninfo of lotd's database.
  std::string conninfo() const;
  // The text that lotd has logged.
  std::string log() const;

 private:
  const std::string folder_;
  const std::string data_;
  const std::vector<std::string> flags_;
  const std::shared_ptr<grpc::ChannelCredentials> credentials_;
  pid_t pid_ = 0;  // 0: lotd does not run
};

}  // namespace lots
