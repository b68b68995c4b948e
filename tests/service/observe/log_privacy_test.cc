// The log shows neither what callers send nor what the database keeps for them.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "lots/v1/catalog.grpc.pb.h"
#include "lots/v1/lot.grpc.pb.h"
#include "tests/support/server/test_server.h"
#include "tests/support/world/world.h"

namespace lots {
namespace {

using grpc::StatusCode;

// In every text that is sent, and nowhere else.
constexpr char kText[] = "WHISPER";

// A server that logs as much as it ever does.
class LogPrivacy : public ::testing::Test {
 protected:
  LogPrivacy()
      : server_([](Server::Options& options) { options.slow_statement = absl::ZeroDuration(); }),
        world_(server_.database()),
        catalog_(server_.NewStub<v1::CatalogService>()),
        lots_(server_.NewStub<v1::LotService>()) {}
  ~LogPrivacy() override {
    const std::vector<std::string> lines = server_.LogLines();
    EXPECT_FALSE(lines.empty());
    for (const std::string& line : lines) {
      EXPECT_FALSE(absl::StrContains(absl::AsciiStrToUpper(line), kText)) << line;
    }
  }

  grpc::Status Create(const std::string& number, const std::string& key = kText) {
    v1::CreateLotRequest request;
    request.set_company("acme");
    request.set_request_id(absl::StrCat("create-", number.size(), "-", key.size()));
    request.mutable_lot()->set_product_id("salt");
    request.mutable_lot()->set_number(number);
    (*request.mutable_lot()->mutable_attributes())[key].set_text(kText);
    v1::Lot lot;
    return Send(*lots_, &v1::LotService::Stub::CreateLot, request, lot);
  }

  const TestServer server_;
  const World world_;
  const std::unique_ptr<v1::CatalogService::Stub> catalog_;
  const std::unique_ptr<v1::LotService::Stub> lots_;
};

TEST_F(LogPrivacy, OfWhatIsWrittenAndRead) {
  EXPECT_TRUE(Create(kText, "whisper").ok());
  v1::ListLotsRequest request;
  request.set_company("acme");
  request.set_filter(absl::StrCat("number = \"", kText, "\""));
  v1::ListLotsResponse found;
  EXPECT_TRUE(Send(*lots_, &v1::LotService::Stub::ListLots, request, found).ok());
  EXPECT_EQ(found.lots_size(), 1);
}

TEST_F(LogPrivacy, OfWhatIsRefused) {
  EXPECT_TRUE(Create(kText, "whisper").ok());
  EXPECT_EQ(Create(absl::StrCat(kText, "\x01")).error_code(), StatusCode::INVALID_ARGUMENT);
  v1::CreateLotRequest taken;
  taken.set_company("acme");
  taken.set_request_id("again");
  taken.mutable_lot()->set_product_id("salt");
  taken.mutable_lot()->set_number(kText);
  v1::Lot lot;
  EXPECT_EQ(Send(*lots_, &v1::LotService::Stub::CreateLot, taken, lot).error_code(),
            StatusCode::ALREADY_EXISTS);
  v1::GetProductRequest missing;
  missing.set_company("acme");
  missing.set_product_id(kText);
  v1::Product product;
  EXPECT_EQ(Send(*catalog_, &v1::CatalogService::Stub::GetProduct, missing, product).error_code(),
            StatusCode::NOT_FOUND);
  v1::ListLotsRequest list;
  list.set_company("acme");
  list.set_filter(absl::StrCat("number = = ", kText));
  v1::ListLotsResponse found;
  EXPECT_EQ(Send(*lots_, &v1::LotService::Stub::ListLots, list, found).error_code(),
            StatusCode::INVALID_ARGUMENT);
}

// PostgreSQL quotes the row that it refuses.
TEST_F(LogPrivacy, OfWhatFailsUnexpectedly) {
  server_.database().Execute("ALTER TABLE lots ADD CONSTRAINT odd CHECK (number <> 'WHISPER')");

  const grpc::Status status = Create(kText, "whisper");

  EXPECT_EQ(status.error_code(), StatusCode::INTERNAL) << status.error_message();
  EXPECT_TRUE(absl::StrContains(absl::StrJoin(server_.LogLines(), "\n"), "error_id"));
}

}  // namespace
}  // namespace lots
