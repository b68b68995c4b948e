// Declares the metrics of refused callers and reloaded files.
#include "service/observe/metrics/security_metrics.h"

#include <string>

#include "storage/domain/errors.h"
#include "storage/domain/reasons.h"

namespace lots {

using prometheus::BuildCounter;
using prometheus::BuildGauge;

SecurityMetrics::SecurityMetrics(prometheus::Registry& registry)
    : refused_(BuildCounter()
                   .Name("lots_auth_failures_total")
                   .Help("Calls refused for who makes them, by reason.")
                   .Register(registry)),
      reloads_(BuildCounter()
                   .Name("lots_reloads_total")
                   .Help("Readings of the files that say who is who, by what and result.")
                   .Register(registry)),
      reload_failed_(BuildGauge()
                         .Name("lots_reload_failed")
                         .Help("1 while a file is broken and what it said before goes on.")
                         .Register(registry)),
      not_after_(BuildGauge()
                     .Name("lots_tls_cert_not_after_timestamp_seconds")
                     .Help("When the certificates in use end.")
                     .Register(registry)) {
  for (const Reason reason :
       {Reason::kCredentialsMissing, Reason::kTokenInvalid, Reason::kTokenExpired,
        Reason::kPermissionMissing, Reason::kCompanyForbidden}) {
    refused(Name(reason));
  }
}

prometheus::Counter& SecurityMetrics::refused(absl::string_view reason) const {
  return refused_.Add({{"reason", std::string(reason)}});
}

void SecurityMetrics::Reloaded(absl::string_view what, bool succeeded) const {
  const std::string file(what);
  reloads_.Add({{"file", file}, {"result", succeeded ? "ok" : "failed"}}).Increment();
  reload_failed_.Add({{"file", file}}).Set(succeeded ? 0 : 1);
}

prometheus::Gauge& SecurityMetrics::certificate_not_after(absl::string_view kind) const {
  return not_after_.Add({{"kind", std::string(kind)}});
}

}  // namespace lots
