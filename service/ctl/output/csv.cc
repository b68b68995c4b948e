// Quotes the fields of a CSV record.
#include "service/ctl/output/csv.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "storage/base/quantity.h"

namespace lots::ctl {
namespace {

bool LooksLikeFormula(absl::string_view field) {
  constexpr absl::string_view kTriggers = "=+-@\t\r";
  if (field.empty() || kTriggers.find(field.front()) == absl::string_view::npos) return false;
  // "-4" must stay a number that can be summed.
  return !(field.front() == '-' && Quantity::Parse(field).ok());
}

std::string Escape(absl::string_view field) {
  std::string safe = absl::StrCat(LooksLikeFormula(field) ? "'" : "", field);
  if (safe.find_first_of(",\"\r\n") == std::string::npos) return safe;
  return absl::StrCat("\"", absl::StrReplaceAll(safe, {{"\"", "\"\""}}), "\"");
}

}  // namespace

void WriteCsvRecord(const std::vector<std::string>& fields, std::ostream& out) {
  absl::string_view separator;
  for (const std::string& field : fields) {
    out << separator << Escape(field);
    separator = ",";
  }
  out << "\r\n";
}

}  // namespace lots::ctl
