// Which fields of a resource a command writes.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace lots {

// One field that a path can name, and the function that copies the field.
template <class Resource>
struct UpdateField {
  absl::string_view path;  // "unit", "address.city"
  void (*copy)(const Resource& given, Resource& stored);
};

// Copies the fields that `paths` names, and no other field.
template <class Resource>
Resource Updated(Resource stored, const Resource& given, absl::Span<const std::string> paths,
                 absl::Span<const UpdateField<Resource>> fields) {
  for (const UpdateField<Resource>& field : fields) {
    if (absl::c_linear_search(paths, field.path)) field.copy(given, stored);
  }
  return stored;
}

// The paths of one entry of a command; an entry without paths writes nothing.
inline absl::Span<const std::string> PathsOfEntry(
    const std::vector<std::vector<std::string>>& paths, size_t index) {
  if (index >= paths.size()) return {};
  return paths[index];
}

template <class Resource>
std::vector<absl::string_view> PathsOf(absl::Span<const UpdateField<Resource>> fields) {
  std::vector<absl::string_view> paths;
  for (const UpdateField<Resource>& field : fields) paths.push_back(field.path);
  return paths;
}

}  // namespace lots
