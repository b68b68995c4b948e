// A proxy between lotd and PostgreSQL that a test can close.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"

namespace lots {

// Gate listens on a socket for clients and connects each client to the PostgreSQL that
// `server_conninfo` names. Clients connect to Gate::conninfo(). The gate forwards all bytes, those
// of cancel requests too, until the test cuts or stops the traffic.
class Gate {
 public:
  explicit Gate(const std::string& server_conninfo);
  ~Gate();
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;

  const std::string& conninfo() const { return conninfo_; }

  // Closes all connections at once, like a crashed machine. Clients may connect again.
  void Cut();
  // From now on the gate keeps the answers of the server back, so that the client waits and does
  // not know what happened. Open forwards the answers.
  void Hold();
  // From now on the gate forwards nothing in either direction, like a network that drops packets.
  void Shut();
  void Open();

  // The message that is lost when a connection breaks at its COMMIT.
  enum class Loss {
    kCommit,  // the COMMIT: the server writes nothing
    kAnswer,  // the answer: the server has committed, and the client does not know
  };
  // Closes the next connection that commits, at its COMMIT. The other connections continue.
  void LoseNext(Loss loss);
  // Whether the loss that LoseNext asked for has not happened yet.
  bool is_to_lose() const;

 private:
  enum class State { kOpen, kHold, kShut };
  struct ProxiedConnection {
    int client;
    int server;
    // The last bytes that each side sent; a COMMIT may have begun in them.
    std::string client_said = {};
    std::string server_said = {};
  };

  void Run();
  void Accept() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Forwards the bytes that have arrived. Returns false if the connection must be closed.
  bool PassToServer(ProxiedConnection& connection) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool PassToClient(ProxiedConnection& connection) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Whether `bytes` complete the message that must be lost. `said` keeps the last bytes that one
  // side sent, because a message may arrive in several parts.
  bool IsLost(Loss loss, absl::string_view bytes, std::string& said)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void SetState(State state);

  const std::string server_conninfo_;
  std::string folder_;
  std::string conninfo_;
  int listener_ = -1;

  mutable absl::Mutex mutex_;
  std::optional<Loss> next_loss_ ABSL_GUARDED_BY(mutex_);
  State state_ ABSL_GUARDED_BY(mutex_) = State::kOpen;
  bool is_ending_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<ProxiedConnection> connections_ ABSL_GUARDED_BY(mutex_);

  std::thread thread_;
};

}  // namespace lots
