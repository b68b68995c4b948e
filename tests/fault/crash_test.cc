// A real lotd with its durable PostgreSQL, killed under load: what was acknowledged is there, what
// was not can be repeated, and nothing happens twice.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "lots/v1/catalog.grpc.pb.h"
#include "lots/v1/lot.grpc.pb.h"
#include "lots/v1/stock.grpc.pb.h"
#include "lots/v1/work_order.grpc.pb.h"
#include "service/server/config.h"
#include "storage/pg/pipeline.h"
#include "tests/support/base/eventually.h"
#include "tests/support/model/ledger_checker.h"
#include "tests/support/server/lotd_process.h"
#include "tests/support/server/test_server.h"

namespace lots {
namespace {

using ::testing::IsEmpty;

constexpr char kCompany[] = "acme";
constexpr int kWriters = 8;
// What each writer has done before something is killed, and does afterwards.
constexpr int kRounds = 5;
// Never needed on a machine that has nothing else to do: a durable write waits for the disk, and
// making a database is many of them.
constexpr absl::Duration kPatience = absl::Minutes(2);

constexpr pg::Statement kCountMade{"test_count_made", R"sql(
SELECT (SELECT count(*) FROM lots WHERE company = $1),
       (SELECT count(*) FROM lots WHERE company = $1 AND state = 2),
       (SELECT count(*) FROM movements WHERE company = $1),
       (SELECT count(*) FROM transformations WHERE company = $1),
       (SELECT count(*) FROM work_orders WHERE company = $1),
       (SELECT count(*) FROM requests WHERE company = $1))sql"};

constexpr pg::Statement kCountWaiting{"test_count_waiting", R"sql(
SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock')sql"};

bool InTheEnd(const std::function<bool()>& condition) { return Eventually(condition, kPatience); }

// A write that was acknowledged: its answer, and how to repeat it. Both as the ids that were made.
struct Acknowledged {
  std::string answer;
  std::function<std::string()> repeat;
};

// Writer makes bikes, one work order a round, on a connection of its own. It repeats every write
// until it is answered, and remembers the answers.
class Writer {
 public:
  Writer(const LotdProcess& lotd, int number)
      : name_(absl::StrCat("W", number)),
        lots_(v1::LotService::NewStub(lotd.NewChannel())),
        stock_(v1::StockService::NewStub(lotd.NewChannel())),
        orders_(v1::WorkOrderService::NewStub(lotd.NewChannel())) {}

  // One lot is received, and half of it goes into a bike.
  void MakeBike() {
    const std::string order = absl::StrCat(name_, "-", rounds_.load());
    CreateLot(order);
    Receive(order);
    AssignSerial(order);
    Complete(order);
    ++rounds_;
  }

  int rounds() const { return rounds_; }
  const std::vector<Acknowledged>& acknowledged() const { return acknowledged_; }
  // How often each refusal was met on the way, by code and reason.
  const std::map<std::string, int>& refusals() const { return refusals_; }

 private:
  void CreateLot(const std::string& order) {
    v1::CreateLotRequest request;
    request.mutable_lot()->set_product_id("paint");
    request.mutable_lot()->set_number(order);
    Write(*lots_, &v1::LotService::Stub::CreateLot, request, absl::StrCat(order, "/create"),
          [](const v1::Lot& lot) { return lot.lot_id(); });
  }

  void Receive(const std::string& order) {
    v1::RecordMovementsRequest request;
    v1::NewMovement& move = *request.add_movements();
    move.set_kind(v1::MOVEMENT_KIND_RECEIPT);
    move.mutable_lot()->set_product_id("paint");
    move.mutable_lot()->set_number(order);
    move.set_quantity("1");
    move.set_to_location_id("shelf");
    Write(*stock_, &v1::StockService::Stub::RecordMovements, request,
          absl::StrCat(order, "/receive"),
          [](const v1::RecordMovementsResponse& response) { return response.ShortDebugString(); });
  }

  void AssignSerial(const std::string& order) {
    v1::AssignSerialsRequest request;
    request.set_work_order_id(order);
    request.set_product_id("bike");
    request.set_count(1);
    Write(*orders_, &v1::WorkOrderService::Stub::AssignSerials, request,
          absl::StrCat(order, "/assign"),
          [](const v1::AssignSerialsResponse& response) { return response.ShortDebugString(); });
  }

  void Complete(const std::string& order) {
    v1::CompleteWorkOrderRequest request;
    request.set_work_order_id(order);
    request.set_planned_serial_count(1);
    request.set_destination_location_id("shelf");
    request.set_source_location_id("shelf");
    request.set_close(true);
    v1::CompletionComponent& part = *request.add_components();
    part.mutable_lot()->set_product_id("paint");
    part.mutable_lot()->set_number(order);
    part.set_quantity("0.5");
    Write(*orders_, &v1::WorkOrderService::Stub::CompleteWorkOrder, request,
          absl::StrCat(order, "/complete"), [](const v1::CompleteWorkOrderResponse& response) {
            return response.ShortDebugString();
          });
  }

  // Repeats the write until it is answered; `made` says of an answer what must never change.
  template <class Stub, class Request, class Response, class Made>
  void Write(Stub& stub,
             grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
             Request request, const std::string& request_id, Made made) {
    request.set_company(kCompany);
    request.set_request_id(request_id);
    const auto write = [this, &stub, method, request, made] {
      Response response;
      EXPECT_TRUE(Succeeds([&] { return Send(stub, method, request, response, kPatience); }))
          << request.ShortDebugString();
      return std::string(made(response));
    };
    acknowledged_.push_back({write(), write});
  }

  bool Succeeds(const std::function<grpc::Status()>& send) {
    return InTheEnd([&] {
      const grpc::Status status = send();
      if (!status.ok()) ++refusals_[absl::StrCat(status.error_code(), " ", ReasonOf(status))];
      return status.ok();
    });
  }

  const std::string name_;
  const std::unique_ptr<v1::LotService::Stub> lots_;
  const std::unique_ptr<v1::StockService::Stub> stock_;
  const std::unique_ptr<v1::WorkOrderService::Stub> orders_;
  std::atomic<int> rounds_ = 0;
  std::vector<Acknowledged> acknowledged_;
  std::map<std::string, int> refusals_;
};

// All writers at work at once.
class Load {
 public:
  explicit Load(const LotdProcess& lotd) {
    for (int i = 0; i < kWriters; ++i) writers_.push_back(std::make_unique<Writer>(lotd, i));
    for (const auto& writer : writers_) {
      threads_.emplace_back([this, &writer = *writer] {
        while (!is_over_) writer.MakeBike();
      });
    }
  }
  ~Load() { Finish(); }

  // Waits until each writer has done so many rounds more.
  bool GoesOn(int rounds) const {
    std::vector<int> goals;
    for (const auto& writer : writers_) goals.push_back(writer->rounds() + rounds);
    return InTheEnd([&] {
      for (size_t i = 0; i < writers_.size(); ++i) {
        if (writers_[i]->rounds() < goals[i]) return false;
      }
      return true;
    });
  }

  void Finish() {
    is_over_ = true;
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
  }

  const std::vector<std::unique_ptr<Writer>>& writers() const { return writers_; }

 private:
  std::vector<std::unique_ptr<Writer>> writers_;
  std::atomic<bool> is_over_ = false;
  std::vector<std::thread> threads_;
};

class Crash : public ::testing::Test {
 protected:
  void SetUp() override {
    lotd_.Start();
    ASSERT_TRUE(BecomesServing()) << lotd_.log();
    RegisterFactory();
  }

  bool BecomesServing() {
    return InTheEnd([&] { return lotd_.IsServing(); });
  }

  void RegisterFactory() {
    const auto catalog = v1::CatalogService::NewStub(lotd_.NewChannel());
    v1::UpsertProductsRequest products;
    products.set_company(kCompany);
    for (const auto& [id, tracking] :
         {std::pair("bike", v1::TRACKING_SERIAL), std::pair("paint", v1::TRACKING_LOT)}) {
      v1::Product& product = *products.add_products();
      product.set_product_id(id);
      product.set_tracking(tracking);
      product.set_producible(true);
      product.set_number_template("N{######}");
      product.set_scale(tracking == v1::TRACKING_LOT ? 1 : 0);
    }
    v1::UpsertProductsResponse products_response;
    EXPECT_TRUE(
        Send(*catalog, &v1::CatalogService::Stub::UpsertProducts, products, products_response)
            .ok());
    v1::UpsertLocationsRequest locations;
    locations.set_company(kCompany);
    locations.add_locations()->set_location_id("shelf");
    locations.mutable_locations(0)->set_kind(v1::LOCATION_KIND_INTERNAL);
    v1::UpsertLocationsResponse locations_response;
    EXPECT_TRUE(
        Send(*catalog, &v1::CatalogService::Stub::UpsertLocations, locations, locations_response)
            .ok());
  }

  std::unique_ptr<pg::Connection> Connect() const {
    auto db = pg::Connection::Open({.conninfo = lotd_.conninfo()});
    EXPECT_TRUE(db.ok()) << db.status();
    return db.ok() ? *std::move(db) : nullptr;
  }

  // Every answer that a writer got is true, a repeat gets the same answer, and the write is there
  // once.
  void ExpectAllOfItOnce(Load& load) {
    load.Finish();
    int64_t rounds = 0;
    for (const auto& writer : load.writers()) {
      for (const Acknowledged& write : writer->acknowledged()) {
        EXPECT_EQ(write.repeat(), write.answer);
      }
      rounds += writer->rounds();
    }
    const auto db = Connect();
    const auto made = pg::Query(*db, kCountMade, kCompany);
    ASSERT_TRUE(made.ok()) << made.status();
    const pg::Row row = (*made)[0];
    EXPECT_EQ(row.Get<int64_t>(0), 2 * rounds) << "lots and serials";
    EXPECT_EQ(row.Get<int64_t>(1), 2 * rounds) << "of them active";
    EXPECT_EQ(row.Get<int64_t>(2), 3 * rounds) << "movements";
    EXPECT_EQ(row.Get<int64_t>(3), rounds) << "transformations";
    EXPECT_EQ(row.Get<int64_t>(4), rounds) << "work orders";
    EXPECT_EQ(row.Get<int64_t>(5), 4 * rounds) << "requests";
    EXPECT_THAT(CheckLedger(*db, CompanyId(kCompany)), IsEmpty());
  }

  // Whatever the writers met was UNAVAILABLE: nothing else may be repeated blindly.
  void ExpectOnlyUnavailable(const Load& load, const std::string& wanted_reason) {
    int wanted = 0;
    for (const auto& writer : load.writers()) {
      for (const auto& [refusal, count] : writer->refusals()) {
        EXPECT_THAT(refusal, ::testing::StartsWith(absl::StrCat(grpc::StatusCode::UNAVAILABLE)));
        if (refusal == absl::StrCat(grpc::StatusCode::UNAVAILABLE, " ", wanted_reason)) {
          wanted += count;
        }
      }
    }
    EXPECT_GT(wanted, 0) << "nobody was disturbed";
  }

  LotdProcess lotd_;
};

TEST_F(Crash, PostgresKilledUnderLoadIsStartedAgainAndNothingIsLostOrDoubled) {
  Load load(lotd_);
  ASSERT_TRUE(load.GoesOn(kRounds));
  const pid_t killed = lotd_.postgres();

  ASSERT_EQ(kill(killed, SIGKILL), 0);
  // It may serve again before anybody asks: its log tells that it did not for a while.
  EXPECT_TRUE(
      InTheEnd([&] { return absl::StrContains(lotd_.log(), "\"event\":\"database_is_gone\""); }));
  EXPECT_TRUE(BecomesServing());

  EXPECT_NE(lotd_.postgres(), killed);
  EXPECT_TRUE(load.GoesOn(kRounds));
  ExpectAllOfItOnce(load);
  ExpectOnlyUnavailable(load, "DATABASE_UNAVAILABLE");
}

TEST_F(Crash, LotdKilledUnderLoadAndStartedAgainHasLostAndDoubledNothing) {
  Load load(lotd_);
  ASSERT_TRUE(load.GoesOn(kRounds));

  // First alone, so that its PostgreSQL may still shut down; then both at one blow.
  for (const bool with_postgres : {false, true}) {
    const pid_t its_postgres = lotd_.postgres();
    if (with_postgres) {
      EXPECT_EQ(kill(its_postgres, SIGKILL), 0);
    }
    lotd_.Signal(SIGKILL);
    EXPECT_EQ(lotd_.WaitForEnd(kPatience), 128 + SIGKILL);
    lotd_.Start();
    ASSERT_TRUE(BecomesServing()) << lotd_.log();
    EXPECT_TRUE(load.GoesOn(kRounds));
  }

  ExpectAllOfItOnce(load);
  // gRPC's own word for a server that is not there comes without a reason.
  ExpectOnlyUnavailable(load, "");
}

TEST_F(Crash, CallsInFlightFinishWhenLotdIsStopped) {
  const int calls = Config().workers;
  const auto looking = Connect();  // a transaction sees the activity of its beginning
  const auto db = Connect();
  ASSERT_TRUE(db->RunScript("test_lock", "BEGIN; LOCK TABLE lots IN EXCLUSIVE MODE").ok());
  std::vector<grpc::Status> ended(calls);
  std::vector<std::thread> callers;
  for (int i = 0; i < calls; ++i) {
    callers.emplace_back([this, i, &status = ended[i]] {
      const auto stub = v1::LotService::NewStub(lotd_.NewChannel());
      v1::CreateLotRequest request;
      request.set_company(kCompany);
      request.set_request_id(absl::StrCat("call-", i));
      request.mutable_lot()->set_product_id("paint");
      v1::Lot lot;
      status = Send(*stub, &v1::LotService::Stub::CreateLot, request, lot, kPatience);
    });
  }
  const auto are_at_work = [&] {
    const auto waiting = pg::Query(*looking, kCountWaiting);
    return waiting.ok() && (*waiting)[0].Get<int64_t>(0) >= calls;
  };
  EXPECT_TRUE(InTheEnd(are_at_work));

  lotd_.Signal(SIGTERM);
  EXPECT_TRUE(InTheEnd([&] { return !lotd_.IsServing(); }));
  EXPECT_TRUE(db->RunScript("test_unlock", "COMMIT").ok());

  for (std::thread& caller : callers) caller.join();
  for (const grpc::Status& status : ended) EXPECT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(lotd_.WaitForEnd(kPatience), 0);
  EXPECT_EQ(lotd_.postgres(), 0);
}

}  // namespace
}  // namespace lots
