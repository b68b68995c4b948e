// The certificate of lotd, and the authorities of its clients.
#pragma once

#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "grpcpp/security/server_credentials.h"

namespace lots {

struct TlsFiles {
  std::string certificate;  // PEM: the server's, then the intermediate ones
  std::string key;          // PEM, without a passphrase
  std::string client_ca;    // PEM; empty: clients need no certificate; else each needs one
};

// The last valid contents of the files. Each handshake uses the newest contents; an open connection
// keeps those of its handshake until the connection is too old. TLS 1.2 or newer. Thread safe.
class TlsCertificates {
 public:
  explicit TlsCertificates(TlsFiles files);
  ~TlsCertificates();

  // Reads the files. FAILED_PRECONDITION when the key does not belong to the certificate, the chain
  // is broken, a certificate has expired or is not a server's, or a key is too weak; the earlier
  // contents then stay in use.
  absl::Status Load();

  // When the certificates in use end; infinite future without one.
  absl::Time not_after() const;
  absl::Time client_ca_not_after() const;

  // For one server. Call once, after Load has succeeded. This object outlives the server.
  std::shared_ptr<grpc::ServerCredentials> NewCredentials();

  // The contents of the files.
  struct Pem {
    std::string certificate;
    std::string key;
    std::string client_ca;
    absl::Time not_after = absl::InfiniteFuture();
    absl::Time client_ca_not_after = absl::InfiniteFuture();
  };
  std::shared_ptr<const Pem> pem() const;

 private:
  class Port;

  const TlsFiles files_;
  // Used at each handshake, also after the credentials are gone.
  std::unique_ptr<Port> port_;
  mutable absl::Mutex mutex_;
  std::shared_ptr<const Pem> pem_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace lots
