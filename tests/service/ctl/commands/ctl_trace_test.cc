// lotctl trace against a real server: forms, filters, times, limits.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "lots/v1/trace.pb.h"
#include "tests/support/server/ctl_runner.h"

namespace lots {
namespace {

using testing::AllOf;
using testing::HasSubstr;

// 100 kg of steel H-1, of which 2.5 went into the pumps SN-1 and SN-2, one of them with motor M-1.
class CtlTrace : public testing::Test {
 protected:
  void SetUp() override {
    lotctl_.Ok({"location", "upsert", "RAW", "HALL", "--kind", "internal"});
    lotctl_.Ok({"product", "upsert", "steel", "--tracking", "lot", "--unit", "kg", "--scale", "3"});
    lotctl_.Ok({"product", "upsert", "motor", "--tracking", "serial"});
    lotctl_.Ok({"product", "upsert", "pump", "--tracking", "serial", "--producible", "true",
                "--template", "SN-{#}"});
    lotctl_.Ok({"lot", "create", "steel", "H-1"});
    lotctl_.Ok({"lot", "create", "motor", "M-1"});
    lotctl_.Ok({"stock", "move", "receipt", "steel/H-1=100", "motor/M-1", "--to", "RAW"});
    lotctl_.Ok({"work-order", "assign", "WO-7", "--product", "pump", "--count", "2"});
    lotctl_.Ok({"work-order", "complete", "WO-7", "--finished", "SN-1", "--finished", "SN-2",
                "--component", "motor/M-1:into=0", "--component", "steel/H-1=2.5", "--from", "RAW",
                "--to", "HALL"});
  }

  // The summary, and all nodes, of the stream.
  struct Answer {
    std::vector<v1::TraceNode> nodes;
    v1::TraceSummary summary;
  };
  Answer Trace(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"trace", "downstream"});
    Answer answer;
    for (const auto& message : lotctl_.Messages<v1::TraceDownstreamResponse>(arguments)) {
      for (const v1::TraceNode& node : message.piece().nodes()) answer.nodes.push_back(node);
      if (message.has_summary()) answer.summary = message.summary();
    }
    return answer;
  }

  TestServer server_;
  CtlRunner lotctl_{server_, "acme"};
};

TEST_F(CtlTrace, TellsHowMuchIsAffected) {
  const Answer answer = Trace({"steel/H-1"});

  ASSERT_EQ(answer.nodes.size(), 3u);
  EXPECT_EQ(answer.nodes[0].bounds().total_quantity(), "100.000");
  EXPECT_EQ(answer.nodes[0].bounds().affected_quantity_min(), "100.000");
  const v1::TraceBounds& pump = answer.nodes[1].bounds();
  EXPECT_EQ(pump.total_quantity(), "1");
  EXPECT_EQ(pump.affected_quantity_min(), "0");
  EXPECT_EQ(pump.affected_quantity_max(), "1");
  EXPECT_EQ(pump.seed_quantity_min(), "0.000");
  EXPECT_EQ(pump.seed_quantity_max(), "2.500");
}

TEST_F(CtlTrace, WritesEveryForm) {
  const auto form = [&](const char* format) {
    return lotctl_.Ok({"trace", "downstream", "steel/H-1", "--format", format});
  };
  EXPECT_THAT(form("tree"), HasSubstr("affected 0–1 of 1"));
  EXPECT_THAT(form("table"), AllOf(HasSubstr("possible"), HasSubstr("3 lots, 1 transformation")));
  EXPECT_THAT(form("csv"), HasSubstr("\r\n1,possible,pump,SN-1,"));
  EXPECT_THAT(form("dot"), HasSubstr("digraph trace {"));
  EXPECT_THAT(form("svg"), HasSubstr("<svg"));
  EXPECT_THAT(form("html"), AllOf(HasSubstr("<!doctype html>"), HasSubstr("pump/SN-2")));
}

TEST_F(CtlTrace, WritesToAFile) {
  const auto file =
      std::filesystem::temp_directory_path() / absl::StrCat("lots-trace-", getpid(), ".csv");
  lotctl_.Ok({"trace", "downstream", "steel/H-1", "--format", "csv", "--out", file.string()});
  std::ostringstream written;
  written << std::ifstream(file).rdbuf();
  std::filesystem::remove(file);
  EXPECT_THAT(written.str(), HasSubstr("pump,SN-2"));
}

TEST_F(CtlTrace, NarrowsByFilterTimeAndLimit) {
  EXPECT_EQ(Trace({"steel/H-1", "--product", "motor"}).nodes.size(), 1u);
  EXPECT_EQ(Trace({"steel/H-1", "--location", "HALL"}).nodes.size(), 3u);
  EXPECT_THAT(lotctl_.Run({"trace", "downstream", "steel/H-1", "--product", "motr"}).err,
              HasSubstr("product motr does not exist"));
  EXPECT_EQ(Trace({"motor/M-1", "--link", "exact"}).nodes.size(), 2u);
  EXPECT_EQ(Trace({"steel/H-1", "--link", "exact"}).nodes.size(), 1u);
  EXPECT_EQ(Trace({"steel/H-1", "--until", "2020-01-01"}).nodes.size(), 1u);
  EXPECT_EQ(Trace({"steel/H-1", "--as-of", "2020-01-01"}).nodes.size(), 1u);
  EXPECT_EQ(Trace({"steel/H-1", "--known-at", "2020-01-01"}).nodes.size(), 1u);
  const Answer cut = Trace({"steel/H-1", "--limit", "2"});
  EXPECT_EQ(cut.nodes.size(), 2u);
  EXPECT_EQ(cut.summary.truncated_by(), "node_limit");
  ASSERT_EQ(cut.summary.resume_lot_ids_size(), 1);
  EXPECT_EQ(cut.summary.resume_lot_ids(0), cut.nodes[0].lot_id());
  EXPECT_EQ(cut.summary.resume_lot_count(), 1);
}

TEST_F(CtlTrace, RefusesAFilterThatMakesNoSense) {
  const CtlEnd end =
      lotctl_.Run({"trace", "downstream", "steel/H-1", "--link", "exact", "--link", "exact"});
  EXPECT_NE(end.code, 0);
  EXPECT_THAT(end.err, HasSubstr("this kind is there twice"));
}

}  // namespace
}  // namespace lots
