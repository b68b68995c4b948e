// Answers each request as the API must.
#include "tests/simulator/model.h"

#include <variant>

#include "absl/strings/str_cat.h"
#include "service/rpc/dry_run.h"
#include "tests/simulator/rules.h"

namespace lots::simulator {

namespace {

// The request without what may differ in a repeat; empty for a question.
template <class Request>
std::pair<std::string, std::string> IdentityOf(const Request& request) {
  if constexpr (requires { request.request_id(); }) {
    Request payload = request;
    payload.clear_request_id();
    payload.clear_validate_only();
    return {request.request_id(),
            absl::StrCat(request.GetDescriptor()->name(), payload.SerializeAsString())};
  } else {
    return {};
  }
}

}  // namespace

Verdict Model::Play(const Step& step, absl::Time now) {
  return std::visit(
      [&](const auto& request) {
        const auto [id, payload] = IdentityOf(request);
        const auto before = accepted_.find(id);
        const bool is_dry_run = IsDryRun(request);
        const bool is_known = !id.empty() && before != accepted_.end();
        Rules rules(history_, step.number, now);
        rules.Do(request);
        touched_ = rules.touched();
        work_order_ = rules.work_order();
        if (is_known && before->second.payload == payload) return Verdict{.repeat = true};
        Verdict verdict{.reasons = rules.reasons()};
        if (is_known) verdict.reasons.insert("REQUEST_ID_REUSED");
        if (verdict.reasons.empty() && !is_dry_run) {
          history_ = rules.history();
          if (!id.empty()) accepted_[id] = {payload};
        }
        return verdict;
      },
      step.request);
}

}  // namespace lots::simulator
