// A private PostgreSQL that lives and dies with its owner.
#pragma once

#include <sys/types.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace lots::pg {

struct EmbeddedOptions {
  std::string data_folder = {};  // made when missing; holds PostgreSQL's own folder `postgres/`
  // Empty: found by itself (/usr/lib/postgresql/*/bin, newest major first, then PATH).
  std::string binaries_folder = {};
  // When started by root: the unprivileged user the server runs as.
  std::string run_as = "postgres";
  std::vector<std::string> settings = {};  // extra "name=value", for tests
};

// Starts (and on first use makes) a PostgreSQL that listens on a unix socket only, with full
// durability, and watches it: when the server process dies it is started again, until Stop.
class Embedded {
 public:
  // FAILED_PRECONDITION, saying what to do, when the folder is in use by another process, belongs
  // to another major version of PostgreSQL, or cannot be reached by the user the server runs as.
  static absl::StatusOr<std::unique_ptr<Embedded>> Start(const EmbeddedOptions& options);
  ~Embedded();  // stops
  Embedded(const Embedded&) = delete;
  Embedded& operator=(const Embedded&) = delete;

  const std::string& conninfo() const;  // for ConnectionOptions
  void Stop();                          // fast shutdown, waits
  pid_t pid() const;                    // of the postmaster; changes when it was started again

 private:
  class Server;
  explicit Embedded(std::unique_ptr<Server> server);

  std::unique_ptr<Server> server_;
};

}  // namespace lots::pg
