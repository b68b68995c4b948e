// A signal during a write: lotctl ends, and says how to repeat the write.
#include <gmock/gmock.h>
#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <iostream>
#include <sstream>
#include <streambuf>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/civil_time.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "google/protobuf/message.h"
#include "lots/v1/catalog.pb.h"
#include "lots/v1/lot.pb.h"
#include "service/ctl/run.h"
#include "service/ctl/session/methods.h"
#include "storage/base/check.h"
#include "storage/base/uuid.h"
#include "tests/support/base/test_folder.h"

namespace lots::ctl {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr char kLot[] = "0190163d-8694-739b-aea5-966c26f8ad91";

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

// lotctl in a process of its own.
class Lotctl {
 public:
  Lotctl(const TestFolder& folder, std::vector<std::string> arguments, std::streambuf* out) {
    arguments.insert(arguments.begin(),
                     {"--address", absl::StrCat("unix:", folder.Path("socket"))});
    std::array<int, 2> ends = {};
    Check(pipe(ends.data()) == 0);
    child_ = fork();
    if (child_ == 0) {
      dup2(ends[1], STDERR_FILENO);
      std::ostream stream(out);
      _exit(Run(arguments, "test", {.out = stream, .err = std::cerr}));
    }
    close(ends[1]);
    err_ = ends[0];
  }

  void Kill(int signal) const { kill(child_, signal); }

  Ended Wait() const {
    Ended ended;
    std::array<char, 4096> buffer = {};
    while (const ssize_t count = read(err_, buffer.data(), buffer.size())) {
      if (count < 0) break;
      ended.err.append(buffer.data(), static_cast<size_t>(count));
    }
    close(err_);
    int state = 0;
    waitpid(child_, &state, 0);
    if (WIFSIGNALED(state)) ended.signal = WTERMSIG(state);
    return ended;
  }

 private:
  pid_t child_ = -1;
  int err_ = -1;
};

// Ends lotctl by the signal once it has called.
Ended Interrupt(const std::vector<std::string>& arguments, int signal) {
  const TestFolder folder;
  const SilentServer server(folder.Path("socket"));
  std::stringbuf out;
  const Lotctl lotctl(folder, arguments, &out);
  server.WaitForCall();
  lotctl.Kill(signal);
  return lotctl.Wait();
}

// One call of AnsweringService.
class Answer : public grpc::ServerGenericBidiReactor {
 public:
  // Answers with the message.
  explicit Answer(const google::protobuf::Message& message) {
    const grpc::Slice slice(message.SerializeAsString());
    bytes_ = grpc::ByteBuffer(&slice, 1);
    StartWriteAndFinish(&bytes_, {}, grpc::Status::OK);
  }
  // Never answers.
  Answer() = default;

  void OnDone() override { delete this; }

 private:
  grpc::ByteBuffer bytes_;
};

// Knows the company's time zone, archives lots, and says of other calls that they came.
class AnsweringService : public grpc::CallbackGenericService {
 public:
  explicit AnsweringService(int called) : called_(called) {}

 private:
  grpc::ServerGenericBidiReactor* CreateReactor(
      grpc::GenericCallbackServerContext* context) override {
    if (context->method() == kGetSettings.path) {
      v1::Settings settings;
      settings.set_time_zone("Pacific/Kiritimati");
      return new Answer(settings);
    }
    if (context->method() == kArchiveLot.path) return new Answer(v1::Lot());
    Check(write(called_, "c", 1) == 1);
    return new Answer();
  }

  const int called_;
};

// A server in a process of its own: gRPC does not survive a fork. It answers some methods.
class AnsweringServer {
 public:
  explicit AnsweringServer(const TestFolder& folder) {
    Check(pipe(ends_.data()) == 0);
    child_ = fork();
    if (child_ == 0) Serve(folder);
    Wait();
  }
  ~AnsweringServer() {
    kill(child_, SIGKILL);
    waitpid(child_, nullptr, 0);
    for (const int end : ends_) close(end);
  }

  // Until it serves; later, until it is called.
  void Wait() const {
    char said = 0;
    Check(read(ends_[0], &said, 1) == 1);
  }

 private:
  [[noreturn]] void Serve(const TestFolder& folder) const {
    AnsweringService service(ends_[1]);
    grpc::ServerBuilder builder;
    builder.AddListeningPort(absl::StrCat("unix:", folder.Path("socket")),
                             grpc::InsecureServerCredentials());
    builder.RegisterCallbackGenericService(&service);
    const auto server = builder.BuildAndStart();
    Check(server != nullptr && write(ends_[1], "s", 1) == 1);
    while (true) pause();
  }

  std::array<int, 2> ends_ = {};
  pid_t child_ = -1;
};

// Ctrl-C as soon as lotctl prints something.
class InterruptingOutput : public std::streambuf {
  int overflow(int) override { return raise(SIGINT); }
  std::streamsize xsputn(const char*, std::streamsize) override { return raise(SIGINT); }
};

TEST(Interrupt, AWriteSaysTheCommandThatRepeatsIt) {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    const Ended ended = Interrupt(
        {"stock", "move", "transfer", absl::StrCat(kLot, "=20"), "--note", "Anna's"}, signal);
    EXPECT_EQ(ended.signal, signal);  // a shell's script then ends too
    EXPECT_THAT(ended.err, HasSubstr("ended while a write was under way"));
    EXPECT_THAT(ended.err, HasSubstr("does it once at the most:\n    lotctl --request-id "));
    EXPECT_THAT(ended.err, HasSubstr(absl::StrCat(" stock move transfer ", kLot,
                                                  "=20 --note 'Anna'\\''s'\n")));
    const std::vector<std::string> words = absl::StrSplit(ended.err, ' ');
    EXPECT_TRUE(std::any_of(words.begin(), words.end(), [](const std::string& word) {
      return Uuid::Parse(word).has_value();
    })) << ended.err;
  }
}

TEST(Interrupt, AnIdOfTheCallersOwnIsKept) {
  const Ended ended = Interrupt({"--request-id", "r-7", "lot", "delete", kLot}, SIGINT);
  EXPECT_THAT(ended.err, HasSubstr("Repeating it with --request-id r-7 "));
  EXPECT_THAT(ended.err, HasSubstr(absl::StrCat(" --request-id r-7 lot delete ", kLot, "\n")));
}

// The first lot was archived, the second one not.
TEST(Interrupt, BetweenTwoWritesTheCommandThatDoesTheRestIsSaid) {
  const TestFolder folder;
  const AnsweringServer server(folder);
  InterruptingOutput out;
  const Ended ended = Lotctl(folder, {"lot", "archive", kLot, kLot}, &out).Wait();
  EXPECT_EQ(ended.signal, SIGINT);
  EXPECT_THAT(ended.err, HasSubstr("ended after a write"));
  EXPECT_THAT(ended.err, HasSubstr("does what is missing, and nothing twice:\n    lotctl "
                                   "--request-id "));
  EXPECT_THAT(ended.err, HasSubstr(absl::StrCat(" lot archive ", kLot, " ", kLot, "\n")));
}

// Repeated after midnight, the day would be another time, and the request another one.
TEST(Interrupt, TodayIsSaidAsTheTimeThatItWas) {
  absl::TimeZone zone;
  ASSERT_TRUE(absl::LoadTimeZone("Pacific/Kiritimati", &zone));
  const std::string today = absl::FormatCivilTime(absl::ToCivilDay(absl::Now(), zone));
  for (const std::vector<std::string>& at :
       std::vector<std::vector<std::string>>{{"--at", today}, {absl::StrCat("--at=", today)}}) {
    const TestFolder folder;
    const AnsweringServer server(folder);
    std::vector<std::string> line = {"stock", "move", "scrap", absl::StrCat(kLot, "=1")};
    line.insert(line.end(), at.begin(), at.end());
    std::stringbuf out;
    const Lotctl lotctl(folder, line, &out);
    server.Wait();
    lotctl.Kill(SIGINT);
    const Ended ended = lotctl.Wait();
    EXPECT_THAT(ended.err, HasSubstr("ended while a write was under way"));
    EXPECT_THAT(ended.err, testing::ContainsRegex("=1 --at[ =]20[0-9-]+T[0-9:.]+Z\n"));
    EXPECT_THAT(ended.err, Not(HasSubstr(absl::StrCat(today, "\n"))));
  }
}

TEST(Interrupt, AReadSaysNothing) {
  const Ended ended = Interrupt({"product", "list"}, SIGINT);
  EXPECT_EQ(ended.signal, SIGINT);
  EXPECT_EQ(ended.err, "");
}

}  // namespace
}  // namespace lots::ctl
