// Declares the business metrics.
#include "service/observe/metrics/business_metrics.h"

#include "storage/base/check.h"
#include "storage/domain/counters.h"
#include "storage/writes/company_gauges.h"

namespace lots {
namespace {

using prometheus::Labels;
using prometheus::Registry;

Labels LabelsOf(const char* label, const pg::Counter& counter) {
  return *label == 0 ? Labels() : Labels{{label, counter.label}};
}

prometheus::Family<prometheus::Gauge>& Gauges(Registry& registry, const char* name,
                                              const char* help) {
  return prometheus::BuildGauge().Name(name).Help(help).Register(registry);
}

template <size_t kSize>
std::array<pg::Counter, kSize + 1> And(const std::array<pg::Counter, kSize>& counters,
                                       const pg::Counter& last) {
  std::array<pg::Counter, kSize + 1> all;
  std::copy(counters.begin(), counters.end(), all.begin());
  all.back() = last;
  return all;
}

// A small recall takes milliseconds, one of a hundred thousand lots some seconds.
const prometheus::Histogram::BucketBoundaries kRecallSeconds{.01, .05, .1, .25, .5, 1,
                                                             2.5, 5,   10, 30,  60};

}  // namespace

BusinessMetrics::BusinessMetrics(Registry& registry) {
  using std::array;
  AddCounters(registry, "lots_created_total",
              "Lots and serials that were created, planned ones too.", "tracking",
              counters::kLotsCreated);
  AddCounters(registry, "lots_serials_assigned_total", "Serials assigned to work orders.", "",
              array{counters::kSerialsAssigned});
  AddCounters(registry, "lots_movements_total", "Movements of the ledger.", "kind",
              counters::kMovements);
  AddCounters(registry, "lots_transformations_total",
              "Transformations; a production is one completion of a work order.", "kind",
              And(counters::kTransformations, counters::kTransformationsReversed));
  AddCounters(registry, "lots_holds_placed_total", "Holds that somebody placed.", "",
              array{counters::kHoldsPlaced});
  AddCounters(registry, "lots_holds_released_total", "Holds that somebody released.", "",
              array{counters::kHoldsReleased});
  AddCounters(registry, "lots_inspections_total", "Inspections of lots and units.", "verdict",
              counters::kInspections);
  AddCounters(registry, "lots_recalls_closed_total", "Recalls and drills that were closed.", "",
              array{counters::kRecallClosed});
  AddCounters(registry, "lots_idempotent_replays_total",
              "Writes answered from an earlier call with the same request_id.", "",
              array{counters::kRepeats});
  AddRecallSeconds(registry);

  companies_ = &Gauges(registry, "lots_companies", "Companies.").Add({});
  auto& recalls = Gauges(registry, "lots_recalls_open", "Recalls that are open.");
  recalls_open_ = &recalls.Add({{"purpose", "recall"}});
  drills_open_ = &recalls.Add({{"purpose", "drill"}});
  auto& expiring = Gauges(registry, "lots_expiring",
                          "Lots on hand that expire within the window; of each company at most "
                          "10,000 are looked at.");
  expiring_in_7_days_ = &expiring.Add({{"window", "7d"}});
  expiring_in_30_days_ = &expiring.Add({{"window", "30d"}});
  range_remaining_ratio_ =
      &Gauges(registry, "lots_number_range_remaining_ratio",
              "What the number template that is used up most has left, 1 to 0.")
           .Add({});
  ranges_low_ = &Gauges(registry, "lots_number_ranges_low",
                        "Number templates that have less than a tenth of their numbers left.")
                     .Add({});
  as_of_ = &Gauges(registry, "lots_census_timestamp_seconds",
                   "When the gauges of companies, recalls, expiry and number ranges were read, of "
                   "the company that was read least recently.")
                .Add({});
  range_remaining_ratio_->Set(1);
}

template <size_t kSize>
void BusinessMetrics::AddCounters(Registry& registry, const char* name, const char* help,
                                  const char* label,
                                  const std::array<pg::Counter, kSize>& counters) {
  auto& family = prometheus::BuildCounter().Name(name).Help(help).Register(registry);
  for (const pg::Counter& counter : counters) {
    counters_.emplace(Key(counter.name, counter.label), &family.Add(LabelsOf(label, counter)));
  }
}

void BusinessMetrics::AddRecallSeconds(Registry& registry) {
  auto& family = prometheus::BuildHistogram()
                     .Name("lots_recall_open_seconds")
                     .Help(
                         "How long it took from the request until a recall or a drill held "
                         "everything affected.")
                     .Register(registry);
  for (const pg::Counter& counter : {counters::kRecallOpened, counters::kDrillOpened}) {
    seconds_.emplace(Key(counter.name, counter.label),
                     &family.Add({{"purpose", counter.label}}, kRecallSeconds));
  }
}

void BusinessMetrics::OnWritten(const pg::Counter& counter, double amount) {
  const Key key(counter.name, counter.label);
  if (const auto counter = counters_.find(key); counter != counters_.end()) {
    counter->second->Increment(amount);
    return;
  }
  const auto seconds = seconds_.find(key);
  Check(seconds != seconds_.end());
  seconds->second->Observe(amount);
}

void BusinessMetrics::Set(const CompanyGauges& total, int64_t companies, absl::Time as_of) {
  companies_->Set(static_cast<double>(companies));
  recalls_open_->Set(static_cast<double>(total.recalls_open));
  drills_open_->Set(static_cast<double>(total.drills_open));
  expiring_in_7_days_->Set(static_cast<double>(total.expiring_in_7_days));
  expiring_in_30_days_->Set(static_cast<double>(total.expiring_in_30_days));
  range_remaining_ratio_->Set(total.number_range_remaining_ratio);
  ranges_low_->Set(static_cast<double>(total.number_ranges_low));
  as_of_->Set(absl::ToDoubleSeconds(as_of - absl::UnixEpoch()));
}

}  // namespace lots
