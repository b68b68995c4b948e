// Work orders: the serials they get, what was made of what, and taking it back.
//
// Every operation is one transaction. It locks the order's row first, so that writes to one order
// take turns; orders do not wait for each other unless they share components.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "storage/base/quantity.h"
#include "storage/domain/ids.h"
#include "storage/domain/kinds/work_order.h"
#include "storage/domain/lot_details.h"
#include "storage/domain/lot_ref.h"
#include "storage/domain/transformation.h"
#include "storage/domain/write_context.h"
#include "storage/ledger/rules/accept.h"
#include "storage/pg/connection.h"
#include "storage/stock/suggest.h"

namespace lots {

// Serials of an order (assign.cc, unassign.cc, reopen.cc).

struct AssignSerialsCommand {
  WriteContext context;
  WorkOrderId work_order;
  std::optional<ProductId> product;  // required when the work order is new here
  std::optional<Quantity> planned_quantity;
  int64_t count = 0;                 // 0: `numbers` says which
  std::string first_number;          // with `count`: counted up from it; empty: the template
  std::vector<std::string> numbers;  // instead of `count`
};
// Gives units of the order their serials, each PLANNED, and returns the serials in the order of
// assignment. Creates a new work order. By number it also takes serials of the product that are
// there: free planned ones, void ones, units that were created and never moved, and units that were
// taken apart, whose rebuilding is planned.
absl::StatusOr<std::vector<NumberedLot>> AssignSerials(pg::Connection& db,
                                                       const AssignSerialsCommand& command);

struct UnassignSerialsCommand {
  WriteContext context;
  WorkOrderId work_order;
  std::vector<std::string> numbers;
  bool keep = false;  // they stay PLANNED and free; else they are given up (AddGivingUp)
};
// Takes planned serials off the order, and returns them in the order of the request. Without `keep`
// it also gives up free planned serials of the order's product.
absl::StatusOr<std::vector<NumberedLot>> UnassignSerials(pg::Connection& db,
                                                         const UnassignSerialsCommand& command);

struct CancelWorkOrderCommand {
  WriteContext context;
  WorkOrderId work_order;
};
// Ends an open order and gives its planned serials up. Refused while components are issued to it.
// Returns those that became VOID, in the order
// of assignment.
absl::StatusOr<std::vector<NumberedLot>> CancelWorkOrder(pg::Connection& db,
                                                         const CancelWorkOrderCommand& command);

struct ReopenWorkOrderCommand {
  WriteContext context;
  WorkOrderId work_order;
};
// The serials that the end of the order made VOID: AssignSerials can name them again.
struct ReopenedOrder {
  std::vector<NumberedLot> voided;  // the first kSerialsPerCallMax, in the order of assignment
  int64_t voided_count = 0;         // of all
};
// Opens an order that was closed or cancelled; one that is open stays so.
absl::StatusOr<ReopenedOrder> ReopenWorkOrder(pg::Connection& db,
                                              const ReopenWorkOrderCommand& command);

// Completion (completion/complete.cc).

// What a completion says of a lot beside its dates; what is empty is not said.
struct LotTexts {
  std::string reference;
  std::string notes;
  Attributes attributes;

  friend bool operator==(const LotTexts&, const LotTexts&) = default;
};

struct CompletionOutput {
  std::optional<LotId> lot_id;
  std::string number;  // without lot_id; empty: the next of the template
  std::optional<Quantity> quantity;
  std::optional<LocationId> to;
  LotDates dates;
  LotTexts texts = {};
};

struct CompletionComponent {
  LotRef lot;
  std::optional<Quantity> quantity;
  std::optional<LocationId> from;
  std::optional<int64_t> output_index;  // exact: into `outputs`, then the planned serials taken
  bool from_issued = false;             // it was issued to the order: `from` is not given
};

// A component of which the completion chooses the lots (backflush).
struct AutoComponent {
  ProductId product_id;
  Quantity quantity;
  std::optional<SuggestStrategy> strategy;
  std::optional<LocationId> from;  // with the locations below; none: the command's source
  std::optional<int64_t> output_index;
};

struct CompletionByProduct {
  LotRef lot;  // number empty: the next of the product's template
  std::optional<Quantity> quantity;
  std::optional<LocationId> to;
};

struct CompletionCommand {
  WriteContext context;
  WorkOrderId work_order;
  std::optional<ProductId> product;
  std::optional<Quantity> planned_quantity;
  std::vector<CompletionOutput> outputs;
  int64_t planned_serial_count = 0;
  std::vector<CompletionComponent> components;
  std::vector<AutoComponent> auto_components = {};
  bool consume_issued = false;  // what is left of all that was issued, pooled
  std::vector<CompletionByProduct> by_products;
  std::optional<LocationId> destination;
  std::optional<LocationId> source;
  bool close = false;
  absl::Time occurred_at;
  Accept accept;
  bool accept_later_expiry = false;  // `note` says why then
  std::string note;
  bool validate_only = false;
  WorkPlace work_place = {};
};

// What a completion took of a lot that its request does not name.
struct ChosenComponent {
  LotId lot_id;
  ProductId product_id;
  std::string number;
  Quantity quantity;
  int scale = 0;
  LocationId from;
};

struct Completion {
  TransformationId transformation_id;    // nil when the order was only closed
  std::vector<NumberedLot> outputs;      // `outputs` in their order, then planned serials
  std::vector<NumberedLot> by_products;  // in the order of the request
  std::vector<NumberedLot> voided;       // with `close`
  std::vector<MovementId> adjustments;   // for accepted shortages
  // The lots of auto_components in their order, then those of consume_issued.
  std::vector<ChosenComponent> chosen;
  WorkOrderState state = WorkOrderState::kOpen;
  Quantity completed;
  int scale = 0;  // of the product
};
// Posts what was made and what it was made of. With validate_only nothing is written: the status is
// the refusal that the call would get, or OK.
absl::StatusOr<Completion> CompleteWorkOrder(pg::Connection& db, const CompletionCommand& command);

// Disassembly and reversal (completion/disassemble.cc, reversal/reverse.cc).

struct DisassemblyComponent {
  LotRef lot;
  std::optional<Quantity> quantity;  // none: all of an exact one
  std::optional<LocationId> to;
};

struct DisassemblyCommand {
  WriteContext context;
  LotRef unit;                       // a serial, or a lot
  std::optional<Quantity> quantity;  // of a lot; of a serial none, or 1
  std::optional<LocationId> from;    // none: where it is
  LocationId destination;
  std::vector<DisassemblyComponent> components;
  absl::Time occurred_at;
  std::string note;
};

struct ReturnedComponent {
  LotId lot_id;
  ProductId product_id;
  std::string number;
  Quantity quantity;
  int scale = 0;
  LocationId to;
  bool exact = false;
};

struct Disassembly {
  TransformationId transformation_id;
  std::vector<ReturnedComponent> components;  // by product and number
  std::vector<LotId> unarchived = {};         // archived lots that are ACTIVE again
};
// Takes a unit apart. The exact components that are in it now come back without being named, those
// that were installed later too. Pooled components come back as stated, at most what the unit's
// completions used and what did not come back before. Only completions since the unit was last
// taken apart count. Takes a quantity of a lot apart. Every component comes back as stated, at most
// the share that the quantity has of what the lot's completions used, and of what did not come back
// before.
absl::StatusOr<Disassembly> Disassemble(pg::Connection& db, const DisassemblyCommand& command);

struct CompletionReversalCommand {
  WriteContext context;
  TransformationId transformation_id;
  std::string note;
  bool may_correct = false;  // the caller has the permission to correct: for a correction
};

struct CompletionReversal {
  TransformationId transformation_id;   // the reversing one
  std::optional<WorkOrderState> state;  // none: of no work order
  Quantity completed;
  int scale = 0;
  std::vector<LotId> unarchived = {};  // archived lots that are ACTIVE again
};
// Reverses a transformation of any kind, once. A lot that the transformation made stays and is
// empty. A serial becomes PLANNED; one that was rebuilt is taken apart again, and planned only if
// it was planned before. A unit that has components in it again inherits what holds them by now.
absl::StatusOr<CompletionReversal> ReverseCompletion(pg::Connection& db,
                                                     const CompletionReversalCommand& command);

}  // namespace lots
