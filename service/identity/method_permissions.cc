// Reads the option `permission` of every method.
#include "service/identity/method_permissions.h"

#include "absl/strings/str_cat.h"
#include "storage/base/check.h"

namespace lots {

MethodPermissions::MethodPermissions(const std::vector<std::string>& services,
                                     const google::protobuf::DescriptorPool& protos) {
  for (const std::string& name : services) {
    const google::protobuf::ServiceDescriptor* service = protos.FindServiceByName(name);
    Check(service != nullptr);
    for (int i = 0; i < service->method_count(); ++i) {
      const google::protobuf::MethodDescriptor& method = *service->method(i);
      permissions_[absl::StrCat(name, "/", method.name())] =
          method.options().GetExtension(v1::permission);
    }
  }
}

v1::Permission MethodPermissions::Of(absl::string_view method) const {
  const auto found = permissions_.find(method);
  return found == permissions_.end() ? v1::PERMISSION_UNSPECIFIED : found->second;
}

}  // namespace lots
