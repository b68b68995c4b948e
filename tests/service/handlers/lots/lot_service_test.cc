// LotService as its callers see it.
#include <gmock/gmock.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "storage/base/limits.h"
#include "storage/lots/lists/list.h"
#include "tests/service/handlers/lots/lot_calls.h"

namespace lots {
namespace {

using google::protobuf::util::MessageDifferencer;
using grpc::StatusCode;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class LotRpc : public LotCalls {};

TEST_F(LotRpc, CreatesAndGetsALotWhole) {
  v1::CreateLotRequest request = Creating("wire", " L-1 ");
  v1::Lot& given = *request.mutable_lot();
  given.set_reference("S-1");
  given.set_notes("two\nlines");
  (*given.mutable_attributes())["grade"].set_text("A");
  (*given.mutable_attributes())["density"].set_decimal("7.85");
  *given.mutable_manufacture_date() = Date(2026, 1, 1);
  request.set_opening_quantity("12.5");
  request.set_opening_location_id("stock");

  const v1::Lot created = Create(request);

  EXPECT_EQ(created.number(), "L-1");
  EXPECT_EQ(created.tracking(), v1::TRACKING_LOT);
  EXPECT_EQ(created.state(), v1::LOT_STATE_ACTIVE);
  EXPECT_EQ(created.quantity(), "12.500");
  EXPECT_EQ(created.etag(), "\"1\"");
  EXPECT_EQ(created.expire_date().day(), 31);
  EXPECT_EQ(created.attributes().at("density").decimal(), "7.85");
  v1::GetLotRequest get;
  get.set_lot_id(created.lot_id());
  v1::Lot read;
  ASSERT_TRUE(Send(&Stub::GetLot, get, read).ok());
  EXPECT_TRUE(MessageDifferencer::Equals(read, created));
}

TEST_F(LotRpc, ValuesOfFieldsThatTheServerSetsAreRefused) {
  const auto refusal = [&](auto set) {
    v1::CreateLotRequest request = Creating("wire", "L-1");
    set(*request.mutable_lot());
    return Refusal(request);
  };
  EXPECT_EQ(refusal([](v1::Lot& lot) { lot.set_quantity("9"); }), "FIELD_INVALID lot.quantity");
  EXPECT_EQ(refusal([](v1::Lot& lot) { lot.set_on_hand_quantity("9"); }),
            "FIELD_INVALID lot.on_hand_quantity");
  EXPECT_EQ(refusal([](v1::Lot& lot) { lot.set_state(v1::LOT_STATE_PLANNED); }),
            "FIELD_INVALID lot.state");
  EXPECT_EQ(refusal([](v1::Lot& lot) { lot.set_lot_id("mine"); }), "FIELD_INVALID lot.lot_id");
  EXPECT_EQ(refusal([](v1::Lot& lot) { lot.set_company("other"); }), "FIELD_INVALID lot.company");
  EXPECT_EQ(refusal([](v1::Lot& lot) { lot.mutable_create_time(); }),
            "FIELD_INVALID lot.create_time");
  EXPECT_EQ(refusal([](v1::Lot& lot) { lot.set_expired(true); }), "FIELD_INVALID lot.expired");
  EXPECT_EQ(refusal([](v1::Lot& lot) { lot.add_problems(); }), "FIELD_INVALID lot.problems");
  EXPECT_THAT(world_.List({}), IsEmpty());
  EXPECT_EQ(refusal([](v1::Lot& lot) { lot.set_company("acme"); }), "OK");
}

TEST_F(LotRpc, ASerialsQuantityIsOneWhereverItIs) {
  const v1::Lot nowhere = Create(Creating("pump", ""));
  EXPECT_EQ(nowhere.quantity(), "1");
  EXPECT_EQ(nowhere.on_hand_quantity(), "0");
}

TEST_F(LotRpc, ATakenNumberIsAnsweredWithItsOwner) {
  const v1::Lot owner = Create(Creating("wire", "sn-1"));
  v1::Lot lot;

  const grpc::Status status = Send(&Stub::CreateLot, Creating("wire", "SN-1 "), lot);

  EXPECT_EQ(status.error_code(), StatusCode::ALREADY_EXISTS);
  const google::rpc::ErrorInfo info = ErrorInfoOf(status);
  EXPECT_EQ(info.reason(), "LOT_NUMBER_TAKEN");
  EXPECT_EQ(info.metadata().at("lot_id"), owner.lot_id());
  EXPECT_EQ(info.metadata().at("state"), "ACTIVE");
}

TEST_F(LotRpc, CreationsAreRefused) {
  v1::CreateLotRequest request;
  request.set_request_id(NextId());
  EXPECT_EQ(Refusal(request), "FIELD_INVALID lot");
  request = Creating("wire", "a");
  request.clear_request_id();
  EXPECT_EQ(Refusal(request), "FIELD_INVALID request_id");
  request = Creating("wire", "a");
  request.set_opening_quantity("1");
  EXPECT_EQ(Refusal(request), "FIELD_INVALID opening_location_id");
  request.set_opening_location_id("stock");
  for (const char* quantity : {"-1", "0", "x", "1e3", "0.0000001"}) {
    request.set_opening_quantity(quantity);
    EXPECT_EQ(Refusal(request), "FIELD_INVALID opening_quantity") << quantity;
  }
  request = Creating("wire", "a");
  request.mutable_lot()->set_reference(std::string(kReferenceCharactersMax + 1, 'x'));
  EXPECT_EQ(Refusal(request), "FIELD_INVALID lot.reference");
  request = Creating("wire", "a");
  *request.mutable_lot()->mutable_expire_date() = Date(2026, 2, 30);
  EXPECT_EQ(Refusal(request), "FIELD_INVALID lot.expire_date");
  request = Creating("wire", "a");
  (*request.mutable_lot()->mutable_attributes())["empty"];
  EXPECT_THAT(Refusal(request), HasSubstr("FIELD_INVALID lot.attributes"));
  EXPECT_EQ(Refusal(Creating("nothing", "a")), "PRODUCT_NOT_FOUND");
  EXPECT_EQ(Refusal(Creating("screw", "a")), "PRODUCT_NOT_TRACKED");
  EXPECT_EQ(Refusal(Creating("cable", "")), "NO_NUMBER_TEMPLATE");
  EXPECT_EQ(Refusal(Creating("wire", "a\nb")), "NUMBER_INVALID");
}

TEST_F(LotRpc, ARepeatIsTheSameAnswerAndAnotherPayloadIsRefused) {
  v1::CreateLotRequest request = Creating("wire", "");
  const v1::Lot first = Create(request);
  EXPECT_TRUE(MessageDifferencer::Equals(Create(request), first));
  request.mutable_lot()->set_notes("changed");
  EXPECT_EQ(Refusal(request), "REQUEST_ID_REUSED");
  v1::BatchCreateLotsRequest batch = Batch(1);
  batch.set_request_id(request.request_id());
  EXPECT_EQ(Refusal(batch), "REQUEST_ID_REUSED");
}

TEST_F(LotRpc, BatchesByCountByFirstNumberAndOneByOne) {
  v1::BatchCreateLotsResponse response;
  ASSERT_TRUE(Send(&Stub::BatchCreateLots, Batch(2), response).ok());
  ASSERT_EQ(response.lots_size(), 2);
  EXPECT_EQ(response.lots(1).number(), "W0002");
  v1::BatchCreateLotsRequest request = Batch(2);
  request.set_first_number("X-9");
  ASSERT_TRUE(Send(&Stub::BatchCreateLots, request, response).ok());
  EXPECT_EQ(response.lots(1).number(), "X-10");
  request = Batch(0);
  request.add_lots()->set_number("a");
  request.add_lots()->set_opening_quantity("3");
  request.mutable_lots(1)->set_opening_location_id("stock");
  ASSERT_TRUE(Send(&Stub::BatchCreateLots, request, response).ok());
  EXPECT_EQ(response.lots(1).number(), "W0003");
}

TEST_F(LotRpc, ABatchOfTheLargestSizeFitsIntoOneAnswer) {
  v1::BatchCreateLotsRequest request = Batch(kLotsPerBatchMax);
  request.set_first_number("S1");
  v1::BatchCreateLotsResponse response;
  const grpc::Status status = Send(&Stub::BatchCreateLots, request, response);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(response.lots_size(), kLotsPerBatchMax);
  EXPECT_EQ(response.lots(kLotsPerBatchMax - 1).number(), "S10000");
}

TEST_F(LotRpc, BatchesAreRefused) {
  v1::BatchCreateLotsRequest request = Batch(0);
  EXPECT_EQ(Refusal(request), "FIELD_INVALID lots");
  request.set_count(kLotsPerBatchMax + 1);
  EXPECT_EQ(Refusal(request), "FIELD_INVALID count");
  request.set_count(-1);
  EXPECT_EQ(Refusal(request), "FIELD_INVALID count");
  request.set_count(1);
  request.add_lots();
  EXPECT_EQ(Refusal(request), "FIELD_INVALID count");
  request.set_count(0);
  request.set_first_number("A1");
  EXPECT_EQ(Refusal(request), "FIELD_INVALID first_number");
}

TEST_F(LotRpc, ValidateOnlyAnswersTheProblemsAndWritesNothing) {
  v1::BatchCreateLotsRequest request = Batch(0);
  request.add_lots()->set_number("a");
  request.add_lots()->set_number("A");
  request.add_lots()->set_number(std::string(65, 'x'));
  request.set_validate_only(true);
  v1::BatchCreateLotsResponse response;
  ASSERT_TRUE(Send(&Stub::BatchCreateLots, request, response).ok());
  ASSERT_EQ(response.problems_size(), 2);
  EXPECT_EQ(response.problems(0).reason(), v1::ERROR_REASON_DUPLICATE_IN_REQUEST);
  EXPECT_EQ(response.problems(0).field(), "lots[1].number");
  EXPECT_EQ(response.problems(1).reason(), v1::ERROR_REASON_NUMBER_INVALID);
  request.mutable_lots(0)->set_opening_quantity("x");
  ASSERT_TRUE(Send(&Stub::BatchCreateLots, request, response).ok());
  EXPECT_EQ(response.problems(0).reason(), v1::ERROR_REASON_FIELD_INVALID);
  EXPECT_THAT(world_.List({}), IsEmpty());
}

TEST_F(LotRpc, PreviewsNumbers) {
  v1::PreviewLotNumbersRequest request;
  request.set_product_id("wire");
  v1::PreviewLotNumbersResponse response;
  ASSERT_TRUE(Send(&Stub::PreviewLotNumbers, request, response).ok());
  EXPECT_THAT(response.numbers(), ElementsAre("W0001"));
  request.set_first_number("Z-1");
  request.set_count(2);
  ASSERT_TRUE(Send(&Stub::PreviewLotNumbers, request, response).ok());
  EXPECT_THAT(response.numbers(), ElementsAre("Z-1", "Z-2"));
  request.set_count(kPreviewNumbersMax + 1);
  EXPECT_EQ(Outcome(&Stub::PreviewLotNumbers, request, response), "FIELD_INVALID count");
}

TEST_F(LotRpc, GetsAndFindsManyAtOnce) {
  const v1::Lot wire = Create(Creating("wire", "a"));
  const v1::Lot pump = Create(Creating("pump", "a"));
  v1::BatchGetLotsRequest get;
  get.add_lot_ids(pump.lot_id());
  get.add_lot_ids(wire.lot_id());
  v1::BatchGetLotsResponse got;
  ASSERT_TRUE(Send(&Stub::BatchGetLots, get, got).ok());
  EXPECT_EQ(got.lots(0).lot_id(), pump.lot_id());
  get.add_lot_ids("0190163d-8694-739b-aea5-966c26f8ad91");
  EXPECT_EQ(Outcome(&Stub::BatchGetLots, get, got), "LOT_NOT_FOUND");
  get.add_lot_ids("no uuid");
  EXPECT_EQ(Outcome(&Stub::BatchGetLots, get, got), "FIELD_INVALID lot_ids[3]");
  EXPECT_EQ(Outcome(&Stub::BatchGetLots, v1::BatchGetLotsRequest(), got), "FIELD_INVALID lot_ids");

  v1::FindLotsRequest find;
  find.add_numbers("A ");
  find.add_numbers("none");
  v1::FindLotsResponse found;
  ASSERT_TRUE(Send(&Stub::FindLots, find, found).ok());
  ASSERT_EQ(found.matches_size(), 2);
  EXPECT_EQ(found.matches(0).number(), "A ");
  ASSERT_EQ(found.matches(0).lots_size(), 2);
  EXPECT_EQ(found.matches(0).lots(0).product_id(), "pump");
  EXPECT_EQ(found.matches(1).lots_size(), 0);
  EXPECT_EQ(Outcome(&Stub::FindLots, v1::FindLotsRequest(), found), "FIELD_INVALID numbers");
  find.set_product_id("nothing");
  EXPECT_EQ(Outcome(&Stub::FindLots, find, found), "PRODUCT_NOT_FOUND");
  find.set_company("nobody");
  EXPECT_EQ(Outcome(&Stub::FindLots, find, found), "COMPANY_NOT_FOUND");
}

TEST_F(LotRpc, ListsPagesOfOneQuery) {
  v1::BatchCreateLotsResponse made;
  ASSERT_TRUE(Send(&Stub::BatchCreateLots, Batch(5), made).ok());
  v1::ListLotsRequest request;
  request.set_order_by("number");
  request.set_page_size(2);
  std::vector<std::string> numbers;
  v1::ListLotsResponse page;
  do {
    ASSERT_TRUE(Send(&Stub::ListLots, request, page).ok());
    EXPECT_LE(page.lots_size(), 2);
    for (const v1::Lot& lot : page.lots()) numbers.push_back(lot.number());
    if (numbers.size() == 2) {
      v1::ListLotsRequest other = request;
      other.set_page_token(page.next_page_token());
      other.set_query("W0");
      EXPECT_EQ(Outcome(&Stub::ListLots, other, page), "PAGE_TOKEN_INVALID page_token");
      ASSERT_TRUE(Send(&Stub::ListLots, request, page).ok());
    }
    request.set_page_token(page.next_page_token());
  } while (!page.next_page_token().empty());
  EXPECT_THAT(numbers, ElementsAre("W0001", "W0002", "W0003", "W0004", "W0005"));
  request.set_page_token("damaged");
  EXPECT_EQ(Outcome(&Stub::ListLots, request, page), "PAGE_TOKEN_INVALID page_token");
  request.clear_page_token();
  request.set_filter("nothing = 1");
  EXPECT_EQ(Outcome(&Stub::ListLots, request, page), "FILTER_INVALID");
  request.clear_filter();
  request.set_query(std::string(kQueryCharactersMax + 1, 'x'));
  EXPECT_EQ(Outcome(&Stub::ListLots, request, page), "FIELD_INVALID query");
}

TEST_F(LotRpc, ListsAndSummarizesEveryCompany) {
  World other(server_.database(), "bolt");
  other.CreateLot("wire", "theirs", "2");
  Create(Creating("wire", "ours"));
  Create(Creating("pump", "ours"));
  v1::ListLotsRequest request;
  request.set_company("-");
  request.set_page_size(1);
  std::vector<std::string> lots;
  v1::ListLotsResponse page;
  do {
    ASSERT_TRUE(Send(&Stub::ListLots, request, page).ok());
    for (const v1::Lot& lot : page.lots()) {
      lots.push_back(absl::StrCat(lot.company(), " ", lot.product_id()));
    }
    request.set_page_token(page.next_page_token());
  } while (!page.next_page_token().empty());
  EXPECT_THAT(lots, ElementsAre("acme pump", "acme wire", "bolt wire"));

  v1::SummarizeLotsRequest summarize;
  summarize.set_company("-");
  summarize.set_page_size(1);
  std::vector<std::string> groups;
  v1::SummarizeLotsResponse summary;
  do {
    ASSERT_TRUE(Send(&Stub::SummarizeLots, summarize, summary).ok());
    for (const auto& group : summary.groups()) {
      groups.push_back(absl::StrCat(group.company(), " ", group.product_id(), " ",
                                    group.lot_count(), " ", group.on_hand_quantity()));
    }
    summarize.set_page_token(summary.next_page_token());
  } while (!summary.next_page_token().empty());
  EXPECT_THAT(groups, ElementsAre("acme pump 1 0", "acme wire 1 0.000", "bolt wire 1 2.000"));
}

TEST_F(LotRpc, TellsWhereALotIsAndWhatHappenedToIt) {
  v1::CreateLotRequest creating = Creating("wire", "a");
  creating.set_opening_quantity("5");
  creating.set_opening_location_id("stock");
  const v1::Lot lot = Create(creating);
  v1::UpdateLotRequest edit = Editing(lot, {"notes"});
  edit.mutable_lot()->set_notes("x");
  v1::Lot edited;
  ASSERT_EQ(Outcome(&Stub::UpdateLot, edit, edited), "OK");

  v1::ListLotLocationsRequest where;
  where.set_lot_id(lot.lot_id());
  v1::ListLotLocationsResponse places;
  ASSERT_TRUE(Send(&Stub::ListLotLocations, where, places).ok());
  ASSERT_EQ(places.locations_size(), 1);
  EXPECT_EQ(places.locations(0).quantity(), "5.000");
  EXPECT_TRUE(places.locations(0).has_arrive_time());
  where.set_show_all(true);
  ASSERT_TRUE(Send(&Stub::ListLotLocations, where, places).ok());
  EXPECT_EQ(places.locations_size(), 2);

  v1::ListLotHistoryRequest request;
  request.set_lot_id(lot.lot_id());
  request.set_page_size(1);
  std::vector<v1::LotHistoryEntry> entries;
  v1::ListLotHistoryResponse page;
  do {
    ASSERT_TRUE(Send(&Stub::ListLotHistory, request, page).ok());
    for (const v1::LotHistoryEntry& entry : page.entries()) entries.push_back(entry);
    request.set_page_token(page.next_page_token());
  } while (!page.next_page_token().empty());
  ASSERT_THAT(entries, SizeIs(3));
  EXPECT_EQ(entries[0].event().kind(), v1::LOT_EVENT_KIND_CREATED);
  EXPECT_EQ(entries[1].movement().quantity(), "5.000");
  EXPECT_EQ(entries[2].event().changes(0).field(), "notes");
  EXPECT_EQ(entries[2].event().changes(0).new_value(), "x");
}

TEST_F(LotRpc, ArchivesUnarchivesAndDeletes) {
  const v1::Lot lot = Create(Creating("wire", "a"));
  v1::ArchiveLotRequest archive;
  archive.set_request_id(NextId());
  archive.set_lot_id(lot.lot_id());
  archive.set_etag(lot.etag());
  v1::Lot answer;
  ASSERT_EQ(Outcome(&Stub::ArchiveLot, archive, answer), "OK");
  EXPECT_EQ(answer.state(), v1::LOT_STATE_ARCHIVED);
  archive.set_request_id(NextId());
  EXPECT_EQ(Outcome(&Stub::ArchiveLot, archive, answer), "ETAG_MISMATCH");
  v1::UnarchiveLotRequest unarchive;
  unarchive.set_request_id(NextId());
  unarchive.set_lot_id(lot.lot_id());
  ASSERT_EQ(Outcome(&Stub::UnarchiveLot, unarchive, answer), "OK");
  EXPECT_EQ(answer.state(), v1::LOT_STATE_ACTIVE);
  v1::DeleteLotRequest deletion;
  deletion.set_request_id(NextId());
  deletion.set_lot_id(lot.lot_id());
  v1::DeleteLotResponse gone;
  ASSERT_EQ(Outcome(&Stub::DeleteLot, deletion, gone), "OK");
  ASSERT_EQ(Outcome(&Stub::DeleteLot, deletion, gone), "OK");
  deletion.set_request_id(NextId());
  EXPECT_EQ(Outcome(&Stub::DeleteLot, deletion, gone), "LOT_NOT_FOUND");
}

TEST_F(LotRpc, ARepeatAfterTheDeletionSaysThatTheLotIsGone) {
  const v1::CreateLotRequest creating = Creating("pump", "P-1");
  v1::BatchCreateLotsRequest batch = Batch(2);
  v1::BatchCreateLotsResponse made;
  ASSERT_EQ(Outcome(&Stub::BatchCreateLots, batch, made), "OK");
  v1::Lot lot = Create(creating);
  v1::ArchiveLotRequest archive;
  archive.set_request_id(NextId());
  archive.set_lot_id(lot.lot_id());
  ASSERT_EQ(Outcome(&Stub::ArchiveLot, archive, lot), "OK");
  for (const std::string& id : {lot.lot_id(), made.lots(1).lot_id()}) {
    v1::DeleteLotRequest deletion;
    deletion.set_request_id(NextId());
    deletion.set_lot_id(id);
    v1::DeleteLotResponse gone;
    ASSERT_EQ(Outcome(&Stub::DeleteLot, deletion, gone), "OK");
  }

  const v1::Lot again = Create(creating);
  EXPECT_EQ(again.number(), "P-1");
  EXPECT_EQ(again.state(), v1::LOT_STATE_DELETED);
  EXPECT_EQ(again.quantity(), "0");
  ASSERT_EQ(Outcome(&Stub::ArchiveLot, archive, lot), "OK");
  EXPECT_EQ(lot.state(), v1::LOT_STATE_DELETED);
  ASSERT_EQ(Outcome(&Stub::BatchCreateLots, batch, made), "OK");
  EXPECT_FALSE(made.lots(0).deleted());
  EXPECT_TRUE(made.lots(1).deleted());
}

TEST_F(LotRpc, LotsInUseAndOnHandNameWhy) {
  v1::CreateLotRequest creating = Creating("wire", "a");
  creating.set_opening_quantity("5");
  creating.set_opening_location_id("stock");
  const v1::Lot lot = Create(creating);
  v1::ArchiveLotRequest archive;
  archive.set_request_id(NextId());
  archive.set_lot_id(lot.lot_id());
  v1::Lot answer;
  const grpc::Status on_hand = Send(&Stub::ArchiveLot, archive, answer);
  EXPECT_EQ(on_hand.error_code(), StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(ErrorInfoOf(on_hand).metadata().at("on_hand_quantity"), "5.000");
  v1::DeleteLotRequest deletion;
  deletion.set_request_id(NextId());
  deletion.set_lot_id(lot.lot_id());
  v1::DeleteLotResponse gone;
  const grpc::Status in_use = Send(&Stub::DeleteLot, deletion, gone);
  EXPECT_EQ(ErrorInfoOf(in_use).reason(), "LOT_IN_USE");
  EXPECT_EQ(ErrorInfoOf(in_use).metadata().at("what"), "movements");
}

}  // namespace
}  // namespace lots
