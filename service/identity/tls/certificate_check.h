// Whether a server can use a certificate, found out before it does.
#pragma once

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace lots {

// When the first certificate of the chain ends. FAILED_PRECONDITION, saying what is wrong, when it
// is no chain of a server that holds together now, or `key_pem` is not its key, or is weak.
absl::StatusOr<absl::Time> CheckServerCertificate(absl::string_view chain_pem,
                                                  absl::string_view key_pem, absl::Time now);

// When the first of the authorities ends. FAILED_PRECONDITION when there is none, or one is no
// authority, or has ended.
absl::StatusOr<absl::Time> CheckAuthorities(absl::string_view pem, absl::Time now);

}  // namespace lots
