// Update masks (AIP-134, AIP-161) as explicit paths: storage writes the fields that these paths
// name and no other field.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "google/protobuf/field_mask.pb.h"
#include "google/protobuf/message.h"
#include "service/convert/fields.h"

namespace lots {

// UpdateMask is the mask of one request. In a batch, the mask applies to each message.
//
//   const UpdateMask mask("update_mask", request.update_mask(), ProductFields(), fields);
//   command.paths.push_back(mask.PathsOf(request.products(0)));
class UpdateMask {
 public:
  // `updatable` has the paths that storage can write: "notes", "address.city", "attributes" (a
  // map). A path of the mask that is none of them, contains none of them and names no key of a map
  // is refused at `field`.
  UpdateMask(absl::string_view field, const google::protobuf::FieldMask& mask,
             std::vector<absl::string_view> updatable, const google::protobuf::Descriptor& type,
             FieldChecker& fields);

  // Whether the request has no mask: the populated fields are written.
  bool empty() const { return !named_.has_value(); }

  // The paths to write of this message, each once. Without a mask: the updatable fields that the
  // message populates, and of a map each key on its own ("attributes.allergen"). "*": all updatable
  // fields. A field with parts ("address") stands for all of its parts.
  std::vector<std::string> PathsOf(const google::protobuf::Message& message) const;

 private:
  // Appends what `path` of the mask stands for. Returns false when it stands for nothing.
  bool AppendNamed(absl::string_view path, const google::protobuf::Descriptor& type);

  std::vector<absl::string_view> updatable_;
  std::optional<std::vector<std::string>> named_;  // none: the request has no mask
};

}  // namespace lots
