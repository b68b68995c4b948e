// A signal during a write: lotctl ends, and says how to repeat the write.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "service/ctl/run.h"
#include "storage/base/check.h"
#include "storage/base/uuid.h"
#include "tests/support/base/test_folder.h"

namespace lots::ctl {
namespace {

using testing::HasSubstr;
using testing::Not;

// A server that takes connections and never answers.
class SilentServer {
 public:
  explicit SilentServer(const std::string& path) : socket_(socket(AF_UNIX, SOCK_STREAM, 0)) {
    sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    Check(bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    Check(listen(socket_, 1) == 0);
  }
  ~SilentServer() { close(socket_); }

  void WaitForCall() const { Check(accept(socket_, nullptr, nullptr) >= 0); }

 private:
  const int socket_;
};

struct Ended {
  int signal = 0;
  std::string err;
};

// Runs lotctl in a process of its own, and ends the process by the signal once it has called.
Ended Interrupt(std::vector<std::string> arguments, int signal) {
  const TestFolder folder;
  const SilentServer server(folder.Path("socket"));
  arguments.insert(arguments.begin(), {"--address", absl::StrCat("unix:", folder.Path("socket"))});
  std::array<int, 2> ends = {};
  Check(pipe(ends.data()) == 0);
  const pid_t child = fork();
  if (child == 0) {
    dup2(ends[1], STDERR_FILENO);
    std::ostringstream out;
    _exit(Run(arguments, "test", {.out = out, .err = std::cerr}));
  }
  close(ends[1]);
  server.WaitForCall();
  kill(child, signal);
  Ended ended;
  std::array<char, 4096> buffer = {};
  while (const ssize_t count = read(ends[0], buffer.data(), buffer.size())) {
    if (count < 0) break;
    ended.err.append(buffer.data(), static_cast<size_t>(count));
  }
  close(ends[0]);
  int state = 0;
  waitpid(child, &state, 0);
  if (WIFSIGNALED(state)) ended.signal = WTERMSIG(state);
  return ended;
}

TEST(Interrupt, AWriteSaysTheCommandThatRepeatsIt) {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    const Ended ended =
        Interrupt({"stock", "move", "transfer", "steel/H-1=20", "--note", "Anna's"}, signal);
    EXPECT_EQ(ended.signal, signal);  // a shell's script then ends too
    EXPECT_THAT(ended.err, HasSubstr("ended while a write was under way"));
    EXPECT_THAT(ended.err, HasSubstr("does it once at the most:\n    lotctl --request-id "));
    EXPECT_THAT(ended.err, HasSubstr(" stock move transfer steel/H-1=20 --note 'Anna'\\''s'\n"));
    const std::vector<std::string> words = absl::StrSplit(ended.err, ' ');
    EXPECT_TRUE(std::any_of(words.begin(), words.end(), [](const std::string& word) {
      return Uuid::Parse(word).has_value();
    })) << ended.err;
  }
}

TEST(Interrupt, AnIdOfTheCallersOwnIsKept) {
  const Ended ended = Interrupt(
      {"--request-id", "r-7", "lot", "delete", "0190163d-8694-739b-aea5-966c26f8ad91"}, SIGINT);
  EXPECT_THAT(ended.err, HasSubstr("Repeating it with --request-id r-7 "));
  EXPECT_THAT(ended.err,
              HasSubstr(" --request-id r-7 lot delete 0190163d-8694-739b-aea5-966c26f8ad91\n"));
}

TEST(Interrupt, AReadSaysNothing) {
  const Ended ended = Interrupt({"product", "list"}, SIGINT);
  EXPECT_EQ(ended.signal, SIGINT);
  EXPECT_EQ(ended.err, "");
}

}  // namespace
}  // namespace lots::ctl
