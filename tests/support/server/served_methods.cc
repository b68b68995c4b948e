// Asks a server by reflection for its methods.
#include "tests/support/server/served_methods.h"

#include <memory>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/message.h"
#include "google/protobuf/reflection.h"
#include "google/protobuf/text_format.h"
#include "storage/base/check.h"
#include "tests/support/server/byte_calls.h"

namespace lots {
namespace {

using google::protobuf::Message;

constexpr char kReflection[] = "grpc.reflection.v1alpha.ServerReflection";

// A message of the reflection service. The library has its type, but installs no header for it.
std::unique_ptr<Message> NewMessage(const std::string& kind) {
  const auto* const type =
      google::protobuf::DescriptorPool::generated_pool()->FindMessageTypeByName(kReflection + kind);
  Check(type != nullptr);
  return std::unique_ptr<Message>(
      google::protobuf::MessageFactory::generated_factory()->GetPrototype(type)->New());
}

const google::protobuf::FieldDescriptor* FieldOf(const Message& message, const char* name) {
  return message.GetDescriptor()->FindFieldByName(name);
}

std::vector<std::string> ServedServices(const TestServer& server) {
  const auto request = NewMessage("Request");
  Check(google::protobuf::TextFormat::ParseFromString("list_services: '*'", request.get()));
  grpc::GenericStub stub(server.NewChannel());
  const BytesAnswer answer = ReadBytes(
      stub, absl::StrCat("/", kReflection, "/ServerReflectionInfo"), request->SerializeAsString());
  Check(answer.status.ok() && answer.messages.size() == 1);
  const auto response = NewMessage("Response");
  Check(response->ParseFromString(answer.messages[0]));

  const Message& list = response->GetReflection()->GetMessage(
      *response, FieldOf(*response, "list_services_response"));
  std::vector<std::string> names;
  for (const Message& service :
       list.GetReflection()->GetRepeatedFieldRef<Message>(list, FieldOf(list, "service"))) {
    names.push_back(service.GetReflection()->GetString(service, FieldOf(service, "name")));
  }
  return names;
}

}  // namespace

std::vector<const google::protobuf::MethodDescriptor*> ServedMethods(const TestServer& server) {
  std::vector<const google::protobuf::MethodDescriptor*> methods;
  for (const std::string& name : ServedServices(server)) {
    if (absl::StartsWith(name, "grpc.")) continue;
    const auto* const service =
        google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(name);
    Check(service != nullptr);
    for (int i = 0; i < service->method_count(); ++i) methods.push_back(service->method(i));
  }
  Check(!methods.empty());
  return methods;
}

std::string PathOf(const google::protobuf::MethodDescriptor& method) {
  return absl::StrCat("/", method.service()->full_name(), "/", method.name());
}

}  // namespace lots
