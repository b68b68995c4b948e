// The HTML page of a trace, in a real browser.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "absl/strings/str_cat.h"
#include "service/ctl/trace/graph.h"
#include "tests/support/base/browser_page.h"

namespace lots::ctl {
namespace {

using nlohmann::json;

v1::TraceNode LotOf(const std::string& id, const std::string& product, const std::string& number,
                    int depth, v1::Certainty certainty) {
  v1::TraceNode node;
  node.set_lot_id(id);
  node.set_product_id(product);
  node.set_number(number);
  node.set_depth(depth);
  node.set_certainty(certainty);
  node.mutable_bounds()->set_total_quantity("100");
  node.mutable_bounds()->set_affected_quantity_min(certainty == v1::CERTAINTY_CERTAIN ? "1" : "0");
  node.mutable_bounds()->set_affected_quantity_max("100");
  return node;
}

v1::TraceLink LinkOf(const std::string& step, const std::string& lot, v1::TraceLinkKind kind) {
  v1::TraceLink link;
  link.set_transformation_id(step);
  link.set_lot_id(lot);
  link.set_kind(kind);
  link.set_quantity("1");
  return link;
}

void AddStep(TracedGraph& graph, const std::string& id, const std::string& work_order,
             const std::string& input, const std::vector<std::string>& outputs) {
  v1::Transformation step;
  step.set_transformation_id(id);
  step.set_work_order_id(work_order);
  step.mutable_occur_time()->set_seconds(1767225600);
  graph.transformations.push_back(step);
  graph.links.push_back(LinkOf(id, input, v1::TRACE_LINK_KIND_POOLED_INPUT));
  for (const std::string& output : outputs) {
    graph.links.push_back(LinkOf(id, output, v1::TRACE_LINK_KIND_OUTPUT));
  }
}

// A bad lot of steel went into 20 castings, and each of these into 15 pumps, the first one of which
// a customer has.
TracedGraph Factory() {
  TracedGraph graph;
  graph.nodes.push_back(LotOf("s", "steel", "H-1", 0, v1::CERTAINTY_CERTAIN));
  std::vector<std::string> castings;
  for (int i = 0; i < 20; ++i) {
    castings.push_back(absl::StrCat("c", i));
    graph.nodes.push_back(
        LotOf(castings.back(), "casting", absl::StrCat("C-", i), 1, v1::CERTAINTY_CERTAIN));
  }
  AddStep(graph, "t", "WO-1", "s", castings);
  for (int i = 0; i < 20; ++i) {
    std::vector<std::string> pumps;
    for (int k = 0; k < 15; ++k) {
      pumps.push_back(absl::StrCat("p", i, "-", k));
      graph.nodes.push_back(
          LotOf(pumps.back(), "pump", absl::StrCat("SN-", i, "-", k), 2, v1::CERTAINTY_POSSIBLE));
    }
    AddStep(graph, absl::StrCat("t", i), absl::StrCat("WO-2", i), castings[i], pumps);
  }
  v1::TraceNode& sold = graph.nodes[21];
  sold.set_number("SN-0-0<u>");
  v1::PartnerMovement& delivery = *sold.add_partner_movements();
  delivery.set_kind(v1::MOVEMENT_KIND_DELIVERY);
  delivery.set_quantity("1");
  delivery.set_partner_id("<img src=x onerror=\"document.title='harmed'\"> & Sons");
  sold.set_partner_movement_count(1);
  graph.summary.set_node_count(static_cast<int64_t>(graph.nodes.size()));
  graph.summary.set_transformation_count(static_cast<int64_t>(graph.transformations.size()));
  graph.summary.set_depth(2);
  graph.times = "read 2026-01-01";
  graph.units = {{"steel", "kg"}, {"casting", "pcs"}};
  return graph;
}

class TraceHtml : public testing::Test {
 protected:
  json Look(const std::string& expression) const { return page_.Look(expression); }

  const BrowserPage page_{[](std::ostream& out) { WriteTraceHtml(Factory(), out); }};
};

// Helpers in the page's own language.
constexpr char kHelpers[] = R"js((() => {
  const visible = item => item.checkVisibility();
  const lots = kind => [...document.querySelectorAll(`main .lot${kind}`)];
  const type = text => {
    const box = document.getElementById('search');
    box.value = text;
    box.dispatchEvent(new Event('input'));
  };
  const shown = () => lots('').filter(visible).map(lot => lot.textContent.split(' ')[0]);
)js";

std::string Script(const std::string& body) { return absl::StrCat(kHelpers, body, "})()"); }

TEST_F(TraceHtml, ShowsEveryLotOnceColouredByItsCertaintyAndNothingHarms) {
  const json seen = Look(Script(R"js(
    return { seeds: lots('.seed').length, certain: lots('.certain').length,
             possible: lots('.possible').length,
             counts: document.getElementById('counts').textContent,
             keys: [...document.querySelectorAll('.key')].map(key => key.textContent),
             title: document.title, images: document.querySelectorAll('img, u').length,
             red: getComputedStyle(lots('.certain')[0]).borderLeftColor,
             amber: getComputedStyle(lots('.possible')[0]).borderLeftColor };)js"));

  EXPECT_EQ(seen["seeds"], 1);
  EXPECT_EQ(seen["certain"], 20);
  EXPECT_EQ(seen["possible"], 300);
  EXPECT_EQ(seen["counts"], "321 lots, 21 transformations, depth 2");
  EXPECT_EQ(seen["keys"], json({"1 seed", "20 certain", "300 possible"}));
  EXPECT_EQ(seen["title"], "Downstream of steel/H-1");
  EXPECT_EQ(seen["images"], 0);
  EXPECT_NE(seen["red"], seen["amber"]);
}

TEST_F(TraceHtml, FoldsAndUnfolds) {
  const json seen = Look(Script(R"js(
    const first = shown().length;
    document.getElementById('unfold').click();
    const all = shown().length;
    const casting = lots('.certain')[3].closest('summary');
    casting.click();
    const less = shown().length;
    document.getElementById('fold').click();
    return { first, all, less, folded: shown() };)js"));

  // With hundreds of lots only the upper levels are open.
  EXPECT_EQ(seen["first"], 21);
  EXPECT_EQ(seen["all"], 321);
  EXPECT_EQ(seen["less"], 306);
  EXPECT_EQ(seen["folded"], json({"steel/H-1"}));
}

TEST_F(TraceHtml, SearchShowsTheWayToWhatMatchesAndForgetsIt) {
  const json seen = Look(Script(R"js(
    const before = shown();
    type('sn-7-3');
    const one = shown();
    const found = document.getElementById('found').textContent;
    type('& Sons');
    const partner = shown();
    type('no such thing');
    const none = shown();
    type('');
    return { one, found, partner, none, again: shown().join() === before.join() };)js"));

  EXPECT_EQ(seen["one"], json({"steel/H-1", "casting/C-7", "pump/SN-7-3"}));
  EXPECT_EQ(seen["found"], "1 match");
  EXPECT_EQ(seen["partner"], json({"steel/H-1", "casting/C-0", "pump/SN-0-0<u>"}));
  EXPECT_EQ(seen["none"], json::array());
  EXPECT_EQ(seen["again"], true);
}

TEST_F(TraceHtml, FitsTelephonesTabletsScreensAndPaper) {
  const std::string measures = Script(R"js(
    document.getElementById('unfold').click();
    return {
      over: document.documentElement.scrollWidth - document.documentElement.clientWidth,
      broken: [...document.querySelectorAll('.w')]
          .filter(word => word.getClientRects().length > 1).map(word => word.textContent) };)js");
  for (const BrowserPage::View& view :
       {BrowserPage::View{420, false}, BrowserPage::View{1024, false},
        BrowserPage::View{1600, false}, BrowserPage::View{700, true}}) {
    const json seen = page_.Look(measures, view);
    EXPECT_EQ(seen["over"], 0) << view.width;
    EXPECT_EQ(seen["broken"], json::array()) << view.width;
  }
}

TEST_F(TraceHtml, SaysUnitsTimesAndWhatTheColoursMean) {
  const json seen = Look(Script(R"js(
    return { legend: document.querySelector('.legend').textContent,
             times: document.getElementById('times').textContent,
             used: document.querySelector('main .step').textContent,
             notes: lots('.certain')[0].closest('li').querySelector('.notes').textContent };)js"));
  EXPECT_THAT(std::string(seen["legend"]), testing::HasSubstr("possible: may have"));
  EXPECT_EQ(seen["times"], "read 2026-01-01");
  EXPECT_EQ(seen["used"], "work order WO-1  2026-01-01 00:00:00Z  used 1 kg (pooled)");
  EXPECT_EQ(seen["notes"], "affected 1–100 of 100 pcs");
}

// What is folded would be missing on paper.
TEST_F(TraceHtml, PrintsEverythingAndFoldsItAgain) {
  const json seen = Look(Script(R"js(
    const before = shown().length;
    dispatchEvent(new Event('beforeprint'));
    const printed = shown().length;
    dispatchEvent(new Event('afterprint'));
    return { before, printed, after: shown().length };)js"));
  EXPECT_EQ(seen["before"], 21);
  EXPECT_EQ(seen["printed"], 321);
  EXPECT_EQ(seen["after"], 21);
}

}  // namespace
}  // namespace lots::ctl
