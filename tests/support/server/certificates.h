// Certificate authorities and certificates for tests.
#pragma once

#include <openssl/x509.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace lots {

struct IssuedCertificate {
  std::string certificate;  // PEM
  std::string key;          // PEM
};

class TestAuthority {
 public:
  explicit TestAuthority(const std::string& name);

  const std::string& certificate() const { return pem_; }

  struct Request {
    std::string common_name;
    std::vector<std::string> names = {};  // "DNS:localhost", "URI:spiffe://plant/mes"
    std::string usage = "serverAuth";
    absl::Time begins = absl::Now() - absl::Hours(1);
    absl::Time ends = absl::Now() + absl::Hours(1);
    int rsa_bits = 0;  // 0: P-256
  };
  IssuedCertificate Issue(const Request& request) const;

 private:
  const std::shared_ptr<EVP_PKEY> key_;
  std::shared_ptr<X509> certificate_;
  std::string pem_;
};

}  // namespace lots
