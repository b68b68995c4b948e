// The call path, written once for all methods: authenticate the caller → check the caller's limits
// → check the permission → choose the company → enqueue for a database worker, or refuse → run the
// handler → finish, with one metric and one log line. When the server is full, the refusals of one
// caller and company share one log line a second.
//
// gRPC's threads enqueue a call or refuse it at once; they never wait. A handler runs on a worker's
// thread with a database connection of its own. The worker returns the connection before the answer
// is sent. A connection to a client carries a bounded number of calls at once
// (kStreamsPerConnectionMax); gRPC keeps further calls at their client.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "grpcpp/grpcpp.h"
#include "service/base/server_limits.h"
#include "service/base/status.h"
#include "service/identity/identity.h"
#include "service/identity/method_permissions.h"
#include "service/observe/log.h"
#include "service/observe/log_rate_limiter.h"
#include "service/observe/metrics/metrics.h"
#include "service/observe/span_exporter.h"
#include "service/observe/trace_context.h"
#include "service/rpc/call.h"
#include "service/rpc/caller_limits.h"
#include "service/rpc/dry_run.h"
#include "service/rpc/page_token.h"
#include "service/rpc/pending_call.h"
#include "service/rpc/work_queue.h"
#include "storage/pg/pool.h"

namespace lots {

struct RpcOptions {
  std::vector<std::string> services;  // full names of the services on this call path
  std::string default_company;  // for requests that name no company; empty: a request must name one
  absl::Duration deadline_default = absl::Seconds(10);
  int workers = 8;  // each uses one database connection at a time
  int queue_max = 512;
  // Streams have workers of their own, so that small calls do not wait behind long traces.
  int stream_workers = 2;
  int streams_max = kStreamsMax;  // queued, running, or still being read by their client
  SpanExporter* spans = nullptr;  // null: no spans are sent
  CallerLimits::Options caller = {.rate_max = kCallerRateMax, .calls_max = kCallerCallsMax};
};

// Thread safe. Outlives the gRPC server.
class Rpc {
 public:
  Rpc(RpcOptions options, Identity& identity, pg::Pool& pool, const PageTokens& page_tokens,
      Metrics& metrics, Log& log);
  // Precondition: the gRPC server was shut down, so every call has ended.
  ~Rpc();

  // The override of a unary method returns Unary(…).
  template <class Request, class Response>
  grpc::ServerUnaryReactor* Unary(grpc::CallbackServerContext* context, const Request* request,
                                  Response* response, const Method& method,
                                  UnaryHandler<Request, Response> handler) {
    auto pending =
        std::make_unique<PendingUnaryCall<Request, Response>>(*request, *response, handler);
    return BeginAnswered(std::move(pending), *request, method, *context);
  }

  // The override of a unary method whose handler answers several calls at once.
  template <class Request, class Response>
  grpc::ServerUnaryReactor* Batch(grpc::CallbackServerContext* context, const Request* request,
                                  Response* response, const Method& method,
                                  BatchHandler<Request, Response> handler) {
    auto pending =
        std::make_unique<PendingBatchCall<Request, Response>>(*request, *response, method, handler);
    return BeginAnswered(std::move(pending), *request, method, *context);
  }

  // The override of a server-streaming method.
  template <class Request, class Response>
  grpc::ServerWriteReactor<Response>* Stream(grpc::CallbackServerContext* context,
                                             const Request* request, const Method& method,
                                             StreamHandler<Request, Response> handler) {
    auto* pending = new PendingStreamCall<Request, Response>(*request, handler);
    std::optional<grpc::Status> refused =
        Begin(*pending, method, *context, HeaderOf(*request), CallKind::kStream);
    if (refused.has_value()) pending->Finish(*std::move(refused));
    return pending;
  }

  // For metrics.
  struct Gauge {
    WorkQueue::Gauge queue;  // the sum of both queues
    int in_flight;
    int streams;
  };
  Gauge gauge() const;

  // From now on, refuses new and queued calls with SHUTTING_DOWN.
  void RefuseNewCalls();

 private:
  // The fields of a request that the call path reads.
  struct RequestHeader {
    absl::string_view company;
    absl::string_view request_id;
    Permissions extra_permissions;  // needed besides the method's own permission
    bool is_write = false;
    bool dry_run = false;
  };

  template <class Request>
  static RequestHeader HeaderOf(const Request& request) {
    RequestHeader header{.company = request.company(),
                         .extra_permissions = ExtraPermissions(request)};
    if constexpr (requires { request.request_id(); }) {
      header.request_id = request.request_id();
      header.is_write = true;
    }
    header.dry_run = IsDryRun(request);
    return header;
  }

  // A refused call ends with gRPC's own reactor at once. A PendingCall would cost a hop to one more
  // thread for OnDone, and under an overload most calls are refused.
  template <class AnyPendingCall, class Request>
  grpc::ServerUnaryReactor* BeginAnswered(std::unique_ptr<AnyPendingCall> pending,
                                          const Request& request, const Method& method,
                                          grpc::CallbackServerContext& context) {
    std::optional<grpc::Status> refused =
        Begin(*pending, method, context, HeaderOf(request), CallKind::kUnary);
    if (!refused.has_value()) return pending.release();
    pending.reset();  // returns the caller's slot before the caller hears of the refusal
    grpc::ServerUnaryReactor* const reactor = context.DefaultReactor();
    reactor->Finish(*std::move(refused));
    return reactor;
  }

  // Enqueues the call and returns nothing. Or returns the status of the refusal: a refused call is
  // already logged and counted; the caller of Begin must send the returned status. Never waits.
  std::optional<grpc::Status> Begin(PendingCall& pending, const Method& method,
                                    const grpc::CallbackServerContext& context,
                                    const RequestHeader& header, CallKind kind);
  // The trace that the caller sent, or a new one when spans are exported.
  CallTrace TraceOf(const grpc::CallbackServerContext& context) const;
  // Sets what cannot be refused: peer, trace, deadline.
  void InitCall(PendingCall& pending, const Method& method,
                const grpc::CallbackServerContext& context, absl::string_view request_id) const;
  // Sets the call's caller, company and actor, and checks the caller's limits and permissions. The
  // permission comes before the company: a caller without it does not learn which companies exist.
  absl::Status Identify(PendingCall& pending, const Method& method,
                        const grpc::CallbackServerContext& context, const RequestHeader& header);
  // Sets what the audit log keeps of the connection and the caller.
  void SetOrigin(PendingCall& pending, const grpc::CallbackServerContext& context) const;
  absl::Status CheckPermissions(const Caller& caller, const Method& method,
                                Permissions extra_permissions) const;
  absl::Status ChooseCompany(Call& call, const Method& method, absl::string_view company) const;
  // The client's deadline, or the method's default; bounded.
  absl::Time DeadlineOf(const grpc::CallbackServerContext& context, const Method& method,
                        absl::Time now) const;
  // Enqueues the call and returns null, or returns the refusal. The refusals are built at the start
  // of the server: under an overload most calls get one, so a refusal must be cheap.
  const Outcome* Admit(PendingCall& pending);
  const Outcome* AdmitStream(PendingCall& pending);

  // On a worker.
  void Run(const std::vector<Job*>& jobs);
  // Enqueues a stream again whose handler paused and whose client has read enough.
  void Resume(PendingCall& pending);
  // OK, unless the client has left, the deadline has passed, or the server is stopping.
  absl::Status CheckStillWanted(const PendingCall& pending) const;
  // Returns one status for each call.
  std::vector<absl::Status> Handle(absl::Span<PendingCall* const> calls);

  // Reports the call's end and sends it. The pending call may be deleted before End returns.
  void End(PendingCall& pending, Outcome outcome);
  // Writes the metrics, the log line and the span of a call that ends.
  void Report(const PendingCall& pending, const Outcome& outcome);
  void WriteLine(const PendingCall& pending, const Outcome& outcome, absl::Duration elapsed);
  void RecordSpan(const PendingCall& pending, const Outcome& outcome, absl::Duration elapsed);

  const RpcOptions options_;
  const Outcome queue_full_, streams_full_, shutting_down_;
  const MethodPermissions permissions_;
  Identity& identity_;
  CallerLimits limits_;
  pg::Pool& pool_;
  const PageTokens& page_tokens_;
  Metrics& metrics_;
  Log& log_;
  LogRateLimiter busy_lines_;
  std::atomic<int> in_flight_ = 0;
  std::atomic<int> streams_ = 0;
  std::atomic<bool> stopping_ = false;
  // Last members, so that their workers end before the other members go.
  WorkQueue unary_queue_;
  WorkQueue stream_queue_;
};

}  // namespace lots
