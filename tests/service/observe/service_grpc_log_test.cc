// gRPC's own words, as lines of lotd's log.
#include <grpc/support/log.h>
#include <gtest/gtest.h>

#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "service/base/server_limits.h"
#include "service/observe/grpc_log.h"
#include "tests/support/base/test_folder.h"

namespace lots {
namespace {

using nlohmann::json;

class GrpcLogTest : public testing::Test {
 protected:
  // What starting gRPC does first.
  GrpcLogTest() { gpr_log_verbosity_init(); }

  // What the log has, each line read as JSON.
  std::vector<json> Lines() const {
    std::ifstream file(folder_.Path("log"));
    std::vector<json> lines;
    for (std::string line; std::getline(file, line);) {
      lines.push_back(json::parse(line, nullptr, /*allow_exceptions=*/false));
      EXPECT_TRUE(lines.back().is_object()) << line;
    }
    return lines;
  }

  const TestFolder folder_;
  const std::unique_ptr<Log> log_ = *Log::Open({.file = folder_.Path("log")});
};

TEST_F(GrpcLogTest, WritesLinesOfJson) {
  {
    const GrpcLog grpc_log(*log_);
    gpr_log(GPR_ERROR, "Handshake failed with fatal error %s: \"%d\"\n", "SSL_ERROR_SSL", 7);
  }
  gpr_log(GPR_ERROR, "too late");

  const std::vector<json> lines = Lines();
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(lines[0]["event"], "grpc");
  EXPECT_EQ(lines[0]["level"], "warning");
  EXPECT_EQ(lines[0]["text"], "Handshake failed with fatal error SSL_ERROR_SSL: \"7\"\n");
  EXPECT_EQ(lines[0]["source"].get<std::string>().find("service_grpc_log_test.cc:"), 0u);
}

TEST_F(GrpcLogTest, AFloodIsCutShort) {
  const GrpcLog grpc_log(*log_);
  for (int i = 0; i < 10 * kGrpcLinesPerMinute; ++i) gpr_log(GPR_ERROR, "knock");

  EXPECT_EQ(Lines().size(), size_t{kGrpcLinesPerMinute});
}

TEST_F(GrpcLogTest, ALongLineIsCutShort) {
  const GrpcLog grpc_log(*log_);
  gpr_log(GPR_ERROR, "%s", std::string(10'000, 'x').c_str());

  const std::vector<json> lines = Lines();
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(lines[0]["text"].get<std::string>().size(), kGrpcLineBytesMax);
}

}  // namespace
}  // namespace lots
