// The origin of a write: answers of ListAuditEntries and of ListLotHistory have it.
#include "service/convert/audit.h"

#include "storage/writes/audit.h"

namespace lots {

v1::WriteOrigin OriginToProto(const AuditEntry& entry) {
  v1::WriteOrigin message;
  message.set_audit_entry_id(entry.entry_id.ToString());
  message.set_method(entry.method);
  message.set_request_id(entry.request_id);
  message.set_caller(entry.origin.caller);
  message.set_peer(entry.origin.peer);
  message.set_certificate(entry.origin.certificate);
  message.set_trace_id(entry.origin.trace_id);
  return message;
}

}  // namespace lots
