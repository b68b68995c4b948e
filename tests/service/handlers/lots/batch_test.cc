// Reads that wait together are answered together, each with its own answer.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "lots/v1/catalog.grpc.pb.h"
#include "lots/v1/lot.grpc.pb.h"
#include "lots/v1/whereabouts.pb.h"
#include "tests/support/base/eventually.h"
#include "tests/support/server/test_server.h"

namespace lots {
namespace {

using grpc::StatusCode;

class Batch : public testing::Test {
 protected:
  void SetUp() override {
    v1::UpsertProductsRequest request = Products("acme");
    v1::UpsertProductsResponse response;
    ASSERT_TRUE(Send(*catalog_, &v1::CatalogService::Stub::UpsertProducts, request, response).ok());
    request = Products("other");
    ASSERT_TRUE(Send(*catalog_, &v1::CatalogService::Stub::UpsertProducts, request, response).ok());
  }

  static v1::UpsertProductsRequest Products(const std::string& company) {
    v1::UpsertProductsRequest request;
    request.set_company(company);
    request.add_products()->set_product_id("bolt");
    request.mutable_products(0)->set_tracking(v1::TRACKING_LOT);
    return request;
  }

  std::string CreateLot(const std::string& company, const std::string& number) {
    v1::CreateLotRequest request;
    request.set_company(company);
    request.set_request_id(number);
    request.mutable_lot()->set_product_id("bolt");
    request.mutable_lot()->set_number(number);
    v1::Lot lot;
    const grpc::Status status = Send(*lots_, &v1::LotService::Stub::CreateLot, request, lot);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return lot.lot_id();
  }

  // Keeps the only worker busy while `send` sends calls that come to wait.
  void WhileTheWorkerIsBusy(const std::function<void()>& send) {
    const auto db = server_.database().Connect();
    ASSERT_TRUE(db->RunScript("test", "BEGIN; LOCK TABLE products").ok());
    std::thread busy([&] {
      v1::UpsertProductsResponse response;
      EXPECT_TRUE(
          Send(*catalog_, &v1::CatalogService::Stub::UpsertProducts, Products("acme"), response)
              .ok());
    });
    EXPECT_TRUE(Eventually([&] { return server_.Metric("lots_workers_busy") == 1; }));
    send();
    db->Rollback();
    busy.join();
  }

  const TestServer server_{[](Server::Options& options) { options.config.workers = 1; }};
  const std::unique_ptr<v1::CatalogService::Stub> catalog_ = server_.NewStub<v1::CatalogService>();
  const std::unique_ptr<v1::LotService::Stub> lots_ = server_.NewStub<v1::LotService>();
};

// One GetLot on a thread of its own.
class Read {
 public:
  Read(v1::LotService::Stub& stub, const std::string& company, const std::string& lot_id,
       v1::LotView view = v1::LOT_VIEW_BASIC)
      : thread_([&stub, company, lot_id, view, this] {
          v1::GetLotRequest request;
          request.set_view(view);
          request.set_company(company);
          request.set_lot_id(lot_id);
          status_ = Send(stub, &v1::LotService::Stub::GetLot, request, lot_);
        }) {}
  ~Read() { Wait(); }

  std::string Reason() { return Wait(), ReasonOf(status_); }
  std::string Number() { return Wait(), lot_.number(); }
  int StateCount() { return Wait(), lot_.whereabouts().states_size(); }

 private:
  void Wait() {
    if (thread_.joinable()) thread_.join();
  }

  grpc::Status status_;
  v1::Lot lot_;
  std::thread thread_;
};

TEST_F(Batch, EachCallGetsItsOwnAnswer) {
  const std::string first = CreateLot("acme", "L-1");
  const std::string second = CreateLot("acme", "L-2");
  const std::string others = CreateLot("other", "L-3");
  const double statements =
      server_.Metric("lots_db_query_seconds_count{statement=\"find_lots_by_id\"}");
  std::vector<std::unique_ptr<Read>> reads;
  const auto read = [&](const std::string& company, const std::string& lot_id) {
    reads.push_back(std::make_unique<Read>(*lots_, company, lot_id));
  };

  WhileTheWorkerIsBusy([&] {
    read("acme", second);
    read("acme", others);
    read("acme", "no uuid");
    read("acme", first);
    read("acme", second);
    read("other", others);
    EXPECT_TRUE(Eventually([&] { return server_.Metric("lots_queue_waiting") == 6; }));
  });

  EXPECT_EQ(reads[0]->Number(), "L-2");
  EXPECT_EQ(reads[1]->Reason(), "LOT_NOT_FOUND");
  EXPECT_EQ(reads[2]->Reason(), "FIELD_INVALID");
  EXPECT_EQ(reads[3]->Number(), "L-1");
  EXPECT_EQ(reads[4]->Number(), "L-2");
  EXPECT_EQ(reads[5]->Number(), "L-3");
  // One for each company.
  EXPECT_EQ(server_.Metric("lots_db_query_seconds_count{statement=\"find_lots_by_id\"}"),
            statements + 2);
}

TEST_F(Batch, EachCallGetsTheViewThatItAskedFor) {
  const std::string lot_id = CreateLot("acme", "L-1");
  std::vector<std::unique_ptr<Read>> reads;

  WhileTheWorkerIsBusy([&] {
    for (const v1::LotView view : {v1::LOT_VIEW_BASIC, v1::LOT_VIEW_FULL, v1::LOT_VIEW_BASIC,
                                   v1::LOT_VIEW_FULL, static_cast<v1::LotView>(7)}) {
      reads.push_back(std::make_unique<Read>(*lots_, "acme", lot_id, view));
    }
    EXPECT_TRUE(Eventually([&] { return server_.Metric("lots_queue_waiting") == 5; }));
  });

  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(reads[i]->Number(), "L-1");
    EXPECT_EQ(reads[i]->StateCount(), i % 2) << i;
  }
  EXPECT_EQ(reads[4]->Reason(), "FIELD_INVALID");
}

TEST_F(Batch, AClientThatLeavesDoesNotTakeTheAnswerFromTheOthers) {
  const std::string lot_id = CreateLot("acme", "L-1");
  std::vector<std::unique_ptr<Read>> reads;
  grpc::ClientContext leaving;
  std::thread left;

  WhileTheWorkerIsBusy([&] {
    left = std::thread([&] {
      v1::GetLotRequest request;
      request.set_company("acme");
      request.set_lot_id(lot_id);
      v1::Lot lot;
      EXPECT_EQ(lots_->GetLot(&leaving, request, &lot).error_code(), StatusCode::CANCELLED);
    });
    for (int i = 0; i < 3; ++i) reads.push_back(std::make_unique<Read>(*lots_, "acme", lot_id));
    EXPECT_TRUE(Eventually([&] { return server_.Metric("lots_queue_waiting") == 4; }));
    leaving.TryCancel();
    left.join();
  });

  for (const auto& read : reads) EXPECT_EQ(read->Number(), "L-1");
}

}  // namespace
}  // namespace lots
