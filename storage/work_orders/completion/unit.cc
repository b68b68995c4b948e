// What a serial is made of, and what of that comes back out of it.
#include "storage/work_orders/completion/unit.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "storage/domain/kinds/sql_identities.h"
#include "storage/domain/kinds/sql_words.h"
#include "storage/domain/reasons.h"
#include "storage/domain/refusals.h"
#include "storage/ledger/ledger.h"
#include "storage/ledger/rules/facts.h"
#include "storage/lot_rows/resolve.h"
#include "storage/work_orders/work_orders.h"

namespace lots::orders {
namespace {

// The lots that the unit was and is, newest first.
constexpr const char* kReadIdentitiesText = R"sql(
  WITH RECURSIVE self AS (
    SELECT $2::uuid AS lot_id, 0 AS depth
    UNION ALL)sql" LOTS_FORMER_IDENTITY R"sql()
  SELECT lot_id FROM self ORDER BY depth)sql"_sql;
constexpr pg::Statement kReadIdentities{"read_unit_identities", kReadIdentitiesText};

// In the order of the unit's own movements: clocks of several servers order nothing else. What
// happened under a former number happened before. Rework consumes the unit and makes it again: its
// completions are several then, and the unit itself is none of its components.
constexpr const char* kReadInputsText = R"sql(
  WITH RECURSIVE self AS (
    SELECT $2::uuid AS lot_id, 0 AS depth
    UNION ALL)sql" LOTS_FORMER_IDENTITY R"sql(),
  apart AS (
    SELECT self.depth, m.recorded_at, m.movement_id
    FROM self
    JOIN movements m ON m.company = $1 AND m.lot_id = self.lot_id
      AND m.kind = {MOVEMENT_CONSUMPTION} AND m.reverses_id IS NULL
    JOIN transformations t ON t.company = $1 AND t.transformation_id = m.transformation_id
      AND t.kind = {TRANSFORMATION_DISASSEMBLY}
    WHERE NOT EXISTS (SELECT FROM transformations r
                      WHERE r.company = $1 AND r.reverses_id = t.transformation_id)
    ORDER BY self.depth, m.recorded_at DESC, m.movement_id DESC LIMIT 1)
  SELECT i.transformation_id, i.lot_id, i.quantity, i.output_lot_id IS NOT NULL,
         i.lot_id IN (SELECT lot_id FROM self)
  FROM self
  JOIN movements m ON m.company = $1 AND m.lot_id = self.lot_id
    AND m.kind = {MOVEMENT_PRODUCTION} AND m.reverses_id IS NULL
  JOIN transformations t ON t.company = $1 AND t.transformation_id = m.transformation_id
    AND t.kind = {TRANSFORMATION_PRODUCTION}
  JOIN transformation_inputs i ON i.company = $1 AND i.transformation_id = t.transformation_id
  WHERE NOT EXISTS (SELECT FROM transformations r
                    WHERE r.company = $1 AND r.reverses_id = t.transformation_id)
    AND NOT EXISTS (SELECT FROM apart a
                    WHERE a.depth < self.depth
                      OR a.depth = self.depth
                        AND (a.recorded_at, a.movement_id) > (m.recorded_at, m.movement_id))
    AND (i.output_lot_id = self.lot_id OR i.output_lot_id IS NULL))sql"_sql;
constexpr pg::Statement kReadInputs{"read_unit_inputs", kReadInputsText};

// What computed disassemblies gave back of what was pooled in these completions, whatever number
// the units then had. One of a sibling that has other completions besides counts in full: rather
// too little comes back than too much.
constexpr pg::Statement kReadReturned{"read_returned_pooled", R"sql(
  WITH RECURSIVE later AS (
    SELECT made.lot_id, 0 AS depth, made.recorded_at, made.movement_id
    FROM movements made
    WHERE made.company = $1 AND made.transformation_id = ANY($2)
      AND made.kind = {MOVEMENT_PRODUCTION}
    UNION ALL
    SELECT o.lot_id, later.depth + 1, later.recorded_at, later.movement_id
    FROM later
    JOIN transformation_inputs i ON i.company = $1 AND i.lot_id = later.lot_id
    JOIN transformations t ON t.company = $1 AND t.transformation_id = i.transformation_id
      AND t.kind = {TRANSFORMATION_RELABEL} AND t.reverses_id IS NULL
    JOIN transformation_outputs o ON o.company = $1 AND o.transformation_id = t.transformation_id
    WHERE later.depth < 100 AND NOT EXISTS (
      SELECT FROM transformations r
      WHERE r.company = $1 AND r.reverses_id = t.transformation_id))
  SELECT o.lot_id, sum(o.quantity)
  FROM transformation_outputs o
  WHERE o.company = $1 AND o.lot_id = ANY($3) AND o.role = {OUTPUT_RETURNED}
    AND o.input_lot_id IS NULL
    AND o.transformation_id IN (
      SELECT d.transformation_id
      FROM later
      JOIN movements taken ON taken.company = $1 AND taken.lot_id = later.lot_id
        AND taken.kind = {MOVEMENT_CONSUMPTION} AND taken.reverses_id IS NULL
        AND (later.depth > 0
             OR (taken.recorded_at, taken.movement_id) > (later.recorded_at, later.movement_id))
      JOIN transformations d ON d.company = $1 AND d.transformation_id = taken.transformation_id
      WHERE d.kind = {TRANSFORMATION_DISASSEMBLY}
        AND NOT EXISTS (SELECT FROM transformations r
                        WHERE r.company = $1 AND r.reverses_id = d.transformation_id))
  GROUP BY o.lot_id)sql"_sql};

// What came out of the unit beside it when it was reworked. $3: the lots that the unit was and is.
constexpr pg::Statement kReadRemoved{"read_removed_in_rework", R"sql(
  SELECT o.lot_id, sum(o.quantity)
  FROM transformation_outputs o
  WHERE o.company = $1 AND o.transformation_id = ANY($2) AND o.role = {OUTPUT_BY_PRODUCT}
    AND o.lot_id = ANY($4)
    AND o.transformation_id IN (SELECT i.transformation_id FROM transformation_inputs i
                                WHERE i.company = $1 AND i.lot_id = ANY($3))
  GROUP BY o.lot_id)sql"_sql};

// The earliest date of what these completions consumed of each lot.
constexpr pg::Statement kReadStockSince{"read_stock_since_of_components", R"sql(
  SELECT m.lot_id, min(m.from_stock_since)
  FROM movements m
  WHERE m.company = $1 AND m.transformation_id = ANY($2) AND m.kind = {MOVEMENT_CONSUMPTION}
    AND m.lot_id = ANY($3) AND m.from_stock_since IS NOT NULL
  GROUP BY m.lot_id)sql"_sql};

void TakeOff(const pg::Result& rows, absl::btree_map<LotId, Quantity>& from) {
  for (const pg::Row row : rows) {
    const auto found = from.find(row.Get<LotId>(0));
    if (found == from.end()) continue;
    found->second = std::max(Quantity(), found->second - row.Get<Quantity>(1));
  }
}

Quantity LeftOf(const absl::btree_map<LotId, Quantity>& quantities, const LotId& lot) {
  const auto found = quantities.find(lot);
  return found == quantities.end() ? Quantity() : found->second;
}

// Shares what is in the unit out over what the request states.
class Return {
 public:
  Return(const DisassemblyCommand& command, const Ledger& ledger, const UnitContents& contents,
         std::vector<Problem>& problems)
      : command_(command),
        ledger_(ledger),
        problems_(problems),
        exact_(contents.exact),
        pooled_(contents.pooled) {}

  void TakeStated(size_t index, const ResolvedLot& lot);
  void TakeTheRest();
  std::vector<BackLine> lines() && { return std::move(lines_); }

 private:
  std::optional<Quantity> WantedOf(size_t index, const ResolvedLot& lot);
  void Take(absl::btree_map<LotId, Quantity>& from, BackLine line);

  const DisassemblyCommand& command_;
  const Ledger& ledger_;
  std::vector<Problem>& problems_;
  absl::btree_map<LotId, Quantity> exact_;
  absl::btree_map<LotId, Quantity> pooled_;
  absl::flat_hash_set<LotId> stated_;
  std::vector<BackLine> lines_;
};

std::optional<Quantity> Return::WantedOf(size_t index, const ResolvedLot& lot) {
  const std::optional<Quantity>& stated = command_.components[index].quantity;
  if (stated.has_value()) return stated;
  const Quantity exact = LeftOf(exact_, lot.lot_id);
  if (exact.IsPositive()) return exact;
  if (lot.tracking == Tracking::kSerial) return Quantity::FromUnits(1);
  problems_.push_back(FieldInvalid(Indexed("components", index, "quantity"), "",
                                   "say how much of a pooled component comes back"));
  return std::nullopt;
}

void Return::Take(absl::btree_map<LotId, Quantity>& from, BackLine line) {
  if (!line.quantity.IsPositive()) return;
  from[line.lot_id] -= line.quantity;
  lines_.push_back(std::move(line));
}

void Return::TakeStated(size_t index, const ResolvedLot& lot) {
  const std::string field = Indexed("components", index);
  const std::optional<Quantity> wanted = WantedOf(index, lot);
  if (!wanted.has_value()) return;
  stated_.insert(lot.lot_id);
  const Quantity exact = std::min(*wanted, LeftOf(exact_, lot.lot_id));
  const Quantity pooled = *wanted - exact;
  const Quantity available = LeftOf(exact_, lot.lot_id) + LeftOf(pooled_, lot.lot_id);
  if (*wanted > available) {
    exact_.erase(lot.lot_id);  // one problem is enough
    problems_.push_back({Reason::kNotAComponent,
                         field,
                         absl::StrCat("of lot \"", lot.number, "\" ", available.ToString(),
                                      " can come back of this unit, not ", wanted->ToString()),
                         {{"lot_id", lot.lot_id.value().ToString()},
                          {"number", lot.number},
                          {"available", available.ToString()},
                          {"needed", wanted->ToString()}}});
    return;
  }
  const LocationId to = command_.components[index].to.value_or(command_.destination);
  Take(exact_, {lot.lot_id, exact, to, true, field});
  Take(pooled_, {lot.lot_id, pooled, to, false, field});
}

void Return::TakeTheRest() {
  std::vector<BackLine> rest;
  for (const auto& [lot_id, quantity] : exact_) {
    if (!quantity.IsPositive()) continue;
    const LotFacts* lot = ledger_.facts().FindLot(lot_id);
    if (stated_.contains(lot_id) && lot != nullptr) {
      problems_.push_back(
          {Reason::kComponentMissing,
           "components",
           absl::StrCat("of lot \"", lot->number, "\", which went into this unit, ",
                        quantity.ToString(),
                        " more must come back; name SCRAP as its place if it broke"),
           {{"lot_id", lot_id.value().ToString()}, {"number", lot->number}}});
      continue;
    }
    rest.push_back({lot_id, quantity, command_.destination, true, "components"});
  }
  for (BackLine& line : rest) Take(exact_, std::move(line));
}

}  // namespace

size_t AddUnitInputs(pg::Transaction& transaction, const CompanyId& company, const LotId& unit) {
  const size_t first = transaction.Add(kReadIdentities, company, unit);
  transaction.Add(kReadInputs, company, unit);
  return first;
}

UnitContents ReadUnitInputs(const pg::Results& results, size_t first) {
  UnitContents contents;
  for (const pg::Row row : results[first]) contents.identities.push_back(row.Get<LotId>(0));
  for (const pg::Row row : results[first + 1]) {
    contents.completions.insert(row.Get<TransformationId>(0));
    const bool is_itself = row.Get<bool>(4);
    if (is_itself) continue;
    auto& quantities = row.Get<bool>(3) ? contents.exact : contents.pooled;
    quantities[row.Get<LotId>(1)] += row.Get<Quantity>(2);
  }
  return contents;
}

size_t AddContentsPast(pg::Transaction& transaction, const CompanyId& company,
                       const UnitContents& contents) {
  const std::vector<TransformationId> completions(contents.completions.begin(),
                                                  contents.completions.end());
  std::vector<LotId> exact, pooled, all;
  for (const auto& [lot, quantity] : contents.exact) exact.push_back(lot);
  for (const auto& [lot, quantity] : contents.pooled) pooled.push_back(lot);
  all.insert(all.end(), exact.begin(), exact.end());
  all.insert(all.end(), pooled.begin(), pooled.end());
  const size_t first = transaction.Add(kReadReturned, company, completions, pooled);
  transaction.Add(kReadRemoved, company, completions, contents.identities, exact);
  transaction.Add(kReadStockSince, company, completions, all);
  return first;
}

void ReadContentsPast(const pg::Results& results, size_t first, UnitContents& contents) {
  TakeOff(results[first], contents.pooled);
  TakeOff(results[first + 1], contents.exact);
  for (const pg::Row row : results[first + 2]) {
    contents.stock_since[row.Get<LotId>(0)] = row.Get<absl::Time>(1);
  }
}

std::vector<BackLine> PlanReturn(const DisassemblyCommand& command,
                                 const std::vector<std::optional<ResolvedLot>>& named,
                                 const Ledger& ledger, const UnitContents& contents,
                                 std::vector<Problem>& problems) {
  Return plan(command, ledger, contents, problems);
  for (size_t i = 0; i < command.components.size(); ++i) {
    if (named[i + 1].has_value()) {
      plan.TakeStated(i, *named[i + 1]);
    } else {
      problems.push_back(LotNotFound(command.components[i].lot, Indexed("components", i, "lot")));
    }
  }
  plan.TakeTheRest();
  return std::move(plan).lines();
}

}  // namespace lots::orders
