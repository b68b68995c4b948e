// Recipients: who received lots, net of returns.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "storage/base/quantity.h"
#include "storage/domain/document.h"
#include "storage/domain/ids.h"
#include "storage/pg/connection.h"
#include "storage/pg/pipeline.h"

namespace lots {

// A lot whose deliveries are listed.
struct AffectedLot {
  LotId lot_id;
  int depth = 0;  // transformations between it and the nearest seed; 0: a seed
  bool certain = false;
  // Until when the seeds were in it; InfiniteFuture: they are now. Later deliveries are not listed.
  absl::Time until = absl::InfiniteFuture();
  bool former() const { return until != absl::InfiniteFuture(); }
};

class RecipientList;

// One delivery that was not reversed.
struct Recipient {
  MovementId movement_id;
  std::string partner_id;  // as the delivery named it; empty: it named none
  LocationId location_id;  // the customer's
  LocationId from;         // the company's
  Document document;
  absl::Time occurred_at;
  LotId lot_id;
  ProductId product_id;
  std::string number;
  int scale = 0;
  Quantity delivered;
  Quantity returned;
  int depth = 0;
  bool certain = false;
  bool former = false;  // the seeds were in the lot, and are no longer

  Quantity net() const { return delivered - returned; }
  bool direct() const { return depth == 0; }
};

struct RecipientSummary {
  int64_t delivery_count = 0;  // deliveries in the answer
  int64_t partner_count = 0;   // different partners among them, by name
  int64_t lot_count = 0;       // lots whose deliveries were read
};

struct RecipientsQuery {
  CompanyId company;
  // Exist; duplicates are fine. A relabelled serial's former lots are seeds too.
  std::vector<LotId> seeds = {};
  bool show_returned = false;
  bool include_former = false;  // also deliveries of what the seeds were in before
};

// Reads the deliveries of lots, at most kRecipientsPerMessage at a time: direct ones first, then by
// partner, time and movement id. Deliveries that were returned completely are in the answer only
// with `show_returned`. Memory holds a few words a delivery; the rest is read with its piece, so
// the caller needs no connection between two pieces. For one thread at a time.
class RecipientReader {
 public:
  // Reads the deliveries of the seeds and of everything that was made of them.
  explicit RecipientReader(RecipientsQuery query);
  // Reads the deliveries of these lots (each once), as the snapshot sees them.
  static absl::StatusOr<std::unique_ptr<RecipientReader>> Of(pg::Transaction& snapshot,
                                                             const CompanyId& company,
                                                             absl::Span<const AffectedLot> lots,
                                                             bool show_returned);
  ~RecipientReader();
  RecipientReader(const RecipientReader&) = delete;
  RecipientReader& operator=(const RecipientReader&) = delete;

  // Returns the next deliveries; none: the list is complete. The first call finds all of them in
  // one snapshot. Deliveries do not change later, so every call may use another connection.
  // TRACE_TOO_LARGE when the seeds lead to more lots than a trace can hold: an incomplete list must
  // not look complete.
  absl::StatusOr<std::optional<std::vector<Recipient>>> Next(pg::Connection& db);
  // Does nothing: no transaction is open between two calls.
  void Pause() {}
  // Complete after the first call of Next.
  const RecipientSummary& summary() const;

 private:
  explicit RecipientReader(std::unique_ptr<RecipientList> list);

  const RecipientsQuery query_;
  std::unique_ptr<RecipientList> list_;  // none: before the first call of Next
};

}  // namespace lots
