// Converts requests of WorkOrderService to commands, and results to messages.
#pragma once

#include <vector>

#include "lots/v1/work_order.pb.h"
#include "service/convert/fields.h"
#include "service/rpc/call.h"
#include "storage/work_orders/work_orders.h"

namespace lots {

struct WorkOrder;

// These check shapes and limits only. Storage validates what depends on data.
AssignSerialsCommand CommandOf(const v1::AssignSerialsRequest& request, const Call& call,
                               FieldChecker& fields);
UnassignSerialsCommand CommandOf(const v1::UnassignSerialsRequest& request, const Call& call,
                                 FieldChecker& fields);
CompletionCommand CommandOf(const v1::CompleteWorkOrderRequest& request, const Call& call,
                            FieldChecker& fields);
DisassemblyCommand CommandOf(const v1::DisassembleRequest& request, const Call& call,
                             FieldChecker& fields);

v1::WorkOrder ToProto(const WorkOrder& order);
v1::CompleteWorkOrderResponse ToProto(const Completion& completion);
// `voided`: the serials that were planned.
v1::CancelWorkOrderResponse CancellationToProto(const std::vector<NumberedLot>& voided);
v1::ReopenWorkOrderResponse ToProto(const ReopenedOrder& reopened);
v1::DisassembleResponse ToProto(const Disassembly& disassembly);
v1::ReverseCompletionResponse ToProto(const CompletionReversal& reversal);

}  // namespace lots
