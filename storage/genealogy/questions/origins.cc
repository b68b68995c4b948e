// Counts the origins of failed and sound units, and ranks them by Fisher's test.
#include "storage/genealogy/questions/origins.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "storage/base/limits.h"
#include "storage/base/status_macros.h"
#include "storage/domain/dates.h"
#include "storage/domain/errors.h"
#include "storage/domain/kinds/sql_identities.h"
#include "storage/domain/kinds/sql_words.h"
#include "storage/domain/refusals.h"
#include "storage/genealogy/questions/fisher.h"
#include "storage/genealogy/questions/lots_per_statement.h"
#include "storage/genealogy/questions/origin_graph.h"
#include "storage/genealogy/questions/refusals.h"
#include "storage/lot_rows/company.h"
#include "storage/lot_rows/resolve.h"

namespace lots {
namespace {

// Takes the newest candidates of each product from the index, so that a product of a million units
// is not sorted. A serial that got another number is the unit of that number.
constexpr pg::Statement kFindSound{"origin_sound_units", R"sql(
  SELECT newest.lot_id
  FROM (
    SELECT l.lot_id, l.created_at, l.tracking
    FROM unnest($2::text[]) AS wanted (product_id)
    CROSS JOIN LATERAL (
      SELECT lot_id, created_at, tracking FROM lots
      WHERE company = $1 AND product_id = wanted.product_id
        AND state IN ({STATE_ACTIVE}, {STATE_ARCHIVED})
        AND lot_id <> ALL($3)
      ORDER BY created_at DESC, lot_id DESC LIMIT $4) l) newest
  CROSS JOIN LATERAL (
    SELECT max(t.occurred_at) AS made_at
    FROM transformation_outputs o
    JOIN transformations t ON t.company = $1 AND t.transformation_id = o.transformation_id
    WHERE o.company = $1 AND o.lot_id = newest.lot_id AND o.role <> {OUTPUT_RETURNED}
      AND t.kind = {TRANSFORMATION_PRODUCTION}
      AND NOT EXISTS (SELECT FROM transformations r
                      WHERE r.company = $1 AND r.reverses_id = t.transformation_id)) made
  WHERE NOT (newest.tracking = {TRACKING_SERIAL} AND EXISTS (
    SELECT FROM transformation_inputs i
    JOIN transformations t ON t.company = $1 AND t.transformation_id = i.transformation_id
      AND t.kind = {TRANSFORMATION_RELABEL} AND t.reverses_id IS NULL
    WHERE i.company = $1 AND i.lot_id = newest.lot_id AND NOT EXISTS (
      SELECT FROM transformations r
      WHERE r.company = $1 AND r.reverses_id = t.transformation_id)))
  ORDER BY coalesce(made.made_at, newest.created_at) DESC, newest.lot_id DESC
  LIMIT $5)sql"_sql};

constexpr pg::Statement kFindSuppliers{"origin_suppliers", R"sql(
  SELECT DISTINCT m.lot_id, m.partner_id
  FROM movements m
  WHERE m.company = $1 AND m.lot_id = ANY($2) AND m.kind = {MOVEMENT_RECEIPT} AND m.partner_id <> ''
    AND m.reverses_id IS NULL AND NOT EXISTS (
      SELECT FROM movements r WHERE r.company = $1 AND r.reverses_id = m.movement_id))sql"_sql};

// What relabelled serials are now.
constexpr const char* kReadLatestText = R"sql(
  WITH RECURSIVE later AS (
    SELECT named.lot_id AS unit_id, named.lot_id, 0 AS depth
    FROM unnest($2::uuid[]) AS named (lot_id)
    UNION ALL)sql" LOTS_LATER_IDENTITY_OF("later.unit_id,") R"sql()
  SELECT DISTINCT ON (unit_id) unit_id, lot_id
  FROM later
  WHERE depth > 0
  ORDER BY unit_id, depth DESC)sql"_sql;
constexpr pg::Statement kReadLatest{"origin_latest_identities", kReadLatestText};

// What serials among the units were before they were relabelled.
constexpr const char* kReadFormerText = R"sql(
  WITH RECURSIVE self AS (
    SELECT l.lot_id AS unit_id, l.lot_id, 0 AS depth
    FROM lots l
    WHERE l.company = $1 AND l.lot_id = ANY($2) AND l.tracking = {TRACKING_SERIAL}
    UNION ALL)sql" LOTS_FORMER_IDENTITY_OF("self.unit_id,") R"sql()
  SELECT unit_id, lot_id
  FROM self
  WHERE depth > 0)sql"_sql;
constexpr pg::Statement kReadFormer{"origin_former_identities", kReadFormerText};

constexpr pg::Statement kReadNames{"origin_lot_names", R"sql(
  SELECT lot_id, product_id, number FROM lots WHERE company = $1 AND lot_id = ANY($2))sql"};

// Units are created before they are made, but not long before.
constexpr int64_t kSoundCandidates = 10 * kSoundUnitsMax;

// The units of a query: the failed ones first.
struct Units {
  std::vector<LotId> ids;
  std::vector<ProductId> products;  // of the failed ones, each once
  size_t failed_count = 0;
};

// The lots that relabelled serials are now. Others are not in the map.
using LatestLots = absl::flat_hash_map<LotId, LotId>;

absl::StatusOr<LatestLots> FindLatest(pg::Connection& db, const CompanyId& company,
                                      absl::Span<const std::optional<ResolvedLot>> lots) {
  std::vector<LotId> serials;
  for (const std::optional<ResolvedLot>& lot : lots) {
    const bool is_serial = lot.has_value() && lot->tracking == Tracking::kSerial;
    if (is_serial) serials.push_back(lot->lot_id);
  }
  LatestLots latest;
  if (serials.empty()) return latest;
  ASSIGN_OR_RETURN(const pg::Result rows, pg::Query(db, kReadLatest, company, serials));
  for (const pg::Row row : rows) latest.emplace(row.Get<LotId>(0), row.Get<LotId>(1));
  return latest;
}

// Resolves every unit, or refuses each one that does not exist or is named twice, under a former
// number perhaps.
absl::StatusOr<Units> ResolveUnits(pg::Connection& db, const OriginsQuery& query) {
  std::vector<LotRef> refs = query.failed;
  refs.insert(refs.end(), query.sound.begin(), query.sound.end());
  ASSIGN_OR_RETURN(const auto found, ResolveLots(db, query.company, refs));
  ASSIGN_OR_RETURN(const LatestLots latest, FindLatest(db, query.company, found));
  Units units{.failed_count = query.failed.size()};
  absl::flat_hash_map<LotId, std::string> fields;
  std::vector<Problem> problems;
  for (size_t i = 0; i < refs.size(); ++i) {
    const bool failed = i < units.failed_count;
    const std::string field =
        failed ? Indexed("failed", i) : Indexed("sound", i - units.failed_count);
    if (!found[i].has_value()) {
      problems.push_back(LotNotFound(refs[i], field));
      continue;
    }
    const auto now = latest.find(found[i]->lot_id);
    const LotId unit = now == latest.end() ? found[i]->lot_id : now->second;
    const auto [first, is_first] = fields.emplace(unit, field);
    if (!is_first) {
      problems.push_back(UnitTwice(field, first->second, {found[i]->number, found[i]->lot_id}));
    }
    units.ids.push_back(unit);
    if (failed) units.products.push_back(found[i]->product_id);
  }
  if (!problems.empty()) return Refuse(std::move(problems));
  std::sort(units.products.begin(), units.products.end());
  units.products.erase(std::unique(units.products.begin(), units.products.end()),
                       units.products.end());
  return units;
}

class OriginRanking {
 public:
  OriginRanking(pg::Transaction& snapshot, const OriginsQuery& query, absl::TimeZone zone,
                Units units)
      : snapshot_(snapshot), query_(query), zone_(zone), units_(std::move(units)) {}

  absl::StatusOr<CommonOrigins> Run() {
    if (query_.sound.empty()) RETURN_IF_ERROR(AddSoundUnits());
    ASSIGN_OR_RETURN(graph_, WalkOrigins(snapshot_, query_.company, units_.ids));
    RETURN_IF_ERROR(FindIdentities());
    const int failed = static_cast<int>(units_.failed_count);
    const int sound = static_cast<int>(units_.ids.size()) - failed;
    AddLots();
    AddWorkOrders();
    AddDays();
    RETURN_IF_ERROR(AddSuppliers());
    SetStatistics(FisherTest(failed, sound));
    CommonOrigins answer{.failed_count = failed,
                         .sound_count = sound,
                         .origin_count = static_cast<int>(origins_.size())};
    RETURN_IF_ERROR(Rank());
    answer.origins = std::move(origins_);
    return answer;
  }

 private:
  absl::Status AddSoundUnits() {
    snapshot_.Add(kFindSound, query_.company, units_.products, units_.ids, kSoundCandidates,
                  kSoundUnitsMax);
    ASSIGN_OR_RETURN(const pg::Results results, snapshot_.Send());
    for (const pg::Row row : results[0]) units_.ids.push_back(row.Get<LotId>(0));
    return absl::OkStatus();
  }

  // The lots of the graph that each unit is, or was before a relabel.
  absl::Status FindIdentities() {
    absl::flat_hash_map<LotId, size_t> places;
    for (size_t i = 0; i < graph_.lots.size(); ++i) places.emplace(graph_.lots[i].lot_id, i);
    for (size_t unit = 0; unit < units_.ids.size(); ++unit) identities_.push_back({unit});
    snapshot_.Add(kReadFormer, query_.company, units_.ids);
    ASSIGN_OR_RETURN(const pg::Results results, snapshot_.Send());
    for (const pg::Row row : results[0]) {
      // All of them are upstream of the unit.
      const size_t unit = places.at(row.Get<LotId>(0));
      identities_[unit].push_back(places.at(row.Get<LotId>(1)));
    }
    return absl::OkStatus();
  }

  // Counts the units that have this origin. An origin without a failed unit is dropped.
  void Add(Origin origin, const UnitSet& units) {
    origin.failed_count = units.Count(0, units_.failed_count);
    origin.sound_count = units.Count(units_.failed_count, units_.ids.size());
    if (origin.failed_count > 0) origins_.push_back(std::move(origin));
  }

  // A unit is not made of itself, whatever its number was.
  void AddLots() {
    absl::flat_hash_map<size_t, std::vector<size_t>> units_that_were;
    for (size_t unit = 0; unit < identities_.size(); ++unit) {
      for (const size_t lot : identities_[unit]) units_that_were[lot].push_back(unit);
    }
    for (size_t i = 0; i < graph_.lots.size(); ++i) {
      UnitSet made_of_it = graph_.lots[i].units;
      const auto were = units_that_were.find(i);
      if (were != units_that_were.end()) {
        for (const size_t unit : were->second) made_of_it.Remove(unit);
      }
      Add({.kind = OriginKind::kLot, .lot_id = graph_.lots[i].lot_id}, made_of_it);
    }
  }

  // The set of units that have `key`, empty at first.
  template <class Key>
  UnitSet& SetOf(std::map<Key, UnitSet>& sets, const Key& key) {
    return sets.try_emplace(key, units_.ids.size()).first->second;
  }

  void AddWorkOrders() {
    std::map<WorkOrderId, UnitSet> sets;
    for (const OriginGraph::TransformationNode& transformation : graph_.transformations) {
      if (transformation.work_order.has_value())
        SetOf(sets, *transformation.work_order).Add(transformation.units);
    }
    for (const auto& [id, units] : sets) {
      Add({.kind = OriginKind::kWorkOrder, .work_order = id}, units);
    }
  }

  void AddDay(size_t maker, size_t unit, std::map<absl::CivilDay, UnitSet>& sets) {
    const OriginGraph::TransformationNode& transformation = graph_.transformations[maker];
    if (transformation.kind != TransformationKind::kProduction) return;
    SetOf(sets, DayIn(transformation.occurred_at, zone_)).Add(unit);
  }

  void AddDays() {
    std::map<absl::CivilDay, UnitSet> sets;
    for (size_t unit = 0; unit < identities_.size(); ++unit) {
      for (const size_t lot : identities_[unit]) {
        for (const size_t maker : graph_.lots[lot].makers) AddDay(maker, unit, sets);
      }
    }
    for (const auto& [day, units] : sets) {
      Add({.kind = OriginKind::kProductionDay, .day = day}, units);
    }
  }

  absl::Status AddSuppliers() {
    std::map<std::string, UnitSet> sets;
    absl::flat_hash_map<LotId, const UnitSet*> units_of;
    std::vector<LotId> ids;
    for (const OriginGraph::LotNode& lot : graph_.lots) {
      ids.push_back(lot.lot_id);
      units_of.emplace(lot.lot_id, &lot.units);
    }
    const absl::Span<const LotId> all = ids;
    for (size_t begin = 0; begin < all.size(); begin += kLotsPerStatement) {
      snapshot_.Add(kFindSuppliers, query_.company, all.subspan(begin, kLotsPerStatement));
      ASSIGN_OR_RETURN(const pg::Results results, snapshot_.Send());
      for (const pg::Row row : results[0]) {
        SetOf(sets, row.Get<std::string>(1)).Add(*units_of.at(row.Get<LotId>(0)));
      }
    }
    for (const auto& [partner_id, units] : sets) {
      Add({.kind = OriginKind::kSupplier, .partner_id = partner_id}, units);
    }
    return absl::OkStatus();
  }

  // Calculates each pair of counts once: most origins have the same few pairs.
  void SetStatistics(const FisherTest& test) {
    absl::flat_hash_map<std::pair<int, int>, double> p_values;
    for (Origin& origin : origins_) {
      const std::pair counts(origin.failed_count, origin.sound_count);
      const auto [known, is_new] = p_values.emplace(counts, 0);
      if (is_new) known->second = test.PValue(counts.first, counts.second);
      origin.p_value = known->second;
      origin.odds_ratio = test.OddsRatio(counts.first, counts.second);
    }
  }

  static std::tuple<double, int, OriginKind> SortKeysOf(const Origin& origin) {
    return {origin.p_value, -origin.failed_count, origin.kind};
  }

  // Names are the last sort key, so only the names of origins that can be among the first are read.
  absl::Status Rank() {
    const size_t limit = query_.limit;
    if (origins_.size() > limit) {
      std::nth_element(
          origins_.begin(), origins_.begin() + (limit - 1), origins_.end(),
          [](const Origin& a, const Origin& b) { return SortKeysOf(a) < SortKeysOf(b); });
      const auto last = SortKeysOf(origins_[limit - 1]);
      std::erase_if(origins_, [&](const Origin& origin) { return last < SortKeysOf(origin); });
    }
    RETURN_IF_ERROR(ReadNames());
    std::sort(origins_.begin(), origins_.end(), [](const Origin& a, const Origin& b) {
      const auto name = [](const Origin& origin) {
        return std::tie(origin.product_id, origin.number, origin.work_order, origin.partner_id,
                        origin.day, origin.lot_id);
      };
      const auto a_rank = SortKeysOf(a), b_rank = SortKeysOf(b);
      return a_rank != b_rank ? a_rank < b_rank : name(a) < name(b);
    });
    if (origins_.size() > limit) origins_.resize(limit);
    return absl::OkStatus();
  }

  absl::Status ReadNames() {
    std::vector<LotId> ids;
    absl::flat_hash_map<LotId, Origin*> by_lot;
    for (Origin& origin : origins_) {
      if (origin.kind != OriginKind::kLot) continue;
      ids.push_back(origin.lot_id);
      by_lot.emplace(origin.lot_id, &origin);
    }
    snapshot_.Add(kReadNames, query_.company, ids);
    ASSIGN_OR_RETURN(const pg::Results results, snapshot_.Send());
    for (const pg::Row row : results[0]) {
      Origin& origin = *by_lot.at(row.Get<LotId>(0));
      origin.product_id = row.Get<ProductId>(1);
      origin.number = row.Get<std::string>(2);
    }
    return absl::OkStatus();
  }

  pg::Transaction& snapshot_;
  const OriginsQuery& query_;
  const absl::TimeZone zone_;
  Units units_;
  OriginGraph graph_;
  std::vector<std::vector<size_t>> identities_;  // of each unit: indexes in graph_.lots
  std::vector<Origin> origins_;
};

}  // namespace

absl::StatusOr<CommonOrigins> FindCommonOrigins(pg::Connection& db, const OriginsQuery& query) {
  // Reads the company first: an unknown company has no lots either.
  ASSIGN_OR_RETURN(const CompanyRules company, FindCompany(db, query.company));
  ASSIGN_OR_RETURN(Units units, ResolveUnits(db, query));
  pg::Transaction snapshot(db, pg::Transaction::Kind::kSnapshot);
  return OriginRanking(snapshot, query, company.zone, std::move(units)).Run();
}

}  // namespace lots
