// Starts and kills lotd processes.
#include "tests/support/server/lotd_process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "grpcpp/generic/generic_stub.h"
#include "storage/base/check.h"
#include "tests/support/base/eventually.h"

namespace lots {
namespace fs = std::filesystem;
namespace {

// grpc.health.v1.HealthCheckResponse{status: SERVING} as bytes: no library here has this message.
constexpr char kServing[] = "\x08\x01";
constexpr absl::Duration kHealthTimeout = absl::Seconds(2);
constexpr absl::Duration kEndTimeout = absl::Seconds(10);

std::string MakeFolder() {
  std::string folder = fs::temp_directory_path() / "lots-lotd-XXXXXX";
  Check(mkdtemp(folder.data()) != nullptr);
  // The user of PostgreSQL needs access to the folder inside.
  Check(chmod(folder.c_str(), 0711) == 0);
  return folder;
}

std::string ReadFile(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

LotdProcess::LotdProcess(Options options)
    : folder_(MakeFolder()),
      data_(options.data.empty() ? absl::StrCat(folder_, "/data") : std::move(options.data)),
      flags_(std::move(options.flags)),
      credentials_(std::move(options.credentials)) {}

LotdProcess::~LotdProcess() {
  if (pid_ != 0) {
    // PostgreSQL notices the end of its parent and stops. A signal stops it sooner.
    const pid_t its_postgres = postgres();
    Signal(SIGKILL);
    WaitForEnd(kEndTimeout);
    if (its_postgres != 0 && kill(its_postgres, SIGQUIT) == 0) {
      // PostgreSQL is not a child of this process, so waitpid cannot wait for it.
      Eventually([&] { return kill(its_postgres, 0) != 0; }, kEndTimeout);
    }
  }
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

void LotdProcess::Start() {
  Check(pid_ == 0);
  const std::string program = fs::read_symlink("/proc/self/exe").parent_path() / "lotd";
  Check(access(program.c_str(), X_OK) == 0);
  const std::string socket = address();
  const std::string log = absl::StrCat(folder_, "/log");
  std::vector<std::string> words = {"lotd", "--data",           data_, "--listen",
                                    socket, "--metrics-listen", ""};
  words.insert(words.end(), flags_.begin(), flags_.end());
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  pid_ = fork();
  Check(pid_ >= 0);
  if (pid_ != 0) return;
  // Between fork and exec, only functions that are safe in a process with several threads.
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  const int file = open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
  dup2(file, STDOUT_FILENO);
  dup2(file, STDERR_FILENO);
  execv(program.c_str(), arguments.data());
  _exit(127);
}

void LotdProcess::Signal(int signal) const { Check(pid_ != 0 && kill(pid_, signal) == 0); }

int LotdProcess::WaitForEnd(absl::Duration timeout) {
  int status = 0;
  if (!Eventually([&] { return waitpid(pid_, &status, WNOHANG) != 0; }, timeout)) return -1;
  pid_ = 0;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

bool LotdProcess::IsServing() const {
  grpc::GenericStub stub(NewChannel());
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + kHealthTimeout));
  const grpc::ByteBuffer request(nullptr, 0);
  grpc::ByteBuffer response;
  grpc::Status status;
  absl::Notification done;
  stub.UnaryCall(&context, "/grpc.health.v1.Health/Check", grpc::StubOptions(), &request, &response,
                 [&](grpc::Status ended) {
                   status = std::move(ended);
                   done.Notify();
                 });
  done.WaitForNotification();
  grpc::Slice answer;
  return status.ok() && response.DumpToSingleSlice(&answer).ok() &&
         std::string(answer.begin(), answer.end()) == kServing;
}

std::shared_ptr<grpc::Channel> LotdProcess::NewChannel() const {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 20);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 100);
  arguments.SetSslTargetNameOverride("localhost");
  return grpc::CreateCustomChannel(address(), credentials_, arguments);
}

pid_t LotdProcess::postgres() const {
  std::ifstream file(absl::StrCat(data_, "/postgres/postmaster.pid"));
  pid_t pid = 0;
  return file >> pid ? pid : 0;
}

std::string LotdProcess::address() const { return absl::StrCat("unix:", folder_, "/socket"); }

std::string LotdProcess::conninfo() const {
  return absl::StrCat("host=", data_, "/socket port=5432 user=lots dbname=lots");
}

std::string LotdProcess::log() const { return ReadFile(absl::StrCat(folder_, "/log")); }

}  // namespace lots
