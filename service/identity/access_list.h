// What the subjects of client certificates may do, and what those of tokens may do at most: a JSON
// file that whoever runs lotd keeps.
//
//   {
//     "certificates": {
//       "spiffe://plant/mes": {"companies": ["acme"], "permissions": ["read", "assign", "move"]},
//       "backup.plant.example": {"companies": ["*"], "permissions": ["read"]}
//     },
//     "tokens": {
//       "anna": {"companies": ["acme"], "permissions": ["read", "hold"]}
//     }
//   }
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "service/identity/caller.h"

namespace lots {

class AccessList {
 public:
  // Knows nobody.
  AccessList() = default;
  // INVALID_ARGUMENT when there is anything in it that is not understood: a misspelt permission
  // must not be a right that somebody lacks or, worse, has.
  static absl::StatusOr<AccessList> Parse(absl::string_view json);

  // The first of a certificate's names that is listed; null when none is.
  std::shared_ptr<const Caller> OfCertificate(const std::vector<std::string>& names) const;

  // Only what is granted both by the token and here, where its subject is listed; else as it is.
  Caller Narrowed(Caller caller) const;

 private:
  absl::flat_hash_map<std::string, std::shared_ptr<const Caller>> certificates_;
  absl::flat_hash_map<std::string, Caller> tokens_;
};

}  // namespace lots
