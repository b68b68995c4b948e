// Finds the values with several spellings by the names of their fields.
#include "service/rpc/normalize.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/field_mask.pb.h"
#include "google/protobuf/timestamp.pb.h"
#include "storage/base/quantity.h"
#include "storage/base/uuid.h"
#include "storage/numbers/gtin.h"
#include "storage/numbers/number.h"

namespace lots {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::FieldMask;
using google::protobuf::Message;
using google::protobuf::Reflection;
using google::protobuf::Timestamp;

constexpr int32_t kNanosPerMicro = 1000;

// Ids made by the server; all other ids are the callers' own and stay as they are.
constexpr absl::string_view kUuidFields[] = {
    "lot_id",  "lot_ids",  "movement_id",      "delivery_movement_id", "receipt_movement_id",
    "hold_id", "hold_ids", "transformation_id"};

// Lists without an order, where an entry that stands twice says nothing more.
constexpr absl::string_view kSetFields[] = {"accept", "exempt_location_ids"};

std::string NormalQuantity(const std::string& text) {
  const absl::StatusOr<Quantity> quantity = Quantity::Parse(text);
  return quantity.ok() ? quantity->ToString() : text;
}

std::string NormalUuid(const std::string& text) {
  const std::optional<Uuid> uuid = Uuid::Parse(text);
  return uuid.has_value() ? uuid->ToString() : text;
}

// The number of a document is the callers' own; only lots have numbers that are cleaned.
bool IsLotNumber(const FieldDescriptor& field) {
  const absl::string_view name = field.name();
  if (name != "number" && name != "numbers" && name != "first_number") return false;
  return field.containing_type()->name() != "Document";
}

std::string NormalText(const FieldDescriptor& field, const std::string& text) {
  const absl::string_view name = field.name();
  if (absl::EndsWith(name, "quantity") || name == "decimal" || absl::EndsWith(name, "er_limit"))
    return NormalQuantity(text);
  if (IsLotNumber(field)) return CleanNumber(text).value_or(text);
  if (absl::c_linear_search(kUuidFields, name)) return NormalUuid(text);
  if (name == "gtin") return CleanGtin(text).value_or(text);
  return text;
}

bool NormalizeTexts(Message& message, const FieldDescriptor& field) {
  const Reflection& reflection = *message.GetReflection();
  if (!field.is_repeated()) {
    const std::string text = reflection.GetString(message, &field);
    std::string normal = NormalText(field, text);
    if (normal == text) return false;
    reflection.SetString(&message, &field, std::move(normal));
    return true;
  }
  bool changed = false;
  for (int i = 0; i < reflection.FieldSize(message, &field); ++i) {
    const std::string text = reflection.GetRepeatedString(message, &field, i);
    std::string normal = NormalText(field, text);
    if (normal == text) continue;
    reflection.SetRepeatedString(&message, &field, i, std::move(normal));
    changed = true;
  }
  return changed;
}

bool NormalizeTime(Timestamp& time) {
  const int32_t micros = time.nanos() / kNanosPerMicro;
  if (time.nanos() == micros * kNanosPerMicro) return false;
  time.set_nanos(micros * kNanosPerMicro);
  return true;
}

bool NormalizeMask(FieldMask& mask) {
  std::vector<std::string> paths(mask.paths().begin(), mask.paths().end());
  absl::c_sort(paths);
  paths.erase(std::unique(paths.begin(), paths.end()), paths.end());
  if (absl::c_equal(paths, mask.paths())) return false;
  mask.mutable_paths()->Clear();
  for (std::string& path : paths) mask.add_paths(std::move(path));
  return true;
}

// Sorts the entries, each once. Returns whether that changed them.
template <class Entry>
bool MakeSet(std::vector<Entry>& entries) {
  const std::vector<Entry> given = entries;
  absl::c_sort(entries);
  entries.erase(std::unique(entries.begin(), entries.end()), entries.end());
  return entries != given;
}

// Of texts or enum values.
bool NormalizeSet(Message& message, const FieldDescriptor& field) {
  const Reflection& reflection = *message.GetReflection();
  const bool is_text = field.cpp_type() == FieldDescriptor::CPPTYPE_STRING;
  std::vector<std::string> texts;
  std::vector<int> values;
  for (int i = 0; i < reflection.FieldSize(message, &field); ++i) {
    if (is_text) {
      texts.push_back(reflection.GetRepeatedString(message, &field, i));
    } else {
      values.push_back(reflection.GetRepeatedEnumValue(message, &field, i));
    }
  }
  if (!MakeSet(texts) && !MakeSet(values)) return false;
  reflection.ClearField(&message, &field);
  for (std::string& text : texts) reflection.AddString(&message, &field, std::move(text));
  for (const int value : values) reflection.AddEnumValue(&message, &field, value);
  return true;
}

bool NormalizeMessages(Message& message, const FieldDescriptor& field);

bool NormalizeFields(Message& message) {
  if (auto* time = dynamic_cast<Timestamp*>(&message)) return NormalizeTime(*time);
  if (auto* mask = dynamic_cast<FieldMask*>(&message)) return NormalizeMask(*mask);
  std::vector<const FieldDescriptor*> set;
  message.GetReflection()->ListFields(message, &set);
  bool changed = false;
  for (const FieldDescriptor* const field : set) {
    if (absl::c_linear_search(kSetFields, field->name())) {
      changed |= NormalizeSet(message, *field);
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
      changed |= NormalizeTexts(message, *field);
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      changed |= NormalizeMessages(message, *field);
    }
  }
  return changed;
}

bool IsEmptyOfTheApi(const Message& message, const FieldDescriptor& field) {
  return message.GetDescriptor()->file()->package() == field.file()->package() &&
         message.ByteSizeLong() == 0;
}

bool NormalizeMessages(Message& message, const FieldDescriptor& field) {
  const Reflection& reflection = *message.GetReflection();
  if (!field.is_repeated()) {
    Message& part = *reflection.MutableMessage(&message, &field);
    const bool changed = NormalizeFields(part);
    if (!IsEmptyOfTheApi(part, field)) return changed;
    reflection.ClearField(&message, &field);
    return true;
  }
  bool changed = false;
  for (int i = 0; i < reflection.FieldSize(message, &field); ++i) {
    changed |= NormalizeFields(*reflection.MutableRepeatedMessage(&message, &field, i));
  }
  return changed;
}

}  // namespace

bool NormalizeSpelling(Message& request) { return NormalizeFields(request); }

}  // namespace lots
