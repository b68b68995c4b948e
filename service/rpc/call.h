// What a handler gets: the call that it serves, and the sink of a stream's messages.
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
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "google/protobuf/message.h"
#include "service/identity/caller.h"
#include "service/rpc/normalize.h"
#include "service/rpc/page_token.h"
#include "storage/domain/ids.h"
#include "storage/pg/connection.h"
#include "storage/pg/pool.h"

namespace lots {

struct CallOrigin;

// One method of the API. service/handlers/services.cc lists all of them. The permission that a
// caller needs is an option in the proto.
struct Method {
  absl::string_view name;      // "lots.v1.LotService/ListLots"
  bool every_company = false;  // `company: "-"` asks for every company
  // Works on thousands of lots, or a million: may take minutes (kLargeDeadlineDefault).
  bool is_large = false;
};

struct Call {
  absl::string_view method;                      // Method::name
  CompanyId company;                             // never empty; "-" with every_company
  bool every_company = false;                    // only where Method::every_company allows it
  std::shared_ptr<const Caller> caller;          // never null on the call path of rpc.h
  std::string actor;                             // the name in history and the audit log
  absl::Time now;                                // when the request arrived
  std::shared_ptr<const CallOrigin> origin;      // of a write; null: of a read
  absl::Time deadline;                           // never infinite
  const std::atomic<bool>* cancelled = nullptr;  // set when the client went away
  const PageTokens* page_tokens = nullptr;
  pg::Pool* pool = nullptr;  // for handlers that read over a second connection; may be null
};

// Takes the messages of a stream handler. The messages wait in memory and are sent at the client's
// pace. No method of Sink waits, so a slow client keeps no database connection busy. After the
// client has left, messages are dropped, full() is true, and the handler's next statement ends with
// CANCELLED.
template <class Response>
class Sink {
 public:
  // The rest of a handler. The rest may itself call ResumeWith.
  using Rest = std::function<absl::Status(pg::Connection& db, Sink<Response>& sink)>;

  virtual ~Sink() = default;
  virtual void Append(Response message) = 0;
  // True when kStreamBytesWaitingMax bytes wait or the client has left. A handler with a large
  // answer then calls ResumeWith and returns.
  virtual bool full() const = 0;
  // Call last, after ending the transaction. `rest` runs on another connection once the client has
  // read half of the buffer. `rest` does not run when the client leaves or the deadline passes
  // first. If the handler then returns OK, the call goes on; an error ends the call.
  virtual void ResumeWith(Rest rest) = 0;
};

template <class Request, class Response>
using UnaryHandler = absl::StatusOr<Response> (*)(const Request&, const Call&, pg::Connection&);
// For small reads that clients repeat often: one statement answers the requests that wait at the
// same moment. All requests are of one company; `call` is the first request's. Returns one answer
// for each request, in the order of the requests.
template <class Request, class Response>
using BatchHandler = std::vector<absl::StatusOr<Response>> (*)(absl::Span<const Request* const>,
                                                               const Call&, pg::Connection&);
template <class Request, class Response>
using StreamHandler = absl::Status (*)(const Request&, const Call&, pg::Connection&,
                                       Sink<Response>&);

// Equal messages give equal bytes: fields in the order of their numbers, maps in the order of keys.
std::string SerializeDeterministically(const google::protobuf::Message& message);
// The SHA-256 of SerializeDeterministically.
std::string HashOf(const google::protobuf::Message& message);

}  // namespace lots
