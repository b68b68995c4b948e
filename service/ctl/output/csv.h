// Comma-separated values that a spreadsheet opens without harm.
#pragma once

#include <ostream>
#include <string>

#include "absl/strings/string_view.h"

namespace lots::ctl {

// What a file of records begins with: spreadsheets take the text behind it for UTF-8.
inline constexpr char kCsvBegin[] = "\xEF\xBB\xBF";

// One record after RFC 4180: fields with commas, quotes or line ends are quoted, and the record
// ends with CR LF.
class CsvRecord {
 public:
  // A text that a spreadsheet shows as it is. Where the spreadsheet would take it for a number, a
  // date or a formula ("00123", "1E5", "MAR-1", "+1", "=1+1"), it is written as the formula of this
  // text, ="00123".
  CsvRecord& Text(absl::string_view text);
  // A decimal of the API, with a point: it can be summed and sorted. A spreadsheet with decimal
  // commas reads it right only when the import says that the point is the separator.
  CsvRecord& Number(absl::string_view decimal);
  // "2026-12-31", which every spreadsheet takes for that day. Empty: none.
  CsvRecord& Date(absl::string_view date);

  void Write(std::ostream& out) const;

 private:
  CsvRecord& Add(absl::string_view field);

  std::string line_;
  bool is_first_ = true;
};

}  // namespace lots::ctl
