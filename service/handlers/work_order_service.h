// WorkOrderService: serials of work orders, completions, disassemblies and their reversal.
#pragma once

#include "absl/status/statusor.h"
#include "lots/v1/work_order.grpc.pb.h"
#include "service/rpc/call.h"
#include "service/rpc/rpc.h"
#include "storage/pg/connection.h"

namespace lots {

// The handlers: plain functions, to be read and tested without gRPC.
namespace handlers {

absl::StatusOr<v1::AssignSerialsResponse> AssignSerials(const v1::AssignSerialsRequest& request,
                                                        const Call& call, pg::Connection& db);
absl::StatusOr<v1::UnassignSerialsResponse> UnassignSerials(
    const v1::UnassignSerialsRequest& request, const Call& call, pg::Connection& db);
absl::StatusOr<v1::CompleteWorkOrderResponse> CompleteWorkOrder(
    const v1::CompleteWorkOrderRequest& request, const Call& call, pg::Connection& db);
absl::StatusOr<v1::CancelWorkOrderResponse> CancelWorkOrder(
    const v1::CancelWorkOrderRequest& request, const Call& call, pg::Connection& db);
absl::StatusOr<v1::WorkOrder> GetWorkOrder(const v1::GetWorkOrderRequest& request, const Call& call,
                                           pg::Connection& db);
absl::StatusOr<v1::ListWorkOrdersResponse> ListWorkOrders(const v1::ListWorkOrdersRequest& request,
                                                          const Call& call, pg::Connection& db);
absl::StatusOr<v1::DisassembleResponse> Disassemble(const v1::DisassembleRequest& request,
                                                    const Call& call, pg::Connection& db);
absl::StatusOr<v1::ReverseCompletionResponse> ReverseCompletion(
    const v1::ReverseCompletionRequest& request, const Call& call, pg::Connection& db);

}  // namespace handlers

// Sends each method down the call path of rpc.h to its handler.
class WorkOrderService final : public v1::WorkOrderService::CallbackService {
 public:
  explicit WorkOrderService(Rpc& rpc) : rpc_(rpc) {}

  grpc::ServerUnaryReactor* AssignSerials(grpc::CallbackServerContext* context,
                                          const v1::AssignSerialsRequest* request,
                                          v1::AssignSerialsResponse* response) override;
  grpc::ServerUnaryReactor* UnassignSerials(grpc::CallbackServerContext* context,
                                            const v1::UnassignSerialsRequest* request,
                                            v1::UnassignSerialsResponse* response) override;
  grpc::ServerUnaryReactor* CompleteWorkOrder(grpc::CallbackServerContext* context,
                                              const v1::CompleteWorkOrderRequest* request,
                                              v1::CompleteWorkOrderResponse* response) override;
  grpc::ServerUnaryReactor* CancelWorkOrder(grpc::CallbackServerContext* context,
                                            const v1::CancelWorkOrderRequest* request,
                                            v1::CancelWorkOrderResponse* response) override;
  grpc::ServerUnaryReactor* GetWorkOrder(grpc::CallbackServerContext* context,
                                         const v1::GetWorkOrderRequest* request,
                                         v1::WorkOrder* response) override;
  grpc::ServerUnaryReactor* ListWorkOrders(grpc::CallbackServerContext* context,
                                           const v1::ListWorkOrdersRequest* request,
                                           v1::ListWorkOrdersResponse* response) override;
  grpc::ServerUnaryReactor* Disassemble(grpc::CallbackServerContext* context,
                                        const v1::DisassembleRequest* request,
                                        v1::DisassembleResponse* response) override;
  grpc::ServerUnaryReactor* ReverseCompletion(grpc::CallbackServerContext* context,
                                              const v1::ReverseCompletionRequest* request,
                                              v1::ReverseCompletionResponse* response) override;

 private:
  Rpc& rpc_;
};

}  // namespace lots
