// Checks certificates and keys with OpenSSL before the server uses them.
#include "service/identity/tls/certificate_check.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <ctime>
#include <memory>
#include <vector>

#include "absl/strings/str_cat.h"
#include "service/base/openssl_free.h"
#include "service/base/server_limits.h"
#include "storage/base/status_macros.h"
#include "storage/domain/kinds/sql_words.h"

namespace lots {
namespace {

using Text = std::unique_ptr<BIO, Free<BIO_free>>;
using Certificate = std::unique_ptr<X509, Free<X509_free>>;
using PrivateKey = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;

// Clears OpenSSL's queue of errors. Errors that stay in the thread's queue would confuse gRPC's
// TLS.
class ErrorsCleared {
 public:
  ~ErrorsCleared() { ERR_clear_error(); }
};

absl::Status Wrong(absl::string_view what) { return absl::FailedPreconditionError(what); }

Text Reading(absl::string_view pem) {
  return Text(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
}

absl::StatusOr<std::vector<Certificate>> CertificatesOf(absl::string_view pem) {
  const Text text = Reading(pem);
  std::vector<Certificate> certificates;
  while (true) {
    Certificate next(PEM_read_bio_X509(text.get(), nullptr, nullptr, nullptr));
    if (next == nullptr) break;
    certificates.push_back(std::move(next));
  }
  // The end of the text is no failure.
  const unsigned long error = ERR_peek_last_error();  // NOLINT(google-runtime-int): OpenSSL's
  const bool ended =
      ERR_GET_LIB(error) == ERR_LIB_PEM && ERR_GET_REASON(error) == PEM_R_NO_START_LINE;
  if (!ended) return Wrong("a certificate is damaged");
  if (certificates.empty()) return Wrong("it has no certificate");
  return certificates;
}

absl::Time TimeOf(const ASN1_TIME* asn1) {
  std::tm time{};
  if (ASN1_TIME_to_tm(asn1, &time) != 1) return absl::InfinitePast();
  return absl::FromTimeT(timegm(&time));
}

// When the first of them ends.
absl::StatusOr<absl::Time> CheckTimes(const std::vector<Certificate>& certificates,
                                      absl::Time now) {
  absl::Time first_end = absl::InfiniteFuture();
  for (const Certificate& certificate : certificates) {
    const absl::Time begin = TimeOf(X509_get0_notBefore(certificate.get()));
    const absl::Time end = TimeOf(X509_get0_notAfter(certificate.get()));
    if (now >= end) return Wrong(absl::StrCat("a certificate expired at ", absl::FormatTime(end)));
    if (now < begin) {
      return Wrong(absl::StrCat("a certificate begins only at ", absl::FormatTime(begin)));
    }
    first_end = std::min(first_end, end);
  }
  return first_end;
}

PrivateKey KeyOf(absl::string_view pem) {
  const Text text = Reading(pem);
  // Without this OpenSSL would ask for a passphrase on the terminal.
  const auto no_passphrase = [](char*, int, int, void*) { return 0; };
  return PrivateKey(PEM_read_bio_PrivateKey(text.get(), nullptr, no_passphrase, nullptr));
}

}  // namespace

absl::StatusOr<absl::Time> CheckServerCertificate(absl::string_view chain_pem,
                                                  absl::string_view key_pem, absl::Time now) {
  const ErrorsCleared cleared;
  ASSIGN_OR_RETURN(const std::vector<Certificate> chain, CertificatesOf(chain_pem));
  X509* const own = chain.front().get();
  const PrivateKey key = KeyOf(key_pem);
  if (key == nullptr) return Wrong("the key is damaged, or has a passphrase");
  if (X509_check_private_key(own, key.get()) != 1) {
    return Wrong("the key is not the certificate's");
  }
  if (EVP_PKEY_get_security_bits(key.get()) < kSecurityBitsMin) return Wrong("the key is weak");
  if (X509_check_purpose(own, X509_PURPOSE_SSL_SERVER, /*ca=*/0) != 1) {
    return Wrong("the first certificate is no server's");
  }
  for (size_t i = 1; i < chain.size(); ++i) {
    if (X509_check_issued(chain[i].get(), chain[i - 1].get()) != X509_V_OK) {
      return Wrong(
          absl::StrCat("certificate ", i + 1, " of the chain did not issue the one ", "before it"));
    }
  }
  return CheckTimes(chain, now);
}

absl::StatusOr<absl::Time> CheckAuthorities(absl::string_view pem, absl::Time now) {
  const ErrorsCleared cleared;
  ASSIGN_OR_RETURN(const std::vector<Certificate> authorities, CertificatesOf(pem));
  for (const Certificate& authority : authorities) {
    if (X509_check_ca(authority.get()) == 0) return Wrong("a certificate is no authority's");
  }
  return CheckTimes(authorities, now);
}

}  // namespace lots
