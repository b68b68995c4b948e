// What every write carries: for whom, by whom, and as which request.
#pragma once

#include <string>

#include "absl/time/time.h"
#include "storage/base/uuid.h"
#include "storage/domain/call_origin.h"
#include "storage/domain/ids.h"

namespace lots {

// What every write carries.
struct WriteContext {
  CompanyId company;
  std::string
      request_id;      // empty: this write is not recorded (Upserts and updates with an etag only)
  std::string method;  // "lots.v1.StockService/RecordMovements"
  std::string payload_hash;  // SHA-256 of the request without its request_id
  std::string actor;
  absl::Time now;  // the server's clock when the request came in
  CallOrigin origin = {};
  Uuid entry_id = Uuid::MakeV7();  // of the audit entry, which all rows of the write name
};

}  // namespace lots
