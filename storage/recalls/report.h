// The report of a recall: its members, where they are, who received them, and the mass balance.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "storage/base/quantity.h"
#include "storage/domain/ids.h"
#include "storage/domain/kinds/recall.h"
#include "storage/domain/kinds/tracking.h"
#include "storage/genealogy/graph/places.h"
#include "storage/genealogy/questions/recipients.h"
#include "storage/pg/connection.h"
#include "storage/recalls/answers.h"
#include "storage/recalls/recall.h"

namespace lots {

// Why a lot that was a member is one no longer.
struct RecallExclusion {
  RecallMemberChange change = RecallMemberChange::kExcluded;
  std::string evidence;
  std::string evidence_link;
  std::string excluded_by;
  absl::Time excluded_at;
};

// A member in the report, or a lot that was one.
struct RecallLot {
  LotId lot_id;
  ProductId product_id;
  std::string number;
  Tracking tracking{};
  int scale = 0;
  std::string reference;
  std::optional<absl::CivilDay> expires_on;
  bool certain = false;
  int depth = 0;
  absl::Time joined_at;
  // The first kTracePlacesShownMax: work in process, ours, customers', scrap.
  std::vector<TracePlace> places;
  int64_t place_count = 0;
  Quantity on_hand;
  Quantity in_process;  // issued to orders and not used up
  Quantity delivered;
  Quantity recovered;  // sent back since the recall was opened
  Quantity scrapped;
  // Where the lot's number was assigned: where its first receipt came from, and from whom, or where
  // it was put when it was made. Empty: unknown.
  LocationId source;
  std::string source_partner_id;
  std::optional<RecallExclusion> exclusion;
  Quantity unaccounted;  // on hand, and nothing accounts for it
};

// A lot that a seed was in, and is no longer.
struct RecallFormerLot {
  LotId lot_id;
  ProductId product_id;
  std::string number;
  bool certain = false;
  int depth = 0;
  absl::Time until;
};

// in = out + on_hand + in_process + scrapped + recovered. `in`, `out` and `recovered` are sums of
// movements; `on_hand` and `scrapped` come from balances. `difference` is 0 while the ledger is
// consistent. What went round counts neither as in nor as out: `in` is T of
// storage/genealogy/bounds, and what a disassembly gave of goods that were never used.
struct MassBalance {
  RecallSeed seed;
  int scale = 0;
  Quantity in;
  Quantity out;
  Quantity on_hand;
  Quantity scrapped;
  Quantity recovered;
  Quantity in_process;
  Quantity difference;
};

class RecallReportEmitter;

struct RecallReportPiece {
  std::optional<Recall> recall;
  std::vector<MassBalance> balances;
  std::vector<RecallLot> lots;
  std::vector<RecallFormerLot> former_lots = {};
  std::vector<Recipient> recipients;
  std::vector<RecallDisposition> dispositions;
  std::vector<RecipientResponse> responses;
  std::vector<RecipientQuantities> quantities;
};

// Reads the report piece by piece, in the order of the RPC's answer. The recall, the balances, the
// members and the deliveries are of one snapshot. After Pause, the places of the members are of the
// moment at which their piece is read. Memory holds a few words a member and a delivery. For one
// thread at a time.
class RecallReportReader {
 public:
  RecallReportReader(CompanyId company, RecallId recall_id);
  ~RecallReportReader();
  RecallReportReader(const RecallReportReader&) = delete;
  RecallReportReader& operator=(const RecallReportReader&) = delete;

  // Returns the next piece; none: the report is complete. `db` must stay the same until Pause.
  // RECALL_NOT_FOUND.
  absl::StatusOr<std::optional<RecallReportPiece>> Next(pg::Connection& db);
  // Ends the transaction, so that the caller can give the connection back. Next then continues on
  // any connection.
  void Pause();

 private:
  std::unique_ptr<RecallReportEmitter> emitter_;
};

}  // namespace lots
