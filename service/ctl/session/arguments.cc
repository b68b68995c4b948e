// Reads lots, lines of lots, attributes, dates and times as people type them.
#include "service/ctl/session/arguments.h"

#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "lots/v1/lot_attributes.pb.h"
#include "service/ctl/output/show.h"
#include "service/ctl/session/failure.h"
#include "storage/base/quantity.h"
#include "storage/base/status_macros.h"
#include "storage/base/uuid.h"

namespace lots::ctl {
namespace {

// Takes what follows the last `mark` off the text, when `fits` says that it is meant so.
template <class Fits>
std::optional<absl::string_view> TakeAfterLast(absl::string_view& text, char mark, Fits fits) {
  const size_t at = text.rfind(mark);
  if (at == absl::string_view::npos || !fits(text.substr(at + 1))) return std::nullopt;
  const absl::string_view after = text.substr(at + 1);
  text = text.substr(0, at);
  return after;
}

// What stands before the index of an output among the --finished ones. No shell takes a part of it
// for itself, as it does with ">0".
constexpr absl::string_view kInto = ":into=";

bool IsIndex(absl::string_view text) {
  int index = 0;
  return absl::SimpleAtoi(text, &index) && index >= 0;
}

bool IsLocation(absl::string_view text) { return !text.empty(); }

// Whether it was meant as one, right or wrong.
bool BeginsLikeQuantity(absl::string_view text) {
  return !text.empty() &&
         (absl::ascii_isdigit(text.front()) || absl::StrContains("+-.,", text.front()));
}

// Takes "=QUANTITY@LOCATION" off the text, when the text ends so.
bool TakeQuantityAndLocation(absl::string_view& text, LotLine& line) {
  const size_t mark = text.rfind('=');
  if (mark == absl::string_view::npos) return false;
  const std::pair<absl::string_view, absl::string_view> parts =
      absl::StrSplit(text.substr(mark + 1), absl::MaxSplits('@', 1));
  if (parts.second.empty() || !Quantity::Parse(parts.first).ok()) return false;
  line.quantity = std::string(parts.first);
  line.location_id = std::string(parts.second);
  text = text.substr(0, mark);
  return true;
}

absl::Status NoQuantity(absl::string_view quantity, absl::string_view text) {
  return UsageError(absl::StrCat("'", text, "': ", WrongWithQuantity(quantity),
                                 "; where that belongs to the number, the quantity follows it, as "
                                 "in A=7=1"));
}

// Takes ":into=INDEX" off a component.
absl::StatusOr<std::optional<int>> TakeIndex(absl::string_view& text) {
  const absl::string_view all = text;
  if (TakeAfterLast(text, '>', IsIndex).has_value()) {
    return UsageError(absl::StrCat("'", all, "': write '", text, kInto, all.substr(text.size() + 1),
                                   "', because a shell takes '>' for itself; a lot whose number "
                                   "ends so is named by its UUID"));
  }
  const size_t at = text.rfind(kInto);
  if (at == absl::string_view::npos) return std::nullopt;
  const absl::string_view index = text.substr(at + kInto.size());
  int value = 0;
  if (!absl::SimpleAtoi(index, &value) || value < 0) {
    return UsageError(absl::StrCat("'", all, "': '", index,
                                   "' is no index among the --finished ones, which count from 0"));
  }
  text = text.substr(0, at);
  return value;
}

// A date of an output, with the name of its flag in 'lot create'.
struct OutputDate {
  absl::string_view name;
  bool (v1::CompletionOutput::*has)() const;
  google::type::Date* (v1::CompletionOutput::*field)();
};

const OutputDate kOutputDates[] = {
    {"manufactured", &v1::CompletionOutput::has_manufacture_date,
     &v1::CompletionOutput::mutable_manufacture_date},
    {"expires", &v1::CompletionOutput::has_expire_date, &v1::CompletionOutput::mutable_expire_date},
    {"best-before", &v1::CompletionOutput::has_best_before_date,
     &v1::CompletionOutput::mutable_best_before_date},
    {"remove-by", &v1::CompletionOutput::has_removal_date,
     &v1::CompletionOutput::mutable_removal_date},
    {"alert", &v1::CompletionOutput::has_alert_date, &v1::CompletionOutput::mutable_alert_date},
};

const OutputDate* FindOutputDate(absl::string_view name) {
  for (const OutputDate& date : kOutputDates) {
    if (date.name == name) return &date;
  }
  return nullptr;
}

// Sets the date NAME=VALUE of the output. False: the text is none, and belongs to the number.
absl::StatusOr<bool> SetOutputDate(absl::string_view text, v1::CompletionOutput& output) {
  const size_t equals = text.find('=');
  if (equals == absl::string_view::npos) return false;
  const OutputDate* const date = FindOutputDate(text.substr(0, equals));
  const absl::StatusOr<google::type::Date> day = ParseDate(text.substr(equals + 1));
  if (date == nullptr && !day.ok()) return false;
  if (date == nullptr) {
    return UsageError(absl::StrCat("':", text,
                                   "' is no date of an output: these are :manufactured=, "
                                   ":expires=, :best-before=, :remove-by= and :alert=; a lot whose "
                                   "number ends so is named by its UUID"));
  }
  RETURN_IF_ERROR(day.status());
  if ((output.*date->has)()) return UsageError(absl::StrCat(":", date->name, "= is given twice"));
  *(output.*date->field)() = *day;
  return true;
}

// Takes the dates, as ":expires=2027-01-31", off an output.
absl::Status TakeDates(absl::string_view& text, v1::CompletionOutput& output) {
  while (true) {
    const size_t colon = text.rfind(':');
    if (colon == absl::string_view::npos) return absl::OkStatus();
    ASSIGN_OR_RETURN(const bool is_date, SetOutputDate(text.substr(colon + 1), output));
    if (!is_date) return absl::OkStatus();
    text = text.substr(0, colon);
  }
}

absl::Status SetTypedAttribute(absl::string_view type, absl::string_view value, ZoneSource zone,
                               v1::AttributeValue& attribute) {
  if (type == "text") {
    attribute.set_text(std::string(value));
  } else if (type == "decimal") {
    const std::string wrong = WrongWithQuantity(value);
    if (!wrong.empty()) return UsageError(wrong);
    attribute.set_decimal(std::string(value));
  } else if (type == "flag") {
    bool flag = false;
    if (!absl::SimpleAtob(value, &flag)) return UsageError("a flag is true or false");
    attribute.set_flag(flag);
  } else if (type == "date") {
    ASSIGN_OR_RETURN(*attribute.mutable_date(), ParseDate(value));
  } else if (type == "time") {
    ASSIGN_OR_RETURN(*attribute.mutable_time(), ParseTime(value, DayEdge::kBegin, zone));
  } else {
    return UsageError(absl::StrCat("attributes are text, decimal, flag, date or time; not ", type));
  }
  return absl::OkStatus();
}

// Where the clocks skip midnight, a day begins at the first moment after it.
absl::Time MomentOf(absl::CivilDay day, DayEdge edge, absl::TimeZone zone) {
  if (edge == DayEdge::kBegin) return absl::FromCivil(day, zone);
  const absl::Time end = absl::FromCivil(day + 1, zone);
  return edge == DayEdge::kEnd ? end : end - absl::Microseconds(1);
}

// A time without a zone, to the second or the minute.
std::optional<absl::CivilSecond> ParseLocalTime(absl::string_view text) {
  absl::CivilSecond second;
  if (absl::ParseCivilTime(text, &second)) return second;
  absl::CivilMinute minute;
  if (absl::ParseCivilTime(text, &minute)) return absl::CivilSecond(minute);
  return std::nullopt;
}

// As lotctl prints it, with a space between the day and the time.
std::string WithoutSpace(absl::string_view text) {
  constexpr size_t kDayBytes = 10;
  std::string joined(text);
  if (joined.size() > kDayBytes && joined[kDayBytes] == ' ') joined[kDayBytes] = 'T';
  return joined;
}

}  // namespace

absl::StatusOr<v1::LotRef> ParseLotRef(absl::string_view text) {
  v1::LotRef lot;
  if (const std::optional<Uuid> uuid = Uuid::Parse(text)) {
    lot.set_lot_id(uuid->ToString());
    return lot;
  }
  const size_t slash = text.find('/');
  if (text.empty() || slash == 0 || slash + 1 == text.size()) {
    return UsageError(absl::StrCat(
        "'", text, "' names no lot: give its number, PRODUCT/NUMBER as in pump/SN-1, or its UUID"));
  }
  if (slash == absl::string_view::npos) {
    lot.set_number(std::string(text));
    return lot;
  }
  lot.set_product_id(std::string(text.substr(0, slash)));
  lot.set_number(std::string(text.substr(slash + 1)));
  return lot;
}

absl::StatusOr<LotLine> ParseLotLine(absl::string_view text) {
  LotLine line;
  absl::string_view rest = text;
  if (TakeQuantityAndLocation(rest, line)) {
    line.name = std::string(rest);
    return line;
  }
  if (const auto location = TakeAfterLast(rest, '@', IsLocation)) {
    line.location_id = std::string(*location);
  }
  if (const auto quantity = TakeAfterLast(rest, '=', BeginsLikeQuantity)) {
    if (!Quantity::Parse(*quantity).ok()) return NoQuantity(*quantity, text);
    line.quantity = std::string(*quantity);
  }
  if (!rest.empty() && (rest.back() == '=' || rest.back() == '@')) {
    return UsageError(absl::StrCat("'", text, "' ends in a '", rest.substr(rest.size() - 1),
                                   "' with nothing after it"));
  }
  line.name = std::string(rest);
  return line;
}

absl::Status CheckNewNumber(absl::string_view number) {
  if (!absl::StartsWith(number, "=")) return absl::OkStatus();
  return UsageError(absl::StrCat("'", number, "': '", number.substr(1),
                                 "' is no quantity, and a new number does not begin with '='"));
}

absl::Status CheckProductLine(absl::string_view text, const v1::LotRef& lot,
                              absl::string_view quantity) {
  const bool is_product = lot.lot_id().empty() && lot.product_id().empty() && !lot.number().empty();
  if (is_product && !quantity.empty()) return absl::OkStatus();
  return UsageError(absl::StrCat("'", text, "' names no ", is_product ? "quantity" : "product",
                                 ": give PRODUCT=QUANTITY, as in screw=12"));
}

absl::StatusOr<LotLine> ParseNewLotLine(absl::string_view text) {
  ASSIGN_OR_RETURN(LotLine line, ParseLotLine(text));
  RETURN_IF_ERROR(CheckNewNumber(line.name));
  return line;
}

std::string WrongWithQuantity(absl::string_view text) {
  const absl::Status parsed = Quantity::Parse(text).status();
  if (parsed.ok()) return "";
  const std::string head = absl::StrCat("'", text, "' is no quantity: ");
  if (absl::StrContains(text, ',')) return absl::StrCat(head, "decimals follow a point, as in 0.5");
  if (absl::StrContains(text, 'e') || absl::StrContains(text, 'E'))
    return absl::StrCat(head, "write it out, as 1000");
  return absl::StrCat(head, parsed.message());
}

absl::StatusOr<v1::CompletionOutput> ParseOutput(absl::string_view text) {
  v1::CompletionOutput output;
  absl::string_view rest = text;
  const absl::Status taken = TakeDates(rest, output);
  if (!taken.ok()) return UsageError(absl::StrCat("'", text, "': ", taken.message()));
  ASSIGN_OR_RETURN(const LotLine line, ParseNewLotLine(rest));
  if (Uuid::Parse(line.name).has_value()) {
    output.set_lot_id(line.name);
  } else {
    output.set_number(line.name);
  }
  output.set_quantity(line.quantity);
  output.set_to_location_id(line.location_id);
  return output;
}

absl::StatusOr<v1::CompletionComponent> ParseComponent(absl::string_view text) {
  ASSIGN_OR_RETURN(const std::optional<int> index, TakeIndex(text));
  ASSIGN_OR_RETURN(const LotLine line, ParseLotLine(text));
  v1::CompletionComponent component;
  ASSIGN_OR_RETURN(*component.mutable_lot(), ParseLotRef(line.name));
  component.set_quantity(line.quantity);
  component.set_from_location_id(line.location_id);
  if (index.has_value()) component.set_output_index(*index);
  return component;
}

absl::StatusOr<v1::CompletionByProduct> ParseByProduct(absl::string_view text) {
  ASSIGN_OR_RETURN(const LotLine line, ParseLotLine(text));
  v1::CompletionByProduct by_product;
  if (absl::EndsWith(line.name, "/") && line.name.size() > 1) {
    by_product.mutable_lot()->set_product_id(line.name.substr(0, line.name.size() - 1));
  } else {
    ASSIGN_OR_RETURN(*by_product.mutable_lot(), ParseLotRef(line.name));
    RETURN_IF_ERROR(CheckNewNumber(by_product.lot().number()));
  }
  by_product.set_quantity(line.quantity);
  by_product.set_to_location_id(line.location_id);
  return by_product;
}

absl::StatusOr<v1::DisassembleRequest::Component> ParseReturnedComponent(absl::string_view text) {
  ASSIGN_OR_RETURN(const LotLine line, ParseLotLine(text));
  v1::DisassembleRequest::Component component;
  ASSIGN_OR_RETURN(*component.mutable_lot(), ParseLotRef(line.name));
  component.set_quantity(line.quantity);
  component.set_to_location_id(line.location_id);
  return component;
}

absl::StatusOr<v1::Document> ParseDocument(absl::string_view text) {
  const std::pair<absl::string_view, absl::string_view> parts =
      absl::StrSplit(text, absl::MaxSplits(':', 1));
  if (parts.first.empty() || parts.second.empty()) {
    return UsageError(absl::StrCat("'", text, "' is no TYPE:NUMBER as in purchase_order:4711"));
  }
  v1::Document document;
  document.set_type(std::string(parts.first));
  document.set_number(std::string(parts.second));
  return document;
}

absl::Status ParseAttribute(absl::string_view text, ZoneSource zone,
                            google::protobuf::Map<std::string, v1::AttributeValue>& attributes) {
  const size_t equals = text.find('=');
  if (equals == absl::string_view::npos || equals == 0) {
    return UsageError(absl::StrCat("'", text, "' is no NAME=VALUE or NAME:TYPE=VALUE"));
  }
  absl::string_view name = text.substr(0, equals);
  absl::string_view type = "text";
  if (const size_t colon = name.rfind(':'); colon != absl::string_view::npos) {
    type = name.substr(colon + 1);
    name = name.substr(0, colon);
  }
  return SetTypedAttribute(type, text.substr(equals + 1), zone, attributes[std::string(name)]);
}

absl::StatusOr<google::type::Date> ParseDate(absl::string_view text) {
  absl::CivilDay day;
  if (!absl::ParseCivilTime(text, &day)) {
    return UsageError(absl::StrCat("'", text, "' is no date as 2026-12-31"));
  }
  return ToDate(day);
}

absl::StatusOr<google::protobuf::Timestamp> ParseTime(absl::string_view text, DayEdge edge,
                                                      ZoneSource zone) {
  const std::string typed = WithoutSpace(text);
  absl::Time time;
  std::string error;
  if (absl::ParseTime(absl::RFC3339_full, typed, &time, &error)) return ToTimestamp(time);
  absl::CivilDay day;
  const bool is_day = absl::ParseCivilTime(typed, &day);
  const std::optional<absl::CivilSecond> second = ParseLocalTime(typed);
  if (!is_day && !second.has_value()) {
    return UsageError(absl::StrCat("'", text,
                                   "' is no date as 2026-12-31, and no time as 2026-12-31T08:00 "
                                   "or 2026-12-31T08:00:00+01:00"));
  }
  ASSIGN_OR_RETURN(const absl::TimeZone here, zone());
  return ToTimestamp(is_day ? MomentOf(day, edge, here) : absl::FromCivil(*second, here));
}

absl::StatusOr<std::vector<v1::Acceptance>> ParseAcceptances(
    const std::vector<std::string>& names) {
  std::vector<v1::Acceptance> acceptances;
  for (const std::string& name : names) {
    v1::Acceptance acceptance = v1::ACCEPTANCE_UNSPECIFIED;
    if (!Parse(name, acceptance)) {
      return UsageError(
          absl::StrCat("--accept takes held, expired, short or later-expiry; not '", name, "'"));
    }
    acceptances.push_back(acceptance);
  }
  return acceptances;
}

google::type::Date ToDate(absl::CivilDay day) {
  google::type::Date date;
  date.set_year(static_cast<int32_t>(day.year()));
  date.set_month(day.month());
  date.set_day(day.day());
  return date;
}

google::protobuf::Timestamp ToTimestamp(absl::Time time) {
  google::protobuf::Timestamp timestamp;
  const int64_t seconds = absl::ToUnixSeconds(time);
  timestamp.set_seconds(seconds);
  timestamp.set_nanos(
      static_cast<int32_t>(absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(seconds))));
  return timestamp;
}

std::string FilterText(absl::string_view value) {
  return absl::StrCat(
      "\"", absl::StrReplaceAll(value, {{"\\", "\\\\"}, {"\"", "\\\""}, {"*", "\\*"}}), "\"");
}

std::string FilterTime(const google::protobuf::Timestamp& time) {
  const absl::Time at = absl::FromUnixSeconds(time.seconds()) + absl::Nanoseconds(time.nanos());
  return absl::StrCat("\"", absl::FormatTime("%Y-%m-%dT%H:%M:%E*SZ", at, absl::UTCTimeZone()),
                      "\"");
}

std::string JoinFilter(std::vector<std::string> terms, absl::string_view filter) {
  if (terms.empty()) return std::string(filter);
  if (!filter.empty()) terms.push_back(absl::StrCat("(", filter, ")"));
  return absl::StrJoin(terms, " AND ");
}

}  // namespace lots::ctl
