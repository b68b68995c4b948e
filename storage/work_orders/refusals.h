// The words of refusals about work orders and their serials. For this folder and those below it
// only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "storage/domain/errors.h"
#include "storage/domain/ids.h"
#include "storage/work_orders/rows.h"

namespace lots {

enum class LotState : int16_t;
struct NumberedLot;

}  // namespace lots

namespace lots::orders {

// WORK_ORDER_NEEDS_PRODUCT, WORK_ORDER_CLOSED.
Problem OrderNeedsProduct(const WorkOrderId& work_order);
Problem NotOpen(const OrderRow& order);

// WORK_ORDER_PRODUCT_MISMATCH: of the product that a request asks for, and of the lot that a
// completion names as its output.
Problem OtherProduct(const OrderRow& order, const ProductId& asked);
Problem OutputOfOtherProduct(absl::string_view field, const WorkOrderId& work_order,
                             const ProductId& made, absl::string_view number,
                             const ProductId& of_lot);

// PRODUCT_NOT_PRODUCIBLE.
Problem NotProducible(const ProductId& product_id);

// SERIAL_ASSIGNED_ELSEWHERE; `other` is the order that the serial is planned for.
Problem AssignedElsewhere(absl::string_view field, const LotId& lot_id, absl::string_view number,
                          const WorkOrderId& other);

// SERIAL_NOT_ASSIGNED: of one serial, and of a number of planned serials.
Problem NotAssigned(absl::string_view field, const NumberedLot& serial, LotState state,
                    const WorkOrderId& work_order);
Problem TooFewAssigned(absl::string_view field, const WorkOrderId& work_order, size_t available,
                       size_t needed);

}  // namespace lots::orders
