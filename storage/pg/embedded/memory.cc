// Reads the machine's memory and the limits of control groups.
#include "storage/pg/embedded/memory.h"

#include <algorithm>
#include <fstream>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"

namespace lots::pg {
namespace {

constexpr int64_t kMebibyte = 1024 * 1024;
constexpr int64_t kGibibyte = 1024 * kMebibyte;
// Where there is no /proc to say it.
constexpr int64_t kMemoryUnknown = kGibibyte;

// "MemTotal:       24683012 kB"
int64_t MachineBytes(const std::string& root) {
  std::ifstream file(root + "/proc/meminfo");
  std::string label;
  int64_t kilobytes = 0;
  return file >> label >> kilobytes && label == "MemTotal:" ? kilobytes * 1024 : kMemoryUnknown;
}

// The process's group, "/system.slice/lotd.service"; "/" inside of most containers.
std::string GroupOf(const std::string& root) {
  std::ifstream file(root + "/proc/self/cgroup");
  for (std::string line; std::getline(file, line);) {
    absl::string_view path = line;
    if (absl::ConsumePrefix(&path, "0::/")) return absl::StrCat("/", path);
  }
  return "/";
}

// INT64_MAX where the group has no limit: the file says "max", or is not there.
int64_t LimitIn(const std::string& folder) {
  std::ifstream file(folder + "/memory.max");
  std::string word;
  int64_t bytes = 0;
  return file >> word && absl::SimpleAtoi(word, &bytes) ? bytes : INT64_MAX;
}

std::string Megabytes(int64_t bytes, int64_t least, int64_t most) {
  return absl::StrCat(std::clamp(bytes, least, most) / kMebibyte, "MB");
}

}  // namespace

int64_t MemoryBytes(const std::string& root) {
  const std::string groups = root + "/sys/fs/cgroup";
  int64_t bytes = std::min(MachineBytes(root), LimitIn(groups));
  // A group has no more than any group around it.
  std::string group = GroupOf(root);
  while (group.size() > 1) {
    bytes = std::min(bytes, LimitIn(groups + group));
    group.resize(group.rfind('/'));
  }
  return bytes;
}

std::vector<std::string> MemorySettings(int64_t bytes) {
  return {
      // A quarter, as the kernel's cache needs room too. PostgreSQL touches it as it fills.
      absl::StrCat("shared_buffers=", Megabytes(bytes / 4, 32 * kMebibyte, 16 * kGibibyte)),
      absl::StrCat("effective_cache_size=", Megabytes(bytes / 4 * 3, kMebibyte, INT64_MAX)),
      absl::StrCat("maintenance_work_mem=", Megabytes(bytes / 16, 16 * kMebibyte, kGibibyte)),
      // Of each sort; a completion of 10,000 serials sorts some megabytes.
      absl::StrCat("work_mem=", Megabytes(bytes / 1024, 4 * kMebibyte, 32 * kMebibyte)),
  };
}

}  // namespace lots::pg
