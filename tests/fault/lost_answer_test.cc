// The connection to the database ends at the commit of a write: the caller cannot know whether it
// happened, repeats it with the same request_id, and gets the answer of the one time it happened.
//
// Every write is made by two companies that have done the same so far. One of them is never
// disturbed; in the end the other must have got the same answer and own as many rows.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <ostream>
#include <regex>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "lots/v1/catalog.grpc.pb.h"
#include "lots/v1/lot.grpc.pb.h"
#include "lots/v1/stock.grpc.pb.h"
#include "lots/v1/work_order.grpc.pb.h"
#include "storage/pg/pipeline.h"
#include "tests/support/database/gate.h"
#include "tests/support/model/ledger_checker.h"
#include "tests/support/server/test_server.h"

namespace lots {
namespace {

using Catalog = v1::CatalogService::Stub;
using Lots = v1::LotService::Stub;
using Stock = v1::StockService::Stub;
using Orders = v1::WorkOrderService::Stub;

// How many rows a company has in each table, whatever tables there are.
constexpr pg::Statement kCountRows{"test_count_rows", R"sql(
SELECT table_name::text, (xpath('/row/rows/text()', query_to_xml(format(
         'SELECT count(*) AS rows FROM %I WHERE company = %L', table_name, $1), false, true, '')
       ))[1]::text
FROM information_schema.columns
WHERE table_schema = 'public' AND column_name = 'company')sql"};

// A server whose database is behind a gate.
struct Api {
  std::unique_ptr<Gate> gate;
  const TestServer server{[this](Server::Options& options) {
    gate = std::make_unique<Gate>(options.conninfo);
    options.conninfo = gate->conninfo();
  }};
  const std::unique_ptr<Catalog> catalog = server.NewStub<v1::CatalogService>();
  const std::unique_ptr<Lots> lots = server.NewStub<v1::LotService>();
  const std::unique_ptr<Stock> stock = server.NewStub<v1::StockService>();
  const std::unique_ptr<Orders> orders = server.NewStub<v1::WorkOrderService>();
  const std::unique_ptr<pg::Connection> db = server.database().Connect();
};

struct Answer {
  grpc::Status status;
  // Without what differs between two companies and two moments.
  std::string text;
};
// One write, to be sent as often as wanted.
using Write = std::function<Answer()>;

std::string Comparable(const google::protobuf::Message& message) {
  static const std::regex kOwn(
      R"re(company: "[^"]*"|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22,}|seconds: \d+( nanos: \d+)?)re");
  return std::regex_replace(message.ShortDebugString(), kOwn, "*");
}

// A company that makes bikes and paints them.
class Company {
 public:
  Company(const Api& api, std::string name) : api_(api), name_(std::move(name)) {
    v1::UpsertProductsRequest products;
    for (const auto& [id, tracking] :
         {std::pair("bike", v1::TRACKING_SERIAL), std::pair("paint", v1::TRACKING_LOT)}) {
      v1::Product& product = *products.add_products();
      product.set_product_id(id);
      product.set_tracking(tracking);
      product.set_producible(true);
    }
    Do(api_.catalog, &Catalog::UpsertProducts, std::move(products));
    v1::UpsertLocationsRequest locations;
    locations.add_locations()->set_location_id("shelf");
    locations.mutable_locations(0)->set_kind(v1::LOCATION_KIND_INTERNAL);
    Do(api_.catalog, &Catalog::UpsertLocations, std::move(locations));
  }

  const Api& api() const { return api_; }
  const std::string& name() const { return name_; }
  // How many writes there were, repeats apart.
  int requests() const { return requests_; }

  // A write of this company with a request_id of its own.
  template <class Stub, class Request, class Response>
  Write Make(const std::unique_ptr<Stub>& stub,
             grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
             Request request) {
    Sign(request);
    return [&stub = *stub, method, request = std::move(request)] {
      Response response;
      grpc::Status status = Send(stub, method, request, response);
      return Answer{std::move(status), Comparable(response)};
    };
  }

  // The same, done.
  template <class Stub, class Request, class Response>
  Response Do(const std::unique_ptr<Stub>& stub,
              grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
              Request request) {
    Sign(request);
    Response response;
    const grpc::Status status = Send(*stub, method, request, response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response;
  }

  // How many rows of what there are.
  std::map<std::string, std::string> Rows() const {
    const absl::StatusOr<pg::Result> counted = pg::Query(*api_.db, kCountRows, name_);
    EXPECT_TRUE(counted.ok()) << counted.status();
    std::map<std::string, std::string> rows;
    for (const pg::Row row : *counted) rows[row.Get<std::string>(0)] = row.Get<std::string>(1);
    return rows;
  }

 private:
  template <class Request>
  void Sign(Request& request) {
    request.set_company(name_);
    request.set_request_id(absl::StrCat("request-", ++requests_));
  }

  const Api& api_;
  const std::string name_;
  int requests_ = 0;
};

// What the writes need and are.

v1::CreateLotRequest Paint() {
  v1::CreateLotRequest request;
  request.mutable_lot()->set_product_id("paint");
  request.mutable_lot()->set_number("RED-7");
  return request;
}

std::string MakePaint(Company& company) {
  return company.Do(company.api().lots, &Lots::CreateLot, Paint()).lot_id();
}

v1::RecordMovementsRequest Receipt() {
  v1::RecordMovementsRequest request;
  v1::NewMovement& move = *request.add_movements();
  move.set_kind(v1::MOVEMENT_KIND_RECEIPT);
  move.mutable_lot()->set_product_id("paint");
  move.mutable_lot()->set_number("RED-7");
  move.set_quantity("10");
  move.set_to_location_id("shelf");
  return request;
}

// Paint on the shelf. Answers the movement.
std::string ReceivePaint(Company& company) {
  MakePaint(company);
  return company.Do(company.api().stock, &Stock::RecordMovements, Receipt()).movement_ids(0);
}

v1::AssignSerialsRequest TwoSerials() {
  v1::AssignSerialsRequest request;
  request.set_work_order_id("MO-1");
  request.set_product_id("bike");
  request.add_numbers("B-1");
  request.add_numbers("B-2");
  return request;
}

void PlanBikes(Company& company) {
  company.Do(company.api().orders, &Orders::AssignSerials, TwoSerials());
}

// One bike of the two, with paint.
v1::CompleteWorkOrderRequest OneBike() {
  v1::CompleteWorkOrderRequest request;
  request.set_work_order_id("MO-1");
  request.set_destination_location_id("shelf");
  request.set_source_location_id("shelf");
  request.add_outputs()->set_number("B-1");
  v1::CompletionComponent& component = *request.add_components();
  component.mutable_lot()->set_product_id("paint");
  component.mutable_lot()->set_number("RED-7");
  component.set_quantity("2");
  component.set_output_index(0);
  return request;
}

// Answers the transformation.
std::string MakeBike(Company& company) {
  ReceivePaint(company);
  PlanBikes(company);
  return company.Do(company.api().orders, &Orders::CompleteWorkOrder, OneBike())
      .transformation_id();
}

// The writes: each prepares what it needs.

Write UpdateSettings(Company& company) {
  v1::UpdateSettingsRequest request;
  request.mutable_settings()->set_time_zone("Europe/Berlin");
  request.mutable_update_mask()->add_paths("time_zone");
  return company.Make(company.api().catalog, &Catalog::UpdateSettings, request);
}

Write UpsertProducts(Company& company) {
  v1::UpsertProductsRequest request;
  request.add_products()->set_product_id("bike");
  request.mutable_products(0)->set_display_name("Bike");
  request.mutable_update_mask()->add_paths("display_name");
  return company.Make(company.api().catalog, &Catalog::UpsertProducts, request);
}

Write UpsertLocations(Company& company) {
  v1::UpsertLocationsRequest request;
  request.add_locations()->set_location_id("yard");
  request.mutable_locations(0)->set_kind(v1::LOCATION_KIND_INTERNAL);
  return company.Make(company.api().catalog, &Catalog::UpsertLocations, request);
}

Write CreateLot(Company& company) {
  v1::CreateLotRequest request = Paint();
  request.set_opening_quantity("5");
  request.set_opening_location_id("shelf");
  return company.Make(company.api().lots, &Lots::CreateLot, request);
}

Write BatchCreateLots(Company& company) {
  v1::BatchCreateLotsRequest request;
  request.set_product_id("bike");
  request.set_count(3);
  request.set_first_number("X-1");
  return company.Make(company.api().lots, &Lots::BatchCreateLots, request);
}

Write UpdateLot(Company& company) {
  v1::UpdateLotRequest request;
  request.mutable_lot()->set_lot_id(MakePaint(company));
  request.mutable_lot()->set_notes("smells");
  request.mutable_update_mask()->add_paths("notes");
  return company.Make(company.api().lots, &Lots::UpdateLot, request);
}

Write ArchiveLot(Company& company) {
  v1::ArchiveLotRequest request;
  request.set_lot_id(MakePaint(company));
  return company.Make(company.api().lots, &Lots::ArchiveLot, request);
}

Write UnarchiveLot(Company& company) {
  v1::ArchiveLotRequest archive;
  archive.set_lot_id(MakePaint(company));
  company.Do(company.api().lots, &Lots::ArchiveLot, archive);
  v1::UnarchiveLotRequest request;
  request.set_lot_id(archive.lot_id());
  return company.Make(company.api().lots, &Lots::UnarchiveLot, request);
}

Write DeleteLot(Company& company) {
  v1::DeleteLotRequest request;
  request.set_lot_id(MakePaint(company));
  return company.Make(company.api().lots, &Lots::DeleteLot, request);
}

Write RecordMovements(Company& company) {
  MakePaint(company);
  return company.Make(company.api().stock, &Stock::RecordMovements, Receipt());
}

Write ReverseMovement(Company& company) {
  v1::ReverseMovementRequest request;
  request.set_movement_id(ReceivePaint(company));
  return company.Make(company.api().stock, &Stock::ReverseMovement, request);
}

Write AssignSerials(Company& company) {
  return company.Make(company.api().orders, &Orders::AssignSerials, TwoSerials());
}

Write UnassignSerials(Company& company) {
  PlanBikes(company);
  v1::UnassignSerialsRequest request;
  request.set_work_order_id("MO-1");
  request.add_numbers("B-2");
  return company.Make(company.api().orders, &Orders::UnassignSerials, request);
}

Write CompleteWorkOrder(Company& company) {
  ReceivePaint(company);
  PlanBikes(company);
  v1::CompleteWorkOrderRequest request = OneBike();
  request.set_close(true);
  return company.Make(company.api().orders, &Orders::CompleteWorkOrder, request);
}

Write CancelWorkOrder(Company& company) {
  PlanBikes(company);
  v1::CancelWorkOrderRequest request;
  request.set_work_order_id("MO-1");
  return company.Make(company.api().orders, &Orders::CancelWorkOrder, request);
}

Write ReopenWorkOrder(Company& company) {
  PlanBikes(company);
  v1::CancelWorkOrderRequest cancelling;
  cancelling.set_work_order_id("MO-1");
  company.Do(company.api().orders, &Orders::CancelWorkOrder, cancelling);
  v1::ReopenWorkOrderRequest request;
  request.set_work_order_id("MO-1");
  return company.Make(company.api().orders, &Orders::ReopenWorkOrder, request);
}

Write Disassemble(Company& company) {
  MakeBike(company);
  v1::DisassembleRequest request;
  request.mutable_lot()->set_product_id("bike");
  request.mutable_lot()->set_number("B-1");
  request.set_destination_location_id("shelf");
  return company.Make(company.api().orders, &Orders::Disassemble, request);
}

Write ReverseCompletion(Company& company) {
  v1::ReverseCompletionRequest request;
  request.set_transformation_id(MakeBike(company));
  return company.Make(company.api().orders, &Orders::ReverseCompletion, request);
}

v1::IssueComponentsRequest PaintForBikes() {
  v1::IssueComponentsRequest request;
  request.set_work_order_id("MO-1");
  request.set_product_id("bike");
  request.set_source_location_id("shelf");
  v1::IssueLine& line = *request.add_lines();
  line.mutable_lot()->set_product_id("paint");
  line.mutable_lot()->set_number("RED-7");
  line.set_quantity("3");
  return request;
}

Write IssueComponents(Company& company) {
  ReceivePaint(company);
  return company.Make(company.api().orders, &Orders::IssueComponents, PaintForBikes());
}

Write ReturnComponents(Company& company) {
  ReceivePaint(company);
  company.Do(company.api().orders, &Orders::IssueComponents, PaintForBikes());
  v1::ReturnComponentsRequest request;
  request.set_work_order_id("MO-1");
  request.set_everything(true);
  request.set_destination_location_id("shelf");
  return company.Make(company.api().orders, &Orders::ReturnComponents, request);
}

struct Method {
  const char* name;
  Write (*prepare)(Company&);
  friend void PrintTo(const Method& method, std::ostream* out) { *out << method.name; }
};

constexpr Method kMethods[] = {
    {"UpdateSettings", UpdateSettings},
    {"UpsertProducts", UpsertProducts},
    {"UpsertLocations", UpsertLocations},
    {"CreateLot", CreateLot},
    {"BatchCreateLots", BatchCreateLots},
    {"UpdateLot", UpdateLot},
    {"ArchiveLot", ArchiveLot},
    {"UnarchiveLot", UnarchiveLot},
    {"DeleteLot", DeleteLot},
    {"RecordMovements", RecordMovements},
    {"ReverseMovement", ReverseMovement},
    {"AssignSerials", AssignSerials},
    {"UnassignSerials", UnassignSerials},
    {"CompleteWorkOrder", CompleteWorkOrder},
    {"CancelWorkOrder", CancelWorkOrder},
    {"ReopenWorkOrder", ReopenWorkOrder},
    {"Disassemble", Disassemble},
    {"ReverseCompletion", ReverseCompletion},
    {"IssueComponents", IssueComponents},
    {"ReturnComponents", ReturnComponents},
};

class LostAnswer : public ::testing::TestWithParam<std::tuple<Method, Gate::Loss>> {
 protected:
  static void SetUpTestSuite() { api_ = new Api(); }
  static void TearDownTestSuite() {
    delete api_;
    api_ = nullptr;
  }
  static Api* api_;
};

Api* LostAnswer::api_ = nullptr;

std::string NameOf(const ::testing::TestParamInfo<LostAnswer::ParamType>& info) {
  const auto& [method, loss] = info.param;
  return absl::StrCat(method.name, loss == Gate::Loss::kCommit ? "BeforeIt" : "AfterIt");
}

TEST_P(LostAnswer, RepeatGetsTheAnswerOfTheOneTimeItHappened) {
  const auto& [method, loss] = GetParam();
  const std::string name = absl::StrCat(method.name, loss == Gate::Loss::kCommit ? "-b" : "-a");
  Company calm(*api_, absl::StrCat(name, "-calm"));
  Company cut(*api_, absl::StrCat(name, "-cut"));
  const Write calm_write = method.prepare(calm);
  const Write cut_write = method.prepare(cut);
  const Answer expected = calm_write();
  ASSERT_TRUE(expected.status.ok()) << expected.status.error_message();

  api_->gate->LoseNext(loss);
  const Answer first = cut_write();
  const Answer second = cut_write();
  const Answer third = cut_write();

  EXPECT_FALSE(api_->gate->is_to_lose());
  EXPECT_EQ(first.status.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(ReasonOf(first.status), "DATABASE_UNAVAILABLE");
  for (const Answer& answer : {second, third}) {
    EXPECT_TRUE(answer.status.ok()) << answer.status.error_message();
    EXPECT_EQ(answer.text, expected.text);
  }
  EXPECT_EQ(cut.Rows(), calm.Rows());
  EXPECT_EQ(cut.Rows().at("requests"), absl::StrCat(cut.requests()));
  EXPECT_THAT(CheckLedger(*api_->db, CompanyId(cut.name())), ::testing::IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Commit, LostAnswer,
                         ::testing::Combine(::testing::ValuesIn(kMethods),
                                            ::testing::Values(Gate::Loss::kCommit,
                                                              Gate::Loss::kAnswer)),
                         NameOf);

}  // namespace
}  // namespace lots
