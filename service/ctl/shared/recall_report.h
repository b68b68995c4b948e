// The report on a recall, as a person, a spreadsheet or a browser reads it.
#pragma once

#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "lots/v1/recall.pb.h"
#include "service/ctl/output/terminal.h"

namespace lots::ctl {

// The answers of StreamRecallReport, put together.
struct RecallReport {
  v1::Recall recall;
  std::vector<v1::MassBalance> balances;
  std::vector<v1::RecallLot> lots;
  std::vector<v1::Recipient> recipients;

  void Add(const v1::StreamRecallReportResponse& piece);
};

// "case: RC-1", "state: open", …
std::vector<std::pair<std::string, std::string>> DetailsOf(const v1::Recall& recall);

// Three tables.
void PrintReport(const RecallReport& report, const Terminal& terminal);

// One sortable sheet, a record a place of a lot and a record a shipment, with the columns that an
// authority asks for (FSMA 204, 21 CFR 1.1455: a sortable electronic spreadsheet): traceability lot
// code, product, quantity, location, recipient, dates, reference document. Safe to open.
void WriteReportCsv(const RecallReport& report, std::ostream& out);

// One file for a browser.
void WriteReportHtml(const RecallReport& report, std::ostream& out);

}  // namespace lots::ctl
