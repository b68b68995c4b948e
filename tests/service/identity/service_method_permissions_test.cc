// Which permission a method asks for, and that one which says nothing is open to nobody.
#include <gtest/gtest.h>

#include "google/protobuf/descriptor.pb.h"
#include "service/identity/method_permissions.h"

namespace lots {
namespace {

using google::protobuf::DescriptorPool;
using google::protobuf::FileDescriptorProto;
using google::protobuf::MethodDescriptorProto;

MethodDescriptorProto Method(const char* name) {
  MethodDescriptorProto method;
  method.set_name(name);
  method.set_input_type("Nothing");
  method.set_output_type("Nothing");
  return method;
}

// A service as somebody may write it who is in a hurry.
FileDescriptorProto Hasty() {
  FileDescriptorProto file;
  file.set_name("hasty.proto");
  file.set_package("test");
  file.add_message_type()->set_name("Nothing");
  auto& service = *file.add_service();
  service.set_name("Hasty");
  MethodDescriptorProto& said = *service.add_method() = Method("Said");
  said.mutable_options()->SetExtension(v1::permission, v1::PERMISSION_HOLD);
  *service.add_method() = Method("Unsaid");
  MethodDescriptorProto& zero = *service.add_method() = Method("Zero");
  zero.mutable_options()->SetExtension(v1::permission, v1::PERMISSION_UNSPECIFIED);
  return file;
}

TEST(MethodPermissions, AreThoseThatTheProtosSay) {
  DescriptorPool protos;
  ASSERT_NE(protos.BuildFile(Hasty()), nullptr);

  const MethodPermissions permissions({"test.Hasty"}, protos);

  EXPECT_EQ(permissions.Of("test.Hasty/Said"), v1::PERMISSION_HOLD);
}

TEST(MethodPermissions, OfMethodsThatSayNothingAreNobodys) {
  DescriptorPool protos;
  ASSERT_NE(protos.BuildFile(Hasty()), nullptr);

  const MethodPermissions permissions({"test.Hasty"}, protos);

  for (const char* const unsaid :
       {"test.Hasty/Unsaid", "test.Hasty/Zero", "test.Hasty/Absent", "lots.v1.LotService/GetLot"}) {
    EXPECT_EQ(permissions.Of(unsaid), v1::PERMISSION_UNSPECIFIED) << unsaid;
    EXPECT_FALSE(Permissions::All().Has(permissions.Of(unsaid))) << unsaid;
  }
}

}  // namespace
}  // namespace lots
