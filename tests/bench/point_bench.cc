// The reads that everybody asks all the time: get_lot, list_lot_locations, find_lots; and an empty
// call as the floor.
#include <iostream>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "lots/v1/lot.pb.h"
#include "storage/base/check.h"
#include "tests/bench/load.h"
#include "tests/bench/pgbench.h"
#include "tests/bench/picture.h"
#include "tests/bench/points.h"

namespace lots::bench {
namespace {

// As many connections as lotd has workers: with more, pgbench computes more.
constexpr int kPgbenchClients = 8;
constexpr int64_t kNumbersPerCall = 100;
// pgbench takes at most 128 scripts, each of which asks for other numbers.
constexpr int64_t kFindScripts = 64;

// What stands in a lot's row and in its company's.
constexpr char kRowColumns[] = R"sql(
l.lot_id, l.product_id, l.number, l.tracking, l.scale, l.reference, l.notes, l.attributes::text,
l.manufactured_on, l.expires_on, l.best_before_on, l.removal_on, l.alert_on, l.state, l.version,
l.created_by, l.created_at, l.updated_at, c.time_zone)sql";

// One lot as GetLot answers it.
constexpr char kGetLotScript[] = R"sql(
SELECT $COLUMNS,
       (SELECT COALESCE(sum(b.quantity), 0) FROM balances b
        WHERE b.company = 'main' AND b.lot_id = l.lot_id AND b.kind IN (1, 2)),
       (SELECT h.cause FROM lot_holds h
        WHERE h.company = 'main' AND h.lot_id = l.lot_id AND h.binding
          AND (h.expires_at IS NULL OR h.expires_at > now())
        ORDER BY CASE h.cause WHEN 4 THEN 1 WHEN 1 THEN 2 WHEN 3 THEN 3 ELSE 4 END LIMIT 1)
FROM lots l JOIN companies c ON c.company = 'main'
WHERE l.company = 'main' AND l.lot_id = $ID;
)sql";

constexpr char kLocationsScript[] = R"sql(
SELECT l.product_id, l.number, l.scale, l.expires_on, b.location_id, b.kind, b.quantity,
       b.arrived_at, b.stock_since, CASE WHEN b.kind IN (1, 2) THEN (
         SELECT h.cause FROM lot_holds h
         WHERE h.company = 'main' AND h.lot_id = b.lot_id
           AND (h.location_id IS NULL OR h.location_id = b.location_id) AND h.binding
           AND (h.expires_at IS NULL OR h.expires_at > now())
         ORDER BY CASE h.cause WHEN 4 THEN 1 WHEN 1 THEN 2 WHEN 3 THEN 3 ELSE 4 END LIMIT 1) END
FROM lots l
LEFT JOIN balances b ON b.company = 'main' AND b.lot_id = $ID
  AND b.quantity <> 0 AND b.kind IN (1, 2, 4, 6)
WHERE l.company = 'main' AND l.lot_id = $ID
ORDER BY CASE WHEN b.kind IN (1, 2) THEN 1 WHEN b.kind = 4 THEN 2 WHEN b.kind = 6 THEN 3 ELSE 4 END,
         b.location_id;
)sql";

// Of many lots, what is elsewhere is cheaper to read for all of them than for each.
constexpr char kFindScript[] = R"sql(
WITH found AS MATERIALIZED (
  SELECT $COLUMNS FROM lots l JOIN companies c ON c.company = 'main'
  WHERE l.company = 'main' AND l.number_key = ANY('{$NUMBERS}'::text[]))
SELECT f.*, COALESCE(b.on_hand, 0), h.cause
FROM found f
LEFT JOIN (
  SELECT b.lot_id, sum(b.quantity) AS on_hand FROM balances b
  WHERE b.company = 'main' AND b.kind IN (1, 2) AND b.lot_id = ANY(ARRAY(SELECT lot_id FROM found))
  GROUP BY b.lot_id) AS b USING (lot_id)
LEFT JOIN (
  SELECT DISTINCT ON (h.lot_id) h.lot_id, h.cause FROM lot_holds h
  WHERE h.company = 'main' AND h.lot_id = ANY(ARRAY(SELECT lot_id FROM found)) AND h.binding
    AND (h.expires_at IS NULL OR h.expires_at > now())
  ORDER BY h.lot_id, CASE h.cause WHEN 4 THEN 1 WHEN 1 THEN 2 WHEN 3 THEN 3 ELSE 4 END) AS h
  USING (lot_id);
)sql";

std::string Filled(const char* script, const std::string& id) {
  return absl::StrReplaceAll(script, {{"$COLUMNS", kRowColumns}, {"$ID", id}});
}

// The script for any lot: pgbench composes the id as IdHigh and IdLow do.
std::string RandomLotScript(const Factory& factory, const char* script) {
  const std::string high =
      absl::StrCat(":first + (:lot * ", factory.step_milliseconds(), " << 16) + (:lot & 4095)");
  const std::string low =
      absl::StrCat(IdLow(0), " + (:lot * 2654435761 & ", (int64_t{1} << 58) - 1, ")");
  return absl::StrCat("\\set lot random(0, ", factory.lots - 1, ")\n\\set high ", high,
                      "\n\\set low ", low, "\n", Filled(script, SqlOfUuid(":high", ":low")));
}

PgbenchRun PointOrder(const Options& options, const char* script) {
  const Factory factory = options.factory();
  return {.scripts = {RandomLotScript(factory, script)},
          .clients = kPgbenchClients,
          .time = options.round_time(),
          .variables = {absl::StrCat("first=", IdHigh(factory, 0))}};
}

// That the yardstick finds a row for any lot: pgbench does not look at its answers.
void CheckYardstick(Stage& stage, const Factory& factory, const char* script) {
  for (int64_t lot = 0; lot < factory.lots; lot += factory.lots / 100 + 1) {
    const std::string id =
        SqlOfUuid(absl::StrCat(IdHigh(factory, lot)), absl::StrCat("'", IdLow(lot), "'"));
    std::string sql = Filled(script, id);
    sql.resize(sql.rfind(';'));
    Check(Select(stage.db(), sql).size() >= 1);
  }
}

void MeasureEmptyCall(Stage& stage, const Options& options, std::vector<Result>& results) {
  Result result{.name = "empty_call", .unit = "cpu_us_per_call", .lots = options.factory().lots};
  const auto calls = EmptyCalls(stage.lotd(), kInFlight);
  InTurns(
      options.rounds(), result,
      [&] {
        return MeasureLoad(stage.cpu(), [&] { return RunClosed(*calls, options.round_time()); })
            .measured;
      },
      nullptr);
  results.push_back(std::move(result));
}

void MeasureGetLot(Stage& stage, const Options& options, std::vector<Result>& results) {
  const Factory factory = options.factory();
  CheckYardstick(stage, factory, kGetLotScript);
  Result result{.name = "get_lot", .unit = "cpu_us_per_call", .target = 1.0, .lots = factory.lots};
  const auto calls = GetLotCalls(stage.lotd(), factory, kInFlight);
  Histogram latency;
  InTurns(
      options.rounds(), result,
      [&] {
        MeasuredLoad load =
            MeasureLoad(stage.cpu(), [&] { return RunClosed(*calls, options.round_time()); });
        latency.Add(load.load.latency);
        return std::move(load.measured);
      },
      [&] { return MeasurePgbench(stage, PointOrder(options, kGetLotScript)); });
  const double per_second = MedianOf(result.ours_beside).at("calls_per_second");
  results.push_back(std::move(result));

  // Half of what it can do: the latency that a service which is not overloaded shows.
  const auto open_calls = GetLotCalls(stage.lotd(), factory, 1024);
  Result open{.name = "get_lot_open", .unit = "p99_ms", .lots = factory.lots};
  Histogram open_latency;
  InTurns(
      options.rounds(), open,
      [&] {
        MeasuredLoad load = MeasureLoad(stage.cpu(), [&] {
          return RunOpen(*open_calls, per_second / 2, options.round_time());
        });
        open_latency.Add(load.load.latency);
        return Measured{.value = load.measured.beside.at("p99_ms"),
                        .beside = std::move(load.measured.beside)};
      },
      nullptr);
  results.push_back(std::move(open));
  DrawLatency(options, {{"64 in flight", latency}, {"half that rate, open loop", open_latency}});
}

void MeasureLocations(Stage& stage, const Options& options, std::vector<Result>& results) {
  const Factory factory = options.factory();
  CheckYardstick(stage, factory, kLocationsScript);
  Result result{
      .name = "list_lot_locations", .unit = "cpu_us_per_call", .target = 1.0, .lots = factory.lots};
  UnaryCalls<v1::ListLotLocationsRequest, v1::ListLotLocationsResponse> calls(
      stage.lotd().NewChannel(), "/lots.v1.LotService/ListLotLocations", kInFlight,
      [&](int64_t number, v1::ListLotLocationsRequest& request) {
        request.set_company(kFactory);
        request.set_lot_id(LotIdOf(factory, SpreadLot(factory, number)).ToString());
      },
      // Every lot is on hand or with a customer.
      [](int64_t, const v1::ListLotLocationsResponse& response) {
        return response.locations_size() > 0;
      });
  InTurns(
      options.rounds(), result,
      [&] {
        return MeasureLoad(stage.cpu(), [&] { return RunClosed(calls, options.round_time()); })
            .measured;
      },
      [&] { return MeasurePgbench(stage, PointOrder(options, kLocationsScript)); });
  results.push_back(std::move(result));
}

// The `batch`th hundred numbers.
std::vector<std::string> NumbersOf(const Factory& factory, int64_t batch) {
  std::vector<std::string> numbers;
  for (int64_t i = 0; i < kNumbersPerCall; ++i) {
    numbers.push_back(NumberOf(SpreadLot(factory, batch * kNumbersPerCall + i)));
  }
  return numbers;
}

std::vector<std::string> FindScripts(Stage& stage, const Factory& factory) {
  std::vector<std::string> scripts;
  for (int64_t batch = 0; batch < kFindScripts; ++batch) {
    const std::string numbers =
        absl::AsciiStrToLower(absl::StrJoin(NumbersOf(factory, batch), ","));
    scripts.push_back(
        absl::StrReplaceAll(kFindScript, {{"$COLUMNS", kRowColumns}, {"$NUMBERS", numbers}}));
    std::string sql = scripts.back();
    sql.resize(sql.rfind(';'));
    Check(Select(stage.db(), sql).size() == kNumbersPerCall);
  }
  return scripts;
}

void MeasureFind(Stage& stage, const Options& options, std::vector<Result>& results) {
  const Factory factory = options.factory();
  Result result{
      .name = "find_lots", .unit = "cpu_us_per_call", .target = 1.3, .lots = factory.lots};
  UnaryCalls<v1::FindLotsRequest, v1::FindLotsResponse> calls(
      stage.lotd().NewChannel(), "/lots.v1.LotService/FindLots", kPgbenchClients,
      [&](int64_t number, v1::FindLotsRequest& request) {
        request.Clear();
        request.set_company(kFactory);
        for (std::string& text : NumbersOf(factory, number % kFindScripts)) {
          request.add_numbers(std::move(text));
        }
      },
      [](int64_t, const v1::FindLotsResponse& response) {
        return response.matches_size() == kNumbersPerCall && response.matches(0).lots_size() == 1 &&
               response.matches(kNumbersPerCall - 1).lots_size() == 1;
      });
  const PgbenchRun run{.scripts = FindScripts(stage, factory),
                       .clients = kPgbenchClients,
                       .time = options.round_time()};
  InTurns(
      options.rounds(), result,
      [&] {
        return MeasureLoad(stage.cpu(), [&] { return RunClosed(calls, options.round_time()); })
            .measured;
      },
      [&] { return MeasurePgbench(stage, run); });
  results.push_back(std::move(result));
}

}  // namespace

int64_t SpreadLot(const Factory& factory, int64_t number) {
  // A prime, so that neighbours in time are far apart in the tables.
  return number * 7'368'787 % factory.lots;
}

std::unique_ptr<Calls> GetLotCalls(const LotdProcess& lotd, const Factory& factory, int slots) {
  using GetLot = UnaryCalls<v1::GetLotRequest, v1::Lot>;
  return std::make_unique<GetLot>(
      lotd.NewChannel(), "/lots.v1.LotService/GetLot", slots,
      [factory](int64_t number, v1::GetLotRequest& request) {
        request.set_company(kFactory);
        request.set_lot_id(LotIdOf(factory, SpreadLot(factory, number)).ToString());
      },
      [factory](int64_t number, const v1::Lot& lot) {
        return lot.number() == NumberOf(SpreadLot(factory, number));
      });
}

std::unique_ptr<Calls> EmptyCalls(const LotdProcess& lotd, int slots) {
  // Both messages are empty as far as a caller cares; nothing here has their protos.
  return std::make_unique<UnaryCalls<grpc::ByteBuffer, grpc::ByteBuffer>>(
      lotd.NewChannel(), "/grpc.health.v1.Health/Check", slots,
      [](int64_t, grpc::ByteBuffer& request) { request = grpc::ByteBuffer(nullptr, 0); },
      [](int64_t, const grpc::ByteBuffer& response) { return response.Length() > 0; });
}

void MeasurePoints(Stage& stage, const Options& options, std::vector<Result>& results) {
  if (options.Wants("empty_call")) MeasureEmptyCall(stage, options, results);
  if (options.Wants("get_lot")) {
    MeasureGetLot(stage, options, results);
    MeasureSecuredGetLot(stage, options, results);
  }
  if (options.Wants("list_lot_locations")) MeasureLocations(stage, options, results);
  if (options.Wants("find_lots")) MeasureFind(stage, options, results);
}

}  // namespace lots::bench
