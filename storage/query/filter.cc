// Compiles a filter's tree to SQL over the fields that a list has.
#include "storage/query/filter.h"

#include <optional>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "storage/base/status_macros.h"
#include "storage/base/uuid.h"
#include "storage/numbers/number.h"
#include "storage/query/attribute_filter.h"
#include "storage/query/filter_parser.h"
#include "storage/query/filter_value.h"
#include "storage/query/like.h"

namespace lots {
namespace {

bool IsOrder(FilterOp op) {
  return op != FilterOp::kEqual && op != FilterOp::kNotEqual && op != FilterOp::kHas;
}

bool HasOrder(FilterType type) {
  return type == FilterType::kText || type == FilterType::kTime || type == FilterType::kDate ||
         type == FilterType::kQuantity || type == FilterType::kAttributes;
}

bool IsPresence(const FilterComparison& comparison) {
  const FilterValue& value = comparison.value;
  return comparison.op == FilterOp::kHas && value.is_prefix && value.text.empty();
}

bool IsAllowed(const FilterField& field, const FilterComparison& comparison) {
  if (IsOrder(comparison.op)) return HasOrder(field.type);
  if (comparison.op != FilterOp::kHas) return true;
  return IsPresence(comparison) ? field.type != FilterType::kMember : !field.search_sql.empty();
}

std::string AllowedOps(const FilterField& field) {
  return absl::StrCat("= !=", HasOrder(field.type) ? " < > <= >=" : "",
                      field.search_sql.empty() ? "" : " :",
                      field.type == FilterType::kMember ? "" : " :*");
}

// NOT that is true of NULL as well: what is not true is false.
std::string Negated(absl::string_view sql) { return absl::StrCat("(", sql, " IS NOT TRUE)"); }

void AppendEqualities(const FilterNode& node,
                      std::vector<std::pair<std::string, std::string>>& equalities) {
  if (node.kind == FilterNode::Kind::kAnd) {
    for (const FilterNode& child : node.children) AppendEqualities(child, equalities);
  }
  const FilterComparison& comparison = node.comparison;
  const bool is_equality = node.kind == FilterNode::Kind::kComparison &&
                           comparison.op == FilterOp::kEqual && !comparison.value.is_prefix;
  if (is_equality) equalities.emplace_back(comparison.field, comparison.value.text);
}

class Compiler {
 public:
  Compiler(absl::string_view text, absl::Span<const FilterField> fields, absl::TimeZone zone,
           pg::Params& params)
      : text_(text), fields_(fields), zone_(zone), params_(params) {}

  absl::StatusOr<Filter> Compile() {
    ASSIGN_OR_RETURN(const std::optional<FilterNode> root, ParseFilter(text_));
    if (!root) return Filter{.sql = "TRUE", .fields = {}, .equalities = {}};
    ASSIGN_OR_RETURN(std::string sql, Node(*root));
    Filter filter{.sql = std::move(sql), .fields = std::move(named_), .equalities = {}};
    AppendEqualities(*root, filter.equalities);
    return filter;
  }

 private:
  // Every piece of SQL stands in parentheses of its own, so that pieces can be joined by any word.
  using Sql = absl::StatusOr<std::string>;

  Sql Node(const FilterNode& node) {
    if (node.kind == FilterNode::Kind::kComparison) return Comparison(node.comparison);
    std::vector<std::string> parts;
    for (const FilterNode& child : node.children) {
      ASSIGN_OR_RETURN(std::string part, Node(child));
      parts.push_back(std::move(part));
    }
    if (node.kind == FilterNode::Kind::kNot) return Negated(parts.front());
    const absl::string_view word = node.kind == FilterNode::Kind::kAnd ? " AND " : " OR ";
    return absl::StrCat("(", absl::StrJoin(parts, word), ")");
  }

  Sql Comparison(const FilterComparison& comparison) {
    ASSIGN_OR_RETURN(const FilterField* field, FindField(comparison));
    named_.emplace_back(field->name);
    RETURN_IF_ERROR(CheckOp(*field, comparison));
    if (field->type == FilterType::kAttributes) return Attribute(*field, comparison);
    if (IsPresence(comparison)) return Presence(*field);
    if (comparison.op == FilterOp::kNotEqual) {
      ASSIGN_OR_RETURN(const std::string equal, Typed(*field, FilterOp::kEqual, comparison.value));
      return Negated(equal);
    }
    return Typed(*field, comparison.op, comparison.value);
  }

  absl::StatusOr<const FilterField*> FindField(const FilterComparison& comparison) const {
    for (const FilterField& field : fields_) {
      const bool needs_key = field.type == FilterType::kAttributes;
      if (field.name == comparison.field && comparison.key.empty() != needs_key) return &field;
    }
    const auto name = [](std::string* out, const FilterField& field) {
      absl::StrAppend(out, field.name, field.type == FilterType::kAttributes ? ".KEY" : "");
    };
    const std::string known = absl::StrJoin(fields_, ", ", name);
    return FilterRefused(
        text_, comparison.field_at,
        absl::StrCat("unknown field ", comparison.field, comparison.key.empty() ? "" : ".",
                     comparison.key, " (known: ", known, ")"),
        {{"known_fields", known}});
  }

  absl::Status CheckOp(const FilterField& field, const FilterComparison& comparison) const {
    if (IsAllowed(field, comparison)) return absl::OkStatus();
    return Refused(comparison.op_at,
                   absl::StrCat(Name(comparison.op), " is not allowed for ", field.name,
                                " (allowed: ", AllowedOps(field), ")"));
  }

  static std::string Presence(const FilterField& field) {
    if (field.type == FilterType::kText) return absl::StrCat("(", field.sql, " <> '')");
    if (field.type == FilterType::kQuantity) return absl::StrCat("(", field.sql, " <> 0)");
    return absl::StrCat("(", field.sql, " IS NOT NULL)");
  }

  // Anything but !=.
  Sql Typed(const FilterField& field, FilterOp op, const FilterValue& value) {
    if (field.type == FilterType::kText) return Text(field, op, value);
    if (value.is_prefix || value.has_inner_star) {
      return Refused(value.at, absl::StrCat("a * is allowed in texts only, and ", field.name,
                                            " is none (\\* is the character)"));
    }
    switch (field.type) {
      case FilterType::kTime:
        return Time(field, op, value);
      case FilterType::kDate:
        return Compared(field, op, value, ReadDay(value.text));
      case FilterType::kQuantity:
        return Compared(field, op, value, ReadQuantity(value.text));
      case FilterType::kBool:
        return Compared(field, op, value, ReadBool(value.text));
      case FilterType::kEnum:
        return Enum(field, op, value);
      case FilterType::kUuid:
        return Compared(field, op, value, ReadUuid(value.text));
      default:
        return Member(field, value);
    }
  }

  template <class T>
  Sql Compared(const FilterField& field, FilterOp op, const FilterValue& value,
               const absl::StatusOr<T>& read) {
    if (!read.ok()) return Refused(value.at, read.status().message());
    return Compare(field.sql, Name(op), *read);
  }

  template <class T>
  std::string Compare(absl::string_view expression, absl::string_view op, const T& value) {
    return absl::StrCat("(", expression, " ", op, " $", params_.Add(value), ")");
  }

  // An instant is as long as the database's grain and a day as long as it is: comparing with either
  // is comparing with its ends.
  Sql Time(const FilterField& field, FilterOp op, const FilterValue& value) {
    const absl::StatusOr<FilterInstants> read = ReadInstants(value.text, zone_);
    if (!read.ok()) return Refused(value.at, read.status().message());
    switch (op) {
      case FilterOp::kLess:
        return Compare(field.sql, "<", read->begin);
      case FilterOp::kLessOrEqual:
        return Compare(field.sql, "<", read->end);
      case FilterOp::kGreater:
        return Compare(field.sql, ">=", read->end);
      case FilterOp::kGreaterOrEqual:
        return Compare(field.sql, ">=", read->begin);
      default:
        return Between(field.sql, read->begin, read->end);
    }
  }

  // From `begin` to before `end`.
  template <class T>
  std::string Between(absl::string_view expression, const T& begin, const T& end) {
    // One after the other: the order of a call's arguments is not defined, that of parameters is.
    const std::string from = Compare(expression, ">=", begin);
    return absl::StrCat("(", from, " AND ", Compare(expression, "<", end), ")");
  }

  Sql Enum(const FilterField& field, FilterOp op, const FilterValue& value) {
    const absl::StatusOr<FilterEnumValue> named = ReadEnum(value.text, field);
    if (!named.ok()) return Refused(value.at, named.status().message());
    return Compare(field.sql, Name(op), named->value);
  }

  Sql Member(const FilterField& field, const FilterValue& value) {
    if (!field.values.empty()) return EnumMember(field, value);
    if (!field.is_uuid) return Asked(field, params_.Add(value.text));
    const absl::StatusOr<Uuid> id = ReadUuid(value.text);
    if (!id.ok()) return Refused(value.at, id.status().message());
    return Asked(field, params_.Add(*id));
  }

  Sql EnumMember(const FilterField& field, const FilterValue& value) {
    const absl::StatusOr<FilterEnumValue> named = ReadEnum(value.text, field);
    if (!named.ok()) return Refused(value.at, named.status().message());
    if (!named->sql.empty()) return absl::StrCat("(", named->sql, ")");
    return Asked(field, params_.Add(named->value));
  }

  // The field's predicate, asked of the parameter with this number.
  static std::string Asked(const FilterField& field, int number) {
    const std::string placeholder = absl::StrCat("$", number);
    return absl::StrCat("(", absl::StrReplaceAll(field.sql, {{"$?", placeholder}}), ")");
  }

  Sql Attribute(const FilterField& field, const FilterComparison& comparison) {
    const AttributeFilter attribute(field.sql, comparison.key, params_);
    const FilterValue& value = comparison.value;
    if (IsPresence(comparison)) return attribute.IsPresent();
    if (value.is_prefix || value.has_inner_star) {
      return Refused(value.at,
                     "a * is not allowed in the value of an attribute (\\* is the "
                     "character)");
    }
    if (comparison.op == FilterOp::kEqual) return attribute.Equals(value.text, zone_);
    if (comparison.op == FilterOp::kNotEqual) return Negated(attribute.Equals(value.text, zone_));
    return attribute.Compares(Name(comparison.op), value.text, zone_);
  }

  Sql Text(const FilterField& field, FilterOp op, const FilterValue& value) {
    if (value.has_inner_star || (value.is_prefix && op != FilterOp::kEqual)) {
      return Refused(value.at,
                     "a * is allowed at the end of a text after = and != only (\\* is the "
                     "character; : finds a text anywhere without it)");
    }
    if (op == FilterOp::kHas) return Contains(field, value);
    if (op == FilterOp::kEqual) return EqualsOrBegins(field, value);
    return Compare(field.sql, Name(op),
                   field.is_number_key ? FoldForSearch(value.text) : value.text);
  }

  Sql Contains(const FilterField& field, const FilterValue& value) {
    if (value.text.empty()) return Refused(value.at, "expected a text to look for");
    return Compare(field.search_sql, "LIKE", ContainsPattern(FoldForSearch(value.text)));
  }

  // A number key is folded unless the product says that case matters, which the filter cannot know:
  // it finds the folded text, and the text as it was written.
  Sql EqualsOrBegins(const FilterField& field, const FilterValue& value) {
    const std::string sql = OneText(field.sql, value.text, value.is_prefix);
    const std::string folded = FoldForSearch(value.text);
    if (!field.is_number_key || folded == value.text) return sql;
    return absl::StrCat("(", sql, " OR ", OneText(field.sql, folded, value.is_prefix), ")");
  }

  std::string OneText(absl::string_view expression, const std::string& text, bool is_prefix) {
    if (!is_prefix) return Compare(expression, "=", text);
    const std::optional<std::string> end = PrefixEnd(text);
    return end ? Between(expression, text, *end) : Compare(expression, ">=", text);
  }

  absl::Status Refused(size_t at, absl::string_view message) const {
    return FilterRefused(text_, at, message);
  }

  const absl::string_view text_;
  const absl::Span<const FilterField> fields_;
  const absl::TimeZone zone_;
  pg::Params& params_;
  std::vector<std::string> named_;
};

}  // namespace

bool Filter::Names(absl::string_view field) const { return absl::c_linear_search(fields, field); }

absl::StatusOr<Filter> CompileFilter(absl::string_view text, absl::Span<const FilterField> fields,
                                     absl::TimeZone zone, pg::Params& params) {
  return Compiler(text, fields, zone, params).Compile();
}

}  // namespace lots
