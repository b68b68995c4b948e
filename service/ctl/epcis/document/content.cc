// Brings the fields of an event into one spelling.
#include "service/ctl/epcis/document/content.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <set>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "service/ctl/epcis/document/identity.h"
#include "storage/base/quantity.h"

namespace lots::ctl {
namespace {

using Json = nlohmann::json;
using Names = std::set<std::string, std::less<>>;

std::string Canonical(const std::string& name, const Json& value);

// The offset is only another spelling of the time.
bool IsAddedByRepositories(const std::string& name) {
  static const Names kNames = {"eventID", "recordTime", "errorDeclaration", "eventTimeZoneOffset",
                               "@context"};
  return kNames.contains(name);
}

bool IsStandard(const std::string& name) {
  static const Names kNames = {"type",
                               "isA",
                               "eventTime",
                               "action",
                               "bizStep",
                               "disposition",
                               "readPoint",
                               "bizLocation",
                               "epcList",
                               "quantityList",
                               "parentID",
                               "childEPCs",
                               "childQuantityList",
                               "transformationID",
                               "inputEPCList",
                               "outputEPCList",
                               "inputQuantityList",
                               "outputQuantityList",
                               "bizTransactionList",
                               "sourceList",
                               "destinationList",
                               "ilmd"};
  return kNames.contains(name) || LastPart(name) == "productOwner";
}

// Names out of a vocabulary, which stand alone, behind a prefix or as a URI.
bool IsVocabulary(const std::string& name) {
  static const Names kNames = {"type", "action", "bizStep", "disposition", "uom"};
  return kNames.contains(name);
}

std::string CanonicalText(const std::string& name, const std::string& value) {
  const std::string text(absl::StripAsciiWhitespace(value));
  if (IsVocabulary(name)) return LastPart(text);
  absl::Time time;
  if (absl::ParseTime(absl::RFC3339_full, text, &time, nullptr)) {
    return absl::StrCat("time\n", absl::ToUnixMicros(time));
  }
  const std::string place = PlaceKey(text);
  return place == text ? IdentityOf(text).key : place;
}

// What the parts of a list or of an object are, in one order. `open` tells the two apart.
std::string Joined(absl::string_view open, std::vector<std::string> parts) {
  std::erase(parts, "");
  if (parts.empty()) return "";
  std::sort(parts.begin(), parts.end());
  // With their lengths, so that no text can look like two.
  return absl::StrCat(open, absl::StrJoin(parts, "", [](std::string* out, const std::string& part) {
                        absl::StrAppend(out, part.size(), ":", part);
                      }));
}

std::string CanonicalNumber(const Json& value) {
  const std::string decimal = DecimalOf(value);
  const absl::StatusOr<Quantity> quantity = Quantity::Parse(decimal);
  return quantity.ok() ? quantity->ToString() : decimal;
}

std::string CanonicalList(const std::string& name, const Json& list) {
  std::vector<std::string> parts;
  for (const Json& element : list) parts.push_back(Canonical(name, element));
  return Joined("list", std::move(parts));
}

std::string CanonicalField(const std::string& key, const Json& value) {
  const std::string name = key == "isA" ? "type" : LastPart(key);
  const std::string said = Canonical(name, value);
  return said.empty() ? "" : absl::StrCat(name, "=", said);
}

std::string CanonicalObject(const std::string& name, const Json& object) {
  // EPCIS writes references both ways.
  if (object.size() == 1 && object.contains("id")) return Canonical(name, object.at("id"));
  std::vector<std::string> parts;
  for (const auto& [key, value] : object.items()) parts.push_back(CanonicalField(key, value));
  return Joined("object", std::move(parts));
}

// What is empty says nothing.
std::string Canonical(const std::string& name, const Json& value) {
  if (value.is_null()) return "";
  if (value.is_string()) return CanonicalText(name, value.get<std::string>());
  if (value.is_number()) return CanonicalNumber(value);
  if (value.is_array()) return CanonicalList(name, value);
  if (value.is_object()) return CanonicalObject(name, value);
  return value.dump();
}

}  // namespace

std::string ContentOf(const Json& event, ContentFields fields) {
  if (!event.is_object()) return event.dump();
  std::vector<std::string> parts;
  for (const auto& [key, value] : event.items()) {
    if (IsAddedByRepositories(key)) continue;
    if (fields == ContentFields::kStandard && !IsStandard(key)) continue;
    parts.push_back(CanonicalField(key, value));
  }
  return Joined("event", std::move(parts));
}

std::string DecimalOf(const Json& number) {
  if (!number.is_number_float()) return number.dump();
  char digits[512];
  const auto end = std::to_chars(std::begin(digits), std::end(digits), number.get<double>(),
                                 std::chars_format::fixed);
  return std::string(std::begin(digits), end.ptr);
}

}  // namespace lots::ctl
