// Lists: list_lots_page (as cheap at any depth as at the first page), search_lots, summarize_lots.
#include <algorithm>
#include <map>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "lots/v1/lot.grpc.pb.h"
#include "storage/base/check.h"
#include "tests/bench/points.h"

namespace lots::bench {
namespace {

constexpr int kPageSize = 50;
constexpr int kWalkPageSize = 1'000;  // the same token, sooner there
constexpr int64_t kDepths[] = {1'000, 10'000};
constexpr int64_t kPagesPerRound = 400;
constexpr int kSearchers = 2;
constexpr int kSummaryPageSize = 1'000;
// One takes half a second, and the machine's speed changes by a third within some.
constexpr int kSummariesPerRound = 5;

template <class Request, class Response>
using Method = grpc::Status (v1::LotService::Stub::*)(grpc::ClientContext*, const Request&,
                                                      Response*);

template <class Request, class Response>
Response Call(Stage& stage, Method<Request, Response> method, const Request& request) {
  const auto stub = v1::LotService::NewStub(stage.lotd().NewChannel());
  grpc::ClientContext context;
  Response response;
  const grpc::Status status = ((*stub).*method)(&context, request, &response);
  if (!status.ok()) Complain("lists", status);
  Check(status.ok());
  return response;
}

v1::ListLotsRequest PageOf(const std::string& order) {
  v1::ListLotsRequest request;
  request.set_company(kFactory);
  request.set_order_by(order);
  request.set_page_size(kPageSize);
  return request;
}

// The request for the page after `depth` pages.
v1::ListLotsRequest PageAt(Stage& stage, const std::string& order, int64_t depth) {
  v1::ListLotsRequest request = PageOf(order);
  for (int64_t left = depth * kPageSize; left > 0;) {
    request.set_page_size(static_cast<int32_t>(std::min<int64_t>(left, kWalkPageSize)));
    const auto page = Call<v1::ListLotsRequest, v1::ListLotsResponse>(
        stage, &v1::LotService::Stub::ListLots, request);
    Check(page.lots_size() == request.page_size());
    left -= page.lots_size();
    request.set_page_token(page.next_page_token());
  }
  request.set_page_size(kPageSize);
  return request;
}

Measured MeasurePage(Stage& stage, const v1::ListLotsRequest& page, int64_t count) {
  UnaryCalls<v1::ListLotsRequest, v1::ListLotsResponse> calls(
      stage.lotd().NewChannel(), "/lots.v1.LotService/ListLots", 1,
      [&](int64_t, v1::ListLotsRequest& request) { request = page; },
      [](int64_t, const v1::ListLotsResponse& response) {
        return response.lots_size() == kPageSize;
      });
  return MeasureLoad(stage.cpu(), [&] { return RunClosed(calls, count); }).measured;
}

void MeasurePages(Stage& stage, const Options& options, std::vector<Result>& results) {
  const Factory factory = options.factory();
  for (const std::string order : {"create_time desc", "number"}) {
    const v1::ListLotsRequest first = PageOf(order);
    for (const int64_t wanted : kDepths) {
      const int64_t depth = std::min(wanted, factory.lots / kPageSize - 1);
      const v1::ListLotsRequest deep = PageAt(stage, order, depth);
      const int64_t count = options.alive ? 20 : kPagesPerRound;
      Result result{.name = absl::StrCat("list_lots_page_", wanted, "_by_",
                                         order == "number" ? "number" : "create_time"),
                    .unit = "cpu_us_per_call",
                    .target = 1.2,
                    .lots = factory.lots};
      InTurns(
          options.rounds(), result, [&] { return MeasurePage(stage, deep, count); },
          [&] { return MeasurePage(stage, first, count); });
      results.push_back(std::move(result));
      if (depth < wanted) break;  // there are no deeper pages
    }
  }
}

using Search = std::function<void(int64_t number, v1::ListLotsRequest& request)>;

void MeasureSearch(Stage& stage, const Options& options, const std::string& name,
                   const Search& search, std::vector<Result>& results) {
  Result result{.name = name, .unit = "p99_ms", .target = 20, .lots = options.factory().lots};
  UnaryCalls<v1::ListLotsRequest, v1::ListLotsResponse> calls(
      stage.lotd().NewChannel(), "/lots.v1.LotService/ListLots", kSearchers,
      [&](int64_t number, v1::ListLotsRequest& request) {
        request.Clear();
        request.set_company(kFactory);
        request.set_show_archived(true);
        search(number, request);
      },
      [](int64_t, const v1::ListLotsResponse& response) { return response.lots_size() > 0; });
  InTurns(
      options.rounds(), result,
      [&] {
        Measured measured = MeasureLoad(stage.cpu(), [&] {
                              return RunClosed(calls, options.round_time());
                            }).measured;
        return Measured{.value = measured.beside.at("p99_ms"), .beside = measured.beside};
      },
      nullptr);
  results.push_back(std::move(result));
}

// What people type: the last digits of a number, and its beginning.
void MeasureSearches(Stage& stage, const Options& options, std::vector<Result>& results) {
  const Factory factory = options.factory();
  MeasureSearch(
      stage, options, "search_lots_substring",
      [factory](int64_t number, v1::ListLotsRequest& request) {
        const std::string text = NumberOf(SpreadLot(factory, number));
        request.set_query(text.substr(text.size() - 6));
      },
      results);
  MeasureSearch(
      stage, options, "search_lots_prefix",
      [factory](int64_t number, v1::ListLotsRequest& request) {
        const std::string text = NumberOf(SpreadLot(factory, number));
        request.set_filter(absl::StrCat("number = \"", text.substr(0, text.size() - 2), "*\""));
      },
      results);
}

// In no order: asked for one, PostgreSQL reads the products one by one through an index, which
// takes many times as long.
constexpr char kSummarySql[] = R"sql(
SELECT l.product_id, l.lot_count, coalesce(b.quantity, 0)
FROM (SELECT product_id, count(*) AS lot_count FROM lots
      WHERE company = 'main' AND state IN (1, 2) GROUP BY product_id) AS l
LEFT JOIN (SELECT product_id, sum(quantity) AS quantity FROM balances
           WHERE company = 'main' AND kind IN (1, 2) AND quantity <> 0 GROUP BY product_id) AS b
  USING (product_id))sql";

void MeasureSummary(Stage& stage, const Options& options, std::vector<Result>& results) {
  v1::SummarizeLotsRequest request;
  request.set_company(kFactory);
  request.set_page_size(kSummaryPageSize);
  int64_t answered = 0, selected = 0;
  const auto timed = [](const std::function<int64_t()>& ask, int64_t& count) {
    const absl::Time began = absl::Now();
    for (int i = 0; i < kSummariesPerRound; ++i) count = ask();
    return absl::ToDoubleMilliseconds(absl::Now() - began) / kSummariesPerRound;
  };
  const auto by_call = [&]() -> int64_t {
    const auto response = Call<v1::SummarizeLotsRequest, v1::SummarizeLotsResponse>(
        stage, &v1::LotService::Stub::SummarizeLots, request);
    int64_t lots = 0;
    for (const auto& group : response.groups()) lots += group.lot_count();
    return lots;
  };
  const auto by_sql = [&]() -> int64_t {
    std::map<std::string, int64_t> lots;
    for (const pg::Row row : Select(stage.db(), kSummarySql)) {
      lots[row.Get<std::string>(0)] = row.Get<int64_t>(1);
    }
    int64_t sum = 0, products = 0;
    for (const auto& [product, count] : lots) sum += products++ < kSummaryPageSize ? count : 0;
    return sum;
  };
  Result result{
      .name = "summarize_lots", .unit = "wall_ms", .target = 1.1, .lots = options.factory().lots};
  InTurns(
      options.rounds(), result, [&] { return timed(by_call, answered); },
      [&] { return timed(by_sql, selected); });
  Check(answered > 0 && answered == selected);
  results.push_back(std::move(result));
}

}  // namespace

void MeasureLists(Stage& stage, const Options& options, std::vector<Result>& results) {
  if (options.Wants("list_lots_page")) MeasurePages(stage, options, results);
  if (options.Wants("search_lots")) MeasureSearches(stage, options, results);
  if (options.Wants("summarize_lots")) MeasureSummary(stage, options, results);
}

}  // namespace lots::bench
