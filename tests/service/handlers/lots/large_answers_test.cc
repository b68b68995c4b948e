// Answers that would be larger than a client with defaults can read.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "lots/v1/lot.grpc.pb.h"
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

}  // namespace
}  // namespace lots
