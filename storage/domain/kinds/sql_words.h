// Words that SQL texts use for the numbers of enumerations:
//
//   R"sql(SELECT lot_id FROM lots WHERE company = $1 AND state = {STATE_ACTIVE})sql"_sql
//
// is at compile time the text with the enumerator's number, `state = 2`. PostgreSQL sees the
// number, because a parameter would hide it from partial indexes. A word that is not in the list
// below does not compile. Of several literals in a row, the suffix of one counts for all of them,
// so that a macro with a word needs it once.
//
// The list has numbers and not enumerators, so that a new enumerator compiles no other SQL text
// again. sql_words.cc compares each number with its enumerator, and does not compile if one is
// wrong.
#pragma once

#include <algorithm>
#include <cstddef>
#include <iterator>

#include "absl/strings/string_view.h"

namespace lots {
namespace sql_words {

struct Word {
  absl::string_view name;
  int numbers[4] = {};  // 0: there are fewer
};

inline constexpr Word kWords[] = {
    {"TRACKING_SERIAL", {3}},

    {"PLACE_INTERNAL", {1}},
    {"PLACE_SUPPLIER", {3}},
    {"PLACE_CUSTOMER", {4}},
    {"PLACE_PRODUCTION", {5}},
    {"PLACE_SCRAP", {6}},
    {"PLACE_ADJUSTMENT", {7}},
    // IsOnHand and HoldsGoods.
    {"PLACES_ON_HAND", {1, 2}},
    {"PLACES_OF_GOODS", {1, 2, 4, 6}},

    {"STATE_PLANNED", {1}},
    {"STATE_ACTIVE", {2}},
    {"STATE_ARCHIVED", {3}},
    {"STATE_VOID", {4}},

    {"MOVEMENT_RECEIPT", {1}},
    {"MOVEMENT_DELIVERY", {3}},
    {"MOVEMENT_RETURN", {4}},
    {"MOVEMENT_CONSUMPTION", {5}},
    {"MOVEMENT_PRODUCTION", {6}},
    {"MOVEMENT_ADJUSTMENT", {8}},
    {"MOVEMENT_SUPPLIER_RETURN", {9}},
    {"MOVEMENT_ISSUE", {10}},
    {"MOVEMENT_INSTALLATION", {12}},
    {"MOVEMENTS_INTO_UNITS", {5, 12}},

    {"TRANSFORMATION_PRODUCTION", {1}},
    {"TRANSFORMATION_DISASSEMBLY", {2}},
    {"TRANSFORMATION_RELABEL", {5}},
    {"TRANSFORMATION_MAINTENANCE", {6}},
    {"TRANSFORMATION_CORRECTION", {7}},
    {"TRANSFORMATIONS_OF_NAMES", {3, 4, 5}},
    {"TRANSFORMATION_ISSUE", {8}},

    {"OUTPUT_PRODUCT", {1}},
    {"OUTPUT_BY_PRODUCT", {2}},
    {"OUTPUT_RETURNED", {3}},
    {"OUTPUTS_MADE", {1, 2}},
    {"OUTPUT_MAINTAINED", {4}},

    {"ORDER_OPEN", {1}},

    {"ASSIGNMENT_PLANNED", {1}},
    {"ASSIGNMENT_VOIDED", {4}},
    {"ASSIGNMENTS_IN_EFFECT", {1, 2}},

    {"EVENT_CREATED", {1}},
    {"EVENT_ASSIGNED", {5}},
    {"EVENT_UNARCHIVED", {4}},
    {"EVENT_DELETED", {8}},
    {"EVENT_HELD", {9}},
    {"EVENT_RELEASED", {10}},
    {"EVENT_HOLD_CHANGED", {11}},
    {"EVENT_INSPECTED", {12}},
    {"EVENT_RECALL_MEMBER", {13}},
    {"EVENT_RECALL_DISPOSITION", {14}},

    {"CAUSE_LOT", {1}},
    {"CAUSE_PLACE", {2}},
    {"CAUSE_INHERITED", {3}},
    {"CAUSE_RECALL", {4}},

    {"RECALL_OPEN", {1}},
    {"RECALL_CLOSED", {2}},

    {"MEMBER_EXCLUDED", {1}},
    {"MEMBER_JOINED_AGAIN", {3}},
    {"DISPOSITION_CLEARED", {1}},
    {"DISPOSITIONS_ON_HAND", {1, 2}},
    {"DISPOSITION_DESTROYED", {5}},
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
