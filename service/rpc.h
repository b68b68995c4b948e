// The road that every call takes, written once: who calls → how much it may ask for → whether it
// may do this → for this company → the queue for a database worker, or a refusal → the handler →
// the end, with one metric and one log line.
//
// gRPC's threads only ever put a call into the queue. A handler runs on a worker's thread with a
// connection of its own, which is given back before the answer is sent.
#pragma once

#include <atomic>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "grpcpp/grpcpp.h"
#include "service/call.h"
#include "service/caller_limits.h"
#include "service/identity.h"
#include "service/log.h"
#include "service/method_permissions.h"
#include "service/metrics.h"
#include "service/page_token.h"
#include "service/span_exporter.h"
#include "service/status.h"
#include "service/trip.h"
#include "service/work_queue.h"
#include "storage/limits.h"
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
    auto* trip = new UnaryTrip<Request, Response>(*request, *response, handler);
    Begin(*trip, method, *context, AskedBy(*request), TripKind::kUnary);
    return trip;
  }

  // The same, for a handler that answers several calls at once.
  template <class Request, class Response>
  grpc::ServerUnaryReactor* Batch(grpc::CallbackServerContext* context, const Request* request,
                                  Response* response, const Method& method,
                                  BatchHandler<Request, Response> handler) {
    auto* trip = new BatchTrip<Request, Response>(*request, *response, method, handler);
    Begin(*trip, method, *context, AskedBy(*request), TripKind::kUnary);
    return trip;
  }

  // What an override of a server-streaming method returns.
  template <class Request, class Response>
  grpc::ServerWriteReactor<Response>* Stream(grpc::CallbackServerContext* context,
                                             const Request* request, const Method& method,
                                             StreamHandler<Request, Response> handler) {
    auto* trip = new StreamTrip<Request, Response>(*request, handler);
    Begin(*trip, method, *context, AskedBy(*request), TripKind::kStream);
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
  // What the road needs to know of a request.
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

  // Fills in the trip and puts it into the queue, or ends it with a refusal. Never waits.
  void Begin(Trip& trip, const Method& method, const grpc::CallbackServerContext& context,
             const Asked& asked, TripKind kind);
  // The call's place in a trace: the caller's, or a new one when spans are sent.
  void JoinTrace(Trip& trip, absl::string_view traceparent) const;
  // What needs no judging: peer, trace, deadline.
  void Meet(Trip& trip, const Method& method, const grpc::CallbackServerContext& context,
            absl::string_view request_id) const;
  // The call's caller, company and actor. In this order, so that nobody learns what exists, not
  // even a company, who has no right to it.
  absl::Status Identify(Trip& trip, const Method& method,
                        const grpc::CallbackServerContext& context, const Asked& asked);
  // What the record of writes keeps of the connection and of who is known to call.
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

  // Tells the metrics, the log and the trace, and ends the call. The trip may be gone afterwards.
  void End(Trip& trip, Outcome outcome);
  void Tell(const Trip& trip, const Outcome& outcome, absl::Duration elapsed);
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
  std::atomic<int> in_flight_ = 0;
  std::atomic<int> streams_ = 0;
  std::atomic<bool> stopping_ = false;
  // Last: their workers use the rest.
  WorkQueue calls_;
  WorkQueue walks_;
};

}  // namespace lots
