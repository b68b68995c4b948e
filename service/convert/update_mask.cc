// Expands update masks by reflection.
#include "service/convert/update_mask.h"

#include <algorithm>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "google/protobuf/descriptor.h"
#include "storage/base/check.h"

namespace lots {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

std::pair<absl::string_view, absl::string_view> SplitAtDot(absl::string_view path) {
  return absl::StrSplit(path, absl::MaxSplits('.', 1));
}

const FieldDescriptor& FieldOf(const Descriptor& type, absl::string_view name) {
  const FieldDescriptor* const field = type.FindFieldByName(std::string(name));
  Check(field != nullptr);
  return *field;
}

std::vector<std::string> KeysOfMap(const Message& message, const FieldDescriptor& map) {
  const Reflection& reflection = *message.GetReflection();
  std::vector<std::string> keys;
  for (int i = 0; i < reflection.FieldSize(message, &map); ++i) {
    const Message& entry = reflection.GetRepeatedMessage(message, &map, i);
    keys.push_back(entry.GetReflection()->GetString(entry, map.message_type()->map_key()));
  }
  absl::c_sort(keys);
  return keys;
}

// A list is populated when it has an entry; protobuf's HasField ends the program for a list.
bool Populates(const Message& message, const FieldDescriptor& field) {
  const Reflection& reflection = *message.GetReflection();
  if (field.is_repeated()) return reflection.FieldSize(message, &field) > 0;
  return reflection.HasField(message, &field);
}

// Appends the path when the message populates its field, and the keys of a map.
void AppendPopulated(const Message& message, absl::string_view rest, absl::string_view path,
                     std::vector<std::string>& paths) {
  const auto [name, below] = SplitAtDot(rest);
  const FieldDescriptor& field = FieldOf(*message.GetDescriptor(), name);
  if (field.is_map()) {
    for (const std::string& key : KeysOfMap(message, field)) {
      paths.push_back(absl::StrCat(path, ".", key));
    }
    return;
  }
  if (!Populates(message, field)) return;
  if (below.empty()) {
    paths.emplace_back(path);
  } else {
    AppendPopulated(message.GetReflection()->GetMessage(message, &field), below, path, paths);
  }
}

// A key as AIP-161 writes it: plain, or in backticks, where two backticks stand for one.
std::string MapKey(absl::string_view written) {
  const bool quoted = written.size() >= 2 && written.front() == '`' && written.back() == '`';
  if (!quoted) return std::string(written);
  return absl::StrReplaceAll(written.substr(1, written.size() - 2), {{"``", "`"}});
}

}  // namespace

UpdateMask::UpdateMask(absl::string_view field, const google::protobuf::FieldMask& mask,
                       std::vector<absl::string_view> updatable, const Descriptor& type,
                       FieldChecker& fields)
    : updatable_(std::move(updatable)) {
  if (mask.paths().empty()) return;
  named_.emplace();
  if (mask.paths_size() == 1 && mask.paths(0) == "*") {
    for (const absl::string_view path : updatable_) named_->emplace_back(path);
    return;
  }
  for (const std::string& path : mask.paths()) {
    if (AppendNamed(path, type)) continue;
    fields.Refused(field, path,
                   absl::StrCat("path \"", path, "\" cannot be updated; these can: ",
                                absl::StrJoin(updatable_, ", "),
                                "; or * alone, which stands for all of them"));
  }
  absl::c_sort(*named_);
  named_->erase(std::unique(named_->begin(), named_->end()), named_->end());
}

bool UpdateMask::AppendNamed(absl::string_view path, const Descriptor& type) {
  const size_t before = named_->size();
  for (const absl::string_view updatable : updatable_) {
    const bool is_part = absl::StartsWith(updatable, absl::StrCat(path, "."));
    if (path == updatable || is_part) named_->emplace_back(updatable);
    absl::string_view key = path;
    const bool names_key = absl::ConsumePrefix(&key, absl::StrCat(updatable, ".")) &&
                           !absl::StrContains(updatable, '.') &&
                           FieldOf(type, updatable).is_map() && !key.empty();
    if (names_key) named_->push_back(absl::StrCat(updatable, ".", MapKey(key)));
  }
  return named_->size() > before;
}

std::vector<std::string> UpdateMask::PathsOf(const Message& message) const {
  if (named_.has_value()) return *named_;
  std::vector<std::string> paths;
  for (const absl::string_view path : updatable_) AppendPopulated(message, path, path, paths);
  return paths;
}

}  // namespace lots
