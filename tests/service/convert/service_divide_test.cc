// Messages of a stream that are divided.
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "lots/v1/recall.pb.h"
#include "service/convert/divide.h"

namespace lots {
namespace {

v1::StreamRecallReportResponse Report(int balances, int lots) {
  v1::StreamRecallReportResponse report;
  report.mutable_recall()->set_recall_id("RC-1");
  for (int i = 0; i < balances; ++i) report.add_balances()->set_difference(absl::StrCat(i));
  for (int i = 0; i < lots; ++i) report.add_lots()->set_number(std::string(100, 'x'));
  return report;
}

TEST(MoveSurplus, WhatFitsStaysWhole) {
  v1::StreamRecallReportResponse report = Report(3, 3), rest;

  EXPECT_FALSE(MoveSurplus(report, rest, 10'000));

  EXPECT_EQ(report.DebugString(), Report(3, 3).DebugString());
  EXPECT_EQ(rest.ByteSizeLong(), 0u);
}

TEST(MoveSurplus, TheLastEntriesOfTheListsMoveInTheirOrder) {
  v1::StreamRecallReportResponse report = Report(2, 5), rest;

  ASSERT_TRUE(MoveSurplus(report, rest, 400));

  EXPECT_EQ(report.recall().recall_id(), "RC-1");
  EXPECT_EQ(report.balances_size(), 2);
  EXPECT_GT(report.lots_size(), 0);
  EXPECT_LE(report.ByteSizeLong(), 400u);
  EXPECT_FALSE(rest.has_recall());
  EXPECT_EQ(report.lots_size() + rest.lots_size(), 5);
}

TEST(MoveSurplus, TheFirstListIsDividedBeforeTheNextOneBegins) {
  v1::StreamRecallReportResponse report = Report(50, 1), rest;

  ASSERT_TRUE(MoveSurplus(report, rest, 100));

  EXPECT_EQ(report.lots_size(), 0);
  ASSERT_GT(rest.balances_size(), 0);
  EXPECT_EQ(rest.lots_size(), 1);
  EXPECT_EQ(rest.balances(0).difference(), absl::StrCat(report.balances_size()));
}

TEST(MoveSurplus, OneEntryStaysWhateverItsSize) {
  v1::StreamRecallReportResponse report = Report(0, 2), rest;

  ASSERT_TRUE(MoveSurplus(report, rest, 10));

  EXPECT_EQ(report.lots_size(), 1);
  EXPECT_EQ(rest.lots_size(), 1);
  v1::StreamRecallReportResponse nothing;
  EXPECT_FALSE(MoveSurplus(rest, nothing, 10));
}

}  // namespace
}  // namespace lots
