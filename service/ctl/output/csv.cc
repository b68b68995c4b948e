// Writes fields in the way that spreadsheets leave them alone.
#include "service/ctl/output/csv.h"

#include <algorithm>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "storage/base/quantity.h"

namespace lots::ctl {
namespace {

// A spreadsheet's number has so many digits; further ones become zeros.
constexpr int kNumberDigitsMax = 15;
// The most characters of a text inside of a formula.
constexpr size_t kFormulaTextMax = 255;

// The first letters of months, as spreadsheets of several languages read them.
constexpr absl::string_view kMonths[] = {"jan", "feb", "fev", "mar", "mrz", "apr", "avr", "abr",
                                         "mai", "may", "mag", "jun", "jui", "giu", "jul", "lug",
                                         "aug", "aou", "ago", "sep", "set", "oct", "okt", "out",
                                         "ott", "nov", "dec", "dez", "dic", "ene", "gen"};

bool HasDigit(absl::string_view text) { return absl::c_any_of(text, absl::ascii_isdigit); }

bool LooksLikeMonth(absl::string_view text) {
  return HasDigit(text) && absl::c_any_of(kMonths, [&](absl::string_view month) {
           return absl::StartsWithIgnoreCase(text, month);
         });
}

bool IsTruthValue(absl::string_view text) {
  return absl::EqualsIgnoreCase(text, "true") || absl::EqualsIgnoreCase(text, "false");
}

// Whether a spreadsheet may take the text for something else. Full-width forms of = + - @ begin
// with EF BC.
bool MayBeMisread(absl::string_view text) {
  const unsigned char first = text.front();
  const bool begins_as_text = absl::ascii_isalpha(first) || first >= 0x80;
  return !begins_as_text || absl::StartsWith(text, "\xEF\xBC") || LooksLikeMonth(text) ||
         IsTruthValue(text);
}

// The end of the piece of at most so many bytes that cuts no character.
size_t PieceOf(absl::string_view text) {
  size_t end = std::min(text.size(), kFormulaTextMax);
  while (end > 1 && end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) {
    --end;
  }
  return end;
}

// ="text".
std::string FormulaOf(absl::string_view text) {
  std::string formula;
  while (!text.empty()) {
    const size_t end = PieceOf(text);
    absl::StrAppend(&formula, formula.empty() ? "=\"" : "&\"",
                    absl::StrReplaceAll(text.substr(0, end), {{"\"", "\"\""}}), "\"");
    text.remove_prefix(end);
  }
  return formula;
}

std::string Quote(absl::string_view field) {
  if (field.find_first_of(",\"\r\n") == absl::string_view::npos) return std::string(field);
  return absl::StrCat("\"", absl::StrReplaceAll(field, {{"\"", "\"\""}}), "\"");
}

}  // namespace

CsvRecord& CsvRecord::Text(absl::string_view text) {
  if (text.empty() || !MayBeMisread(text)) return Add(text);
  return Add(FormulaOf(text));
}

CsvRecord& CsvRecord::Number(absl::string_view decimal) {
  const bool is_exact = Quantity::Parse(decimal).ok() &&
                        absl::c_count_if(decimal, absl::ascii_isdigit) <= kNumberDigitsMax;
  return is_exact ? Add(decimal) : Text(decimal);
}

CsvRecord& CsvRecord::Date(absl::string_view date) { return Add(date); }

CsvRecord& CsvRecord::Add(absl::string_view field) {
  absl::StrAppend(&line_, is_first_ ? "" : ",", Quote(field));
  is_first_ = false;
  return *this;
}

void CsvRecord::Write(std::ostream& out) const { out << line_ << "\r\n"; }

}  // namespace lots::ctl
