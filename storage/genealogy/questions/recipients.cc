// Finds the deliveries of lots and of what was made of them, and reads them page by page.
#include "storage/genealogy/questions/recipients.h"

#include <algorithm>
#include <memory>
#include <tuple>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/memory/memory.h"
#include "storage/base/limits.h"
#include "storage/base/status_macros.h"
#include "storage/domain/errors.h"
#include "storage/domain/kinds/sql_identities.h"
#include "storage/domain/kinds/sql_words.h"
#include "storage/genealogy/graph/graph.h"
#include "storage/genealogy/questions/lots_per_statement.h"
#include "storage/genealogy/questions/refusals.h"

namespace lots {
namespace {

// A delivery's row has the quantity that can still be returned. The rest was returned.
constexpr pg::Statement kFindDeliveries{"find_deliveries_of_lots", R"sql(
  SELECT m.movement_id, m.lot_id, m.partner_id, m.occurred_at, m.quantity,
         m.quantity - d.returnable
  FROM movements m
  JOIN deliveries d ON d.company = $1 AND d.movement_id = m.movement_id
  WHERE m.company = $1 AND m.lot_id = ANY($2) AND m.kind = {MOVEMENT_DELIVERY}
    AND m.reverses_id IS NULL
    AND NOT EXISTS (
      SELECT FROM movements r WHERE r.company = $1 AND r.reverses_id = m.movement_id))sql"_sql};

constexpr pg::Statement kReadDeliveries{"read_deliveries", R"sql(
  SELECT m.movement_id, m.to_location_id, m.document_type, m.document_number, m.lot_id,
         l.product_id, l.number, l.scale, m.from_location_id
  FROM movements m
  JOIN lots l ON l.company = $1 AND l.lot_id = m.lot_id
  WHERE m.company = $1 AND m.movement_id = ANY($2))sql"};

// What serials among the lots were before they got another number: the deliveries of those are
// deliveries of the same units.
constexpr const char* kFormerSerialsText = R"sql(
  WITH RECURSIVE self AS (
    SELECT l.lot_id, 0 AS depth
    FROM lots l
    WHERE l.company = $1 AND l.lot_id = ANY($2) AND l.tracking = {TRACKING_SERIAL}
    UNION ALL)sql" LOTS_FORMER_IDENTITY R"sql()
  SELECT lot_id FROM self WHERE depth > 0)sql"_sql;
constexpr pg::Statement kFormerSerials{"find_former_serials", kFormerSerialsText};

// What is kept of each delivery: the sort keys, and what the first statement read.
struct Delivery {
  MovementId movement_id;
  const std::string* partner_id;
  absl::Time occurred_at;
  Quantity delivered;
  Quantity returned;
  int32_t depth;
  bool certain;
  bool former;
};

bool ComesBefore(const Delivery& a, const Delivery& b) {
  const bool a_indirect = a.depth > 0, b_indirect = b.depth > 0;
  return std::tie(a_indirect, *a.partner_id, a.occurred_at, a.movement_id) <
         std::tie(b_indirect, *b.partner_id, b.occurred_at, b.movement_id);
}

}  // namespace

// The sorted deliveries, and how many of them are emitted.
class RecipientList {
 public:
  RecipientList(const CompanyId& company, bool show_returned)
      : company_(company), show_returned_(show_returned) {}

  absl::Status Find(pg::Transaction& snapshot, absl::Span<const AffectedLot> lots) {
    for (size_t begin = 0; begin < lots.size(); begin += kLotsPerStatement) {
      RETURN_IF_ERROR(FindSome(snapshot, lots.subspan(begin, kLotsPerStatement)));
    }
    std::sort(deliveries_.begin(), deliveries_.end(), ComesBefore);
    const bool has_nameless = partners_.contains("");
    summary_ = {.delivery_count = static_cast<int64_t>(deliveries_.size()),
                .partner_count = static_cast<int64_t>(partners_.size()) - (has_nameless ? 1 : 0),
                .lot_count = static_cast<int64_t>(lots.size())};
    return absl::OkStatus();
  }

  const RecipientSummary& summary() const { return summary_; }
  bool done() const { return emitted_ == deliveries_.size(); }

  absl::StatusOr<std::vector<Recipient>> Next(pg::Connection& db) {
    pg::Pipeline pipeline(db);
    const auto next = absl::MakeConstSpan(deliveries_).subspan(emitted_, kRecipientsPerMessage);
    std::vector<MovementId> ids;
    for (const Delivery& delivery : next) ids.push_back(delivery.movement_id);
    pipeline.Add(kReadDeliveries, company_, ids);
    ASSIGN_OR_RETURN(const pg::Results results, pipeline.Send());
    emitted_ += next.size();
    return Read(next, results[0]);
  }

 private:
  absl::Status FindSome(pg::Transaction& snapshot, absl::Span<const AffectedLot> lots) {
    std::vector<LotId> ids;
    absl::flat_hash_map<LotId, const AffectedLot*> by_id;
    for (const AffectedLot& lot : lots) {
      ids.push_back(lot.lot_id);
      by_id.emplace(lot.lot_id, &lot);
    }
    snapshot.Add(kFindDeliveries, company_, ids);
    ASSIGN_OR_RETURN(const pg::Results results, snapshot.Send());
    for (const pg::Row row : results[0]) {
      const Quantity delivered = row.Get<Quantity>(4), returned = row.Get<Quantity>(5);
      if (delivered == returned && !show_returned_) continue;
      const AffectedLot& lot = *by_id.at(row.Get<LotId>(1));
      if (row.Get<absl::Time>(3) > lot.until) continue;
      deliveries_.push_back({.movement_id = row.Get<MovementId>(0),
                             .partner_id = KeepPartner(row.Get<std::string>(2)),
                             .occurred_at = row.Get<absl::Time>(3),
                             .delivered = delivered,
                             .returned = returned,
                             .depth = lot.depth,
                             .certain = lot.certain,
                             .former = lot.former()});
    }
    return absl::OkStatus();
  }

  // Keeps one copy of a partner's id for all deliveries.
  const std::string* KeepPartner(const std::string& partner_id) {
    std::unique_ptr<std::string>& kept = partners_[partner_id];
    if (kept == nullptr) kept = std::make_unique<std::string>(partner_id);
    return kept.get();
  }

  static std::vector<Recipient> Read(absl::Span<const Delivery> deliveries,
                                     const pg::Result& rows) {
    std::vector<Recipient> recipients;
    absl::flat_hash_map<MovementId, size_t> index_of;
    for (const Delivery& delivery : deliveries) {
      index_of.emplace(delivery.movement_id, recipients.size());
      Recipient& recipient = recipients.emplace_back();
      recipient.movement_id = delivery.movement_id;
      recipient.partner_id = *delivery.partner_id;
      recipient.occurred_at = delivery.occurred_at;
      recipient.delivered = delivery.delivered;
      recipient.returned = delivery.returned;
      recipient.depth = delivery.depth;
      recipient.certain = delivery.certain;
      recipient.former = delivery.former;
    }
    for (const pg::Row row : rows) {
      Recipient& recipient = recipients[index_of.at(row.Get<MovementId>(0))];
      recipient.location_id = row.Get<LocationId>(1);
      recipient.document = {row.Get<std::string>(2), row.Get<std::string>(3)};
      recipient.lot_id = row.Get<LotId>(4);
      recipient.product_id = row.Get<ProductId>(5);
      recipient.number = row.Get<std::string>(6);
      recipient.scale = row.Get<int>(7);
      recipient.from = row.Get<LocationId>(8);
    }
    return recipients;
  }

  const CompanyId company_;
  const bool show_returned_;
  std::vector<Delivery> deliveries_;
  size_t emitted_ = 0;
  absl::flat_hash_map<std::string, std::unique_ptr<std::string>> partners_;
  RecipientSummary summary_;
};

namespace {

absl::StatusOr<std::unique_ptr<RecipientList>> FindAll(pg::Connection& db,
                                                       const RecipientsQuery& query) {
  pg::Transaction snapshot(db, pg::Transaction::Kind::kSnapshot);
  snapshot.Add(kFormerSerials, query.company, query.seeds);
  ASSIGN_OR_RETURN(const pg::Results former, snapshot.Send());
  std::vector<LotId> seeds = query.seeds;
  for (const pg::Row row : former[0]) seeds.push_back(row.Get<LotId>(0));
  const TraceQuery walk{.company = query.company,
                        .direction = TraceDirection::kDownstream,
                        .seeds = seeds,
                        .depth_max = kTraceDepthMax,
                        .node_limit = kTraceNodesMax,
                        .include_former = query.include_former};
  pg::ParallelReads reads(snapshot);
  ASSIGN_OR_RETURN(TraceGraph graph, WalkTrace(reads, walk));
  if (!graph.truncated_by.empty()) return Refuse(SeedsHaveTooManyRecipients());
  MarkFormer(graph, walk);
  MarkCertain(graph, walk);
  std::vector<AffectedLot> lots;
  lots.reserve(graph.nodes.size());
  for (uint32_t i = 0; i < graph.nodes.size(); ++i) {
    const auto& [lot_id, node] = graph.nodes[i];
    if (node.unrelated) continue;
    lots.push_back({lot_id, node.depth, node.certain, graph.UntilOf(i)});
  }
  auto list = std::make_unique<RecipientList>(query.company, query.show_returned);
  RETURN_IF_ERROR(list->Find(snapshot, lots));
  return list;
}

}  // namespace

RecipientReader::RecipientReader(RecipientsQuery query) : query_(std::move(query)) {}
RecipientReader::RecipientReader(std::unique_ptr<RecipientList> list) : list_(std::move(list)) {}
RecipientReader::~RecipientReader() = default;

absl::StatusOr<std::unique_ptr<RecipientReader>> RecipientReader::Of(
    pg::Transaction& snapshot, const CompanyId& company, absl::Span<const AffectedLot> lots,
    bool show_returned) {
  auto list = std::make_unique<RecipientList>(company, show_returned);
  RETURN_IF_ERROR(list->Find(snapshot, lots));
  return absl::WrapUnique(new RecipientReader(std::move(list)));
}

absl::StatusOr<std::optional<std::vector<Recipient>>> RecipientReader::Next(pg::Connection& db) {
  if (list_ == nullptr) {
    ASSIGN_OR_RETURN(list_, FindAll(db, query_));
  }
  if (list_->done()) return std::nullopt;
  ASSIGN_OR_RETURN(std::vector<Recipient> recipients, list_->Next(db));
  return recipients;
}

const RecipientSummary& RecipientReader::summary() const { return list_->summary(); }

}  // namespace lots
