// Which entries of the audit log a question finds: by lot, filter and company.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "lots/v1/audit.grpc.pb.h"
#include "lots/v1/lot.grpc.pb.h"
#include "lots/v1/reshape.pb.h"
#include "lots/v1/work_order.grpc.pb.h"
#include "tests/service/handlers/audit_calls.h"
#include "tests/support/server/test_server.h"

namespace lots {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

using AuditListTest = AuditCalls;

// What was written of a unit before its relabel was not found by its new number, nor later writes
// by its old one.
TEST_F(AuditListTest, ARelabelledUnitIsAskedForByAnyOfItsNumbers) {
  Do("WorkOrderService/AssignSerials", R"(work_order_id: "MO-1" product_id: "pump" count: 2)");
  const std::string assigned = Last();
  const auto done = Answer<v1::CompleteWorkOrderResponse>(
      "WorkOrderService/CompleteWorkOrder",
      R"(work_order_id: "MO-1" outputs {number: "P-001"} outputs {number: "P-002"}
         source_location_id: "stock" destination_location_id: "stock")");
  const std::string completed = Last();
  Keep("P1", done.outputs(0).lot_id());
  Keep("P2", done.outputs(1).lot_id());
  const auto relabel = [&](const std::string& name, const std::string& number) {
    const auto relabelled = Answer<v1::ReshapeResponse>(
        "LotService/RelabelLot",
        absl::StrCat("lot {lot_id: \"$", name, "\"} location_id: \"stock\" ", "number: \"", number,
                     "\""));
    Keep(number, relabelled.lots(0).lot_id());
    Keep("of-" + number, relabelled.transformation_id());
    return Last();
  };
  const std::string second = relabel("P1", "P-801");
  const std::string third = relabel("P-801", "P-901");
  Do("LotService/UpdateLot", R"(lot {lot_id: "$P-901" notes: "n"} update_mask {paths: "notes"})");
  const std::string edited = Last();
  const std::string mistaken = relabel("P2", "P-802");
  Do("WorkOrderService/ReverseCompletion", R"(transformation_id: "$of-P-802")");
  const std::string reversed = Last();

  for (const char* const name : {"P1", "P-801", "P-901"}) {
    EXPECT_THAT(OfLot(name), ElementsAre(edited, third, second, completed, assigned)) << name;
  }
  EXPECT_THAT(OfLot("P-802"), ElementsAre(reversed, mistaken));
  EXPECT_THAT(OfLot("P2"), ElementsAre(reversed, mistaken, completed, assigned));
  v1::ListAuditEntriesRequest paged;
  paged.set_lot_id(kept_.at("$P-901"));
  EXPECT_THAT(RequestIds(paged, 2), ElementsAre(edited, third, second, completed, assigned));
}

TEST_F(AuditListTest, OfManyLotsTheFirstAreNamedAndAllAreFound) {
  const auto created = Answer<v1::BatchCreateLotsResponse>("LotService/BatchCreateLots",
                                                           R"(product_id: "pump" count: 25)");
  Keep("last", created.lots(24).lot_id());
  v1::ListAuditEntriesRequest request;
  request.set_filter(absl::StrCat("request_id = ", Last()));
  const v1::AuditEntry entry = List(request).back();

  EXPECT_EQ(entry.lot_count(), 25);
  EXPECT_THAT(entry.lots(), SizeIs(20));
  EXPECT_EQ(entry.lots(0).lot_id(), created.lots(0).lot_id());
  EXPECT_THAT(OfLot("last"), ElementsAre(Last()));
}

TEST_F(AuditListTest, FiltersFindByWhoWhatAndWhen) {
  CreateWire("W1", "10.0");
  const std::string created = Last();
  Do("WorkOrderService/AssignSerials", R"(work_order_id: "MO-7" product_id: "pump" count: 1)");
  const std::string assigned = Last();

  EXPECT_THAT(Filtered("method = \"lots.v1.LotService/CreateLot\""), ElementsAre(created));
  EXPECT_THAT(Filtered("method = \"lots.v1.WorkOrderService*\""), ElementsAre(assigned));
  EXPECT_THAT(Filtered("work_order_id = MO-7"), ElementsAre(assigned));
  EXPECT_THAT(Filtered("request_id = " + created), ElementsAre(created));
  EXPECT_THAT(Filtered("actor = anna"), IsEmpty());
  EXPECT_THAT(Filtered("peer = unix AND actor = anonymous"), SizeIs(made_.size()));
  EXPECT_THAT(Filtered("record_time < 2020-01-01"), IsEmpty());
  EXPECT_THAT(Filtered("record_time >= 2020-01-01"), SizeIs(made_.size()));
  EXPECT_THAT(Filtered("recall_id:*"), IsEmpty());
}

TEST_F(AuditListTest, AFilterNamesWhatExists) {
  CreateWire("W1", "10.0");
  v1::ListAuditEntriesRequest request;
  request.set_filter("work_order_id = nope");
  EXPECT_EQ(Refusal(request), "WORK_ORDER_NOT_FOUND");
  request.set_filter("recall_id = nope AND actor = anonymous");
  EXPECT_EQ(Refusal(request), "RECALL_NOT_FOUND");
  request.set_filter("work_order_id = nope OR actor = anna");
  EXPECT_THAT(List(request), IsEmpty());
}

TEST_F(AuditListTest, NoCompanySeesAnothers) {
  CreateWire("W1", "1.0");
  v1::ListAuditEntriesRequest request;
  request.set_company("other");
  EXPECT_EQ(Refusal(request), "COMPANY_NOT_FOUND");
  server_.database().AddCompany("other");
  EXPECT_THAT(List(request), IsEmpty());
  request.set_lot_id(kept_.at("$W1"));
  EXPECT_EQ(Refusal(request), "LOT_NOT_FOUND");
}

TEST_F(AuditListTest, NonsenseIsRefused) {
  v1::ListAuditEntriesRequest request;
  request.set_company("acme");
  v1::ListAuditEntriesResponse response;
  const auto reason = [&] {
    return ReasonOf(Send(*audit_, &v1::AuditService::Stub::ListAuditEntries, request, response));
  };
  request.set_lot_id("W1");
  EXPECT_EQ(reason(), "FIELD_INVALID");
  request.clear_lot_id();
  request.set_filter("number = 1");
  EXPECT_EQ(reason(), "FILTER_INVALID");
  request.clear_filter();
  request.set_page_token("made up");
  EXPECT_EQ(reason(), "PAGE_TOKEN_INVALID");
}

}  // namespace
}  // namespace lots
