// A recall.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "storage/domain/ids.h"
#include "storage/domain/kinds/hold.h"

namespace lots {

struct RecallSeed {
  LotId lot_id;
  ProductId product_id;
  std::string number;
};

struct RecallScope {
  int64_t lot_count = 0;  // seeds included
  int64_t certain_count = 0;
  int depth = 0;
  // At this moment. Set by GetRecall, OpenRecall and CloseRecall only.
  int64_t on_hand_lot_count = 0;
  int64_t delivered_lot_count = 0;
};

struct Recall {
  CompanyId company;
  RecallId recall_id;
  std::string reason;
  RecallState state = RecallState::kOpen;
  bool drill = false;
  std::vector<RecallSeed> seeds;  // by product and number
  std::vector<LocationId> exempt_location_ids;
  RecallScope scope;
  std::string opened_by;
  std::optional<absl::Time> opened_at;  // none: a dry run
  absl::Duration open_duration;         // from the request until everything was recorded
  std::string closed_by;
  std::optional<absl::Time> closed_at;
  std::string closing_note;
};

}  // namespace lots
