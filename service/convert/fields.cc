// Reads times, dates, quantities, lots and masks from requests.
#include "service/convert/fields.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_join.h"
#include "storage/base/limits.h"
#include "storage/base/unicode.h"
#include "storage/domain/document.h"
#include "storage/domain/lot_ref.h"
#include "storage/pg/values/codec.h"

namespace lots {
namespace {

constexpr int64_t kNanosMax = 999'999'999;
// 0001-01-01 to 9999-12-31, the range of google.protobuf.Timestamp.
constexpr int64_t kSecondsMin = -62'135'596'800;
constexpr int64_t kSecondsMax = 253'402'300'799;

std::string NamesOf(const google::protobuf::EnumDescriptor& type) {
  std::vector<std::string> names;
  for (int i = 0; i < type.value_count(); ++i) {
    if (type.value(i)->number() != 0) names.push_back(type.value(i)->name());
  }
  return absl::StrJoin(names, ", ");
}

}  // namespace

Quantity FieldChecker::RequiredQuantity(absl::string_view field, absl::string_view value) {
  if (!value.empty()) return OptionalQuantity(field, value).value_or(Quantity());
  Refused(field, value, "is required");
  return Quantity();
}

std::optional<Quantity> FieldChecker::OptionalQuantity(absl::string_view field,
                                                       absl::string_view value) {
  if (value.empty()) return std::nullopt;
  const absl::StatusOr<Quantity> quantity = Quantity::Parse(value);
  if (!quantity.ok()) {
    Refused(field, value, quantity.status().message());
    return std::nullopt;
  }
  if (quantity->IsPositive()) return *quantity;
  Refused(field, value, absl::StrCat("value ", Quoted(value), " is not positive"));
  return std::nullopt;
}

std::optional<absl::CivilDay> FieldChecker::Date(absl::string_view field,
                                                 const google::type::Date* date) {
  if (date == nullptr) return std::nullopt;
  const absl::CivilDay day(date->year(), date->month(), date->day());
  const bool real =
      day.year() == date->year() && day.month() == date->month() && day.day() == date->day();
  if (real && day.year() >= 1 && day.year() <= 9999) return day;
  const std::string value = absl::StrCat(date->year(), "-", date->month(), "-", date->day());
  Refused(field, value,
          absl::StrCat("value ", value, " is not a day of the years 1 to 9999: give year, month ",
                       "and day, or leave the field out"));
  return std::nullopt;
}

std::optional<absl::Time> FieldChecker::Time(absl::string_view field,
                                             const google::protobuf::Timestamp* time) {
  if (time == nullptr) return std::nullopt;
  if (time->seconds() < kSecondsMin || time->seconds() > kSecondsMax || time->nanos() < 0 ||
      time->nanos() > kNanosMax) {
    const std::string value = absl::StrCat(time->seconds(), " s ", time->nanos(), " ns");
    Refused(field, value,
            absl::StrCat("value ", value, " is not a timestamp of the years 1 to 9999"));
    return std::nullopt;
  }
  // The database keeps microseconds.
  return absl::FromUnixSeconds(time->seconds()) + absl::Microseconds(time->nanos() / 1000);
}

absl::Time FieldChecker::OccurTime(absl::string_view field, const google::protobuf::Timestamp* time,
                                   absl::Time now) {
  const absl::Time occurred = Time(field, time).value_or(now);
  if (occurred <= now + kOccurredAtAheadMax) return occurred;
  Refused(field, absl::FormatTime(occurred, absl::UTCTimeZone()),
          absl::StrCat("value ", absl::FormatTime(occurred, absl::UTCTimeZone()),
                       " is more than a day in the future"));
  return now;
}

LotRef FieldChecker::Lot(absl::string_view field, const v1::LotRef& ref) {
  const bool by_id = !ref.lot_id().empty();
  const bool by_number = !ref.number().empty() || !ref.product_id().empty();
  if (by_id == by_number) {
    Refused(field, "", "needs either lot_id, or product_id and number");
    return {};
  }
  const std::string prefix = absl::StrCat(field, field.empty() ? "" : ".");
  if (by_id) {
    return {.lot_id = RequiredUuid<LotId>(absl::StrCat(prefix, "lot_id"), ref.lot_id()),
            .product_id = {},
            .number = {}};
  }
  const std::string number_field = absl::StrCat(prefix, "number");
  const absl::string_view number = absl::StripAsciiWhitespace(ref.number());
  if (number.empty()) Refused(number_field, "", "is required beside product_id");
  return {.lot_id = std::nullopt,
          .product_id = Required<ProductId>(absl::StrCat(prefix, "product_id"), ref.product_id()),
          .number = Line(number_field, number, kNumberCharactersMax)};
}

Document FieldChecker::DocumentOf(absl::string_view field, const v1::Document& document) {
  return {.type = Line(absl::StrCat(field, ".type"), document.type(), kDocumentTypeCharactersMax),
          .number = OptionalId(absl::StrCat(field, ".number"), document.number())};
}

AttributeValue FieldChecker::AttributeOf(absl::string_view field, const v1::AttributeValue& value) {
  switch (value.value_case()) {
    case v1::AttributeValue::kText:
      return Text(field, value.text(), kAttributeTextCharactersMax);
    case v1::AttributeValue::kDecimal: {
      const absl::StatusOr<Quantity> decimal = Quantity::Parse(value.decimal());
      if (!decimal.ok()) Refused(field, value.decimal(), decimal.status().message());
      return decimal.value_or(Quantity());
    }
    case v1::AttributeValue::kFlag:
      return value.flag();
    case v1::AttributeValue::kDate:
      return Date(field, &value.date()).value_or(absl::CivilDay());
    case v1::AttributeValue::kTime:
      return Time(field, &value.time()).value_or(absl::UnixEpoch());
    case v1::AttributeValue::VALUE_NOT_SET:
      break;
  }
  Refused(field, "", "needs one of text, decimal, flag, date and time");
  return std::string();
}

void FieldChecker::SameCompany(absl::string_view field, absl::string_view company,
                               const CompanyId& own) {
  if (company.empty() || company == own.value()) return;
  Refused(field, company, absl::StrCat("is not the company of the request, ", own.value()));
}

Attributes FieldChecker::AttributesOf(
    absl::string_view field,
    const google::protobuf::Map<std::string, v1::AttributeValue>& attributes) {
  Count(field, static_cast<int64_t>(attributes.size()), 0, kAttributesMax);
  Attributes checked;
  for (const auto& [key, value] : attributes) {
    const std::string path = absl::StrCat(field, "[", Quoted(key), "]");
    checked.emplace(RequiredId(path, key), AttributeOf(path, value));
  }
  return checked;
}

int FieldChecker::EnumNumber(absl::string_view field, int value,
                             const google::protobuf::EnumDescriptor* type, bool required) {
  if (value == 0 && !required) return 0;
  if (value == 0) {
    Refused(field, "", absl::StrCat("is required: one of ", NamesOf(*type)));
    return 0;
  }
  if (type->FindValueByNumber(value) != nullptr) return value;
  Refused(field, absl::StrCat(value),
          absl::StrCat("value ", value, " is not one of ", NamesOf(*type)));
  return 0;
}

std::optional<int64_t> FieldChecker::Etag(absl::string_view etag) {
  if (etag.empty()) return std::nullopt;
  int64_t version = 0;
  const bool quoted = etag.size() > 2 && etag.front() == '"' && etag.back() == '"';
  if (!quoted || !absl::SimpleAtoi(etag.substr(1, etag.size() - 2), &version)) return -1;
  return version;
}

}  // namespace lots
