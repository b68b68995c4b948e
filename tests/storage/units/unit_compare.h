// Asks the product what is in what, and compares the answers with those of a UnitModel.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "gtest/gtest.h"
#include "storage/base/limits.h"
#include "storage/genealogy/questions/recipients.h"
#include "storage/genealogy/trace.h"
#include "storage/recalls/recalls.h"
#include "storage/recalls/report.h"
#include "storage/units/composition.h"
#include "tests/support/base/must.h"
#include "tests/support/model/unit_model.h"
#include "tests/support/world/world.h"

namespace lots {

class UnitCompare {
 public:
  using Times = UnitModel::Times;
  using Ids = std::map<std::string, LotId>;

  UnitCompare(World& world, const UnitModel& model, const Ids& ids)
      : world_(world), model_(model), ids_(ids) {}

  // What is in the lot and in what it is, at any time.
  void AtTimes(const std::string& lot, Times times) {
    SCOPED_TRACE(absl::StrCat(lot, " as of ", absl::FormatTime(times.as_of), ", known at ",
                              absl::FormatTime(times.known_at)));
    const Composition composition =
        Must(GetComposition(world_.db(), {.company = world_.company(),
                                          .lot = {.lot_id = ids_.at(lot)},
                                          .as_of = times.as_of,
                                          .known_at = times.known_at,
                                          .include_former = false,
                                          .level_max = 20,
                                          .limit = 1000}));
    EXPECT_FALSE(composition.truncated);
    EXPECT_EQ(TextOf(TreeOf(composition)), TextOf(model_.Composition(lot, times)));
    EXPECT_EQ(UnitsOf(composition), model_.UnitsOf(lot, times));
    for (const bool downstream : {true, false}) {
      EXPECT_EQ(TextOf(AskTrace(lot, downstream, times)),
                TextOf(model_.Trace(lot, downstream, times)))
          << (downstream ? "downstream" : "upstream");
    }
  }

  void Places() {
    for (const std::string& lot : model_.Lots()) {
      EXPECT_EQ(world_.Where(ids_.at(lot)), model_.Where(lot)) << lot;
    }
  }

  void RecipientsOf(const std::string& lot) {
    RecipientReader reader({.company = world_.company(), .seeds = {ids_.at(lot)}});
    std::vector<std::string> recipients;
    for (;;) {
      const auto piece = Must(reader.Next(world_.db()));
      if (!piece.has_value()) break;
      for (const Recipient& one : *piece) {
        recipients.push_back(absl::StrCat(one.partner_id, " ", one.number));
      }
    }
    std::sort(recipients.begin(), recipients.end());
    EXPECT_EQ(recipients, model_.Recipients(lot)) << lot;
  }

  // What a recall would find; with `name` it is opened, and the report has the same lots.
  void RecallOf(const std::string& lot, bool include_former, const std::string& name = "") {
    SCOPED_TRACE(absl::StrCat("recall of ", lot, include_former ? " with former units" : ""));
    std::map<std::string, bool> members = model_.Trace(lot, /*downstream=*/true);
    std::map<std::string, bool> former = model_.Former(lot);
    members[lot] = true;
    if (include_former) members.merge(std::exchange(former, {}));

    OpenRecallCommand command{.context = world_.Context("OpenRecall"),
                              .recall_id = RecallId(name.empty() ? "DRY" : name),
                              .reason = "cracks"};
    command.context.now = absl::Now();
    command.seeds.push_back({.lot_id = ids_.at(lot)});
    command.include_former = include_former;
    command.validate_only = name.empty();
    const Recall recall = Must(OpenRecall(world_.db(), command));
    EXPECT_EQ(recall.scope.lot_count, static_cast<int64_t>(members.size()));
    EXPECT_EQ(recall.scope.certain_count, std::count_if(members.begin(), members.end(),
                                                        [](const auto& m) { return m.second; }));
    EXPECT_EQ(recall.scope.former_count, static_cast<int64_t>(former.size()));
    if (name.empty()) return;
    std::map<std::string, bool> listed;
    EXPECT_EQ(TextOf(MembersOf(name, &listed)), TextOf(members));
    EXPECT_EQ(TextOf(listed), TextOf(former));
  }

  // The members in the report, and the lots that it lists apart.
  std::map<std::string, bool> MembersOf(const std::string& name,
                                        std::map<std::string, bool>* former = nullptr) {
    std::map<std::string, bool> members;
    RecallReportReader reader(world_.company(), RecallId(name));
    for (;;) {
      const auto piece = Must(reader.Next(world_.db()));
      if (!piece.has_value()) return members;
      for (const RecallLot& lot : piece->lots) {
        if (!lot.exclusion.has_value()) members[lot.number] = lot.certain;
      }
      for (const RecallFormerLot& lot : piece->former_lots) {
        if (former != nullptr) (*former)[lot.number] = lot.certain;
      }
    }
  }

  // Whatever was done since the recall was opened: what has the lot in it is a member.
  void NothingEscapes(const std::string& name, const std::string& seed) {
    const std::map<std::string, bool> members = MembersOf(name);
    for (const auto& [lot, certain] : model_.Trace(seed, /*downstream=*/true)) {
      EXPECT_TRUE(members.count(lot) > 0) << lot << " has " << seed << " in it";
    }
  }

 private:
  static std::string TextOf(const std::map<std::string, Quantity>& tree) {
    return absl::StrJoin(tree, "; ", [](std::string* out, const auto& entry) {
      absl::StrAppend(out, entry.first, " ", entry.second.ToString());
    });
  }
  static std::string TextOf(const std::map<std::string, bool>& lots) {
    return absl::StrJoin(lots, "; ", [](std::string* out, const auto& entry) {
      absl::StrAppend(out, entry.first, entry.second ? " certain" : " possible");
    });
  }

  static std::map<std::string, Quantity> TreeOf(const Composition& composition) {
    std::map<std::string, Quantity> tree;
    std::vector<std::string> path;
    for (const CompositionEntry& entry : composition.entries) {
      path.resize(static_cast<size_t>(entry.level - 1));
      path.push_back(absl::StrCat(entry.lot.number, entry.exact ? "" : " pooled"));
      tree[absl::StrJoin(path, "/")] += entry.quantity;
    }
    return tree;
  }
  static std::vector<std::string> UnitsOf(const Composition& composition) {
    std::vector<std::string> units;
    for (const ContainingUnit& unit : composition.units) {
      units.push_back(
          absl::StrCat(unit.level, " ", unit.unit.number, " ", unit.quantity.ToString()));
    }
    std::sort(units.begin(), units.end());
    return units;
  }

  std::map<std::string, bool> AskTrace(const std::string& lot, bool downstream, Times times) {
    TraceQuery query{
        .company = world_.company(),
        .direction = downstream ? TraceDirection::kDownstream : TraceDirection::kUpstream};
    query.seeds = {ids_.at(lot)};
    query.depth_max = kTraceDepthMax;
    query.node_limit = kTraceNodesMax;
    query.as_of = times.as_of;
    query.known_at = times.known_at;
    std::map<std::string, bool> reached;
    Must(Trace(world_.db(), query, [&](const TracePiece& piece) {
      for (const TraceNode& node : piece.nodes) {
        if (node.depth > 0) reached[node.number] = node.certainty == Certainty::kCertain;
      }
    }));
    return reached;
  }

  World& world_;
  const UnitModel& model_;
  const Ids& ids_;
};

}  // namespace lots
