// The audit log: one entry for each write that happened, and for nothing else; who, from
// where, and to which lots.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"
#include "lots/v1/audit.grpc.pb.h"
#include "lots/v1/catalog.grpc.pb.h"
#include "lots/v1/lot.grpc.pb.h"
#include "lots/v1/recall.grpc.pb.h"
#include "lots/v1/stock.grpc.pb.h"
#include "lots/v1/trace.grpc.pb.h"
#include "lots/v1/unit.grpc.pb.h"
#include "lots/v1/work_order.grpc.pb.h"
#include "tests/service/handlers/audit_calls.h"
#include "tests/support/server/served_methods.h"
#include "tests/support/server/test_server.h"

namespace lots {
namespace {

using testing::ElementsAre;
using testing::SizeIs;

class AuditTest : public AuditCalls {
 protected:
  // Each method that writes, at least once.
  void WriteEverything();
  void WriteLots();
  void WriteStock();
  void WriteOrders();
};

void AuditTest::WriteLots() {
  CreateWire("W1", "10.0");
  CreateWire("W2", "5.0");
  Do("LotService/BatchCreateLots", R"(product_id: "wire" lots {number: "W3"} lots {number: "W4"})");
  Keep(
      "W5",
      Answer<v1::Lot>("LotService/CreateLot", R"(lot {product_id: "wire" number: "W5"})").lot_id());
  Do("LotService/UpdateLot", R"(lot {lot_id: "$W1" notes: "n"} update_mask {paths: "notes"})");
  Do("LotService/BatchUpdateLots", R"(updates {lot {lot_id: "$W1" reference: "r"}})");
  Do("LotService/ArchiveLot", R"(lot_id: "$W5")");
  Do("LotService/UnarchiveLot", R"(lot_id: "$W5")");
  Do("LotService/DeleteLot", R"(lot_id: "$W5")");
  Do("LotService/HoldLots", R"(targets {lot {lot_id: "$W2"}} reason: "look")");
  Do("LotService/ReleaseLots", R"(lots {lot_id: "$W2"} note: "good")");
  Keep("hold", Answer<v1::HoldLotsResponse>("LotService/HoldLots",
                                            R"(targets {lot {lot_id: "$W1"}} reason: "look")")
                   .hold_ids(0));
  Do("HoldService/UpdateHold", R"(hold {hold_id: "$hold" case_id: "CAPA-7"})");
  Do("LotService/ReleaseLots", R"(hold_ids: "$hold" note: "good")");
  Do("InspectionService/RecordInspection",
     R"(inspections {lot {lot_id: "$W1"} verdict: VERDICT_PASSED} plan: "QP-7")");
  Do("LotService/SplitLot", R"(lot {lot_id: "$W1"} location_id: "stock"
                               parts {number: "W1a" quantity: "1.0"})");
  Do("LotService/MergeLots",
     R"(sources {lot {product_id: "wire" number: "W1a"} location_id: "stock"}
                                number: "W6")");
  Do("LotService/RelabelLot", R"(lot {product_id: "wire" number: "W6"} location_id: "stock"
                                 number: "W7")");
}

void AuditTest::WriteStock() {
  Do("CatalogService/RetireProducts", R"(product_ids: "old")");
  Do("CatalogService/RetireLocations", R"(location_ids: "attic")");
  const auto moved = Answer<v1::RecordMovementsResponse>(
      "StockService/RecordMovements",
      R"(movements {kind: MOVEMENT_KIND_DELIVERY lot {lot_id: "$W2"} quantity: "1.0"
                    from_location_id: "stock" to_location_id: "shop" partner_id: "anna"})");
  Keep("moved", moved.movement_ids(0));
  Do("StockService/ReverseMovement", R"(movement_id: "$moved")");
}

void AuditTest::WriteOrders() {
  Do("WorkOrderService/AssignSerials", R"(work_order_id: "MO-1" product_id: "pump" count: 3)");
  Do("WorkOrderService/UnassignSerials", R"(work_order_id: "MO-1" numbers: "P-003")");
  const auto done = Answer<v1::CompleteWorkOrderResponse>(
      "WorkOrderService/CompleteWorkOrder",
      R"(work_order_id: "MO-1" outputs {number: "P-001"} outputs {number: "P-002"}
         components {lot {lot_id: "$W2"} quantity: "1.0" output_index: 0}
         source_location_id: "stock" destination_location_id: "stock")");
  Keep("done", done.transformation_id());
  Keep("P1", done.outputs(0).lot_id());
  Do("RecallService/OpenRecall", R"(recall_id: "RC-1" seeds {lot_id: "$W2"} reason: "bad")");
  Do("RecallService/UpdateRecall", R"(recall {recall_id: "RC-1" reason: "worse"})");
  Do("RecallService/SetRecallDisposition", R"(recall_id: "RC-1" dispositions {
       lot {lot_id: "$W2"} location_id: "stock" quantity: "1.0"
       kind: RECALL_DISPOSITION_KIND_CLEARED})");
  Do("RecallService/RecordRecipientResponse",
     R"(recall_id: "RC-1" partner_id: "anna" notify_time {seconds: 1717243200})");
  Do("RecallService/IncludeRecallLots", R"(recall_id: "RC-1" lots {lot_id: "$P1"} evidence: "?")");
  Do("RecallService/ExcludeRecallLots",
     R"(recall_id: "RC-1" lots {lot_id: "$W2"} lots {lot_id: "$P1"} evidence: "tested")");
  Do("RecallService/CloseRecall", R"(recall_id: "RC-1" closing_note: "all back")");
  Do("TraceService/CorrectGenealogy",
     R"(transformation_id: "$done" reason: "typo"
        lines {wrong {lot {lot_id: "$W2"} quantity: "0.4" unit {lot_id: "$P1"}}})");
  Do("WorkOrderService/ReverseCompletion", R"(transformation_id: "$done")");
  const auto again =
      Answer<v1::CompleteWorkOrderResponse>("WorkOrderService/CompleteWorkOrder",
                                            R"(work_order_id: "MO-1" outputs {number: "P-001"}
         components {lot {lot_id: "$W2"} quantity: "1.0" output_index: 0}
         source_location_id: "stock" destination_location_id: "stock")");
  EXPECT_THAT(again.outputs(), SizeIs(1));
  Do("UnitService/MaintainUnit", R"(lot {lot_id: "$P1"} reason: "worn out"
                                    removals {lot {lot_id: "$W2"} quantity: "0.5"}
                                    destination_location_id: "stock")");
  Do("TraceService/ExtendWarranty", R"(lots {lot_id: "$P1"} add_months: 6 reason: "goodwill")");
  Do("WorkOrderService/Disassemble", R"(lot {lot_id: "$P1"} destination_location_id: "stock")");
  Do("WorkOrderService/IssueComponents", R"(work_order_id: "MO-1" source_location_id: "stock"
                                            lines {lot {lot_id: "$W1"} quantity: "1.0"})");
  Do("WorkOrderService/ReturnComponents", R"(work_order_id: "MO-1" everything: true
                                             destination_location_id: "stock")");
  Do("WorkOrderService/CancelWorkOrder", R"(work_order_id: "MO-1")");
  Do("WorkOrderService/ReopenWorkOrder", R"(work_order_id: "MO-1")");
}

void AuditTest::WriteEverything() {
  WriteLots();
  WriteStock();
  WriteOrders();
}

// Every method that takes a request_id.
std::set<std::string> MethodsThatWrite(const TestServer& server) {
  std::set<std::string> methods;
  for (const auto* const method : ServedMethods(server)) {
    if (method->input_type()->FindFieldByName("request_id") == nullptr) continue;
    methods.insert(PathOf(*method).substr(1));
  }
  return methods;
}

TEST_F(AuditTest, EveryWriteHasItsEntryAndARehearsalOrARepeatHasNone) {
  WriteEverything();
  for (const Made& made : made_) {
    EXPECT_TRUE(SendTo(made.method, made.bytes, nullptr).ok()) << made.method;
  }

  std::set<std::string> methods;
  std::set<std::string> request_ids;
  const std::vector<v1::AuditEntry> entries = List({});
  for (const v1::AuditEntry& entry : entries) {
    methods.insert(entry.origin().method());
    request_ids.insert(entry.origin().request_id());
    EXPECT_EQ(entry.company(), "acme");
    EXPECT_EQ(entry.actor(), "anonymous");
    EXPECT_EQ(entry.origin().caller(), "");
    EXPECT_EQ(entry.origin().peer(), "unix");
    EXPECT_EQ(entry.origin().certificate(), "");
  }
  EXPECT_EQ(methods, MethodsThatWrite(server_));
  EXPECT_EQ(entries.size(), made_.size());
  EXPECT_EQ(request_ids.size(), made_.size());
  EXPECT_GE(rehearsals_, 5);
}

TEST_F(AuditTest, WhatWasRefusedHasNone) {
  WriteLots();
  const size_t before = List({}).size();

  EXPECT_EQ(Refused("StockService/RecordMovements",
                    R"(movements {kind: MOVEMENT_KIND_SCRAP lot {lot_id: "$W2"} quantity: "99.0"
                                  from_location_id: "stock"})"),
            "NOT_ENOUGH");
  EXPECT_EQ(Refused("LotService/CreateLot", R"(lot {product_id: "wire" number: "W1"})"),
            "LOT_NUMBER_TAKEN");
  EXPECT_EQ(Refused("LotService/ArchiveLot", R"(lot_id: "$W1")"), "LOT_ON_HAND");
  EXPECT_EQ(Refused("RecallService/CloseRecall", R"(recall_id: "none" closing_note: "x")"),
            "RECALL_NOT_FOUND");
  EXPECT_EQ(Refused("WorkOrderService/CancelWorkOrder", R"(work_order_id: "none")"),
            "WORK_ORDER_NOT_FOUND");

  EXPECT_EQ(List({}).size(), before);
}

TEST_F(AuditTest, ALotIsAskedForAndAnswersWhateverTouchedIt) {
  WriteEverything();

  std::vector<std::string> of_w2;
  for (const v1::AuditEntry& entry : List([&] {
         v1::ListAuditEntriesRequest request;
         request.set_lot_id(kept_.at("$W2"));
         return request;
       }())) {
    const std::string& method = entry.origin().method();
    of_w2.push_back(method.substr(method.find('/') + 1));
  }
  EXPECT_THAT(of_w2,
              ElementsAre("Disassemble", "MaintainUnit", "CompleteWorkOrder", "ReverseCompletion",
                          "CorrectGenealogy", "ExcludeRecallLots", "SetRecallDisposition",
                          "OpenRecall", "CompleteWorkOrder", "ReverseMovement", "RecordMovements",
                          "ReleaseLots", "HoldLots", "CreateLot"));
  // Deleted, and still known: created, archived, unarchived, deleted.
  EXPECT_THAT(OfLot("W5"), SizeIs(4));
  v1::ListAuditEntriesRequest nobodys;
  nobodys.set_lot_id("01890000-0000-7000-8000-000000000001");
  EXPECT_EQ(Refusal(nobodys), "LOT_NOT_FOUND");
}

TEST_F(AuditTest, EachLineOfALotsHistoryTellsItsWrite) {
  WriteEverything();
  const auto lots = server_.NewStub<v1::LotService>();

  for (const char* const name : {"W1", "W2", "W5", "P1"}) {
    v1::ListLotHistoryRequest request;
    request.set_company("acme");
    request.set_lot_id(kept_.at(absl::StrCat("$", name)));
    v1::ListLotHistoryResponse history;
    ASSERT_TRUE(Send(*lots, &v1::LotService::Stub::ListLotHistory, request, history).ok());
    std::set<std::string> listed;
    for (const v1::LotHistoryEntry& entry : history.entries()) {
      EXPECT_EQ(entry.origin().peer(), "unix") << entry.ShortDebugString();
      listed.insert(entry.origin().request_id());
    }
    const std::vector<std::string> of_lot = OfLot(name);
    EXPECT_EQ(listed, std::set<std::string>(of_lot.begin(), of_lot.end())) << name;
  }
}

TEST_F(AuditTest, AnEntryNamesItsLotsItsOrderAndItsRecall) {
  WriteEverything();

  v1::ListAuditEntriesRequest request;
  request.set_filter("method = \"lots.v1.WorkOrderService/CompleteWorkOrder\"");
  const v1::AuditEntry completed = List(request).back();
  EXPECT_EQ(completed.work_order_id(), "MO-1");
  EXPECT_EQ(completed.lot_count(), 3);
  ASSERT_THAT(completed.lots(), SizeIs(3));
  EXPECT_EQ(completed.lots(0).lot_id(), kept_.at("$P1"));
  EXPECT_EQ(completed.lots(0).product_id(), "pump");
  EXPECT_EQ(completed.lots(0).number(), "P-001");
  EXPECT_EQ(completed.lots(2).number(), "W2");

  request.set_filter("method = \"lots.v1.RecallService/OpenRecall\"");
  const v1::AuditEntry opened = List(request).back();
  EXPECT_EQ(opened.recall_id(), "RC-1");
  EXPECT_EQ(opened.lots(0).number(), "W2");
  EXPECT_EQ(opened.lot_count(), 2);

  request.set_filter("method = \"lots.v1.LotService/DeleteLot\"");
  const v1::AuditEntry deleted = List(request).back();
  ASSERT_THAT(deleted.lots(), SizeIs(1));
  EXPECT_EQ(deleted.lots(0).lot_id(), kept_.at("$W5"));
  EXPECT_EQ(deleted.lots(0).number(), "");
}

TEST_F(AuditTest, PagesShowEachEntryOnceNewestFirst) {
  WriteLots();

  std::vector<std::string> all;
  for (size_t i = made_.size(); i > 0; --i) all.push_back(absl::StrCat("r", i));
  EXPECT_EQ(RequestIds({}), all);
  EXPECT_EQ(RequestIds({}, 1), all);
  EXPECT_EQ(RequestIds({}, 4), all);
}

}  // namespace
}  // namespace lots
