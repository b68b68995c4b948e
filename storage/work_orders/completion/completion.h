// A completion while it is judged: what it makes, of what, and where it goes. For
// storage/work_order_complete*.cc only.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "storage/ledger/ledger.h"
#include "storage/lot_rows/resolve.h"
#include "storage/work_orders/rows.h"
#include "storage/work_orders/serials.h"
#include "storage/work_orders/work_orders.h"

namespace lots::orders {

// The field that planned serials are asked for with.
inline constexpr char kPlannedField[] = "planned_serial_count";

// What is found out without a lock: which lots the names in the request mean, and numbers for lots
// that have none.
struct CompletionNames {
  // One an output, by-product or component of the request.
  std::vector<std::optional<LotId>> outputs;      // none: a new lot
  std::vector<std::optional<LotId>> by_products;  // none: a new lot
  std::vector<std::optional<LotId>> components;   // none: there is no such lot
  // Clean numbers, for those without lot; one an output or by-product.
  std::vector<std::string> output_numbers;
  std::vector<std::string> by_product_numbers;
  // One a by-product; empty where its lot_id is unknown.
  std::vector<ProductId> by_product_products;
  std::vector<Problem> problems;
};
// Refused only when numbers cannot be made.
absl::StatusOr<CompletionNames> NameLots(pg::Connection& db, const CompletionCommand& command);

// A lot that exists and is to be made, or to be made more of, as its locked row says.
struct StoredLot {
  LotId lot_id;
  ProductId product_id;
  std::string number;
  Tracking tracking = Tracking::kLot;
  LotState state = LotState::kActive;
  LotDates dates;
  std::optional<WorkOrderId> planned_for;
  // Of a serial that was produced before: whether it was taken apart since, and by which order.
  bool taken_apart = false;
  std::optional<WorkOrderId> produced_by;
};
using StoredLots = absl::flat_hash_map<LotId, StoredLot>;

// One thing that comes out.
struct MadeLot {
  enum class Kind {
    kNew,      // inserted
    kRevived,  // PLANNED or taken apart: becomes ACTIVE, with dates of its own
    kKept,     // an active lot that gets more, or a reworked unit: keeps its dates
    kAgain,    // a lot that stands further up in the request
  };
  Kind kind = Kind::kNew;
  LotId lot_id;
  std::string number;
  const ProductRules* product = nullptr;
  OutputRole role = OutputRole::kProduct;
  Quantity quantity;
  LocationId to;
  LotDates given;
  LotDates stored;  // of kKept
  LotDates dates;   // once derived
  std::string field;
  bool is_sound = true;  // false: there is a problem with it, and it keeps its position only
};

// One thing that goes in.
struct UsedLot {
  LotId lot_id;
  Quantity quantity;
  LocationId from;
  std::optional<LotId> output;  // exact
  std::optional<absl::CivilDay> expires_on;
  std::string field;
  bool is_sound = true;
};

struct CompletionPlan {
  TransformationId transformation_id;
  absl::Time at;              // of the order's and lots' rows
  std::vector<MadeLot> made;  // outputs, planned serials, by-products
  size_t output_count = 0;    // without by-products
  std::vector<UsedLot> used;
  std::vector<NumberedLot> voided;
};

// Everything that is known once the locks are held.
struct CompletionFacts {
  const CompletionCommand& command;
  const CompletionNames& names;
  OrderFacts of_order;
  StoredLots stored;
  std::vector<NumberedLot> planned;  // with `close` all of the order, else those to be taken
};

// What comes out, with every problem of domain.md that is not about goods moving.
void PlanMade(const CompletionFacts& facts, CompletionPlan& plan, std::vector<Problem>& problems);
// What goes in; `ledger` is loaded, and the outputs are planned.
void PlanUsed(const CompletionFacts& facts, const Ledger& ledger, CompletionPlan& plan,
              std::vector<Problem>& problems);
// The dates of what comes out.
void PlanDates(const CompletionCommand& command, const CompanyFacts& company, CompletionPlan& plan,
               std::vector<Problem>& problems);

// Puts the lots and movements of the plan through the ledger: first what goes in.
void PostCompletion(const CompletionCommand& command, const CompletionPlan& plan, Ledger& ledger,
                    std::vector<Problem>& problems);
// Adds everything that is written.
void AddCompletionWrites(pg::Transaction& transaction, const CompletionFacts& facts,
                         const CompletionPlan& plan, Ledger& ledger);

// The answer.
Completion AnswerOf(const CompletionFacts& facts, const CompletionPlan& plan, const Ledger& ledger);
// The answer again; `made` is what AddCompletionWrites recorded of it.
absl::StatusOr<Completion> FindCompletion(pg::Connection& db, const CompletionCommand& command,
                                          const std::vector<Uuid>& made);

}  // namespace lots::orders
