// Turns values and enumerations of the API into text, and back.
#include "service/ctl/output/show.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/generated_enum_reflection.h"

namespace lots::ctl {
namespace {

std::string Short(absl::string_view name, absl::string_view prefix) {
  return absl::AsciiStrToLower(absl::StrReplaceAll(absl::StripPrefix(name, prefix), {{"_", " "}}));
}

// The value named PREFIX + TEXT, never the unspecified one. The words of a name may be joined as
// the API joins them, as tables show them, and as a shell takes them for one word.
template <class Enum>
bool ParseEnum(absl::string_view text, absl::string_view prefix, Enum& value) {
  const std::string name =
      absl::StrReplaceAll(absl::AsciiStrToUpper(text), {{"-", "_"}, {" ", "_"}});
  const google::protobuf::EnumValueDescriptor* found =
      google::protobuf::GetEnumDescriptor<Enum>()->FindValueByName(absl::StrCat(prefix, name));
  if (found == nullptr || found->number() == 0) return false;
  value = static_cast<Enum>(found->number());
  return true;
}

std::string Format(absl::string_view format, const google::protobuf::Timestamp& time,
                   absl::TimeZone zone) {
  if (time.seconds() == 0 && time.nanos() == 0) return "";
  return absl::FormatTime(format, absl::FromUnixSeconds(time.seconds()), zone);
}

}  // namespace

std::string Show(const google::protobuf::Timestamp& time, absl::TimeZone zone) {
  const bool is_utc = zone == absl::UTCTimeZone();
  return Format(is_utc ? "%Y-%m-%d %H:%M:%SZ" : "%Y-%m-%d %H:%M:%S%Ez", time, zone);
}

std::string ShowDay(const google::protobuf::Timestamp& time, absl::TimeZone zone) {
  return Format("%Y-%m-%d", time, zone);
}

std::string Show(const google::type::Date& date) {
  if (date.year() == 0) return "";
  return absl::StrFormat("%04d-%02d-%02d", date.year(), date.month(), date.day());
}

std::string ShowExpiry(const google::type::Date& date, absl::CivilDay today) {
  if (date.year() == 0) return "";
  const bool is_expired = absl::CivilDay(date.year(), date.month(), date.day()) < today;
  return absl::StrCat(Show(date), is_expired ? kExpired : "");
}

std::string Show(const v1::Document& document) {
  return std::string(
      absl::StripAsciiWhitespace(absl::StrCat(document.type(), " ", document.number())));
}

std::string Show(const v1::AttributeValue& value, absl::TimeZone zone) {
  switch (value.value_case()) {
    case v1::AttributeValue::kText:
      return value.text();
    case v1::AttributeValue::kDecimal:
      return value.decimal();
    case v1::AttributeValue::kFlag:
      return value.flag() ? "yes" : "no";
    case v1::AttributeValue::kDate:
      return Show(value.date());
    case v1::AttributeValue::kTime:
      return Show(value.time(), zone);
    case v1::AttributeValue::VALUE_NOT_SET:
      return "";
  }
  return "";
}

std::string ShowLot(absl::string_view product_id, absl::string_view number) {
  return absl::StrCat(product_id, "/", number);
}

std::string ShowOrigin(const v1::WriteOrigin& origin) {
  if (origin.certificate().empty()) return origin.peer();
  return absl::StrCat(origin.peer(), " (", origin.certificate(), ")");
}

std::string Show(v1::Tracking tracking) { return Short(v1::Tracking_Name(tracking), "TRACKING_"); }
std::string Show(v1::CounterReset reset) {
  return Short(v1::CounterReset_Name(reset), "COUNTER_RESET_");
}
std::string Show(v1::LocationKind kind) {
  return Short(v1::LocationKind_Name(kind), "LOCATION_KIND_");
}
std::string Show(v1::MovementKind kind) {
  return Short(v1::MovementKind_Name(kind), "MOVEMENT_KIND_");
}
std::string Show(v1::TransformationKind kind) {
  return Short(v1::TransformationKind_Name(kind), "TRANSFORMATION_KIND_");
}
std::string Show(v1::LotState state) { return Short(v1::LotState_Name(state), "LOT_STATE_"); }
std::string Show(v1::LotEventKind kind) {
  return Short(v1::LotEventKind_Name(kind), "LOT_EVENT_KIND_");
}
std::string Show(v1::WorkOrderState state) {
  return Short(v1::WorkOrderState_Name(state), "WORK_ORDER_STATE_");
}
std::string Show(v1::SuggestStrategy strategy) {
  return Short(v1::SuggestStrategy_Name(strategy), "SUGGEST_STRATEGY_");
}
std::string Show(v1::Acceptance acceptance) {
  return Short(v1::Acceptance_Name(acceptance), "ACCEPTANCE_");
}
std::string Show(v1::Certainty certainty) {
  return Short(v1::Certainty_Name(certainty), "CERTAINTY_");
}
std::string Show(v1::Verdict verdict) { return Short(v1::Verdict_Name(verdict), "VERDICT_"); }
std::string Show(v1::Whereabouts whereabouts) {
  return Short(v1::Whereabouts_Name(whereabouts), "WHEREABOUTS_");
}

bool Parse(absl::string_view text, v1::Tracking& tracking) {
  return ParseEnum(text, "TRACKING_", tracking);
}
bool Parse(absl::string_view text, v1::CounterReset& reset) {
  return ParseEnum(text, "COUNTER_RESET_", reset);
}
bool Parse(absl::string_view text, v1::LocationKind& kind) {
  return ParseEnum(text, "LOCATION_KIND_", kind);
}
bool Parse(absl::string_view text, v1::MovementKind& kind) {
  return ParseEnum(text, "MOVEMENT_KIND_", kind);
}
bool Parse(absl::string_view text, v1::SuggestStrategy& strategy) {
  return ParseEnum(text, "SUGGEST_STRATEGY_", strategy);
}
bool Parse(absl::string_view text, v1::LotState& state) {
  return ParseEnum(text, "LOT_STATE_", state);
}
bool Parse(absl::string_view text, v1::WorkOrderState& state) {
  return ParseEnum(text, "WORK_ORDER_STATE_", state);
}
bool Parse(absl::string_view text, v1::Acceptance& acceptance) {
  return ParseEnum(text, "ACCEPTANCE_", acceptance);
}
bool Parse(absl::string_view text, v1::Verdict& verdict) {
  return ParseEnum(text, "VERDICT_", verdict);
}
bool Parse(absl::string_view text, v1::Whereabouts& whereabouts) {
  return ParseEnum(text, "WHEREABOUTS_", whereabouts);
}

std::string InFilter(v1::MovementKind kind) {
  return std::string(absl::StripPrefix(v1::MovementKind_Name(kind), "MOVEMENT_KIND_"));
}
std::string InFilter(v1::Whereabouts whereabouts) {
  return std::string(absl::StripPrefix(v1::Whereabouts_Name(whereabouts), "WHEREABOUTS_"));
}

}  // namespace lots::ctl
