// Runs initdb and postgres, waits until the server answers, and stops it.
#include "storage/pg/embedded/postgres.h"

#include <sys/wait.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "storage/base/status_macros.h"
#include "storage/pg/connection.h"
#include "storage/pg/embedded/folder.h"
#include "storage/pg/embedded/memory.h"
#include "storage/pg/embedded/process.h"
#include "storage/pg/error.h"

namespace lots::pg {
namespace {

// After a crash the server replays its log first; with our settings that is minutes at the worst.
constexpr absl::Duration kReadyWaitMax = absl::Minutes(10);
// Short beside a start; fifty looks a second cost nothing.
constexpr absl::Duration kReadyCheckInterval = absl::Milliseconds(20);
// A fast shutdown ends sessions and writes a checkpoint. After that time the server is told to
// leave at once, which loses nothing: the next start replays.
constexpr absl::Duration kFastStopMax = absl::Minutes(1);
constexpr absl::Duration kImmediateStopMax = absl::Seconds(10);
// How long the children of a killed server may need to notice and end; until then PostgreSQL
// refuses to start again.
constexpr absl::Duration kChildrenEndMax = absl::Seconds(20);
// A crash now and then costs its callers a tenth of a second; a server that crashes at every start
// is started about ten times a minute. Each pause is twice as long as the one before.
constexpr absl::Duration kFirstRestartPause = absl::Milliseconds(100);
constexpr absl::Duration kRestartPauseMax = absl::Seconds(5);

// On the command line, where nothing in the folder can overrule them.
constexpr absl::string_view kSettings[] = {
    "listen_addresses=", "port=5432", "unix_socket_permissions=0700", "cluster_name=lotd",
    // What was acknowledged survives a crash.
    "fsync=on", "full_page_writes=on", "synchronous_commit=on", "max_connections=100",
    // After a checkpoint the first change of a page writes the whole page: pglz, the default, took
    // a quarter of what the database computed for a completion, and a load of writes filled the
    // default of 1 GB every few seconds. The price is more to replay after a crash.
    "wal_compression=lz4", "max_wal_size=4GB", "checkpoint_timeout=15min",
    // Short queries on solid-state disks.
    "random_page_cost=1.1", "jit=off",
    // Refused statements are the business of lotd, which reports them without a company's data.
    // What is left is so little that the log needs no rotation within a run.
    "log_min_messages=log", "log_checkpoints=off", "logging_collector=off",
    "log_destination=stderr"};

std::string QuotedForConninfo(const std::string& value) {
  return absl::StrCat("'", absl::StrReplaceAll(value, {{"\\", "\\\\"}, {"'", "\\'"}}), "'");
}

std::string ConninfoOf(const EmbeddedFolder& folder, absl::string_view database) {
  return absl::StrCat("host=", QuotedForConninfo(folder.socket_folder()),
                      " port=5432 user=lots dbname=", database);
}

Command ServerCommand(const EmbeddedFolder& folder, const std::vector<std::string>& settings) {
  Command command{
      .words = {folder.Program("postgres"), "-D", folder.cluster()},
      .user = folder.user(),
      .signal_on_parent_death = SIGINT,  // PostgreSQL's fast shutdown
      .output_file = folder.log_file(),
  };
  const auto add = [&](absl::string_view setting) {
    command.words.push_back("-c");
    command.words.emplace_back(setting);
  };
  for (const absl::string_view setting : kSettings) add(setting);
  for (const std::string& setting : MemorySettings(MemoryBytes())) add(setting);
  // A list of folders, hence the second pair of quotes.
  add(absl::StrCat("unix_socket_directories=\"",
                   absl::StrReplaceAll(folder.socket_folder(), {{"\"", "\"\""}}), "\""));
  for (const std::string& setting : settings) add(setting);
  return command;
}

}  // namespace

// Server is the process and the thread that watches it. The thread also starts the process: Linux
// sends the signal of a parent's death when the thread ends that forked, so that thread must live
// as long as the server.
class Embedded::Server {
 public:
  Server(std::unique_ptr<EmbeddedFolder> folder, std::vector<std::string> settings)
      : folder_(std::move(folder)),
        settings_(std::move(settings)),
        conninfo_(ConninfoOf(*folder_, "lots")),
        was_killed_(folder_->WasKilled()) {}
  ~Server() { Stop(); }

  absl::Status Start();
  void Stop();
  const std::string& conninfo() const { return conninfo_; }
  pid_t pid() const {
    absl::MutexLock lock(&mutex_);
    return pid_;
  }

 private:
  void Watch();
  // Starts the process unless stopping. False when it could not be started.
  bool StartOnce();
  void WaitForEnd();
  // False when it is time to stop.
  bool Pause(absl::Duration pause);
  void Signal(int signal);
  // Waits until the server answers, or has ended for good.
  absl::Status WaitUntilReady();
  absl::Status MakeDatabase();

  const std::unique_ptr<EmbeddedFolder> folder_;
  const std::vector<std::string> settings_;
  const std::string conninfo_;
  const bool was_killed_;  // the server of the run before

  mutable absl::Mutex mutex_;
  pid_t pid_ ABSL_GUARDED_BY(mutex_) = 0;  // 0 while there is none
  bool is_stopping_ ABSL_GUARDED_BY(mutex_) = false;
  int ends_ ABSL_GUARDED_BY(mutex_) = 0;  // how often the process has ended or failed to start
  absl::Status start_error_ ABSL_GUARDED_BY(mutex_);

  absl::Notification watch_ended_;
  std::thread watcher_;
};

absl::Status Embedded::Server::Start() {
  watcher_ = std::thread([this] { Watch(); });
  RETURN_IF_ERROR(WaitUntilReady());
  return MakeDatabase();
}

void Embedded::Server::Watch() {
  absl::Duration pause = kFirstRestartPause;
  do {
    const absl::Time started_at = absl::Now();
    if (StartOnce()) WaitForEnd();
    // A server that ran for a while is started again at once; one that does not come up, ever
    // slower.
    const bool ran = absl::Now() - started_at > kRestartPauseMax;
    pause = ran ? kFirstRestartPause : std::min(pause * 2, kRestartPauseMax);
  } while (Pause(pause));
  watch_ended_.Notify();
}

bool Embedded::Server::StartOnce() {
  absl::MutexLock lock(&mutex_);
  if (is_stopping_) return false;
  const absl::StatusOr<pid_t> child = StartProcess(ServerCommand(*folder_, settings_));
  start_error_ = child.status();
  if (child.ok()) {
    pid_ = *child;
  } else {
    ++ends_;
  }
  return child.ok();
}

void Embedded::Server::WaitForEnd() {
  const pid_t child = pid();
  siginfo_t ending;
  while (waitid(P_PID, child, &ending, WEXITED | WNOWAIT) != 0 && errno == EINTR) continue;
  // Reaped under the lock: until then its id cannot belong to anybody else, and Signal() is safe.
  absl::MutexLock lock(&mutex_);
  waitpid(child, nullptr, 0);
  pid_ = 0;
  ++ends_;
}

bool Embedded::Server::Pause(absl::Duration pause) {
  absl::MutexLock lock(&mutex_);
  mutex_.AwaitWithTimeout(absl::Condition(&is_stopping_), pause);
  return !is_stopping_;
}

void Embedded::Server::Signal(int signal) {
  absl::MutexLock lock(&mutex_);
  if (pid_ != 0) kill(pid_, signal);
}

void Embedded::Server::Stop() {
  if (!watcher_.joinable()) return;
  {
    absl::MutexLock lock(&mutex_);
    is_stopping_ = true;
  }
  Signal(SIGINT);  // fast shutdown
  if (!watch_ended_.WaitForNotificationWithTimeout(kFastStopMax)) Signal(SIGQUIT);
  if (!watch_ended_.WaitForNotificationWithTimeout(kImmediateStopMax)) Signal(SIGKILL);
  watcher_.join();
}

absl::Status Embedded::Server::WaitUntilReady() {
  const ConnectionOptions options{.conninfo = ConninfoOf(*folder_, "postgres")};
  const absl::Time started_at = absl::Now();
  // Only after a kill is an ending to be expected: children of the old server may be in the way.
  const absl::Duration endings_max = was_killed_ ? kChildrenEndMax : absl::ZeroDuration();
  while (true) {
    const absl::Status answer = Connection::Open(options).status();
    if (answer.ok()) return answer;
    const absl::Duration waited = absl::Now() - started_at;
    absl::MutexLock lock(&mutex_);
    if (!start_error_.ok()) return start_error_;
    if (ends_ > 0 && waited > endings_max) {
      return absl::FailedPreconditionError(
          absl::StrCat("PostgreSQL does not start: ", folder_->LogTail()));
    }
    if (waited > kReadyWaitMax) return answer;
    mutex_.AwaitWithTimeout(absl::Condition(&is_stopping_), kReadyCheckInterval);
  }
}

absl::Status Embedded::Server::MakeDatabase() {
  ASSIGN_OR_RETURN(const auto db, Connection::Open({.conninfo = ConninfoOf(*folder_, "postgres")}));
  const absl::Status made = db->RunScript("make_database", "CREATE DATABASE lots");
  // 42P04: there is one already, on every start but the first.
  return SqlState(made) == "42P04" ? absl::OkStatus() : made;
}

absl::StatusOr<std::unique_ptr<Embedded>> Embedded::Start(const EmbeddedOptions& options) {
  ASSIGN_OR_RETURN(auto folder, EmbeddedFolder::Open(options));
  auto server = std::make_unique<Server>(std::move(folder), options.settings);
  RETURN_IF_ERROR(server->Start());
  return std::unique_ptr<Embedded>(new Embedded(std::move(server)));
}

Embedded::Embedded(std::unique_ptr<Server> server) : server_(std::move(server)) {}
Embedded::~Embedded() = default;

const std::string& Embedded::conninfo() const { return server_->conninfo(); }
void Embedded::Stop() { server_->Stop(); }
pid_t Embedded::pid() const { return server_->pid(); }

}  // namespace lots::pg
