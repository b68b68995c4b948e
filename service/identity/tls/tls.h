// The certificate that lotd shows, and the authorities whose clients it lets in.
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
  std::string certificate;  // PEM: the server's, then those between it and its authority
  std::string key;          // PEM, without a passphrase
  std::string client_ca;    // PEM; empty: clients show no certificate; else every one must
};

// What the files said when they were sound the last time. Each handshake takes what is newest then;
// connections that stand go on with what they began with, until they are too old. TLS 1.2 or newer.
// Thread safe.
class TlsCertificates {
 public:
  explicit TlsCertificates(TlsFiles files);
  ~TlsCertificates();

  // Reads the files. FAILED_PRECONDITION, and everything stays as it was, when the key is not the
  // certificate's, the chain does not hold together, something has expired or is no server's
  // certificate, or a key is too weak.
  absl::Status Load();

  // Of what is in use; infinite future where there is none.
  absl::Time not_after() const;
  absl::Time client_ca_not_after() const;

  // For one port, once. This outlives its server; Load has succeeded before.
  std::shared_ptr<grpc::ServerCredentials> NewCredentials();

  // What was read.
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
  // Asked at the handshakes, long after the credentials are gone.
  std::unique_ptr<Port> port_;
  mutable absl::Mutex mutex_;
  std::shared_ptr<const Pem> pem_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace lots
