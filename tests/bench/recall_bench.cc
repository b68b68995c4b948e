// recall_100k: one recall of 100,000 lots, holds included, durable. recall_drill_1m: what
// `lotctl recall drill` says in a factory of a million lots.
#include <iostream>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "lots/v1/recall.grpc.pb.h"
#include "storage/base/check.h"
#include "tests/bench/bench.h"
#include "tests/bench/graph.h"

namespace lots::bench {
namespace {

template <class Method, class Request>
v1::Recall Call(v1::RecallService::Stub& stub, Method method, const Request& request) {
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Minutes(2)));
  v1::Recall recall;
  const grpc::Status status = (stub.*method)(&context, request, &recall);
  if (!status.ok()) std::cerr << status.error_message() << "\n";
  Check(status.ok());
  return recall;
}

// Opens a recall, in milliseconds, and closes it again.
double OpenOnce(v1::RecallService::Stub& stub, const Graph& graph) {
  static int cases = 0;
  const std::string name = absl::StrCat("RC-", ++cases);
  v1::OpenRecallRequest request;
  request.set_company(graph.company);
  request.set_request_id(absl::StrCat(name, "/open"));
  request.set_recall_id(name);
  v1::LotRef& seed = *request.add_seeds();
  seed.set_product_id("part");
  seed.set_number("SEED");
  request.set_reason("benchmark");
  const absl::Time began = absl::Now();
  const v1::Recall recall = Call(stub, &v1::RecallService::Stub::OpenRecall, request);
  const double milliseconds = absl::ToDoubleMilliseconds(absl::Now() - began);
  Check(recall.scope().lot_count() == graph.reached);
  v1::CloseRecallRequest close;
  close.set_company(graph.company);
  close.set_request_id(absl::StrCat(name, "/close"));
  close.set_recall_id(name);
  close.set_closing_note("benchmark");
  close.set_leave_held(true);
  Call(stub, &v1::RecallService::Stub::CloseRecall, close);
  return milliseconds;
}

void MeasureOpening(Stage& stage, const Options& options, std::vector<Result>& results) {
  const Graph graph = FillGraph(stage.db(), "recall-100k", options.quick ? 2'000 : 100'000);
  const auto stub = v1::RecallService::NewStub(stage.lotd().NewChannel());
  Result result{.name = "recall_100k", .unit = "wall_ms", .target = 3'000, .lots = graph.reached};
  InTurns(
      options.quick ? 1 : 5, result, [&] { return OpenOnce(*stub, graph); }, nullptr);
  results.push_back(std::move(result));
}

void MeasureDrill(Stage& stage, const Options& options, std::vector<Result>& results) {
  const Graph graph = FillGraph(stage.db(), "drill-1m", options.quick ? 4'000 : 1'000'000);
  const std::string command =
      absl::StrCat(Stage::ProgramFolder(), "/lotctl --address ", stage.lotd().address(),
                   " --company ", graph.company, " --timeout 120 recall drill part/SEED");
  results.push_back({.name = "recall_drill_1m",
                     .unit = "wall_ms",
                     .ours = {RunTimed(command)},
                     .target = 60'000,
                     .lots = graph.reached});
}

}  // namespace

void MeasureRecall(Stage& stage, const Options& options, std::vector<Result>& results) {
  if (options.only.empty() || options.only == "recall_100k") {
    MeasureOpening(stage, options, results);
  }
  if (options.only.empty() || options.only == "recall_drill_1m") {
    MeasureDrill(stage, options, results);
  }
}

}  // namespace lots::bench
