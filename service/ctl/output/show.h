// Values of the API as people read them.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "google/protobuf/timestamp.pb.h"
#include "google/type/date.pb.h"
#include "lots/v1/audit.pb.h"
#include "lots/v1/catalog.pb.h"
#include "lots/v1/ledger.pb.h"
#include "lots/v1/lot.pb.h"
#include "lots/v1/stock.pb.h"
#include "lots/v1/work_order.pb.h"

namespace lots::ctl {

// "2026-12-31 09:00:00+01:00" in the zone, with "Z" for UTC; empty when there is none.
std::string Show(const google::protobuf::Timestamp& time, absl::TimeZone zone);
// The day of it in the zone.
std::string ShowDay(const google::protobuf::Timestamp& time, absl::TimeZone zone);
// "2026-12-31"; empty when there is none.
std::string Show(const google::type::Date& date);
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
std::string Show(v1::LocationKind kind);
std::string Show(v1::MovementKind kind);
std::string Show(v1::TransformationKind kind);
std::string Show(v1::LotState state);
std::string Show(v1::LotEventKind kind);
std::string Show(v1::WorkOrderState state);

// Reads one back from what people type: "lot" → TRACKING_LOT. False when it is none.
bool Parse(absl::string_view text, v1::Tracking& tracking);
bool Parse(absl::string_view text, v1::LocationKind& kind);
bool Parse(absl::string_view text, v1::MovementKind& kind);
bool Parse(absl::string_view text, v1::SuggestStrategy& strategy);

}  // namespace lots::ctl
