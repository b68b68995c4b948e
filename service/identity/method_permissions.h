// The permission that each method of the API needs: the option `permission` of the protos.
#pragma once

#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/descriptor.h"
#include "lots/v1/permission.pb.h"
#include "service/identity/caller.h"

namespace lots {

class MethodPermissions {
 public:
  // `services`: full names, of `protos`. The options are read here, once.
  explicit MethodPermissions(const std::vector<std::string>& services,
                             const google::protobuf::DescriptorPool& protos =
                                 *google::protobuf::DescriptorPool::generated_pool());

  // By full name: "lots.v1.LotService/GetLot". PERMISSION_UNSPECIFIED when the proto has no option.
  v1::Permission Of(absl::string_view method) const;

 private:
  absl::flat_hash_map<std::string, v1::Permission> permissions_;
};

// The permissions that a request needs besides that of its method: ACCEPT when it overrules holds,
// expiry or shortage; MOVE when a new lot has an opening quantity.
template <class Request>
Permissions ExtraPermissions(const Request& request) {
  Permissions extra;
  if constexpr (requires { request.accept_size(); }) {
    if (request.accept_size() > 0) extra.Add(v1::PERMISSION_ACCEPT);
  }
  if constexpr (requires { request.opening_quantity(); }) {
    if (!request.opening_quantity().empty()) extra.Add(v1::PERMISSION_MOVE);
  }
  if constexpr (requires { request.lots(0).opening_quantity(); }) {
    for (const auto& lot : request.lots()) {
      if (!lot.opening_quantity().empty()) extra.Add(v1::PERMISSION_MOVE);
    }
  }
  return extra;
}

}  // namespace lots
