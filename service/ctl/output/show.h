// Values of the API as people read them.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "google/protobuf/timestamp.pb.h"
#include "google/type/date.pb.h"
#include "lots/v1/audit.pb.h"
#include "lots/v1/catalog.pb.h"
#include "lots/v1/certainty.pb.h"
#include "lots/v1/inspection.pb.h"
#include "lots/v1/ledger.pb.h"
#include "lots/v1/lot.pb.h"
#include "lots/v1/stock.pb.h"
#include "lots/v1/whereabouts.pb.h"
#include "lots/v1/work_order.pb.h"

namespace lots::ctl {

// "2026-12-31 09:00:00+01:00" in the zone, with "Z" for UTC; empty when there is none.
std::string Show(const google::protobuf::Timestamp& time, absl::TimeZone zone);
// The day of it in the zone.
std::string ShowDay(const google::protobuf::Timestamp& time, absl::TimeZone zone);
// "2026-12-31"; empty when there is none.
std::string Show(const google::type::Date& date);
// The same of the last day of use, with a mark when it is over: "2026-12-31 (expired)".
inline constexpr char kExpired[] = " (expired)";
std::string ShowExpiry(const google::type::Date& date, absl::CivilDay today);
// "purchase_order 4711".
std::string Show(const v1::Document& document);
// "yes", "12.5", "2026-12-31".
std::string Show(const v1::AttributeValue& value, absl::TimeZone zone);
// "PRODUCT/NUMBER": what other commands take.
std::string ShowLot(absl::string_view product_id, absl::string_view number);

// From where: "10.1.2.3", "unix"; with the certificate's name where there is one.
std::string ShowOrigin(const v1::WriteOrigin& origin);

// Enumerations without their prefix, in small letters: "internal", "receipt".
std::string Show(v1::Tracking tracking);
std::string Show(v1::CounterReset reset);
std::string Show(v1::LocationKind kind);
std::string Show(v1::MovementKind kind);
std::string Show(v1::TransformationKind kind);
std::string Show(v1::LotState state);
std::string Show(v1::LotEventKind kind);
std::string Show(v1::WorkOrderState state);
std::string Show(v1::SuggestStrategy strategy);
std::string Show(v1::Acceptance acceptance);
std::string Show(v1::Certainty certainty);
std::string Show(v1::Verdict verdict);
std::string Show(v1::Whereabouts whereabouts);

// Reads one back from what people type, which is as it is shown, or with '-' or '_' between its
// words: "supplier-return" → MOVEMENT_KIND_SUPPLIER_RETURN. False when it is none.
bool Parse(absl::string_view text, v1::Tracking& tracking);
bool Parse(absl::string_view text, v1::CounterReset& reset);
bool Parse(absl::string_view text, v1::LocationKind& kind);
bool Parse(absl::string_view text, v1::MovementKind& kind);
bool Parse(absl::string_view text, v1::SuggestStrategy& strategy);
bool Parse(absl::string_view text, v1::LotState& state);
bool Parse(absl::string_view text, v1::WorkOrderState& state);
bool Parse(absl::string_view text, v1::Acceptance& acceptance);
bool Parse(absl::string_view text, v1::Verdict& verdict);
bool Parse(absl::string_view text, v1::Whereabouts& whereabouts);

// As a filter of the API names it: SUPPLIER_RETURN.
std::string InFilter(v1::MovementKind kind);
std::string InFilter(v1::Whereabouts whereabouts);

}  // namespace lots::ctl
