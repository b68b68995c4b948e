// Grants of the database roles, and the check of the own role.
#include "storage/schema/roles.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "storage/base/status_macros.h"
#include "storage/pg/pipeline.h"

namespace lots {
namespace {

// The ledger is added to and never changed: no UPDATE, no DELETE. What else is deleted are lots to
// which nothing happened, and requests that are old.
constexpr char kGrants[] = R"sql(
  DO $grants$
  BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'lots_app') THEN
      REVOKE ALL ON ALL TABLES IN SCHEMA public FROM lots_app;
      GRANT SELECT ON ALL TABLES IN SCHEMA public TO lots_app;
      GRANT INSERT ON
        movements, transformations, transformation_inputs, transformation_outputs, lot_events,
        audit_entries, inspections, inspection_results, inspection_documents, component_ends,
        recall_former_lots, recall_member_changes, recall_seeds, recall_dispositions,
        recall_responses, recall_response_quantities, warranty_extensions
        TO lots_app;
      GRANT INSERT, UPDATE ON
        companies, products, number_counters, locations, lots, balances, work_orders, assignments,
        deliveries, requests, holds, recalls, recall_members, issued_components
        TO lots_app;
      GRANT INSERT, DELETE ON former_numbers TO lots_app;
      GRANT DELETE ON lots, requests TO lots_app;
    END IF;
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'lots_readonly') THEN
      REVOKE ALL ON ALL TABLES IN SCHEMA public FROM lots_readonly;
      GRANT SELECT ON ALL TABLES IN SCHEMA public TO lots_readonly;
      REVOKE ALL ON server_secrets FROM lots_readonly;
    END IF;
  END $grants$)sql";

// Of the session, too: what it was before SET ROLE it can be again.
constexpr pg::Statement kFindOwnPower{"find_own_power", R"sql(
  SELECT current_user::text,
         (SELECT bool_or(rolsuper) FROM pg_roles WHERE rolname IN (current_user, session_user)),
         EXISTS (SELECT FROM pg_class
                 WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p')
                   AND (pg_has_role(current_user, relowner, 'MEMBER')
                        OR pg_has_role(session_user, relowner, 'MEMBER'))))sql"};

}  // namespace

absl::Status GrantRights(pg::Connection& db) { return db.RunScript("grant_rights", kGrants); }

absl::Status CheckServerRole(pg::Connection& db) {
  ASSIGN_OR_RETURN(const pg::Result found, pg::Query(db, kFindOwnPower));
  const auto role = found[0].Get<std::string>(0);
  const bool is_superuser = found[0].Get<bool>(1);
  if (!is_superuser && !found[0].Get<bool>(2)) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(
      "lotd does not serve as the database role \"", role, "\", which is ",
      is_superuser ? "a superuser" : "the owner of its tables",
      " and could alter the schema and rewrite the ledger: run deploy/roles.sql once, then \"lotd "
      "migrate\" as lots_owner at each upgrade, and serve as lots_app (or give "
      "--insecure-database)"));
}

}  // namespace lots
