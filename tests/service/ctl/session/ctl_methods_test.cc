// lotctl's list of methods against the protos.
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"
#include "lots/v1/audit.pb.h"
#include "lots/v1/catalog.pb.h"
#include "lots/v1/lot.pb.h"
#include "lots/v1/recall.pb.h"
#include "lots/v1/stock.pb.h"
#include "lots/v1/trace.pb.h"
#include "lots/v1/work_order.pb.h"
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

std::set<std::string> MethodsOfTheProtos() {
  std::set<std::string> lines;
  for (const FileDescriptor* file :
       {v1::AuditEntry::descriptor()->file(), v1::Settings::descriptor()->file(),
        v1::Lot::descriptor()->file(), v1::Recall::descriptor()->file(),
        v1::ListStockRequest::descriptor()->file(), v1::TraceNode::descriptor()->file(),
        v1::WorkOrder::descriptor()->file()}) {
    EXPECT_EQ(file->service_count(), 1) << file->name();
    for (int i = 0; i < file->service_count(); ++i) {
      for (int j = 0; j < file->service(i)->method_count(); ++j) {
        lines.insert(LineOf(*file->service(i)->method(j)));
      }
    }
  }
  return lines;
}

TEST(Methods, AreThoseOfTheProtosWithTheirRequestsAndAnswers) {
#define LOTS_LINE(SERVICE, METHOD, RESPONSE) LineOf(k##METHOD),
  const std::set<std::string> listed{LOTS_CTL_METHODS(LOTS_LINE, LOTS_LINE)};
#undef LOTS_LINE
  EXPECT_EQ(listed, MethodsOfTheProtos());
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
