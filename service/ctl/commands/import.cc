// lotctl import epcis
#include "service/ctl/epcis/import.h"

#include <map>
#include <set>
#include <vector>

#include "absl/strings/str_cat.h"
#include "service/ctl/commands/commands.h"
#include "service/ctl/epcis/check.h"
#include "service/ctl/epcis/document/document.h"
#include "service/ctl/epcis/plan/plan.h"
#include "service/ctl/output/show.h"
#include "service/ctl/output/text_width.h"
#include "service/ctl/output/words.h"
#include "service/ctl/session/json.h"
#include "storage/base/status_macros.h"

namespace lots::ctl {
namespace {

struct ImportOptions {
  std::string file;
  std::string on_discrepancy = "refuse";
  bool dry_run = false;
};

void Declare(Command& command, ImportOptions& options) {
  command.Add("file", options.file, "an EPCIS 2.0 document (JSON-LD); '-': stdin")
      .Required()
      .File();
  command
      .Add("--on-discrepancy", options.on_discrepancy,
           "refuse: list everything that does not add up and write nothing; adjust: record "
           "an adjustment for each, and say so")
      .OneOf({"refuse", "adjust"})
      .ShowDefault();
  command.AddSwitch("--dry-run", options.dry_run, "only say what would be done");
}

std::string Plural(size_t count, absl::string_view what) {
  return absl::StrCat(count, " ", what, count == 1 ? "" : "s");
}

void PrintFindings(const std::vector<EpcisFinding>& findings, std::ostream& out) {
  for (const EpcisFinding& finding : findings) {
    // Some are about the document as a whole.
    if (!finding.event_id.empty()) out << "  " << Printable(finding.event_id);
    if (finding.at != absl::Time()) {
      out << "  " << absl::FormatTime("%Y-%m-%d %H:%M:%SZ", finding.at, absl::UTCTimeZone()) << " "
          << Printable(finding.step);
    }
    out << (finding.event_id.empty() ? "" : "\n") << "    " << Printable(InCommands(finding.what))
        << "\n";
    if (!finding.remedy.empty()) out << "    → " << Printable(finding.remedy) << "\n";
  }
}

// Events that say the same thing on one line, with the ids of all of them below.
void PrintNotices(const std::vector<EpcisFinding>& notices, std::ostream& out) {
  std::vector<std::string> order;
  std::map<std::string, std::vector<const EpcisFinding*>> by_text;
  for (const EpcisFinding& notice : notices) {
    std::vector<const EpcisFinding*>& same = by_text[notice.what];
    if (same.empty()) order.push_back(notice.what);
    same.push_back(&notice);
  }
  for (const std::string& what : order) {
    out << "  " << by_text[what].size() << " × " << Printable(what) << "\n";
    for (const EpcisFinding* notice : by_text[what]) {
      if (notice->event_id.empty()) continue;
      out << "      " << Printable(notice->event_id) << "  " << Printable(notice->step) << "\n";
    }
  }
}

void PrintPlan(const EpcisPlan& plan, std::ostream& out) {
  out << Plural(plan.event_count, "event") << ": " << Plural(plan.products.size(), "product")
      << ", " << Plural(plan.locations.size(), "location") << ", "
      << Plural(plan.lots.size(), "lot") << ", " << Plural(plan.requests.size(), "request") << "\n";
  if (!plan.notices.empty()) {
    out << "notices:\n";
    PrintNotices(plan.notices, out);
  }
  if (plan.dropped.empty()) return;
  out << "fields that have no place here and are dropped:\n";
  for (const auto& [field, count] : plan.dropped) {
    out << "  " << count << " × " << Printable(field) << "\n";
  }
}

void PrintOutcome(const EpcisOutcome& outcome, std::ostream& out) {
  out << "created " << Plural(outcome.products_created, "product") << ", "
      << Plural(outcome.locations_created, "location") << ", "
      << Plural(outcome.lots_created, "lot") << "; posted "
      << Plural(outcome.movements_posted, "movement") << " and "
      << Plural(outcome.completions_posted, "completion") << "; "
      << Plural(outcome.requests_found, "request") << " found done before\n";
  PrintFindings(outcome.accepted, out);
}

void PrintDiscrepancies(const std::vector<EpcisFinding>& discrepancies, std::ostream& out) {
  out << discrepancies.size() << (discrepancies.size() == 1 ? " discrepancy" : " discrepancies")
      << ", with what --on-discrepancy adjust would do:\n";
  PrintFindings(discrepancies, out);
}

void PrintObstacles(const EpcisCheck& check, std::ostream& out) {
  out << Plural(check.obstacles.size(), "obstacle") << ", which no adjustment settles:\n";
  PrintFindings(check.obstacles, out);
}

// Everything that stands against the import, at once; OK when there is nothing.
absl::Status FindObstacles(const std::vector<EpcisFinding>& discrepancies, const EpcisCheck& check,
                           bool adjust, const Terminal& terminal) {
  const bool adds_up = discrepancies.empty() || adjust;
  if (!adds_up) PrintDiscrepancies(discrepancies, terminal.err);
  if (!check.obstacles.empty()) PrintObstacles(check, terminal.err);
  if (!adds_up) return Refused("the document does not add up; nothing was written");
  if (!check.obstacles.empty()) {
    return Refused("the document cannot be imported whole; nothing was written");
  }
  return absl::OkStatus();
}

absl::StatusOr<EpcisDocument> Read(const std::string& file) {
  ASSIGN_OR_RETURN(const std::string text, ReadFile(file));
  absl::StatusOr<EpcisDocument> document = ParseEpcisDocument(text);
  if (document.ok()) return document;
  return UsageError(absl::StrCat(file, ": ", document.status().message()));
}

absl::Status ImportEpcis(Session& session, const ImportOptions& options) {
  ASSIGN_OR_RETURN(const EpcisDocument document, Read(options.file));
  const EpcisPlan plan = PlanEpcisImport(document);
  const bool adjust = options.on_discrepancy == "adjust";
  const Terminal& terminal = session.terminal();
  // Standard output carries the service's answers and nothing else when a machine reads it.
  std::ostream& report = session.json() ? terminal.err : terminal.out;
  ASSIGN_OR_RETURN(const EpcisCheck check, CheckEpcisPlan(session, plan));
  PrintPlan(plan, report);
  std::vector<EpcisFinding> discrepancies = plan.discrepancies;
  discrepancies.insert(discrepancies.end(), check.discrepancies.begin(), check.discrepancies.end());
  RETURN_IF_ERROR(FindObstacles(discrepancies, check, adjust, terminal));
  if (!discrepancies.empty()) {
    report << "discrepancies, and what is done about each:\n";
    PrintFindings(discrepancies, report);
  }
  if (options.dry_run) {
    report << "nothing was written (--dry-run)\n";
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(const EpcisOutcome outcome, EpcisImport(session, plan, adjust).Run(check.done));
  PrintOutcome(outcome, report);
  return absl::OkStatus();
}

}  // namespace

void AddImportCommands(Command& program, Work& chosen) {
  CommandGroup group(program, "import", "Documents of others", chosen);
  group.Add<ImportOptions>(
      {"epcis",
       "Imports an EPCIS 2.0 document: products, locations, lots, movements and transformations",
       "import epcis traceback.jsonld --company seafood\n"
       "import epcis traceback.jsonld --company seafood --on-discrepancy adjust\n"
       "import epcis traceback.jsonld --dry-run --on-discrepancy adjust"},
      Declare, ImportEpcis);
}

}  // namespace lots::ctl
