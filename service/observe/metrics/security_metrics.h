// Metrics of refused callers, and of certificates, token keys and access lists.
#pragma once

#include "absl/strings/string_view.h"
#include "prometheus/counter.h"
#include "prometheus/family.h"
#include "prometheus/gauge.h"
#include "prometheus/registry.h"

namespace lots {

// Thread safe. Labels come from closed sets.
class SecurityMetrics {
 public:
  explicit SecurityMetrics(prometheus::Registry& registry);

  // By reason: "TOKEN_EXPIRED".
  prometheus::Counter& refused(absl::string_view reason) const;

  // By what is reloaded: "tls", "token_keys", "access_list".
  void Reloaded(absl::string_view what, bool succeeded) const;

  // When a certificate ends. By kind: "server", the certificate of lotd; "client_ca", the authority
  // that ends first.
  prometheus::Gauge& certificate_not_after(absl::string_view kind) const;

 private:
  // Owned by the registry.
  prometheus::Family<prometheus::Counter>& refused_;
  prometheus::Family<prometheus::Counter>& reloads_;
  prometheus::Family<prometheus::Gauge>& reload_failed_;
  prometheus::Family<prometheus::Gauge>& not_after_;
};

}  // namespace lots
