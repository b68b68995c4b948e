// Parses the short texts of movements.
#include "tests/support/world/movement_text.h"

#include <utility>
#include <vector>

#include "absl/strings/str_split.h"
#include "storage/base/check.h"
#include "storage/domain/kinds/movement.h"
#include "storage/stock/stock.h"
#include "tests/support/world/commands.h"

namespace lots {
namespace {

absl::Time TimeOf(absl::string_view text) {
  absl::Time time;
  std::string error;
  const bool is_day = text.find('T') == absl::string_view::npos;
  Check(
      absl::ParseTime(is_day ? "%Y-%m-%d" : absl::RFC3339_full, std::string(text), &time, &error));
  return time;
}

MovementKind KindOf(absl::string_view name) {
  for (int kind = 1; kind <= 9; ++kind) {
    if (Name(static_cast<MovementKind>(kind)) == name) return static_cast<MovementKind>(kind);
  }
  Check(false);
  return {};
}

}  // namespace

NewMovement ParseMovement(absl::string_view text, const MovementNames& names, absl::Time now) {
  const std::vector<std::string> words = absl::StrSplit(text, ' ', absl::SkipEmpty());
  Check(words.size() >= 4);
  const std::pair<std::string, std::string> places = absl::StrSplit(words[3], '>');
  NewMovement movement{.kind = KindOf(words[0]),
                       .lot = {.lot_id = names.lots.at(words[1])},
                       .from = LocationId(places.first),
                       .to = LocationId(places.second),
                       .occurred_at = now};
  if (words[2] != "-") movement.quantity = Q(words[2]);
  for (size_t i = 4; i < words.size(); ++i) {
    const std::string value = words[i].substr(1);
    if (words[i][0] == '@') movement.occurred_at = TimeOf(value);
    if (words[i][0] == '=') movement.delivery = names.deliveries.at(value);
    if (words[i][0] == '#') movement.partner_id = value;
  }
  return movement;
}

}  // namespace lots
