// A gate on the call path to the database, which a test shuts.
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

// Gate stands between a client and the PostgreSQL that a conninfo names: clients connect to
// Gate::conninfo(), and what they and the server say is passed on, until the test decides
// otherwise. Cancel requests take the same road.
class Gate {
 public:
  explicit Gate(const std::string& server_conninfo);
  ~Gate();
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;

  const std::string& conninfo() const { return conninfo_; }

  // Ends all connections without a word, as a crashed machine in between would. New ones may come.
  void Cut();
  // From now on the gate swallows what the server says (nothing is lost: Open passes it on), so
  // that the client waits and does not know what happened.
  void Hold();
  // From now on nothing passes in either direction, as in a network that drops every packet.
  void Shut();
  void Open();

  // What gets lost when a connection ends at its COMMIT.
  enum class Loss {
    kCommit,  // it does not reach the server, so that nothing is written
    kAnswer,  // the server has committed, and the client does not hear of it
  };
  // Ends the connection that commits next, at that moment; the others go on.
  void LoseNext(Loss loss);
  // Whether that is still to happen.
  bool is_to_lose() const;

 private:
  enum class State { kOpen, kHold, kShut };
  struct ProxiedConnection {
    int client;
    int server;
    // The last bytes of each, in which a COMMIT may have begun.
    std::string client_said = {};
    std::string server_said = {};
  };

  void Run();
  void Accept() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Passes on what there is. False when the connection is to end.
  bool PassToServer(ProxiedConnection& connection) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool PassToClient(ProxiedConnection& connection) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Whether what was said is what is to be lost now; keeps of `said` what may be a beginning of it.
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
