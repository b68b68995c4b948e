// Child processes of the embedded PostgreSQL. For this folder only.
#pragma once

#include <sys/types.h>

#include <csignal>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"

namespace lots::pg {

struct User {
  std::string name;
  uid_t uid;
  gid_t gid;
};

// The user to run a server as: `name` when this process is root's, which PostgreSQL refuses to be;
// otherwise ours. FAILED_PRECONDITION when there is no such user.
absl::StatusOr<User> UserToRunAs(const std::string& name);

// The first of the paths that the user may not pass through, if any.
std::optional<std::string> FirstDenied(absl::Span<const std::string> paths, const User& user);

struct Command {
  std::vector<std::string> words;  // the first is the program's path
  User user;
  // Sent when the thread that started it ends, and so when this process is killed.
  int signal_on_parent_death = SIGTERM;
  std::string output_file = {};  // appended to, made by us and not by the user
};

// Starts the command in a session of its own, so that a terminal's Ctrl-C does not reach it.
absl::StatusOr<pid_t> StartProcess(const Command& command);

// Runs the command to its end; an error when that is not a success.
absl::Status RunProcess(const Command& command);

}  // namespace lots::pg
