// Walks upstream from a lot, and lays the graph out as a tree.
#include "storage/units/composition.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "storage/base/limits.h"
#include "storage/base/status_macros.h"
#include "storage/domain/errors.h"
#include "storage/domain/kinds/sql_identities.h"
#include "storage/domain/kinds/sql_words.h"
#include "storage/domain/refusals.h"
#include "storage/domain/transformation.h"
#include "storage/genealogy/ends/in_unit.h"
#include "storage/genealogy/graph/graph.h"
#include "storage/genealogy/graph/lots.h"
#include "storage/lot_rows/resolve.h"

namespace lots {
namespace {

constexpr pg::Statement kReadNames{"composition_lot_names", R"sql(
  SELECT lot_id, product_id, number, tracking, scale
  FROM lots WHERE company = $1 AND lot_id = ANY($2))sql"};

// Where a unit is, and whose delivery brought it there, under whatever number it then had.
constexpr const char* kReadPlaceText = R"sql(
  WITH RECURSIVE self AS (
    SELECT $2::uuid AS lot_id, 0 AS depth
    UNION ALL)sql" LOTS_FORMER_IDENTITY R"sql()
  SELECT b.location_id, b.kind,
         CASE WHEN b.kind = {PLACE_CUSTOMER} THEN (
           SELECT m.partner_id
           FROM self
           JOIN movements m ON m.company = $1 AND m.lot_id = self.lot_id
             AND m.kind = {MOVEMENT_DELIVERY} AND m.reverses_id IS NULL
           WHERE NOT EXISTS (SELECT FROM movements r
                             WHERE r.company = $1 AND r.reverses_id = m.movement_id)
           ORDER BY self.depth, m.recorded_at DESC, m.movement_id DESC
           LIMIT 1) END
  FROM balances b
  WHERE b.company = $1 AND b.lot_id = $2 AND b.quantity > 0
    AND b.kind IN ({PLACES_OF_GOODS}))sql"_sql;
constexpr pg::Statement kReadPlace{"composition_place", kReadPlaceText};

using Names = absl::flat_hash_map<LotId, LotName>;
using Link = TraceGraph::Link;

// When something was in the unit, through everything that it is in.
struct Span {
  absl::Time since = absl::InfinitePast();
  absl::Time until = absl::InfiniteFuture();  // InfiniteFuture: it is there
};

// What went into one lot by one transformation.
struct Component {
  uint32_t lot;
  uint32_t transformation;
  Quantity quantity;
  bool exact;
  Span span;
};

class Tree {
 public:
  Tree(const CompositionQuery& query, const TraceGraph& graph, const Names& names,
       const std::vector<absl::Time>& times, Composition& composition)
      : query_(query),
        graph_(graph),
        names_(names),
        times_(times),
        composition_(composition),
        on_path_(graph.nodes.size()) {}

  void AddFrom(uint32_t unit) { AddContents(unit, 1, Span()); }

 private:
  // Adds what is in the lot. `span`: when the lot was in what is above it.
  void AddContents(uint32_t lot, int level, const Span& span) {
    std::vector<Component> components;
    Collect(lot, span, components);
    if (!components.empty() && level > query_.level_max) {
      composition_.truncated = true;
      return;
    }
    std::sort(components.begin(), components.end(),
              [&](const Component& a, const Component& b) { return KeyOf(a) < KeyOf(b); });
    on_path_[lot] = true;
    for (const Component& component : components) {
      if (static_cast<int64_t>(composition_.entries.size()) >= query_.limit) {
        composition_.truncated = true;
        break;
      }
      Add(component, level);
    }
    on_path_[lot] = false;
  }

  std::tuple<const ProductId&, const std::string&, absl::Time, uint32_t, bool> KeyOf(
      const Component& component) const {
    const LotName& name = NameOf(component.lot);
    return {name.product_id, name.number, component.span.until, component.transformation,
            component.exact};
  }

  void Add(const Component& component, int level) {
    CompositionEntry& entry = composition_.entries.emplace_back();
    entry.lot = NameOf(component.lot);
    entry.level = level;
    entry.quantity = component.quantity;
    entry.exact = component.exact;
    entry.transformation_id = graph_.transformations[component.transformation].transformation_id;
    entry.since = times_[component.transformation];
    if (component.span.until < absl::InfiniteFuture()) entry.until = component.span.until;
    AddContents(component.lot, level + 1, component.span);
  }

  // What was split, merged or got another number has the contents that it had before.
  void Collect(uint32_t lot, const Span& span, std::vector<Component>& components) {
    if (on_path_[lot]) return;
    on_path_[lot] = true;
    absl::flat_hash_set<uint32_t> makers;  // a lot may be two outputs of one transformation
    for (const uint32_t number : graph_.LinksOfLot(lot)) {
      const Link& link = graph_.links[number];
      if (link.kind == TraceLinkKind::kExactInput && link.output == lot) {
        CollectInput(link, span, components);
      } else if (IsMade(link.kind) && link.lot == lot &&
                 makers.insert(link.transformation).second) {
        const Span made{span.since, std::min(span.until, UntilOf(link))};
        for (const Link& input : graph_.LinksOfTransformation(link.transformation)) {
          if (input.kind == TraceLinkKind::kPooledInput) CollectInput(input, made, components);
        }
      }
    }
    on_path_[lot] = false;
  }

  void CollectInput(const Link& input, const Span& span, std::vector<Component>& components) {
    if (on_path_[input.lot]) return;
    Span within{span.since, std::min(span.until, UntilOf(input))};
    if (PassesOn(graph_.transformations[input.transformation].kind)) {
      return Collect(input.lot, within, components);
    }
    within.since = std::max(span.since, times_[input.transformation]);
    // It left before what it was in went in, or went into that one after it had come out.
    if (within.since > within.until) return;
    // What a single output used as a whole is certainly in it.
    const bool single = graph_.transformations[input.transformation].single_output;
    components.push_back({.lot = input.lot,
                          .transformation = input.transformation,
                          .quantity = input.quantity,
                          .exact = single || input.kind == TraceLinkKind::kExactInput,
                          .span = within});
  }

  absl::Time UntilOf(const Link& link) const {
    return graph_.FormerUntil(link).value_or(absl::InfiniteFuture());
  }

  const LotName& NameOf(uint32_t lot) const { return names_.at(graph_.IdOfLot(lot)); }

  const CompositionQuery& query_;
  const TraceGraph& graph_;
  const Names& names_;
  const std::vector<absl::Time>& times_;  // when each transformation happened
  Composition& composition_;
  std::vector<bool> on_path_;  // by lot: rework is in itself
};

absl::StatusOr<Names> ReadNames(pg::Transaction& snapshot, const CompanyId& company,
                                const std::vector<LotId>& ids) {
  snapshot.Add(kReadNames, company, ids);
  ASSIGN_OR_RETURN(const pg::Results results, snapshot.Send());
  Names names;
  for (const pg::Row row : results[0]) {
    LotName name{.lot_id = row.Get<LotId>(0),
                 .product_id = row.Get<ProductId>(1),
                 .number = row.Get<std::string>(2),
                 .tracking = row.Get<Tracking>(3),
                 .scale = row.Get<int>(4)};
    const LotId id = name.lot_id;
    names.emplace(id, std::move(name));
  }
  return names;
}

// The units that the lot is in, and where the outermost is.
absl::Status ReadUnits(pg::Transaction& snapshot, const CompositionQuery& query,
                       Composition& composition) {
  const LotId& lot = composition.lot.lot_id;
  AddInUnits(snapshot, query.company, absl::MakeConstSpan(&lot, 1), kContainingUnitsMax,
             query.as_of, query.known_at);
  ASSIGN_OR_RETURN(const pg::Results results, snapshot.Send());
  const std::vector<InUnit> found = ReadInUnits(results[0]);
  std::vector<LotId> ids;
  for (const InUnit& in_unit : found) ids.push_back(in_unit.unit);
  ASSIGN_OR_RETURN(const Names names, ReadNames(snapshot, query.company, ids));
  for (const InUnit& in_unit : found) {
    ContainingUnit& unit = composition.units.emplace_back();
    unit.unit = names.at(in_unit.unit);
    unit.level = in_unit.level;
    unit.quantity = in_unit.quantity;
    unit.since = in_unit.since;
  }
  return absl::OkStatus();
}

absl::Status ReadPlace(pg::Transaction& snapshot, const CompositionQuery& query,
                       Composition& composition) {
  const bool is_now =
      query.as_of == absl::InfiniteFuture() && query.known_at == absl::InfiniteFuture();
  if (!is_now || composition.lot.tracking != Tracking::kSerial) return absl::OkStatus();
  const LotName& outermost =
      composition.units.empty() ? composition.lot : composition.units.back().unit;
  snapshot.Add(kReadPlace, query.company, outermost.lot_id);
  ASSIGN_OR_RETURN(const pg::Results results, snapshot.Send());
  if (results[0].empty()) return absl::OkStatus();
  const pg::Row row = results[0][0];
  composition.place = {.location_id = row.Get<LocationId>(0),
                       .kind = row.Get<LocationKind>(1),
                       .partner_id = row.Get<std::optional<std::string>>(2).value_or("")};
  return absl::OkStatus();
}

absl::Status ReadContents(pg::Transaction& snapshot, const CompositionQuery& query,
                          Composition& composition) {
  TraceQuery walk{.company = query.company, .direction = TraceDirection::kUpstream};
  walk.seeds = {composition.lot.lot_id};
  walk.depth_max = kTraceDepthMax;
  walk.node_limit = query.limit + 1;
  walk.as_of = query.as_of;
  walk.known_at = query.known_at;
  walk.include_former = query.include_former;
  pg::ParallelReads reads(snapshot);
  PendingTrace pending;
  ASSIGN_OR_RETURN(const TraceGraph graph, WalkTrace(reads, walk, &pending));
  // The lot was deleted since it was resolved.
  if (graph.nodes.empty()) return Refuse(LotNotFound(query.lot, "lot"));
  composition.truncated = !graph.truncated_by.empty();
  std::vector<absl::Time> times;
  for (size_t i = 0; i < graph.transformations.size(); ++i) {
    times.push_back(pending.transformations.Pop().occurred_at);
  }
  std::vector<LotId> ids;
  for (const auto& [lot_id, node] : graph.nodes) ids.push_back(lot_id);
  ASSIGN_OR_RETURN(const Names names, ReadNames(snapshot, query.company, ids));
  Tree(query, graph, names, times, composition).AddFrom(0);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Composition> GetComposition(pg::Connection& db, const CompositionQuery& query) {
  ASSIGN_OR_RETURN(const auto found, ResolveLots(db, query.company, {query.lot}));
  if (!found[0].has_value()) return Refuse(LotNotFound(query.lot, "lot"));
  Composition composition{.lot = {.lot_id = found[0]->lot_id,
                                  .product_id = found[0]->product_id,
                                  .number = found[0]->number,
                                  .tracking = found[0]->tracking,
                                  .scale = found[0]->scale}};
  pg::Transaction snapshot(db, pg::Transaction::Kind::kSnapshot);
  RETURN_IF_ERROR(ReadContents(snapshot, query, composition));
  RETURN_IF_ERROR(ReadUnits(snapshot, query, composition));
  RETURN_IF_ERROR(ReadPlace(snapshot, query, composition));
  return composition;
}

}  // namespace lots
