// The syntax of filters (filter.h): text to tree. What fields there are and what their values mean
// is not known here.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "storage/domain/errors.h"

namespace lots {

enum class FilterOp { kEqual, kNotEqual, kLess, kLessOrEqual, kGreater, kGreaterOrEqual, kHas };

// "=", "<=", ":" …
absl::string_view Name(FilterOp op);

struct FilterValue {
  absl::string_view source;  // as it was written
  size_t at = 0;             // where, in bytes from 0
  std::string text;          // without quotes, escapes and the * at the end
  bool is_prefix = false;    // it ended with *
  bool has_inner_star = false;
};

struct FilterComparison {
  absl::string_view field;  // "attributes" of attributes.colour and attributes."lot size"
  std::string key;          // "colour", "lot size"; empty where no key follows
  size_t field_at = 0;
  FilterOp op = FilterOp::kEqual;
  size_t op_at = 0;
  FilterValue value;
};

struct FilterNode {
  enum class Kind { kAnd, kOr, kNot, kComparison };

  Kind kind = Kind::kComparison;
  std::vector<FilterNode> children;  // two or more of kAnd and kOr, one of kNot
  FilterComparison comparison;       // of kComparison
};

// The tree of a filter, whose views point into `text`; nothing when the text is blank. Fails as
// CompileFilter does.
absl::StatusOr<std::optional<FilterNode>> ParseFilter(absl::string_view text);

// The refusal that every mistake in a filter gets; `at` in bytes from 0. The position is a fact of
// it, beside those given.
absl::Status FilterRefused(absl::string_view filter, size_t at, absl::string_view message,
                           Facts facts = {});

}  // namespace lots
