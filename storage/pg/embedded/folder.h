// The data folder of the embedded PostgreSQL: whose it is, what version it has, and what a run that
// was killed has left in it. For this folder only.
#pragma once

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "storage/pg/embedded/postgres.h"
#include "storage/pg/embedded/process.h"

namespace lots::pg {

// Holds the folder for this process as long as it lives. What is in it:
//   lotd.lock       the lock, with the owner's process id
//   postgres/       PostgreSQL's own folder, its user's alone
//   socket/         the socket's folder, its user's alone
//   postgres.log    the server's log of this run; postgres.log.1 of the run before
class EmbeddedFolder {
 public:
  // Makes what is missing, the database cluster included, and stops a server that a killed owner
  // left behind. Errors as Embedded::Start promises.
  static absl::StatusOr<std::unique_ptr<EmbeddedFolder>> Open(const EmbeddedOptions& options);
  ~EmbeddedFolder();
  EmbeddedFolder(const EmbeddedFolder&) = delete;
  EmbeddedFolder& operator=(const EmbeddedFolder&) = delete;

  const User& user() const { return user_; }
  std::string cluster() const { return path_ + "/postgres"; }
  std::string log_file() const { return path_ + "/postgres.log"; }
  const std::string& socket_folder() const { return socket_folder_; }
  // Path of one of PostgreSQL's programs.
  std::string Program(const std::string& name) const { return binaries_ + "/" + name; }
  // The last lines of the server's log, for an error.
  std::string LogTail() const;
  // Whether the last server did not shut down cleanly, so that its children may still be ending.
  bool WasKilled() const;

 private:
  explicit EmbeddedFolder(std::string path) : path_(std::move(path)) {}

  absl::Status Make();
  absl::Status Lock();
  absl::Status CheckReachable() const;
  absl::Status ChooseBinaries(const std::string& wanted);
  absl::Status MakeSocketFolder();
  // A folder that belongs to the server's user alone.
  absl::Status MakePrivate(const std::string& folder) const;
  absl::Status StopLeftover() const;
  absl::Status MakeCluster() const;

  const std::string path_;
  User user_;
  std::string binaries_;
  std::string socket_folder_;
  bool socket_folder_is_temporary_ = false;
  int lock_ = -1;
};

}  // namespace lots::pg
