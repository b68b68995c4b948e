// Calls LotService, for its tests.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "lots/v1/lot.grpc.pb.h"
#include "tests/support/server/test_server.h"
#include "tests/support/world/world.h"

namespace lots {

// Calls are of the company "acme" where the request names no other.
class LotCalls : public testing::Test {
 protected:
  using Stub = v1::LotService::Stub;

  template <class Request, class Response>
  grpc::Status Send(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                    Request request, Response& response) {
    if (request.company().empty()) request.set_company("acme");
    return lots::Send(*stub_, method, request, response);
  }
  // "LOT_NOT_FOUND" of a refusal, with the field of FIELD_INVALID; "OK".
  template <class Request, class Response>
  std::string Outcome(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                      const Request& request, Response& response) {
    return OutcomeOf(Send(method, request, response));
  }
  std::string NextId() { return absl::StrCat("doc-", ++requests_); }

  v1::CreateLotRequest Creating(const std::string& product, const std::string& number) {
    v1::CreateLotRequest request;
    request.set_request_id(NextId());
    request.mutable_lot()->set_product_id(product);
    request.mutable_lot()->set_number(number);
    return request;
  }
  v1::Lot Create(const v1::CreateLotRequest& request) {
    v1::Lot lot;
    const grpc::Status status = Send(&Stub::CreateLot, request, lot);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return lot;
  }
  std::string Refusal(const v1::CreateLotRequest& request) {
    v1::Lot lot;
    return Outcome(&Stub::CreateLot, request, lot);
  }
  std::string Refusal(const v1::UpdateLotRequest& request) {
    v1::Lot lot;
    return Outcome(&Stub::UpdateLot, request, lot);
  }
  std::string Refusal(const v1::BatchCreateLotsRequest& request) {
    v1::BatchCreateLotsResponse response;
    return Outcome(&Stub::BatchCreateLots, request, response);
  }
  v1::BatchCreateLotsRequest Batch(int count) {
    v1::BatchCreateLotsRequest request;
    request.set_request_id(NextId());
    request.set_product_id("wire");
    request.set_count(count);
    return request;
  }
  v1::UpdateLotRequest Editing(const v1::Lot& lot, const std::vector<std::string>& mask) {
    v1::UpdateLotRequest request;
    request.set_request_id(NextId());
    request.mutable_lot()->set_lot_id(lot.lot_id());
    for (const std::string& path : mask) request.mutable_update_mask()->add_paths(path);
    return request;
  }
  static google::type::Date Date(int year, int month, int day) {
    google::type::Date date;
    date.set_year(year);
    date.set_month(month);
    date.set_day(day);
    return date;
  }

  const TestServer server_;
  World world_{server_.database()};
  const std::unique_ptr<Stub> stub_ = server_.NewStub<v1::LotService>();
  int requests_ = 0;
};

}  // namespace lots
