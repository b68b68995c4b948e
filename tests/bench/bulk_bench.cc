// The large writes, one call at a time: assign_serials_10k, complete_10k, record_movements. The
// yardstick of each is one transaction with the same rows, a statement a table, its values as
// literal arrays: what psql would be given.
#include <iostream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/time/clock.h"
#include "lots/v1/stock.grpc.pb.h"
#include "lots/v1/work_order.grpc.pb.h"
#include "storage/base/check.h"
#include "tests/bench/points.h"
#include "tests/bench/written.h"

namespace lots::bench {
namespace {

constexpr int64_t kComponentsEach = 3;
constexpr int64_t kTransfers = 100;

// '{a,b,c}'
std::string Array(int64_t count, const std::function<std::string(int64_t)>& element) {
  std::string array = "'{";
  for (int64_t i = 0; i < count; ++i) absl::StrAppend(&array, i == 0 ? "" : ",", element(i));
  return array + "}'";
}

std::string NewIds(int64_t count) {
  return Array(count, [](int64_t) { return Uuid::MakeV7().ToString(); });
}

// The time on the wall, with what lotd and PostgreSQL computed beside it: all for one of `count`.
Measured Milliseconds(const Stage& stage, const std::function<void()>& work, int64_t count = 1) {
  const CpuMeter meter = stage.cpu();
  const CpuTimes before = meter.Now();
  const absl::Time began = absl::Now();
  work();
  const absl::Duration wall = absl::Now() - began;
  const CpuTimes cpu = meter.Now() - before;
  const double microseconds_each = 1'000.0 * static_cast<double>(count);
  return {.value = absl::ToDoubleMilliseconds(wall) / static_cast<double>(count),
          .beside = {{"server_cpu_ms", cpu.server / microseconds_each},
                     {"database_cpu_ms", cpu.database / microseconds_each}}};
}

Measured MillisecondsOfScript(Stage& stage, const std::string& sql) {
  return Milliseconds(stage, [&] { CheckOk(stage.db().RunScript("bench_yardstick", sql)); });
}

template <class Method, class Stub, class Request, class Response>
Measured MillisecondsOfCall(const Stage& stage, Stub& stub, Method method, const Request& request,
                            Response& response) {
  return Milliseconds(stage, [&] {
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Minutes(1)));
    const grpc::Status status = (stub.*method)(&context, request, &response);
    if (!status.ok()) Complain("bulk", status);
    Check(status.ok());
  });
}

// Both sides wrote these rows and nothing else; then they go.
void CheckRows(Stage& stage, const Rows& expected) {
  const Rows written = CountWritten(stage.db());
  if (written != expected) {
    for (const auto& [table, rows] : written) std::cerr << table << ": " << rows << "\n";
  }
  Check(written == expected);
  CheckWritten(stage.db());
  Unwrite(stage.db());
}

// A new name each time, for orders, requests and numbers.
std::string NewName() {
  static int names = 0;
  return absl::StrCat("BW-", ++names);
}

constexpr char kAssignSql[] = R"sql(
BEGIN;
INSERT INTO requests (company, request_id, method, payload_hash, made, created_at)
VALUES ('main', '$NAME', 'lots.v1.WorkOrderService/AssignSerials', decode(repeat('00', 32), 'hex'),
        $IDS, now());
INSERT INTO work_orders (company, work_order_id, product_id, completed_quantity, state, created_at,
                         updated_at)
VALUES ('main', '$NAME', 'GADGET', 0, 1, now(), now());
INSERT INTO lots (company, lot_id, product_id, tracking, scale, case_sensitive, number, number_key,
                  reference, search_key, notes, attributes, state, version, created_by, created_at,
                  updated_at, entry_id)
SELECT 'main', id, 'GADGET', 3, 0, false, number, lower(number), '', lower(number) || E'\n', '',
       '{}', 1, 1, 'bench', now(), now(), '$ENTRY'::uuid
FROM unnest($IDS::uuid[], $NUMBERS::text[]) AS made (id, number);
INSERT INTO assignments (company, work_order_id, lot_id, assigned_at, position, assigned_by, state,
                         entry_id)
SELECT 'main', '$NAME', id, now(), position, 'bench', 1, '$ENTRY'::uuid
FROM unnest($IDS::uuid[]) WITH ORDINALITY AS made (id, position);
INSERT INTO audit_entries (company, entry_id, recorded_at, actor, caller, peer, certificate,
                           method, request_id, trace_id, work_order_id, lot_ids, lot_count)
VALUES ('main', '$ENTRY', now(), 'bench', '', '10.0.0.7', '',
        'lots.v1.WorkOrderService/AssignSerials', '$NAME', '', '$NAME',
        ($IDS::uuid[])[:20], $COUNT);
COMMIT;
)sql";

Measured AssignByCall(Stage& stage, int64_t count) {
  const auto stub = v1::WorkOrderService::NewStub(stage.lotd().NewChannel());
  v1::AssignSerialsRequest request;
  request.set_company(kFactory);
  request.set_work_order_id(NewName());
  request.set_request_id(request.work_order_id());
  request.set_product_id("GADGET");
  request.set_count(static_cast<int32_t>(count));
  v1::AssignSerialsResponse response;
  const Measured took = MillisecondsOfCall(stage, *stub, &v1::WorkOrderService::Stub::AssignSerials,
                                           request, response);
  Check(response.serials_size() == count);
  return took;
}

Measured AssignBySql(Stage& stage, int64_t count) {
  const std::string name = NewName();
  const std::string sql =
      absl::StrReplaceAll(kAssignSql, {{"$NAME", name},
                                       {"$ENTRY", Uuid::MakeV7().ToString()},
                                       {"$COUNT", absl::StrCat(count)},
                                       {"$IDS", NewIds(count)},
                                       {"$NUMBERS", Array(count, [&](int64_t i) {
                                          return absl::StrFormat("Y%s-%08d", name, i);
                                        })}});
  return MillisecondsOfScript(stage, sql);
}

void MeasureAssign(Stage& stage, const Options& options, std::vector<Result>& results) {
  const int64_t count = options.alive ? 500 : 10'000;
  const Rows rows = {{"lots", count},
                     {"assignments", count},
                     {"work_orders", 1},
                     {"requests", 1},
                     {"audit_entries", 1}};
  Result result{.name = "assign_serials_10k",
                .unit = "wall_ms",
                .target = 1.25,
                .lots = options.factory().lots};
  const auto checked = [&](Measured took) {
    CheckRows(stage, rows);
    return took;
  };
  InTurns(
      options.rounds(), result, [&] { return checked(AssignByCall(stage, count)); },
      [&] { return checked(AssignBySql(stage, count)); });
  results.push_back(std::move(result));
}

constexpr char kCompleteSql[] = R"sql(
BEGIN;
INSERT INTO requests (company, request_id, method, payload_hash, made, created_at)
VALUES ('main', '$NAME', 'lots.v1.WorkOrderService/CompleteWorkOrder',
        decode(repeat('00', 32), 'hex'), ARRAY['$STEP'::uuid], now());
INSERT INTO work_orders (company, work_order_id, product_id, completed_quantity, state, created_at,
                         updated_at)
VALUES ('main', '$NAME', 'GADGET', $COUNT, 2, now(), now());
INSERT INTO lots (company, lot_id, product_id, tracking, scale, case_sensitive, number, number_key,
                  reference, search_key, notes, attributes, manufactured_on, state, version,
                  created_by, created_at, updated_at, entry_id)
SELECT 'main', id, 'GADGET', 3, 0, false, number, lower(number), '', lower(number) || E'\n', '',
       '{}', current_date, 2, 1, 'bench', now(), now(), '$ENTRY'::uuid
FROM unnest($OUTPUTS::uuid[], $NUMBERS::text[]) AS made (id, number);
INSERT INTO transformations (company, transformation_id, kind, work_order_id, occurred_at,
                             recorded_at, actor, note, entry_id)
VALUES ('main', '$STEP', 1, '$NAME', now(), now(), 'bench', '', '$ENTRY');
INSERT INTO transformation_inputs (company, transformation_id, line, lot_id, quantity,
                                   output_lot_id)
SELECT 'main', '$STEP'::uuid, line, id, 1, into_id
FROM unnest($INPUTS::uuid[], $INTO::uuid[]) WITH ORDINALITY AS used (id, into_id, line);
INSERT INTO transformation_outputs (company, transformation_id, line, lot_id, quantity, role)
SELECT 'main', '$STEP'::uuid, line, id, 1, 1
FROM unnest($OUTPUTS::uuid[]) WITH ORDINALITY AS made (id, line);
UPDATE balances SET quantity = 0, arrived_at = NULL, stock_since = NULL, last_recorded_at = now()
FROM unnest($INPUTS::uuid[]) AS used (id)
WHERE balances.company = 'main' AND balances.lot_id = used.id AND balances.location_id = 'WH-1';
INSERT INTO balances (company, lot_id, location_id, product_id, kind, is_serial, quantity,
                      arrived_at, stock_since, last_recorded_at)
SELECT 'main', id, 'PRODUCTION', 'BOARD', 5, true, 1, NULL::timestamptz, NULL::timestamptz,
       now()
FROM unnest($INPUTS::uuid[]) AS used (id)
UNION ALL
SELECT 'main', id, 'PRODUCTION', 'GADGET', 5, true, -1, NULL, NULL, now()
FROM unnest($OUTPUTS::uuid[]) AS made (id)
UNION ALL
SELECT 'main', id, 'WH-2', 'GADGET', 1, true, 1, now(), now(), now()
FROM unnest($OUTPUTS::uuid[]) AS made (id);
INSERT INTO movements (company, movement_id, kind, lot_id, quantity, from_location_id,
                       to_location_id, document_type, document_number, partner_id, occurred_at,
                       recorded_at, actor, note, transformation_id, work_order_id, from_arrived_at,
                       from_stock_since, entry_id)
SELECT 'main', movement, 5, id, 1, 'WH-1', 'PRODUCTION', 'work_order', '$NAME', '', now(), now(),
       'bench', '', '$STEP'::uuid, '$NAME', now(), now(), '$ENTRY'::uuid
FROM unnest($INPUTS::uuid[], $INPUT_MOVES::uuid[]) AS used (id, movement)
UNION ALL
SELECT 'main', movement, 6, id, 1, 'PRODUCTION', 'WH-2', 'work_order', '$NAME', '', now(), now(),
       'bench', '', '$STEP'::uuid, '$NAME', NULL, NULL, '$ENTRY'::uuid
FROM unnest($OUTPUTS::uuid[], $OUTPUT_MOVES::uuid[]) AS made (id, movement);
INSERT INTO assignments (company, work_order_id, lot_id, assigned_at, position, assigned_by, state,
                         entry_id)
SELECT 'main', '$NAME', id, now(), position, 'bench', 2, '$ENTRY'::uuid
FROM unnest($OUTPUTS::uuid[]) WITH ORDINALITY AS made (id, position);
INSERT INTO audit_entries (company, entry_id, recorded_at, actor, caller, peer, certificate,
                           method, request_id, trace_id, work_order_id, lot_ids, lot_count)
VALUES ('main', '$ENTRY', now(), 'bench', '', '10.0.0.7', '',
        'lots.v1.WorkOrderService/CompleteWorkOrder', '$NAME', '', '$NAME',
        ($OUTPUTS::uuid[])[:20], 4 * $COUNT);
COMMIT;
)sql";

Measured CompleteByCall(Stage& stage, int64_t count) {
  const auto stub = v1::WorkOrderService::NewStub(stage.lotd().NewChannel());
  v1::CompleteWorkOrderRequest request;
  request.set_company(kFactory);
  request.set_work_order_id(NewName());
  request.set_request_id(request.work_order_id());
  request.set_product_id("GADGET");
  request.set_source_location_id("WH-1");
  request.set_destination_location_id("WH-2");
  request.set_close(true);
  for (int64_t i = 0; i < count; ++i) {
    request.add_outputs()->set_number(absl::StrFormat("Y%s-%08d", request.work_order_id(), i));
  }
  for (int64_t i = 0; i < count * kComponentsEach; ++i) {
    v1::CompletionComponent& component = *request.add_components();
    component.mutable_lot()->set_lot_id(BoardIdOf(i).ToString());
    component.set_output_index(static_cast<int32_t>(i / kComponentsEach));
  }
  v1::CompleteWorkOrderResponse response;
  const Measured took = MillisecondsOfCall(
      stage, *stub, &v1::WorkOrderService::Stub::CompleteWorkOrder, request, response);
  Check(response.outputs_size() == count);
  return took;
}

Measured CompleteBySql(Stage& stage, int64_t count) {
  const std::string name = NewName();
  const int64_t used = count * kComponentsEach;
  std::vector<std::string> outputs;
  for (int64_t i = 0; i < count; ++i) outputs.push_back(Uuid::MakeV7().ToString());
  const std::string sql = absl::StrReplaceAll(
      kCompleteSql,
      {{"$NAME", name},
       {"$STEP", Uuid::MakeV7().ToString()},
       {"$ENTRY", Uuid::MakeV7().ToString()},
       {"$COUNT", absl::StrCat(count)},
       {"$OUTPUTS", Array(count, [&](int64_t i) { return outputs[i]; })},
       {"$NUMBERS", Array(count, [&](int64_t i) { return absl::StrFormat("Y%s-%08d", name, i); })},
       {"$INPUTS", Array(used, [&](int64_t i) { return BoardIdOf(i).ToString(); })},
       {"$INTO", Array(used, [&](int64_t i) { return outputs[i / kComponentsEach]; })},
       {"$INPUT_MOVES", NewIds(used)},
       {"$OUTPUT_MOVES", NewIds(count)}});
  return MillisecondsOfScript(stage, sql);
}

void MeasureComplete(Stage& stage, const Options& options, std::vector<Result>& results) {
  const int64_t count = options.alive ? 500 : 10'000;
  const int64_t used = count * kComponentsEach;
  const Rows rows = {
      {"lots", count},        {"balances", 2 * count},         {"movements", used + count},
      {"transformations", 1}, {"transformation_inputs", used}, {"transformation_outputs", count},
      {"work_orders", 1},     {"assignments", count},          {"requests", 1},
      {"audit_entries", 1}};
  Result result{
      .name = "complete_10k", .unit = "wall_ms", .target = 1.3, .lots = options.factory().lots};
  const auto checked = [&](Measured took) {
    CheckRows(stage, rows);
    return took;
  };
  InTurns(
      options.rounds(), result, [&] { return checked(CompleteByCall(stage, count)); },
      [&] { return checked(CompleteBySql(stage, count)); });
  results.push_back(std::move(result));
}

constexpr char kTransferSql[] = R"sql(
BEGIN;
INSERT INTO requests (company, request_id, method, payload_hash, made, created_at)
VALUES ('main', '$NAME', 'lots.v1.StockService/RecordMovements', decode(repeat('00', 32), 'hex'),
        $MOVES, now());
UPDATE balances SET quantity = balances.quantity - 1, last_recorded_at = now()
FROM unnest($LOTS::uuid[]) AS moved (id)
WHERE balances.company = 'main' AND balances.lot_id = moved.id AND balances.location_id = 'WH-1';
INSERT INTO balances (company, lot_id, location_id, product_id, kind, is_serial, quantity,
                      arrived_at, stock_since, last_recorded_at)
SELECT 'main', id, 'TRUCK', 'RAW', 2, false, 1, now(), now(), now()
FROM unnest($LOTS::uuid[]) AS moved (id)
ON CONFLICT (company, lot_id, location_id) DO UPDATE
SET quantity = balances.quantity + excluded.quantity, last_recorded_at = excluded.last_recorded_at;
INSERT INTO movements (company, movement_id, kind, lot_id, quantity, from_location_id,
                       to_location_id, document_type, document_number, partner_id, occurred_at,
                       recorded_at, actor, note, from_arrived_at, from_stock_since, entry_id)
SELECT 'main', movement, 2, id, 1, 'WH-1', 'TRUCK', '', '', '', now(), now(), 'bench', '', now(),
       now(), '$ENTRY'::uuid
FROM unnest($LOTS::uuid[], $MOVES::uuid[]) AS moved (id, movement);
INSERT INTO audit_entries (company, entry_id, recorded_at, actor, caller, peer, certificate,
                           method, request_id, trace_id, lot_ids, lot_count)
VALUES ('main', '$ENTRY', now(), 'bench', '', '10.0.0.7', '',
        'lots.v1.StockService/RecordMovements', '$NAME', '', ($LOTS::uuid[])[:20], 100);
COMMIT;
)sql";

// Of a load of such calls, the lots that the `number`th moves: all over WH-1.
Uuid TransferredLot(const Factory& factory, int64_t number, int64_t line) {
  const int64_t groups = factory.groups() / kWarehouses;
  return LotIdOf(factory, (number * kTransfers + line) * 7'919 % groups * 10 * kWarehouses + 2);
}

Measured TransferByCalls(Stage& stage, const Factory& factory, int64_t calls) {
  const std::string name = NewName();
  UnaryCalls<v1::RecordMovementsRequest, v1::RecordMovementsResponse> transfers(
      stage.lotd().NewChannel(), "/lots.v1.StockService/RecordMovements", 1,
      [&](int64_t number, v1::RecordMovementsRequest& request) {
        request.Clear();
        request.set_company(kFactory);
        request.set_request_id(absl::StrCat(name, "-", number));
        for (int64_t line = 0; line < kTransfers; ++line) {
          v1::NewMovement& movement = *request.add_movements();
          movement.set_kind(v1::MOVEMENT_KIND_TRANSFER);
          movement.mutable_lot()->set_lot_id(TransferredLot(factory, number, line).ToString());
          movement.set_quantity("1");
          movement.set_from_location_id("WH-1");
          movement.set_to_location_id("TRUCK");
        }
      },
      [](int64_t, const v1::RecordMovementsResponse& response) {
        return response.movement_ids_size() == kTransfers;
      });
  const auto work = [&] { Check(RunClosed(transfers, calls).bad == 0); };
  return Milliseconds(stage, work, calls);
}

Measured TransferBySql(Stage& stage, const Factory& factory, int64_t calls) {
  const std::string name = NewName();
  std::vector<std::string> scripts;
  for (int64_t number = 0; number < calls; ++number) {
    const std::string lots = Array(
        kTransfers, [&](int64_t line) { return TransferredLot(factory, number, line).ToString(); });
    scripts.push_back(absl::StrReplaceAll(kTransferSql, {{"$NAME", absl::StrCat(name, "-", number)},
                                                         {"$ENTRY", Uuid::MakeV7().ToString()},
                                                         {"$LOTS", lots},
                                                         {"$MOVES", NewIds(kTransfers)}}));
  }
  const auto work = [&] {
    for (const std::string& script : scripts) {
      CheckOk(stage.db().RunScript("bench_yardstick", script));
    }
  };
  return Milliseconds(stage, work, calls);
}

void MeasureTransfers(Stage& stage, const Options& options, std::vector<Result>& results) {
  const Factory factory = options.factory();
  // No lot twice in a call.
  const int64_t calls = options.alive ? 2 : 50;
  const Rows rows = {
      {"movements", calls * kTransfers}, {"requests", calls}, {"audit_entries", calls}};
  Result result{.name = "record_movements", .unit = "wall_ms", .target = 1.3, .lots = factory.lots};
  const auto checked = [&](Measured took) {
    CheckRows(stage, rows);
    return took;
  };
  InTurns(
      options.rounds(), result, [&] { return checked(TransferByCalls(stage, factory, calls)); },
      [&] { return checked(TransferBySql(stage, factory, calls)); });
  results.push_back(std::move(result));
}

}  // namespace

void MeasureBulk(Stage& stage, const Options& options, std::vector<Result>& results) {
  const bool wanted = options.Wants("assign_serials_10k") || options.Wants("complete_10k") ||
                      options.Wants("record_movements");
  if (!wanted) return;
  // What a run that was stopped may have left.
  Unwrite(stage.db());
  if (options.Wants("assign_serials_10k")) MeasureAssign(stage, options, results);
  if (options.Wants("complete_10k")) MeasureComplete(stage, options, results);
  if (options.Wants("record_movements")) MeasureTransfers(stage, options, results);
}

}  // namespace lots::bench
