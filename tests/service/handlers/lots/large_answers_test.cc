// Answers that would be larger than a client with defaults can read.
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "lots/v1/catalog.grpc.pb.h"
#include "lots/v1/lot.grpc.pb.h"
#include "lots/v1/recall.grpc.pb.h"
#include "lots/v1/stock.grpc.pb.h"
#include "lots/v1/trace.grpc.pb.h"
#include "lots/v1/work_order.grpc.pb.h"
#include "storage/base/limits.h"
#include "tests/support/server/test_server.h"
#include "tests/support/world/world.h"

namespace lots {
namespace {

using Stub = v1::LotService::Stub;

// As many lots as a default page has rows, and more than an answer has room for.
constexpr int kLots = 25;

class LargeAnswers : public testing::Test {
 protected:
  LargeAnswers() {
    std::string wide;
    for (int i = 0; i < kAttributeTextCharactersMax; ++i) wide += "\xF0\x9F\x94\xA9";
    v1::BatchCreateLotsRequest request;
    request.set_request_id("large");
    request.set_product_id("wire");
    for (int i = 0; i < kLots; ++i) {
      v1::NewLot& lot = *request.add_lots();
      lot.set_number(absl::StrCat("L-", 100 + i));
      for (int a = 0; a < kAttributesMax; ++a) {
        (*lot.mutable_attributes())[absl::StrCat(a)].set_text(wide);
      }
    }
    v1::BatchCreateLotsResponse made;
    const grpc::Status status = Send(&Stub::BatchCreateLots, request, made);
    EXPECT_TRUE(status.ok()) << status.error_message();
    for (const v1::NumberedLot& lot : made.lots()) ids_.push_back(lot.lot_id());
  }

  // With the client's defaults: an answer of more than 4 MiB is an error.
  template <class Request, class Response>
  grpc::Status Send(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                    Request request, Response& response) {
    request.set_company("acme");
    return lots::Send(*stub_, method, request, response);
  }

  const TestServer server_;
  World world_{server_.database()};
  const std::unique_ptr<Stub> stub_ = server_.NewStub<v1::LotService>();
  std::vector<std::string> ids_;
};

TEST_F(LargeAnswers, APageEndsEarlyAndSaysHowToGoOn) {
  v1::ListLotsRequest request;
  request.set_order_by("number");
  std::vector<std::string> numbers;
  int pages = 0;
  do {
    v1::ListLotsResponse page;
    const grpc::Status status = Send(&Stub::ListLots, request, page);
    ASSERT_TRUE(status.ok()) << status.error_message();
    EXPECT_LE(page.ByteSizeLong(), kAnswerBytesMax);
    for (const v1::Lot& lot : page.lots()) numbers.push_back(lot.number());
    request.set_page_token(page.next_page_token());
    ++pages;
  } while (!request.page_token().empty());

  EXPECT_GT(pages, 1);
  ASSERT_EQ(numbers.size(), kLots);
  for (int i = 0; i < kLots; ++i) EXPECT_EQ(numbers[i], absl::StrCat("L-", 100 + i));
}

TEST_F(LargeAnswers, ABatchIsRefusedAndSaysHowManyFit) {
  v1::BatchGetLotsRequest request;
  for (const std::string& id : ids_) request.add_lot_ids(id);
  v1::BatchGetLotsResponse response;
  const grpc::Status refused = Send(&Stub::BatchGetLots, request, response);
  EXPECT_EQ(refused.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  ASSERT_EQ(ReasonOf(refused), "ANSWER_TOO_LARGE");
  int fitting = 0;
  ASSERT_TRUE(absl::SimpleAtoi(ErrorInfoOf(refused).metadata().at("fitting_count"), &fitting));
  ASSERT_GT(fitting, 1);
  ASSERT_LT(fitting, kLots);
  request.mutable_lot_ids()->DeleteSubrange(fitting, kLots - fitting);

  EXPECT_TRUE(Send(&Stub::BatchGetLots, request, response).ok());

  EXPECT_EQ(response.lots_size(), fitting);
  EXPECT_LE(response.ByteSizeLong(), kAnswerBytesMax);
  request.add_lot_ids(ids_.back());
  EXPECT_EQ(ReasonOf(Send(&Stub::BatchGetLots, request, response)), "ANSWER_TOO_LARGE");
}

TEST_F(LargeAnswers, SoIsASearchForManyNumbers) {
  v1::FindLotsRequest request;
  for (int i = 0; i < kLots; ++i) request.add_numbers(absl::StrCat("L-", 100 + i));
  v1::FindLotsResponse response;

  EXPECT_EQ(ReasonOf(Send(&Stub::FindLots, request, response)), "ANSWER_TOO_LARGE");
}

// The longest text of so many characters, with a number of five digits at its end.
std::string Longest(int characters, int number) {
  std::string text;
  for (int i = 5; i < characters; ++i) text += "\xF0\xA0\x80\x80";
  return absl::StrCat(text, absl::Dec(number, absl::kZeroPad5));
}

// Answers of writes, and the messages of streams. The calls take seconds: they write thousands of
// rows.
class LargeWrites : public testing::Test {
 protected:
  static constexpr absl::Duration kPatience = absl::Minutes(2);

  template <class Service, class Request, class Response>
  Response Call(grpc::Status (Service::Stub::*method)(grpc::ClientContext*, const Request&,
                                                      Response*),
                Request request) {
    request.set_company("acme");
    request.set_request_id(absl::StrCat("request-", ++requests_));
    Response response;
    const grpc::Status status =
        lots::Send(*server_.NewStub<Service>(), method, request, response, kPatience);
    EXPECT_TRUE(status.ok()) << status.error_message();
    EXPECT_LE(response.ByteSizeLong(), kAnswerBytesMax);
    return response;
  }

  // Reads a stream; each of its messages is small enough. Returns how many there are.
  template <class Message>
  int Read(std::unique_ptr<grpc::ClientReader<Message>> reader,
           const std::function<void(const Message&)>& each) {
    int count = 0;
    for (Message message; reader->Read(&message); ++count) {
      EXPECT_LE(message.ByteSizeLong(), kAnswerBytesMax);
      each(message);
    }
    const grpc::Status status = reader->Finish();
    EXPECT_TRUE(status.ok()) << status.error_message();
    return count;
  }

  void AddLocations(int count) {
    v1::UpsertLocationsRequest request;
    for (int i = 0; i < count; ++i) {
      request.add_locations()->set_location_id(Longest(kIdCharactersMax, i));
      request.mutable_locations(i)->set_kind(v1::LOCATION_KIND_INTERNAL);
    }
    Call<v1::CatalogService>(&v1::CatalogService::Stub::UpsertLocations, request);
  }

  // Lots of salt with the longest numbers, so much of each in stock.
  std::vector<std::string> CreateSalt(int count, const std::string& quantity) {
    v1::BatchCreateLotsRequest request;
    request.set_product_id("salt");
    for (int i = 0; i < count; ++i) {
      v1::NewLot& lot = *request.add_lots();
      lot.set_number(Longest(kNumberCharactersMax, i));
      lot.set_opening_quantity(quantity);
      lot.set_opening_location_id("stock");
    }
    std::vector<std::string> ids;
    const auto made = Call<v1::LotService>(&v1::LotService::Stub::BatchCreateLots, request);
    for (const v1::NumberedLot& lot : made.lots()) ids.push_back(lot.lot_id());
    return ids;
  }

  const TestServer server_;
  World world_{server_.database()};
  int requests_ = 0;
};

// So many characters of four bytes.
std::string Wide(int characters) {
  std::string text;
  for (int i = 0; i < characters; ++i) text += "\xF0\xA0\x80\x80";
  return text;
}

TEST_F(LargeWrites, OfLocationsWithLongTextsTheFirstAreListedAndAllAreWritten) {
  v1::UpsertLocationsRequest request;
  for (int i = 0; i < kCatalogBatchMax; ++i) {
    v1::Location& location = *request.add_locations();
    location.set_location_id(Longest(kIdCharactersMax, i));
    location.set_kind(v1::LOCATION_KIND_INTERNAL);
    location.set_display_name(Wide(kNameCharactersMax));
    if (i > 0) location.set_parent_id(Longest(kIdCharactersMax, 0));
    location.set_gln("4012345000009");
    v1::Address& address = *location.mutable_address();
    address.set_street(Wide(kNameCharactersMax));
    address.set_city(Wide(kCityCharactersMax));
    address.set_region(Wide(kCityCharactersMax));
    address.set_postal_code(Wide(kPostalCodeCharactersMax));
    address.set_country("DE");
    address.set_phone(Wide(kPhoneCharactersMax));
  }
  const auto written =
      Call<v1::CatalogService>(&v1::CatalogService::Stub::UpsertLocations, request);

  EXPECT_EQ(written.location_count(), kCatalogBatchMax);
  EXPECT_TRUE(written.locations_truncated());
  ASSERT_GT(written.locations_size(), 900);
  ASSERT_LT(written.locations_size(), kCatalogBatchMax);
  for (int i = 0; i < written.locations_size(); ++i) {
    EXPECT_EQ(written.locations(i).location_id(), request.locations(i).location_id());
  }
  v1::UpsertLocationsRequest last;
  last.add_locations()->set_location_id(Longest(kIdCharactersMax, kCatalogBatchMax - 1));
  const auto stored = Call<v1::CatalogService>(&v1::CatalogService::Stub::UpsertLocations, last);
  ASSERT_EQ(stored.locations_size(), 1);
  EXPECT_EQ(stored.locations(0).display_name(), Wide(kNameCharactersMax));
  EXPECT_EQ(stored.location_count(), 1);
  EXPECT_FALSE(stored.locations_truncated());
}

// UpsertProducts has no need to leave any out.
TEST_F(LargeWrites, ProductsWithLongTextsFit) {
  v1::UpsertProductsRequest request;
  for (int i = 0; i < kCatalogBatchMax; ++i) {
    v1::Product& product = *request.add_products();
    product.set_product_id(Longest(kIdCharactersMax, i));
    product.set_tracking(v1::TRACKING_LOT);
    product.set_display_name(Wide(kNameCharactersMax));
    product.set_unit(Wide(kUnitCharactersMax));
  }
  const auto written = Call<v1::CatalogService>(&v1::CatalogService::Stub::UpsertProducts, request);

  EXPECT_EQ(written.products_size(), kCatalogBatchMax);
  // What the texts here lack: the longest company, template and GTIN, and the numbers.
  constexpr size_t kRestBytes = 4 * (kIdCharactersMax + kNameCharactersMax) + 256;
  EXPECT_LE(written.ByteSizeLong() + kCatalogBatchMax * kRestBytes, kAnswerBytesMax);
}

// More serials than an answer can list.
TEST_F(LargeWrites, TheSerialsThatAnOrderMakesVoidAreCountedAndTheFirstAreListed) {
  using Orders = v1::WorkOrderService::Stub;
  constexpr int kSerials = 12'000;
  for (int first = 0; first < kSerials; first += kSerials / 2) {
    v1::AssignSerialsRequest assign;
    assign.set_work_order_id("W1");
    assign.set_product_id("bike");
    for (int i = first; i < first + kSerials / 2; ++i) {
      assign.add_numbers(Longest(kNumberCharactersMax, i));
    }
    Call<v1::WorkOrderService>(&Orders::AssignSerials, assign);
  }
  const auto expect_first = [](const auto& response, int count) {
    EXPECT_EQ(response.voided_count(), count);
    EXPECT_TRUE(response.voided_truncated());
    EXPECT_GT(response.voided_size(), 1'000);
    EXPECT_LT(response.voided_size(), count);
    EXPECT_EQ(response.voided(1).number(), Longest(kNumberCharactersMax, kSerials - count + 1));
  };

  v1::CancelWorkOrderRequest cancel;
  cancel.set_work_order_id("W1");
  cancel.set_validate_only(true);
  expect_first(Call<v1::WorkOrderService>(&Orders::CancelWorkOrder, cancel), kSerials);

  v1::CompleteWorkOrderRequest close;
  close.set_work_order_id("W1");
  close.set_planned_serial_count(1);
  close.set_destination_location_id("stock");
  close.set_close(true);
  const auto closed = Call<v1::WorkOrderService>(&Orders::CompleteWorkOrder, close);
  EXPECT_EQ(closed.outputs_size(), 1);
  EXPECT_EQ(closed.state(), v1::WORK_ORDER_STATE_CLOSED);
  expect_first(closed, kSerials - 1);

  v1::ReopenWorkOrderRequest reopen;
  reopen.set_work_order_id("W1");
  expect_first(Call<v1::WorkOrderService>(&Orders::ReopenWorkOrder, reopen), kSerials - 1);
}

TEST_F(LargeWrites, AUnitOfThousandsOfComponentsComesApart) {
  using Orders = v1::WorkOrderService::Stub;
  constexpr int kComponents = 6'000;
  AddLocations(1);
  v1::CompleteWorkOrderRequest complete;
  complete.set_work_order_id("W1");
  complete.set_product_id("bike");
  complete.set_source_location_id("stock");
  complete.set_destination_location_id("stock");
  complete.add_outputs()->set_number("B-1");
  for (const std::string& id : CreateSalt(kComponents, "1")) {
    v1::CompletionComponent& component = *complete.add_components();
    component.mutable_lot()->set_lot_id(id);
    component.set_quantity("1");
    component.set_output_index(0);
  }
  const auto made = Call<v1::WorkOrderService>(&Orders::CompleteWorkOrder, complete);
  ASSERT_EQ(made.outputs_size(), 1);

  v1::DisassembleRequest disassemble;
  disassemble.mutable_lot()->set_lot_id(made.outputs(0).lot_id());
  disassemble.set_destination_location_id(Longest(kIdCharactersMax, 0));
  const auto apart = Call<v1::WorkOrderService>(&Orders::Disassemble, disassemble);

  EXPECT_EQ(apart.component_count(), kComponents);
  EXPECT_TRUE(apart.components_truncated());
  EXPECT_GT(apart.components_size(), 1'000);
  EXPECT_LT(apart.components_size(), kComponents);
}

TEST_F(LargeWrites, PiecesOfATraceAndOfAReportAreDivided) {
  constexpr int kSeeds = 600;
  AddLocations(kTracePlacesShownMax);
  const std::vector<std::string> ids = CreateSalt(kSeeds, absl::StrCat(kTracePlacesShownMax));
  v1::RecordMovementsRequest move;
  v1::OpenRecallRequest open;
  v1::TraceDownstreamRequest trace;
  trace.set_company("acme");
  open.set_recall_id("RC-1");
  open.set_reason("bad");
  for (const std::string& id : ids) {
    trace.add_seeds()->set_lot_id(id);
    open.add_seeds()->set_lot_id(id);
    for (int i = 0; i < kTracePlacesShownMax; ++i) {
      v1::NewMovement& movement = *move.add_movements();
      movement.set_kind(v1::MOVEMENT_KIND_TRANSFER);
      movement.mutable_lot()->set_lot_id(id);
      movement.set_quantity("1");
      movement.set_from_location_id("stock");
      movement.set_to_location_id(Longest(kIdCharactersMax, i));
    }
    if (move.movements_size() < 6'000) continue;
    Call<v1::StockService>(&v1::StockService::Stub::RecordMovements, move);
    move.clear_movements();
  }

  std::vector<std::string> traced;
  grpc::ClientContext tracing;
  const int pieces = Read<v1::TraceDownstreamResponse>(
      server_.NewStub<v1::TraceService>()->TraceDownstream(&tracing, trace),
      [&](const v1::TraceDownstreamResponse& message) {
        for (const v1::TraceNode& node : message.piece().nodes()) traced.push_back(node.number());
      });
  EXPECT_GT(pieces, 2);
  ASSERT_EQ(traced.size(), kSeeds);
  for (int i = 0; i < kSeeds; ++i) EXPECT_EQ(traced[i], Longest(kNumberCharactersMax, i));

  Call<v1::RecallService>(&v1::RecallService::Stub::OpenRecall, open);
  v1::StreamRecallReportRequest report;
  report.set_company("acme");
  report.set_recall_id("RC-1");
  int reported = 0;
  grpc::ClientContext reporting;
  Read<v1::StreamRecallReportResponse>(
      server_.NewStub<v1::RecallService>()->StreamRecallReport(&reporting, report),
      [&](const v1::StreamRecallReportResponse& message) { reported += message.lots_size(); });
  EXPECT_EQ(reported, kSeeds);
}

}  // namespace
}  // namespace lots
