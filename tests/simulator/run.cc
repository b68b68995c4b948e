#include "tests/simulator/run.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

namespace lots::simulator {

namespace {

constexpr absl::Duration kShrinkTime = absl::Minutes(1);

// When histories begin: long before anybody runs them.
constexpr absl::CivilSecond kBegin(2024, 3, 4, 8, 0, 0);

// "model: LOT_HELD; server: OK": what went wrong, without what depends on the history.
std::string KindOf(const Failure& failure) {
  std::string kind = failure.wrong.substr(0, failure.wrong.find_first_of("(\n"));
  kind.erase(std::remove_if(kind.begin(), kind.end(), absl::ascii_isdigit), kind.end());
  return kind;
}

std::vector<Step> Without(const std::vector<Step>& steps, size_t first, size_t count) {
  std::vector<Step> left(steps.begin(), steps.begin() + static_cast<ptrdiff_t>(first));
  const size_t next = std::min(steps.size(), first + count);
  left.insert(left.end(), steps.begin() + static_cast<ptrdiff_t>(next), steps.end());
  return left;
}

}  // namespace

Played PlayRandom(const ApiClientFactory& make_client, const GeneratorOptions& options, int steps) {
  const std::unique_ptr<ApiClient> client = make_client();
  Simulation simulation(*client);
  Generator generator(options);
  TestRandom clock(options.seed + 1);
  Played played;
  absl::Time now = absl::FromCivil(kBegin, absl::UTCTimeZone());
  std::vector<Step> history;
  for (int i = 1; i <= steps; ++i) {
    now += absl::Minutes(clock.Between(1, 300));
    history.push_back(generator.Next(simulation.model().history(), i, now));
    std::string wrong = simulation.Play(history.back());
    ++played.steps;
    played.accepted += simulation.accepted() ? 1 : 0;
    if (wrong.empty()) continue;
    played.failure = {std::move(wrong), std::move(history)};
    break;
  }
  played.bounds_tried = simulation.bounds_tried();
  return played;
}

Failure PlayAgain(const ApiClientFactory& make_client, const std::vector<Step>& steps) {
  const std::unique_ptr<ApiClient> client = make_client();
  Simulation simulation(*client);
  std::vector<Step> history;
  for (const Step& step : steps) {
    history.push_back(step);
    std::string wrong = simulation.Play(step);
    if (!wrong.empty()) return {std::move(wrong), std::move(history)};
  }
  return {};
}

Failure Shrink(const ApiClientFactory& make_client, Failure failure) {
  const absl::Time end = absl::Now() + kShrinkTime;
  const std::string kind = KindOf(failure);
  for (size_t count = failure.steps.size() / 2; count >= 1; count /= 2) {
    for (size_t first = 0; first + 1 < failure.steps.size();) {
      if (absl::Now() > end) return failure;
      Failure smaller = PlayAgain(make_client, Without(failure.steps, first, count));
      if (KindOf(smaller) != kind) {
        first += count;
      } else {
        failure = std::move(smaller);
      }
    }
  }
  return failure;
}

namespace {

// A step that changed something, and what it has to do with.
struct Deed {
  Step step;
  std::set<std::string> names;
};

bool AreApart(const Deed& a, const Deed& b) {
  return std::none_of(a.names.begin(), a.names.end(),
                      [&](const std::string& name) { return b.names.count(name) > 0; });
}

// Any of those that wait for nothing before them, again and again.
std::vector<Step> Reordered(std::vector<Deed> deeds, TestRandom& random) {
  std::vector<Step> steps;
  while (!deeds.empty()) {
    std::vector<size_t> free;
    for (size_t i = 0; i < deeds.size(); ++i) {
      const bool waits =
          std::any_of(deeds.begin(), deeds.begin() + static_cast<ptrdiff_t>(i),
                      [&](const Deed& before) { return !AreApart(before, deeds[i]); });
      if (!waits) free.push_back(i);
    }
    const size_t chosen = random.Pick(free);
    steps.push_back(deeds[chosen].step);
    deeds.erase(deeds.begin() + static_cast<ptrdiff_t>(chosen));
  }
  return steps;
}

}  // namespace

TwoOrders PlayInTwoOrders(const ApiClientFactory& make_client, const GeneratorOptions& options,
                          int steps) {
  TwoOrders orders;
  const std::unique_ptr<ApiClient> client = make_client();
  Simulation simulation(*client);
  Generator generator(options);
  TestRandom random(options.seed + 1);
  absl::Time now = absl::FromCivil(kBegin, absl::UTCTimeZone());
  std::vector<Deed> deeds;
  for (int i = 1; i <= steps; ++i) {
    now += absl::Minutes(random.Between(1, 300));
    Deed deed{.step = generator.Next(simulation.model().history(), i, now), .names = {}};
    std::string wrong = simulation.Play(deed.step);
    if (!wrong.empty()) return {.failure = {std::move(wrong), {deed.step}}};
    if (!simulation.accepted()) continue;
    for (const LotIndex lot : simulation.model().touched()) {
      deed.names.insert(simulation.LotName(lot));
    }
    deed.names.insert(absl::StrCat("order ", simulation.model().work_order()));
    if (simulation.model().work_order().empty()) deed.names.erase("order ");
    deeds.push_back(std::move(deed));
  }
  const std::unique_ptr<ApiClient> other_client = make_client();
  Simulation other(*other_client);
  const std::vector<Step> reordered = Reordered(deeds, random);
  for (size_t i = 0; i < reordered.size(); ++i) {
    orders.moved += reordered[i].number == deeds[i].step.number ? 0 : 1;
    std::string wrong = other.Play(reordered[i]);
    if (!wrong.empty()) return {.failure = {std::move(wrong), reordered}};
  }
  orders.steps = static_cast<int>(reordered.size());
  orders.first = simulation.Portrait();
  orders.second = other.Portrait();
  return orders;
}

std::string TextOf(const Failure& failure) {
  return absl::StrCat(failure.wrong, "after ", failure.steps.size(), " steps:\n",
                      TextOf(failure.steps));
}

}  // namespace lots::simulator
