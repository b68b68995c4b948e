#include <algorithm>
#include <cstdint>
#include <tuple>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "storage/base/status_macros.h"
#include "storage/limits.h"
#include "storage/trace_graph.h"

namespace lots {
namespace {

constexpr pg::Statement kNodeLots{"trace_node_lots", R"sql(
  SELECT lot_id, product_id, number, tracking, scale, reference, state, expires_on
  FROM lots WHERE company = $1 AND lot_id = ANY($2)
  ORDER BY product_id, number_key, lot_id)sql"};

// Every place and partner movement of the lots, put in order and cut to what is shown here: in
// PostgreSQL that takes as long again as reading them. At most $3 rows: lots that lie in thousands
// of places, or went to thousands of customers, are read by the statements after these.
constexpr pg::Statement kNodePlaces{"trace_node_places", R"sql(
  SELECT lot_id, location_id, kind, quantity, arrived_at
  FROM balances
  WHERE company = $1 AND lot_id = ANY($2) AND quantity > 0 AND kind IN (1, 2, 4, 6)
  LIMIT $3)sql"};

// Receipts, deliveries and returns that had happened by $4 and were recorded by $5; the partner's
// side is the one that is not ours.
constexpr pg::Statement kNodePartners{"trace_node_partners", R"sql(
  SELECT m.lot_id, m.kind, m.partner_id, m.document_type, m.document_number, m.quantity,
         m.occurred_at,
         CASE m.kind WHEN 3 THEN m.to_location_id ELSE m.from_location_id END,
         m.recorded_at, m.movement_id
  FROM movements m
  WHERE m.company = $1 AND m.lot_id = ANY($2) AND m.kind IN (1, 3, 4) AND m.reverses_id IS NULL
    AND m.occurred_at <= $4 AND m.recorded_at <= $5 AND NOT EXISTS (
      SELECT FROM movements r WHERE r.company = $1 AND r.reverses_id = m.movement_id
        AND r.recorded_at <= $5)
  LIMIT $3)sql"};

// Ours first, then customers', then scrap. on_hand counts every place, shown or not.
constexpr pg::Statement kManyPlaces{"trace_many_places", R"sql(
  SELECT lot_id, location_id, kind, quantity, arrived_at, places, on_hand
  FROM (
    SELECT lot_id, location_id, kind, quantity, arrived_at,
           row_number() OVER (PARTITION BY lot_id
                              ORDER BY kind NOT IN (1, 2), kind, location_id) AS place,
           count(*) OVER (PARTITION BY lot_id) AS places,
           coalesce(sum(quantity) FILTER (WHERE kind IN (1, 2)) OVER (PARTITION BY lot_id), 0)
             AS on_hand
    FROM balances
    WHERE company = $1 AND lot_id = ANY($2) AND quantity > 0 AND kind IN (1, 2, 4, 6)) held
  WHERE place <= $3 ORDER BY lot_id, place)sql"};

constexpr pg::Statement kManyPartners{"trace_many_partners", R"sql(
  SELECT lot_id, kind, partner_id, document_type, document_number, quantity, occurred_at,
         location_id, movements
  FROM (
    SELECT m.lot_id, m.kind, m.partner_id, m.document_type, m.document_number, m.quantity,
           m.occurred_at,
           CASE m.kind WHEN 3 THEN m.to_location_id ELSE m.from_location_id END AS location_id,
           row_number() OVER (PARTITION BY m.lot_id ORDER BY m.recorded_at, m.movement_id) AS place,
           count(*) OVER (PARTITION BY m.lot_id) AS movements
    FROM movements m
    WHERE m.company = $1 AND m.lot_id = ANY($2) AND m.kind IN (1, 3, 4) AND m.reverses_id IS NULL
      AND m.occurred_at <= $4 AND m.recorded_at <= $5 AND NOT EXISTS (
        SELECT FROM movements r WHERE r.company = $1 AND r.reverses_id = m.movement_id
          AND r.recorded_at <= $5)) partners
  WHERE place <= $3 ORDER BY lot_id, place)sql"};

// Places at another time: by $4 it had happened, by $5 it was recorded. A balance stays when it
// is empty, so every place that a lot ever was in has one: they are the places to sum up.
constexpr pg::Statement kPlacesThen{"trace_places_then", R"sql(
  SELECT lot_id, location_id, kind, quantity, NULL::timestamptz, places, on_hand
  FROM (
    SELECT lot_id, location_id, kind, quantity,
           row_number() OVER (PARTITION BY lot_id
                              ORDER BY quantity <= 0, kind NOT IN (1, 2), kind, location_id)
             AS place,
           count(*) FILTER (WHERE quantity > 0) OVER (PARTITION BY lot_id) AS places,
           coalesce(sum(quantity) FILTER (WHERE kind IN (1, 2)) OVER (PARTITION BY lot_id), 0)
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
      WHERE b.company = $1 AND b.lot_id = ANY($2) AND b.kind IN (1, 2, 4, 6)) summed
    WHERE quantity <> 0) held
  WHERE place <= $3 ORDER BY lot_id, place)sql"};

constexpr pg::Statement kSteps{"trace_steps", R"sql(
  SELECT transformation_id, kind, work_order_id, occurred_at, recorded_at, actor, note
  FROM transformations WHERE company = $1 AND transformation_id = ANY($2))sql"};

using NodeOfLot = absl::flat_hash_map<LotId, TraceNode*>;

TraceNode ReadNode(const pg::Row& row) {
  TraceNode node;
  node.lot_id = row.Get<LotId>(0);
  node.product_id = row.Get<ProductId>(1);
  node.number = row.Get<std::string>(2);
  node.tracking = row.Get<Tracking>(3);
  node.scale = row.Get<int>(4);
  node.reference = row.Get<std::string>(5);
  node.state = row.Get<LotState>(6);
  node.expires_on = row.Get<std::optional<absl::CivilDay>>(7);
  return node;
}

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

// Places that were put in order and cut already.
void ReadShownPlaces(const pg::Result& places, NodeOfLot& nodes) {
  for (const pg::Row& row : places) {
    TraceNode& node = *nodes.at(row.Get<LotId>(0));
    node.place_count = row.Get<int64_t>(5);
    node.on_hand = row.Get<Quantity>(6);
    TracePlace place = PlaceOf(row);
    // Back-dated facts can leave less than nothing at an earlier time.
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
  // Kinds are numbered with ours first.
  const auto order = [](const TracePlace& place) {
    return std::tie(place.kind, place.location_id);
  };
  for (auto& [lot_id, node] : nodes) {
    node->place_count = static_cast<int64_t>(node->places.size());
    std::sort(node->places.begin(), node->places.end(),
              [&](const TracePlace& a, const TracePlace& b) { return order(a) < order(b); });
    if (node->places.size() > kTracePlacesShownMax) node->places.resize(kTracePlacesShownMax);
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

// What one read of nodes asks, and how it takes the answers.
class NodeRead {
 public:
  NodeRead(pg::Transaction& snapshot, const TraceOrder& order, const std::vector<LotId>& lot_ids)
      : snapshot_(snapshot), order_(order), lot_ids_(lot_ids) {}

  absl::StatusOr<std::vector<TraceNode>> Run() && {
    snapshot_.Add(kNodeLots, order_.company, lot_ids_);
    if (order_.IsNow()) {
      snapshot_.Add(kNodePlaces, order_.company, lot_ids_, RowsMax());
    } else {
      snapshot_.Add(kPlacesThen, order_.company, lot_ids_, kTracePlacesShownMax, order_.as_of,
                    order_.known_at);
    }
    snapshot_.Add(kNodePartners, order_.company, lot_ids_, RowsMax(), order_.as_of,
                  order_.known_at);
    ASSIGN_OR_RETURN(const pg::Results results, snapshot_.Send());
    nodes_.reserve(lot_ids_.size());
    for (const pg::Row& row : results[0]) nodes_.push_back(ReadNode(row));
    for (TraceNode& node : nodes_) node_of_lot_[node.lot_id] = &node;
    RETURN_IF_ERROR(TakePlaces(results[1]));
    RETURN_IF_ERROR(TakePartners(results[2]));
    return std::move(nodes_);
  }

 private:
  // Half of what is shown of every lot: most have one place or two.
  int64_t RowsMax() const {
    return static_cast<int64_t>(lot_ids_.size()) * kTracePlacesShownMax / 2;
  }
  bool IsCut(const pg::Result& rows) const {
    return static_cast<int64_t>(rows.size()) == RowsMax();
  }

  absl::Status TakePlaces(const pg::Result& places) {
    if (!order_.IsNow()) {
      ReadShownPlaces(places, node_of_lot_);
    } else if (!IsCut(places)) {
      ReadEveryPlace(places, node_of_lot_);
    } else {
      snapshot_.Add(kManyPlaces, order_.company, lot_ids_, kTracePlacesShownMax);
      ASSIGN_OR_RETURN(const pg::Results shown, snapshot_.Send());
      ReadShownPlaces(shown[0], node_of_lot_);
    }
    return absl::OkStatus();
  }

  absl::Status TakePartners(const pg::Result& partners) {
    if (!IsCut(partners)) {
      ReadEveryPartner(partners, node_of_lot_);
      return absl::OkStatus();
    }
    snapshot_.Add(kManyPartners, order_.company, lot_ids_, kTracePartnerMovementsShownMax,
                  order_.as_of, order_.known_at);
    ASSIGN_OR_RETURN(const pg::Results shown, snapshot_.Send());
    ReadShownPartners(shown[0], node_of_lot_);
    return absl::OkStatus();
  }

  pg::Transaction& snapshot_;
  const TraceOrder& order_;
  const std::vector<LotId>& lot_ids_;
  std::vector<TraceNode> nodes_;
  NodeOfLot node_of_lot_;
};

}  // namespace

absl::StatusOr<std::vector<TraceNode>> ReadTraceNodes(pg::Transaction& snapshot,
                                                      const TraceOrder& order,
                                                      const std::vector<LotId>& lot_ids) {
  return NodeRead(snapshot, order, lot_ids).Run();
}

absl::StatusOr<std::vector<Transformation>> ReadTraceSteps(
    pg::Transaction& snapshot, const TraceOrder& order,
    const std::vector<TransformationId>& transformation_ids) {
  snapshot.Add(kSteps, order.company, transformation_ids);
  ASSIGN_OR_RETURN(const pg::Results results, snapshot.Send());
  std::vector<Transformation> steps;
  steps.reserve(transformation_ids.size());
  for (const pg::Row& row : results[0]) {
    Transformation step;
    step.transformation_id = row.Get<TransformationId>(0);
    step.kind = row.Get<TransformationKind>(1);
    step.work_order = row.Get<std::optional<WorkOrderId>>(2);
    step.occurred_at = row.Get<absl::Time>(3);
    step.recorded_at = row.Get<absl::Time>(4);
    step.actor = row.Get<std::string>(5);
    step.note = row.Get<std::string>(6);
    steps.push_back(std::move(step));
  }
  return steps;
}

}  // namespace lots
