// The report on a recall: where its members are, who received them, and whether the quantities add
// up.
#include "storage/recalls/report.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/types/span.h"
#include "storage/base/limits.h"
#include "storage/base/status_macros.h"
#include "storage/domain/default_location.h"
#include "storage/domain/kinds/movement.h"
#include "storage/domain/kinds/sql_words.h"
#include "storage/domain/kinds/tracking.h"
#include "storage/genealogy/bounds/bounds.h"
#include "storage/recalls/report_answers.h"
#include "storage/recalls/rows.h"

namespace lots {
namespace {

constexpr pg::Statement kListMembers{"list_recall_members", R"sql(
  SELECT m.lot_id, m.depth, m.certain, m.ended_at IS NOT NULL
  FROM recall_members m JOIN lots l ON l.company = $1 AND l.lot_id = m.lot_id
  WHERE m.company = $1 AND m.recall_id = $2
  ORDER BY m.depth, l.product_id, l.number_key, m.lot_id)sql"};

constexpr pg::Statement kReadReportMembers{"read_recall_members", R"sql(
  SELECT m.lot_id, l.product_id, l.number, l.scale, l.reference, l.expires_on, m.certain, m.depth,
         m.joined_at, l.tracking, c.kind, c.evidence, c.evidence_link, c.changed_by,
         c.changed_at
  FROM recall_members m
  JOIN lots l ON l.company = $1 AND l.lot_id = m.lot_id
  LEFT JOIN LATERAL (
    SELECT last.kind, last.evidence, last.evidence_link, last.changed_by, last.changed_at
    FROM recall_member_changes last
    WHERE last.company = $1 AND last.lot_id = m.lot_id AND last.recall_id = $2
      AND m.ended_at IS NOT NULL
    ORDER BY last.changed_at DESC, last.entry_id DESC LIMIT 1) AS c ON true
  WHERE m.company = $1 AND m.recall_id = $2 AND m.lot_id = ANY($3)
  ORDER BY m.depth, l.product_id, l.number_key, m.lot_id)sql"};

// What dispositions account for, of goods on hand.
constexpr pg::Statement kReadGood{"read_recall_good_quantities", R"sql(
  SELECT b.lot_id, b.location_id, )sql" LOTS_GOOD_QUANTITY R"sql(
  FROM balances b
  WHERE b.company = $1 AND b.lot_id = ANY($3) AND b.quantity > 0
    AND b.kind IN ({PLACES_ON_HAND}))sql"_sql};

// Own places first, then customers', then scrap.
constexpr pg::Statement kReadReportPlaces{"read_recall_places", R"sql(
  SELECT lot_id, location_id, kind, quantity, arrived_at
  FROM balances
  WHERE company = $1 AND lot_id = ANY($2) AND quantity > 0 AND kind IN ({PLACES_OF_GOODS})
  ORDER BY lot_id, kind NOT IN ({PLACES_ON_HAND}), kind, location_id)sql"_sql};

// What is issued to orders.
constexpr pg::Statement kReadIssued{"read_recall_issued", R"sql(
  SELECT lot_id, work_order_id, quantity, issued_at
  FROM issued_components
  WHERE company = $1 AND lot_id = ANY($2) AND quantity > 0
  ORDER BY lot_id, work_order_id)sql"};

// Returns since the recall was opened that were not reversed.
constexpr pg::Statement kReadRecovered{"read_recall_recovered", R"sql(
  SELECT m.lot_id, sum(m.quantity)
  FROM movements m
  WHERE m.company = $1 AND m.lot_id = ANY($2) AND m.kind = {MOVEMENT_RETURN} AND m.recorded_at > $3
    AND m.reverses_id IS NULL
    AND NOT EXISTS (
      SELECT FROM movements r WHERE r.company = $1 AND r.reverses_id = m.movement_id)
  GROUP BY m.lot_id)sql"_sql};

// What movements brought in and took out, by the kinds of their places. Reversed movements do not
// count. Received or found; back from production; gone into production; lost or back at the
// supplier; left with customers.
constexpr pg::Statement kReadFlows{"read_recall_flows", R"sql(
  SELECT m.lot_id,
         coalesce(sum(m.quantity) FILTER (
           WHERE f.kind IN ({PLACE_SUPPLIER}, {PLACE_ADJUSTMENT})), 0),
         coalesce(sum(m.quantity) FILTER (
           WHERE f.kind = {PLACE_PRODUCTION} AND t.kind <> {PLACE_PRODUCTION}), 0),
         coalesce(sum(m.quantity) FILTER (
           WHERE t.kind = {PLACE_PRODUCTION} AND f.kind <> {PLACE_PRODUCTION}), 0),
         coalesce(sum(m.quantity) FILTER (
           WHERE t.kind IN ({PLACE_SUPPLIER}, {PLACE_ADJUSTMENT})), 0),
         coalesce(sum(m.quantity) FILTER (WHERE t.kind = {PLACE_CUSTOMER}), 0)
           - coalesce(sum(m.quantity) FILTER (WHERE f.kind = {PLACE_CUSTOMER}), 0)
  FROM movements m
  JOIN locations f ON f.company = $1 AND f.location_id = m.from_location_id
  JOIN locations t ON t.company = $1 AND t.location_id = m.to_location_id
  WHERE m.company = $1 AND m.lot_id = ANY($2) AND m.reverses_id IS NULL
    AND NOT EXISTS (
      SELECT FROM movements r WHERE r.company = $1 AND r.reverses_id = m.movement_id)
  GROUP BY m.lot_id)sql"_sql};

// What brought each lot in first, if that was not reversed. Goods that were counted in have their
// number from an unknown place.
constexpr pg::Statement kReadSources{"read_recall_sources", R"sql(
  SELECT DISTINCT ON (m.lot_id) m.lot_id, m.kind, m.from_location_id, m.to_location_id, m.partner_id
  FROM movements m
  JOIN locations t ON t.company = $1 AND t.location_id = m.to_location_id
  WHERE m.company = $1 AND m.lot_id = ANY($2) AND t.kind IN ({PLACES_ON_HAND})
    AND m.kind IN ({MOVEMENT_RECEIPT}, {MOVEMENT_PRODUCTION}, {MOVEMENT_ADJUSTMENT})
    AND m.reverses_id IS NULL
    AND NOT EXISTS (
      SELECT FROM movements r WHERE r.company = $1 AND r.reverses_id = m.movement_id)
  ORDER BY m.lot_id, m.occurred_at, m.recorded_at, m.movement_id)sql"_sql};

constexpr pg::Statement kListFormer{"list_recall_former_lots", R"sql(
  SELECT f.lot_id, l.product_id, l.number, f.certain, f.depth, f.until
  FROM recall_former_lots f
  JOIN lots l ON l.company = $1 AND l.lot_id = f.lot_id
  WHERE f.company = $1 AND f.recall_id = $2
  ORDER BY f.depth, l.product_id, l.number_key, f.lot_id)sql"};

using LotsById = absl::flat_hash_map<LotId, RecallLot*>;

RecallLot ReadMember(const pg::Row& row) {
  RecallLot lot;
  lot.lot_id = row.Get<LotId>(0);
  lot.product_id = row.Get<ProductId>(1);
  lot.number = row.Get<std::string>(2);
  lot.scale = row.Get<int>(3);
  lot.reference = row.Get<std::string>(4);
  lot.expires_on = row.Get<std::optional<absl::CivilDay>>(5);
  lot.certain = row.Get<bool>(6);
  lot.depth = row.Get<int>(7);
  lot.joined_at = row.Get<absl::Time>(8);
  lot.tracking = row.Get<Tracking>(9);
  const auto change = row.Get<std::optional<RecallMemberChange>>(10);
  if (change.has_value()) {
    lot.exclusion = RecallExclusion{.change = *change,
                                    .evidence = row.Get<std::string>(11),
                                    .evidence_link = row.Get<std::string>(12),
                                    .excluded_by = row.Get<std::string>(13),
                                    .excluded_at = row.Get<absl::Time>(14)};
  }
  return lot;
}

using GoodQuantities = absl::flat_hash_map<std::pair<LotId, LocationId>, Quantity>;

GoodQuantities ReadGoodQuantities(const pg::Result& rows) {
  GoodQuantities good;
  for (const pg::Row row : rows) {
    good[{row.Get<LotId>(0), row.Get<LocationId>(1)}] = row.Get<Quantity>(2);
  }
  return good;
}

void AddPlace(const pg::Row& row, const GoodQuantities& good, RecallLot& lot) {
  const TracePlace place{row.Get<LocationId>(1), row.Get<LocationKind>(2), row.Get<Quantity>(3),
                         row.Get<std::optional<absl::Time>>(4)};
  if (IsOnHand(place.kind)) {
    lot.on_hand += place.quantity;
    const Quantity accounted = good.at({lot.lot_id, place.location_id});
    const bool is_open = !lot.exclusion.has_value() && accounted < place.quantity;
    if (is_open) lot.unaccounted += place.quantity - accounted;
  }
  if (place.kind == LocationKind::kCustomer) lot.delivered += place.quantity;
  if (place.kind == LocationKind::kScrap) lot.scrapped += place.quantity;
  if (++lot.place_count <= kTracePlacesShownMax) lot.places.push_back(place);
}

void AddIssued(const pg::Row& row, RecallLot& lot) {
  lot.in_process += row.Get<Quantity>(2);
  if (++lot.place_count > kTracePlacesShownMax) return;
  lot.places.push_back({.location_id = WorkInProcess(),
                        .kind = LocationKind::kProduction,
                        .quantity = row.Get<Quantity>(2),
                        .arrived_at = row.Get<absl::Time>(3),
                        .work_order = row.Get<WorkOrderId>(1)});
}

void SetSource(const pg::Row& row, RecallLot& lot) {
  const auto kind = row.Get<MovementKind>(1);
  if (kind == MovementKind::kReceipt) {
    lot.source = row.Get<LocationId>(2);
    lot.source_partner_id = row.Get<std::string>(4);
  }
  if (kind == MovementKind::kProduction) lot.source = row.Get<LocationId>(3);
}

// What went into production and came back counts neither as in nor as out, and what is in the work
// in process of orders is not out yet. `total` is T: of what came back, it has what was made anew.
void SetFlows(const pg::Row& flows, Quantity total, Quantity in_process, MassBalance& balance) {
  const Quantity came = flows.Get<Quantity>(1);
  const Quantity came_back = flows.Get<Quantity>(2);
  const Quantity used = flows.Get<Quantity>(3);
  const Quantity went_round = std::min(used, std::max(Quantity(), came + came_back - total));
  balance.in = came + came_back - went_round;
  balance.out = used - went_round - in_process + flows.Get<Quantity>(4) + flows.Get<Quantity>(5);
}

// Returned goods count as recovered while they are on hand, then if they were scrapped: goods of
// one lot cannot be distinguished. Goods that were delivered again are not recovered.
void SetQuantities(const RecallLot& seed, const pg::Row& flows, Quantity total,
                   MassBalance& balance) {
  SetFlows(flows, total, seed.in_process, balance);
  balance.recovered = std::min(seed.recovered, seed.on_hand + seed.scrapped);
  const Quantity from_on_hand = std::min(balance.recovered, seed.on_hand);
  balance.on_hand = seed.on_hand - from_on_hand;
  balance.scrapped = seed.scrapped - (balance.recovered - from_on_hand);
  balance.in_process = seed.in_process;
  balance.difference = balance.in - balance.out - balance.on_hand - balance.scrapped -
                       balance.recovered - balance.in_process;
}

}  // namespace

// The first piece reads everything that must be of one snapshot. Then come the balances, the
// members, what the seeds were in before, the deliveries, and what was recorded of goods and
// recipients.
class RecallReportEmitter {
 public:
  RecallReportEmitter(CompanyId company, RecallId recall_id)
      : company_(std::move(company)),
        recall_id_(std::move(recall_id)),
        answers_(company_, recall_id_) {}

  absl::StatusOr<std::optional<RecallReportPiece>> Next(pg::Connection& db) {
    if (!balances_.has_value()) return Begin(db);
    RecallReportPiece piece;
    if (!balances_->empty()) {
      piece.balances.swap(*balances_);
    } else if (emitted_ < members_.size()) {
      ASSIGN_OR_RETURN(piece.lots, NextMembers(db));
    } else if (emitted_former_ < former_.size()) {
      piece.former_lots = NextFormer();
    } else {
      // Deliveries do not change, so they need no snapshot.
      snapshot_.reset();
      ASSIGN_OR_RETURN(const bool is_any, NextAnswers(db, piece));
      if (!is_any) return std::nullopt;
    }
    return piece;
  }

  void Pause() { snapshot_.reset(); }

 private:
  // Returns whether the piece has something.
  absl::StatusOr<bool> NextAnswers(pg::Connection& db, RecallReportPiece& piece) {
    if (!recipients_are_done_) {
      ASSIGN_OR_RETURN(auto recipients, recipients_->Next(db));
      recipients_are_done_ = !recipients.has_value();
      if (recipients.has_value()) {
        piece.recipients = *std::move(recipients);
        return true;
      }
    }
    return answers_.Next(db, piece);
  }

  absl::StatusOr<RecallReportPiece> Begin(pg::Connection& db) {
    snapshot_.emplace(db, pg::Transaction::Kind::kSnapshot);
    ASSIGN_OR_RETURN(Recall recall, ReadRecall(*snapshot_, company_, recall_id_));
    opened_at_ = *recall.opened_at;
    std::vector<LotId> seeds;
    for (const RecallSeed& seed : recall.seeds) seeds.push_back(seed.lot_id);
    ASSIGN_OR_RETURN(balances_, ReadBalances(seeds));
    RETURN_IF_ERROR(ListMembers());
    ASSIGN_OR_RETURN(recipients_, RecipientReader::Of(*snapshot_, company_, notifiable_,
                                                      /*show_returned=*/true));
    notifiable_ = {};
    ASSIGN_OR_RETURN(recall.effectiveness, ReadEffectiveness(*snapshot_, company_, recall_id_));
    RecallReportPiece piece;
    piece.recall = std::move(recall);
    return piece;
  }

  absl::Status ListMembers() {
    snapshot_->Add(kListMembers, company_, recall_id_);
    snapshot_->Add(kListFormer, company_, recall_id_);
    ASSIGN_OR_RETURN(const pg::Results results, snapshot_->Send());
    members_.reserve(results[0].size());
    for (const pg::Row row : results[0]) {
      members_.push_back(
          {.lot_id = row.Get<LotId>(0), .depth = row.Get<int>(1), .certain = row.Get<bool>(2)});
      // Nobody needs to be told of a lot that is excluded.
      if (!row.Get<bool>(3)) notifiable_.push_back(members_.back());
    }
    for (const pg::Row row : results[1]) {
      former_.push_back({.lot_id = row.Get<LotId>(0),
                         .product_id = row.Get<ProductId>(1),
                         .number = row.Get<std::string>(2),
                         .certain = row.Get<bool>(3),
                         .depth = row.Get<int>(4),
                         .until = row.Get<absl::Time>(5)});
    }
    return absl::OkStatus();
  }

  // Reads these members and their places, in the order of the answer.
  absl::StatusOr<std::vector<RecallLot>> ReadMembers(const std::vector<LotId>& lot_ids) {
    snapshot_->Add(kReadReportMembers, company_, recall_id_, lot_ids);
    snapshot_->Add(kReadReportPlaces, company_, lot_ids);
    snapshot_->Add(kReadRecovered, company_, lot_ids, opened_at_);
    snapshot_->Add(kReadSources, company_, lot_ids);
    snapshot_->Add(kReadIssued, company_, lot_ids);
    snapshot_->Add(kReadGood, company_, recall_id_, lot_ids);
    ASSIGN_OR_RETURN(const pg::Results results, snapshot_->Send());
    std::vector<RecallLot> lots;
    lots.reserve(lot_ids.size());
    for (const pg::Row row : results[0]) lots.push_back(ReadMember(row));
    LotsById by_id;
    for (RecallLot& lot : lots) by_id[lot.lot_id] = &lot;
    for (const pg::Row row : results[4]) AddIssued(row, *by_id.at(row.Get<LotId>(0)));
    const GoodQuantities good = ReadGoodQuantities(results[5]);
    for (const pg::Row row : results[1]) AddPlace(row, good, *by_id.at(row.Get<LotId>(0)));
    for (const pg::Row row : results[2]) {
      by_id.at(row.Get<LotId>(0))->recovered = row.Get<Quantity>(1);
    }
    for (const pg::Row row : results[3]) SetSource(row, *by_id.at(row.Get<LotId>(0)));
    return lots;
  }

  absl::StatusOr<std::vector<MassBalance>> ReadBalances(const std::vector<LotId>& seeds) {
    ASSIGN_OR_RETURN(const std::vector<RecallLot> lots, ReadMembers(seeds));
    snapshot_->Add(kReadFlows, company_, seeds);
    ASSIGN_OR_RETURN(const pg::Results results, snapshot_->Send());
    ASSIGN_OR_RETURN(const auto totals, ReadSeedTotals(lots));
    absl::flat_hash_map<LotId, pg::Row> flows;
    for (const pg::Row row : results[0]) flows.emplace(row.Get<LotId>(0), row);
    std::vector<MassBalance> balances;
    for (const RecallLot& lot : lots) {
      MassBalance& balance = balances.emplace_back();
      balance.seed = {lot.lot_id, lot.product_id, lot.number};
      balance.scale = lot.scale;
      // A seed that never moved has no quantities.
      const auto found = flows.find(lot.lot_id);
      if (found == flows.end()) continue;
      SetQuantities(lot, found->second, totals.at(lot.lot_id), balance);
    }
    return balances;
  }

  // T of each seed. A serial is one unit, however often it came in.
  absl::StatusOr<absl::flat_hash_map<LotId, Quantity>> ReadSeedTotals(
      const std::vector<RecallLot>& seeds) {
    absl::flat_hash_map<LotId, Quantity> totals;
    std::vector<LotId> lots;
    for (const RecallLot& seed : seeds) {
      totals[seed.lot_id] = Quantity::FromUnits(1);
      if (seed.tracking != Tracking::kSerial) lots.push_back(seed.lot_id);
    }
    ASSIGN_OR_RETURN(const auto net, ReadNetTotals(*snapshot_, company_, lots));
    for (size_t i = 0; i < lots.size(); ++i) totals[lots[i]] = net[i];
    return totals;
  }

  absl::StatusOr<std::vector<RecallLot>> NextMembers(pg::Connection& db) {
    if (!snapshot_.has_value()) snapshot_.emplace(db, pg::Transaction::Kind::kSnapshot);
    std::vector<LotId> lot_ids;
    const auto next = absl::MakeConstSpan(members_).subspan(emitted_, kRecallRowsPerMessage);
    for (const AffectedLot& member : next) lot_ids.push_back(member.lot_id);
    emitted_ += lot_ids.size();
    return ReadMembers(lot_ids);
  }

  std::vector<RecallFormerLot> NextFormer() {
    const auto next = absl::MakeConstSpan(former_).subspan(emitted_former_, kRecallRowsPerMessage);
    emitted_former_ += next.size();
    return {next.begin(), next.end()};
  }

  const CompanyId company_;
  const RecallId recall_id_;
  std::optional<pg::Transaction> snapshot_;
  absl::Time opened_at_;
  std::optional<std::vector<MassBalance>> balances_;  // none: before Begin; empty: emitted
  std::vector<AffectedLot> members_;
  std::vector<AffectedLot> notifiable_;  // those that are not excluded; until recipients_ is made
  size_t emitted_ = 0;                   // how many of members_
  std::vector<RecallFormerLot> former_;
  size_t emitted_former_ = 0;
  std::unique_ptr<RecipientReader> recipients_;
  bool recipients_are_done_ = false;
  RecallAnswerReader answers_;
};

RecallReportReader::RecallReportReader(CompanyId company, RecallId recall_id)
    : emitter_(std::make_unique<RecallReportEmitter>(std::move(company), std::move(recall_id))) {}

RecallReportReader::~RecallReportReader() = default;

absl::StatusOr<std::optional<RecallReportPiece>> RecallReportReader::Next(pg::Connection& db) {
  return emitter_->Next(db);
}

void RecallReportReader::Pause() { emitter_->Pause(); }

}  // namespace lots
