// Parses and writes the headers traceparent and tracestate.
#include "service/observe/trace_context.h"

#include <algorithm>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

namespace lots {
namespace {

// https://www.w3.org/TR/trace-context-1/ §3.3 sets these.
constexpr size_t kTraceStateMembersMax = 32;
// Longer members are left out first when not all fit.
constexpr size_t kLongMember = 128;
constexpr size_t kPartCharactersMax = 256;  // of a key, and of a value

thread_local const CallTrace* current = nullptr;

bool IsLowerHex(absl::string_view text, size_t size) {
  constexpr auto kNone = absl::string_view::npos;
  return text.size() == size && text.find_first_not_of("0123456789abcdef") == kNone;
}

bool IsZero(absl::string_view text) {
  return text.find_first_not_of('0') == absl::string_view::npos;
}

bool IsKeyCharacter(char c) {
  return absl::ascii_islower(c) || absl::ascii_isdigit(c) || absl::StrContains("_-*/@", c);
}

bool IsValueCharacter(char c) { return c >= ' ' && c <= '~' && c != ',' && c != '='; }

// "key=value". A value does not end with a space: spaces around a member are not part of it.
bool IsMember(absl::string_view member) {
  const size_t equals = member.find('=');
  if (equals == absl::string_view::npos) return false;
  const absl::string_view key = member.substr(0, equals);
  const absl::string_view value = member.substr(equals + 1);
  const auto fits = [](absl::string_view part) {
    return !part.empty() && part.size() <= kPartCharactersMax;
  };
  return fits(key) && fits(value) && (absl::ascii_islower(key[0]) || absl::ascii_isdigit(key[0])) &&
         absl::c_all_of(key, IsKeyCharacter) && absl::c_all_of(value, IsValueCharacter);
}

size_t LengthOf(const std::vector<absl::string_view>& members) {
  size_t length = members.empty() ? 0 : members.size() - 1;
  for (const absl::string_view member : members) length += member.size();
  return length;
}

// Leaves out long members first, then the last ones, which are the oldest.
void LeaveOutWhatDoesNotFit(std::vector<absl::string_view>& members) {
  const auto is_long = [](absl::string_view member) { return member.size() > kLongMember; };
  while (LengthOf(members) > kTraceStateCharactersMax) {
    const auto last_long = std::find_if(members.rbegin(), members.rend(), is_long);
    members.erase(last_long == members.rend() ? members.end() - 1 : last_long.base() - 1);
  }
}

}  // namespace

TraceParent ParseTraceParent(absl::string_view traceparent) {
  const std::vector<absl::string_view> parts = absl::StrSplit(traceparent, '-');
  if (parts.size() < 4 || !IsLowerHex(parts[0], 2) || parts[0] == "ff") return {};
  if (parts[0] == "00" && parts.size() != 4) return {};
  if (!IsLowerHex(parts[1], 32) || !IsLowerHex(parts[2], 16) || !IsLowerHex(parts[3], 2)) return {};
  if (IsZero(parts[1]) || IsZero(parts[2])) return {};
  // The last bit of the last digit.
  const bool sampled = absl::string_view("13579bdf").find(parts[3][1]) != absl::string_view::npos;
  return {.trace_id = std::string(parts[1]), .span_id = std::string(parts[2]), .sampled = sampled};
}

std::string JoinTraceState(absl::Span<const absl::string_view> headers) {
  std::vector<absl::string_view> members;
  for (const absl::string_view header : headers) {
    for (absl::string_view member : absl::StrSplit(header, ',')) {
      member = absl::StripAsciiWhitespace(member);
      if (member.empty()) continue;
      if (!IsMember(member) || members.size() == kTraceStateMembersMax) return "";
      members.push_back(member);
    }
  }
  LeaveOutWhatDoesNotFit(members);
  return absl::StrJoin(members, ",");
}

std::string CallTrace::traceparent() const {
  if (trace_id.empty()) return "";
  return absl::StrCat("00-", trace_id, "-", span_id, sampled ? "-01" : "-00");
}

TraceScope::TraceScope(const CallTrace& trace) { current = &trace; }

TraceScope::~TraceScope() { current = nullptr; }

const CallTrace& TraceScope::trace() {
  static const CallTrace* const kNone = new CallTrace();
  return current == nullptr ? *kNone : *current;
}

}  // namespace lots
