// One history, played against the server and the model.
#include "tests/simulator/simulation.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "absl/algorithm/container.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "service/rpc/dry_run.h"
#include "storage/domain/reasons.h"
#include "tests/support/server/test_server.h"

namespace lots::simulator {

namespace {

std::string NameOf(v1::ErrorReason reason) {
  return std::string(absl::StripPrefix(v1::ErrorReason_Name(reason), "ERROR_REASON_"));
}

// Every reason that a refusal, or the answer to a dry run, gives.
Reasons ReasonsOf(const grpc::Status& status) {
  Reasons reasons;
  if (status.ok()) return reasons;
  reasons.insert(ReasonOf(status));
  const v1::ProblemList list = ProblemListOf(status);
  for (const v1::Problem& problem : list.problems()) {
    reasons.insert(NameOf(problem.reason()));
  }
  return reasons;
}

template <class Response>
Reasons ProblemsIn(const Response& response) {
  Reasons reasons;
  if constexpr (requires { response.problems(); }) {
    for (const v1::Problem& problem : response.problems()) reasons.insert(NameOf(problem.reason()));
  }
  return reasons;
}

std::string Text(const Reasons& reasons) {
  return reasons.empty() ? "OK" : absl::StrJoin(reasons, "|");
}

}  // namespace

Simulation::Simulation(ApiClient& client) : client_(client) {
  const absl::Time now = absl::FromCivil(absl::CivilDay(2024, 1, 1), absl::UTCTimeZone());
  Check(client_.Send(SettingsRequest(), now).status.ok());
  Check(client_.Send(ProductsRequest(), now).status.ok());
  Check(client_.Send(LocationsRequest(), now).status.ok());
}

std::string Simulation::Play(const Step& step) {
  wrong_.clear();
  accepted_ = false;
  // As the database keeps it, in microseconds.
  now_ = has_own_clock() ? step.at : absl::FromUnixMicros(absl::GetCurrentTimeNanos() / 1000);
  const Verdict verdict = model_.Play(step, now_);
  std::visit(
      [&](const auto& request) {
        if constexpr (requires { request.request_id(); }) {
          Take(request, step, verdict);
        } else {
          Ask(request, step);
        }
      },
      step.request);
  done_at_[step.number] = has_own_clock() ? step.at + absl::Milliseconds(500) : absl::Now();
  return wrong_;
}

template <class Request>
void Simulation::Take(const Request& request, const Step& step, const Verdict& verdict) {
  const Reply<Request> reply = Send(request);
  const auto* response = reply.status.ok() ? &reply.message() : nullptr;
  ValidateAnswer(reply.status, response, verdict);
  // What differs here differs everywhere.
  if (!wrong_.empty()) return;
  const bool is_done = verdict.reasons.empty() && !IsDryRun(request);
  accepted_ = is_done && !verdict.repeat;
  if (is_done) Remember(request, *response, step, verdict);
  std::set<LotIndex> lots;
  for (const LotIndex lot : model_.touched()) {
    if (lot < static_cast<LotIndex>(history().lots.size())) lots.insert(lot);
  }
  Look(lots);
  LookAtOrder(model_.work_order());
}

// A request that is wrong in several ways may be refused for any of them, and for no other.
template <class Response>
void Simulation::ValidateAnswer(const grpc::Status& status, const Response* response,
                                const Verdict& verdict) {
  Reasons given = ReasonsOf(status);
  if (response != nullptr) given = ProblemsIn(*response);
  const bool agreed =
      given.empty() == verdict.reasons.empty() && absl::c_includes(verdict.reasons, given);
  if (agreed) return;
  absl::StrAppend(&wrong_, "model: ", Text(verdict.reasons), "; server: ", Text(given), " (",
                  status.error_message(), ")\n", absl::CEscape(status.error_details()));
}

template <class Request, class Response>
void Simulation::Remember(const Request& request, const Response& response, const Step& step,
                          const Verdict& verdict) {
  std::string& before = answers_[request.request_id()];
  const std::string ids = IdsIn(response);
  if (verdict.repeat) {
    Compare("answered again", {before}, {ids});
    return;
  }
  before = ids;
  LearnFrom(response, step.number);
  LearnLots();
}

void Simulation::LearnFrom(const v1::RecordMovementsResponse& response, int step) {
  for (int i = 0; i < response.movement_ids_size(); ++i) {
    names_.Learn(MovementSymbol(step, i), response.movement_ids(i));
  }
}

void Simulation::LearnFrom(const v1::Movement& response, int step) {
  names_.Learn(MovementSymbol(step, 0), response.movement_id());
}

void Simulation::LearnFrom(const v1::HoldLotsResponse& response, int step) {
  for (int i = 0; i < response.hold_ids_size(); ++i) {
    names_.Learn(HoldSymbol(step, i), response.hold_ids(i));
  }
}

void Simulation::LearnFrom(const v1::CompleteWorkOrderResponse& response, int step) {
  // An order that was only closed has none.
  if (!response.transformation_id().empty()) {
    names_.Learn(TransformationSymbol(step), response.transformation_id());
  }
  const WorkOrder& order = history().work_orders.at(model_.work_order());
  Expect(response.state() == order.state, "the completion tells another state");
  Expect(QuantityOf(response.completed_quantity()) == order.completed,
         "the completion tells another completed quantity");
}

template <class Response>
void Simulation::LearnFrom(const Response& response, int step) {
  if constexpr (requires { response.transformation_id(); }) {
    names_.Learn(TransformationSymbol(step), response.transformation_id());
  }
}

// Lots have the numbers that the steps gave them.
void Simulation::LearnLots() {
  v1::FindLotsRequest request;
  for (size_t i = 0; i < history().lots.size(); ++i) {
    const Lot& lot = history().lots[i];
    if (names_.Knows(LotSymbol(lot.product->id, lot.number))) continue;
    request.add_numbers(lot.number);
  }
  if (request.numbers_size() == 0) return;
  const auto reply = Send(request);
  for (const auto& match : reply.message().matches()) {
    for (const v1::Lot& lot : match.lots()) {
      names_.Learn(LotSymbol(lot.product_id(), lot.number()), lot.lot_id());
    }
  }
}

void Simulation::Expect(bool condition, absl::string_view what) {
  if (!condition) absl::StrAppend(&wrong_, what, "\n");
}

void Simulation::Compare(absl::string_view what, Lines of_model, Lines of_server) {
  if (of_model == of_server) return;
  absl::StrAppend(&wrong_, what, "\n");
  for (const std::string& line : of_model) {
    if (absl::c_count(of_model, line) != absl::c_count(of_server, line)) {
      absl::StrAppend(&wrong_, "  model:  ", line, "\n");
    }
  }
  for (const std::string& line : of_server) {
    if (absl::c_count(of_model, line) != absl::c_count(of_server, line)) {
      absl::StrAppend(&wrong_, "  server: ", line, "\n");
    }
  }
  Lines model_set = of_model, server_set = of_server;
  absl::c_sort(model_set);
  absl::c_sort(server_set);
  if (model_set != server_set) return;
  absl::StrAppend(&wrong_, "  in another order; model: ", absl::StrJoin(of_model, ", "),
                  "; server: ", absl::StrJoin(of_server, ", "), "\n");
}

void Simulation::CompareSorted(absl::string_view what, Lines of_model, Lines of_server) {
  absl::c_sort(of_model);
  absl::c_sort(of_server);
  Compare(what, std::move(of_model), std::move(of_server));
}

}  // namespace lots::simulator
