// Checks certificates before a server uses them.
#pragma once

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace lots {

// Returns when the first certificate of the chain ends. FAILED_PRECONDITION, with the cause, when
// the certificates are not a valid chain of a server at `now`, or when `key_pem` is another key or
// weak.
absl::StatusOr<absl::Time> CheckServerCertificate(absl::string_view chain_pem,
                                                  absl::string_view key_pem, absl::Time now);

// Returns when the first of the authorities ends. FAILED_PRECONDITION when there is none, when a
// certificate is not an authority's, or when one has ended.
absl::StatusOr<absl::Time> CheckAuthorities(absl::string_view pem, absl::Time now);

}  // namespace lots
