// Page tokens: opaque to callers, signed, and good for one query only.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"
#include "storage/pg/connection.h"

namespace lots {

// Where the next page begins: in this company, after the item with these sort keys. Without keys,
// at the first item of the company.
struct PagePosition {
  std::string company;
  std::vector<std::string> after;

  friend bool operator==(const PagePosition&, const PagePosition&) = default;
};

// A token is valid for one fingerprint: the method and all fields of the request except page_size
// and page_token.
std::string FingerprintOf(absl::string_view method, const google::protobuf::Message& request);

// Signs and opens tokens with HMAC-SHA256. Thread safe.
class PageTokens {
 public:
  explicit PageTokens(std::string key) : key_(std::move(key)) {}

  // Loads the key that all servers on this database share.
  static absl::StatusOr<PageTokens> Load(pg::Connection& db);

  std::string Sign(absl::string_view fingerprint, const PagePosition& position) const;

  // INVALID_ARGUMENT PAGE_TOKEN_INVALID for a token that Sign did not make with this key and
  // fingerprint.
  absl::StatusOr<PagePosition> Open(absl::string_view fingerprint, absl::string_view token) const;

 private:
  std::string Mac(absl::string_view fingerprint, absl::string_view payload) const;

  std::string key_;
};

}  // namespace lots
