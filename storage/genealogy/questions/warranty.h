// The warranty of a unit.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "storage/domain/document.h"
#include "storage/domain/ids.h"
#include "storage/domain/lot_ref.h"
#include "storage/pg/connection.h"

namespace lots {

// The values are the proto's.
enum class WarrantyState : int16_t { kNone = 1, kNotDelivered = 2, kInForce = 3, kEnded = 4 };

// The delivery with which a warranty begins.
struct WarrantyDelivery {
  MovementId movement_id;
  std::string partner_id;
  Document document;
};

struct Warranty {
  LotId lot_id;
  ProductId product_id;
  std::string number;
  WarrantyState state = WarrantyState::kNone;
  int32_t months = 0;
  // Set once the unit was delivered with a warranty.
  std::optional<absl::CivilDay> starts_on;
  std::optional<absl::CivilDay> ends_on;
  std::optional<WarrantyDelivery> delivery;
};

struct WarrantyQuery {
  CompanyId company;
  LotRef lot;
  absl::Time now;
};

// The warranty of a serial. The warranty begins with the unit's first delivery that was not
// reversed, under whatever number, with the warranty term in force on that day: a repair does not
// start it anew. If that delivery is dated tomorrow, the state is still kNotDelivered.
// LOT_NOT_FOUND; TRACKING_MISMATCH unless the lot is a serial.
absl::StatusOr<Warranty> GetWarranty(pg::Connection& db, const WarrantyQuery& query);

}  // namespace lots
