// Starts child processes, as another user if need be, and waits for them.
#include "storage/pg/embedded/process.h"

#include <fcntl.h>
#include <grp.h>
#include <linux/close_range.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "storage/base/status_macros.h"

namespace lots::pg {
namespace {

// A file descriptor that closes itself.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return number_; }

 private:
  const int number_;
};

// What follows runs between fork and exec, where only async-signal-safe calls are allowed: other
// threads of the parent may have held any lock.

bool BecomeUser(uid_t uid, gid_t gid) {
  if (geteuid() == uid) return true;
  return setgroups(0, nullptr) == 0 && setresgid(gid, gid, gid) == 0 &&
         setresuid(uid, uid, uid) == 0;
}

bool PrepareChild(const Command& command, pid_t parent, int output) {
  sigset_t none;
  sigemptyset(&none);
  if (sigprocmask(SIG_SETMASK, &none, nullptr) != 0) return false;
  if (setsid() < 0 || chdir("/") != 0) return false;
  const int input = open("/dev/null", O_RDONLY);
  if (input < 0 || dup2(input, 0) < 0 || dup2(output, 1) < 0 || dup2(output, 2) < 0) return false;
  // The server must not hold our listening sockets and locks. Best effort on kernels without it.
  close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
  if (!BecomeUser(command.user.uid, command.user.gid)) return false;
  // After the change of user, which clears it. The parent may have died before it was set.
  return prctl(PR_SET_PDEATHSIG, command.signal_on_parent_death) == 0 && getppid() == parent;
}

[[noreturn]] void RunChild(const Command& command, char* const* words, pid_t parent, int output,
                           int error_pipe) {
  errno = 0;
  if (PrepareChild(command, parent, output)) execv(words[0], words);
  const int error = errno;
  // Nobody is left to be told when this fails.
  [[maybe_unused]] const ssize_t written = write(error_pipe, &error, sizeof(error));
  _exit(127);
}

absl::Status CannotStart(const Command& command, int error) {
  return absl::FailedPreconditionError(
      absl::StrCat("cannot start ", command.words[0], ": ", std::strerror(error)));
}

}  // namespace

absl::StatusOr<User> UserToRunAs(const std::string& name) {
  const bool is_root = geteuid() == 0;
  passwd entry;
  passwd* found = nullptr;
  std::string buffer(16 * 1024, '\0');
  if (is_root) {
    getpwnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found);
  } else {
    getpwuid_r(geteuid(), &entry, buffer.data(), buffer.size(), &found);
  }
  if (found != nullptr) return User{entry.pw_name, entry.pw_uid, entry.pw_gid};
  return absl::FailedPreconditionError(
      is_root
          ? absl::StrCat("PostgreSQL refuses to run as root, and there is no user \"", name,
                         "\" to run it as")
          : absl::StrCat("PostgreSQL needs the user it runs as to have a name, and the user id ",
                         geteuid(), " has none in the system's user list"));
}

std::optional<std::string> FirstDenied(absl::Span<const std::string> paths, const User& user) {
  const pid_t child = fork();
  if (child < 0) return std::nullopt;
  if (child == 0) {
    // Asked as the user itself: mode bits do not say everything.
    if (!BecomeUser(user.uid, user.gid)) _exit(0);
    for (size_t i = 0; i < paths.size(); ++i) {
      if (access(paths[i].c_str(), X_OK) != 0) _exit(static_cast<int>(i) + 1);
    }
    _exit(0);
  }
  int ending = 0;
  while (waitpid(child, &ending, 0) < 0 && errno == EINTR) continue;
  const size_t denied = WIFEXITED(ending) ? WEXITSTATUS(ending) : 0;
  if (denied == 0 || denied > paths.size()) return std::nullopt;
  return paths[denied - 1];
}

absl::StatusOr<pid_t> StartProcess(const Command& command) {
  std::vector<char*> words;
  for (const std::string& word : command.words) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  const Descriptor output(
      open(command.output_file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640));
  int ends[2];
  if (output.get() < 0 || pipe2(ends, O_CLOEXEC) != 0) return CannotStart(command, errno);
  const Descriptor from_child(ends[0]);
  pid_t child;
  {
    const Descriptor to_parent(ends[1]);
    const pid_t parent = getpid();
    child = fork();
    if (child < 0) return CannotStart(command, errno);
    if (child == 0) RunChild(command, words.data(), parent, output.get(), to_parent.get());
  }
  // A successful exec closes the pipe without a word.
  int error = 0;
  ssize_t count;
  while ((count = read(from_child.get(), &error, sizeof(error))) < 0 && errno == EINTR) continue;
  if (count <= 0) return child;
  waitpid(child, nullptr, 0);
  return CannotStart(command, error);
}

absl::Status RunProcess(const Command& command) {
  ASSIGN_OR_RETURN(const pid_t child, StartProcess(command));
  int ending = 0;
  while (waitpid(child, &ending, 0) < 0 && errno == EINTR) continue;
  if (WIFEXITED(ending) && WEXITSTATUS(ending) == 0) return absl::OkStatus();
  return absl::InternalError(absl::StrCat(command.words[0], " failed, with ",
                                          WIFSIGNALED(ending)
                                              ? absl::StrCat("signal ", WTERMSIG(ending))
                                              : absl::StrCat("exit code ", WEXITSTATUS(ending))));
}

}  // namespace lots::pg
