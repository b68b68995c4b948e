// Draws the pictures of a run with gnuplot.
#include "tests/bench/picture.h"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "storage/base/check.h"

namespace lots::bench {
namespace {

constexpr char kLook[] = R"gnuplot(
set terminal svg size 900,480 font "DejaVu Sans,13" background "white"
set border 3 lc rgb "#888888"
set tics nomirror
set rmargin 6
set grid ytics lc rgb "#dddddd" lt 1
set key top left Left reverse noenhanced
set style line 1 lc rgb "#1f5fa8" lw 2.5 pt 7 ps 0.8
set style line 2 lc rgb "#c1440e" lw 2.5 pt 5 ps 0.8
set style line 3 lc rgb "#4a7c2c" lw 2.5 pt 9 ps 0.8
)gnuplot";

void Draw(const std::string& script) {
  FILE* const gnuplot = popen("gnuplot", "w");
  Check(gnuplot != nullptr);
  Check(fwrite(script.data(), 1, script.size(), gnuplot) == script.size());
  Check(pclose(gnuplot) == 0);
}

// "$curve0 << EOD … EOD" and the command that plots them all.
class Plot {
 public:
  void Add(const std::string& title, const std::string& points, const char* style) {
    const size_t index = curves_.size();
    absl::StrAppend(&data_, "$curve", index, " << EOD\n", points, "EOD\n");
    curves_.push_back(absl::StrCat("$curve", index, " using 1:2 with ", style, " ls ", index + 1,
                                   " title \"", title, "\""));
  }
  std::string ToString() const {
    return absl::StrCat(data_, "plot ", absl::StrJoin(curves_, ", "), "\n");
  }

 private:
  std::string data_;
  std::vector<std::string> curves_;
};

}  // namespace

// The tail is what matters: the axis of shares is stretched towards 1, a nine a step.
void DrawLatency(const Options& options, const std::vector<LatencyCurve>& curves) {
  if (options.pictures.empty()) return;
  Plot plot;
  for (const LatencyCurve& curve : curves) {
    std::string points;
    for (double out_of = 1; out_of * 2 <= static_cast<double>(curve.latency.count());
         out_of *= 1.1) {
      absl::StrAppendFormat(&points, "%g %g\n", out_of,
                            absl::ToDoubleMilliseconds(curve.latency.Percentile(1 - 1 / out_of)));
    }
    plot.Add(curve.title, points, "lines");
  }
  Draw(
      absl::StrCat(kLook, "set output \"", options.pictures, "/latency.svg\"\n",
                   "set title \"GetLot: latency\"\nset logscale x\n"
                   "set xlabel \"share of the calls that were answered within\"\n"
                   "set ylabel \"milliseconds\"\nset yrange [0:*]\n"
                   "set xtics (\"0\" 1, \"50 %%\" 2, \"90 %%\" 10, \"99 %%\" 100, \"99.9 %%\" 1e3, "
                   "\"99.99 %%\" 1e4, \"99.999 %%\" 1e5)\n",
                   plot.ToString()));
}

void DrawGrowth(const Options& options, const std::vector<GrowthCurve>& curves) {
  if (options.pictures.empty()) return;
  Plot plot;
  int64_t least = INT64_MAX, most = 0;
  for (const GrowthCurve& curve : curves) {
    std::string points;
    for (const auto& [lots, cost] : curve.points) {
      least = std::min(least, lots);
      most = std::max(most, lots);
      absl::StrAppendFormat(&points, "%d %g\n", lots, cost);
    }
    plot.Add(curve.title, points, "linespoints");
  }
  Draw(absl::StrCat(kLook, "set output \"", options.pictures, "/growth.svg\"\n",
                    "set title \"What a call costs as the data grows\"\nset logscale x\n"
                    "set xlabel \"lots\"\nset ylabel \"CPU microseconds, lotd and PostgreSQL\"\n"
                    "set logscale y\nset yrange [10:50000]\nset xrange [",
                    least / 2, ":", most * 2,
                    "]\nset xtics (\"1 thousand\" 1e3, \"10 thousand\" 1e4, "
                    "\"100 thousand\" 1e5, \"1 million\" 1e6, \"10 million\" 1e7)\n",
                    plot.ToString()));
}

}  // namespace lots::bench
