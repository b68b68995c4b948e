// Reads the states of lots, and follows serials to the units that they are in.
#include "storage/whereabouts/whereabouts.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "storage/base/status_macros.h"
#include "storage/domain/kinds/sql_identities.h"
#include "storage/domain/kinds/sql_words.h"
#include "storage/genealogy/ends/in_unit.h"
#include "storage/pg/pipeline.h"
#include "storage/whereabouts/conditions.h"

namespace lots {
namespace {

#define LOTS_STATE_COLUMN(enumerator, condition, candidates) ", " condition
// A column for each entry of kWhereaboutsSql, in its order.
constexpr const char* kReadStatesText =
    R"sql(
  SELECT l.lot_id)sql" LOTS_EVERY_WHEREABOUTS(LOTS_STATE_COLUMN) R"sql(
  FROM lots l
  WHERE l.company = $1 AND l.lot_id = ANY($2))sql"_sql;
#undef LOTS_STATE_COLUMN
constexpr pg::Statement kReadStates{"read_states_of_whereabouts", kReadStatesText};

// A serial is in one place of goods at most. One that is in none is where its last movement says.
constexpr const char* kReadPositionsText = R"sql(
  SELECT l.lot_id, m.to_location_id, p.kind, m.movement_id, m.partner_id, m.occurred_at,
         m.work_order_id
  FROM lots l
  LEFT JOIN balances b ON b.company = $1 AND b.lot_id = l.lot_id AND b.quantity > 0
    AND b.kind IN ({PLACES_OF_GOODS})
  CROSS JOIN LATERAL (
    SELECT m.to_location_id, m.movement_id, m.partner_id, m.occurred_at, m.work_order_id
    FROM movements m
    WHERE m.company = $1 AND m.lot_id = l.lot_id
      AND (b.location_id IS NULL OR m.to_location_id = b.location_id)
      AND)sql" LOTS_MOVED_IN_EFFECT("m") R"sql(
    ORDER BY m.recorded_at DESC, m.movement_id DESC LIMIT 1) AS m
  JOIN locations p ON p.company = $1 AND p.location_id = m.to_location_id
  WHERE l.company = $1 AND l.lot_id = ANY($2) AND l.tracking = {TRACKING_SERIAL})sql"_sql;
constexpr pg::Statement kReadPositions{"read_positions_of_serials", kReadPositionsText};

// What each serial was relabelled to, the last one of a row of relabels.
constexpr const char* kReadSuccessorsText = R"sql(
  WITH RECURSIVE later AS (
    SELECT asked.lot_id AS former_id, asked.lot_id, 0 AS depth
    FROM unnest($2::uuid[]) AS asked (lot_id)
    UNION ALL)sql" LOTS_LATER_IDENTITY_OF("later.former_id,") R"sql()
  SELECT DISTINCT ON (former_id) former_id, lot_id FROM later
  WHERE depth > 0
  ORDER BY former_id, depth DESC)sql"_sql;
constexpr pg::Statement kReadSuccessors{"read_successors_of_serials", kReadSuccessorsText};

constexpr pg::Statement kReadNames{"read_names_of_units", R"sql(
  SELECT lot_id, product_id, number FROM lots WHERE company = $1 AND lot_id = ANY($2))sql"};

using StatesByLot = absl::flat_hash_map<LotId, std::vector<Whereabouts>>;
using PositionsByLot = absl::flat_hash_map<LotId, SerialPosition>;

StatesByLot ReadStates(const pg::Result& rows) {
  StatesByLot states;
  for (const pg::Row row : rows) {
    std::vector<Whereabouts>& of_lot = states[row.Get<LotId>(0)];
    int column = 1;
    for (const WhereaboutsSql& each : kWhereaboutsSql) {
      if (row.Get<bool>(column++)) of_lot.push_back(each.whereabouts);
    }
  }
  return states;
}

PositionsByLot ReadPositions(const pg::Result& rows) {
  PositionsByLot positions;
  for (const pg::Row row : rows) {
    SerialPosition position{.location_id = row.Get<LocationId>(1),
                            .kind = row.Get<LocationKind>(2),
                            .movement_id = row.Get<MovementId>(3),
                            .since = row.Get<absl::Time>(5)};
    const LocationKind kind = position.kind;
    // Elsewhere the partner is the one from whom the goods came, and the order the one that made
    // them.
    if (kind == LocationKind::kCustomer || kind == LocationKind::kSupplier) {
      position.partner_id = row.Get<std::string>(4);
    }
    if (kind == LocationKind::kProduction) {
      position.work_order = row.Get<std::optional<WorkOrderId>>(6);
    }
    positions[row.Get<LotId>(0)] = std::move(position);
  }
  return positions;
}

// The lots that say where a serial is.
struct Path {
  std::optional<LotId> successor;
  std::optional<LotId> unit;
  std::optional<LotId> outermost;
};
using PathsByLot = absl::flat_hash_map<LotId, Path>;

// Others are where their positions say, whatever they were in before.
std::vector<LotId> SerialsElsewhere(const StatesByLot& states, const PositionsByLot& positions) {
  std::vector<LotId> serials;
  for (const auto& [lot_id, of_lot] : states) {
    const bool is_elsewhere = absl::c_linear_search(of_lot, Whereabouts::kBuiltIn) ||
                              absl::c_linear_search(of_lot, Whereabouts::kReshaped);
    if (is_elsewhere && positions.contains(lot_id)) serials.push_back(lot_id);
  }
  return serials;
}

absl::StatusOr<PathsByLot> ReadPaths(pg::Connection& db, const CompanyId& company,
                                     const std::vector<LotId>& serials) {
  PathsByLot paths;
  if (serials.empty()) return paths;
  pg::Pipeline pipeline(db);
  pipeline.Add(kReadSuccessors, company, serials);
  const int64_t levels = static_cast<int64_t>(serials.size()) * kUnitLevelsMax;
  const size_t units = AddInUnits(pipeline, company, serials, levels);
  ASSIGN_OR_RETURN(const pg::Results results, pipeline.Send());
  for (const pg::Row row : results[0]) paths[row.Get<LotId>(0)].successor = row.Get<LotId>(1);
  // From the inside out.
  for (const InUnit& in : ReadInUnits(results[units])) {
    Path& path = paths[in.lot_id];
    if (!path.unit.has_value()) path.unit = in.unit;
    path.outermost = in.unit;
  }
  return paths;
}

std::vector<LotId> UnitsOf(const PathsByLot& paths) {
  std::vector<LotId> ids;
  for (const auto& [part, path] : paths) {
    for (const std::optional<LotId>& unit : {path.successor, path.unit, path.outermost}) {
      if (unit.has_value()) ids.push_back(*unit);
    }
  }
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  return ids;
}

using UnitsByLot = absl::flat_hash_map<LotId, RelatedUnit>;

absl::StatusOr<UnitsByLot> ReadRelatedUnits(pg::Connection& db, const CompanyId& company,
                                            const std::vector<LotId>& ids) {
  UnitsByLot units;
  if (ids.empty()) return units;
  pg::Pipeline pipeline(db);
  pipeline.Add(kReadNames, company, ids);
  pipeline.Add(kReadStates, company, ids);
  pipeline.Add(kReadPositions, company, ids);
  ASSIGN_OR_RETURN(const pg::Results results, pipeline.Send());
  StatesByLot states = ReadStates(results[1]);
  const PositionsByLot positions = ReadPositions(results[2]);
  for (const pg::Row row : results[0]) {
    const LotId id = row.Get<LotId>(0);
    RelatedUnit& unit = units[id];
    unit.lot_id = id;
    unit.product_id = row.Get<ProductId>(1);
    unit.number = row.Get<std::string>(2);
    unit.states = std::move(states[id]);
    const auto position = positions.find(id);
    if (position != positions.end()) unit.position = position->second;
  }
  return units;
}

std::optional<RelatedUnit> Find(const UnitsByLot& units, const std::optional<LotId>& id) {
  if (!id.has_value()) return std::nullopt;
  const auto found = units.find(*id);
  return found == units.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace

std::string CandidatesOf(absl::string_view name) {
  absl::ConsumePrefix(&name, "WHEREABOUTS_");
  for (const WhereaboutsSql& each : kWhereaboutsSql) {
    const absl::string_view candidates = each.candidates;
    if (Name(each.whereabouts) != name || candidates.empty()) continue;
    return absl::StrCat(" AND l.lot_id IN (", candidates, ")");
  }
  return std::string();
}

absl::StatusOr<WhereaboutsByLot> ReadWhereabouts(pg::Connection& db, const CompanyId& company,
                                                 absl::Span<const LotId> lot_ids) {
  WhereaboutsByLot whereabouts;
  if (lot_ids.empty()) return whereabouts;
  pg::Pipeline pipeline(db);
  pipeline.Add(kReadStates, company, lot_ids);
  pipeline.Add(kReadPositions, company, lot_ids);
  ASSIGN_OR_RETURN(const pg::Results results, pipeline.Send());
  StatesByLot states = ReadStates(results[0]);
  PositionsByLot positions = ReadPositions(results[1]);
  ASSIGN_OR_RETURN(const PathsByLot paths,
                   ReadPaths(db, company, SerialsElsewhere(states, positions)));
  ASSIGN_OR_RETURN(const UnitsByLot units, ReadRelatedUnits(db, company, UnitsOf(paths)));
  for (auto& [lot_id, of_lot] : states) {
    LotWhereabouts& lot = whereabouts[lot_id];
    lot.states = std::move(of_lot);
    const auto position = positions.find(lot_id);
    if (position != positions.end()) lot.position = std::move(position->second);
    const auto path = paths.find(lot_id);
    if (path == paths.end()) continue;
    lot.successor = Find(units, path->second.successor);
    lot.unit = Find(units, path->second.unit);
    lot.outermost_unit = Find(units, path->second.outermost);
  }
  return whereabouts;
}

}  // namespace lots
