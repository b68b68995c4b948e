// One company never sees, counts or changes another's data: two companies with identical products,
// places, numbers and orders, and every method of the API called by one with the other's ids.
#include <map>
#include <memory>
#include <set>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"
#include "gtest/gtest.h"
#include "lots/v1/catalog.grpc.pb.h"
#include "lots/v1/lot.grpc.pb.h"
#include "lots/v1/recall.grpc.pb.h"
#include "lots/v1/stock.grpc.pb.h"
#include "lots/v1/trace.grpc.pb.h"
#include "lots/v1/work_order.grpc.pb.h"
#include "tests/support/test_server.h"

namespace lots {
namespace {

// A company with one of everything, made through the API.
struct Tenant {
  std::string company;
  std::string unit;        // a finished serial, on hand
  std::string part;        // the lot in it
  std::string receipt;     // the movement that brought the part
  std::string completion;  // the transformation
  std::string hold;        // of the part
};

class TenantTest : public ::testing::Test {
 protected:
  // The answer must be OK.
  template <class Response, class Stub, class Request>
  Response Must(Stub& stub,
                grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                const Request& request) {
    Response response;
    const grpc::Status status = Send(stub, method, request, response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response;
  }

  void Register(const std::string& company) {
    v1::UpsertProductsRequest products;
    products.set_company(company);
    for (const auto& [id, tracking] :
         {std::pair("bike", v1::TRACKING_SERIAL), std::pair("paint", v1::TRACKING_LOT)}) {
      v1::Product& product = *products.add_products();
      product.set_product_id(id);
      product.set_tracking(tracking);
      product.set_producible(true);
      product.set_number_template("N{###}");
    }
    Must(*catalog_, &v1::CatalogService::Stub::UpsertProducts, products);
    v1::UpsertLocationsRequest locations;
    locations.set_company(company);
    v1::Location& shelf = *locations.add_locations();
    shelf.set_location_id("shelf");
    shelf.set_kind(v1::LOCATION_KIND_INTERNAL);
    Must(*catalog_, &v1::CatalogService::Stub::UpsertLocations, locations);
  }

  std::string Receive(Tenant& tenant) {
    v1::CreateLotRequest create;
    create.set_company(tenant.company);
    create.set_request_id("part");
    create.mutable_lot()->set_product_id("paint");
    create.mutable_lot()->set_number("P1");
    tenant.part = Must(*lots_, &v1::LotService::Stub::CreateLot, create).lot_id();
    v1::RecordMovementsRequest record;
    record.set_company(tenant.company);
    record.set_request_id("receipt");
    v1::NewMovement& move = *record.add_movements();
    move.set_kind(v1::MOVEMENT_KIND_RECEIPT);
    move.mutable_lot()->set_lot_id(tenant.part);
    move.set_quantity("10");
    move.set_to_location_id("shelf");
    return Must(*stock_, &v1::StockService::Stub::RecordMovements, record).movement_ids(0);
  }

  void Complete(Tenant& tenant) {
    v1::CompleteWorkOrderRequest complete;
    complete.set_company(tenant.company);
    complete.set_request_id("complete");
    complete.set_work_order_id("MO");
    complete.set_product_id("bike");
    complete.set_destination_location_id("shelf");
    complete.set_source_location_id("shelf");
    complete.add_outputs()->set_number("B1");
    v1::CompletionComponent& component = *complete.add_components();
    component.mutable_lot()->set_lot_id(tenant.part);
    component.set_quantity("2");
    const auto done = Must(*orders_, &v1::WorkOrderService::Stub::CompleteWorkOrder, complete);
    tenant.completion = done.transformation_id();
    tenant.unit = done.outputs(0).lot_id();
  }

  std::string Hold(const Tenant& tenant) {
    v1::HoldLotsRequest hold;
    hold.set_company(tenant.company);
    hold.set_request_id("hold");
    hold.add_targets()->mutable_lot()->set_lot_id(tenant.part);
    hold.set_reason("recount");
    return Must(*lots_, &v1::LotService::Stub::HoldLots, hold).hold_ids(0);
  }

  Tenant NewTenant(const std::string& company) {
    Tenant tenant{.company = company};
    Register(company);
    tenant.receipt = Receive(tenant);
    Complete(tenant);
    tenant.hold = Hold(tenant);
    return tenant;
  }

  TestServer server_;
  std::unique_ptr<v1::CatalogService::Stub> catalog_ = server_.NewStub<v1::CatalogService>();
  std::unique_ptr<v1::LotService::Stub> lots_ = server_.NewStub<v1::LotService>();
  std::unique_ptr<v1::StockService::Stub> stock_ = server_.NewStub<v1::StockService>();
  std::unique_ptr<v1::WorkOrderService::Stub> orders_ = server_.NewStub<v1::WorkOrderService>();
  std::unique_ptr<v1::TraceService::Stub> traces_ = server_.NewStub<v1::TraceService>();
  std::unique_ptr<v1::RecallService::Stub> recalls_ = server_.NewStub<v1::RecallService>();
  const Tenant a_ = NewTenant("a");
  const Tenant b_ = NewTenant("b");
};

// Everything that a company can read of itself, as text.
std::string Picture(v1::LotService::Stub& lots, v1::StockService::Stub& stock,
                    const Tenant& tenant) {
  v1::ListLotsRequest list;
  list.set_company(tenant.company);
  list.set_order_by("number");
  v1::ListLotsResponse lots_page;
  EXPECT_TRUE(Send(lots, &v1::LotService::Stub::ListLots, list, lots_page).ok());
  v1::ListMovementsRequest movements;
  movements.set_company(tenant.company);
  v1::ListMovementsResponse movements_page;
  EXPECT_TRUE(Send(stock, &v1::StockService::Stub::ListMovements, movements, movements_page).ok());
  return absl::StrCat(lots_page.DebugString(), movements_page.DebugString());
}

// By the name of the method: what a company is told that asks with another's ids (the reason of the
// refusal, or what was answered), and what it should be told.
using Told = std::map<std::string, std::pair<std::string, std::string>>;

// One company, asking with the ids of another.
class Intruder {
 public:
  Intruder(std::string company, Tenant victim)
      : company_(std::move(company)), a_(std::move(victim)) {}

  void AskLots(v1::LotService::Stub& lots) {
    using Stub = v1::LotService::Stub;
    const auto unit = [this](auto& request) { request.set_lot_id(a_.unit); };
    Ask("GetLot", lots, &Stub::GetLot, "LOT_NOT_FOUND", unit);
    Ask("ArchiveLot", lots, &Stub::ArchiveLot, "LOT_NOT_FOUND", unit);
    Ask("UnarchiveLot", lots, &Stub::UnarchiveLot, "LOT_NOT_FOUND", unit);
    Ask("DeleteLot", lots, &Stub::DeleteLot, "LOT_NOT_FOUND", unit);
    Ask("ListLotLocations", lots, &Stub::ListLotLocations, "LOT_NOT_FOUND", unit);
    Ask("ListLotHistory", lots, &Stub::ListLotHistory, "LOT_NOT_FOUND", unit);
    Ask("BatchGetLots", lots, &Stub::BatchGetLots, "LOT_NOT_FOUND",
        [this](auto& request) { request.add_lot_ids(a_.unit); });
    Ask("UpdateLot", lots, &Stub::UpdateLot, "LOT_NOT_FOUND", [this](auto& request) {
      request.mutable_lot()->set_lot_id(a_.unit);
      request.mutable_lot()->set_notes("mine");
      request.mutable_update_mask()->add_paths("notes");
    });
    Ask("HoldLots", lots, &Stub::HoldLots, "LOT_NOT_FOUND", [this](auto& request) {
      request.add_targets()->mutable_lot()->set_lot_id(a_.unit);
      request.set_reason("mine");
    });
    Ask("SplitLot", lots, &Stub::SplitLot, "LOT_NOT_FOUND", [this](auto& request) {
      request.mutable_lot()->set_lot_id(a_.part);
      request.set_location_id("shelf");
      request.add_parts()->set_quantity("1");
    });
    Ask("MergeLots", lots, &Stub::MergeLots, "LOT_NOT_FOUND", [this](auto& request) {
      v1::MergeSource& source = *request.add_sources();
      source.mutable_lot()->set_lot_id(a_.part);
      source.set_location_id("shelf");
    });
    Ask("RelabelLot", lots, &Stub::RelabelLot, "LOT_NOT_FOUND", [this](auto& request) {
      request.mutable_lot()->set_lot_id(a_.unit);
      request.set_location_id("shelf");
    });
    Ask("ReleaseLots", lots, &Stub::ReleaseLots, "HOLD_NOT_FOUND", [this](auto& request) {
      request.add_hold_ids(a_.hold);
      request.set_note("mine");
    });
  }

  void AskStock(v1::StockService::Stub& stock) {
    using Stub = v1::StockService::Stub;
    Ask("RecordMovements", stock, &Stub::RecordMovements, "LOT_NOT_FOUND", [this](auto& request) {
      v1::NewMovement& move = *request.add_movements();
      move.set_kind(v1::MOVEMENT_KIND_SCRAP);
      move.mutable_lot()->set_lot_id(a_.unit);
      move.set_from_location_id("shelf");
    });
    Ask("ReverseMovement", stock, &Stub::ReverseMovement, "MOVEMENT_NOT_FOUND",
        [this](auto& request) { request.set_movement_id(a_.receipt); });
    Ask("ListStock", stock, &Stub::ListStock, "",
        [this](auto& request) { request.add_lot_ids(a_.unit); });
  }

  void AskOrders(v1::WorkOrderService::Stub& orders) {
    using Stub = v1::WorkOrderService::Stub;
    const auto complete = [this](auto& request) {
      request.set_work_order_id("MO");
      request.set_destination_location_id("shelf");
      request.set_source_location_id("shelf");
      request.add_outputs()->set_number("B2");
      v1::CompletionComponent& component = *request.add_components();
      component.mutable_lot()->set_lot_id(a_.part);
      component.set_quantity("1");
    };
    Ask("CompleteWorkOrder", orders, &Stub::CompleteWorkOrder, "LOT_NOT_FOUND", complete);
    Ask("Disassemble", orders, &Stub::Disassemble, "LOT_NOT_FOUND", [this](auto& request) {
      request.mutable_lot()->set_lot_id(a_.unit);
      request.set_destination_location_id("shelf");
    });
    Ask("ReverseCompletion", orders, &Stub::ReverseCompletion, "TRANSFORMATION_NOT_FOUND",
        [this](auto& request) { request.set_transformation_id(a_.completion); });
  }

  void AskTraces(v1::TraceService::Stub& traces) {
    AskStream("TraceUpstream", traces, &v1::TraceService::Stub::TraceUpstream);
    AskStream("TraceDownstream", traces, &v1::TraceService::Stub::TraceDownstream);
    AskStream("ListRecipients", traces, &v1::TraceService::Stub::ListRecipients);
    Ask("FindCommonOrigins", traces, &v1::TraceService::Stub::FindCommonOrigins, "LOT_NOT_FOUND",
        [this](auto& request) { request.add_failed()->set_lot_id(a_.unit); });
    Ask("GetWarranty", traces, &v1::TraceService::Stub::GetWarranty, "LOT_NOT_FOUND",
        [this](auto& request) { request.mutable_lot()->set_lot_id(a_.unit); });
  }

  void AskRecalls(v1::RecallService::Stub& recalls) {
    Ask("OpenRecall", recalls, &v1::RecallService::Stub::OpenRecall, "LOT_NOT_FOUND",
        [this](auto& request) {
          request.set_recall_id("RC");
          request.add_seeds()->set_lot_id(a_.part);
          request.set_reason("mine");
        });
  }

  const Told& told() const { return told_; }

 private:
  template <class Stub, class Request, class Response, class Fill>
  void Ask(const char* name, Stub& stub,
           grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
           const char* expected, Fill fill) {
    Request request;
    request.set_company(company_);
    if constexpr (requires { request.set_request_id(""); }) request.set_request_id(name);
    fill(request);
    Response response;
    const grpc::Status status = Send(stub, method, request, response);
    told_[name] = {status.ok() ? response.ShortDebugString() : ReasonOf(status), expected};
  }

  template <class Stub, class Request, class Response>
  void AskStream(const char* name, Stub& stub,
                 std::unique_ptr<grpc::ClientReader<Response>> (Stub::*method)(grpc::ClientContext*,
                                                                               const Request&)) {
    grpc::ClientContext context;
    Request request;
    request.set_company(company_);
    request.add_seeds()->set_lot_id(a_.unit);
    const auto reader = (stub.*method)(&context, request);
    Response response;
    std::string answer;
    while (reader->Read(&response)) absl::StrAppend(&answer, response.ShortDebugString());
    const grpc::Status status = reader->Finish();
    told_[name] = {status.ok() ? answer : ReasonOf(status), "LOT_NOT_FOUND"};
  }

  const std::string company_;
  const Tenant a_;
  Told told_;
};

std::set<std::string> EveryMethod() {
  std::set<std::string> names;
  for (const char* file : {"catalog", "lot", "stock", "work_order", "trace", "recall"}) {
    const auto* proto = google::protobuf::DescriptorPool::generated_pool()->FindFileByName(
        absl::StrCat("lots/v1/", file, ".proto"));
    for (int s = 0; s < proto->service_count(); ++s) {
      for (int m = 0; m < proto->service(s)->method_count(); ++m) {
        names.insert(proto->service(s)->method(m)->name());
      }
    }
  }
  return names;
}

// Methods that take no id made by the server: they see only what the company's own names lead to.
const std::set<std::string>& MethodsByName() {
  static const std::set<std::string> names = {
      "GetSettings",       "UpdateSettings",  "UpsertProducts",     "GetProduct",
      "ListProducts",      "UpsertLocations", "ListLocations",      "CreateLot",
      "BatchCreateLots",   "FindLots",        "ListLots",           "SummarizeLots",
      "PreviewLotNumbers", "ListMovements",   "SuggestLots",        "AssignSerials",
      "UnassignSerials",   "CancelWorkOrder", "GetWorkOrder",       "ListWorkOrders",
      "GetRecall",         "ListRecalls",     "StreamRecallReport", "CloseRecall"};
  return names;
}

TEST_F(TenantTest, EveryMethodRefusesAnothersIdsAndShowsNothing) {
  const std::string a_before = Picture(*lots_, *stock_, a_);
  const std::string b_before = Picture(*lots_, *stock_, b_);

  Intruder b("b", a_);
  b.AskLots(*lots_);
  b.AskStock(*stock_);
  b.AskOrders(*orders_);
  b.AskTraces(*traces_);
  b.AskRecalls(*recalls_);

  for (const auto& [method, answer] : b.told()) EXPECT_EQ(answer.first, answer.second) << method;
  EXPECT_EQ(Picture(*lots_, *stock_, a_), a_before);
  EXPECT_EQ(Picture(*lots_, *stock_, b_), b_before);
  // A new method must be thought about: here, or as one that takes only names.
  for (const std::string& method : EveryMethod()) {
    EXPECT_EQ(b.told().count(method) + MethodsByName().count(method), 1u) << method;
  }
}

TEST_F(TenantTest, ListsAndNamesAnswerOnlyForTheirCompany) {
  const std::string a = Picture(*lots_, *stock_, a_);
  const std::string b = Picture(*lots_, *stock_, b_);
  for (const std::string& id : {b_.unit, b_.part, b_.receipt, b_.completion}) {
    EXPECT_FALSE(absl::StrContains(a, id));
    EXPECT_TRUE(absl::StrContains(b, id) || id == b_.completion);
  }
  v1::FindLotsRequest find;
  find.set_company("a");
  find.add_numbers("B1");
  const auto found = Must(*lots_, &v1::LotService::Stub::FindLots, find);
  ASSERT_EQ(found.matches(0).lots_size(), 1);
  EXPECT_EQ(found.matches(0).lots(0).lot_id(), a_.unit);
  v1::SummarizeLotsRequest summarize;
  summarize.set_company("a");
  const auto groups = Must(*lots_, &v1::LotService::Stub::SummarizeLots, summarize);
  for (const auto& group : groups.groups()) EXPECT_EQ(group.lot_count(), 1) << group.product_id();
}

}  // namespace
}  // namespace lots
