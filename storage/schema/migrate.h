// Brings a database to the schema that this program expects.
#pragma once

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "storage/pg/connection.h"

namespace lots {

// Applies what is missing of Migrations(), in order, each in a transaction of its own with its
// checksum, and then grants the rights of roles.h. Forward only. Safe when several servers start at
// once: one applies, the others wait and find it done.
// FAILED_PRECONDITION when an applied migration is not the one this program knows (its text was
// changed), or the database is newer than this program.
absl::Status Migrate(const pg::ConnectionOptions& options);

// The number of the last migration that this program knows.
int SchemaVersion();

// The number of the last migration that was applied; 0 for an empty database.
absl::StatusOr<int> AppliedVersion(pg::Connection& db);

}  // namespace lots
