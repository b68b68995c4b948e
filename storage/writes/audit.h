// The audit log: who did what to which lots, and from where.
//
// Each write that happens adds one entry, which nothing changes or deletes, in its own transaction.
// The rows that the write makes name the entry (column entry_id). So the writes of a lot are found
// through the lot's own rows, and each line of its history has the caller.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "storage/base/uuid.h"
#include "storage/domain/ids.h"
#include "storage/domain/write_context.h"
#include "storage/pg/pipeline.h"

namespace lots {

// What a write is about.
struct AuditSubject {
  std::vector<LotId> lots = {};  // in the order in which a reader expects them; repeats count once
  std::optional<WorkOrderId> work_order = {};
  std::optional<RecallId> recall = {};
};

// Adds the entry, to the last pipeline of the write's transaction. Once a write.
void AddAuditEntry(pg::Transaction& transaction, const WriteContext& context,
                   const AuditSubject& subject);

struct AuditedLot {
  LotId lot_id;
  ProductId product_id;  // product_id and number are empty if the lot was deleted
  std::string number;
};

struct AuditEntry {
  Uuid entry_id;
  absl::Time recorded_at;
  std::string actor;
  std::string method;
  std::string request_id;
  CallOrigin origin;
  std::optional<WorkOrderId> work_order;
  std::optional<RecallId> recall;
  std::vector<AuditedLot> lots;  // the first kAuditLotsMax
  int64_t lot_count = 0;
};

struct ListAuditEntriesQuery {
  CompanyId company;
  std::optional<LotId> lot_id;     // only the writes that touched it, under any of its numbers
  std::string filter;              // AIP-160 over the fields that ListAuditEntriesRequest names
  std::vector<std::string> after;  // where the page before ended; empty: from the first
  int limit = 0;
};

struct AuditPage {
  std::vector<AuditEntry> entries;  // newest first
  std::vector<std::string> after;   // for the next page; empty: this was the last
};

// The cursor after this entry: where a page that ends with it ends.
std::vector<std::string> PositionOf(const AuditEntry& entry);

// FILTER_INVALID, PAGE_TOKEN_INVALID, COMPANY_NOT_FOUND, LOT_NOT_FOUND (there never was such a
// lot); WORK_ORDER_NOT_FOUND, RECALL_NOT_FOUND (of the filter).
absl::StatusOr<AuditPage> ListAuditEntries(pg::Connection& db, const ListAuditEntriesQuery& query);

// The entries that exist, without their lots.
absl::StatusOr<absl::flat_hash_map<Uuid, AuditEntry>> FindAuditEntries(
    pg::Connection& db, const CompanyId& company, const std::vector<Uuid>& entry_ids);

}  // namespace lots
