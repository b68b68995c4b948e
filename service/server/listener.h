// The sockets that listen for the connections of clients.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "service/base/descriptor.h"

namespace lots {

class Listener {
 public:
  // Listens on `address`: host:port or unix:path. Port 0 takes any free port. The wildcard of
  // either IP version listens for both. A socket file that another server left behind is replaced.
  // ALREADY_EXISTS when the address is taken, FAILED_PRECONDITION when it is unknown or not
  // allowed.
  static absl::StatusOr<Listener> Open(const std::string& address);
  Listener(Listener&&) = default;
  Listener& operator=(Listener&&) = delete;
  // Removes the socket file.
  ~Listener();

  // The address, with the port that was taken.
  const std::string& address() const { return address_; }
  // One socket for each IP address that the host has; accept() on them never waits.
  const std::vector<Descriptor>& sockets() const { return sockets_; }

 private:
  Listener() = default;
  absl::Status OpenUnix(absl::string_view path);
  absl::Status OpenTcp(const std::string& host, const std::string& port);

  std::string address_;
  std::string path_;  // of a socket file that this listener made
  std::vector<Descriptor> sockets_;
};

}  // namespace lots
