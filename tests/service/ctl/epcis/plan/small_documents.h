// Small EPCIS documents for tests, and plans as short texts.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "lots/v1/stock.pb.h"
#include "lots/v1/work_order.pb.h"
#include "service/ctl/epcis/document/document.h"
#include "service/ctl/epcis/plan/plan.h"
#include "service/ctl/output/show.h"

namespace lots::ctl {

inline constexpr char kLotUri[] = "urn:epc:class:lgtin:4012345.012345.";
inline constexpr char kLotProduct[] = "04012345123456";

// "receipt H-1 10 → MILL", with the prefixes of the seafood document's URIs left out.
inline std::string TextOf(const v1::NewMovement& movement) {
  const std::string from =
      movement.from_location_id().empty() ? "" : absl::StrCat(movement.from_location_id(), " ");
  return absl::StrCat(Show(movement.kind()), " ", movement.lot().number(), " ", movement.quantity(),
                      " ", from, "→ ", movement.to_location_id());
}

inline std::string TextOf(const v1::CompleteWorkOrderRequest& completion) {
  std::vector<std::string> parts;
  for (const auto& component : completion.components()) {
    parts.push_back(absl::StrCat("-", component.quantity(), " ", component.lot().number(), " ",
                                 component.from_location_id()));
  }
  for (const auto& output : completion.outputs()) {
    parts.push_back(
        absl::StrCat("+", output.quantity(), " ", output.number(), " ", output.to_location_id()));
  }
  for (const auto& output : completion.by_products()) {
    parts.push_back(absl::StrCat("+", output.quantity(), " ", output.lot().product_id(), "/",
                                 output.lot().number(), " ", output.to_location_id()));
  }
  for (const int acceptance : completion.accept()) {
    parts.push_back(v1::Acceptance_Name(static_cast<v1::Acceptance>(acceptance)));
  }
  return absl::StrCat("complete ", completion.work_order_id(), ": ", absl::StrJoin(parts, ", "));
}

inline std::vector<std::string> StepsOf(const EpcisPlan& plan) {
  std::vector<std::string> texts;
  for (const ImportRequest& planned : plan.requests) {
    if (const auto* movements = std::get_if<v1::RecordMovementsRequest>(&planned.message)) {
      for (const v1::NewMovement& movement : movements->movements()) {
        texts.push_back(TextOf(movement));
      }
    } else {
      texts.push_back(TextOf(std::get<v1::CompleteWorkOrderRequest>(planned.message)));
    }
    texts.back() = absl::StrReplaceAll(texts.back(), {{"urn:gdst:example.org:location:loc:", ""},
                                                      {"urn:gdst:example.org:product:class:", ""},
                                                      {"urn:epc:id:sgln:08600031303.", "sgln:"}});
  }
  return texts;
}

inline std::vector<std::string> WhatOf(const std::vector<EpcisFinding>& findings) {
  std::vector<std::string> texts;
  for (const EpcisFinding& finding : findings) texts.push_back(finding.what);
  return texts;
}

// The plan of a document with these events, which must be readable.
inline EpcisPlan PlanOf(const std::string& events) {
  const auto document = ParseEpcisDocument(
      absl::StrCat(R"({"type":"EPCISDocument","epcisBody":{"eventList":[)", events, "]}}"));
  EXPECT_TRUE(document.ok()) << document.status();
  return PlanEpcisImport(*document);
}

// A list with one lot of kLotProduct, in kilograms.
inline std::string Goods(const std::string& number, const std::string& quantity,
                         const std::string& list = "quantityList") {
  return absl::StrCat("\"", list, "\":[{\"epcClass\":\"", kLotUri, number,
                      "\",\"quantity\":", quantity, ",\"uom\":\"KGM\"}]");
}

// A list of serials of another product, of one character each.
inline std::string Units(const std::string& numbers, const std::string& list = "epcList") {
  std::vector<std::string> uris;
  for (const char number : numbers) {
    uris.push_back(
        absl::StrCat("\"urn:epc:id:sgtin:0614141.107346.", std::string(1, number), "\""));
  }
  return absl::StrCat("\"", list, "\":[", absl::StrJoin(uris, ","), "]");
}

// An event on a day of January 2026.
inline std::string Event(int day, const std::string& type, const std::string& place,
                         const std::string& rest) {
  return absl::StrCat("{\"type\":\"", type, "\",\"eventID\":\"e", day,
                      "\",\"eventTime\":\"2026-01-", day < 10 ? "0" : "", day,
                      "T00:00:00Z\",\"bizLocation\":{\"id\":\"", place, "\"},", rest, "}");
}

inline std::string Object(int day, const std::string& action, const std::string& step,
                          const std::string& place, const std::string& goods) {
  return Event(day, "ObjectEvent", place,
               absl::StrCat("\"action\":\"", action, "\",\"bizStep\":\"", step, "\",", goods));
}

}  // namespace lots::ctl
