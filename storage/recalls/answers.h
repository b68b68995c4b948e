// What becomes of the goods of a recall: dispositions of goods, and the answers of recipients.
// Neither moves goods nor ends holds.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "storage/base/quantity.h"
#include "storage/domain/ids.h"
#include "storage/domain/kinds/recall.h"
#include "storage/domain/lot_ref.h"
#include "storage/domain/write_context.h"
#include "storage/pg/connection.h"
#include "storage/recalls/recall.h"

namespace lots {

// What became of a quantity of a lot at a place.
struct RecallDisposition {
  LotRef lot;  // as read: with everything
  LocationId location_id;
  RecallDispositionKind kind = RecallDispositionKind::kCleared;
  Quantity quantity;  // 0: none any more
  std::string note;
  std::string link;
  // As read.
  int scale = 0;
  std::string recorded_by;
  absl::Time recorded_at = {};
};

struct SetRecallDispositionCommand {
  WriteContext context;
  RecallId recall_id;
  std::vector<RecallDisposition> dispositions;
};

absl::StatusOr<Recall> SetRecallDisposition(pg::Connection& db,
                                            const SetRecallDispositionCommand& command);

// What a recipient says about a lot, or about one delivery of it.
struct RecipientQuantities {
  LotRef lot;  // as read: with everything
  std::optional<MovementId> delivery;
  std::optional<Quantity> found;  // none: destroyed + returned
  Quantity destroyed;
  Quantity returned;
  Quantity sold_on;
  // As read.
  int scale = 0;
  std::string partner_id;
};

struct RecordRecipientResponseCommand {
  WriteContext context;
  RecallId recall_id;
  std::string partner_id;
  std::optional<absl::Time> notified_at;  // none: stays as it was
  std::string notified_how;               // empty: stays as it was
  std::optional<absl::Time> answered_at;  // none: stays as it was
  std::vector<RecipientQuantities> quantities;
  std::string note;
  std::string link;
};

absl::StatusOr<Recall> RecordRecipientResponse(pg::Connection& db,
                                               const RecordRecipientResponseCommand& command);

// What a recipient was told, and whether it answered, by all records together.
struct RecipientResponse {
  std::string partner_id;
  std::optional<absl::Time> notified_at;
  std::string notified_how;
  std::optional<absl::Time> answered_at;
  std::string note;
  std::string link;
  std::string recorded_by;
  absl::Time recorded_at = {};
};

}  // namespace lots
