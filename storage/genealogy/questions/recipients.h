// Who received lots, net of what came back.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "storage/domain/model.h"
#include "storage/pg/connection.h"
#include "storage/pg/pipeline.h"

namespace lots {

// A lot whose deliveries are asked for.
struct AffectedLot {
  LotId lot_id;
  int depth = 0;  // transformations between it and the nearest seed; 0: a seed
  bool certain = false;
};

class RecipientList;

// One delivery that was not reversed.
struct Recipient {
  MovementId movement_id;
  std::string partner_id;  // as the delivery named it; empty: it named none
  LocationId location_id;  // the customer's
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

  Quantity net() const { return delivered - returned; }
  bool direct() const { return depth == 0; }
};

struct RecipientSummary {
  int64_t delivery_count = 0;  // that were told
  int64_t partner_count = 0;   // different partners among them, by name
  int64_t lot_count = 0;       // that were looked at
};

struct RecipientsQuery {
  CompanyId company;
  std::vector<LotId> seeds;  // exist; duplicates are fine
  bool show_returned = false;
};

// The deliveries of lots, at most kRecipientsPerMessage at a time: direct ones first, then by
// partner, time and movement id; those of which everything came back only with `show_returned`.
// Keeps a few words a delivery; what is told of each is read as it is handed over, so that the
// caller may wait between two pieces without a connection. For one thread at a time.
class RecipientReader {
 public:
  // Of the seeds and everything made of them.
  explicit RecipientReader(RecipientsQuery query);
  // Of these lots (each once), as the snapshot sees them.
  static absl::StatusOr<std::unique_ptr<RecipientReader>> Of(pg::Transaction& snapshot,
                                                             const CompanyId& company,
                                                             absl::Span<const AffectedLot> lots,
                                                             bool show_returned);
  ~RecipientReader();
  RecipientReader(const RecipientReader&) = delete;
  RecipientReader& operator=(const RecipientReader&) = delete;

  // The next deliveries; none: that was all. The first call finds all of them in one snapshot, and
  // a delivery does not change afterwards, so any connection will do. TRACE_TOO_LARGE when the
  // seeds lead to more than a trace can hold: a list that is not whole must not look like one.
  absl::StatusOr<std::optional<std::vector<Recipient>>> Next(pg::Connection& db);
  // Nothing of it is open between two calls.
  void Pause() {}
  // Once the first call has answered.
  const RecipientSummary& summary() const;

 private:
  explicit RecipientReader(std::unique_ptr<RecipientList> list);

  const RecipientsQuery query_;
  std::unique_ptr<RecipientList> list_;  // none: nothing was asked for yet
};

}  // namespace lots
