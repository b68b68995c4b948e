// Entries of the audit log as messages.
#pragma once

#include "lots/v1/audit.pb.h"

namespace lots {

struct AuditEntry;

// Who wrote: the caller, the call and its origin.
v1::WriteOrigin OriginToProto(const AuditEntry& entry);

}  // namespace lots
