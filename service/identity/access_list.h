// The access list: what the subjects of client certificates may do, and what the subjects of tokens
// may do at most. The operator keeps it as a JSON file.
//
//   {
//     "certificates": {
//       "spiffe://plant/mes": {"companies": ["acme"], "permissions": ["read", "assign", "move"]},
//       "backup.plant.example": {"companies": ["*"], "permissions": ["read"]}
//     },
//     "tokens": {
//       "anna": {"companies": ["acme"], "permissions": ["read", "hold", "inspect"]}
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
  // An empty list.
  AccessList() = default;
  // INVALID_ARGUMENT when anything in the text is unknown: a misspelt permission must neither grant
  // nor withhold a right.
  static absl::StatusOr<AccessList> Parse(absl::string_view json);

  // The caller with the first listed one of a certificate's names; null when none is listed.
  std::shared_ptr<const Caller> OfCertificate(const std::vector<std::string>& names) const;

  // The rights that both the token and this list grant, when the subject is listed; else `caller`
  // unchanged.
  Caller Narrowed(Caller caller) const;

 private:
  absl::flat_hash_map<std::string, std::shared_ptr<const Caller>> certificates_;
  absl::flat_hash_map<std::string, Caller> tokens_;
};

}  // namespace lots
