// What every write carries: for whom, by whom, from where, and as which request.
#pragma once

#include <string>

#include "absl/time/time.h"
#include "storage/base/uuid.h"
#include "storage/domain/ids.h"

namespace lots {

// From where a call comes, as the audit log (storage/writes/audit.h) keeps it.
struct CallOrigin {
  std::string caller;       // as whom it was known: "token:anna"; empty: nobody asked
  std::string peer;         // the address at the other end, without its port
  std::string certificate;  // the name in the client's certificate; empty: it showed none
  std::string trace_id;     // of the caller's W3C trace context; empty: it said none
};

// What every write carries.
struct WriteContext {
  CompanyId company;
  std::string
      request_id;      // empty: this write is not recorded (Upserts and updates with an etag only)
  std::string method;  // "lots.v1.StockService/RecordMovements"
  // SHA-256 of what the request means, without its request_id (service/rpc/normalize.h).
  std::string payload_hash;
  std::string actor;
  absl::Time now;  // the server's clock when the request came in
  CallOrigin origin = {};
  // The same of the request as it was sent, when it was spelled otherwise; else empty. The release
  // before recorded this hash. To be removed a release later.
  std::string sent_payload_hash = {};
  Uuid entry_id = Uuid::MakeV7();  // of the audit entry, which all rows of the write name
};

}  // namespace lots
