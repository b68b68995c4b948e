// A database that was made a moment ago, without statistics, and one with a large company among
// many small ones: how many rows the operations read does not depend on plans that happen to be
// good.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/types/span.h"
#include "storage/catalog/catalog.h"
#include "storage/domain/kinds/location.h"
#include "storage/domain/kinds/tracking.h"
#include "storage/domain/lot.h"
#include "storage/lots/lists/list.h"
#include "storage/lots/lots.h"
#include "storage/lots/read.h"
#include "storage/pg/pipeline.h"
#include "storage/pg/table_growth.h"
#include "storage/stock/stock.h"
#include "storage/whereabouts/whereabouts.h"
#include "storage/work_orders/work_orders.h"
#include "tests/support/database/test_database.h"

namespace lots {
namespace {

// Of a large order.
constexpr int64_t kMany = 2'000;
// Rows and index entries that PostgreSQL may read for one serial of a large order.
constexpr int64_t kReadForOneMax = 100;

// What autovacuum would do at some moment or other is not done.
constexpr char kNoStatistics[] = R"sql(
DO $$ DECLARE name regclass;
BEGIN
  FOR name IN SELECT oid FROM pg_class
              WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace LOOP
    EXECUTE format('ALTER TABLE %s SET (autovacuum_enabled = off)', name);
  END LOOP;
END $$)sql";

constexpr pg::Statement kFlush{"test_flush_statistics", "SELECT pg_stat_force_next_flush()::text"};
constexpr pg::Statement kRowsRead{"test_rows_read", R"sql(
  SELECT (SELECT sum(seq_tup_read) FROM pg_stat_user_tables)::bigint
         + (SELECT sum(idx_tup_read) FROM pg_stat_user_indexes)::bigint)sql"};

class YoungDatabaseTest : public ::testing::Test {
 protected:
  YoungDatabaseTest() : database_(TestDatabase::kMigrated) {
    database_.Execute(kNoStatistics);
    db_ = database_.Connect();
  }

  WriteContext Context(const std::string& company = "acme") {
    return {.company = CompanyId(company),
            .request_id = absl::StrCat("young-", ++requests_),
            .method = "test",
            .payload_hash = "hash",
            .actor = "test",
            .now = absl::Now()};
  }
  template <class T>
  static T Must(absl::StatusOr<T> answer) {
    EXPECT_TRUE(answer.ok()) << answer.status();
    if (!answer.ok()) std::abort();
    return *std::move(answer);
  }

  // A company with the products bike and motor (serials), made here, and the places stock and line.
  void MakeCompany(const std::string& company = "acme") {
    std::vector<Product> products;
    for (const char* id : {"bike", "motor"}) {
      Product product;
      product.product_id = ProductId(id);
      product.tracking = Tracking::kSerial;
      product.number_template = absl::StrCat(id, "-{######}");
      product.producible = true;
      products.push_back(product);
    }
    Must(UpsertProducts(*db_, {.context = Context(company), .products = products}));
    std::vector<Location> locations;
    for (const char* id : {"stock", "line"}) {
      Location location;
      location.location_id = LocationId(id);
      location.kind = LocationKind::kInternal;
      locations.push_back(location);
    }
    Must(UpsertLocations(*db_, {.context = Context(company), .locations = locations}));
  }

  std::vector<LotId> Assign(const char* order, const char* product, int64_t count) {
    AssignSerialsCommand command{.context = Context(), .work_order = WorkOrderId(order)};
    command.product = ProductId(product);
    command.count = count;
    std::vector<LotId> ids;
    for (const NumberedLot& serial : Must(AssignSerials(*db_, command))) {
      ids.push_back(serial.lot_id);
    }
    return ids;
  }
  CompletionCommand Completion(const char* order) {
    return {.context = Context(),
            .work_order = WorkOrderId(order),
            .destination = LocationId("stock"),
            .source = LocationId("stock"),
            .occurred_at = absl::Now()};
  }
  void CompleteByIds(const char* order, const std::vector<LotId>& ids) {
    CompletionCommand completion = Completion(order);
    for (const LotId& id : ids) completion.outputs.push_back({.lot_id = id});
    Must(CompleteWorkOrder(*db_, completion));
  }

  // Rows and index entries read by what is done.
  template <class Work>
  int64_t ReadBy(const Work& work) {
    const int64_t before = RowsRead();
    work();
    return RowsRead() - before;
  }
  int64_t RowsRead() {
    Must(pg::Query(*db_, kFlush));
    return Must(pg::Query(*db_, kRowsRead))[0].Get<int64_t>(0);
  }

  TestDatabase database_;
  std::unique_ptr<pg::Connection> db_;
  int64_t requests_ = 0;
};

// A first order of one serial makes the plans; the tables are empty then.
class YoungFactoryTest : public YoungDatabaseTest {
 protected:
  YoungFactoryTest() {
    MakeCompany();
    CompleteByIds("first", Assign("first", "motor", 1));
    CompletionCommand with_component = Completion("second");
    const std::vector<LotId> motor = Assign("third", "motor", 1);
    CompleteByIds("third", motor);
    Assign("second", "bike", 1);
    with_component.planned_serial_count = 1;
    with_component.components.push_back({.lot = {.lot_id = motor[0]}, .output_index = 0});
    Must(CompleteWorkOrder(*db_, with_component));
  }
};

TEST_F(YoungFactoryTest, LargeOrderByIds) {
  std::vector<LotId> ids;
  EXPECT_LE(ReadBy([&] { ids = Assign("large", "motor", kMany); }), kMany * kReadForOneMax);
  EXPECT_LE(ReadBy([&] { CompleteByIds("large", ids); }), kMany * kReadForOneMax);
}

TEST_F(YoungFactoryTest, LargeOrderByCount) {
  Assign("large", "motor", kMany);
  CompletionCommand completion = Completion("large");
  completion.planned_serial_count = kMany;
  EXPECT_LE(ReadBy([&] { Must(CompleteWorkOrder(*db_, completion)); }), kMany * kReadForOneMax);
}

TEST_F(YoungFactoryTest, LargeOrderByNumbers) {
  AssignSerialsCommand assignment{.context = Context(), .work_order = WorkOrderId("large")};
  assignment.product = ProductId("motor");
  assignment.count = kMany;
  CompletionCommand completion = Completion("large");
  for (const NumberedLot& serial : Must(AssignSerials(*db_, assignment))) {
    completion.outputs.push_back({.number = serial.number});
  }
  EXPECT_LE(ReadBy([&] { Must(CompleteWorkOrder(*db_, completion)); }), kMany * kReadForOneMax);
}

TEST_F(YoungFactoryTest, LargeAssignmentByNumbers) {
  AssignSerialsCommand assignment{.context = Context(), .work_order = WorkOrderId("large")};
  assignment.product = ProductId("motor");
  for (int64_t i = 0; i < kMany; ++i) assignment.numbers.push_back(absl::StrCat("M", i));
  EXPECT_LE(ReadBy([&] { Must(AssignSerials(*db_, assignment)); }), kMany * kReadForOneMax);
}

TEST_F(YoungFactoryTest, LargeOrderWithAComponentOfItsOwnForEachUnit) {
  const std::vector<LotId> motors = Assign("motors", "motor", kMany);
  CompleteByIds("motors", motors);
  Assign("bikes", "bike", kMany);
  CompletionCommand completion = Completion("bikes");
  completion.planned_serial_count = kMany;
  for (int64_t i = 0; i < kMany; ++i) {
    completion.components.push_back({.lot = {.lot_id = motors[i]}, .output_index = i});
  }
  EXPECT_LE(ReadBy([&] { Must(CompleteWorkOrder(*db_, completion)); }), 2 * kMany * kReadForOneMax);
}

TEST_F(YoungFactoryTest, ManyMovements) {
  const std::vector<LotId> motors = Assign("motors", "motor", kMany);
  CompleteByIds("motors", motors);
  RecordMovementsCommand command{.context = Context()};
  for (const LotId& motor : motors) {
    command.movements.push_back({.kind = MovementKind::kTransfer,
                                 .lot = {.lot_id = motor},
                                 .from = LocationId("stock"),
                                 .to = LocationId("line"),
                                 .occurred_at = absl::Now()});
  }
  command.movements.resize(1'000);
  EXPECT_LE(ReadBy([&] { Must(RecordMovements(*db_, command)); }), 1'000 * kReadForOneMax);
}

// Bikes with a motor of their own: whatever a page asks for, each lot of a walk is looked up, and
// the rest is found by an index.
TEST_F(YoungFactoryTest, ListsAndReadsOfWhereLotsAre) {
  const std::vector<LotId> motors = Assign("motors", "motor", kMany);
  CompleteByIds("motors", motors);
  const std::vector<LotId> bikes = Assign("bikes", "bike", kMany);
  CompletionCommand completion = Completion("bikes");
  completion.planned_serial_count = kMany;
  for (int64_t i = 0; i < kMany; ++i) {
    completion.components.push_back({.lot = {.lot_id = motors[i]}, .output_index = i});
  }
  Must(CompleteWorkOrder(*db_, completion));
  for (const char* state :
       {"NEVER_MOVED", "IN_STOCK", "ISSUED", "BUILT_IN", "CONSUMED", "WITH_CUSTOMER", "AT_SUPPLIER",
        "SCRAPPED", "TAKEN_APART", "RESHAPED", "ADJUSTED_AWAY"}) {
    for (const char* op : {"=", "!="}) {
      ListLotsQuery query{.query = {.company = CompanyId("acme"),
                                    .filter = absl::StrCat("whereabouts ", op, " ", state)},
                          .order_by = "number",
                          .limit = 50,
                          .now = absl::Now()};
      EXPECT_LE(ReadBy([&] { Must(ListLots(*db_, query)); }), 2 * kMany * kReadForOneMax)
          << query.query.filter;
    }
  }
  ListLotsQuery inside{
      .query = {.company = CompanyId("acme"),
                .filter = absl::StrCat("unit_lot_id = ", bikes[0].value().ToString())},
      .limit = 50,
      .now = absl::Now()};
  EXPECT_LE(ReadBy([&] { EXPECT_EQ(Must(ListLots(*db_, inside)).lots.size(), 1u); }), kMany);
  EXPECT_LE(ReadBy([&] {
              Must(ReadWhereabouts(*db_, CompanyId("acme"),
                                   absl::MakeConstSpan(motors).subspan(0, 1'000)));
            }),
            2 * 1'000 * kReadForOneMax);  // of each motor, and of the bike that it is in
}

// A small write keeps the plans of the empty tables until the growth is noticed.
TEST_F(YoungFactoryTest, SmallOrderAfterTheTablesHaveGrown) {
  pg::TableGrowth growth;
  ASSERT_TRUE(growth.Grown(*db_)->empty());
  CompleteByIds("large", Assign("large", "motor", kMany));
  Must(pg::Query(*db_, kFlush));
  const std::vector<std::string> grown = *growth.Grown(*db_);
  ASSERT_FALSE(grown.empty());
  ASSERT_TRUE(pg::Analyze(*db_, grown).ok());
  // Before the statistics: thirteen times all serials.
  EXPECT_LE(ReadBy([&] { CompleteByIds("small", Assign("small", "motor", 1)); }), 2 * kMany);
}

// 300 companies of 30 lots, and one with 100,000 lots of one product, whose share the averages of
// ANALYZE hide.
TEST_F(YoungDatabaseTest, LargeCompanyAmongManySmallOnes) {
  // Of 109,000 lots. Small tables, such as that of the companies, may be read whole.
  constexpr int64_t kReadOfLotsMax = 1'000;
  MakeCompany("large");
  database_.Execute(R"sql(
INSERT INTO companies (company, lots_enabled, expiry_enabled, time_zone, version, created_at,
                       updated_at)
SELECT 'c' || c, true, true, 'UTC', 1, now(), now() FROM generate_series(1, 300) c;
INSERT INTO products (company, product_id, display_name, tracking, unit, scale, number_template,
                      inherit_expiry, warranty_months, gtin, producible, case_sensitive, version,
                      created_at, updated_at)
SELECT 'c' || c, 'p' || p, '', 3, '', 0, '', false, 0, '', true, false, 1, now(), now()
FROM generate_series(1, 300) c, generate_series(1, 30) p;
INSERT INTO lots (company, lot_id, product_id, tracking, scale, case_sensitive, number, number_key,
                  reference, search_key, notes, attributes, state, version, created_by, created_at,
                  updated_at)
SELECT company, gen_random_uuid(), product, 3, 0, false, number, number, '', number, '', '{}', 2, 1,
       'test', now(), now()
FROM (SELECT 'c' || c AS company, 'p' || n AS product, 'n' || n AS number
      FROM generate_series(1, 300) c, generate_series(1, 30) n
      UNION ALL
      SELECT 'large', 'bike', 'n' || n FROM generate_series(1, 100000) n) AS lot;
ANALYZE)sql");
  const FindLotsQuery query{
      .company = CompanyId("large"), .numbers = {"n77"}, .product_id = ProductId("bike")};
  EXPECT_LE(ReadBy([&] { EXPECT_EQ(Must(FindLots(*db_, query)).at(0).lots.size(), 1u); }),
            kReadOfLotsMax);
  EXPECT_LE(ReadBy([&] {
              const auto answer = RecordMovements(
                  *db_, {.context = Context("large"),
                         .movements = {{.kind = MovementKind::kReceipt,
                                        .lot = {.product_id = ProductId("bike"), .number = "n78"},
                                        .to = LocationId("stock"),
                                        .occurred_at = absl::Now()}}});
              EXPECT_TRUE(answer.ok()) << answer.status();
            }),
            kReadOfLotsMax);
  EXPECT_LE(ReadBy([&] {
              const auto answer = CreateLots(*db_, {.context = Context("large"),
                                                    .product_id = ProductId("bike"),
                                                    .lots = {{.number = "n0"}}});
              EXPECT_TRUE(answer.ok()) << answer.status();
            }),
            kReadOfLotsMax);
}

}  // namespace
}  // namespace lots
