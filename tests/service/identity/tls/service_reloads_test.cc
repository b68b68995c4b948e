// Files that are read again when they change, and what is said when they are broken.
#include <gtest/gtest.h>

#include <atomic>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>

#include "absl/strings/match.h"
#include "prometheus/registry.h"
#include "prometheus/text_serializer.h"
#include "service/base/identity_file.h"
#include "service/base/server_limits.h"
#include "service/identity/tls/reloads.h"
#include "storage/base/status_macros.h"
#include "tests/support/base/eventually.h"
#include "tests/support/base/test_folder.h"

namespace lots {
namespace {

class ReloadsTest : public ::testing::Test {
 protected:
  ReloadsTest() {
    reloads_.Add("keys", {path_}, [this]() -> absl::Status {
      ++loads_;
      ASSIGN_OR_RETURN(const std::string text, ReadIdentityFile(path_));
      return text == "good" ? absl::OkStatus() : absl::FailedPreconditionError("it is bad");
    });
  }

  bool Says(absl::string_view line) const {
    return absl::StrContains(prometheus::TextSerializer().Serialize(registry_.Collect()), line);
  }
  std::string LogText() const {
    std::ifstream file(folder_.Path("log"));
    return {std::istreambuf_iterator<char>(file), {}};
  }

  const TestFolder folder_;
  const std::string path_ = folder_.Write("keys", "good");
  prometheus::Registry registry_;
  const SecurityMetrics metrics_{registry_};
  const std::unique_ptr<Log> log_ = *Log::Open({.file = folder_.Path("log")});
  std::atomic<int> loads_ = 0;
  Reloads reloads_{metrics_, *log_};
};

TEST_F(ReloadsTest, HappenWhenTheFileChangesAndOnlyThen) {
  ASSERT_TRUE(reloads_.LoadAll().ok());
  reloads_.Watch(absl::Milliseconds(5));
  folder_.Write("keys", "bad");
  EXPECT_TRUE(Eventually([&] { return loads_ == 2; }));
  EXPECT_TRUE(Eventually([&] { return Says("lots_reload_failed{file=\"keys\"} 1"); }));
  EXPECT_TRUE(Eventually(
      [&] { return absl::StrContains(LogText(), "\"file\":\"keys\",\"error\":\"it is bad\""); }));

  folder_.Write("keys", "good");
  EXPECT_TRUE(Eventually([&] { return Says("lots_reload_failed{file=\"keys\"} 0"); }));
  EXPECT_EQ(loads_, 3);
  EXPECT_TRUE(Says("lots_reloads_total{file=\"keys\",result=\"ok\"} 2"));
  EXPECT_TRUE(Says("lots_reloads_total{file=\"keys\",result=\"failed\"} 1"));
}

TEST_F(ReloadsTest, OfABrokenFileFailTheStart) {
  folder_.Write("keys", "bad");

  EXPECT_EQ(reloads_.LoadAll().message(), "it is bad");
}

TEST_F(ReloadsTest, OnDemandReadEverything) {
  ASSERT_TRUE(reloads_.LoadAll().ok());

  reloads_.ReloadAll();

  EXPECT_EQ(loads_, 2);
}

TEST(IdentityFile, HasABound) {
  const TestFolder folder;
  const std::string full(kIdentityFileBytesMax, 'x');

  EXPECT_EQ(ReadIdentityFile(folder.Write("full", full)).value(), full);
  EXPECT_FALSE(ReadIdentityFile(folder.Write("large", full + "x")).ok());
  EXPECT_FALSE(ReadIdentityFile(folder.Path("absent")).ok());
}

}  // namespace
}  // namespace lots
