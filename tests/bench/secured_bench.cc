// get_lot_secured: what TLS and a token add to a GetLot.
#include "storage/base/check.h"
#include "tests/bench/points.h"
#include "tests/support/base/eventually.h"
#include "tests/support/base/test_folder.h"
#include "tests/support/server/certificates.h"
#include "tests/support/server/tokens.h"

namespace lots::bench {
namespace {

// A second lotd on the stage's database, as one that other machines reach.
class Secured {
 public:
  explicit Secured(const Stage& stage) : lotd_(OptionsFor(stage)) {
    lotd_.Start();
    Check(Eventually([&] { return lotd_.IsServing(); }));
  }
  const LotdProcess& lotd() const { return lotd_; }

 private:
  LotdProcess::Options OptionsFor(const Stage& stage) const {
    const TestAuthority authority("bench");
    const IssuedCertificate issued =
        authority.Issue({.common_name = "localhost", .names = {"DNS:localhost"}});
    const TokenSigner signer(TokenAlgorithm::kEs256, "bench");
    const std::string token = signer.Sign(Claims("bench", R"(["main"])", "lots.read"));
    grpc::SslCredentialsOptions tls;
    tls.pem_root_certs = authority.certificate();
    return {.flags = {"--database", stage.conninfo(), "--insecure-database", "--tls-certificate",
                      folder_.Write("certificate", issued.certificate), "--tls-key",
                      folder_.Write("key", issued.key), "--token-keys",
                      folder_.Write("keys", Jwks({&signer})), "--token-issuer", kTestIssuer,
                      "--token-audience", kTestAudience},
            .credentials = grpc::CompositeChannelCredentials(grpc::SslCredentials(tls),
                                                             grpc::AccessTokenCredentials(token))};
  }

  const TestFolder folder_;
  LotdProcess lotd_;
};

}  // namespace

void MeasureSecuredGetLot(const Stage& stage, const Options& options, Results& results) {
  const Factory factory = options.factory();
  const Secured secured(stage);
  const auto measure = [&](const LotdProcess& lotd) {
    const auto calls = GetLotCalls(lotd, factory, kInFlight);
    const CpuMeter meter(lotd.pid(), stage.lotd().postgres());
    return MeasureLoad(meter, [&] { return RunClosed(*calls, options.round_time()); }).measured;
  };
  Result result{.name = "get_lot_secured", .unit = "cpu_us_per_call", .lots = factory.lots};
  InTurns(
      options.rounds(), result, [&] { return measure(secured.lotd()); },
      [&] { return measure(stage.lotd()); });
  results.push_back(std::move(result));
}

}  // namespace lots::bench
