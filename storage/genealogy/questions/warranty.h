// The warranty of a unit: read here, extended by storage/warranty.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "storage/base/uuid.h"
#include "storage/domain/document.h"
#include "storage/domain/ids.h"
#include "storage/domain/lot_ref.h"
#include "storage/pg/pipeline.h"

namespace lots {

// The values are the proto's.
enum class WarrantyState : int16_t { kNone = 1, kNotDelivered = 2, kInForce = 3, kEnded = 4 };

// The delivery with which a warranty begins.
struct WarrantyDelivery {
  MovementId movement_id;
  std::string partner_id;
  Document document;
};

// Either months that are added to the end, or another last day.
struct WarrantyExtension {
  Uuid extension_id;
  std::optional<int32_t> months;
  std::optional<absl::CivilDay> ends_on;
  bool is_shortening = false;  // the last day may be earlier than the one before
  std::string reason;
  Document document;
  std::string actor;
  absl::Time recorded_at;
};

struct Warranty {
  LotId lot_id;
  ProductId product_id;
  std::string number;
  WarrantyState state = WarrantyState::kNone;
  int32_t months = 0;  // without extensions
  // Set once the unit was delivered with a warranty, or with an extension.
  std::optional<absl::CivilDay> starts_on;
  std::optional<absl::CivilDay> ends_on;           // with the extensions
  std::optional<absl::CivilDay> original_ends_on;  // without them; none: no months
  std::optional<WarrantyDelivery> delivery;
  std::vector<WarrantyExtension> extensions = {};  // in the order of recording
};

// Counts one more extension: the last of `warranty.extensions`, the end and the state follow.
// `today` is the day of the state.
void ApplyExtension(const WarrantyExtension& extension, absl::CivilDay today, Warranty& warranty);

struct WarrantyQuery {
  CompanyId company;
  LotRef lot;
  absl::Time now;
  // What had happened, and which extensions had been recorded, by then; the state is that of then.
  std::optional<absl::Time> as_of = {};
};

// The warranty of a serial. The warranty begins with the unit's first delivery that was not
// reversed, under whatever number, with the warranty term in force on that day: a repair does not
// start it anew. If that delivery is dated tomorrow, the state is still kNotDelivered. Extensions
// count in the order of their recording, under whatever number. One that was recorded before the
// delivery counts from the delivery on. Only a shortening makes the end earlier.
// LOT_NOT_FOUND; TRACKING_MISMATCH unless the lot is a serial.
absl::StatusOr<Warranty> GetWarranty(pg::Connection& db, const WarrantyQuery& query);

// The indices of the reads of one warranty.
struct WarrantyReads {
  size_t term;
  size_t extensions;
};
// Adds them, for writes and answers that read many. `as_of` as above.
WarrantyReads AddWarrantyRead(pg::Transaction& transaction, const CompanyId& company,
                              const LotId& lot_id, std::optional<absl::Time> as_of = {});
WarrantyReads AddWarrantyRead(pg::Pipeline& pipeline, const CompanyId& company, const LotId& lot_id,
                              std::optional<absl::Time> as_of = {});
// The warranty of a serial in their results; `now` is the time of the state. None when the lot was
// deleted meanwhile.
absl::StatusOr<std::optional<Warranty>> ReadWarranty(const pg::Results& results,
                                                     WarrantyReads reads, absl::Time now);

}  // namespace lots
