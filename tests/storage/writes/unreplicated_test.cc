// Writes beside a synchronous standby that does not answer.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "storage/domain/write_context.h"
#include "storage/pg/embedded/postgres.h"
#include "storage/pg/error.h"
#include "storage/pg/pipeline.h"
#include "storage/schema/migrate.h"
#include "storage/writes/requests.h"
#include "storage/writes/run_write.h"
#include "tests/support/base/eventually.h"
#include "tests/support/base/must.h"
#include "tests/support/base/test_folder.h"

namespace lots {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

constexpr pg::Statement kFind{"test_find_request",
                              "SELECT 1 FROM requests WHERE company = 'acme' AND request_id = $1"};

struct Made {
  std::vector<Uuid> ids;
  bool repeated = false;
};

std::unique_ptr<pg::Embedded> StartIn(const TestFolder& folder) {
  // Root starts the server as another user.
  std::filesystem::permissions(folder.Path("."), std::filesystem::perms(0711));
  return Must(pg::Embedded::Start({.data_folder = folder.Path("data")}));
}

class Unreplicated : public ::testing::Test {
 protected:
  Unreplicated() { EXPECT_TRUE(Migrate({.conninfo = server_->conninfo()}).ok()); }

  void Script(const std::string& sql) const {
    EXPECT_TRUE(Open()->RunScript("test_unreplicated", sql).ok()) << sql;
  }
  std::unique_ptr<pg::Connection> Open() const {
    return Must(pg::Connection::Open({.conninfo = server_->conninfo()}));
  }
  void NameStandby(const std::string& names) const {
    Script(absl::StrCat("ALTER SYSTEM SET synchronous_standby_names = '", names, "'"));
    Script("SELECT pg_reload_conf()");
  }

  // A write that makes one id, or repeats the one that did.
  absl::StatusOr<Made> Write(const std::string& request_id, const Uuid& id,
                             absl::Duration time = absl::Seconds(1)) const {
    const auto db = Open();
    db->set_deadline(absl::Now() + time);
    const WriteContext context{.company = CompanyId("acme"),
                               .request_id = request_id,
                               .method = "lots.v1.Test/Write",
                               .payload_hash = "payload",
                               .actor = "test",
                               .now = absl::Now()};
    const auto rebuild = [](const std::vector<Uuid>& made) -> absl::StatusOr<Made> {
      return Made{made, true};
    };
    return RunWrite<Made>(*db, {.context = context, .rebuild = rebuild},
                          [&]() -> absl::StatusOr<Made> {
                            pg::Transaction transaction(*db);
                            ClaimRequest(transaction, context, {id});
                            const auto committed = transaction.Commit();
                            if (!committed.ok()) return committed.status();
                            return Made{{id}};
                          });
  }

  const TestFolder folder_;
  const std::unique_ptr<pg::Embedded> server_ = StartIn(folder_);
};

// The commit stands here, and the answer of its repeat is durable only when the standby has it.
TEST_F(Unreplicated, ACommitIsOfUnknownOutcomeAndSoIsItsRepeat) {
  NameStandby("silent");
  std::string request_id;
  Uuid id;
  int tried = 0;
  // The server heeds the new setting a moment later.
  ASSERT_TRUE(Eventually([&] {
    request_id = absl::StrCat("r", ++tried);
    id = Uuid::MakeV7();
    return pg::IsUnknownOutcome(Write(request_id, id).status());
  }));
  EXPECT_THAT(Must(pg::Query(*Open(), kFind, request_id)), SizeIs(1));

  EXPECT_TRUE(
      Eventually([&] { return pg::IsUnknownOutcome(Write(request_id, Uuid::MakeV7()).status()); }));

  NameStandby("");
  const Made repeat = Must(Write(request_id, Uuid::MakeV7(), kEventuallyTimeout));
  EXPECT_TRUE(repeat.repeated);
  EXPECT_THAT(repeat.ids, ElementsAre(id));
}

}  // namespace
}  // namespace lots
