// A gate on the road to the database, which a test shuts.
#pragma once

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
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

 private:
  enum class State { kOpen, kHold, kShut };
  struct Passage {
    int client;
    int server;
  };

  void Run();
  void Accept() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void SetState(State state);

  const std::string server_conninfo_;
  std::string folder_;
  std::string conninfo_;
  int listener_ = -1;

  absl::Mutex mutex_;
  State state_ ABSL_GUARDED_BY(mutex_) = State::kOpen;
  bool is_ending_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<Passage> passages_ ABSL_GUARDED_BY(mutex_);

  std::thread thread_;
};

}  // namespace lots
