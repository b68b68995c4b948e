// The rows of requests: claimed by the write itself, found by a repeat, forgotten after a month.
#include "storage/writes/requests.h"

#include <utility>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "storage/base/status_macros.h"
#include "storage/domain/errors.h"
#include "storage/domain/reasons.h"
#include "storage/domain/write_context.h"
#include "storage/pg/error.h"

namespace lots {
namespace {

constexpr absl::string_view kRepeatPayload = "lots/repeat";

constexpr pg::Statement kClaimRequest{"claim_request", R"sql(
  INSERT INTO requests (company, request_id, method, payload_hash, made, created_at)
  VALUES ($1, $2, $3, $4, $5, $6))sql"};

constexpr pg::Statement kSetCreatedIds{"set_made", R"sql(
  UPDATE requests SET made = $3 WHERE company = $1 AND request_id = $2)sql"};

constexpr pg::Statement kFindRequest{"find_request", R"sql(
  SELECT method, payload_hash, made FROM requests WHERE company = $1 AND request_id = $2)sql"};

// The lock makes the transaction one that writes: its COMMIT waits until the synchronous standby,
// if there is one, has everything up to here, the first call's commit too. That one may have given
// up waiting.
constexpr pg::Statement kFindDurableRequest{"find_durable_request", R"sql(
  SELECT method, payload_hash, made FROM requests
  WHERE company = $1 AND request_id = $2
  FOR NO KEY UPDATE)sql"};

constexpr pg::Statement kWasMade{"was_request_made", R"sql(
  SELECT TRUE FROM requests WHERE company = $1 AND request_id = $2)sql"};

// The subselect bounds one round: a backlog is forgotten in many short transactions.
constexpr pg::Statement kForgetRequests{"forget_requests", R"sql(
  DELETE FROM requests WHERE company = $1 AND request_id IN (
    SELECT request_id FROM requests WHERE company = $1 AND created_at < $2
    ORDER BY created_at LIMIT $3))sql"};

// Every company: this is the list of them.
constexpr pg::Statement kListCompanies{"list_companies",
                                       "SELECT company FROM companies ORDER BY company"};

absl::Status Reused(const WriteContext& context, absl::string_view method) {
  return Refuse({Reason::kRequestIdReused,
                 "request_id",
                 absl::StrCat("request_id \"", context.request_id, "\" was used before for ",
                              method, method == context.method ? " with another payload" : "",
                              ": give every write its own, and repeat one only unchanged"),
                 {{"request_id", context.request_id}, {"method", std::string(method)}}});
}

}  // namespace

void ClaimRequest(pg::Transaction& transaction, const WriteContext& context,
                  const std::vector<Uuid>& created_ids) {
  if (context.request_id.empty()) return;
  transaction.Add(kClaimRequest, context.company, context.request_id, context.method,
                  pg::Bytes{context.payload_hash}, created_ids, context.now);
}

void SetCreatedIds(pg::Transaction& transaction, const WriteContext& context,
                   const std::vector<Uuid>& created_ids) {
  if (context.request_id.empty()) return;
  transaction.Add(kSetCreatedIds, context.company, context.request_id, created_ids);
}

absl::Status MadeBefore() {
  absl::Status status = absl::AlreadyExistsError("the request was made before");
  status.SetPayload(kRepeatPayload, absl::Cord("1"));
  return status;
}

absl::Status CheckNotMade(pg::Connection& db, const WriteContext& context) {
  if (context.request_id.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const pg::Result found,
                   pg::Query(db, kWasMade, context.company, context.request_id));
  return found.empty() ? absl::OkStatus() : MadeBefore();
}

bool IsRepeat(const absl::Status& status) {
  return pg::ViolatesConstraint(status, "requests_pkey") ||
         status.GetPayload(kRepeatPayload).has_value();
}

namespace {

absl::StatusOr<pg::Result> FindRequest(pg::Connection& db, const WriteContext& context) {
  if (db.dry_run()) return pg::Query(db, kFindRequest, context.company, context.request_id);
  pg::Transaction transaction(db);
  transaction.Add(kFindDurableRequest, context.company, context.request_id);
  ASSIGN_OR_RETURN(pg::Results results, transaction.Commit());
  return std::move(results.front());
}

}  // namespace

absl::StatusOr<std::vector<Uuid>> FindCreatedIds(pg::Connection& db, const WriteContext& context) {
  ASSIGN_OR_RETURN(const pg::Result found, FindRequest(db, context));
  // Forgotten between the claim and this read: thirty days old to the second. The caller repeats.
  if (found.empty()) return absl::UnavailableError("the request was just forgotten; repeat it");
  const pg::Row row = found[0];
  const auto hash = row.Get<pg::Bytes>(1).value;
  const bool same_payload = hash == context.payload_hash || (!context.sent_payload_hash.empty() &&
                                                             hash == context.sent_payload_hash);
  const bool same = row.Get<absl::string_view>(0) == context.method && same_payload;
  if (!same) return Reused(context, row.Get<absl::string_view>(0));
  return row.Get<std::vector<Uuid>>(2);
}

absl::StatusOr<int64_t> ForgetRequests(pg::Connection& db, const CompanyId& company,
                                       absl::Time before, int64_t limit) {
  ASSIGN_OR_RETURN(const pg::Result gone, pg::Query(db, kForgetRequests, company, before, limit));
  return gone.affected();
}

absl::StatusOr<std::vector<CompanyId>> ListCompanies(pg::Connection& db) {
  ASSIGN_OR_RETURN(const pg::Result rows, pg::Query(db, kListCompanies));
  std::vector<CompanyId> companies;
  for (const pg::Row& row : rows) companies.emplace_back(row.Get<std::string>(0));
  return companies;
}

}  // namespace lots
