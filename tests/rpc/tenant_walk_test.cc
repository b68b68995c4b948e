// Nobody learns from another company's ids, numbers or names whether they exist there: every
// method, found by descriptor, answers a stranger the same about what a neighbour has and what
// nobody has.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/synchronization/notification.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/dynamic_message.h"
#include "grpcpp/generic/generic_stub.h"
#include "lots/v1/audit.grpc.pb.h"
#include "lots/v1/catalog.grpc.pb.h"
#include "lots/v1/lot.grpc.pb.h"
#include "lots/v1/recall.grpc.pb.h"
#include "lots/v1/stock.grpc.pb.h"
#include "lots/v1/trace.grpc.pb.h"
#include "lots/v1/work_order.grpc.pb.h"
#include "tests/support/rpc_bytes.h"
#include "tests/support/test_server.h"

namespace lots {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::MethodDescriptor;

// What a company has, by the name of the field that asks for it.
using Things = std::map<std::string, std::string>;

// Of the same length as what the neighbour has, and nobody's.
Things NobodysThings() {
  return {{"lot_id", "01890000-0000-7000-8000-000000000001"},
          {"hold_id", "01890000-0000-7000-8000-000000000002"},
          {"movement_id", "01890000-0000-7000-8000-000000000003"},
          {"transformation_id", "01890000-0000-7000-8000-000000000004"},
          {"product_id", "none"},
          {"location_id", "nowhr"},
          {"work_order_id", "M9"},
          {"recall_id", "R9"},
          {"number", "N-9"}};
}

class Neighbour {
 public:
  explicit Neighbour(const TestServer& server)
      : catalog_(server.NewStub<v1::CatalogService>()),
        lots_(server.NewStub<v1::LotService>()),
        orders_(server.NewStub<v1::WorkOrderService>()),
        recalls_(server.NewStub<v1::RecallService>()),
        stock_(server.NewStub<v1::StockService>()) {
    Register();
    Produce();
    Stop();
  }

  const Things& things() const { return things_; }

 private:
  template <class Stub, class Request, class Response>
  Response Must(Stub& stub,
                grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                Request request) {
    request.set_company("neighbour");
    if constexpr (requires { request.set_request_id(""); }) {
      request.set_request_id(absl::StrCat("n", ++writes_));
    }
    Response response;
    const grpc::Status status = Send(stub, method, request, response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response;
  }

  void Register() {
    v1::UpsertProductsRequest products;
    v1::Product& product = *products.add_products();
    product.set_product_id("bike");
    product.set_tracking(v1::TRACKING_LOT);
    product.set_producible(true);
    Must(*catalog_, &v1::CatalogService::Stub::UpsertProducts, products);
    v1::UpsertLocationsRequest locations;
    locations.add_locations()->set_location_id("shelf");
    locations.mutable_locations(0)->set_kind(v1::LOCATION_KIND_INTERNAL);
    Must(*catalog_, &v1::CatalogService::Stub::UpsertLocations, locations);
  }

  void Produce() {
    v1::CompleteWorkOrderRequest complete;
    complete.set_work_order_id("M1");
    complete.set_product_id("bike");
    complete.set_destination_location_id("shelf");
    v1::CompletionOutput& output = *complete.add_outputs();
    output.set_number("N-1");
    output.set_quantity("5");
    const auto done = Must(*orders_, &v1::WorkOrderService::Stub::CompleteWorkOrder, complete);
    things_["transformation_id"] = done.transformation_id();
    things_["lot_id"] = done.outputs(0).lot_id();
    v1::RecordMovementsRequest record;
    v1::NewMovement& move = *record.add_movements();
    move.set_kind(v1::MOVEMENT_KIND_SCRAP);
    move.mutable_lot()->set_lot_id(things_["lot_id"]);
    move.set_quantity("1");
    move.set_from_location_id("shelf");
    things_["movement_id"] =
        Must(*stock_, &v1::StockService::Stub::RecordMovements, record).movement_ids(0);
  }

  void Stop() {
    v1::HoldLotsRequest hold;
    hold.add_targets()->mutable_lot()->set_lot_id(things_["lot_id"]);
    hold.set_reason("recount");
    things_["hold_id"] = Must(*lots_, &v1::LotService::Stub::HoldLots, hold).hold_ids(0);
    v1::OpenRecallRequest recall;
    recall.set_recall_id("R1");
    recall.add_seeds()->set_lot_id(things_["lot_id"]);
    recall.set_reason("recount");
    Must(*recalls_, &v1::RecallService::Stub::OpenRecall, recall);
    things_.insert({{"product_id", "bike"},
                    {"location_id", "shelf"},
                    {"work_order_id", "M1"},
                    {"recall_id", "R1"},
                    {"number", "N-1"}});
  }

  const std::unique_ptr<v1::CatalogService::Stub> catalog_;
  const std::unique_ptr<v1::LotService::Stub> lots_;
  const std::unique_ptr<v1::WorkOrderService::Stub> orders_;
  const std::unique_ptr<v1::RecallService::Stub> recalls_;
  const std::unique_ptr<v1::StockService::Stub> stock_;
  int writes_ = 0;
  Things things_;
};

// The thing that a field asks for: `destination_location_id` and `lot_ids` ask for a location and
// for lots. Empty: for none.
std::string ThingOf(const Things& things, const std::string& field) {
  const std::string singular =
      absl::EndsWith(field, "s") ? field.substr(0, field.size() - 1) : field;
  std::string thing;
  size_t longest = 0;
  for (const auto& [name, value] : things) {
    const bool is_it = singular == name || absl::EndsWith(singular, "_" + name);
    if (!is_it || name.size() < longest) continue;
    longest = name.size();
    thing = value;
  }
  return thing;
}

void Fill(Message& message, const Things& things, int depth);

void FillText(Message& message, const FieldDescriptor& field, const Things& things) {
  std::string text = ThingOf(things, field.name());
  if (field.name() == "reason" || absl::EndsWith(field.name(), "note")) text = "x";
  if (absl::EndsWith(field.name(), "quantity")) text = "1";
  if (field.name() == "first_number") return;  // instead of numbers, never beside them
  if (text.empty()) return;
  const auto& reflection = *message.GetReflection();
  if (field.is_repeated()) {
    reflection.AddString(&message, &field, text);
  } else {
    reflection.SetString(&message, &field, text);
  }
}

// What stands instead of something else, never beside it.
bool IsAlternative(const FieldDescriptor& field) {
  static const std::set<std::string> kNames = {
      "lots.v1.ReleaseLotsRequest.lots", "lots.v1.ListStockRequest.lot_ids",
      "lots.v1.FindCommonOriginsRequest.sound", "lots.v1.LotRef.product_id",
      "lots.v1.LotRef.number"};
  return kNames.count(field.full_name()) > 0;
}

// Fields that are neither text nor message.
void FillOther(Message& message, const FieldDescriptor& field) {
  const auto& reflection = *message.GetReflection();
  if (field.is_repeated()) return;
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_ENUM) {
    reflection.SetEnumValue(&message, &field, 2);  // the first is often: no tracking
  }
  if (absl::EndsWith(field.name(), "_enabled")) reflection.SetBool(&message, &field, true);
}

// One of everything, two levels down.
void Fill(Message& message, const Things& things, int depth) {
  const auto& reflection = *message.GetReflection();
  for (int i = 0; i < message.GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor& field = *message.GetDescriptor()->field(i);
    const auto* const one_of = field.real_containing_oneof();
    if (one_of != nullptr && reflection.HasOneof(message, one_of)) continue;
    if (field.is_map() || IsAlternative(field)) continue;
    if (field.cpp_type() == FieldDescriptor::CPPTYPE_STRING) FillText(message, field, things);
    FillOther(message, field);
    const bool ours = field.message_type() != nullptr &&
                      absl::StartsWith(field.message_type()->full_name(), "lots.v1.");
    if (!ours || depth == 0) continue;
    Fill(field.is_repeated() ? *reflection.AddMessage(&message, &field)
                             : *reflection.MutableMessage(&message, &field),
         things, depth - 1);
  }
}

// In one order: that of the message is another each time.
void AppendFacts(const google::protobuf::Map<std::string, std::string>& facts, std::string& told) {
  for (const auto& [name, value] : std::map(facts.begin(), facts.end())) {
    absl::StrAppend(&told, " ", name, "=", value);
  }
}

google::protobuf::FieldMask Notes() {
  google::protobuf::FieldMask mask;
  mask.add_paths("notes");
  return mask;
}

// A time takes more bytes or fewer from one microsecond to the next.
void ClearTimes(Message& message) {
  const google::protobuf::Reflection& reflection = *message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const FieldDescriptor* const field : fields) {
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE || field->is_map()) continue;
    if (field->message_type()->full_name() == "google.protobuf.Timestamp") {
      reflection.ClearField(&message, field);
    } else if (field->is_repeated()) {
      for (int i = 0; i < reflection.FieldSize(message, field); ++i) {
        ClearTimes(*reflection.MutableRepeatedMessage(&message, field, i));
      }
    } else {
      ClearTimes(*reflection.MutableMessage(&message, field));
    }
  }
}

class TenantWalk : public ::testing::Test {
 protected:
  // What the stranger is told that asks for these things.
  std::string Told(const MethodDescriptor& method, const Things& things,
                   const std::string& request_id) {
    google::protobuf::DynamicMessageFactory messages;
    const std::unique_ptr<Message> request(messages.GetPrototype(method.input_type())->New());
    Fill(*request, things, 2);
    const auto set = [&](const char* name, const std::string& value) {
      const FieldDescriptor* const field = method.input_type()->FindFieldByName(name);
      if (field != nullptr) request->GetReflection()->SetString(request.get(), field, value);
    };
    set("company", "stranger");
    set("request_id", request_id);
    if (method.name() == "UpdateLot") {
      const std::string mask = Notes().SerializeAsString();
      const FieldDescriptor* const field = method.input_type()->FindFieldByName("update_mask");
      request->GetReflection()->MutableMessage(request.get(), field)->ParseFromString(mask);
    }
    std::string answer;
    const grpc::Status status =
        SendBytes(stub_, absl::StrCat("/", method.service()->full_name(), "/", method.name()),
                  request->SerializeAsString(), &answer);
    if (status.ok()) {
      const std::unique_ptr<Message> told(messages.GetPrototype(method.output_type())->New());
      EXPECT_TRUE(told->ParseFromString(answer)) << method.full_name();
      ClearTimes(*told);
      return absl::StrCat("OK, ", told->ByteSizeLong(), " bytes");
    }
    std::string told = absl::StrCat(ReasonOf(status), ": ", status.error_message());
    AppendFacts(ErrorInfoOf(status).metadata(), told);
    const v1::ProblemList problems = ProblemListOf(status);
    for (const v1::Problem& problem : problems.problems()) {
      absl::StrAppend(&told, "\n", problem.reason(), " ", problem.field(), problem.message());
      AppendFacts(problem.facts(), told);
    }
    return told;
  }

  // The same, as if it had been asked for the neighbour's things.
  static std::string InTermsOf(const std::string& told, const Things& from, const Things& to) {
    std::vector<std::pair<std::string, std::string>> names;
    for (const auto& [name, value] : from) names.emplace_back(value, to.at(name));
    return absl::StrReplaceAll(told, names);
  }

  // The ids of what the stranger has made meanwhile are another each time.
  static std::string WithoutOwnIds(const std::string& told, const Things& others) {
    static const std::regex kId("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
    std::string without = told;
    for (std::sregex_iterator id(told.begin(), told.end(), kId), end; id != end; ++id) {
      const bool is_others = std::any_of(others.begin(), others.end(), [&](const auto& thing) {
        return thing.second == id->str();
      });
      if (!is_others) without = absl::StrReplaceAll(without, {{id->str(), "its own"}});
    }
    return without;
  }

  TestServer server_;
  const Neighbour neighbour_{server_};
  grpc::GenericStub stub_{server_.NewChannel()};
};

TEST_F(TenantWalk, ANeighboursThingsAreNobodysToAStranger) {
  const Things nobodys = NobodysThings();
  std::map<std::string, int> reasons;
  for (const char* const name :
       {"Audit", "Catalog", "Lot", "Stock", "Trace", "WorkOrder", "Recall"}) {
    const auto* service = google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(
        absl::StrCat("lots.v1.", name, "Service"));
    for (int i = 0; i < service->method_count(); ++i) {
      const MethodDescriptor& method = *service->method(i);
      // Before the stranger exists, and after its first upserts have made it.
      const std::string theirs = Told(method, neighbour_.things(), "1" + method.name());
      const std::string nobody = Told(method, nobodys, "2" + method.name());

      const Things& things = neighbour_.things();
      EXPECT_EQ(WithoutOwnIds(theirs, things),
                WithoutOwnIds(InTermsOf(nobody, nobodys, things), things))
          << method.full_name();
      ++reasons[theirs.substr(0, theirs.find_first_of(":,"))];
    }
  }
  // The requests were good enough to be looked up.
  int looked_up = 0;
  int malformed = 0;
  for (const auto& [reason, count] : reasons) {
    if (absl::EndsWith(reason, "NOT_FOUND") || reason == "OK") looked_up += count;
    if (reason == "FIELD_INVALID") malformed += count;
  }
  EXPECT_GT(looked_up, 2 * malformed) << ::testing::PrintToString(reasons);
}

}  // namespace
}  // namespace lots
