// Reads a filter's text into a tree.
#include "storage/query/filter_parser.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "storage/base/limits.h"
#include "storage/base/status_macros.h"
#include "storage/base/unicode.h"
#include "storage/domain/errors.h"
#include "storage/domain/reasons.h"
#include "storage/query/filter.h"

namespace lots {
namespace {

constexpr std::pair<absl::string_view, FilterOp> kOps[] = {
    // The longer ones first: "<=" is not "<" and a value that begins with "=".
    {"!=", FilterOp::kNotEqual}, {"<=", FilterOp::kLessOrEqual}, {">=", FilterOp::kGreaterOrEqual},
    {"=", FilterOp::kEqual},     {"<", FilterOp::kLess},         {">", FilterOp::kGreater},
    {":", FilterOp::kHas},
};

bool IsSpace(char c) { return absl::ascii_isspace(static_cast<unsigned char>(c)); }
bool IsNameCharacter(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '.';
}
bool EndsBareValue(char c) {
  return IsSpace(c) || absl::StrContains("()\"'=<>!,", absl::string_view(&c, 1));
}

class Parser {
 public:
  explicit Parser(absl::string_view text) : text_(text) {}

  absl::StatusOr<std::optional<FilterNode>> Parse() {
    SkipSpaces();
    if (AtEnd()) return std::nullopt;
    ASSIGN_OR_RETURN(FilterNode root, ParseAnd());
    if (!AtEnd()) return RefusedHere("expected AND, OR or the end");
    return root;
  }

 private:
  using Kind = FilterNode::Kind;
  using Rule = absl::StatusOr<FilterNode> (Parser::*)();

  absl::StatusOr<FilterNode> ParseAnd() { return ParseList(Kind::kAnd, "AND", &Parser::ParseOr); }
  absl::StatusOr<FilterNode> ParseOr() { return ParseList(Kind::kOr, "OR", &Parser::ParseTerm); }

  // element { keyword element }
  absl::StatusOr<FilterNode> ParseList(Kind kind, absl::string_view keyword, Rule element) {
    ASSIGN_OR_RETURN(FilterNode first, (this->*element)());
    if (!NextIs(keyword)) return first;
    FilterNode list{.kind = kind, .children = {}, .comparison = {}};
    list.children.push_back(std::move(first));
    while (NextIs(keyword)) {
      RETURN_IF_ERROR(CountNode());
      Take(keyword.size());
      ASSIGN_OR_RETURN(FilterNode next, (this->*element)());
      list.children.push_back(std::move(next));
    }
    return list;
  }

  absl::StatusOr<FilterNode> ParseTerm() {
    const bool minus = !AtEnd() && text_[at_] == '-';
    if (!minus && !NextIs("NOT")) return ParseSimple();
    RETURN_IF_ERROR(CountNode());
    Take(minus ? 1 : 3);
    ASSIGN_OR_RETURN(FilterNode negated, ParseSimple());
    FilterNode node{.kind = Kind::kNot, .children = {}, .comparison = {}};
    node.children.push_back(std::move(negated));
    return node;
  }

  absl::StatusOr<FilterNode> ParseSimple() {
    if (AtEnd() || text_[at_] != '(') return ParseComparison();
    if (++depth_ > kFilterDepthMax) {
      return RefusedHere(absl::StrCat("more than ", kFilterDepthMax, " levels of parentheses"));
    }
    Take(1);
    ASSIGN_OR_RETURN(FilterNode inner, ParseAnd());
    if (AtEnd() || text_[at_] != ')') return RefusedHere("expected AND, OR or )");
    Take(1);
    --depth_;
    return inner;
  }

  absl::StatusOr<FilterNode> ParseComparison() {
    RETURN_IF_ERROR(CountNode());
    FilterNode node;
    FilterComparison& comparison = node.comparison;
    comparison.field_at = at_;
    comparison.field = Run(IsNameCharacter);
    if (comparison.field.empty() || IsKeyword(comparison.field)) {
      return RefusedHere("expected a comparison such as number = \"SN-1\"");
    }
    RETURN_IF_ERROR(TakeField(comparison));
    comparison.op_at = at_;
    ASSIGN_OR_RETURN(comparison.op, ParseOp());
    ASSIGN_OR_RETURN(comparison.value, ParseValue());
    return node;
  }

  // The name is taken up to its first dot. What follows is the key of a map (AIP-161), quoted where
  // a name could not be like that.
  absl::Status TakeField(FilterComparison& comparison) {
    const absl::string_view whole = comparison.field;
    const size_t dot = whole.find('.');
    at_ += whole.size();
    if (dot != absl::string_view::npos) {
      comparison.field = whole.substr(0, dot);
      comparison.key = std::string(whole.substr(dot + 1));
    }
    const bool is_quoted =
        dot + 1 == whole.size() && !AtEnd() && (text_[at_] == '"' || text_[at_] == '\'');
    if (is_quoted) {
      ASSIGN_OR_RETURN(const FilterValue key, ParseValue());
      if (key.is_prefix || key.has_inner_star) return Refused(key.at, "expected a key without *");
      comparison.key = key.text;
    }
    if (dot != absl::string_view::npos && comparison.key.empty()) {
      return Refused(comparison.field_at, "expected a key after the dot");
    }
    SkipSpaces();
    return absl::OkStatus();
  }

  absl::StatusOr<FilterOp> ParseOp() {
    for (const auto& [name, op] : kOps) {
      if (!absl::StartsWith(text_.substr(at_), name)) continue;
      Take(name.size());
      return op;
    }
    return RefusedHere("expected one of = != < > <= >= :");
  }

  absl::StatusOr<FilterValue> ParseValue() {
    FilterValue value;
    value.at = at_;
    const char quote = !AtEnd() && (text_[at_] == '"' || text_[at_] == '\'') ? text_[at_] : '\0';
    if (quote) ++at_;
    while (!AtEnd() && (quote ? text_[at_] != quote : !EndsBareValue(text_[at_]))) {
      RETURN_IF_ERROR(TakeCharacter(value));
    }
    if (quote && AtEnd()) return Refused(value.at, "a quote that is not closed");
    if (quote) ++at_;
    value.source = text_.substr(value.at, at_ - value.at);
    if (value.source.empty() || IsKeyword(value.source)) {
      return Refused(value.at, "expected a value (texts with spaces or signs in quotes)");
    }
    SkipSpaces();
    return value;
  }

  // One character of a value, escaped or not. A * is the wildcard only where nothing follows it.
  absl::Status TakeCharacter(FilterValue& value) {
    if (std::exchange(value.is_prefix, false)) {
      value.text.push_back('*');
      value.has_inner_star = true;
    }
    if (text_[at_] == '*') {
      value.is_prefix = true;
      ++at_;
      return absl::OkStatus();
    }
    if (text_[at_] == '\\') {
      const absl::string_view escaped = text_.substr(at_ + 1, 1);
      if (escaped.empty() || !absl::StrContains("\\\"'*", escaped)) {
        return RefusedHere("a \\ before something other than a quote, \\ or *");
      }
      ++at_;
    }
    value.text.push_back(text_[at_++]);
    return absl::OkStatus();
  }

  absl::Status CountNode() {
    if (++nodes_ <= kFilterNodesMax) return absl::OkStatus();
    return RefusedHere(
        absl::StrCat("more than ", kFilterNodesMax, " comparisons and words AND, OR, NOT"));
  }

  static bool IsKeyword(absl::string_view word) {
    return word == "AND" || word == "OR" || word == "NOT";
  }
  bool NextIs(absl::string_view keyword) const { return Run(IsNameCharacter) == keyword; }
  bool AtEnd() const { return at_ == text_.size(); }

  absl::string_view Run(bool (*belongs)(char)) const {
    const absl::string_view rest = text_.substr(at_);
    return rest.substr(0, std::find_if_not(rest.begin(), rest.end(), belongs) - rest.begin());
  }
  void Take(size_t size) {
    at_ += size;
    SkipSpaces();
  }
  void SkipSpaces() {
    while (!AtEnd() && IsSpace(text_[at_])) ++at_;
  }

  absl::Status Refused(size_t at, absl::string_view message) const {
    return FilterRefused(text_, at, message);
  }
  absl::Status RefusedHere(absl::string_view message) const { return Refused(at_, message); }

  const absl::string_view text_;
  size_t at_ = 0;
  int depth_ = 0;
  int nodes_ = 0;
};

// What stands at a place: as much as helps to find it.
std::string Shown(absl::string_view filter, size_t at) {
  constexpr size_t kShownMax = 24;
  const std::optional<std::u32string> rest = DecodeUtf8(filter.substr(at));
  if (!rest || rest->empty()) return "the end";
  return absl::StrCat("\"", EncodeUtf8(std::u32string_view(*rest).substr(0, kShownMax)),
                      rest->size() > kShownMax ? "…\"" : "\"");
}

}  // namespace

absl::string_view Name(FilterOp op) {
  return std::find_if(std::begin(kOps), std::end(kOps),
                      [&](auto& known) { return known.second == op; })
      ->first;
}

absl::StatusOr<std::optional<FilterNode>> ParseFilter(absl::string_view text) {
  if (text.size() > kFilterBytesMax) {
    return FilterRefused(text, kFilterBytesMax,
                         absl::StrCat("longer than ", kFilterBytesMax, " bytes"));
  }
  const std::optional<std::u32string> decoded = DecodeUtf8(text);
  if (!decoded) return FilterRefused("", 0, "not valid UTF-8");
  // PostgreSQL's text cannot hold a zero byte, and no number holds another control character.
  const auto control = std::find_if(text.begin(), text.end(), [](char c) {
    return absl::ascii_iscntrl(static_cast<unsigned char>(c)) && !IsSpace(c);
  });
  if (control != text.end()) {
    return FilterRefused(text, control - text.begin(), "a control character");
  }
  return Parser(text).Parse();
}

absl::Status FilterRefused(absl::string_view filter, size_t at, absl::string_view message,
                           Facts facts) {
  const size_t position = CountCharacters(filter.substr(0, at)) + 1;
  facts.emplace_back("position", absl::StrCat(position));
  return Refuse({.reason = Reason::kFilterInvalid,
                 .field = "filter",
                 .message = absl::StrCat("filter: ", message, ", at character ", position, " (",
                                         Shown(filter, at), ")"),
                 .facts = std::move(facts)});
}

}  // namespace lots
