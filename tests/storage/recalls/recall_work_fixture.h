// The recall "RC-1" of a company, and what is done while it is open.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/catalog/catalog.h"
#include "storage/domain/kinds/lot_event.h"
#include "storage/domain/movement.h"
#include "storage/holds/holds.h"
#include "storage/lots/lists/history.h"
#include "storage/recalls/answers.h"
#include "storage/recalls/recalls.h"
#include "storage/recalls/report.h"
#include "storage/stock/stock.h"
#include "storage/work_orders/work_orders.h"
#include "tests/support/database/test_database.h"
#include "tests/support/model/ledger_checker.h"
#include "tests/support/world/answers.h"
#include "tests/support/world/holds.h"
#include "tests/support/world/world.h"

namespace lots {

inline const RecallId kRecall("RC-1");

class RecallWork : public ::testing::Test {
 protected:
  ~RecallWork() override {
    EXPECT_THAT(CheckLedger(world_.db(), world_.company()), ::testing::IsEmpty());
  }

  Recall Open(const std::vector<LotId>& seeds, bool drill = false, bool only_listed = false) {
    OpenRecallCommand command{.context = world_.Context("OpenRecall"),
                              .recall_id = kRecall,
                              .reason = "glass",
                              .drill = drill,
                              .only_listed_exempt = only_listed};
    command.context.now = absl::Now();
    for (const LotId& seed : seeds) command.seeds.push_back({.lot_id = seed});
    return Must(OpenRecall(world_.db(), command));
  }
  Recall Must(const absl::StatusOr<Recall>& recall) {
    EXPECT_TRUE(recall.ok()) << recall.status();
    return recall.value_or(Recall());
  }
  Completion Cook(const std::string& work_order, const std::string& soup, const LotId& of,
                  bool accept_held = false, const char* from = nullptr) {
    CompletionCommand command = world_.CompleteCommand(work_order, "soup");
    command.outputs = {Output(soup, "10")};
    command.components = {Component(of, "1")};
    if (from != nullptr) command.components.front().from = LocationId(from);
    command.accept.held = accept_held;
    const auto completion = CompleteWorkOrder(world_.db(), command);
    EXPECT_TRUE(completion.ok()) << completion.status();
    return completion.value_or(Completion());
  }
  std::string Move(MovementKind kind, const LotId& lot, absl::string_view quantity,
                   absl::string_view from, absl::string_view to) {
    RecordMovementsCommand command = world_.MoveCommand(kind, lot, quantity, from, to);
    command.context.now = absl::Now();
    return RefusalOf(RecordMovements(world_.db(), command).status());
  }
  MovementId Deliver(const LotId& lot, absl::string_view quantity, const std::string& partner,
                     const char* from = "shelf") {
    RecordMovementsCommand command =
        world_.MoveCommand(MovementKind::kDelivery, lot, quantity, from, "shop");
    command.movements.front().partner_id = partner;
    const auto recorded = RecordMovements(world_.db(), command);
    EXPECT_TRUE(recorded.ok()) << recorded.status();
    return recorded->movement_ids.front();
  }
  RecallLotsCommand Lots(const char* method, const std::vector<LotId>& lots) {
    RecallLotsCommand command{.context = world_.Context(method),
                              .recall_id = kRecall,
                              .evidence = "tested",
                              .evidence_link = "PR-88"};
    command.context.now = absl::Now();
    for (const LotId& lot : lots) command.lots.push_back({.lot_id = lot});
    return command;
  }
  absl::StatusOr<Recall> Exclude(const std::vector<LotId>& lots) {
    return ExcludeRecallLots(world_.db(), Lots("ExcludeRecallLots", lots));
  }
  absl::StatusOr<Recall> Include(const std::vector<LotId>& lots) {
    return IncludeRecallLots(world_.db(), Lots("IncludeRecallLots", lots));
  }
  SetRecallDispositionCommand Disposing(const LotId& lot, absl::string_view place,
                                        absl::string_view quantity, RecallDispositionKind kind) {
    SetRecallDispositionCommand command{.context = world_.Context("SetRecallDisposition"),
                                        .recall_id = kRecall};
    RecallDisposition& disposition = command.dispositions.emplace_back();
    disposition.lot = {.lot_id = lot};
    disposition.location_id = LocationId(std::string(place));
    disposition.kind = kind;
    disposition.quantity = Q(quantity);
    disposition.note = "sieved";
    return command;
  }
  std::string Clear(const LotId& lot, absl::string_view place, absl::string_view quantity) {
    return RefusalOf(SetRecallDisposition(world_.db(), Disposing(lot, place, quantity,
                                                                 RecallDispositionKind::kCleared))
                         .status());
  }
  RecordRecipientResponseCommand Responding(const std::string& partner) {
    return {.context = world_.Context("RecordRecipientResponse"),
            .recall_id = kRecall,
            .partner_id = partner};
  }
  CloseRecallCommand Closing(bool leave_held = false) {
    CloseRecallCommand command{.context = world_.Context("CloseRecall"),
                               .recall_id = kRecall,
                               .closing_note = "done",
                               .leave_held = leave_held};
    command.context.now = absl::Now();
    return command;
  }
  std::string Close(bool leave_held = false) {
    return RefusalOf(CloseRecall(world_.db(), Closing(leave_held)).status());
  }
  Recall Now() { return Must(GetRecallWithEffectiveness(world_.db(), world_.company(), kRecall)); }
  std::string CauseOf(const LotId& lot) {
    return lots::CauseOf(world_.db(), world_.company(), lot, absl::Now());
  }
  RecallReportPiece Report() {
    RecallReportReader reader(world_.company(), kRecall);
    RecallReportPiece all;
    while (true) {
      const auto piece = reader.Next(world_.db());
      EXPECT_TRUE(piece.ok()) << piece.status();
      if (!piece.ok() || !piece->has_value()) return all;
      const RecallReportPiece& part = **piece;
      if (part.recall.has_value()) all.recall = part.recall;
      all.lots.insert(all.lots.end(), part.lots.begin(), part.lots.end());
      all.recipients.insert(all.recipients.end(), part.recipients.begin(), part.recipients.end());
      all.dispositions.insert(all.dispositions.end(), part.dispositions.begin(),
                              part.dispositions.end());
      all.responses.insert(all.responses.end(), part.responses.begin(), part.responses.end());
      all.quantities.insert(all.quantities.end(), part.quantities.begin(), part.quantities.end());
    }
  }
  // "RECALL_MEMBER", …: of the events of a lot, those of recalls.
  std::vector<std::string> RecallEvents(const LotId& lot) {
    const auto history =
        ListLotHistory(world_.db(), {.company = world_.company(), .lot_id = lot, .limit = 100});
    EXPECT_TRUE(history.ok()) << history.status();
    std::vector<std::string> events;
    for (const LotHistoryEntry& entry : history->entries) {
      const auto* event = std::get_if<LotEvent>(&entry.what);
      if (event == nullptr || !event->recall.has_value()) continue;
      const RecallLotEvent& recall = *event->recall;
      EXPECT_TRUE(event->entry_id.has_value());
      events.push_back(
          recall.change.has_value()
              ? absl::StrCat(Name(*recall.change), " ", recall.text)
              : absl::StrCat(Name(*recall.disposition), " ", recall.quantity.Format(recall.scale)));
    }
    return events;
  }
  void Quarantine(const char* location) {
    UpsertLocationsCommand command{.context = world_.Context("UpsertLocations")};
    command.locations = {{.location_id = LocationId(location), .is_quarantine = true}};
    command.paths = {{"is_quarantine"}};
    const auto upserted = UpsertLocations(world_.db(), command);
    ASSERT_TRUE(upserted.ok()) << upserted.status();
  }

  TestDatabase database_{TestDatabase::kMigrated};
  World world_{database_};
};

}  // namespace lots
