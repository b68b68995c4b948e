// Migration 27 finds what was left over in past completions.
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/pg/pipeline.h"
#include "storage/schema/migrate.h"
#include "storage/schema/migrations.h"
#include "tests/support/base/must.h"
#include "tests/support/database/test_database.h"

namespace lots {
namespace {

// The migration that is tried.
constexpr int kTried = 26;

// As the program writes it (storage/schema/migrate.cc).
constexpr char kMigrationsTable[] = R"sql(
  CREATE TABLE schema_migrations (
    version    integer CONSTRAINT schema_migrations_pkey PRIMARY KEY,
    name       text NOT NULL,
    checksum   text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
  ))sql";

// Lots 10 (salt), 20 (peel) and the serial 30. Completion 90 takes 4 and 6 of salt and the serial.
constexpr char kPast[] = R"sql(
  INSERT INTO companies VALUES ('acme', true, true, 'UTC', 1, now(), now());
  INSERT INTO products (company, product_id, display_name, tracking, unit, scale, number_template,
                        inherit_expiry, warranty_months, gtin, producible, case_sensitive, version,
                        created_at, updated_at)
  SELECT 'acme', p.id, '', p.tracking, '', 0, '', false, 0, '', true, false, 1, now(), now()
  FROM (VALUES ('lot', 2), ('unit', 3)) AS p (id, tracking);
  INSERT INTO lots (company, lot_id, product_id, tracking, scale, case_sensitive, number,
                    number_key, reference, search_key, notes, attributes, state, version,
                    created_by, created_at, updated_at)
  SELECT 'acme', ('01900000-0000-7000-8000-0000000000' || l.id)::uuid, l.product_id, l.tracking, 0,
         false, l.id, l.id, '', l.id, '', '{}', 2, 1, 'ann', now(), now()
  FROM (VALUES ('10', 'lot', 2), ('20', 'lot', 2), ('30', 'unit', 3))
    AS l (id, product_id, tracking);
  INSERT INTO transformations (company, transformation_id, kind, occurred_at, recorded_at, actor,
                               note)
  VALUES ('acme', '01900000-0000-7000-8000-000000000090', 1, now(), now(), 'ann', '');
  INSERT INTO transformation_inputs (company, transformation_id, line, lot_id, quantity)
  SELECT 'acme', '01900000-0000-7000-8000-000000000090', i.line,
         ('01900000-0000-7000-8000-0000000000' || i.id)::uuid, i.quantity
  FROM (VALUES (1, '10', 4), (2, '10', 6), (3, '30', 1)) AS i (line, id, quantity))sql";

struct Row {
  const char* name;
  const char* outputs;    // line, lot, quantity, role
  const char* left_over;  // lines
};

class MigrateLeftOverTest : public ::testing::TestWithParam<Row> {
 protected:
  MigrateLeftOverTest() {
    database_.Execute(kMigrationsTable);
    for (const Migration& migration : Migrations()) {
      if (migration.version >= kTried) continue;
      database_.Execute(absl::StrCat(
          migration.sql, "\n;INSERT INTO schema_migrations (version, name, checksum) VALUES (",
          migration.version, ", '", migration.name, "', encode(sha256(convert_to($migration$",
          migration.sql, "$migration$, 'UTF8')), 'hex'))"));
    }
    database_.Execute(kPast);
  }

  std::string LeftOverLines() {
    const auto db = database_.Connect();
    pg::Pipeline pipeline(*db);
    pipeline.AddComposed("test_left_over_lines",
                         "SELECT coalesce(string_agg(line::text, ' ' ORDER BY line), '') "
                         "FROM transformation_outputs WHERE left_over",
                         pg::Params());
    return Must(pipeline.Send())[0][0].Get<std::string>(0);
  }

  const TestDatabase database_;
};

TEST_P(MigrateLeftOverTest, MarksTheLines) {
  database_.Execute(absl::StrCat(
      "INSERT INTO transformation_outputs (company, transformation_id, line, lot_id, quantity, "
      "role) SELECT 'acme', '01900000-0000-7000-8000-000000000090', o.line, "
      "('01900000-0000-7000-8000-0000000000' || o.id)::uuid, o.quantity, o.role FROM (VALUES ",
      GetParam().outputs, ") AS o (line, id, quantity, role)"));

  const absl::Status migrated = Migrate(database_.options());

  ASSERT_TRUE(migrated.ok()) << migrated;
  EXPECT_EQ(LeftOverLines(), GetParam().left_over);
}

INSTANTIATE_TEST_SUITE_P(Rows, MigrateLeftOverTest,
                         ::testing::Values(Row{"Less", "(1, '20', 5, 1), (2, '10', 3, 2)", "2"},
                                           Row{"AllOfTwoLines", "(1, '10', 9, 2), (2, '10', 1, 2)",
                                               "1 2"},
                                           Row{"More", "(1, '10', 9, 2), (2, '10', 2, 2)", ""},
                                           Row{"AnotherLot", "(1, '20', 1, 2)", ""},
                                           Row{"Reworked", "(1, '10', 10, 1)", ""},
                                           Row{"Returned", "(1, '10', 1, 3)", ""},
                                           Row{"ASerial", "(1, '30', 1, 2)", ""}),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace lots
