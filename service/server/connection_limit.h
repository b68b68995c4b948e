// How many connections gRPC may have. It takes every one that comes, and gRPC 1.51, once the
// process has run out of descriptors, never takes one again
// (https://github.com/grpc/grpc/issues/20418). So those that are too many are closed before: those
// that came last, since the others are in use.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"

namespace lots {

// Lets the process open as many files as its hard limit allows, and says how many that is.
int64_t RaiseOpenFilesMax();

// Not thread safe.
class ConnectionLimit {
 public:
  // Of the connections that came in at `address`: host:port, or unix:path.
  ConnectionLimit(absl::string_view address, int connections_max);

  // Closes connections until there are `connections_max`, and says how many it closed. In between,
  // any number may come. Costs two system calls while the process has fewer files open than that.
  int Enforce();

 private:
  struct Connection {
    int descriptor;
    uint64_t inode;  // no other open file has it, so it tells whether the descriptor was used again
  };

  std::vector<Connection> Find() const;
  bool CameInHere(int descriptor) const;

  const std::string path_;  // of a unix socket, or empty
  const int port_;          // or 0
  const int connections_max_;
  // Inodes at the last look.
  absl::flat_hash_set<uint64_t> seen_;
  absl::flat_hash_set<uint64_t> closed_;  // which gRPC has not noticed yet
};

}  // namespace lots
