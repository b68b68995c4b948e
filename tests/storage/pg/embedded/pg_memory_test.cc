#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "storage/pg/embedded/memory.h"
#include "tests/support/base/test_folder.h"

namespace lots::pg {
namespace {

using ::testing::Contains;
using ::testing::Gt;

constexpr int64_t kGibibyte = int64_t{1} << 30;

// A machine with 16 GiB, and the control groups that it says.
class MemoryTest : public ::testing::Test {
 protected:
  void Write(const std::string& path, const std::string& text) {
    const std::filesystem::path file = folder_.Path(path);
    std::filesystem::create_directories(file.parent_path());
    folder_.Write(path, text);
  }
  void SetUp() override { Write("proc/meminfo", "MemTotal:       16777216 kB\nMemFree: 1 kB\n"); }
  int64_t Bytes() const { return MemoryBytes(folder_.Path("")); }

  const TestFolder folder_;
};

TEST_F(MemoryTest, IsThatOfTheMachineWhereNothingLimitsIt) {
  EXPECT_EQ(Bytes(), 16 * kGibibyte);

  Write("proc/self/cgroup", "0::/system.slice/lotd.service\n");
  Write("sys/fs/cgroup/system.slice/lotd.service/memory.max", "max\n");
  EXPECT_EQ(Bytes(), 16 * kGibibyte);
}

TEST_F(MemoryTest, IsTheContainersWhichSeesItsGroupAsTheRoot) {
  Write("proc/self/cgroup", "0::/\n");
  Write("sys/fs/cgroup/memory.max", "536870912\n");

  EXPECT_EQ(Bytes(), kGibibyte / 2);
}

TEST_F(MemoryTest, IsTheLeastOfTheGroupsAround) {
  Write("proc/self/cgroup", "1:name=systemd:/old\n0::/system.slice/lotd.service\n");
  Write("sys/fs/cgroup/system.slice/memory.max", "2147483648\n");
  Write("sys/fs/cgroup/system.slice/lotd.service/memory.max", "4294967296\n");

  EXPECT_EQ(Bytes(), 2 * kGibibyte);
}

TEST_F(MemoryTest, IsGuessedWhereTheMachineDoesNotSay) {
  Write("proc/meminfo", "");

  EXPECT_EQ(Bytes(), kGibibyte);
}

TEST(MemoryOfThisMachine, IsSomething) { EXPECT_THAT(MemoryBytes(), Gt(0)); }

TEST(MemorySettings, AreAQuarterForBuffersWithinBounds) {
  EXPECT_THAT(MemorySettings(16 * kGibibyte), Contains("shared_buffers=4096MB"));
  EXPECT_THAT(MemorySettings(16 * kGibibyte), Contains("effective_cache_size=12288MB"));
  EXPECT_THAT(MemorySettings(16 * kGibibyte), Contains("work_mem=16MB"));
  EXPECT_THAT(MemorySettings(kGibibyte / 16), Contains("shared_buffers=32MB"));
  EXPECT_THAT(MemorySettings(kGibibyte / 16), Contains("work_mem=4MB"));
  EXPECT_THAT(MemorySettings(512 * kGibibyte), Contains("shared_buffers=16384MB"));
}

}  // namespace
}  // namespace lots::pg
