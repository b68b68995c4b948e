// The migration that fills the ends of components: what was taken apart or taken out before is no
// longer in the units.
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

using ::testing::ElementsAre;

// The last migration that is applied before the data is there.
constexpr int kFilledAt = 18;

// As the program writes it (storage/schema/migrate.cc).
constexpr char kMigrationsTable[] = R"sql(
  CREATE TABLE schema_migrations (
    version    integer CONSTRAINT schema_migrations_pkey PRIMARY KEY,
    name       text NOT NULL,
    checksum   text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
  ))sql";

constexpr char kCatalog[] = R"sql(
  INSERT INTO companies VALUES ('acme', true, true, 'UTC', 1, now(), now());
  INSERT INTO products (company, product_id, display_name, tracking, unit, scale, number_template,
                        inherit_expiry, warranty_months, gtin, producible, case_sensitive, version,
                        created_at, updated_at)
  SELECT 'acme', p.id, '', p.tracking, '', 0, '', false, 0, '', true, false, 1, now(), now()
  FROM (VALUES ('pump', 3), ('salt', 2)) AS p (id, tracking);
  INSERT INTO locations (company, location_id, kind, display_name, gln, street, city, region,
                         postal_code, country, phone, is_default, created_at, updated_at)
  SELECT 'acme', l.id, l.kind, '', '', '', '', '', '', '', '', false, now(), now()
  FROM (VALUES ('stock', 1), ('made', 5)) AS l (id, kind);)sql";

class MigrateUnitsTest : public ::testing::Test {
 protected:
  MigrateUnitsTest() {
    database_.Execute(kMigrationsTable);
    for (const Migration& migration : Migrations().first(kFilledAt)) {
      database_.Execute(absl::StrCat(
          migration.sql, "\n;INSERT INTO schema_migrations (version, name, checksum) VALUES (",
          migration.version, ", '", migration.name, "', encode(sha256(convert_to($migration$",
          migration.sql, "$migration$, 'UTF8')), 'hex'))"));
    }
    database_.Execute(kCatalog);
  }

  void AddLot(int id, absl::string_view product) {
    database_.Execute(absl::StrCat(
        "INSERT INTO lots (company, lot_id, product_id, tracking, scale, case_sensitive, number, "
        "number_key, reference, search_key, notes, attributes, state, version, created_by, "
        "created_at, updated_at) VALUES ('acme', ",
        Id(id), ", '", product, "', ", product == "pump" ? 3 : 2, ", 0, false, 'l", id, "', 'l", id,
        "', '', 'l", id, "', '', '{}', 2, 1, 'ann', now(), now())"));
  }
  void Transform(int id, int kind) {
    database_.Execute(absl::StrCat(
        "INSERT INTO transformations (company, transformation_id, kind, occurred_at, recorded_at, "
        "actor, note) VALUES ('acme', ",
        Id(id), ", ", kind, ", ", At(id), ", ", At(id), ", 'ann', '')"));
    line_ = 0;
  }
  // A line of the last transformation; `output` 0: pooled.
  void Use(int transformation, int lot, const std::string& quantity, int output = 0) {
    database_.Execute(absl::StrCat(
        "INSERT INTO transformation_inputs (company, transformation_id, line, lot_id, quantity, "
        "output_lot_id) VALUES ('acme', ",
        Id(transformation), ", ", ++line_, ", ", Id(lot), ", ", quantity, ", ",
        output == 0 ? "NULL" : Id(output), ")"));
    Move(transformation, lot, quantity, 5, "stock", "made");
  }
  void Make(int transformation, int lot, const std::string& quantity, int role, int unit = 0) {
    database_.Execute(absl::StrCat(
        "INSERT INTO transformation_outputs (company, transformation_id, line, lot_id, quantity, "
        "role, input_lot_id) VALUES ('acme', ",
        Id(transformation), ", ", ++line_, ", ", Id(lot), ", ", quantity, ", ", role, ", ",
        unit == 0 ? "NULL" : Id(unit), ")"));
    Move(transformation, lot, quantity, 6, "made", "stock");
  }
  void Move(int transformation, int lot, const std::string& quantity, int kind,
            absl::string_view from, absl::string_view to) {
    database_.Execute(absl::StrCat(
        "INSERT INTO movements (company, movement_id, kind, lot_id, quantity, from_location_id, "
        "to_location_id, document_type, document_number, partner_id, occurred_at, recorded_at, "
        "actor, note, transformation_id) VALUES ('acme', gen_random_uuid(), ",
        kind, ", ", Id(lot), ", ", quantity, ", '", from, "', '", to, "', '', '', '', ",
        At(transformation), ", ", At(transformation), ", 'ann', '', ", Id(transformation), ")"));
  }
  // "51 ends 50.2 lot 13 in - 4".
  std::vector<std::string> Ends() {
    const auto db = database_.Connect();
    pg::Pipeline pipeline(*db);
    pipeline.AddComposed(
        "test_read_ends",
        "SELECT right(ending_id::text, 2) || ' ends ' || right(transformation_id::text, 2) || '.' "
        "|| input_line || ' lot ' || right(lot_id::text, 2) || ' in ' || "
        "coalesce(right(unit_lot_id::text, 2), '-') || ' ' || trim_scale(quantity) "
        "FROM component_ends ORDER BY ending_id, transformation_id, input_line",
        pg::Params());
    const pg::Results results = Must(pipeline.Send());
    std::vector<std::string> lines;
    for (const pg::Row row : results[0]) lines.push_back(row.Get<std::string>(0));
    return lines;
  }

  static std::string Id(int id) {
    return absl::StrCat("'01900000-0000-7000-8000-0000000000", id, "'");
  }
  static std::string At(int minute) {
    return absl::StrCat("'2026-01-01 00:00:00+00'::timestamptz + interval '", minute, " min'");
  }

  const TestDatabase database_;
  int line_ = 0;
};

// 10 is made of 11, taken apart, rebuilt of 12, relabelled to 14 and taken apart again; its sibling
// 15 is reworked.
TEST_F(MigrateUnitsTest, EndsComeFromDisassembliesAndReworks) {
  for (const int pump : {10, 11, 12, 14, 15}) AddLot(pump, "pump");
  for (const int salt : {13, 16}) AddLot(salt, "salt");
  Transform(50, 1);
  Use(50, 11, "1", 10);
  Use(50, 13, "10");
  Use(50, 16, "2", 15);
  Make(50, 10, "1", 1);
  Make(50, 15, "1", 1);
  Transform(51, 2);
  Use(51, 10, "1");
  Make(51, 11, "1", 3, 10);
  Make(51, 13, "4", 3);
  Transform(52, 1);
  Use(52, 12, "1", 10);
  Make(52, 10, "1", 1);
  Transform(53, 5);
  Use(53, 10, "1");
  Make(53, 14, "1", 1);
  Transform(54, 2);
  Use(54, 14, "1");
  Make(54, 12, "1", 3, 14);
  Transform(55, 1);
  Use(55, 15, "1");
  Make(55, 15, "1", 1);
  Make(55, 16, "0.5", 2);

  const absl::Status migrated = Migrate(database_.options());
  ASSERT_TRUE(migrated.ok()) << migrated;

  EXPECT_THAT(Ends(), ElementsAre("51 ends 50.0 lot 10 in 10 1", "51 ends 50.1 lot 11 in 10 1",
                                  "51 ends 50.2 lot 13 in - 4", "54 ends 52.0 lot 10 in 10 1",
                                  "54 ends 52.1 lot 12 in 10 1", "55 ends 50.3 lot 16 in 15 0.5"));
}

}  // namespace
}  // namespace lots
