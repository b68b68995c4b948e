// StockService as its callers see it.
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lots/v1/stock.grpc.pb.h"
#include "storage/base/limits.h"
#include "tests/support/server/test_server.h"
#include "tests/support/world/world.h"

namespace lots {
namespace {

using Stub = v1::StockService::Stub;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class StockRpc : public testing::Test {
 protected:
  StockRpc() {
    world_.CreateLot("salt", "L1", {.expires_on = absl::CivilDay(2040, 1, 31)});
    world_.CreateLot("bike", "S1");
  }

  template <class Request, class Response>
  grpc::Status Send(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                    Request request, Response& response) {
    if (request.company().empty()) request.set_company("acme");
    return lots::Send(*stub_, method, request, response);
  }
  // "NOT_ENOUGH" of a refusal, with the field of FIELD_INVALID; "OK".
  template <class Response, class Request>
  std::string Outcome(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                      const Request& request) {
    Response response;
    return OutcomeOf(Send(method, request, response));
  }

  v1::NewMovement* Add(v1::RecordMovementsRequest& request, v1::MovementKind kind,
                       const std::string& lot, const std::string& quantity, const std::string& from,
                       const std::string& to) {
    v1::NewMovement* movement = request.add_movements();
    movement->set_kind(kind);
    movement->mutable_lot()->set_lot_id(world_.IdOf(lot).value().ToString());
    movement->set_quantity(quantity);
    movement->set_from_location_id(from);
    movement->set_to_location_id(to);
    return movement;
  }
  v1::RecordMovementsRequest Recording(v1::MovementKind kind, const std::string& lot,
                                       const std::string& quantity, const std::string& from,
                                       const std::string& to) {
    v1::RecordMovementsRequest request;
    request.set_request_id(absl::StrCat("doc-", ++requests_));
    Add(request, kind, lot, quantity, from, to);
    return request;
  }
  std::string Refusal(const v1::RecordMovementsRequest& request) {
    return Outcome<v1::RecordMovementsResponse>(&Stub::RecordMovements, request);
  }
  // The id of the first movement.
  std::string Record(const v1::RecordMovementsRequest& request) {
    v1::RecordMovementsResponse response;
    const grpc::Status status = Send(&Stub::RecordMovements, request, response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response.movement_ids_size() == 0 ? "" : response.movement_ids(0);
  }
  std::string Receive(const std::string& lot, const std::string& quantity,
                      const std::string& location) {
    return Record(Recording(v1::MOVEMENT_KIND_RECEIPT, lot, quantity, "", location));
  }

  const TestServer server_;
  World world_{server_.database()};
  const std::unique_ptr<Stub> stub_ = server_.NewStub<v1::StockService>();
  int requests_ = 0;
};

TEST_F(StockRpc, GoodsGoBackToTheSupplierOfTheirReceipt) {
  const std::string receipt = Receive("L1", "2.5", "stock");
  v1::RecordMovementsRequest request =
      Recording(v1::MOVEMENT_KIND_SUPPLIER_RETURN, "L1", "1", "stock", "");
  request.mutable_movements(0)->set_receipt_movement_id("x");
  EXPECT_EQ(Refusal(request), "FIELD_INVALID movements[0].receipt_movement_id");
  request.mutable_movements(0)->set_receipt_movement_id(receipt);
  Record(request);

  v1::ListMovementsResponse list;
  ASSERT_TRUE(Send(&Stub::ListMovements, v1::ListMovementsRequest(), list).ok());
  EXPECT_EQ(list.movements(0).kind(), v1::MOVEMENT_KIND_SUPPLIER_RETURN);
  EXPECT_EQ(list.movements(0).receipt_movement_id(), receipt);
  EXPECT_EQ(list.movements(0).to_location_id(), "SUPPLIER");
}

TEST_F(StockRpc, MovementComesBackWhole) {
  v1::RecordMovementsRequest request =
      Recording(v1::MOVEMENT_KIND_RECEIPT, "L1", "2.5", "", "stock");
  v1::NewMovement& given = *request.mutable_movements(0);
  given.mutable_document()->set_type("purchase_order");
  given.mutable_document()->set_number("PO-7");
  given.set_partner_id("steelworks");
  given.mutable_occur_time()->set_seconds(1'700'000'000);
  given.set_note("by rail");
  const std::string id = Record(request);

  v1::ListMovementsResponse list;
  ASSERT_TRUE(Send(&Stub::ListMovements, v1::ListMovementsRequest(), list).ok());

  ASSERT_THAT(list.movements(), SizeIs(1));
  const v1::Movement& movement = list.movements(0);
  EXPECT_EQ(movement.movement_id(), id);
  EXPECT_EQ(movement.company(), "acme");
  EXPECT_EQ(movement.kind(), v1::MOVEMENT_KIND_RECEIPT);
  EXPECT_EQ(movement.lot_id(), world_.IdOf("L1").value().ToString());
  EXPECT_EQ(movement.product_id(), "salt");
  EXPECT_EQ(movement.number(), "L1");
  EXPECT_EQ(movement.quantity(), "2.500");
  EXPECT_EQ(movement.from_location_id(), "SUPPLIER");
  EXPECT_EQ(movement.to_location_id(), "stock");
  EXPECT_EQ(movement.document().type(), "purchase_order");
  EXPECT_EQ(movement.document().number(), "PO-7");
  EXPECT_EQ(movement.partner_id(), "steelworks");
  EXPECT_EQ(movement.occur_time().seconds(), 1'700'000'000);
  EXPECT_GT(movement.record_time().seconds(), 1'700'000'000);
  EXPECT_EQ(movement.note(), "by rail");
  EXPECT_EQ(movement.reverses_movement_id(), "");
  EXPECT_EQ(movement.delivery_movement_id(), "");
  EXPECT_EQ(list.next_page_token(), "");
}

TEST_F(StockRpc, WhatIsWrongWithTheFieldsIsNamed) {
  const auto good = [&] { return Recording(v1::MOVEMENT_KIND_RECEIPT, "L1", "1", "", "stock"); };
  std::vector<std::pair<std::string, v1::RecordMovementsRequest>> cases;
  const auto expect = [&](const std::string& field) -> v1::RecordMovementsRequest& {
    return cases.emplace_back("FIELD_INVALID " + field, good()).second;
  };
  expect("request_id").clear_request_id();
  expect("movements").clear_movements();
  expect("movements[0].kind").mutable_movements(0)->clear_kind();
  expect("movements[0].kind").mutable_movements(0)->set_kind(static_cast<v1::MovementKind>(99));
  expect("movements[0].quantity").mutable_movements(0)->set_quantity("1e3");
  expect("movements[0].quantity").mutable_movements(0)->set_quantity("-1");
  expect("movements[0].lot.lot_id").mutable_movements(0)->mutable_lot()->set_lot_id("L1");
  expect("movements[0].delivery_movement_id").mutable_movements(0)->set_delivery_movement_id("x");
  expect("movements[0].note").mutable_movements(0)->set_note(std::string(1'001, 'x'));
  expect("movements[0].partner_id").mutable_movements(0)->set_partner_id(std::string(65, 'x'));
  expect("movements[0].occur_time")
      .mutable_movements(0)
      ->mutable_occur_time()
      ->set_seconds(absl::ToUnixSeconds(absl::Now() + absl::Hours(25)));
  expect("accept[0]").add_accept(v1::ACCEPTANCE_SHORT);

  for (const auto& [outcome, request] : cases) EXPECT_EQ(Refusal(request), outcome);
  EXPECT_EQ(Refusal(good()), "OK");
}

TEST_F(StockRpc, TooManyMovementsAreRefused) {
  v1::RecordMovementsRequest request;
  request.set_request_id("many");
  for (int i = 0; i <= kMovementsPerCallMax; ++i) {
    Add(request, v1::MOVEMENT_KIND_RECEIPT, "L1", "1", "", "stock");
  }

  EXPECT_EQ(Refusal(request), "FIELD_INVALID movements");
}

TEST_F(StockRpc, RefusalCarriesTheFactsOfEachProblem) {
  Receive("L1", "4", "stock");
  v1::RecordMovementsRequest request =
      Recording(v1::MOVEMENT_KIND_DELIVERY, "L1", "6", "stock", "");
  Add(request, v1::MOVEMENT_KIND_SCRAP, "S1", "", "stock", "");
  v1::RecordMovementsResponse response;

  const grpc::Status status = Send(&Stub::RecordMovements, request, response);

  EXPECT_EQ(status.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  const google::rpc::ErrorInfo info = ErrorInfoOf(status);
  EXPECT_EQ(info.reason(), "NOT_ENOUGH");
  EXPECT_EQ(info.metadata().at("available"), "4.000");
  EXPECT_EQ(info.metadata().at("needed"), "6.000");
  const v1::ProblemList problems = ProblemListOf(status);
  ASSERT_THAT(problems.problems(), SizeIs(2));
  EXPECT_EQ(problems.problems(1).reason(), v1::ERROR_REASON_SERIAL_NOT_THERE);
  EXPECT_EQ(problems.problems(1).field(), "movements[1].from_location_id");
}

TEST_F(StockRpc, DryRunAnswersProblemsInTheBody) {
  v1::RecordMovementsRequest request =
      Recording(v1::MOVEMENT_KIND_DELIVERY, "L1", "6", "stock", "");
  request.set_validate_only(true);
  v1::RecordMovementsResponse response;
  ASSERT_TRUE(Send(&Stub::RecordMovements, request, response).ok());
  EXPECT_THAT(response.movement_ids(), IsEmpty());
  ASSERT_THAT(response.problems(), SizeIs(1));
  EXPECT_EQ(response.problems(0).reason(), v1::ERROR_REASON_NOT_ENOUGH);

  request.mutable_movements(0)->set_quantity("much");
  ASSERT_TRUE(Send(&Stub::RecordMovements, request, response).ok());
  ASSERT_THAT(response.problems(), SizeIs(1));
  EXPECT_EQ(response.problems(0).field(), "movements[0].quantity");
}

TEST_F(StockRpc, ExpiredIsDeliveredWhenAccepted) {
  world_.CreateLot("salt", "old", {.expires_on = absl::CivilDay(2020, 1, 1)});
  Receive("old", "4", "stock");
  v1::RecordMovementsRequest request =
      Recording(v1::MOVEMENT_KIND_DELIVERY, "old", "1", "stock", "");
  EXPECT_EQ(Refusal(request), "LOT_EXPIRED");

  request.add_accept(v1::ACCEPTANCE_EXPIRED);

  EXPECT_EQ(Refusal(request), "OK");
}

TEST_F(StockRpc, RepeatAnswersTheSameIdsAndAnotherPayloadIsRefused) {
  v1::RecordMovementsRequest request = Recording(v1::MOVEMENT_KIND_RECEIPT, "S1", "1", "", "stock");
  const std::string id = Record(request);

  EXPECT_EQ(Record(request), id);

  request.mutable_movements(0)->set_to_location_id("yard");
  EXPECT_EQ(Refusal(request), "REQUEST_ID_REUSED");
}

TEST_F(StockRpc, AnotherSpellingIsTheSamePayload) {
  v1::RecordMovementsRequest request = Recording(v1::MOVEMENT_KIND_RECEIPT, "L1", "1", "", "stock");
  const std::string id = Record(request);

  request.mutable_movements(0)->set_quantity("1.0");
  EXPECT_EQ(Record(request), id);

  request.mutable_movements(0)->set_quantity("1.1");
  EXPECT_EQ(Refusal(request), "REQUEST_ID_REUSED");
}

TEST_F(StockRpc, ReturnNamesItsDelivery) {
  Receive("S1", "1", "stock");
  const std::string delivery =
      Record(Recording(v1::MOVEMENT_KIND_DELIVERY, "S1", "", "stock", "shop"));
  v1::RecordMovementsRequest request = Recording(v1::MOVEMENT_KIND_RETURN, "S1", "", "", "yard");
  request.mutable_movements(0)->set_delivery_movement_id(delivery);

  EXPECT_EQ(Refusal(request), "OK");
  EXPECT_EQ(world_.Where("S1"), "yard 1");
}

TEST_F(StockRpc, MovementIsReversedOnce) {
  const std::string received = Receive("L1", "4", "stock");
  v1::ReverseMovementRequest request;
  request.set_request_id("r1");
  request.set_movement_id(received);
  request.set_note("typed twice");
  v1::Movement reversal;
  ASSERT_TRUE(Send(&Stub::ReverseMovement, request, reversal).ok());
  EXPECT_EQ(reversal.reverses_movement_id(), received);
  EXPECT_EQ(reversal.from_location_id(), "stock");
  EXPECT_EQ(reversal.to_location_id(), "SUPPLIER");
  EXPECT_EQ(reversal.note(), "typed twice");

  v1::Movement repeat;
  ASSERT_TRUE(Send(&Stub::ReverseMovement, request, repeat).ok());
  EXPECT_EQ(repeat.movement_id(), reversal.movement_id());

  const auto refusal = [&](const std::string& movement) {
    request.set_request_id(absl::StrCat("r", ++requests_ + 1));
    request.set_movement_id(movement);
    return Outcome<v1::Movement>(&Stub::ReverseMovement, request);
  };
  EXPECT_EQ(refusal(received), "ALREADY_REVERSED");
  EXPECT_EQ(refusal(reversal.movement_id()), "REVERSAL_NOT_REVERSIBLE");
  EXPECT_EQ(refusal(world_.IdOf("L1").value().ToString()), "MOVEMENT_NOT_FOUND");
  EXPECT_EQ(refusal("x"), "FIELD_INVALID movement_id");
}

TEST_F(StockRpc, MovementsArePagedAndFiltered) {
  for (int i = 0; i < 5; ++i) Receive("L1", absl::StrCat(i + 1), "stock");
  v1::ListMovementsRequest request;
  request.set_page_size(2);
  request.set_filter("kind = RECEIPT");
  std::vector<std::string> quantities;
  do {
    v1::ListMovementsResponse page;
    ASSERT_TRUE(Send(&Stub::ListMovements, request, page).ok());
    EXPECT_LE(page.movements_size(), 2);
    for (const v1::Movement& movement : page.movements()) {
      quantities.push_back(movement.quantity());
    }
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  EXPECT_THAT(quantities, ElementsAre("5.000", "4.000", "3.000", "2.000", "1.000"));

  const auto outcome = [&] {
    return Outcome<v1::ListMovementsResponse>(&Stub::ListMovements, request);
  };
  request.set_page_token("torn");
  EXPECT_EQ(outcome(), "PAGE_TOKEN_INVALID page_token");
  request.clear_page_token();
  request.set_filter("colour = red");
  EXPECT_EQ(outcome(), "FILTER_INVALID");
}

TEST_F(StockRpc, StockIsListedInPages) {
  Receive("L1", "4", "stock");
  Receive("L1", "3", "shelf");
  Receive("L1", "2", "box");
  v1::ListStockRequest request;
  request.set_location_id("stock");
  request.set_include_descendants(true);
  request.set_page_size(2);
  v1::ListStockResponse first;
  ASSERT_TRUE(Send(&Stub::ListStock, request, first).ok());
  ASSERT_THAT(first.stock(), SizeIs(2));
  EXPECT_EQ(first.stock(0).location_id(), "box");
  EXPECT_EQ(first.stock(0).quantity(), "2.000");
  EXPECT_EQ(first.stock(0).location_kind(), v1::LOCATION_KIND_INTERNAL);
  EXPECT_EQ(first.stock(0).expire_date().year(), 2040);
  EXPECT_TRUE(first.stock(0).has_arrive_time());
  EXPECT_TRUE(first.stock(0).has_stock_since_time());

  request.set_page_token(first.next_page_token());
  v1::ListStockResponse second;
  ASSERT_TRUE(Send(&Stub::ListStock, request, second).ok());
  ASSERT_THAT(second.stock(), SizeIs(1));
  EXPECT_EQ(second.stock(0).location_id(), "stock");
  EXPECT_EQ(second.next_page_token(), "");
}

TEST_F(StockRpc, StockIsSelectedOneWay) {
  std::vector<std::pair<std::string, v1::ListStockRequest>> cases;
  const auto expect = [&](const std::string& outcome) -> v1::ListStockRequest& {
    return cases.emplace_back(outcome, v1::ListStockRequest()).second;
  };
  expect("OK");
  expect("FIELD_INVALID lot_ids[0]").add_lot_ids("L1");
  expect("OK").set_product_id("salt");
  expect("LOCATION_NOT_FOUND").set_location_id("attic");
  v1::ListStockRequest& both = expect("FIELD_INVALID lot_ids");
  both.add_lot_ids(world_.IdOf("L1").value().ToString());
  both.set_product_id("salt");
  v1::ListStockRequest& many = expect("FIELD_INVALID lot_ids");
  for (int i = 0; i <= kStockLotIdsMax; ++i) many.add_lot_ids(Uuid::MakeV7().ToString());
  v1::ListStockRequest& times = expect("FIELD_INVALID known_at");
  times.set_product_id("salt");
  times.mutable_as_of()->set_seconds(1);
  times.mutable_known_at()->set_seconds(1);
  v1::ListStockRequest& below = expect("FIELD_INVALID include_descendants");
  below.set_product_id("salt");
  below.set_include_descendants(true);

  for (const auto& [outcome, request] : cases) {
    EXPECT_EQ(Outcome<v1::ListStockResponse>(&Stub::ListStock, request), outcome)
        << request.ShortDebugString().substr(0, 200);
  }
}

TEST_F(StockRpc, WithoutASelectionEverythingIsListed) {
  Receive("L1", "4", "stock");
  Receive("L1", "3", "shelf");
  v1::ListStockResponse response;

  ASSERT_TRUE(Send(&Stub::ListStock, v1::ListStockRequest(), response).ok());

  ASSERT_THAT(response.stock(), SizeIs(2));
  EXPECT_EQ(response.stock(0).location_id(), "shelf");
  EXPECT_EQ(response.stock(1).location_id(), "stock");
}

TEST_F(StockRpc, EveryCompanyIsListedInItsOrder) {
  World other(server_.database(), "beta");
  other.CreateLot("salt", "B1");
  other.MustRecord("RECEIPT B1 7 >stock");
  other.Execute(
      "INSERT INTO locations SELECT company, 'attic', kind, '', NULL, '', '', '', '', '', "
      "'', '', false, now(), now() FROM locations WHERE company = 'beta' AND "
      "location_id = 'stock'");
  other.MustRecord("RECEIPT B1 1 >attic");
  Receive("L1", "4", "stock");
  v1::ListStockRequest request;
  request.set_company("-");
  request.set_product_id("salt");
  request.set_page_size(1);
  std::vector<std::string> lines;
  do {
    v1::ListStockResponse page;
    ASSERT_TRUE(Send(&Stub::ListStock, request, page).ok());
    for (const v1::LotStock& held : page.stock()) {
      lines.push_back(absl::StrCat(held.company(), " ", held.number(), " ", held.location_id()));
    }
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  EXPECT_THAT(lines, ElementsAre("acme L1 stock", "beta B1 attic", "beta B1 stock"));

  // A place that only one of them has is no reason to refuse the others.
  request.set_location_id("attic");
  request.set_page_size(10);
  v1::ListStockResponse attic;
  ASSERT_TRUE(Send(&Stub::ListStock, request, attic).ok());
  ASSERT_THAT(attic.stock(), SizeIs(1));
  EXPECT_EQ(attic.stock(0).company(), "beta");
  // A place that none of them has is.
  request.set_location_id("nowhere");
  EXPECT_EQ(ReasonOf(Send(&Stub::ListStock, request, attic)), "LOCATION_NOT_FOUND");
}

TEST_F(StockRpc, SuggestionSaysWhatToTakeAndWhatIsMissing) {
  Receive("L1", "4", "stock");
  v1::SuggestLotsRequest request;
  request.set_product_id("salt");
  request.set_quantity("6.5");
  v1::SuggestLotsResponse response;
  ASSERT_TRUE(Send(&Stub::SuggestLots, request, response).ok());
  ASSERT_THAT(response.picks(), SizeIs(1));
  EXPECT_EQ(response.picks(0).number(), "L1");
  EXPECT_EQ(response.picks(0).location_id(), "stock");
  EXPECT_EQ(response.picks(0).quantity(), "4.000");
  EXPECT_EQ(response.picks(0).expire_date().year(), 2040);
  EXPECT_TRUE(response.picks(0).has_stock_since_time());
  EXPECT_EQ(response.missing_quantity(), "2.500");

  const auto outcome = [&] {
    return Outcome<v1::SuggestLotsResponse>(&Stub::SuggestLots, request);
  };
  request.set_location_id("attic");
  EXPECT_EQ(outcome(), "LOCATION_NOT_FOUND");
  request.set_location_id("box");
  request.set_strategy(v1::SUGGEST_STRATEGY_LIFO);
  EXPECT_EQ(outcome(), "OK");
  request.set_quantity("0");
  EXPECT_EQ(outcome(), "FIELD_INVALID quantity");
  request.set_quantity("1");
  request.set_product_id("screw");
  EXPECT_EQ(outcome(), "PRODUCT_NOT_TRACKED");
}

}  // namespace
}  // namespace lots
