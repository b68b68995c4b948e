// The words of refusals about work orders and their serials.
#include "storage/work_orders/refusals.h"

#include "absl/strings/str_cat.h"
#include "storage/domain/kinds/lot_state.h"
#include "storage/domain/lot_ref.h"
#include "storage/domain/reasons.h"

namespace lots::orders {
namespace {

std::string Quoted(absl::string_view text) { return absl::StrCat("\"", text, "\""); }

std::string NameOf(const WorkOrderId& work_order) {
  return absl::StrCat("work order ", Quoted(work_order.value()));
}

}  // namespace

Problem OrderNeedsProduct(const WorkOrderId& work_order) {
  return {.reason = Reason::kWorkOrderNeedsProduct,
          .field = "product_id",
          .message = absl::StrCat(NameOf(work_order), " is new here: say which product it makes"),
          .facts = {{"work_order_id", work_order.value()}}};
}

Problem NotOpen(const OrderRow& order) {
  return {.reason = Reason::kWorkOrderClosed,
          .field = "work_order_id",
          .message = absl::StrCat(NameOf(order.work_order), " is ", Name(order.state),
                                  "; ReopenWorkOrder opens it again"),
          .facts = {{"work_order_id", order.work_order.value()},
                    {"state", std::string(Name(order.state))}}};
}

Problem OtherProduct(const OrderRow& order, const ProductId& asked) {
  return {
      .reason = Reason::kWorkOrderProductMismatch,
      .field = "product_id",
      .message = absl::StrCat(NameOf(order.work_order), " makes product ",
                              Quoted(order.product_id.value()), ", not ", Quoted(asked.value())),
      .facts = {{"work_order_id", order.work_order.value()},
                {"product_id", order.product_id.value()}}};
}

Problem OutputOfOtherProduct(absl::string_view field, const WorkOrderId& work_order,
                             const ProductId& made, absl::string_view number,
                             const ProductId& of_lot) {
  return {.reason = Reason::kWorkOrderProductMismatch,
          .field = std::string(field),
          .message =
              absl::StrCat(NameOf(work_order), " makes product ", Quoted(made.value()),
                           ", and lot ", Quoted(number), " is of product ", Quoted(of_lot.value())),
          .facts = {{"work_order_id", work_order.value()}, {"product_id", made.value()}}};
}

Problem NotProducible(const ProductId& product_id) {
  return {.reason = Reason::kProductNotProducible,
          .field = "product_id",
          .message = absl::StrCat("product ", Quoted(product_id.value()),
                                  " is not manufactured here (producible is false)"),
          .facts = {{"product_id", product_id.value()}}};
}

Problem AssignedElsewhere(absl::string_view field, const LotId& lot_id, absl::string_view number,
                          const WorkOrderId& other) {
  return {.reason = Reason::kSerialAssignedElsewhere,
          .field = std::string(field),
          .message = absl::StrCat("serial ", Quoted(number), " is planned for ", NameOf(other),
                                  "; unassign it there first, with keep"),
          .facts = {{"lot_id", lot_id.value().ToString()},
                    {"number", std::string(number)},
                    {"work_order_id", other.value()}}};
}

Problem NotAssigned(absl::string_view field, const NumberedLot& serial, LotState state,
                    const WorkOrderId& work_order) {
  return {.reason = Reason::kSerialNotAssigned,
          .field = std::string(field),
          .message = absl::StrCat("serial ", Quoted(serial.number), " is not planned for ",
                                  NameOf(work_order), ": it is ", Name(state)),
          .facts = {{"lot_id", serial.lot_id.value().ToString()},
                    {"number", serial.number},
                    {"work_order_id", work_order.value()}}};
}

Problem TooFewAssigned(absl::string_view field, const WorkOrderId& work_order, size_t available,
                       size_t needed) {
  return {
      .reason = Reason::kSerialNotAssigned,
      .field = std::string(field),
      .message = absl::StrCat(NameOf(work_order), " has ", available,
                              " planned serials besides `outputs`, not ", needed, "; assign more"),
      .facts = {{"work_order_id", work_order.value()},
                {"available", absl::StrCat(available)},
                {"needed", absl::StrCat(needed)}}};
}

}  // namespace lots::orders
