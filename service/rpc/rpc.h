// The call path that every call takes, written once: who calls → how much it may ask for → whether
// it may do this → for this company → the queue for a database worker, or a refusal → the handler →
// the end, with one metric and one log line (a full server's refusals share one line a second for
// each caller and company).
//
// gRPC's threads only ever put a call into the queue, or refuse it (service/rpc/gathering.h). A
// handler runs on a worker's thread with a connection of its own, which is given back before the
// answer is sent.
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
#include "service/rpc/page_token.h"
#include "service/rpc/pending_call.h"
#include "service/rpc/work_queue.h"
#include "storage/base/limits.h"
#include "storage/pg/pool.h"

namespace lots {

struct RpcOptions {
  std::vector<std::string> services;  // full names, of all that take this road
  std::string default_company;        // where a request names none; empty: it must
  absl::Duration deadline_default = absl::Seconds(10);
  int workers = 8;  // each uses one connection at a time
  int queue_max = 512;
  // Streams have workers of their own: a few long walks do not make every small call wait.
  int stream_workers = 2;
  int streams_max = kStreamsMax;  // waiting, at work, or not taken by their client yet
  SpanExporter* spans = nullptr;  // where spans go; null: nowhere
  CallerLimits::Options caller = {.rate_max = kCallerRateMax, .calls_max = kCallerCallsMax};
};

// Thread safe. Outlives the gRPC server that calls it.
class Rpc {
 public:
  Rpc(RpcOptions options, Identity& identity, pg::Pool& pool, const PageTokens& page_tokens,
      Metrics& metrics, Log& log);
  // Every call has ended: the gRPC server was shut down.
  ~Rpc();

  // What an override of a unary method returns.
  template <class Request, class Response>
  grpc::ServerUnaryReactor* Unary(grpc::CallbackServerContext* context, const Request* request,
                                  Response* response, const Method& method,
                                  UnaryHandler<Request, Response> handler) {
    auto trip = std::make_unique<UnaryTrip<Request, Response>>(*request, *response, handler);
    return BeginAnswered(std::move(trip), *request, method, *context);
  }

  // The same, for a handler that answers several calls at once.
  template <class Request, class Response>
  grpc::ServerUnaryReactor* Batch(grpc::CallbackServerContext* context, const Request* request,
                                  Response* response, const Method& method,
                                  BatchHandler<Request, Response> handler) {
    auto trip =
        std::make_unique<BatchTrip<Request, Response>>(*request, *response, method, handler);
    return BeginAnswered(std::move(trip), *request, method, *context);
  }

  // What an override of a server-streaming method returns.
  template <class Request, class Response>
  grpc::ServerWriteReactor<Response>* Stream(grpc::CallbackServerContext* context,
                                             const Request* request, const Method& method,
                                             StreamHandler<Request, Response> handler) {
    auto* trip = new StreamTrip<Request, Response>(*request, handler);
    std::optional<grpc::Status> refused =
        Begin(*trip, method, *context, AskedBy(*request), TripKind::kStream);
    if (refused.has_value()) trip->Finish(*std::move(refused));
    return trip;
  }

  // For metrics.
  struct Gauge {
    WorkQueue::Gauge queue;  // of both kinds of workers
    int in_flight;
    int streams;
  };
  Gauge gauge() const;

  // Answers SHUTTING_DOWN to what still waits in the queue, from now on.
  void StopTaking();

 private:
  // What the call path needs to know of a request.
  struct Asked {
    absl::string_view company;
    absl::string_view request_id;
    Permissions besides;  // the method's own
    bool is_write = false;
  };

  template <class Request>
  static Asked AskedBy(const Request& request) {
    Asked asked{.company = request.company(), .besides = PermissionsBesides(request)};
    if constexpr (requires { request.request_id(); }) {
      asked.request_id = request.request_id();
      asked.is_write = true;
    }
    return asked;
  }

  // A refused call ends with gRPC's own reactor, here and now: a trip would be handed to one more
  // thread to hear that it is over, and under an overload most calls are refused.
  template <class AnyTrip, class Request>
  grpc::ServerUnaryReactor* BeginAnswered(std::unique_ptr<AnyTrip> trip, const Request& request,
                                          const Method& method,
                                          grpc::CallbackServerContext& context) {
    std::optional<grpc::Status> refused =
        Begin(*trip, method, context, AskedBy(request), TripKind::kUnary);
    if (!refused.has_value()) return trip.release();
    trip.reset();  // with the caller's place, which it may want again at once
    grpc::ServerUnaryReactor* const reactor = context.DefaultReactor();
    reactor->Finish(*std::move(refused));
    return reactor;
  }

  // Fills in the trip and puts it into the queue, or says how it is refused, which was told by
  // then; its end is the caller's to send. Never waits for the queue.
  std::optional<grpc::Status> Begin(Trip& trip, const Method& method,
                                    const grpc::CallbackServerContext& context, const Asked& asked,
                                    TripKind kind);
  // The call's place in a trace: the caller's, or a new one when spans are sent.
  CallTrace TraceOf(const grpc::CallbackServerContext& context) const;
  // What needs no judging: peer, trace, deadline.
  void Meet(Trip& trip, const Method& method, const grpc::CallbackServerContext& context,
            absl::string_view request_id) const;
  // The call's caller, company and actor. In this order, so that nobody learns what exists, not
  // even a company, who has no right to it.
  absl::Status Identify(Trip& trip, const Method& method,
                        const grpc::CallbackServerContext& context, const Asked& asked);
  // What the audit log keeps of the connection and of who is known to call.
  void TellOrigin(Trip& trip, const grpc::CallbackServerContext& context) const;
  absl::Status CheckPermissions(const Caller& caller, const Method& method,
                                Permissions besides) const;
  absl::Status ChooseCompany(Call& call, const Method& method, absl::string_view company) const;
  absl::Time DeadlineOf(const grpc::CallbackServerContext& context, absl::Time now) const;
  // Nothing when it was admitted, or else how it ends. These refusals are made beforehand: under an
  // overload most calls get one, and what they cost is taken from the others.
  const Outcome* Admit(Trip& trip);
  const Outcome* AdmitStream(Trip& trip);

  // On a worker.
  void Run(const std::vector<Job*>& jobs);
  // For a stream whose handler paused and has room again: back into the queue.
  void GoOn(Trip& trip);
  // OK, unless it is too late to begin.
  absl::Status CheckWanted(const Trip& trip) const;
  // One status a trip.
  std::vector<absl::Status> Handle(absl::Span<Trip* const> trips);

  // Tells of the call's end, and ends it. The trip may be gone afterwards.
  void End(Trip& trip, Outcome outcome);
  // Tells the metrics, the log and the trace.
  void Tell(const Trip& trip, const Outcome& outcome);
  void WriteLine(const Trip& trip, const Outcome& outcome, absl::Duration elapsed);
  void RecordSpan(const Trip& trip, const Outcome& outcome, absl::Duration elapsed);

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
  // Last: their workers use the rest.
  WorkQueue calls_;
  WorkQueue walks_;
};

}  // namespace lots
