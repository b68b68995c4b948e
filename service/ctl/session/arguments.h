// What people type: lots, quantities, times and dates, as the API's fields.
#pragma once

#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "google/protobuf/timestamp.pb.h"
#include "google/type/date.pb.h"
#include "lots/v1/ledger.pb.h"
#include "lots/v1/lot.pb.h"
#include "lots/v1/work_order.pb.h"

namespace lots::ctl {

// A UUID, PRODUCT/NUMBER split at the first slash, or a number alone, which has no product until
// ResolveNumbers (shared/lots.h) finds it. All errors here are usage errors.
absl::StatusOr<v1::LotRef> ParseLotRef(absl::string_view text);

// LOT[=QUANTITY][@LOCATION], read from the right, so that a number that itself ends like one of
// these is written with the part said outright: "pump/A=7=1". What begins like a quantity and is
// none is a usage error, and never a part of the number. After a quantity, everything behind the
// first "@" is the location, which may have an "@" too: "pump/A=1@a@b".
struct LotLine {
  std::string name;  // the lot, or a bare number
  std::string quantity;
  std::string location_id;
};
absl::StatusOr<LotLine> ParseLotLine(absl::string_view text);
// A new number does not begin with '=': nobody means that, a mistyped quantity would become a lot.
absl::Status CheckNewNumber(absl::string_view number);
// Whether `text` (PRODUCT=QUANTITY), read as a lot and a quantity, names a product and a quantity.
absl::Status CheckProductLine(absl::string_view text, const v1::LotRef& lot,
                              absl::string_view quantity);
// As ParseLotLine, where the number may be a new one.
absl::StatusOr<LotLine> ParseNewLotLine(absl::string_view text);

// What is wrong with a quantity, in the words of who typed it; empty: nothing.
std::string WrongWithQuantity(absl::string_view text);

// NUMBER[=QUANTITY][@LOCATION] of the order's product, or a lot's UUID instead of the number; "" or
// "=5@HALL": the next number of the template. Behind it stand the dates that the output gets, each
// as ":expires=2027-01-31": manufactured, expires, best-before, remove-by, alert.
absl::StatusOr<v1::CompletionOutput> ParseOutput(absl::string_view text);
// LOT=QUANTITY[@LOCATION][:into=OUTPUT_INDEX].
absl::StatusOr<v1::CompletionComponent> ParseComponent(absl::string_view text);
// LOT=QUANTITY[@LOCATION]; PRODUCT/ takes the next number of the template.
absl::StatusOr<v1::CompletionByProduct> ParseByProduct(absl::string_view text);
absl::StatusOr<v1::DisassembleRequest::Component> ParseReturnedComponent(absl::string_view text);

// TYPE:NUMBER; "purchase_order:4711".
absl::StatusOr<v1::Document> ParseDocument(absl::string_view text);
// Reads the company's time zone. It is asked for only when a time says no zone of its own.
using ZoneSource = absl::FunctionRef<absl::StatusOr<absl::TimeZone>()>;

// NAME=VALUE is text; NAME:decimal=, NAME:flag=, NAME:date= and NAME:time= are typed.
absl::Status ParseAttribute(absl::string_view text, ZoneSource zone,
                            google::protobuf::Map<std::string, v1::AttributeValue>& attributes);

// 2026-12-31.
absl::StatusOr<google::type::Date> ParseDate(absl::string_view text);

// The moment for which a day alone stands.
enum class DayEdge {
  kBegin,  // its first moment
  kLast,   // its last microsecond: everything up to then, that included
  kEnd,    // the first moment of the next day: everything before
};
// 2026-12-31T08:00:00Z, with any zone; 2026-12-31 and 2026-12-31T08:00:00 are meant in the
// company's zone.
absl::StatusOr<google::protobuf::Timestamp> ParseTime(absl::string_view text, DayEdge edge,
                                                      ZoneSource zone);
// held, expired, short.
absl::StatusOr<std::vector<v1::Acceptance>> ParseAcceptances(const std::vector<std::string>& names);

// A day and a time as messages of the API.
google::type::Date ToDate(absl::CivilDay day);
google::protobuf::Timestamp ToTimestamp(absl::Time time);

// The value in a filter, as it is: quoted, with quotes, backslashes and stars inside escaped.
std::string FilterText(absl::string_view value);
std::string FilterTime(const google::protobuf::Timestamp& time);
// The terms joined with AND, the last one (the caller's own filter) in brackets.
std::string JoinFilter(std::vector<std::string> terms, absl::string_view filter);

}  // namespace lots::ctl
