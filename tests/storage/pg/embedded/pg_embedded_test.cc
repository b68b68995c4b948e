// The embedded PostgreSQL with its real settings: these tests are about what survives.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "storage/pg/embedded/postgres.h"
#include "storage/pg/error.h"
#include "storage/pg/pipeline.h"
#include "tests/support/base/eventually.h"

namespace lots::pg {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

constexpr Statement kCount{"test_embedded_count", "SELECT count(*) FROM things"};
constexpr Statement kSetting{"test_embedded_setting", "SELECT current_setting($1)"};
constexpr char kMakeThings[] = "CREATE TABLE things (a int8); INSERT INTO things VALUES (1)";

bool IsAlive(pid_t process) { return kill(process, 0) == 0; }

// A data folder with a cluster, made once: initdb is slow, and most tests are about what comes
// after.
class MadeFolder {
 public:
  MadeFolder() : path_(TemporaryFolder()) {
    EXPECT_TRUE(Embedded::Start({.data_folder = path_ + "/data"}).ok());
  }
  ~MadeFolder() { fs::remove_all(path_); }
  // With owners and modes.
  void CopyTo(const std::string& folder) const {
    const std::string copy = absl::StrCat("cp -a '", path_, "/data' '", folder, "'");
    EXPECT_EQ(std::system(copy.c_str()), 0);
  }
  static std::string TemporaryFolder() {
    std::string path = fs::temp_directory_path() / "lots-embedded-XXXXXX";
    EXPECT_NE(mkdtemp(path.data()), nullptr);
    EXPECT_EQ(chmod(path.c_str(), 0711), 0);
    return path;
  }

 private:
  const std::string path_;
};

class EmbeddedTest : public ::testing::Test {
 protected:
  EmbeddedTest() : folder_(MadeFolder::TemporaryFolder()) {
    static const MadeFolder made;
    made.CopyTo(folder_ + "/data");
  }
  ~EmbeddedTest() override { fs::remove_all(folder_); }

  EmbeddedOptions Options() const { return {.data_folder = folder_ + "/data"}; }

  std::unique_ptr<Embedded> Start() const {
    auto started = Embedded::Start(Options());
    EXPECT_TRUE(started.ok()) << started.status();
    return started.ok() ? *std::move(started) : nullptr;
  }

  static absl::Status Run(const Embedded& server, const std::string& sql) {
    auto db = Connection::Open({.conninfo = server.conninfo()});
    return db.ok() ? (*db)->RunScript("test_embedded", sql) : db.status();
  }
  // -1 when there is no answer.
  static int64_t Count(const Embedded& server) {
    auto db = Connection::Open({.conninfo = server.conninfo()});
    if (!db.ok()) return -1;
    const auto counted = Query(**db, kCount);
    return counted.ok() ? (*counted)[0].Get<int64_t>(0) : -1;
  }

  const std::string folder_;
};

TEST_F(EmbeddedTest, DataOutlivesAStop) {
  {
    const auto server = Start();
    ASSERT_NE(server, nullptr);
    ASSERT_TRUE(Run(*server, kMakeThings).ok());
    const pid_t pid = server->pid();
    server->Stop();
    EXPECT_FALSE(IsAlive(pid));
    EXPECT_FALSE(fs::exists(folder_ + "/data/postgres/postmaster.pid"));
  }

  const auto server = Start();
  ASSERT_NE(server, nullptr);
  EXPECT_EQ(Count(*server), 1);
}

TEST_F(EmbeddedTest, IsDurablePrivateAndUtf8) {
  const auto server = Start();
  ASSERT_NE(server, nullptr);
  auto db = Connection::Open({.conninfo = server->conninfo()});
  ASSERT_TRUE(db.ok()) << db.status();
  const struct {
    absl::string_view setting;
    absl::string_view value;
  } cases[] = {
      {"fsync", "on"},          {"full_page_writes", "on"}, {"synchronous_commit", "on"},
      {"data_checksums", "on"}, {"listen_addresses", ""},   {"server_encoding", "UTF8"},
  };
  for (const auto& c : cases) {
    const auto value = Query(**db, kSetting, c.setting);
    ASSERT_TRUE(value.ok()) << value.status();
    EXPECT_EQ((*value)[0].Get<absl::string_view>(0), c.value) << c.setting;
  }
  for (const absl::string_view folder : {"/data/postgres", "/data/socket"}) {
    struct stat owner;
    ASSERT_EQ(stat(absl::StrCat(folder_, folder).c_str(), &owner), 0) << folder;
    EXPECT_EQ(owner.st_mode & 0777, 0700) << folder;
    EXPECT_NE(owner.st_uid, 0) << folder;
  }
}

TEST_F(EmbeddedTest, KilledServerIsStartedAgain) {
  const auto server = Start();
  ASSERT_NE(server, nullptr);
  ASSERT_TRUE(Run(*server, kMakeThings).ok());
  // A session that has to end before PostgreSQL starts again.
  auto session = Connection::Open({.conninfo = server->conninfo()});
  ASSERT_TRUE(session.ok()) << session.status();
  const pid_t killed = server->pid();

  ASSERT_EQ(kill(killed, SIGKILL), 0);

  EXPECT_TRUE(Eventually([&] { return Count(*server) == 1; }));
  EXPECT_NE(server->pid(), killed);
  EXPECT_NE(server->pid(), 0);
}

TEST_F(EmbeddedTest, FolderInUseIsRefusedNamingTheOwner) {
  const auto server = Start();
  ASSERT_NE(server, nullptr);

  const auto second = Embedded::Start(Options());

  EXPECT_EQ(second.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(second.status().message()),
              HasSubstr(absl::StrCat("in use by process ", getpid())));
}

TEST_F(EmbeddedTest, FolderOfAnotherVersionIsRefusedSayingWhatToDo) {
  std::ofstream(folder_ + "/data/postgres/PG_VERSION") << "9\n";

  const auto started = Embedded::Start(Options());

  EXPECT_EQ(started.status().code(), absl::StatusCode::kFailedPrecondition);
  const std::string message(started.status().message());
  EXPECT_THAT(message, HasSubstr("belongs to PostgreSQL 9,"));
  EXPECT_THAT(message, HasSubstr(folder_ + "/data/postgres"));
  EXPECT_THAT(message, HasSubstr("pg_upgrade"));
}

TEST_F(EmbeddedTest, AnyPathWillDo) {
  for (const std::string& name :
       {std::string(120, 'x'), std::string("it's a \"data\" folder"), std::string("one, two")}) {
    EmbeddedOptions options = Options();
    options.data_folder = absl::StrCat(folder_, "/", name);
    fs::rename(folder_ + "/data", options.data_folder);

    const auto server = Embedded::Start(options);

    ASSERT_TRUE(server.ok()) << server.status();
    EXPECT_TRUE(Run(**server, "SELECT 1").ok());
    (*server)->Stop();
    fs::rename(options.data_folder, folder_ + "/data");
  }
}

TEST_F(EmbeddedTest, ParentThatDeniesTheWayIsNamed) {
  if (geteuid() != 0) GTEST_SKIP() << "only root starts the server as somebody else";
  ASSERT_EQ(chmod(folder_.c_str(), 0700), 0);

  const auto started = Embedded::Start(Options());

  EXPECT_EQ(started.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(started.status().message()),
              HasSubstr(absl::StrCat("may not pass through ", folder_, ":")));
}

TEST_F(EmbeddedTest, MissingUserIsNamed) {
  if (geteuid() != 0) GTEST_SKIP() << "only root starts the server as somebody else";
  EmbeddedOptions options = Options();
  options.run_as = "nobody-of-this-name";

  const auto started = Embedded::Start(options);

  EXPECT_EQ(started.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(started.status().message()), HasSubstr("nobody-of-this-name"));
}

TEST_F(EmbeddedTest, MissingBinariesAreNamed) {
  EmbeddedOptions options = Options();
  options.binaries_folder = folder_;

  const auto started = Embedded::Start(options);

  EXPECT_EQ(started.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(started.status().message()), HasSubstr(folder_));
}

TEST_F(EmbeddedTest, WrongSettingFailsAtOnceWithTheServersWords) {
  EmbeddedOptions options = Options();
  options.settings = {"no_such_setting=1"};

  const auto started = Embedded::Start(options);

  EXPECT_EQ(started.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(started.status().message()), HasSubstr("no_such_setting"));
}

// The owner in a process of its own, to be killed. It says on the pipe that it has started.
TEST_F(EmbeddedTest, KilledOwnerTakesTheServerWithItAndTheNextOneRecovers) {
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
  const pid_t owner = fork();
  if (owner == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    const auto server = Embedded::Start(Options());
    const bool ready = server.ok() && Run(**server, kMakeThings).ok();
    const pid_t pid = ready ? (*server)->pid() : 0;
    if (write(ends[1], &pid, sizeof(pid)) > 0) pause();
    _exit(1);
  }
  pid_t pid = 0;
  ASSERT_EQ(read(ends[0], &pid, sizeof(pid)), static_cast<ssize_t>(sizeof(pid)));
  ASSERT_NE(pid, 0);

  ASSERT_EQ(kill(owner, SIGKILL), 0);
  ASSERT_EQ(waitpid(owner, nullptr, 0), owner);

  // At once: the old server may still be at its shutdown.
  const auto server = Start();
  ASSERT_NE(server, nullptr);
  EXPECT_EQ(Count(*server), 1);
  EXPECT_TRUE(Eventually([&] { return !IsAlive(pid); }));
  close(ends[0]);
  close(ends[1]);
}

TEST_F(EmbeddedTest, HalfMadeClusterIsMadeAnew) {
  fs::remove_all(folder_ + "/data/postgres");
  fs::create_directories(folder_ + "/data/postgres.new/base");

  const auto server = Start();

  ASSERT_NE(server, nullptr);
  EXPECT_FALSE(fs::exists(folder_ + "/data/postgres.new"));
}

}  // namespace
}  // namespace lots::pg
