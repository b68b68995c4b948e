// Converts fields of requests to storage's types. Refuses malformed values and values beyond a
// limit, and collects all problems of a request.
//
//   FieldChecker fields;
//   HoldCommand command{
//       .context = fields.Write(request, call),
//       .lot_id = fields.RequiredUuid<LotId>("lot_id", request.lot_id()),
//       .note = fields.Text("note", request.note(), kNoteCharactersMax)};
//   if (!fields.ok()) return fields.status();
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "google/protobuf/generated_enum_reflection.h"
#include "google/protobuf/timestamp.pb.h"
#include "google/type/date.pb.h"
#include "lots/v1/ledger.pb.h"
#include "lots/v1/lot.pb.h"
#include "service/base/text_fields.h"
#include "storage/base/quantity.h"
#include "storage/domain/errors.h"
#include "storage/domain/ids.h"
#include "storage/domain/lot_details.h"

namespace lots {

struct Call;
struct Document;
struct LotRef;
struct WriteContext;

// Every method returns the value. When a method refuses the value, it returns a default one, and
// ok() is false from then on. `field` is the path in the request: "lots[3].number"
// (storage/domain/errors.h: Indexed).
class FieldChecker : public TextChecker {
 public:
  // A positive decimal.
  Quantity RequiredQuantity(absl::string_view field, absl::string_view value);
  std::optional<Quantity> OptionalQuantity(absl::string_view field, absl::string_view value);

  // Times.

  // A real day of the years 1 to 9999; nullptr and absent: none.
  std::optional<absl::CivilDay> Date(absl::string_view field, const google::type::Date* date);
  std::optional<absl::Time> Time(absl::string_view field, const google::protobuf::Timestamp* time);
  // When it happened: default `now`, at most a day after it.
  absl::Time OccurTime(absl::string_view field, const google::protobuf::Timestamp* time,
                       absl::Time now);
  // The five dates of Lot, NewLot and CompletionOutput. `prefix`: "lot." or "".
  template <class Message>
  LotDates Dates(absl::string_view prefix, const Message& m);

  // Parts that several requests share.

  // The company that a resource in the request names: none, or `own`, that of the call.
  void SameCompany(absl::string_view field, absl::string_view company, const CompanyId& own);
  // By id, or by product and number.
  LotRef Lot(absl::string_view field, const v1::LotRef& ref);
  Document DocumentOf(absl::string_view field, const v1::Document& document);
  AttributeValue AttributeOf(absl::string_view field, const v1::AttributeValue& value);
  Attributes AttributesOf(absl::string_view field,
                          const google::protobuf::Map<std::string, v1::AttributeValue>& attributes);
  // An enum value that the API defines and that is not UNSPECIFIED; To has the same values.
  template <class To, class From>
  To RequiredEnum(absl::string_view field, From value);
  // UNSPECIFIED: none.
  template <class To, class From>
  std::optional<To> OptionalEnum(absl::string_view field, From value);
  // The version in an etag; nothing when empty. A text that is no etag gives -1, which no resource
  // has, so that it is refused as stale.
  static std::optional<int64_t> Etag(absl::string_view etag);

  // The context of a write whose request_id is required; service/convert/writes.h defines it.
  template <class Request>
  WriteContext Write(const Request& request, const Call& call);
  // The context of a write whose request_id may be empty; likewise.
  template <class Request>
  WriteContext OptionalWrite(const Request& request, const Call& call);

 private:
  int EnumNumber(absl::string_view field, int value, const google::protobuf::EnumDescriptor* type,
                 bool required);
};

// Templates.

template <class Message>
LotDates FieldChecker::Dates(absl::string_view prefix, const Message& m) {
  const auto day = [&](absl::string_view name, bool present, const google::type::Date& date) {
    return Date(absl::StrCat(prefix, name), present ? &date : nullptr);
  };
  return {
      .manufactured_on = day("manufacture_date", m.has_manufacture_date(), m.manufacture_date()),
      .expires_on = day("expire_date", m.has_expire_date(), m.expire_date()),
      .best_before_on = day("best_before_date", m.has_best_before_date(), m.best_before_date()),
      .removal_on = day("removal_date", m.has_removal_date(), m.removal_date()),
      .alert_on = day("alert_date", m.has_alert_date(), m.alert_date())};
}

template <class To, class From>
To FieldChecker::RequiredEnum(absl::string_view field, From value) {
  return static_cast<To>(
      EnumNumber(field, value, google::protobuf::GetEnumDescriptor<From>(), true));
}

template <class To, class From>
std::optional<To> FieldChecker::OptionalEnum(absl::string_view field, From value) {
  const int number = EnumNumber(field, value, google::protobuf::GetEnumDescriptor<From>(), false);
  if (number == 0) return std::nullopt;
  return static_cast<To>(number);
}

}  // namespace lots
