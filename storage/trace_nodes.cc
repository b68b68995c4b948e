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

// Ours first, then customers', then scrap. on_hand counts every place, shown or not.
constexpr pg::Statement kNodePlaces{"trace_node_places", R"sql(
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

// Receipts, deliveries and returns that had happened by $4 and were recorded by $5; the partner's
// side is the one that is not ours.
constexpr pg::Statement kNodePartners{"trace_node_partners", R"sql(
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

// The same at another time: by $4 it had happened, by $5 it was recorded. A balance stays when it
// is empty, so every place that a lot ever was in has one: they are the places to sum up.
constexpr pg::Statement kNodePlacesThen{"trace_node_places_then", R"sql(
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

void ReadPlaces(const pg::Result& places, NodeOfLot& nodes) {
  for (const pg::Row& row : places) {
    TraceNode& node = *nodes.at(row.Get<LotId>(0));
    node.place_count = row.Get<int64_t>(5);
    node.on_hand = row.Get<Quantity>(6);
    const auto quantity = row.Get<Quantity>(3);
    // Back-dated facts can leave less than nothing at an earlier time.
    if (!quantity.IsPositive()) continue;
    node.places.push_back({row.Get<LocationId>(1), row.Get<LocationKind>(2), quantity,
                           row.Get<std::optional<absl::Time>>(4)});
  }
}

void ReadPartners(const pg::Result& partners, NodeOfLot& nodes) {
  for (const pg::Row& row : partners) {
    TraceNode& node = *nodes.at(row.Get<LotId>(0));
    PartnerMovement movement;
    movement.kind = row.Get<MovementKind>(1);
    movement.partner_id = row.Get<std::string>(2);
    movement.document = {row.Get<std::string>(3), row.Get<std::string>(4)};
    movement.quantity = row.Get<Quantity>(5);
    movement.occurred_at = row.Get<absl::Time>(6);
    movement.location_id = row.Get<LocationId>(7);
    node.partner_movements.push_back(std::move(movement));
    node.partner_movement_count = row.Get<int64_t>(8);
  }
}

}  // namespace

absl::StatusOr<std::vector<TraceNode>> ReadTraceNodes(pg::Transaction& snapshot,
                                                      const TraceOrder& order,
                                                      const std::vector<LotId>& lot_ids) {
  const CompanyId& company = order.company;
  snapshot.Add(kNodeLots, company, lot_ids);
  if (order.IsNow()) {
    snapshot.Add(kNodePlaces, company, lot_ids, kTracePlacesShownMax);
  } else {
    snapshot.Add(kNodePlacesThen, company, lot_ids, kTracePlacesShownMax, order.as_of,
                 order.known_at);
  }
  snapshot.Add(kNodePartners, company, lot_ids, kTracePartnerMovementsShownMax, order.as_of,
               order.known_at);
  ASSIGN_OR_RETURN(const pg::Results results, snapshot.Send());
  std::vector<TraceNode> nodes;
  nodes.reserve(lot_ids.size());
  for (const pg::Row& row : results[0]) nodes.push_back(ReadNode(row));
  NodeOfLot node_of_lot;
  for (TraceNode& node : nodes) node_of_lot[node.lot_id] = &node;
  ReadPlaces(results[1], node_of_lot);
  ReadPartners(results[2], node_of_lot);
  return nodes;
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
