// HoldService and InspectionService as callers see them.
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lots/v1/hold.grpc.pb.h"
#include "lots/v1/inspection.grpc.pb.h"
#include "lots/v1/lot.grpc.pb.h"
#include "tests/support/server/test_server.h"
#include "tests/support/world/world.h"

namespace lots {
namespace {

using Holds = v1::HoldService::Stub;
using Inspections = v1::InspectionService::Stub;
using Lots = v1::LotService::Stub;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class QualityRpc : public testing::Test {
 protected:
  QualityRpc() {
    world_.CreateLot("salt", "L1");
    world_.CreateLot("salt", "L2");
    world_.MustRecord("RECEIPT L1 10 >stock");
  }

  template <class Stub, class Request, class Response>
  grpc::Status Send(Stub& stub,
                    grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                    Request request, Response& response) {
    if (request.company().empty()) request.set_company("acme");
    return lots::Send(stub, method, request, response);
  }
  // "FIELD_INVALID targets, reason" of a refusal; "OK".
  static std::string OutcomeOf(const grpc::Status& status) {
    if (status.ok()) return "OK";
    std::string fields;
    const v1::ProblemList list = ProblemListOf(status);
    for (const v1::Problem& problem : list.problems()) {
      absl::StrAppend(&fields, fields.empty() ? " " : ", ", problem.field());
    }
    return absl::StrCat(ReasonOf(status), fields);
  }
  std::string Id(const std::string& number) { return world_.IdOf(number).value().ToString(); }
  std::string RequestId() { return absl::StrCat("r-", ++requests_); }

  std::string Hold(const std::string& quantity = "") {
    v1::HoldLotsRequest request;
    request.set_request_id(RequestId());
    v1::HoldTarget& target = *request.add_targets();
    target.mutable_lot()->set_lot_id(Id("L1"));
    target.set_location_id("stock");
    target.set_quantity(quantity);
    request.set_reason("lab report 7");
    request.set_case_id("CAPA-7");
    v1::HoldLotsResponse response;
    const grpc::Status status = Send(*lots_, &Lots::HoldLots, request, response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response.hold_ids_size() == 0 ? "" : response.hold_ids(0);
  }
  v1::UpdateHoldRequest Changing(const std::string& hold_id) {
    v1::UpdateHoldRequest request;
    request.set_request_id(RequestId());
    request.mutable_hold()->set_hold_id(hold_id);
    return request;
  }
  std::string Outcome(const v1::UpdateHoldRequest& request) {
    v1::Hold hold;
    return OutcomeOf(Send(*holds_, &Holds::UpdateHold, request, hold));
  }
  v1::RecordInspectionRequest Inspecting(const std::string& number, v1::Verdict verdict) {
    v1::RecordInspectionRequest request;
    request.set_request_id(RequestId());
    v1::NewInspection& inspection = *request.add_inspections();
    inspection.mutable_lot()->set_lot_id(Id(number));
    inspection.set_verdict(verdict);
    return request;
  }
  static v1::InspectionResult& AddDecimal(v1::RecordInspectionRequest& request,
                                          const std::string& value) {
    v1::InspectionResult& result = *request.mutable_inspections(0)->add_results();
    result.set_name("viscosity");
    result.mutable_value()->set_decimal(value);
    return result;
  }
  std::string Outcome(const v1::RecordInspectionRequest& request) {
    v1::RecordInspectionResponse response;
    return OutcomeOf(Send(*inspections_, &Inspections::RecordInspection, request, response));
  }

  const TestServer server_;
  World world_{server_.database()};
  const std::unique_ptr<Lots> lots_ = server_.NewStub<v1::LotService>();
  const std::unique_ptr<Holds> holds_ = server_.NewStub<v1::HoldService>();
  const std::unique_ptr<Inspections> inspections_ = server_.NewStub<v1::InspectionService>();
  int requests_ = 0;
};

TEST_F(QualityRpc, AHoldOfAPartComesBackWhole) {
  const std::string id = Hold("2.5");
  v1::GetHoldRequest get;
  get.set_hold_id(id);
  v1::Hold hold;

  ASSERT_TRUE(Send(*holds_, &Holds::GetHold, get, hold).ok());

  EXPECT_EQ(hold.hold_id(), id);
  EXPECT_EQ(hold.company(), "acme");
  EXPECT_EQ(hold.product_id(), "salt");
  EXPECT_EQ(hold.number(), "L1");
  EXPECT_EQ(hold.quantity(), "2.500");
  EXPECT_EQ(hold.case_id(), "CAPA-7");
  EXPECT_EQ(hold.etag(), "\"1\"");
  EXPECT_FALSE(hold.has_update_time());
}

TEST_F(QualityRpc, HoldsAreListedByPages) {
  for (int i = 0; i < 3; ++i) Hold("1");
  v1::ListHoldsRequest request;
  request.set_filter("active = true AND case_id = \"CAPA-7\"");
  request.set_page_size(2);
  v1::ListHoldsResponse first, second;

  ASSERT_TRUE(Send(*holds_, &Holds::ListHolds, request, first).ok());
  request.set_page_token(first.next_page_token());
  ASSERT_TRUE(Send(*holds_, &Holds::ListHolds, request, second).ok());

  EXPECT_THAT(first.holds(), SizeIs(2));
  EXPECT_THAT(second.holds(), SizeIs(1));
  EXPECT_EQ(second.next_page_token(), "");
  request.set_filter("active = false");
  v1::ListHoldsResponse other;
  EXPECT_EQ(ReasonOf(Send(*holds_, &Holds::ListHolds, request, other)), "PAGE_TOKEN_INVALID");
}

TEST_F(QualityRpc, HoldsOfEveryCompanyAreOneList) {
  World other(server_.database(), "globex");
  Hold();
  v1::ListHoldsRequest request;
  request.set_company("-");
  v1::ListHoldsResponse response;
  ASSERT_TRUE(Send(*holds_, &Holds::ListHolds, request, response).ok());
  ASSERT_THAT(response.holds(), SizeIs(1));
  EXPECT_EQ(response.holds(0).company(), "acme");
}

TEST_F(QualityRpc, AnUpdateWritesWhatItNames) {
  const std::string id = Hold();
  v1::UpdateHoldRequest request = Changing(id);
  request.mutable_hold()->mutable_expire_time()->set_seconds(absl::ToUnixSeconds(absl::Now()) +
                                                             3600);
  request.mutable_hold()->add_exempt_location_ids("yard");
  v1::Hold hold;
  ASSERT_TRUE(Send(*holds_, &Holds::UpdateHold, request, hold).ok());
  EXPECT_EQ(hold.reason(), "lab report 7");
  EXPECT_EQ(hold.case_id(), "CAPA-7");
  EXPECT_THAT(hold.exempt_location_ids(), ElementsAre("yard"));
  EXPECT_EQ(hold.etag(), "\"2\"");
  EXPECT_TRUE(hold.has_update_time());

  request = Changing(id);
  for (const char* path : {"expire_time", "case_id"})
    request.mutable_update_mask()->add_paths(path);
  ASSERT_TRUE(Send(*holds_, &Holds::UpdateHold, request, hold).ok());
  EXPECT_FALSE(hold.has_expire_time());
  EXPECT_EQ(hold.case_id(), "");
  EXPECT_THAT(hold.exempt_location_ids(), ElementsAre("yard"));
}

TEST_F(QualityRpc, AWrongUpdateIsRefused) {
  const std::string id = Hold();
  EXPECT_EQ(Outcome(Changing(id)), "FIELD_INVALID update_mask");

  v1::UpdateHoldRequest request = Changing(id);
  request.mutable_update_mask()->add_paths("reason");
  EXPECT_EQ(Outcome(request), "FIELD_INVALID hold.reason");

  request = Changing(id);
  request.mutable_update_mask()->add_paths("placer");
  EXPECT_EQ(Outcome(request), "FIELD_INVALID update_mask");

  request = Changing(id);
  request.mutable_hold()->set_case_id("CAPA-8");
  request.mutable_hold()->set_lot_id(Id("L2"));
  EXPECT_EQ(Outcome(request), "FIELD_INVALID hold.lot_id");

  request.mutable_hold()->clear_lot_id();
  request.mutable_hold()->set_etag("\"7\"");
  EXPECT_EQ(Outcome(request), "ETAG_MISMATCH hold.etag");

  request.clear_request_id();
  request.mutable_hold()->clear_etag();
  EXPECT_EQ(Outcome(request), "FIELD_INVALID request_id");
}

TEST_F(QualityRpc, AnInspectionComesBackWhole) {
  v1::RecordInspectionRequest request = Inspecting("L1", v1::VERDICT_PASSED);
  request.set_plan("QP-7");
  v1::InspectionResult& result = AddDecimal(request, "4.1");
  result.set_unit("mPa.s");
  result.set_lower_limit("-3.5");
  result.set_upper_limit("4.5");
  v1::InspectionDocument& own = *request.mutable_inspections(0)->add_documents();
  own.set_url("https://docs.example/photo");
  v1::InspectionDocument& of_all = *request.add_documents();
  of_all.set_type("certificate");
  of_all.set_url("https://docs.example/4711");
  v1::RecordInspectionResponse response;
  ASSERT_TRUE(Send(*inspections_, &Inspections::RecordInspection, request, response).ok());

  v1::GetInspectionRequest get;
  get.set_inspection_id(response.inspection_ids(0));
  v1::Inspection inspection;
  ASSERT_TRUE(Send(*inspections_, &Inspections::GetInspection, get, inspection).ok());

  EXPECT_EQ(inspection.lot_id(), Id("L1"));
  EXPECT_EQ(inspection.number(), "L1");
  EXPECT_EQ(inspection.plan(), "QP-7");
  EXPECT_EQ(inspection.inspector(), "anonymous");
  ASSERT_THAT(inspection.results(), SizeIs(1));
  EXPECT_EQ(inspection.results(0).value().decimal(), "4.1");
  EXPECT_EQ(inspection.results(0).lower_limit(), "-3.5");
  EXPECT_TRUE(inspection.results(0).passed());  // the limits say so
  ASSERT_THAT(inspection.documents(), SizeIs(2));
  EXPECT_EQ(inspection.documents(0).url(), "https://docs.example/4711");

  v1::ListInspectionsRequest list;
  list.set_filter("plan = \"QP-7\"");
  v1::ListInspectionsResponse listed;
  ASSERT_TRUE(Send(*inspections_, &Inspections::ListInspections, list, listed).ok());
  ASSERT_THAT(listed.inspections(), SizeIs(1));
  EXPECT_EQ(listed.inspections(0).SerializeAsString(), inspection.SerializeAsString());
}

TEST_F(QualityRpc, ResultsAndVerdictsDoNotContradictEachOther) {
  v1::RecordInspectionRequest request = Inspecting("L1", v1::VERDICT_PASSED);
  AddDecimal(request, "9.1").set_upper_limit("4.5");
  EXPECT_EQ(Outcome(request), "FIELD_INVALID inspections[0].verdict");
  request.mutable_inspections(0)->set_note("accepted by the customer");
  EXPECT_EQ(Outcome(request), "OK");

  request = Inspecting("L1", v1::VERDICT_FAILED);
  v1::InspectionResult& result = AddDecimal(request, "9.1");
  result.set_upper_limit("4.5");
  result.set_passed(true);
  EXPECT_EQ(Outcome(request), "FIELD_INVALID inspections[0].results[0].passed");

  request = Inspecting("L1", v1::VERDICT_FAILED);
  v1::InspectionResult& range = AddDecimal(request, "4");
  range.set_lower_limit("5");
  range.set_upper_limit("3");
  EXPECT_EQ(Outcome(request), "FIELD_INVALID inspections[0].results[0].upper_limit");

  request = Inspecting("L1", v1::VERDICT_FAILED);
  v1::InspectionResult& text = *request.mutable_inspections(0)->add_results();
  text.set_name("colour");
  text.mutable_value()->set_text("grey");
  text.set_lower_limit("1");
  EXPECT_EQ(Outcome(request), "FIELD_INVALID inspections[0].results[0].value");
}

TEST_F(QualityRpc, EveryWrongFieldIsNamed) {
  v1::RecordInspectionRequest request = Inspecting("L1", v1::VERDICT_UNSPECIFIED);
  request.mutable_inspections(0)->add_results();
  request.mutable_inspections(0)->add_documents()->set_url("javascript:alert(1)");
  request.clear_request_id();
  EXPECT_EQ(Outcome(request), "FIELD_INVALID request_id");
  request.set_request_id("r");
  EXPECT_EQ(Outcome(request), "FIELD_INVALID inspections[0].verdict");
  request.mutable_inspections(0)->set_verdict(v1::VERDICT_FAILED);
  EXPECT_EQ(Outcome(request),
            "FIELD_INVALID inspections[0].results[0].name, inspections[0].documents[0].url");
  request.clear_inspections();
  EXPECT_EQ(Outcome(request), "FIELD_INVALID inspections");
}

TEST_F(QualityRpc, WhatFailedIsHeldAndCounted) {
  v1::RecordInspectionRequest request = Inspecting("L1", v1::VERDICT_FAILED);
  request.set_plan("QP-7");
  request.mutable_failed_hold()->set_case_id("CAPA-9");
  v1::RecordInspectionResponse response;
  ASSERT_TRUE(Send(*inspections_, &Inspections::RecordInspection, request, response).ok());
  ASSERT_THAT(response.hold_ids(), SizeIs(1));

  v1::GetHoldRequest get;
  get.set_hold_id(response.hold_ids(0));
  v1::Hold hold;
  ASSERT_TRUE(Send(*holds_, &Holds::GetHold, get, hold).ok());

  EXPECT_EQ(hold.reason(), "failed inspection QP-7");
  EXPECT_EQ(hold.case_id(), "CAPA-9");
  EXPECT_EQ(server_.Metric("lots_inspections_total{verdict=\"failed\"}"), 1);
  EXPECT_EQ(server_.Metric("lots_holds_placed_total"), 1);
}

TEST_F(QualityRpc, ADryRunSaysWhatWouldBeRefused) {
  v1::RecordInspectionRequest request = Inspecting("L1", v1::VERDICT_FAILED);
  request.mutable_failed_hold()->add_exempt_location_ids("moon");
  request.set_validate_only(true);
  v1::RecordInspectionResponse response;
  ASSERT_TRUE(Send(*inspections_, &Inspections::RecordInspection, request, response).ok());
  ASSERT_THAT(response.problems(), SizeIs(1));
  EXPECT_EQ(response.problems(0).field(), "failed_hold.exempt_location_ids[0]");
  v1::ListInspectionsResponse listed;
  ASSERT_TRUE(
      Send(*inspections_, &Inspections::ListInspections, v1::ListInspectionsRequest(), listed)
          .ok());
  EXPECT_THAT(listed.inspections(), IsEmpty());
}

TEST_F(QualityRpc, HistoryShowsChangesAndInspections) {
  const std::string id = Hold();
  v1::UpdateHoldRequest change = Changing(id);
  change.mutable_hold()->set_case_id("CAPA-8");
  ASSERT_EQ(Outcome(change), "OK");
  ASSERT_EQ(Outcome(Inspecting("L1", v1::VERDICT_PASSED)), "OK");
  v1::ListLotHistoryRequest request;
  request.set_lot_id(Id("L1"));
  v1::ListLotHistoryResponse history;

  ASSERT_TRUE(Send(*lots_, &Lots::ListLotHistory, request, history).ok());

  ASSERT_GE(history.entries_size(), 5);
  const v1::LotEvent& changed = history.entries(history.entries_size() - 2).event();
  EXPECT_EQ(changed.kind(), v1::LOT_EVENT_KIND_HOLD_CHANGED);
  EXPECT_EQ(changed.hold_id(), id);
  ASSERT_THAT(changed.changes(), SizeIs(1));
  EXPECT_EQ(changed.changes(0).new_value(), "CAPA-8");
  const v1::LotEvent& inspected = history.entries(history.entries_size() - 1).event();
  EXPECT_EQ(inspected.kind(), v1::LOT_EVENT_KIND_INSPECTED);
  EXPECT_EQ(inspected.inspection().verdict(), v1::VERDICT_PASSED);
  EXPECT_EQ(inspected.inspection().number(), "L1");
}

TEST_F(QualityRpc, WhatDoesNotExistIsNotFound) {
  v1::GetHoldRequest hold;
  hold.set_hold_id("01890000-0000-7000-8000-000000000001");
  v1::Hold found;
  EXPECT_EQ(ReasonOf(Send(*holds_, &Holds::GetHold, hold, found)), "HOLD_NOT_FOUND");
  v1::GetInspectionRequest inspection;
  inspection.set_inspection_id("01890000-0000-7000-8000-000000000001");
  v1::Inspection read;
  EXPECT_EQ(ReasonOf(Send(*inspections_, &Inspections::GetInspection, inspection, read)),
            "INSPECTION_NOT_FOUND");
}

}  // namespace
}  // namespace lots
