// What the roles of deploy/roles.sql may do with the tables, and as which role lotd may serve.
#pragma once

#include "absl/status/status.h"
#include "storage/pg/connection.h"

namespace lots {

// Gives the roles that exist of `lots_app` and `lots_readonly` exactly what they need, whatever
// they had before. By the owner of the tables, after a migration.
absl::Status GrantRights(pg::Connection& db);

// OK for a role that can neither alter the schema nor change what was posted. FAILED_PRECONDITION,
// saying what to do, for a superuser, and for the owner of the tables or who may become it.
absl::Status CheckServerRole(pg::Connection& db);

}  // namespace lots
