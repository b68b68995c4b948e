// A completion while it is validated: what it makes, of what, and where it goes. For this folder
// only.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "storage/base/quantity.h"
#include "storage/domain/errors.h"
#include "storage/domain/ids.h"
#include "storage/domain/kinds/lot_state.h"
#include "storage/domain/kinds/movement.h"
#include "storage/domain/kinds/tracking.h"
#include "storage/domain/kinds/transformation.h"
#include "storage/domain/lot_details.h"
#include "storage/domain/lot_ref.h"
#include "storage/ledger/rules/posting.h"
#include "storage/ledger/transformations.h"
#include "storage/lot_rows/resolve.h"
#include "storage/work_orders/completion/unit.h"
#include "storage/work_orders/components/issued.h"
#include "storage/work_orders/components/picks.h"
#include "storage/work_orders/rows.h"
#include "storage/work_orders/serial_past.h"
#include "storage/work_orders/serials.h"
#include "storage/work_orders/work_orders.h"

namespace lots {

struct CompanyFacts;
class Ledger;

}  // namespace lots

namespace lots::orders {

// The field that planned serials are asked for with.
inline constexpr char kPlannedField[] = "planned_serial_count";

// What is read without a lock: the lots that the request names, likely numbers for new lots, and
// places of automatic components.
struct CompletionNames {
  // One for each output, by-product and component of the request.
  std::vector<std::optional<LotId>> outputs;      // none: a new lot
  std::vector<std::optional<LotId>> by_products;  // none: a new lot
  std::vector<std::optional<LotId>> components;   // none: there is no such lot
  // The clean number of each output and by-product that has no lot. Where the request gives none,
  // it is the next of the template; TakeNumbers replaces it when another writer takes that one
  // first.
  std::vector<std::string> output_numbers;
  std::vector<std::string> by_product_numbers;
  // The product of each by-product; empty where its lot_id is unknown.
  std::vector<ProductId> by_product_products;
  std::vector<PickQuery> queries;  // of each automatic component
  std::vector<PickPlaces> places;  // what each query may take from
  std::vector<Problem> problems;
};
// Refuses only when numbers cannot be made.
absl::StatusOr<CompletionNames> NameLots(pg::Connection& db, const CompletionCommand& command);

// An existing lot that this completion outputs, as read under its lock.
struct StoredLot {
  LotId lot_id;
  ProductId product_id;
  std::string number;
  Tracking tracking = Tracking::kLot;
  LotState state = LotState::kActive;
  LotDates dates;
  LotTexts texts = {};
  bool active_before = false;  // of a PLANNED or VOID one
  std::optional<WorkOrderId> planned_for;
};
using StoredLots = absl::flat_hash_map<LotId, StoredLot>;

// One output or by-product.
struct MadeLot {
  enum class Kind {
    kNew,      // inserted
    kRevived,  // PLANNED, never moved or taken apart: becomes ACTIVE, with dates of its own
    kKept,     // an active lot that gets more, or a reworked unit: keeps its dates, at most earlier
    kAgain,    // a lot that the request has further up already
  };
  Kind kind = Kind::kNew;
  LotId lot_id;
  std::string number;
  bool is_generated = false;  // the request gives no number
  const ProductRules* product = nullptr;
  OutputRole role = OutputRole::kProduct;
  Quantity quantity;
  LocationId to;
  LotDates given;
  // Of a component that comes out of a unit: since when it had been in stock when it went in.
  std::optional<absl::Time> stock_since = {};
  LotDates stored;                  // of kKept, and of a serial that was created before it is made
  LotDates dates;                   // once derived
  std::optional<LotBefore> before;  // of a serial of kRevived, and of kKept whose dates change
  std::string field;
  bool is_sound = true;  // false: it has a problem, and only keeps its position
  LotTexts given_texts = {};
  LotTexts stored_texts = {};

  // The given texts, and the stored ones that are not given.
  LotTexts TextsAfter() const;
};

// One component.
struct UsedLot {
  LotId lot_id;
  Quantity quantity;
  LocationId from;
  std::optional<LotId> output;  // exact
  std::optional<absl::CivilDay> expires_on;
  std::string field;
  bool is_sound = true;
  bool from_issued = false;  // `from` is the order's work in process
  // Of issued goods: since when they had been in stock.
  std::optional<absl::Time> stock_since = {};
};

struct CompletionPlan {
  TransformationId transformation_id;
  absl::Time at;              // of the order's and lots' rows
  std::vector<MadeLot> made;  // outputs, planned serials, by-products
  size_t output_count = 0;    // without by-products
  // The components of the request, then those that the completion chooses.
  std::vector<UsedLot> used;
  size_t named_count = 0;                // the components of the request
  IssuedLots left;                       // what is issued to the order and not used here
  std::vector<PickQuery> short_queries;  // of automatic components: something is missing
  std::vector<PlannedSerial> ended;      // with `close`: the planned serials that are left

  // False: the order is closed, and nothing else.
  bool makes_something() const { return !made.empty(); }
};

// Everything that was read, once the locks are held.
struct CompletionFacts {
  const CompletionCommand& command;
  const CompletionNames& names;
  OrderFacts of_order;
  StoredLots stored;
  std::vector<PlannedSerial> planned;  // with `close` all of the order, else those to be taken
  SerialPasts pasts;                   // of the serials that were ACTIVE before
  // What is in the units that this completion works on, where by-products may come out of them.
  std::vector<UnitContents> reworked = {};
  IssuedLots issued;  // to the order; where the completion takes from there, or closes the order

  SerialPast PastOf(const LotId& serial) const {
    const auto found = pasts.find(serial);
    return found == pasts.end() ? SerialPast() : found->second;
  }
  // How much of the lot is exactly in these units.
  Quantity InReworked(const LotId& component) const;
};

// Plans the outputs. Adds every problem that is not about the movement of goods.
void PlanMade(const CompletionFacts& facts, CompletionPlan& plan, std::vector<Problem>& problems);
// Plans the components. `ledger` is loaded, and the outputs are planned.
void PlanUsed(const CompletionFacts& facts, const Ledger& ledger, CompletionPlan& plan,
              std::vector<Problem>& problems);
// What is no longer in the units that the completion works on, because it came out of them.
std::vector<ComponentEnd> RemovalsOf(const CompletionFacts& facts, const CompletionPlan& plan);
// Plans the automatic components, and with `consume_issued` all that is left of what was issued.
// After PlanUsed.
void PlanChosen(const CompletionFacts& facts, const Ledger& ledger, CompletionPlan& plan,
                std::vector<Problem>& problems);
// The lot of an exact component's output; none, with a problem, when there is no such output.
std::optional<LotId> OutputOf(int64_t index, const CompletionPlan& plan, const std::string& field,
                              std::vector<Problem>& problems);
// Plans the dates of the outputs.
void PlanDates(const CompletionCommand& command, const CompanyFacts& company, CompletionPlan& plan,
               std::vector<Problem>& problems);

// A movement of the completion, without lot and quantity, from PRODUCTION to PRODUCTION.
Posting CompletionPosting(const CompletionCommand& command, const CompletionPlan& plan,
                          MovementKind kind, const std::string& field);
// Posts the plan's movements to the ledger, components first.
void PostCompletion(const CompletionCommand& command, const CompletionPlan& plan, Ledger& ledger,
                    std::vector<Problem>& problems);
// Adds the statements of every write.
void AddCompletionWrites(pg::Transaction& transaction, const CompletionFacts& facts,
                         const CompletionPlan& plan, Ledger& ledger);

Completion AnswerOf(const CompletionFacts& facts, const CompletionPlan& plan, const Ledger& ledger);
// Rebuilds the answer of a repeat. AddCompletionWrites recorded `made`.
absl::StatusOr<Completion> FindCompletion(pg::Connection& db, const CompletionCommand& command,
                                          const std::vector<Uuid>& created_ids);

}  // namespace lots::orders
