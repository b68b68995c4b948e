// Accepts the connections of clients for gRPC, and bounds how many there are.
//
// gRPC's own listener takes every connection, and gRPC 1.51 never takes one again after the process
// has once run out of descriptors (https://github.com/grpc/grpc/issues/20418).
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <thread>

#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"
#include "service/base/descriptor.h"
#include "service/server/listener.h"

namespace lots {

// Lets the process open as many files as its hard limit allows. Returns how many that is.
int64_t RaiseOpenFilesMax();

// Counts open connections. gRPC does not report when it closes one, so a connection counts as open
// while its descriptor still belongs to its socket. Not thread safe.
class OpenConnections {
 public:
  explicit OpenConnections(int max) : max_(max) {}

  // Counts the connection, or returns false when `max` are open. When all places are taken, first
  // looks which connections have ended, but at most once in kConnectionsRecountPause.
  bool Add(int fd, absl::Time now);

 private:
  void ForgetEnded();

  const size_t max_;
  absl::flat_hash_map<int, ino_t> open_;  // descriptor to its socket
  absl::Time counted_at_ = absl::InfinitePast();
};

// Accepts on a thread of its own until Stop. When the process has no descriptor left, closes new
// connections at once, and accepts again when there are descriptors.
class Acceptor {
 public:
  struct Options {
    int connections_max;
    // Receives an accepted connection and its listening socket.
    std::function<void(Descriptor connection, int listening)> serve;
    // Called for each connection that was closed because there were too many.
    std::function<void()> refused;
  };

  Acceptor(Listener listener, Options options);
  // Stops.
  ~Acceptor();

  // Closes the listening sockets. No connection is accepted after Stop has returned.
  void Stop();

 private:
  void Run();
  void AcceptFrom(int listening);
  // Accepting needs a free descriptor, even to close the connection at once. Frees the spare one
  // for that.
  void CloseOne(int listening);

  const Options options_;
  Listener listener_;
  OpenConnections connections_;
  Descriptor spare_;
  Descriptor stop_;  // an eventfd that becomes readable
  std::thread thread_;
};

}  // namespace lots
