// Checks texts, ids and numbers from outside: requests, tokens, access lists,
// configuration. Collects every problem, so that a caller learns all of them at once.
//
//   TextChecker fields;
//   const std::string actor = fields.OptionalId("lots-actor", value);
//   if (!fields.ok()) return fields.status();
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "storage/base/uuid.h"
#include "storage/domain/errors.h"

namespace lots {

// Each method returns the value. When it refuses the value, it returns a default one, and ok() is
// false from then on. `field` is the path in the request: "lots[3].number" (Indexed in
// storage/domain/errors.h).
class TextChecker {
 public:
  bool ok() const { return problems_.empty(); }
  // The refusal, once not ok().
  absl::Status status() const { return Refuse(problems_); }
  const std::vector<Problem>& problems() const { return problems_; }

  // "field: message", with the value as a fact.
  void Refused(absl::string_view field, absl::string_view value, absl::string_view message);
  void Add(Problem problem) { problems_.push_back(std::move(problem)); }

  // Texts: valid UTF-8, within the limit, without control characters.

  // One line; may be empty.
  std::string Line(absl::string_view field, absl::string_view value, int characters_max);
  // Several lines; may be empty.
  std::string Text(absl::string_view field, absl::string_view value, int characters_max);

  // The callers' own ids, 1 to 64 characters without spaces around: ProductId, LocationId, …
  template <class Id>
  Id Required(absl::string_view field, absl::string_view value) {
    return Id(RequiredId(field, value));
  }
  // The same, or empty.
  template <class Id>
  Id Optional(absl::string_view field, absl::string_view value) {
    return Id(OptionalId(field, value));
  }
  std::string RequiredId(absl::string_view field, absl::string_view value);
  std::string OptionalId(absl::string_view field, absl::string_view value);

  // Ids made by the server: LotId, MovementId, TransformationId.
  template <class Id>
  Id RequiredUuid(absl::string_view field, absl::string_view value) {
    return Id(ParseUuid(field, value));
  }
  template <class Id>
  std::optional<Id> OptionalUuid(absl::string_view field, absl::string_view value) {
    if (value.empty()) return std::nullopt;
    return Id(ParseUuid(field, value));
  }

  // Numbers.

  int64_t InRange(absl::string_view field, int64_t value, int64_t min, int64_t max);
  // A list's size: min to max entries.
  void Count(absl::string_view field, int64_t count, int64_t min, int64_t max);

 protected:
  // The value in quotes, cut to kValueShownBytesMax.
  static std::string Quoted(absl::string_view value);

 private:
  std::string Checked(absl::string_view field, absl::string_view value, int characters_max,
                      bool (*allowed)(char32_t));
  Uuid ParseUuid(absl::string_view field, absl::string_view value);

  std::vector<Problem> problems_;
};

}  // namespace lots
