// A real lotd with the PostgreSQL of its own, for tests that kill.
#pragma once

#include <sys/types.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "grpcpp/grpcpp.h"

namespace lots {

// LotdProcess is the program lotd that was built beside the test, in a temporary folder. It does
// not outlive the test.
class LotdProcess {
 public:
  struct Options {
    std::string data = {};  // its data folder, which stays; empty: one in the temporary folder
    std::vector<std::string> flags = {};  // further ones
    // What clients show it. The name in its certificate is localhost.
    std::shared_ptr<grpc::ChannelCredentials> credentials = grpc::InsecureChannelCredentials();
  };
  LotdProcess() : LotdProcess(Options()) {}
  explicit LotdProcess(Options options);
  ~LotdProcess();  // kills it, and the PostgreSQL
  LotdProcess(const LotdProcess&) = delete;
  LotdProcess& operator=(const LotdProcess&) = delete;

  // Starts it on the folder as it was left. Stops the program when that is not possible.
  void Start();
  void Signal(int signal) const;
  // Its exit code, or 128 plus the signal that ended it; -1 when it does not end in time.
  int WaitForEnd(absl::Duration timeout);

  // What the health service says: whether it serves. No answer means no.
  bool IsServing() const;
  // A connection of its own each time, which is made again soon after it broke.
  std::shared_ptr<grpc::Channel> NewChannel() const;

  pid_t pid() const { return pid_; }
  // The postmaster; 0 while there is none.
  pid_t postgres() const;
  // Where it listens, as lotctl takes it.
  std::string address() const;
  // Of lotd's database.
  std::string conninfo() const;
  // What lotd has logged.
  std::string log() const;

 private:
  const std::string folder_;
  const std::string data_;
  const std::vector<std::string> flags_;
  const std::shared_ptr<grpc::ChannelCredentials> credentials_;
  pid_t pid_ = 0;  // 0 when it does not run
};

}  // namespace lots
