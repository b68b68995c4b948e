// Migrations of a database that has data: what they fill is right.

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/domain/ids.h"
#include "storage/pg/pipeline.h"
#include "storage/schema/migrate.h"
#include "storage/schema/migrations.h"
#include "tests/support/base/eventually.h"
#include "tests/support/base/must.h"
#include "tests/support/database/test_database.h"

namespace lots {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// The last migration that is applied before the data is there.
constexpr int kFilledAt = 5;

// As the program writes it (storage/schema/migrate.cc).
constexpr char kMigrationsTable[] = R"sql(
  CREATE TABLE schema_migrations (
    version    integer CONSTRAINT schema_migrations_pkey PRIMARY KEY,
    name       text NOT NULL,
    checksum   text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
  ))sql";

// A company with a product for each kind of number, and the rules of the lots below.
constexpr char kCatalog[] = R"sql(
  INSERT INTO companies VALUES ('acme', true, true, 'UTC', 1, now(), now());
  INSERT INTO products (company, product_id, display_name, tracking, unit, scale, number_template,
                        inherit_expiry, warranty_months, gtin, producible, case_sensitive, version,
                        created_at, updated_at)
  SELECT 'acme', p.id, '', 3, '', 0, '', false, 0, '', true, p.exact, 1, now(), now()
  FROM (VALUES ('pump', false), ('cable', true)) AS p (id, exact);
  INSERT INTO locations (company, location_id, kind, display_name, gln, street, city, region,
                         postal_code, country, phone, is_default, created_at, updated_at)
  SELECT 'acme', l.id, l.kind, '', '', '', '', '', '', '', '', false, now(), now()
  FROM (VALUES ('stock', 1), ('made', 5)) AS l (id, kind);
  INSERT INTO work_orders VALUES ('acme', 'W1', 'pump', NULL, 0, 1, now(), now());)sql";

// Whether a migration waits for a lock on lots.
constexpr pg::Statement kMigrationWaits{"test_migration_waits", R"sql(
  SELECT EXISTS (SELECT FROM pg_locks
                 WHERE relation = 'lots'::regclass AND mode = 'AccessExclusiveLock'
                   AND NOT granted))sql"};

constexpr pg::Statement kCountLots{"test_count_lots",
                                   "SELECT count(*) FROM lots l WHERE l.company = $1"};

class MigrateFilledTest : public ::testing::Test {
 protected:
  MigrateFilledTest() {
    database_.Execute(kMigrationsTable);
    for (const Migration& migration : Migrations().first(kFilledAt)) {
      database_.Execute(absl::StrCat(
          migration.sql, "\n;INSERT INTO schema_migrations (version, name, checksum) VALUES (",
          migration.version, ", '", migration.name, "', encode(sha256(convert_to($migration$",
          migration.sql, "$migration$, 'UTF8')), 'hex'))"));
    }
    database_.Execute(kCatalog);
  }

  // A lot with its current number. Its id and the entry of its creation are those of `id`.
  void AddLot(int id, absl::string_view product, absl::string_view number, int state = 2) {
    const std::string key = absl::StrCat(product == "cable" ? "" : "lower(", "'", number, "'",
                                         product == "cable" ? "" : ")");
    database_.Execute(absl::StrCat(
        "INSERT INTO lots (company, lot_id, product_id, tracking, scale, case_sensitive, number, "
        "number_key, reference, search_key, notes, attributes, state, version, created_by, "
        "created_at, updated_at, entry_id) VALUES ('acme', ",
        Id(id), ", '", product, "', 3, 0, ", product == "cable" ? "true" : "false", ", '", number,
        "', ", key, ", '', lower('", number, "') || chr(10), '', '{}', ", state,
        ", 1, 'ann', now(), now(), ", Id(id), ")"));
  }
  // An edit, `minute` minutes after midnight.
  void Edit(int id, int minute, const std::string& field, const std::string& old_value,
            const std::string& new_value) {
    database_.Execute(absl::StrCat(
        "INSERT INTO lot_events (company, event_id, lot_id, kind, actor, recorded_at, changes) "
        "VALUES ('acme', gen_random_uuid(), ",
        Id(id), ", 2, 'ann', ", At(minute), ", jsonb_build_array(jsonb_build_object('field', '",
        field, "', 'old', '", old_value, "', 'new', '", new_value, "')))"));
  }
  // The assignment that created the lot.
  void Assign(int id, int state = 1) {
    database_.Execute(absl::StrCat("INSERT INTO assignments VALUES ('acme', 'W1', ", Id(id), ", ",
                                   At(0), ", 1, 'ann', ", state, ", ", Id(id), ")"));
  }
  // A movement, and its reversal.
  void Move(int id, int minute, int movement, int reverses = 0) {
    database_.Execute(absl::StrCat(
        "INSERT INTO movements (company, movement_id, kind, lot_id, quantity, from_location_id, "
        "to_location_id, document_type, document_number, partner_id, occurred_at, recorded_at, "
        "actor, note, reverses_id) VALUES ('acme', ",
        Id(movement), ", 6, ", Id(id), ", 1, 'made', 'stock', '', '', '', ", At(minute), ", ",
        At(minute), ", 'ann', '', ", reverses == 0 ? "NULL" : Id(reverses), ")"));
  }
  void Migrate() {
    const absl::Status migrated = lots::Migrate(database_.options());
    ASSERT_TRUE(migrated.ok()) << migrated;
  }
  // The rows of a statement without parameters, each column after a blank.
  std::vector<std::string> Read(const std::string& sql) {
    const auto db = database_.Connect();
    pg::Pipeline pipeline(*db);
    pipeline.AddComposed("test_read", sql, pg::Params());
    const pg::Results results = Must(pipeline.Send());
    std::vector<std::string> lines;
    for (const pg::Row row : results[0]) lines.push_back(row.Get<std::string>(0));
    return lines;
  }
  std::vector<std::string> Former() {
    return Read(
        "SELECT product_id || ' ' || number || ' ' || number_key || ' ' || "
        "right(lot_id::text, 2) FROM former_numbers ORDER BY 1");
  }

  static std::string Id(int id) {
    return absl::StrCat("'01900000-0000-7000-8000-0000000000", id, "'");
  }
  static std::string At(int minute) {
    return absl::StrCat("'2026-01-01 00:00:00+00'::timestamptz + interval '", minute, " min'");
  }

  const TestDatabase database_;
};

TEST_F(MigrateFilledTest, FormerNumbersComeFromTheEventsOfEdits) {
  AddLot(10, "pump", "U1-NEW");
  Edit(10, 1, "number", "U0", "U1");
  Edit(10, 2, "reference", "a", "b");
  Edit(10, 3, "number", "U1", "U1-NEW");
  AddLot(11, "cable", "B");
  Edit(11, 1, "number", "Mixed", "B");

  Migrate();

  EXPECT_THAT(Former(), ElementsAre("cable Mixed Mixed 11", "pump U0 u0 10", "pump U1 u1 10"));
  EXPECT_THAT(Read("SELECT replace(search_key, chr(10), '|') FROM lots ORDER BY lot_id"),
              ElementsAre("u1-new||u0|u1", "b||mixed"));
}

TEST_F(MigrateFilledTest, NumbersAreFoldedAsTheServerFoldsThem) {
  AddLot(10, "pump", "X");
  Edit(10, 1, "number", "STRASSE-Straße-ΣΑΣ", "X");
  Migrate();
  EXPECT_THAT(Former(), ElementsAre("pump STRASSE-Straße-ΣΑΣ strasse-strasse-σασ 10"));
}

TEST_F(MigrateFilledTest, ANumberThatAnotherLotHasTodayIsNotTaken) {
  AddLot(10, "pump", "U1-NEW");
  Edit(10, 1, "number", "U1", "U1-NEW");
  AddLot(11, "pump", "U1");
  // Of two that had it, the last one.
  AddLot(12, "pump", "C");
  Edit(12, 2, "number", "TWICE", "C");
  AddLot(13, "pump", "D");
  Edit(13, 5, "number", "TWICE", "D");

  Migrate();

  EXPECT_THAT(Former(), ElementsAre("pump TWICE twice 13"));
}

TEST_F(MigrateFilledTest, ANumberOfALotThatWasOnlyPlannedIsFree) {
  // Renamed while it was planned, and once more after it was made.
  AddLot(10, "pump", "C");
  Assign(10, /*state=*/2);
  Edit(10, 1, "number", "A", "B");
  Move(10, 2, 20);
  Edit(10, 3, "number", "B", "C");

  Migrate();

  EXPECT_THAT(Former(), ElementsAre("pump B b 10"));
}

// A lot that got another product left its former numbers of the product before behind.
TEST_F(MigrateFilledTest, AFormerNumberIsOfTheProductOfTheLot) {
  AddLot(10, "pump", "C");
  Edit(10, 1, "number", "A", "B");
  Edit(10, 2, "product_id", "cable", "pump");
  Edit(10, 3, "number", "B", "C");
  AddLot(11, "pump", "E");
  Edit(11, 1, "number", "D", "E");
  Edit(11, 2, "product_id", "cable", "pump");

  Migrate();

  EXPECT_THAT(Former(), ElementsAre("pump B b 10"));
  EXPECT_THAT(Read("SELECT replace(search_key, chr(10), '|') FROM lots ORDER BY lot_id"),
              ElementsAre("c||b", "e|"));
}

TEST_F(MigrateFilledTest, WhatWasActiveBeforeComesFromMovements) {
  AddLot(10, "pump", "PLANNED", 1);
  AddLot(11, "pump", "VOID", 4);
  AddLot(12, "pump", "REVERSED", 1);
  Move(12, 1, 20);
  Move(12, 2, 21, /*reverses=*/20);
  // Made, taken apart, rebuilt, and void for ever since.
  AddLot(13, "pump", "BURNT", 4);
  Move(13, 1, 22);

  Migrate();

  EXPECT_THAT(Read("SELECT number || ' ' || state || ' ' || active_before FROM lots "
                   "ORDER BY lot_id"),
              ElementsAre("PLANNED 1 false", "VOID 4 false", "REVERSED 1 true", "BURNT 2 true"));
  EXPECT_THAT(Former(), IsEmpty());
}

// The release before goes on placing holds and does not know what is new about them.
TEST_F(MigrateFilledTest, HoldsOfTheReleaseBeforeHoldAllUntilTheyAreReleased) {
  AddLot(10, "pump", "A");
  const std::string place_hold = absl::StrCat(
      "INSERT INTO holds (company, hold_id, lot_id, cause, reason, exempt_location_ids, placed_by, "
      "placed_at) VALUES ('acme', gen_random_uuid(), ",
      Id(10), ", 1, 'odd', '{}', 'ann', ", At(1), ")");
  database_.Execute(place_hold);

  Migrate();
  database_.Execute(place_hold);

  EXPECT_THAT(Read("SELECT coalesce(quantity::text, 'all') || ' ' || coalesce(case_id, 'no case') "
                   "|| ' ' || awaits_inspection || ' ' || version FROM lot_holds"),
              ElementsAre("all no case false 1", "all no case false 1"));
}

// The release before serves on: neither does a call that takes long fail the migration, nor does
// the waiting migration hold up other calls.
TEST_F(MigrateFilledTest, ACallThatTakesLongHoldsUpTheMigrationAndNothingElse) {
  const auto long_call = database_.Connect();
  pg::Transaction reads(*long_call, pg::Transaction::Kind::kSnapshot);
  reads.Add(kCountLots, CompanyId("acme"));
  ASSERT_TRUE(reads.Send().ok());
  absl::Status migrated;
  std::thread migration([&] { migrated = lots::Migrate(database_.options()); });
  const auto other_call = database_.Connect();
  const auto waits = [&] {
    return pg::Query(*other_call, kMigrationWaits).value()[0].Get<bool>(0);
  };
  ASSERT_TRUE(Eventually(waits));

  other_call->set_deadline(absl::Now() + absl::Seconds(20));
  EXPECT_TRUE(pg::Query(*other_call, kCountLots, CompanyId("acme")).ok());

  EXPECT_TRUE(reads.Commit().ok());
  migration.join();
  EXPECT_TRUE(migrated.ok()) << migrated;
}

}  // namespace
}  // namespace lots
