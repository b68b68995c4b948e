// Makes writes through the API and lists their entries in the audit log, for the tests of the log.
#pragma once

#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "google/protobuf/descriptor.h"
#include "lots/v1/audit.grpc.pb.h"
#include "lots/v1/lot.pb.h"
#include "tests/support/server/byte_calls.h"
#include "tests/support/server/test_server.h"

namespace lots {

class AuditCalls : public testing::Test {
 protected:
  using Message = google::protobuf::Message;

  // A write that was made, so that it can be made again.
  struct Made {
    std::string method;
    std::string bytes;
  };

  AuditCalls() {
    Do("CatalogService/UpdateSettings",
       R"(settings {time_zone: "UTC"} update_mask {paths: "time_zone"})");
    Do("CatalogService/UpsertLocations", R"(
        locations {location_id: "stock" kind: LOCATION_KIND_INTERNAL}
        locations {location_id: "attic" kind: LOCATION_KIND_INTERNAL}
        locations {location_id: "shop" kind: LOCATION_KIND_CUSTOMER})");
    Do("CatalogService/UpsertProducts", R"(
        products {product_id: "wire" tracking: TRACKING_LOT scale: 1}
        products {product_id: "old" tracking: TRACKING_LOT}
        products {product_id: "pump" tracking: TRACKING_SERIAL producible: true
                  number_template: "P-{###}"})");
  }

  // The request of the text, for a company and under a request id; $NAME stands for what was kept
  // of earlier answers.
  std::unique_ptr<Message> RequestOf(const std::string& method, const std::string& text,
                                     const std::string& company, const std::string& request_id) {
    const auto* const type = MethodOf(method)->input_type();
    auto* const factory = google::protobuf::MessageFactory::generated_factory();
    std::unique_ptr<Message> request(factory->GetPrototype(type)->New());
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(absl::StrReplaceAll(text, kept_),
                                                              request.get()))
        << method << text;
    const auto set = [&](const char* name, const std::string& value) {
      const auto* const field = type->FindFieldByName(name);
      if (field != nullptr) request->GetReflection()->SetString(request.get(), field, value);
    };
    set("company", company);
    set("request_id", request_id);
    return request;
  }

  static const google::protobuf::MethodDescriptor* MethodOf(const std::string& method) {
    const std::string name = absl::StrReplaceAll(method, {{"/", "."}});
    return google::protobuf::DescriptorPool::generated_pool()->FindMethodByName("lots.v1." + name);
  }

  grpc::Status SendTo(const std::string& method, const std::string& bytes, std::string* answer) {
    return SendBytes(stub_, "/lots.v1." + method, bytes, answer);
  }

  // One write that must be accepted, after a rehearsal where the method has one. Answers its
  // answer's text.
  std::unique_ptr<Message> Do(const std::string& method, const std::string& text) {
    Rehearse(method, text);
    const std::string request_id = absl::StrCat("r", made_.size() + 1);
    const std::string bytes = RequestOf(method, text, "acme", request_id)->SerializeAsString();
    std::string answered;
    const grpc::Status status = SendTo(method, bytes, &answered);
    EXPECT_TRUE(status.ok()) << method << text << ": " << status.error_message();
    made_.push_back({method, bytes});
    auto* const factory = google::protobuf::MessageFactory::generated_factory();
    std::unique_ptr<Message> answer(factory->GetPrototype(MethodOf(method)->output_type())->New());
    EXPECT_TRUE(answer->ParseFromString(answered));
    return answer;
  }
  template <class Response>
  Response Answer(const std::string& method, const std::string& text) {
    return dynamic_cast<const Response&>(*Do(method, text));
  }

  void Rehearse(const std::string& method, const std::string& text) {
    const auto* const type = MethodOf(method)->input_type();
    const auto* const dry = type->FindFieldByName("validate_only");
    if (dry == nullptr) return;
    const auto request = RequestOf(method, text, "acme", "rehearsal");
    request->GetReflection()->SetBool(request.get(), dry, true);
    const grpc::Status status = SendTo(method, request->SerializeAsString(), nullptr);
    EXPECT_TRUE(status.ok()) << method << text << ": " << status.error_message();
    ++rehearsals_;
  }

  std::string Refused(const std::string& method, const std::string& text) {
    const auto request = RequestOf(method, text, "acme", absl::StrCat("refused", ++refusals_));
    return ReasonOf(SendTo(method, request->SerializeAsString(), nullptr));
  }

  void Keep(const std::string& name, const std::string& value) { kept_["$" + name] = value; }

  // Everything that the question finds, by pages of `page`.
  std::vector<v1::AuditEntry> List(v1::ListAuditEntriesRequest request, int page = 1000) {
    if (request.company().empty()) request.set_company("acme");
    request.set_page_size(page);
    std::vector<v1::AuditEntry> entries;
    do {
      v1::ListAuditEntriesResponse response;
      const grpc::Status status =
          Send(*audit_, &v1::AuditService::Stub::ListAuditEntries, request, response);
      EXPECT_TRUE(status.ok()) << status.error_message();
      EXPECT_LE(response.entries_size(), page);
      entries.insert(entries.end(), response.entries().begin(), response.entries().end());
      request.set_page_token(response.next_page_token());
    } while (!request.page_token().empty());
    return entries;
  }
  std::string Refusal(v1::ListAuditEntriesRequest request) {
    if (request.company().empty()) request.set_company("acme");
    v1::ListAuditEntriesResponse response;
    return ReasonOf(Send(*audit_, &v1::AuditService::Stub::ListAuditEntries, request, response));
  }
  std::vector<std::string> RequestIds(const v1::ListAuditEntriesRequest& request, int page = 1000) {
    std::vector<std::string> ids;
    for (const v1::AuditEntry& entry : List(request, page)) {
      ids.push_back(entry.origin().request_id());
    }
    return ids;
  }
  std::vector<std::string> Filtered(const std::string& filter) {
    v1::ListAuditEntriesRequest request;
    request.set_filter(filter);
    return RequestIds(request);
  }
  std::vector<std::string> OfLot(const std::string& name) {
    v1::ListAuditEntriesRequest request;
    request.set_lot_id(kept_.at("$" + name));
    return RequestIds(request);
  }
  // The id of the last write.
  std::string Last() const { return absl::StrCat("r", made_.size()); }

  void CreateWire(const std::string& name, const std::string& quantity) {
    const auto lot = Answer<v1::Lot>(
        "LotService/CreateLot",
        absl::StrCat(R"(lot {product_id: "wire" number: ")", name, R"("} opening_quantity: ")",
                     quantity, R"(" opening_location_id: "stock")"));
    Keep(name, lot.lot_id());
  }

  TestServer server_;
  grpc::GenericStub stub_{server_.NewChannel()};
  const std::unique_ptr<v1::AuditService::Stub> audit_ = server_.NewStub<v1::AuditService>();
  std::vector<Made> made_;
  std::map<std::string, std::string> kept_;
  int rehearsals_ = 0;
  int refusals_ = 0;
};

}  // namespace lots
