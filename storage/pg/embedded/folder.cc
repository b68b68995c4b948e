// Checks and prepares the data folder: owner, version, what a killed run left.
#include "storage/pg/embedded/folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "storage/base/status_macros.h"

namespace lots::pg {
namespace fs = std::filesystem;
namespace {

// Where Debian puts a folder for every major version.
constexpr char kInstallations[] = "/usr/lib/postgresql";
constexpr absl::string_view kSocketFile = "/.s.PGSQL.5432";
// A fast shutdown writes a checkpoint, which takes as long as the disk needs.
constexpr absl::Duration kLeftoverStopMax = absl::Minutes(1);
// Short beside a stop; fifty looks a second cost nothing.
constexpr absl::Duration kLeftoverCheckInterval = absl::Milliseconds(20);
// An error of the start: the reason is in the last lines, and the message names the whole file.
constexpr int kLogTailLines = 5;

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

int FirstNumber(absl::string_view text) {
  const auto begin = std::find_if(text.begin(), text.end(), absl::ascii_isdigit);
  const auto end = std::find_if_not(begin, text.end(), absl::ascii_isdigit);
  int number = 0;
  return absl::SimpleAtoi(absl::string_view(begin, end - begin), &number) ? number : 0;
}

// The major version of the PostgreSQL whose programs are in the folder; 0 when there is none.
int MajorVersionOf(const std::string& binaries) {
  const std::string postgres = binaries + "/postgres";
  if (access(postgres.c_str(), X_OK) != 0) return 0;
  const std::string quoted = absl::StrReplaceAll(postgres, {{"'", "'\\''"}});
  FILE* output = popen(absl::StrCat("'", quoted, "' --version").c_str(), "re");
  if (output == nullptr) return 0;
  char line[256] = "";  // "postgres (PostgreSQL) 15.18 (…)"
  const bool answered = fgets(line, sizeof(line), output) != nullptr;
  pclose(output);
  return answered ? FirstNumber(line) : 0;
}

struct Installation {
  std::string binaries;
  int major_version;
};

// The newest first, then the one that the PATH has.
std::vector<Installation> FindInstallations(const std::string& wanted) {
  std::vector<std::string> folders;
  if (!wanted.empty()) {
    folders.push_back(wanted);
  } else {
    std::error_code none;
    for (const auto& entry : fs::directory_iterator(kInstallations, none)) {
      folders.push_back(entry.path() / "bin");
    }
    std::sort(folders.begin(), folders.end(), [](const std::string& a, const std::string& b) {
      return FirstNumber(a) > FirstNumber(b);
    });
    const char* path = std::getenv("PATH");
    for (const auto folder : absl::StrSplit(path == nullptr ? "" : path, ':')) {
      folders.emplace_back(folder);
    }
  }
  std::vector<Installation> found;
  for (std::string& folder : folders) {
    const int version = MajorVersionOf(folder);
    if (version > 0) found.push_back({std::move(folder), version});
  }
  return found;
}

absl::Status Cannot(absl::string_view what, const std::string& path, int error) {
  return absl::FailedPreconditionError(
      absl::StrCat("cannot ", what, " ", path, ": ", std::strerror(error)));
}

// Every folder on the way: "/", "/var", "/var/lib", …
std::vector<std::string> FoldersTo(const std::string& path) {
  std::vector<std::string> folders;
  fs::path so_far;
  for (const fs::path& part : fs::path(path)) {
    so_far /= part;
    folders.push_back(so_far);
  }
  return folders;
}

bool IsRunningIn(pid_t process, const std::string& cluster) {
  std::error_code error;
  // The postmaster works in its cluster's folder; any other process means that the id is used
  // again.
  const fs::path its_folder = fs::read_symlink(absl::StrCat("/proc/", process, "/cwd"), error);
  return !error && fs::equivalent(its_folder, cluster, error);
}

absl::Status OtherVersion(const std::string& cluster, int version,
                          const std::vector<Installation>& installed) {
  const std::string versions =
      absl::StrJoin(installed, ", ", [](std::string* out, const Installation& installation) {
        absl::StrAppend(out, installation.major_version);
      });
  return absl::FailedPreconditionError(
      absl::StrCat("the data in ", cluster, " belongs to PostgreSQL ", version,
                   ", and here is PostgreSQL ", versions, ": install PostgreSQL ", version,
                   " beside it, or move the data with pg_upgrade, or "
                   "with pg_dump there and psql here"));
}

}  // namespace

absl::StatusOr<std::unique_ptr<EmbeddedFolder>> EmbeddedFolder::Open(
    const EmbeddedOptions& options) {
  std::error_code error;
  const fs::path path = fs::weakly_canonical(fs::absolute(options.data_folder), error);
  if (error) return Cannot("use", options.data_folder, error.value());
  std::unique_ptr<EmbeddedFolder> folder(new EmbeddedFolder(path));
  ASSIGN_OR_RETURN(folder->user_, UserToRunAs(options.run_as));
  RETURN_IF_ERROR(folder->Make());
  RETURN_IF_ERROR(folder->Lock());
  RETURN_IF_ERROR(folder->CheckReachable());
  RETURN_IF_ERROR(folder->ChooseBinaries(options.binaries_folder));
  RETURN_IF_ERROR(folder->MakeSocketFolder());
  RETURN_IF_ERROR(folder->StopLeftover());
  // Renamed, not emptied: after a crash, the log of the run before is what one wants to read.
  fs::rename(folder->log_file(), folder->log_file() + ".1", error);
  if (!fs::exists(folder->cluster())) RETURN_IF_ERROR(folder->MakeCluster());
  return folder;
}

EmbeddedFolder::~EmbeddedFolder() {
  std::error_code ignored;
  if (socket_folder_is_temporary_) fs::remove_all(socket_folder_, ignored);
  if (lock_ >= 0) close(lock_);
}

absl::Status EmbeddedFolder::Make() {
  std::error_code error;
  const bool made = fs::create_directories(path_, error);
  if (error) return Cannot("make the data folder", path_, error.value());
  if (!made) return absl::OkStatus();
  // Ours alone, except that the server's user may pass through to its own folders.
  const mode_t mode = user_.uid == geteuid() ? 0700 : 0711;
  if (chmod(path_.c_str(), mode) != 0) return Cannot("set the mode of", path_, errno);
  return absl::OkStatus();
}

absl::Status EmbeddedFolder::Lock() {
  const std::string file = path_ + "/lotd.lock";
  lock_ = open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock_ < 0) return Cannot("open", file, errno);
  if (flock(lock_, LOCK_EX | LOCK_NB) != 0) {
    return absl::FailedPreconditionError(absl::StrCat("the data folder ", path_,
                                                      " is in use by process ",
                                                      absl::StripAsciiWhitespace(ReadFile(file))));
  }
  const std::string owner = absl::StrCat(getpid(), "\n");
  const bool written = ftruncate(lock_, 0) == 0 && write(lock_, owner.data(), owner.size()) ==
                                                       static_cast<ssize_t>(owner.size());
  return written ? absl::OkStatus() : Cannot("write", file, errno);
}

absl::Status EmbeddedFolder::CheckReachable() const {
  const std::optional<std::string> denied = FirstDenied(FoldersTo(path_), user_);
  if (!denied.has_value()) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(
      "PostgreSQL runs as the user \"", user_.name, "\", who may not pass through ", *denied,
      ": choose another data folder, or allow it with \"chmod o+x ", *denied, "\""));
}

absl::Status EmbeddedFolder::ChooseBinaries(const std::string& wanted) {
  const std::vector<Installation> installed = FindInstallations(wanted);
  if (installed.empty()) {
    return absl::FailedPreconditionError(
        absl::StrCat("no PostgreSQL server is installed",
                     wanted.empty() ? absl::StrCat(" in ", kInstallations, " or on the PATH")
                                    : absl::StrCat(" in ", wanted)));
  }
  const std::string version_file = cluster() + "/PG_VERSION";
  const int version = FirstNumber(ReadFile(version_file));
  for (const Installation& installation : installed) {
    if (version != 0 && installation.major_version != version) continue;
    binaries_ = installation.binaries;
    return absl::OkStatus();
  }
  return OtherVersion(cluster(), version, installed);
}

absl::Status EmbeddedFolder::MakeSocketFolder() {
  socket_folder_ = path_ + "/socket";
  // The path of a unix socket has 107 bytes at most, and libpq takes a comma for the end of a host.
  const bool is_short = socket_folder_.size() + kSocketFile.size() < sizeof(sockaddr_un::sun_path);
  if (is_short && !absl::StrContains(socket_folder_, ',')) return MakePrivate(socket_folder_);
  socket_folder_ = fs::temp_directory_path() / "lotd-XXXXXX";
  if (mkdtemp(socket_folder_.data()) == nullptr) return Cannot("make", socket_folder_, errno);
  socket_folder_is_temporary_ = true;
  return MakePrivate(socket_folder_);
}

absl::Status EmbeddedFolder::MakePrivate(const std::string& folder) const {
  if (mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) return Cannot("make", folder, errno);
  if (chmod(folder.c_str(), 0700) != 0) return Cannot("set the mode of", folder, errno);
  if (user_.uid == geteuid()) return absl::OkStatus();
  if (chown(folder.c_str(), user_.uid, user_.gid) != 0) {
    return Cannot("set the owner of", folder, errno);
  }
  return absl::OkStatus();
}

bool EmbeddedFolder::WasKilled() const { return fs::exists(cluster() + "/postmaster.pid"); }

absl::Status EmbeddedFolder::StopLeftover() const {
  const pid_t process = FirstNumber(ReadFile(cluster() + "/postmaster.pid"));
  if (process == 0 || !IsRunningIn(process, cluster())) return absl::OkStatus();
  // Its owner was killed. The signal that its death sends is this one too, so it may be on its way.
  if (kill(process, SIGINT) != 0 && errno != ESRCH) {
    return Cannot(absl::StrCat("stop process ", process, ", a PostgreSQL left in"), path_, errno);
  }
  const absl::Time give_up_at = absl::Now() + kLeftoverStopMax;
  while (IsRunningIn(process, cluster())) {
    if (absl::Now() > give_up_at) {
      return absl::FailedPreconditionError(
          absl::StrCat("process ", process, ", a PostgreSQL left in ", path_, ", does not stop"));
    }
    absl::SleepFor(kLeftoverCheckInterval);
  }
  return absl::OkStatus();
}

absl::Status EmbeddedFolder::MakeCluster() const {
  // Made under another name: what a kill leaves half-made is never mistaken for a cluster.
  const std::string unfinished = cluster() + ".new";
  std::error_code error;
  fs::remove_all(unfinished, error);
  if (error) return Cannot("remove", unfinished, error.value());
  RETURN_IF_ERROR(MakePrivate(unfinished));
  // Trust is safe here: the socket is in a folder that only the server's user and root can enter.
  const absl::Status made = RunProcess({
      .words = {Program("initdb"), "--pgdata=" + unfinished, "--username=lots", "--encoding=UTF8",
                "--locale=C.UTF-8", "--auth-local=trust", "--auth-host=reject", "--data-checksums",
                "--no-instructions"},
      .user = user_,
      .output_file = log_file(),
  });
  if (!made.ok()) {
    return absl::FailedPreconditionError(
        absl::StrCat("cannot make the database: ", made.message(), ": ", LogTail()));
  }
  fs::rename(unfinished, cluster(), error);
  if (error) return Cannot("rename", unfinished, error.value());
  return absl::OkStatus();
}

std::string EmbeddedFolder::LogTail() const {
  std::vector<std::string> lines = absl::StrSplit(ReadFile(log_file()), '\n', absl::SkipEmpty());
  if (lines.size() > kLogTailLines) lines.erase(lines.begin(), lines.end() - kLogTailLines);
  return absl::StrCat(absl::StrJoin(lines, "; "), " (", log_file(), ")");
}

}  // namespace lots::pg
