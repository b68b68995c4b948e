// Pictures of a run, drawn by gnuplot as SVG into the folder that --pictures names.
#pragma once

#include <string>
#include <vector>

#include "tests/bench/bench.h"
#include "tests/bench/histogram.h"

namespace lots::bench {

struct LatencyCurve {
  std::string title;
  Histogram latency;
};
// latency.svg: what share of the calls was answered within which time.
void DrawLatency(const Options& options, const std::vector<LatencyCurve>& curves);

struct GrowthCurve {
  std::string title;
  std::vector<std::pair<int64_t, double>> points;  // lots, CPU microseconds a call
};
// growth.svg: what a call costs over the size of the data.
void DrawGrowth(const Options& options, const std::vector<GrowthCurve>& curves);

}  // namespace lots::bench
