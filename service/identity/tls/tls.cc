// The server's credentials, which read the newest certificate at each handshake.
#include "service/identity/tls/tls.h"

#include <grpc/grpc.h>
#include <grpc/grpc_security.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "service/base/identity_file.h"
#include "service/identity/tls/certificate_check.h"
#include "storage/base/check.h"
#include "storage/base/status_macros.h"

namespace lots {
namespace {

using Pem = TlsCertificates::Pem;

absl::Status At(const std::string& path, const absl::Status& status) {
  return absl::FailedPreconditionError(absl::StrCat(path, ": ", status.message()));
}

class PortCredentials final : public grpc::ServerCredentials {
 public:
  // Takes the credentials.
  explicit PortCredentials(grpc_server_credentials* credentials) : credentials_(credentials) {}
  ~PortCredentials() override { grpc_server_credentials_release(credentials_); }

  void SetAuthMetadataProcessor(
      const std::shared_ptr<grpc::AuthMetadataProcessor>& processor) override {
    Check(processor == nullptr);  // identity.h authenticates
  }

 private:
  int AddPortToServer(const std::string& address, grpc_server* server) override {
    return grpc_server_add_http2_port(server, address.c_str(), credentials_);
  }

  grpc_server_credentials* const credentials_;
};

}  // namespace

// gRPC's C++ API takes new certificates only from files that it watches, and serves nobody while
// one of the files is broken. Its C API asks before each handshake for newer certificates and else
// keeps the old ones. So the key is not copied to another file, and only checked contents are used.
class TlsCertificates::Port {
 public:
  explicit Port(const TlsCertificates& certificates) : certificates_(certificates) {}

  static grpc_ssl_certificate_config_reload_status Fetch(
      void* port, grpc_ssl_server_certificate_config** config) {
    return static_cast<Port*>(port)->Fetch(config);
  }

 private:
  grpc_ssl_certificate_config_reload_status Fetch(grpc_ssl_server_certificate_config** config) {
    std::shared_ptr<const Pem> newest = certificates_.pem();
    {
      absl::MutexLock lock(&mutex_);
      if (newest == shown_) return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_UNCHANGED;
      shown_ = newest;
    }
    // gRPC needs authorities even when clients need no certificate.
    const std::string& authorities =
        newest->client_ca.empty() ? newest->certificate : newest->client_ca;
    const grpc_ssl_pem_key_cert_pair pair{newest->key.c_str(), newest->certificate.c_str()};
    *config = grpc_ssl_server_certificate_config_create(authorities.c_str(), &pair, 1);
    return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_NEW;
  }

  const TlsCertificates& certificates_;
  absl::Mutex mutex_;
  std::shared_ptr<const Pem> shown_ ABSL_GUARDED_BY(mutex_);
};

TlsCertificates::TlsCertificates(TlsFiles files)
    : files_(std::move(files)), port_(std::make_unique<Port>(*this)) {}

TlsCertificates::~TlsCertificates() = default;

absl::Status TlsCertificates::Load() {
  auto pem = std::make_shared<Pem>();
  ASSIGN_OR_RETURN(pem->certificate, ReadIdentityFile(files_.certificate));
  ASSIGN_OR_RETURN(pem->key, ReadIdentityFile(files_.key));
  const absl::StatusOr<absl::Time> not_after =
      CheckServerCertificate(pem->certificate, pem->key, absl::Now());
  if (!not_after.ok()) return At(files_.certificate, not_after.status());
  pem->not_after = *not_after;
  if (!files_.client_ca.empty()) {
    ASSIGN_OR_RETURN(pem->client_ca, ReadIdentityFile(files_.client_ca));
    const absl::StatusOr<absl::Time> ends = CheckAuthorities(pem->client_ca, absl::Now());
    if (!ends.ok()) return At(files_.client_ca, ends.status());
    pem->client_ca_not_after = *ends;
  }
  absl::MutexLock lock(&mutex_);
  pem_ = std::move(pem);
  return absl::OkStatus();
}

std::shared_ptr<const Pem> TlsCertificates::pem() const {
  absl::MutexLock lock(&mutex_);
  Check(pem_ != nullptr);
  return pem_;
}

absl::Time TlsCertificates::not_after() const { return pem()->not_after; }

absl::Time TlsCertificates::client_ca_not_after() const { return pem()->client_ca_not_after; }

std::shared_ptr<grpc::ServerCredentials> TlsCertificates::NewCredentials() {
  return std::make_shared<PortCredentials>(grpc_ssl_server_credentials_create_with_options(
      grpc_ssl_server_credentials_create_options_using_config_fetcher(
          files_.client_ca.empty() ? GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE
                                   : GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY,
          &Port::Fetch, port_.get())));
}

}  // namespace lots
