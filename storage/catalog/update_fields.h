// Update masks: which fields of a resource a command changes.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace lots {

// One field that a mask can name, and the function that copies the field.
template <class Resource>
struct UpdateField {
  absl::string_view name;
  void (*copy)(const Resource& given, Resource& stored);
};

// Copies the fields that the mask names; an empty mask names all of them.
template <class Resource>
Resource Updated(Resource stored, const Resource& given, const std::vector<std::string>& mask,
                 absl::Span<const UpdateField<Resource>> fields) {
  for (const UpdateField<Resource>& field : fields) {
    const bool named = std::find(mask.begin(), mask.end(), field.name) != mask.end();
    if (named || mask.empty()) field.copy(given, stored);
  }
  return stored;
}

template <class Resource>
std::vector<absl::string_view> NamesOf(absl::Span<const UpdateField<Resource>> fields) {
  std::vector<absl::string_view> names;
  for (const UpdateField<Resource>& field : fields) names.push_back(field.name);
  return names;
}

}  // namespace lots
