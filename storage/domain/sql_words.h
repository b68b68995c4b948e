// Words that SQL texts use for the numbers of enumerations:
//
//   R"sql(SELECT lot_id FROM lots WHERE company = $1 AND state = {STATE_ACTIVE})sql"_sql
//
// is at compile time the text with the enumerator's number, `state = 2`. PostgreSQL sees the
// number, because a parameter would hide it from partial indexes. A word that is not in the list
// below does not compile. Of several literals in a row, the suffix of one counts for all of them,
// so that a macro with a word needs it once.
#pragma once

#include <algorithm>
#include <cstddef>
#include <iterator>

#include "absl/strings/string_view.h"
#include "storage/domain/kinds.h"

namespace lots {
namespace sql_words {

struct Word {
  absl::string_view name;
  int numbers[4] = {};  // 0: there are fewer
};

template <class... Enum>
constexpr Word WordOf(absl::string_view name, Enum... values) {
  return {name, {static_cast<int>(values)...}};
}

inline constexpr Word kWords[] = {
    WordOf("TRACKING_SERIAL", Tracking::kSerial),

    WordOf("PLACE_INTERNAL", LocationKind::kInternal),
    WordOf("PLACE_SUPPLIER", LocationKind::kSupplier),
    WordOf("PLACE_CUSTOMER", LocationKind::kCustomer),
    WordOf("PLACE_SCRAP", LocationKind::kScrap),
    WordOf("PLACE_ADJUSTMENT", LocationKind::kAdjustment),
    // IsOnHand and HoldsGoods.
    WordOf("PLACES_ON_HAND", LocationKind::kInternal, LocationKind::kTransit),
    WordOf("PLACES_OF_GOODS", LocationKind::kInternal, LocationKind::kTransit,
           LocationKind::kCustomer, LocationKind::kScrap),

    WordOf("STATE_PLANNED", LotState::kPlanned),
    WordOf("STATE_ACTIVE", LotState::kActive),
    WordOf("STATE_ARCHIVED", LotState::kArchived),
    WordOf("STATE_VOID", LotState::kVoid),

    WordOf("MOVEMENT_RECEIPT", MovementKind::kReceipt),
    WordOf("MOVEMENT_DELIVERY", MovementKind::kDelivery),
    WordOf("MOVEMENT_RETURN", MovementKind::kReturn),
    WordOf("MOVEMENT_CONSUMPTION", MovementKind::kConsumption),
    WordOf("MOVEMENT_PRODUCTION", MovementKind::kProduction),
    WordOf("MOVEMENT_ADJUSTMENT", MovementKind::kAdjustment),
    WordOf("MOVEMENT_SUPPLIER_RETURN", MovementKind::kSupplierReturn),

    WordOf("TRANSFORMATION_PRODUCTION", TransformationKind::kProduction),
    WordOf("TRANSFORMATION_DISASSEMBLY", TransformationKind::kDisassembly),
    WordOf("TRANSFORMATION_RELABEL", TransformationKind::kRelabel),

    WordOf("OUTPUT_PRODUCT", OutputRole::kProduct),
    WordOf("OUTPUT_BY_PRODUCT", OutputRole::kByProduct),
    WordOf("OUTPUT_RETURNED", OutputRole::kReturnedComponent),
    WordOf("OUTPUTS_MADE", OutputRole::kProduct, OutputRole::kByProduct),

    WordOf("ORDER_OPEN", WorkOrderState::kOpen),

    WordOf("ASSIGNMENT_PLANNED", AssignmentState::kPlanned),
    WordOf("ASSIGNMENTS_IN_EFFECT", AssignmentState::kPlanned, AssignmentState::kCompleted),

    WordOf("EVENT_CREATED", LotEventKind::kCreated),
    WordOf("EVENT_ASSIGNED", LotEventKind::kAssigned),
    WordOf("EVENT_DELETED", LotEventKind::kDeleted),
    WordOf("EVENT_HELD", LotEventKind::kHeld),
    WordOf("EVENT_RELEASED", LotEventKind::kReleased),

    WordOf("CAUSE_LOT", HoldCause::kLot),
    WordOf("CAUSE_PLACE", HoldCause::kPlace),
    WordOf("CAUSE_INHERITED", HoldCause::kInherited),
    WordOf("CAUSE_RECALL", HoldCause::kRecall),

    WordOf("RECALL_OPEN", RecallState::kOpen),
    WordOf("RECALL_CLOSED", RecallState::kClosed),
};

// Not constexpr, so that calling it does not compile.
inline void ThereIsNoSuchWord() {}

template <size_t size>
struct Text {
  char chars[size] = {};

  Text() = default;
  // NOLINTNEXTLINE(google-explicit-constructor): a literal becomes one.
  consteval Text(const char (&literal)[size]) { std::copy_n(literal, size, chars); }

  constexpr absl::string_view view() const { return {chars, size - 1}; }
};

// Writes "1, 2" to `to`; returns the end.
constexpr char* WriteNumbers(absl::string_view name, char* to) {
  const Word* const word = std::find_if(std::begin(kWords), std::end(kWords),
                                        [&](const Word& one) { return one.name == name; });
  if (word == std::end(kWords)) ThereIsNoSuchWord();
  const char* const begin = to;
  for (const int number : word->numbers) {
    if (number == 0) break;
    if (to != begin) to = std::copy_n(", ", 2, to);
    if (number >= 10) *to++ = static_cast<char>('0' + number / 10);
    *to++ = static_cast<char>('0' + number % 10);
  }
  return to;
}

// The numbers take less room than their word.
template <Text source>
consteval auto Expand() {
  Text<sizeof(source.chars)> expanded;
  char* to = expanded.chars;
  absl::string_view rest = source.view();
  while (!rest.empty()) {
    const bool is_word = rest.size() > 1 && rest[0] == '{' && rest[1] >= 'A' && rest[1] <= 'Z';
    if (!is_word) {
      *to++ = rest[0];
      rest.remove_prefix(1);
      continue;
    }
    const size_t end = std::find(rest.begin(), rest.end(), '}') - rest.begin();
    to = WriteNumbers(rest.substr(1, end - 1), to);
    rest.remove_prefix(end + 1);
  }
  return expanded;
}

template <Text source>
inline constexpr auto kExpanded = Expand<source>();

}  // namespace sql_words

// The text with a number for each word. It lives as long as the program.
template <sql_words::Text source>
consteval const char* operator""_sql() {
  return sql_words::kExpanded<source>.chars;
}

}  // namespace lots
