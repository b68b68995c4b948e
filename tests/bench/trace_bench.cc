// trace_100k: a streamed trace against recursive SQL. trace_cold_1m: memory, the first message, and
// what a node costs against a graph of a tenth of the size.
#include <functional>
#include <iostream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/clock.h"
#include "lots/v1/trace.grpc.pb.h"
#include "storage/base/check.h"
#include "tests/bench/bench.h"
#include "tests/bench/graph.h"

namespace lots::bench {
namespace {

struct Traced {
  int64_t nodes = 0;
  int64_t links = 0;
  double first_milliseconds = 0;
  double milliseconds = 0;
};

Traced TraceSeed(v1::TraceService::Stub& stub, const Graph& graph) {
  v1::TraceDownstreamRequest request;
  request.set_company(graph.company);
  v1::LotRef& seed = *request.add_seeds();
  seed.set_product_id("part");
  seed.set_number("SEED");
  request.set_node_limit(static_cast<int32_t>(graph.reached));
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Minutes(2)));
  Traced traced;
  const absl::Time began = absl::Now();
  const auto reader = stub.TraceDownstream(&context, request);
  v1::TraceDownstreamResponse message;
  while (reader->Read(&message)) {
    if (traced.nodes == 0 && message.piece().nodes_size() > 0) {
      traced.first_milliseconds = absl::ToDoubleMilliseconds(absl::Now() - began);
    }
    traced.nodes += message.piece().nodes_size();
    traced.links += message.piece().links_size();
  }
  const grpc::Status status = reader->Finish();
  if (!status.ok()) std::cerr << status.error_message() << "\n";
  Check(status.ok());
  traced.milliseconds = absl::ToDoubleMilliseconds(absl::Now() - began);
  Check(traced.nodes == graph.reached);
  return traced;
}

// The best recursion there is: UNION on the lot alone; depth and certainty, which the trace tells
// too, would make it explode. It runs once, into a table that PostgreSQL knows the size of.
constexpr char kReached[] = R"sql(
BEGIN;
CREATE TEMP TABLE reached ON COMMIT DROP AS
WITH RECURSIVE reached (lot_id) AS (
  SELECT lot_id FROM lots WHERE company = '$C' AND product_id = 'part' AND number_key = 'seed'
  UNION
  SELECT o.lot_id
  FROM reached r
  JOIN transformation_inputs i ON i.company = '$C' AND i.lot_id = r.lot_id
  JOIN transformation_outputs o ON o.company = '$C' AND o.transformation_id = i.transformation_id
   AND (i.output_lot_id IS NULL OR i.output_lot_id = o.lot_id)
  WHERE NOT EXISTS (
    SELECT FROM transformations x WHERE x.company = '$C' AND x.reverses_id = i.transformation_id))
SELECT lot_id FROM reached;
ANALYZE reached;
)sql";

// The columns of a node: the lot, its places, its deliveries, and how much of it there ever was.
constexpr char kNodes[] = R"sql(
SELECT l.lot_id, l.product_id, l.number, l.tracking, l.reference, l.state, l.expires_on,
       (SELECT array_agg((b.location_id, b.kind, b.quantity, b.arrived_at)) FROM balances b
        WHERE b.company = '$C' AND b.lot_id = l.lot_id AND b.quantity > 0
          AND b.kind IN (1, 2, 4, 6)),
       (SELECT array_agg((m.kind, m.partner_id, m.document_type, m.document_number, m.quantity,
                          m.occurred_at, m.to_location_id))
        FROM movements m
        WHERE m.company = '$C' AND m.lot_id = l.lot_id AND m.kind IN (1, 3, 4)
          AND m.reverses_id IS NULL AND NOT EXISTS (
            SELECT FROM movements x WHERE x.company = '$C' AND x.reverses_id = m.movement_id)),
       (SELECT coalesce(sum(o.quantity), 0) FROM transformation_outputs o
        WHERE o.company = '$C' AND o.lot_id = l.lot_id AND o.role <> 3 AND NOT EXISTS (
          SELECT FROM transformations x
          WHERE x.company = '$C' AND x.reverses_id = o.transformation_id)) +
       (SELECT coalesce(sum(m.quantity), 0) FROM movements m
        JOIN locations f ON f.company = '$C' AND f.location_id = m.from_location_id
        WHERE m.company = '$C' AND m.lot_id = l.lot_id AND m.kind IN (1, 8) AND f.kind IN (3, 7)
          AND m.reverses_id IS NULL AND NOT EXISTS (
            SELECT FROM movements x WHERE x.company = '$C' AND x.reverses_id = m.movement_id))
FROM reached r JOIN lots l ON l.company = '$C' AND l.lot_id = r.lot_id;
)sql";

// The rest of the stream: the transformations, what went into them, and what came out.
constexpr char kLinks[] = R"sql(
SELECT t.transformation_id, t.kind, t.work_order_id, t.occurred_at, t.recorded_at, t.actor, t.note
FROM transformations t
WHERE t.company = '$C'
  AND t.transformation_id IN (
    SELECT i.transformation_id FROM reached r
    JOIN transformation_inputs i ON i.company = '$C' AND i.lot_id = r.lot_id)
  AND NOT EXISTS (
    SELECT FROM transformations x WHERE x.company = '$C' AND x.reverses_id = t.transformation_id);
SELECT i.transformation_id, i.lot_id, i.quantity, i.output_lot_id
FROM reached r JOIN transformation_inputs i ON i.company = '$C' AND i.lot_id = r.lot_id
WHERE NOT EXISTS (
  SELECT FROM transformations x WHERE x.company = '$C' AND x.reverses_id = i.transformation_id);
SELECT o.transformation_id, o.lot_id, o.quantity, o.role
FROM reached r JOIN transformation_outputs o ON o.company = '$C' AND o.lot_id = r.lot_id
WHERE NOT EXISTS (
  SELECT FROM transformations x WHERE x.company = '$C' AND x.reverses_id = o.transformation_id);
COMMIT;
)sql";

// All that the stream carries, except depth, certainty and bounds.
std::string RecursiveCommand(const Stage& stage, const Graph& graph) {
  const std::string sql = absl::StrReplaceAll(absl::StrCat(kReached, kNodes, kLinks),
                                              {{"$C", graph.company}, {"\n", " "}});
  return absl::StrCat("psql -X -q -A -t -o /dev/null -d \"", stage.conninfo(), "\" -c \"", sql,
                      "\"");
}

// What a side took, with what a lot of it cost the server and the database.
Measured WithCpu(const Stage& stage, const Graph& graph, const std::function<double()>& side) {
  const CpuMeter meter = stage.cpu();
  const CpuTimes before = meter.Now();
  const double own_before = OwnCpu();
  Measured measured{.value = side()};
  const CpuTimes cpu = meter.Now() - before;
  const auto lots = static_cast<double>(graph.reached);
  measured.beside = {{"server_cpu_us", cpu.server / lots},
                     {"database_cpu_us", cpu.database / lots},
                     {"client_cpu_us", (OwnCpu() - own_before) / lots}};
  return measured;
}

void MeasureAgainstSql(Stage& stage, const Options& options, std::vector<Result>& results) {
  const Graph graph = FillGraph(stage.db(), "trace-100k", options.quick ? 2'000 : 100'000);
  const auto stub = v1::TraceService::NewStub(stage.lotd().NewChannel());
  Result result{.name = "trace_100k", .unit = "wall_ms", .target = 0.5, .lots = graph.reached};
  const std::string command = RecursiveCommand(stage, graph);
  InTurns(
      options.quick ? 1 : 5, result,
      [&] { return WithCpu(stage, graph, [&] { return TraceSeed(*stub, graph).milliseconds; }); },
      [&] { return WithCpu(stage, graph, [&] { return RunTimed(command); }); });
  results.push_back(std::move(result));
}

// Memory is measured on a server that has traced nothing larger before.
void MeasureMemory(const Options& options, std::vector<Result>& results) {
  Stage stage;
  const Graph graph = FillGraph(stage.db(), "trace-1m", options.quick ? 4'000 : 1'000'000);
  const auto stub = v1::TraceService::NewStub(stage.lotd().NewChannel());
  const pid_t server = stage.lotd().pid();
  const int64_t before = ResidentBytes(server);
  const Traced traced = TraceSeed(*stub, graph);
  const int64_t grown = ResidentBytesMax(server) - before;
  results.push_back({.name = "trace_cold_1m_memory",
                     .unit = "bytes_per_node",
                     .ours = {static_cast<double>(grown) / static_cast<double>(traced.nodes)},
                     .target = 250,
                     .lots = graph.reached});
  results.push_back({.name = "trace_cold_1m_first",
                     .unit = "wall_ms",
                     .ours = {traced.first_milliseconds},
                     .target = 100,
                     .lots = graph.reached});
  const auto per_node = [](const Traced& t) {
    return t.milliseconds * 1000 / static_cast<double>(t.nodes);
  };
  const Graph tenth = FillGraph(stage.db(), "trace-tenth", graph.lots / 10);
  Result growth{
      .name = "trace_growth", .unit = "wall_us_per_node", .target = 1.3, .lots = graph.reached};
  InTurns(
      options.quick ? 1 : 3, growth, [&] { return per_node(TraceSeed(*stub, graph)); },
      [&] { return per_node(TraceSeed(*stub, tenth)); });
  results.push_back(std::move(growth));
}

}  // namespace

void MeasureTrace(Stage& stage, const Options& options, std::vector<Result>& results) {
  if (options.only.empty() || options.only == "trace_100k") {
    MeasureAgainstSql(stage, options, results);
  }
  if (options.only.empty() || options.only == "trace_cold_1m") MeasureMemory(options, results);
}

}  // namespace lots::bench
