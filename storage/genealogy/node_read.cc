// Reads places and partner movements of nodes, now or as of another time.
#include "storage/genealogy/node_read.h"

#include <algorithm>
#include <cstdint>
#include <tuple>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "storage/base/limits.h"
#include "storage/base/status_macros.h"
#include "storage/domain/default_location.h"
#include "storage/domain/kinds/sql_words.h"
#include "storage/genealogy/graph/by_ids.h"

namespace lots {
namespace {

// All places and partner movements of the lots. C++ sorts them and keeps what is shown, because
// sorting them in PostgreSQL takes as long as reading them. At most $3 rows: lots that are in
// thousands of places, or went to thousands of customers, are read by kManyPlaces and
// kManyPartners.
LOTS_BY_IDS(kNodePlaces, "trace_node_places", R"sql(
  SELECT lot_id, location_id, kind, quantity, arrived_at FROM balances WHERE company = $1 AND )sql",
            "lot_id", " AND quantity > 0 AND kind IN ({PLACES_OF_GOODS}) LIMIT $3"_sql);

// Receipts, deliveries, and returns from customers and to suppliers, that had happened by $4 and
// were recorded by $5, with the location on the partner's side.
LOTS_BY_IDS(kNodePartners, "trace_node_partners", R"sql(
  SELECT m.lot_id, m.kind, m.partner_id, m.document_type, m.document_number, m.quantity,
         m.occurred_at,
         CASE WHEN m.kind IN ({MOVEMENT_DELIVERY}, {MOVEMENT_SUPPLIER_RETURN})
              THEN m.to_location_id ELSE m.from_location_id END,
         m.recorded_at, m.movement_id
  FROM movements m
  WHERE m.company = $1 AND )sql"_sql,
            "m.lot_id",
            R"sql( AND m.kind IN ({MOVEMENT_RECEIPT}, {MOVEMENT_DELIVERY}, {MOVEMENT_RETURN},
                     {MOVEMENT_SUPPLIER_RETURN})
    AND m.reverses_id IS NULL
    AND m.occurred_at <= $4 AND m.recorded_at <= $5 AND NOT EXISTS (
      SELECT FROM movements r WHERE r.company = $1 AND r.reverses_id = m.movement_id
        AND r.recorded_at <= $5)
  LIMIT $3)sql"_sql);

// Counts the partner movements between two lots (by_ids.h); a lot is in fewer places than that. The
// kinds are those of the partial index, so the index alone answers.
constexpr pg::Statement kHandsBetween{"trace_count_hands_between", R"sql(
  SELECT (SELECT count(*) FROM (
            SELECT FROM lots
            WHERE company = $1 AND lot_id BETWEEN $2 AND $3 LIMIT $4) AS ids),
         (SELECT count(*) FROM (
            SELECT FROM movements
            WHERE company = $1 AND lot_id BETWEEN $2 AND $3 AND kind IN (
              {MOVEMENT_RECEIPT}, {MOVEMENT_DELIVERY}, {MOVEMENT_RETURN}, {MOVEMENT_ADJUSTMENT},
              {MOVEMENT_SUPPLIER_RETURN})
            LIMIT $5) AS hands))sql"_sql};

// Own places first, then customers', then scrap. on_hand includes places that are not shown.
constexpr pg::Statement kManyPlaces{"trace_many_places", R"sql(
  SELECT lot_id, location_id, kind, quantity, arrived_at, places, on_hand
  FROM (
    SELECT lot_id, location_id, kind, quantity, arrived_at,
           row_number() OVER (PARTITION BY lot_id
                              ORDER BY kind NOT IN ({PLACES_ON_HAND}), kind, location_id) AS place,
           count(*) OVER (PARTITION BY lot_id) AS places,
           coalesce(sum(quantity) FILTER (WHERE kind IN ({PLACES_ON_HAND}))
             OVER (PARTITION BY lot_id), 0)
             AS on_hand
    FROM balances
    WHERE company = $1 AND lot_id = ANY($2) AND quantity > 0 AND kind IN ({PLACES_OF_GOODS})) held
  WHERE place <= $3 ORDER BY lot_id, place)sql"_sql};

constexpr pg::Statement kManyPartners{"trace_many_partners", R"sql(
  SELECT lot_id, kind, partner_id, document_type, document_number, quantity, occurred_at,
         location_id, movements
  FROM (
    SELECT m.lot_id, m.kind, m.partner_id, m.document_type, m.document_number, m.quantity,
           m.occurred_at,
           CASE WHEN m.kind IN ({MOVEMENT_DELIVERY}, {MOVEMENT_SUPPLIER_RETURN})
                THEN m.to_location_id ELSE m.from_location_id END
             AS location_id,
           row_number() OVER (PARTITION BY m.lot_id ORDER BY m.recorded_at, m.movement_id) AS place,
           count(*) OVER (PARTITION BY m.lot_id) AS movements
    FROM movements m
    WHERE m.company = $1 AND m.lot_id = ANY($2)
      AND m.kind IN ({MOVEMENT_RECEIPT}, {MOVEMENT_DELIVERY}, {MOVEMENT_RETURN},
                     {MOVEMENT_SUPPLIER_RETURN})
      AND m.reverses_id IS NULL
      AND m.occurred_at <= $4 AND m.recorded_at <= $5 AND NOT EXISTS (
        SELECT FROM movements r WHERE r.company = $1 AND r.reverses_id = m.movement_id
          AND r.recorded_at <= $5)) partners
  WHERE place <= $3 ORDER BY lot_id, place)sql"_sql};

// Places as of another time: of movements that had happened by $4 and were recorded by $5. A
// balance row stays when it becomes empty, so every place that a lot was ever in has one.
constexpr pg::Statement kPlacesThen{"trace_places_then", R"sql(
  SELECT lot_id, location_id, kind, quantity, NULL::timestamptz, places, on_hand
  FROM (
    SELECT lot_id, location_id, kind, quantity,
           row_number() OVER (PARTITION BY lot_id
                              ORDER BY quantity <= 0, kind NOT IN ({PLACES_ON_HAND}), kind,
                                       location_id)
             AS place,
           count(*) FILTER (WHERE quantity > 0) OVER (PARTITION BY lot_id) AS places,
           coalesce(sum(quantity) FILTER (WHERE kind IN ({PLACES_ON_HAND}))
             OVER (PARTITION BY lot_id), 0)
             AS on_hand
    FROM (
      SELECT b.lot_id, b.location_id, b.kind, (
               SELECT coalesce(sum(CASE WHEN m.to_location_id = b.location_id
                                        THEN m.quantity ELSE -m.quantity END), 0)
               FROM movements m
               WHERE m.company = $1 AND m.lot_id = b.lot_id
                 AND (m.from_location_id = b.location_id OR m.to_location_id = b.location_id)
                 AND m.occurred_at <= $4 AND m.recorded_at <= $5) AS quantity
      FROM balances b
      WHERE b.company = $1 AND b.lot_id = ANY($2)
        AND (b.kind IN ({PLACES_OF_GOODS}) OR b.location_id = 'WORK_IN_PROCESS')) summed
    WHERE quantity <> 0) held
  WHERE place <= $3 ORDER BY lot_id, place)sql"_sql};

// What is issued to orders, as it is now, and of how many orders. One look at the index when the
// company issued nothing.
constexpr pg::Statement kNodeIssued{"trace_node_issued", R"sql(
  SELECT lot_id, work_order_id, quantity, issued_at, orders
  FROM (
    SELECT i.lot_id, i.work_order_id, i.quantity, i.issued_at,
           row_number() OVER (PARTITION BY i.lot_id ORDER BY i.work_order_id) AS place,
           count(*) OVER (PARTITION BY i.lot_id) AS orders
    FROM issued_components i
    WHERE i.company = $1 AND i.lot_id = ANY($2) AND i.quantity > 0 AND EXISTS (
      SELECT FROM issued_components a WHERE a.company = $1 AND a.quantity > 0)) issued
  WHERE place <= $3 ORDER BY lot_id, place)sql"};

using NodeOfLot = absl::flat_hash_map<LotId, TraceNode*>;

TracePlace PlaceOf(const pg::Row& row) {
  return {row.Get<LocationId>(1), row.Get<LocationKind>(2), row.Get<Quantity>(3),
          row.Get<std::optional<absl::Time>>(4)};
}

PartnerMovement PartnerOf(const pg::Row& row) {
  PartnerMovement movement;
  movement.kind = row.Get<MovementKind>(1);
  movement.partner_id = row.Get<std::string>(2);
  movement.document = {row.Get<std::string>(3), row.Get<std::string>(4)};
  movement.quantity = row.Get<Quantity>(5);
  movement.occurred_at = row.Get<absl::Time>(6);
  movement.location_id = row.Get<LocationId>(7);
  return movement;
}

// Of places that PostgreSQL sorted and cut.
void ReadShownPlaces(const pg::Result& places, NodeOfLot& nodes) {
  for (const pg::Row& row : places) {
    TraceNode& node = *nodes.at(row.Get<LotId>(0));
    node.place_count = row.Get<int64_t>(5);
    node.on_hand = row.Get<Quantity>(6);
    TracePlace place = PlaceOf(row);
    // Back-dated movements can make the quantity of an earlier time negative.
    if (place.quantity.IsPositive()) node.places.push_back(std::move(place));
  }
}

void ReadShownPartners(const pg::Result& partners, NodeOfLot& nodes) {
  for (const pg::Row& row : partners) {
    TraceNode& node = *nodes.at(row.Get<LotId>(0));
    node.partner_movements.push_back(PartnerOf(row));
    node.partner_movement_count = row.Get<int64_t>(8);
  }
}

bool IsOurs(const TracePlace& place) {
  return place.kind == LocationKind::kInternal || place.kind == LocationKind::kTransit;
}

void ReadEveryPlace(const pg::Result& places, NodeOfLot& nodes) {
  for (const pg::Row& row : places) {
    TraceNode& node = *nodes.at(row.Get<LotId>(0));
    node.places.push_back(PlaceOf(row));
    if (IsOurs(node.places.back())) node.on_hand += node.places.back().quantity;
  }
  // The kinds of own places have the lowest numbers.
  const auto sort_keys = [](const TracePlace& place) {
    return std::tie(place.kind, place.location_id);
  };
  for (auto& [lot_id, node] : nodes) {
    node->place_count = static_cast<int64_t>(node->places.size());
    std::sort(
        node->places.begin(), node->places.end(),
        [&](const TracePlace& a, const TracePlace& b) { return sort_keys(a) < sort_keys(b); });
    if (node->places.size() > kTracePlacesShownMax) node->places.resize(kTracePlacesShownMax);
  }
}

// Issued goods are ours: they stand behind our places, and before those of others.
void ReadIssued(const pg::Result& issued, NodeOfLot& nodes) {
  LotId lot;
  TraceNode* node = nullptr;
  size_t next = 0;
  for (const pg::Row& row : issued) {
    if (node == nullptr || row.Get<LotId>(0) != lot) {
      lot = row.Get<LotId>(0);
      node = nodes.at(lot);
      node->place_count += row.Get<int64_t>(4);
      next = std::count_if(node->places.begin(), node->places.end(), IsOurs);
    }
    if (next >= static_cast<size_t>(kTracePlacesShownMax)) continue;
    TracePlace place{.location_id = WorkInProcess(),
                     .kind = LocationKind::kProduction,
                     .quantity = row.Get<Quantity>(2),
                     .arrived_at = row.Get<absl::Time>(3),
                     .work_order = row.Get<WorkOrderId>(1)};
    node->places.insert(node->places.begin() + static_cast<ptrdiff_t>(next++), std::move(place));
    if (node->places.size() > static_cast<size_t>(kTracePlacesShownMax)) node->places.pop_back();
  }
}

void ReadEveryPartner(const pg::Result& partners, NodeOfLot& nodes) {
  struct Found {
    TraceNode* node;
    absl::Time recorded_at;
    Uuid movement_id;
    int row;
  };
  std::vector<Found> found;
  found.reserve(partners.size());
  for (const pg::Row& row : partners) {
    found.push_back({nodes.at(row.Get<LotId>(0)), row.Get<absl::Time>(8), row.Get<Uuid>(9),
                     static_cast<int>(found.size())});
  }
  std::sort(found.begin(), found.end(), [](const Found& a, const Found& b) {
    return std::tie(a.recorded_at, a.movement_id) < std::tie(b.recorded_at, b.movement_id);
  });
  for (const Found& movement : found) {
    TraceNode& node = *movement.node;
    if (++node.partner_movement_count > kTracePartnerMovementsShownMax) continue;
    node.partner_movements.push_back(PartnerOf(partners[movement.row]));
  }
}

}  // namespace

NodeRead::NodeRead(const TraceQuery& query, std::vector<TraceNode> nodes)
    : query_(&query), nodes_(std::move(nodes)) {
  lot_ids_.reserve(nodes_.size());
  for (const TraceNode& node : nodes_) lot_ids_.push_back(node.lot_id);
  std::sort(lot_ids_.begin(), lot_ids_.end());
}

// Half of what may be shown of every lot: most lots have one or two places.
int64_t NodeRead::RowsMax() const {
  return static_cast<int64_t>(lot_ids_.size()) * kTracePlacesShownMax / 2;
}

bool NodeRead::IsCut(const pg::Result& rows) const {
  return static_cast<int64_t>(rows.size()) == RowsMax();
}

absl::Status NodeRead::SendAsync(pg::Transaction& snapshot) const {
  pg::ParallelReads reads(snapshot);
  ASSIGN_OR_RETURN(const auto parts, PartsOf<LotId>(reads, kHandsBetween, query_->company, lot_ids_,
                                                    lot_ids_.size()));
  if (query_->IsNow()) {
    AddByIds(snapshot, kNodePlaces, query_->company, parts[0], RowsMax());
  } else {
    snapshot.Add(kPlacesThen, query_->company, lot_ids_, kTracePlacesShownMax, query_->as_of,
                 query_->known_at);
  }
  AddByIds(snapshot, kNodePartners, query_->company, parts[0], RowsMax(), query_->as_of,
           query_->known_at);
  if (query_->IsNow()) snapshot.Add(kNodeIssued, query_->company, lot_ids_, kTracePlacesShownMax);
  return snapshot.SendAsync();
}

absl::StatusOr<std::vector<TraceNode>> NodeRead::Take(pg::Transaction& snapshot) {
  NodeOfLot node_of_lot;
  node_of_lot.reserve(nodes_.size());
  for (TraceNode& node : nodes_) node_of_lot[node.lot_id] = &node;
  ASSIGN_OR_RETURN(const pg::Result places, snapshot.Take());
  ASSIGN_OR_RETURN(const pg::Result partners, snapshot.Take());
  pg::Result issued;
  if (query_->IsNow()) {
    ASSIGN_OR_RETURN(issued, snapshot.Take());
  }
  RETURN_IF_ERROR(TakePlaces(snapshot, places, node_of_lot));
  ReadIssued(issued, node_of_lot);
  RETURN_IF_ERROR(TakePartners(snapshot, partners, node_of_lot));
  return std::move(nodes_);
}

absl::Status NodeRead::TakePlaces(pg::Transaction& snapshot, const pg::Result& places,
                                  NodeOfLot& nodes) const {
  if (!query_->IsNow()) {
    ReadShownPlaces(places, nodes);
  } else if (!IsCut(places)) {
    ReadEveryPlace(places, nodes);
  } else {
    snapshot.Add(kManyPlaces, query_->company, lot_ids_, kTracePlacesShownMax);
    ASSIGN_OR_RETURN(const pg::Results shown, snapshot.Send());
    ReadShownPlaces(shown[0], nodes);
  }
  return absl::OkStatus();
}

absl::Status NodeRead::TakePartners(pg::Transaction& snapshot, const pg::Result& partners,
                                    NodeOfLot& nodes) const {
  if (!IsCut(partners)) {
    ReadEveryPartner(partners, nodes);
    return absl::OkStatus();
  }
  snapshot.Add(kManyPartners, query_->company, lot_ids_, kTracePartnerMovementsShownMax,
               query_->as_of, query_->known_at);
  ASSIGN_OR_RETURN(const pg::Results shown, snapshot.Send());
  ReadShownPartners(shown[0], nodes);
  return absl::OkStatus();
}

}  // namespace lots
