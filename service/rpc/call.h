// What a handler sees: the call it serves, and where a stream's messages go.
//
// A handler is a plain blocking function on a database worker's thread, in one of three shapes:
//   unary   absl::StatusOr<Response> CreateLot(const Request&, const Call&, pg::Connection&);
//   batch   std::vector<absl::StatusOr<Response>> GetLotsTogether(
//               absl::Span<const Request* const>, const Call&, pg::Connection&);
//   stream  absl::Status TraceUpstream(const Request&, const Call&, pg::Connection&,
//                                      Sink<Response>&);
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "google/protobuf/message.h"
#include "service/identity/caller.h"
#include "service/rpc/page_token.h"
#include "storage/domain/ids.h"
#include "storage/domain/write_context.h"
#include "storage/pg/connection.h"
#include "storage/pg/pool.h"

namespace lots {

// One rpc of the API, a constant beside its handler. What its callers must be allowed stands in the
// proto, as its option `permission`.
struct Method {
  absl::string_view name;      // "lots.v1.LotService/ListLots"
  bool every_company = false;  // whether `company: "-"` asks for every company
};

struct Call {
  absl::string_view method;                      // Method::name
  CompanyId company;                             // never empty; "-" with every_company
  bool every_company = false;                    // only where Method::every_company allows it
  std::shared_ptr<const Caller> caller;          // never null on the call path of rpc.h
  std::string actor;                             // who acts, as history keeps it
  absl::Time now;                                // when the request came in
  CallOrigin origin;                             // of a write, as the audit log keeps it
  absl::Time deadline;                           // never infinite
  const std::atomic<bool>* cancelled = nullptr;  // set when the client went away
  const PageTokens* page_tokens = nullptr;
  pg::Pool* pool = nullptr;  // for who can use one more connection; may be null
};

// Where a stream handler puts its messages. They wait in memory and are sent at the client's pace;
// nothing here waits, so a slow client keeps no connection to the database. Once the client has
// gone they are dropped, the sink says that it is full, and the handler's next statement ends with
// CANCELLED.
template <class Response>
class Sink {
 public:
  // The rest of a handler. May in turn leave something for later.
  using Rest = std::function<absl::Status(pg::Connection& db, Sink<Response>& sink)>;

  virtual ~Sink() = default;
  virtual void Append(Response message) = 0;
  // Whether kStreamBytesWaitingMax wait, or nobody does: a handler whose answer is large stops
  // here.
  virtual bool full() const = 0;
  // For the last deed of a handler that found the sink full, and has ended its transaction: `rest`
  // goes on with some other connection when the client has taken half of what waits, unless it
  // leaves or the deadline passes first. What the handler returns is then not the call's end.
  virtual void Later(Rest rest) = 0;
};

template <class Request, class Response>
using UnaryHandler = absl::StatusOr<Response> (*)(const Request&, const Call&, pg::Connection&);
// For small reads that are asked for all the time: what waits at the same moment is read by one
// statement. The requests are of one company, and the call is the first one's; an answer a request,
// in their order.
template <class Request, class Response>
using BatchHandler = std::vector<absl::StatusOr<Response>> (*)(absl::Span<const Request* const>,
                                                               const Call&, pg::Connection&);
template <class Request, class Response>
using StreamHandler = absl::Status (*)(const Request&, const Call&, pg::Connection&,
                                       Sink<Response>&);

// The same bytes for equal messages: fields in order of their numbers, maps in order of their keys.
std::string SerializeDeterministically(const google::protobuf::Message& message);
// SHA-256 of these bytes.
std::string HashOf(const google::protobuf::Message& message);

// What a write carries into storage. The payload is the request without its request_id, and with
// the company that an empty field stood for.
template <class Request>
WriteContext MakeWriteContext(const Request& request, const Call& call) {
  Request payload = request;
  payload.clear_request_id();
  payload.set_company(call.company.value());
  return {.company = call.company,
          .request_id = request.request_id(),
          .method = std::string(call.method),
          .payload_hash = HashOf(payload),
          .actor = call.actor,
          .now = call.now,
          .origin = call.origin};
}

}  // namespace lots
