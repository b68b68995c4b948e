// A walk through JSON text beside the descriptors of the messages that it is meant for. protobuf's
// parser tells neither lines nor the fields that there are.
#include "service/ctl/base/json_check.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "storage/base/status_macros.h"

namespace lots::ctl {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

// Deeper than any request, and far from the end of the stack.
constexpr int kDepthMax = 50;

// Timestamps, durations and masks are strings in JSON, and any message may be in an Any.
bool HasOwnJson(const Descriptor& message) {
  return absl::StartsWith(message.full_name(), "google.protobuf.");
}

const FieldDescriptor* FindField(const Descriptor& message, absl::string_view key) {
  for (int i = 0; i < message.field_count(); ++i) {
    const FieldDescriptor* const field = message.field(i);
    if (field->json_name() == key || field->name() == key) return field;
  }
  return nullptr;
}

std::string FieldsOf(const Descriptor& message) {
  std::vector<std::string> names;
  for (int i = 0; i < message.field_count(); ++i) names.push_back(message.field(i)->json_name());
  return absl::StrJoin(names, ", ");
}

class Checker {
 public:
  explicit Checker(absl::string_view text) : text_(text), rest_(text) {}

  absl::Status Check(const Descriptor& message) {
    RETURN_IF_ERROR(Value(&message, 0));
    SkipSpace();
    return rest_.empty() ? absl::OkStatus() : Wrong("nothing more is expected");
  }

 private:
  // `message` is null where any keys may be.
  absl::Status Value(const Descriptor* message, int depth) {
    if (depth > kDepthMax) return Wrong("it is too deep");
    SkipSpace();
    if (Take('{')) return Object(message, depth);
    if (Take('[')) return Array(message, depth);
    if (!rest_.empty() && rest_.front() == '"') return String().status();
    return Word();
  }

  absl::Status Object(const Descriptor* message, int depth) {
    SkipSpace();
    if (Take('}')) return absl::OkStatus();
    do {
      SkipSpace();
      if (rest_.empty() || rest_.front() != '"') return Wrong("a key in quotes is expected");
      ASSIGN_OR_RETURN(const std::string key, String());
      ASSIGN_OR_RETURN(const Descriptor* const inner, InnerOf(message, key));
      SkipSpace();
      if (!Take(':')) return Wrong(absl::StrCat("':' is expected after \"", key, "\""));
      RETURN_IF_ERROR(Value(inner, depth + 1));
      SkipSpace();
    } while (Take(','));
    return Take('}') ? absl::OkStatus() : Wrong("',' or '}' is expected");
  }

  absl::Status Array(const Descriptor* message, int depth) {
    SkipSpace();
    if (Take(']')) return absl::OkStatus();
    do {
      RETURN_IF_ERROR(Value(message, depth + 1));
      SkipSpace();
    } while (Take(','));
    return Take(']') ? absl::OkStatus() : Wrong("',' or ']' is expected");
  }

  // What the value of the key is checked against.
  absl::StatusOr<const Descriptor*> InnerOf(const Descriptor* message, const std::string& key) {
    if (message == nullptr) return nullptr;
    const FieldDescriptor* const field = FindField(*message, key);
    if (field == nullptr) {
      return Wrong(absl::StrCat(message->name(), " has no field '", key, "'; its fields are ",
                                FieldsOf(*message)));
    }
    const bool is_plain = field->message_type() != nullptr && !field->is_map();
    return is_plain && !HasOwnJson(*field->message_type()) ? field->message_type() : nullptr;
  }

  // The text between the quotes, escapes as they are.
  absl::StatusOr<std::string> String() {
    for (size_t i = 1; i < rest_.size() && rest_[i] != '\n'; ++i) {
      if (rest_[i] == '\\') {
        ++i;
      } else if (rest_[i] == '"') {
        std::string inside(rest_.substr(1, i - 1));
        rest_.remove_prefix(i + 1);
        return inside;
      }
    }
    return Wrong("a quote is not closed");
  }

  // A number, true, false or null.
  absl::Status Word() {
    size_t end = 0;
    while (end < rest_.size() &&
           (absl::ascii_isalnum(rest_[end]) || absl::StrContains("+-.", rest_.substr(end, 1)))) {
      ++end;
    }
    if (end == 0) return Wrong("a value is expected");
    rest_.remove_prefix(end);
    return absl::OkStatus();
  }

  void SkipSpace() { rest_ = absl::StripLeadingAsciiWhitespace(rest_); }

  bool Take(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }

  absl::Status Wrong(absl::string_view what) const {
    const absl::string_view before = text_.substr(0, text_.size() - rest_.size());
    const auto line = 1 + std::count(before.begin(), before.end(), '\n');
    return absl::InvalidArgumentError(absl::StrCat("line ", line, ": ", what));
  }

  const absl::string_view text_;
  absl::string_view rest_;
};

}  // namespace

absl::Status CheckJson(absl::string_view text, const Descriptor& message) {
  return Checker(text).Check(message);
}

}  // namespace lots::ctl
