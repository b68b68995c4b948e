// Reads results of inspections.
#include "service/ctl/quality/results.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "service/ctl/output/show.h"
#include "service/ctl/session/arguments.h"
#include "service/ctl/session/failure.h"
#include "storage/base/quantity.h"
#include "storage/base/status_macros.h"

namespace lots::ctl {
namespace {

void SetValue(absl::string_view text, v1::InspectionResult& result) {
  if (text.empty()) return;
  if (text == "passed" || text == "failed") {
    result.set_passed(text == "passed");
  } else if (text == "true" || text == "false") {
    result.mutable_value()->set_flag(text == "true");
  } else if (lots::Quantity::Parse(text).ok()) {
    result.mutable_value()->set_decimal(std::string(text));
  } else {
    result.mutable_value()->set_text(std::string(text));
  }
}

// Takes ":NAME=VALUE" off the end of the text; empty when the text does not end so.
std::string TakePart(absl::string_view name, absl::string_view& text) {
  const std::string mark = absl::StrCat(":", name, "=");
  const size_t at = text.rfind(mark);
  if (at == absl::string_view::npos) return "";
  std::string value(text.substr(at + mark.size()));
  text = text.substr(0, at);
  return value;
}

// One line of a CSV text: texts in quotes may have commas, and two quotes stand for one.
class CsvLine {
 public:
  explicit CsvLine(absl::string_view line) : rest_(line) {}

  absl::StatusOr<std::vector<std::string>> Cells() {
    std::vector<std::string> cells;
    bool has_more = true;
    while (has_more) {
      ASSIGN_OR_RETURN(std::string cell, NextCell());
      cells.push_back(std::move(cell));
      has_more = absl::ConsumePrefix(&rest_, ",");
      if (!has_more && !rest_.empty()) {
        return UsageError("text stands behind a closing quote");
      }
    }
    return cells;
  }

 private:
  absl::StatusOr<std::string> NextCell() {
    if (!absl::ConsumePrefix(&rest_, "\"")) {
      const size_t end = std::min(rest_.find(','), rest_.size());
      std::string cell(absl::StripAsciiWhitespace(rest_.substr(0, end)));
      rest_.remove_prefix(end);
      return cell;
    }
    std::string cell;
    while (!rest_.empty()) {
      if (absl::ConsumePrefix(&rest_, "\"\"")) {
        cell.push_back('"');
      } else if (absl::ConsumePrefix(&rest_, "\"")) {
        return cell;
      } else {
        cell.push_back(rest_.front());
        rest_.remove_prefix(1);
      }
    }
    return UsageError("a quote is not closed");
  }

  absl::string_view rest_;
};

constexpr absl::string_view kColumns[] = {"lot",   "verdict", "note", "result",
                                          "value", "unit",    "min",  "max"};

using Row = std::map<std::string, std::string>;

absl::Status CheckColumns(const std::vector<std::string>& columns) {
  for (const std::string& column : columns) {
    if (std::find(std::begin(kColumns), std::end(kColumns), column) != std::end(kColumns)) continue;
    return UsageError(absl::StrCat("there is no column '", column, "'; the columns are ",
                                   absl::StrJoin(kColumns, ", ")));
  }
  for (const char* required : {"lot", "verdict"}) {
    if (std::find(columns.begin(), columns.end(), required) == columns.end()) {
      return UsageError(absl::StrCat("the column '", required, "' is missing"));
    }
  }
  return absl::OkStatus();
}

// Adds the line to the inspection before it when that is of the same lot.
absl::Status AppendRow(Row row, std::string& last_lot, v1::RecordInspectionRequest& request) {
  v1::Verdict verdict = v1::VERDICT_UNSPECIFIED;
  if (!Parse(row["verdict"], verdict)) {
    return UsageError(absl::StrCat("the verdict is passed or failed; not '", row["verdict"], "'"));
  }
  const bool is_same = request.inspections_size() > 0 && last_lot == row["lot"];
  v1::NewInspection& inspection = is_same
                                      ? *request.mutable_inspections(request.inspections_size() - 1)
                                      : *request.add_inspections();
  if (is_same && inspection.verdict() != verdict) {
    return UsageError(
        absl::StrCat("lot '", row["lot"], "' has another verdict in the line before"));
  }
  last_lot = row["lot"];
  ASSIGN_OR_RETURN(*inspection.mutable_lot(), ParseLotRef(row["lot"]));
  inspection.set_verdict(verdict);
  if (!row["note"].empty()) inspection.set_note(row["note"]);
  if (row["result"].empty()) return absl::OkStatus();
  v1::InspectionResult& result = *inspection.add_results();
  result.set_name(row["result"]);
  SetValue(row["value"], result);
  result.set_unit(row["unit"]);
  result.set_lower_limit(row["min"]);
  result.set_upper_limit(row["max"]);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<v1::InspectionResult> ParseResult(absl::string_view text) {
  v1::InspectionResult result;
  absl::string_view rest = text;
  // In any order: each takes what stands behind its mark, which the others have taken before.
  for (int i = 0; i < 3; ++i) {
    const size_t last = rest.rfind(':');
    if (last == absl::string_view::npos) break;
    const absl::string_view tail = rest.substr(last);
    if (absl::StartsWith(tail, ":unit=")) result.set_unit(TakePart("unit", rest));
    if (absl::StartsWith(tail, ":min=")) result.set_lower_limit(TakePart("min", rest));
    if (absl::StartsWith(tail, ":max=")) result.set_upper_limit(TakePart("max", rest));
  }
  const size_t equals = rest.find('=');
  if (equals == absl::string_view::npos || equals == 0) {
    return UsageError(absl::StrCat("'", text, "' is not NAME=VALUE[:unit=UNIT][:min=N][:max=N]"));
  }
  result.set_name(std::string(rest.substr(0, equals)));
  SetValue(rest.substr(equals + 1), result);
  return result;
}

absl::Status AppendCsv(absl::string_view csv, v1::RecordInspectionRequest& request) {
  std::vector<std::string> columns;
  std::string last_lot;
  int number = 0;
  for (absl::string_view line : absl::StrSplit(csv, '\n')) {
    ++number;
    absl::ConsumeSuffix(&line, "\r");
    if (number == 1) absl::ConsumePrefix(&line, "\xEF\xBB\xBF");
    if (absl::StripAsciiWhitespace(line).empty()) continue;
    const auto in_line = [&](const absl::Status& status) {
      return UsageError(absl::StrCat("line ", number, ": ", status.message()));
    };
    const auto cells = CsvLine(line).Cells();
    if (!cells.ok()) return in_line(cells.status());
    if (columns.empty()) {
      columns = *cells;
      const absl::Status known = CheckColumns(columns);
      if (!known.ok()) return in_line(known);
      continue;
    }
    if (cells->size() > columns.size()) {
      return in_line(UsageError("has more cells than the first line has columns"));
    }
    Row row;
    for (size_t i = 0; i < cells->size(); ++i) row[columns[i]] = (*cells)[i];
    const absl::Status appended = AppendRow(std::move(row), last_lot, request);
    if (!appended.ok()) return in_line(appended);
  }
  if (request.inspections().empty()) return UsageError("has no inspections");
  return absl::OkStatus();
}

}  // namespace lots::ctl
