// lotctl's list of methods against the protos.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"
#include "lots/v1/audit.pb.h"
#include "lots/v1/catalog.pb.h"
#include "lots/v1/hold.pb.h"
#include "lots/v1/inspection.pb.h"
#include "lots/v1/lot.pb.h"
#include "lots/v1/recall.pb.h"
#include "lots/v1/stock.pb.h"
#include "lots/v1/trace.pb.h"
#include "lots/v1/unit.pb.h"
#include "lots/v1/work_order.pb.h"
#include "service/ctl/output/words.h"
#include "service/ctl/session/methods.h"

namespace lots::ctl {
namespace {

using google::protobuf::DescriptorPool;
using google::protobuf::FileDescriptor;
using google::protobuf::MethodDescriptor;

// "unary /lots.v1.LotService/GetLot lots.v1.GetLotRequest lots.v1.Lot".
std::string LineOf(const MethodDescriptor& method) {
  return absl::StrCat(method.server_streaming() ? "stream" : "unary", " /",
                      method.service()->full_name(), "/", method.name(), " ",
                      method.input_type()->full_name(), " ", method.output_type()->full_name());
}

template <class Request, class Response>
std::string LineOf(const UnaryMethod<Request, Response>& method) {
  return absl::StrCat("unary ", method.path, " ", Request::descriptor()->full_name(), " ",
                      Response::descriptor()->full_name());
}

template <class Request, class Response>
std::string LineOf(const StreamMethod<Request, Response>& method) {
  return absl::StrCat("stream ", method.path, " ", Request::descriptor()->full_name(), " ",
                      Response::descriptor()->full_name());
}

std::vector<const MethodDescriptor*> AllMethods() {
  std::vector<const MethodDescriptor*> methods;
  for (const FileDescriptor* file :
       {v1::AuditEntry::descriptor()->file(), v1::Settings::descriptor()->file(),
        v1::Hold::descriptor()->file(), v1::Inspection::descriptor()->file(),
        v1::Lot::descriptor()->file(), v1::Recall::descriptor()->file(),
        v1::ListStockRequest::descriptor()->file(), v1::TraceNode::descriptor()->file(),
        v1::Composition::descriptor()->file(), v1::WorkOrder::descriptor()->file()}) {
    EXPECT_EQ(file->service_count(), 1) << file->name();
    for (int i = 0; i < file->service_count(); ++i) {
      for (int j = 0; j < file->service(i)->method_count(); ++j) {
        methods.push_back(file->service(i)->method(j));
      }
    }
  }
  return methods;
}

std::set<std::string> MethodsOfTheProtos() {
  std::set<std::string> lines;
  for (const MethodDescriptor* method : AllMethods()) lines.insert(LineOf(*method));
  return lines;
}

TEST(Methods, AreThoseOfTheProtosWithTheirRequestsAndAnswers) {
#define LOTS_LINE(SERVICE, METHOD, RESPONSE) LineOf(k##METHOD),
  const std::set<std::string> listed{LOTS_CTL_METHODS(LOTS_LINE, LOTS_LINE)};
#undef LOTS_LINE
  EXPECT_EQ(listed, MethodsOfTheProtos());
}

// "AssignSerials" helps nobody at a terminal.
TEST(Methods, AreCommandsInTheTextsOfRefusals) {
  std::set<std::string> services;
  for (const MethodDescriptor* method : AllMethods()) {
    services.insert(method->service()->name());
    const std::string said = InCommands(absl::StrCat("name it in ", method->name(), ", or not"));
    EXPECT_THAT(said, testing::StartsWith("name it in 'lotctl ")) << said;
    EXPECT_EQ(said.find(method->name()), std::string::npos) << said;
    EXPECT_EQ(InCommands(absl::StrCat(method->service()->name(), ".", method->name())),
              InCommands(method->name()));
  }
  for (const std::string& service : services) {
    EXPECT_THAT(InCommands(service), testing::StartsWith("'lotctl ")) << service;
  }
}

// Session sets the company of every request and Write its request id, by these names.
TEST(Methods, EveryRequestNamesACompany) {
  const auto has_company = [](const google::protobuf::Descriptor* request) {
    return request->FindFieldByName("company") != nullptr;
  };
#define LOTS_EXPECT(SERVICE, METHOD, RESPONSE) \
  EXPECT_TRUE(has_company(v1::METHOD##Request::descriptor())) << #METHOD;
  LOTS_CTL_METHODS(LOTS_EXPECT, LOTS_EXPECT)
#undef LOTS_EXPECT
}

}  // namespace
}  // namespace lots::ctl
