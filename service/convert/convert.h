// Converts storage's types to messages. (fields.h converts fields of requests to storage's types.)
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "google/protobuf/timestamp.pb.h"
#include "google/type/date.pb.h"
#include "lots/v1/catalog.pb.h"
#include "lots/v1/ledger.pb.h"
#include "lots/v1/lot.pb.h"
#include "lots/v1/work_order.pb.h"
#include "storage/domain/ids.h"
#include "storage/domain/lot_details.h"

namespace lots {

enum class LocationKind : int16_t;
enum class LotEventKind : int16_t;
enum class LotState : int16_t;
enum class MovementKind : int16_t;
enum class Tracking : int16_t;
enum class TransformationKind : int16_t;
enum class WorkOrderState : int16_t;
struct Document;
struct Location;
struct Lot;
struct LotStock;
struct Movement;
struct NumberedLot;
struct Product;
struct Settings;
struct Transformation;

google::protobuf::Timestamp ToProto(absl::Time time);
google::type::Date ToProto(absl::CivilDay day);

// Enumerations have the same values on both sides.
v1::Tracking ToProto(Tracking tracking);
v1::LocationKind ToProto(LocationKind kind);
v1::LotState ToProto(LotState state);
v1::MovementKind ToProto(MovementKind kind);
v1::TransformationKind ToProto(TransformationKind kind);
v1::WorkOrderState ToProto(WorkOrderState state);
v1::LotEventKind ToProto(LotEventKind kind);

v1::Settings ToProto(const Settings& settings);
v1::Product ToProto(const Product& product, const CompanyId& company);
v1::Location ToProto(const Location& location, const CompanyId& company);
v1::Lot ToProto(const Lot& lot);
v1::LotStock ToProto(const LotStock& stock);
v1::NumberedLot ToProto(const NumberedLot& lot);
v1::Document ToProto(const Document& document);
v1::Movement ToProto(const Movement& movement);
v1::Transformation ToProto(const Transformation& transformation);
v1::AttributeValue ToProto(const AttributeValue& value);

// "\"7\"".
std::string EtagOf(int64_t version);

// Sets the field when there is a value:
//   SetIfAny(stock.expires_on, [&](auto day) { *message.mutable_expire_date() = ToProto(day); });
template <class T, class Set>
void SetIfAny(const std::optional<T>& value, Set set) {
  if (value.has_value()) set(*value);
}

}  // namespace lots
