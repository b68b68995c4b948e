// complete_work_order: one new lot out of five component lots, 16 clients.
#include <atomic>
#include <functional>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/clock.h"
#include "lots/v1/work_order.pb.h"
#include "storage/base/check.h"
#include "tests/bench/pgbench.h"
#include "tests/bench/points.h"
#include "tests/bench/written.h"

namespace lots::bench {
namespace {

constexpr int kClients = 16;
constexpr int kComponents = 5;
// A load begins with one of so many calls.
constexpr size_t kFirstCalls = 1'000'000;
// Components lie in WH-1: in every eighth group, whose lots are 80 apart.
constexpr int64_t kGroupStride = 10 * kWarehouses;

// The components of one completion come one from each fifth of the factory, in the order of their
// ids: so no two completions wait for each other in a circle, in whatever order they lock them.
int64_t ComponentLot(const Factory& factory, int64_t pick, int64_t component) {
  const int64_t fifth = factory.lots / kGroupStride / kComponents;
  return kGroupStride * (pick % fifth + component * fifth) + component % 4;
}

// The rows that one completion writes, in one pipelined transaction and one statement a table,
// without judging anything. Ids are of the time of writing and count up, as lotd's do.
constexpr char kScript[] = R"sql(
\set n :n + 1
\set own :run * 1000000 + :n
\set pick random(0, :fifth - 1)
\set own_high ((:ms + :own) << 16) + 28672 + :client_id
$SETS
\startpipeline
BEGIN;
INSERT INTO requests (company, request_id, method, payload_hash, made, created_at)
VALUES ('main', 'BW-y' || :client_id || '-' || :own, 'lots.v1.WorkOrderService/CompleteWorkOrder',
  decode(repeat('00', 32), 'hex'), ARRAY[$STEP], now());
INSERT INTO work_orders (company, work_order_id, product_id, planned_quantity, completed_quantity,
  state, created_at, updated_at)
VALUES ('main', 'BW-y' || :client_id || '-' || :own, 'BLEND', NULL, 10, 2, now(), now());
INSERT INTO lots (company, lot_id, product_id, tracking, scale, case_sensitive, number,
  number_key, reference, search_key, notes, attributes, manufactured_on, state, version,
  created_by, created_at, updated_at, entry_id)
VALUES ('main', $LOT, 'BLEND', 2, 0, false, 'BW-y' || :client_id || '-' || :own, 'bw-y' ||
  :client_id || '-' || :own, '', 'bw-y' || :client_id || '-' || :own || E'\n', '', '{}',
  current_date, 2, 1, 'bench', now(), now(), $ENTRY);
INSERT INTO transformations (company, transformation_id, kind, work_order_id, occurred_at,
  recorded_at, actor, note, entry_id)
VALUES ('main', $STEP, 1, 'BW-y' || :client_id || '-' || :own, now(), now(), 'bench', '', $ENTRY);
INSERT INTO transformation_inputs (company, transformation_id, line, lot_id, quantity)
VALUES $INPUTS;
INSERT INTO transformation_outputs (company, transformation_id, line, lot_id, quantity, role)
VALUES ('main', $STEP, 0, $LOT, 10, 1);
UPDATE balances SET quantity = balances.quantity - 1, last_recorded_at = now()
FROM (VALUES $COMPONENTS) AS used (lot_id)
WHERE balances.company = 'main' AND balances.lot_id = used.lot_id AND balances.location_id = 'WH-1';
INSERT INTO balances (company, lot_id, location_id, product_id, kind, is_serial, quantity,
  arrived_at, stock_since, last_recorded_at)
VALUES $CREDITS, ('main', $LOT, 'WH-2', 'BLEND', 1, false, 10, now(), now(), now()), ('main',
  $LOT, 'PRODUCTION', 'BLEND', 5, false, -10, NULL, NULL, now())
ON CONFLICT (company, lot_id, location_id) DO UPDATE SET quantity = balances.quantity +
  excluded.quantity, last_recorded_at = excluded.last_recorded_at;
INSERT INTO movements (company, movement_id, kind, lot_id, quantity, from_location_id,
  to_location_id, document_type, document_number, partner_id, occurred_at, recorded_at, actor,
  note, transformation_id, work_order_id, from_arrived_at, from_stock_since, entry_id)
VALUES $MOVEMENTS;
INSERT INTO audit_entries (company, entry_id, recorded_at, actor, caller, peer, certificate,
  method, request_id, trace_id, work_order_id, lot_ids, lot_count)
VALUES ('main', $ENTRY, now(), 'bench', '', '10.0.0.7', '',
  'lots.v1.WorkOrderService/CompleteWorkOrder', 'BW-y' || :client_id || '-' || :own, '',
  'BW-y' || :client_id || '-' || :own, ARRAY[$LOT], 6);
COMMIT;
\endpipeline
)sql";

std::string Script(const Factory& factory) {
  // 9 and up: kinds that no generated id has.
  const auto own_id = [](int kind) {
    return SqlOfUuid(":own_high", absl::StrCat("'", INT64_MIN, "'::bigint + ", int64_t{1} << 58,
                                               " * ", kind, " + :own::bigint"));
  };
  std::string sets, inputs, components, credits, movements;
  const std::string step = own_id(9), lot = own_id(10), entry = own_id(7);
  const std::string order = "'BW-y' || :client_id || '-' || :own";
  const char* separator = "";
  for (int64_t c = 0; c < kComponents; ++c) {
    absl::StrAppend(&sets, "\\set lot", c, " ", kGroupStride, " * (:pick + ", c, " * :fifth) + ",
                    c % 4, "\n\\set high", c, " :first + (:lot", c, " * ",
                    factory.step_milliseconds(), " << 16) + (:lot", c, " & 4095)\n\\set low", c,
                    " ", IdLow(0), " + (:lot", c, " * 2654435761 & ", (int64_t{1} << 58) - 1,
                    ")\n");
    const std::string id = SqlOfUuid(absl::StrCat(":high", c), absl::StrCat(":low", c));
    absl::StrAppend(&inputs, separator, "('main', ", step, ", ", c, ", ", id, ", 1)");
    absl::StrAppend(&components, separator, "(", id, ")");
    absl::StrAppend(&credits, separator, "('main', ", id,
                    ", 'PRODUCTION', 'RAW', 5, false, 1, NULL, NULL, now())");
    absl::StrAppend(&movements, separator, "('main', ", own_id(11 + static_cast<int>(c)), ", 5, ",
                    id, ", 1, 'WH-1', 'PRODUCTION', 'work_order', ", order,
                    ", '', now(), now(), 'bench', '', ", step, ", ", order, ", now(), now(), ",
                    entry, ")");
    separator = ", ";
  }
  absl::StrAppend(&movements, ", ('main', ", own_id(8), ", 6, ", lot,
                  ", 10, 'PRODUCTION', 'WH-2', 'work_order', ", order,
                  ", '', now(), now(), 'bench', '', ", step, ", ", order, ", NULL, NULL, ", entry,
                  ")");
  return absl::StrReplaceAll(kScript, {{"$SETS", sets},
                                       {"$STEP", step},
                                       {"$ENTRY", entry},
                                       {"$LOT", lot},
                                       {"$INPUTS", inputs},
                                       {"$COMPONENTS", components},
                                       {"$CREDITS", credits},
                                       {"$MOVEMENTS", movements}});
}

// What `times` completions write. Of the components' balances none is new.
Rows RowsOf(int64_t times) {
  return {{"lots", times},
          {"balances", 2 * times},
          {"movements", (kComponents + 1) * times},
          {"transformations", times},
          {"transformation_inputs", kComponents * times},
          {"transformation_outputs", times},
          {"work_orders", times},
          {"requests", times},
          {"audit_entries", times}};
}

// Everything that was written is of whole completions, and at least of so many.
void CheckRows(Stage& stage, int64_t times_min) {
  const Rows written = CountWritten(stage.db());
  const auto lots = written.find("lots");
  Check(lots != written.end() && lots->second >= times_min && written == RowsOf(lots->second));
  CheckWritten(stage.db());
  Unwrite(stage.db());
}

}  // namespace

std::unique_ptr<Calls> CompletionCalls(const LotdProcess& lotd, const Factory& factory,
                                       const std::string& name, int slots) {
  using Complete = UnaryCalls<v1::CompleteWorkOrderRequest, v1::CompleteWorkOrderResponse>;
  const std::shared_ptr<grpc::Channel> channel = lotd.NewChannel();
  // Each load begins elsewhere in the factory. If all began with the same lots, a short load would
  // find them warm, and one that goes further, or whose calls are refused, would not.
  const auto first = static_cast<int64_t>(std::hash<std::string>()(name) % kFirstCalls);
  return std::make_unique<Complete>(
      channel, "/lots.v1.WorkOrderService/CompleteWorkOrder", slots,
      [factory, name, first](int64_t number, v1::CompleteWorkOrderRequest& request) {
        request.Clear();
        const std::string order = absl::StrCat("BW-", name, "-", number);
        request.set_company(kFactory);
        request.set_request_id(order);
        request.set_work_order_id(order);
        request.set_product_id("BLEND");
        v1::CompletionOutput& output = *request.add_outputs();
        output.set_number(order);
        output.set_quantity("10");
        for (int64_t c = 0; c < kComponents; ++c) {
          v1::CompletionComponent& component = *request.add_components();
          const int64_t lot = ComponentLot(factory, SpreadLot(factory, first + number), c);
          component.mutable_lot()->set_lot_id(LotIdOf(factory, lot).ToString());
          component.set_quantity("1");
        }
        request.set_source_location_id("WH-1");
        request.set_destination_location_id("WH-2");
        request.set_close(true);
      },
      [](int64_t, const v1::CompleteWorkOrderResponse& response) {
        return response.outputs_size() == 1 && response.state() == v1::WORK_ORDER_STATE_CLOSED;
      });
}

Measured MeasureCompletions(Stage& stage, const Factory& factory, absl::Duration time) {
  static std::atomic<int> loads = 0;
  const auto calls = CompletionCalls(stage.lotd(), factory, absl::StrCat("c", ++loads), kClients);
  const MeasuredLoad load = MeasureLoad(stage.cpu(), [&] { return RunClosed(*calls, time); });
  CheckRows(stage, load.load.calls);
  return load.measured;
}

void MeasureCompletion(Stage& stage, const Options& options, std::vector<Result>& results) {
  if (!options.Wants("complete_work_order")) return;
  const Factory factory = options.factory();
  Unwrite(stage.db());
  const PgbenchRun run{
      .scripts = {Script(factory)},
      .clients = kClients,
      .time = options.round_time(),
      .variables = {absl::StrCat("first=", IdHigh(factory, 0)),
                    absl::StrCat("fifth=", factory.lots / kGroupStride / kComponents),
                    absl::StrCat("ms=", kWrittenSince + 100'000'000), "n=0"}};
  Result result{.name = "complete_work_order",
                .unit = "cpu_us_per_call",
                .target = 1.3,
                .lots = factory.lots};
  InTurns(
      options.rounds(), result,
      [&] { return MeasureCompletions(stage, factory, options.round_time()); },
      [&] {
        const Measured measured = MeasurePgbench(stage, run);
        CheckRows(stage, kClients);
        return measured;
      });
  results.push_back(std::move(result));
}

}  // namespace lots::bench
