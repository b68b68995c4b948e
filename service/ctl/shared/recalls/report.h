// The report on a recall, as a person, a spreadsheet or a browser reads it.
#pragma once

#include <map>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "google/protobuf/timestamp.pb.h"
#include "lots/v1/catalog.pb.h"
#include "lots/v1/ledger.pb.h"
#include "lots/v1/recall.pb.h"
#include "service/ctl/output/terminal.h"

namespace lots::ctl {

// The answers of StreamRecallReport, put together, and what they are shown with.
struct RecallReport {
  v1::Recall recall;
  std::vector<v1::MassBalance> balances;
  std::vector<v1::RecallLot> lots;
  std::vector<v1::RecallFormerLot> former_lots;
  std::vector<v1::Recipient> recipients;
  std::vector<v1::RecallDisposition> dispositions;
  std::vector<v1::RecipientResponse> responses;
  std::vector<v1::RecipientQuantities> quantities;
  std::vector<v1::Movement> receipts;  // of the lots, oldest first; for the sheet alone

  absl::TimeZone zone;                            // of times; UTC
  google::protobuf::Timestamp read_time;          // when the report was read
  std::map<std::string, v1::Product> products;    // units and names; may lack some
  std::map<std::string, v1::Location> locations;  // names and addresses; may lack some

  void Add(const v1::StreamRecallReportResponse& piece);
};

// "case: RC-1", "state: open", …
std::vector<std::pair<std::string, std::string>> DetailsOf(const v1::Recall& recall,
                                                           absl::TimeZone zone);

// A table for each of the lists that are not empty; always those of balances, lots and recipients.
void PrintReport(const RecallReport& report, const Terminal& terminal);

// One sortable sheet: a LOT record for each affected lot, a PLACE record for each place of one, a
// RECEIPT record for each receipt, a SHIPMENT record for each delivery, a DISPOSITION record for
// each disposition, a RESPONSE record for each answer of a recipient. It has what FSMA 204 (21
// CFR 1.1340, 1.1345) asks of receiving and shipping; sheet.md says what each column is. It is no
// whole FSMA 204 record: it has no harvesting, cooling, packing and transformation records. It
// lists at most 20 places of a lot, and says how many it does not.
void WriteReportCsv(const RecallReport& report, std::ostream& out);

// One file for a browser.
void WriteReportHtml(const RecallReport& report, std::ostream& out);

}  // namespace lots::ctl
