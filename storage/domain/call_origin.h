// From where a call comes.
#pragma once

#include <string>

namespace lots {

// From where a call comes, as the audit log (storage/writes/audit.h) keeps it.
struct CallOrigin {
  std::string caller;       // as whom it was known: "token:anna"; empty: nobody asked
  std::string peer;         // the address at the other end, without its port
  std::string certificate;  // the name in the client's certificate; empty: it showed none
  std::string trace_id;     // of the caller's W3C trace context; empty: it said none
};

}  // namespace lots
