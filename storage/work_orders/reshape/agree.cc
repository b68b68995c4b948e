// Compares the details of lots that become one.
#include "storage/work_orders/reshape/agree.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "storage/base/limits.h"
#include "storage/domain/errors.h"
#include "storage/domain/reasons.h"
#include "storage/lot_rows/attributes.h"
#include "storage/work_orders/reshape/reshape.h"

namespace lots::reshape {
namespace {

using Lots = absl::Span<const LotDetails* const>;

// The text of a refusal stays short.
constexpr size_t kLotsShownMax = 4;

// One field of several lots. `text` gives a lot's value; empty: it has none.
template <class TextOfLot>
Problem Differs(Lots lots, const std::string& field, absl::string_view remedy, TextOfLot text) {
  std::vector<std::string> values;
  for (const LotDetails* lot : lots.subspan(0, kLotsShownMax)) {
    const std::string value = text(*lot);
    values.push_back(absl::StrCat(value.empty() ? "none" : value, " (", lot->number, ")"));
  }
  const std::string all = absl::StrJoin(values, ", ");
  return {.reason = Reason::kLotsDiffer,
          .field = field,
          .message = absl::StrCat("the lots differ in ", field, ": ", all, "; ", remedy),
          .facts = {{"field", field}, {"values", all}}};
}

constexpr absl::string_view kMakeAlike =
    "make them alike with UpdateLot, or use MergeLots, which says what the result has";
constexpr absl::string_view kSay = "say in the request which one the result has";

std::string AgreedText(Lots lots, std::string LotDetails::*text, const std::string& field,
                       const std::optional<std::string>& said, std::vector<Problem>& problems) {
  if (said.has_value()) return *said;
  const std::string& first = lots.front()->*text;
  const bool alike = std::all_of(lots.begin(), lots.end(),
                                 [&](const LotDetails* lot) { return lot->*text == first; });
  if (!alike) {
    problems.push_back(
        Differs(lots, field, kSay, [&](const LotDetails& lot) { return lot.*text; }));
  }
  return first;
}

std::set<std::string> KeysOf(Lots lots) {
  std::set<std::string> keys;
  for (const LotDetails* lot : lots) {
    for (const auto& [key, value] : lot->attributes) keys.insert(key);
  }
  return keys;
}

const AttributeValue* Find(const LotDetails& lot, const std::string& key) {
  const auto found = lot.attributes.find(key);
  return found == lot.attributes.end() ? nullptr : &found->second;
}

// Whether every lot has the attribute, with one value.
bool HaveAlike(Lots lots, const std::string& key) {
  const AttributeValue* first = Find(*lots.front(), key);
  return first != nullptr && std::all_of(lots.begin(), lots.end(), [&](const LotDetails* lot) {
           const AttributeValue* own = Find(*lot, key);
           return own != nullptr && *own == *first;
         });
}

Problem AttributeDiffers(Lots lots, const std::string& key, absl::string_view remedy) {
  return Differs(lots, absl::StrCat("attributes.", key), remedy, [&](const LotDetails& lot) {
    const AttributeValue* value = Find(lot, key);
    return value == nullptr ? std::string() : TextOf(*value);
  });
}

void ValidateCount(const LotDetails& result, std::vector<Problem>& problems) {
  const auto count = static_cast<int64_t>(result.attributes.size());
  if (count <= kAttributesMax) return;
  problems.push_back(FieldInvalid(
      "attributes", absl::StrCat(count),
      absl::StrCat("the result would have ", count, " attributes; it may have ", kAttributesMax)));
}

}  // namespace

LotDetails AgreedOn(Lots lots, const MergedDetails& said, std::vector<Problem>& problems) {
  LotDetails agreed = *lots.front();
  agreed.reference =
      AgreedText(lots, &LotDetails::reference, "reference", said.reference, problems);
  agreed.notes = AgreedText(lots, &LotDetails::notes, "notes", said.notes, problems);
  agreed.attributes = said.attributes;
  for (const std::string& key : KeysOf(lots)) {
    if (said.attributes.contains(key)) continue;
    if (HaveAlike(lots, key)) {
      agreed.attributes.emplace(key, *Find(*lots.front(), key));
    } else {
      problems.push_back(AttributeDiffers(lots, key, kSay));
    }
  }
  ValidateCount(agreed, problems);
  return agreed;
}

void ValidateAdded(const LotDetails& goods, const LotDetails& stored,
                   std::vector<Problem>& problems) {
  const LotDetails* const both[] = {&goods, &stored};
  const auto compare = [&](const char* field, std::string LotDetails::*text) {
    if (goods.*text == stored.*text) return;
    problems.push_back(
        Differs(both, field, kMakeAlike, [&](const LotDetails& lot) { return lot.*text; }));
  };
  compare("reference", &LotDetails::reference);
  compare("notes", &LotDetails::notes);
  for (const std::string& key : KeysOf(both)) {
    if (!HaveAlike(both, key)) problems.push_back(AttributeDiffers(both, key, kMakeAlike));
  }
  ValidateCount(stored, problems);
}

LotDetails FilledFrom(LotDetails lot, const LotDetails& other) {
  if (lot.reference.empty()) lot.reference = other.reference;
  if (lot.notes.empty()) lot.notes = other.notes;
  lot.attributes.insert(other.attributes.begin(), other.attributes.end());
  for (const DateField& field : kDateFields) {
    if (!(lot.dates.*field.date).has_value()) lot.dates.*field.date = other.dates.*field.date;
  }
  return lot;
}

}  // namespace lots::reshape
