// What a serial is made of, and what of that comes back out of it.
#include "storage/work_orders/completion/unit.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "storage/domain/lot_ref.h"
#include "storage/domain/reasons.h"
#include "storage/domain/refusals.h"
#include "storage/ledger/ledger.h"
#include "storage/ledger/rules/facts.h"
#include "storage/lot_rows/resolve.h"
#include "storage/work_orders/work_orders.h"

namespace lots::orders {
namespace {

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
    problems_.push_back(NotAComponent(field, {lot.number, lot.lot_id}, available, *wanted,
                                      "can come back of what is taken apart"));
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

UnitContents ContentsOf(UnitLinks links) {
  UnitContents contents;
  for (const UnitLink& link : links.links) {
    (link.exact ? contents.exact : contents.pooled)[link.lot_id] += link.left;
  }
  contents.links = std::move(links);
  return contents;
}

size_t AddLockedContents(pg::Transaction& transaction, const CompanyId& company,
                         const UnitContents& before) {
  const size_t first = AddUnitLinks(transaction, company, before.links.identities.front());
  AddStockSince(transaction, company, before.links);
  return first;
}

UnitContents ReadLockedContents(const pg::Results& results, size_t first) {
  UnitContents contents = ContentsOf(ReadUnitLinks(results, first));
  contents.stock_since = ReadStockSince(results[first + kUnitLinkReads]);
  return contents;
}

std::vector<ComponentEnd> EndsOf(const UnitLinks& links, const std::vector<BackLine>& lines) {
  std::vector<ComponentEnd> ends;
  for (const UnitMaking& making : links.makings) {
    ends.push_back(EndOfMaking(making.transformation_id, making.unit));
  }
  absl::btree_map<std::pair<LotId, bool>, Quantity> left;
  for (const BackLine& line : lines) left[{line.lot_id, line.exact}] += line.quantity;
  for (const UnitLink& link : links.links) {
    Quantity& back = left[{link.lot_id, link.exact}];
    const Quantity ended = std::min(back, link.left);
    if (!ended.IsPositive()) continue;
    back -= ended;
    ends.push_back(EndOf(link, ended));
  }
  return ends;
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
