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
  std::optional<absl::Time> added_at = {};  // none: in the answer to a dry run
};

struct RecallScope {
  int64_t lot_count = 0;  // seeds included, excluded lots not
  int64_t certain_count = 0;
  int depth = 0;
  // At this moment. Set by GetRecall, OpenRecall and CloseRecall only.
  int64_t on_hand_lot_count = 0;
  int64_t delivered_lot_count = 0;
  int64_t excluded_lot_count = 0;
  // Lots that a seed was in and is no longer; none of them is a member.
  int64_t former_count = 0;
};

// How far a recall has come. Percentages are in tenths; 1,000 where there is nothing to do.
struct RecallEffectiveness {
  int64_t recipient_count = 0;  // partners
  int64_t notified_count = 0;
  int64_t answered_count = 0;
  int64_t shipped_tenths = 1'000;
  int64_t on_hand_tenths = 1'000;
  int64_t unaccounted_lot_count = 0;
};

struct Recall {
  CompanyId company;
  RecallId recall_id;
  std::string reason;
  RecallState state = RecallState::kOpen;
  bool drill = false;
  std::vector<RecallSeed> seeds;  // by product and number
  std::vector<LocationId> exempt_location_ids;
  // Whether scrap, quarantine places and suppliers are not exempt on their own.
  bool only_listed_exempt = false;
  RecallScope scope;
  std::optional<RecallEffectiveness> effectiveness;  // of GetRecall and the report
  std::string opened_by;
  std::optional<absl::Time> opened_at;  // none: a dry run
  absl::Duration open_duration;         // from the request until everything was recorded
  std::string closed_by;
  std::optional<absl::Time> closed_at;
  std::string closing_note;
  int64_t version = 1;
};

}  // namespace lots
