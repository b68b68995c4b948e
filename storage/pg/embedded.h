// A private PostgreSQL that lives and dies with its owner.
#pragma once

namespace lots::pg {

struct EmbeddedOptions {
  std::string data_folder;          // made when missing; holds PostgreSQL's own folder `postgres/`
  std::string binaries_folder;      // empty: found by itself (/usr/lib/postgresql/*/bin, newest major first, then PATH)
  std::string run_as = "postgres";  // when started by root: the unprivileged user the server runs as
  std::vector<std::string> settings;  // extra "name=value", for tests
};

// Starts (and on first use makes) a PostgreSQL that listens on a unix socket only, with full durability, and watches it: when the
// server process dies it is started again, until Stop. See design in the issue.
class Embedded {
 public:
  static absl::StatusOr<std::unique_ptr<Embedded>> Start(const EmbeddedOptions& options);
  ~Embedded();  // stops
  const std::string& conninfo() const;  // for ConnectionOptions
  void Stop();                          // fast shutdown, waits
  pid_t pid() const;                    // of the postmaster
};

}  // namespace lots::pg
