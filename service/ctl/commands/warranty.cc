// lotctl lot warranty | extend-warranty
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "lots/v1/trace_questions.pb.h"
#include "service/ctl/commands/commands.h"
#include "service/ctl/output/show.h"
#include "service/ctl/output/table.h"
#include "service/ctl/session/arguments.h"
#include "service/ctl/session/times.h"
#include "service/ctl/shared/lots.h"
#include "storage/base/status_macros.h"

namespace lots::ctl {
namespace {

struct WarrantyOptions {
  std::string lot;
  std::string as_of;
};

void Declare(Command& command, WarrantyOptions& options) {
  command.Add("lot", options.lot, "the serial, as NUMBER, PRODUCT/NUMBER or UUID").Required();
  command.Add("--as-of", options.as_of,
              "as it was at the end of this day, or at this time; default now");
}

std::string StateOf(v1::WarrantyState state) {
  switch (state) {
    case v1::WARRANTY_STATE_NONE:
      return "the product has none";
    case v1::WARRANTY_STATE_NOT_DELIVERED:
      return "has not begun";
    case v1::WARRANTY_STATE_IN_FORCE:
      return "in force";
    case v1::WARRANTY_STATE_ENDED:
      return "ended";
    default:
      return "";
  }
}

std::string Months(int months) { return months == 0 ? "" : absl::StrCat(months, " months"); }

// "12 months more", "until 2029-12-31".
std::string TermOf(const v1::WarrantyExtension& extension) {
  if (extension.add_months() > 0) return absl::StrCat(Months(extension.add_months()), " more");
  return absl::StrCat("until ", Show(extension.end_date()),
                      extension.shortens() ? ", may be earlier" : "");
}

void PrintExtensions(const v1::Warranty& warranty, Session& session) {
  if (warranty.extensions().empty()) return;
  const absl::TimeZone zone = session.zone();
  Table table({{"EXTENSION"},
               {"REASON"},
               {"DOCUMENT", Column::kLeft, Column::kUseful},
               {"BY", Column::kLeft, Column::kDetail},
               {"RECORDED", Column::kLeft, Column::kUseful}});
  for (const v1::WarrantyExtension& extension : warranty.extensions()) {
    table.Add({TermOf(extension), extension.reason(), Show(extension.document()), extension.actor(),
               Show(extension.record_time(), zone)});
  }
  table.Print(session.terminal());
}

absl::Status GetWarranty(Session& session, const WarrantyOptions& options) {
  v1::GetWarrantyRequest request;
  ASSIGN_OR_RETURN(*request.mutable_lot(), ParseLotRef(options.lot));
  if (!options.as_of.empty()) {
    ASSIGN_OR_RETURN(*request.mutable_as_of(),
                     ReadTime(session, "--as-of", options.as_of, DayEdge::kLast));
  }
  RETURN_IF_ERROR(ResolveNumbers(session, {request.mutable_lot()}));
  ASSIGN_OR_RETURN(const v1::Warranty warranty, session.Call(kGetWarranty, request));
  if (session.json()) return session.PrintJson(warranty);
  const bool is_extended = !warranty.extensions().empty();
  PrintDetails({{"unit", ShowLot(warranty.product_id(), warranty.number())},
                {"warranty", StateOf(warranty.state())},
                {"length", Months(warranty.warranty_months())},
                {"from", Show(warranty.start_date())},
                {"to", Show(warranty.end_date())},
                {"first to", is_extended ? Show(warranty.original_end_date()) : ""},
                {"customer", warranty.partner_id()},
                {"document", Show(warranty.document())},
                {"delivery", warranty.delivery_movement_id()}},
               session.terminal());
  PrintExtensions(warranty, session);
  return absl::OkStatus();
}

struct ExtendOptions {
  std::vector<std::string> lots;
  int months = 0;
  std::string until;
  bool shortens = false;
  std::string reason;
  std::string document;
};

void Declare(Command& command, ExtendOptions& options) {
  command.Add("lot", options.lots, "serials, as NUMBER, PRODUCT/NUMBER or UUID").Required();
  command.Add("--months", options.months, "so many months more").Positive();
  command.Add("--until", options.until, "instead of --months: the new last day");
  command.AddSwitch("--shorten", options.shortens,
                    "with --until: the day may be earlier than the end of now");
  command.Add("--reason", options.reason, "why").Required();
  command.Add("--document", options.document, "TYPE:NUMBER, as contract:C-77");
}

absl::StatusOr<v1::ExtendWarrantyRequest> RequestOf(Session& session,
                                                    const ExtendOptions& options) {
  v1::ExtendWarrantyRequest request;
  for (const std::string& lot : options.lots) {
    ASSIGN_OR_RETURN(*request.add_lots(), ParseLotRef(lot));
  }
  if ((options.months > 0) == !options.until.empty()) {
    return UsageError("say how much longer with --months, or until when with --until");
  }
  request.set_add_months(options.months);
  if (!options.until.empty()) {
    ASSIGN_OR_RETURN(*request.mutable_end_date(), ReadDate("--until", options.until));
  }
  request.set_shortens(options.shortens);
  request.set_reason(options.reason);
  if (!options.document.empty()) {
    ASSIGN_OR_RETURN(*request.mutable_document(), ParseDocument(options.document));
  }
  RETURN_IF_ERROR(ResolveNumbers(session, *request.mutable_lots()));
  return request;
}

absl::Status ExtendWarranty(Session& session, const ExtendOptions& options) {
  ASSIGN_OR_RETURN(const v1::ExtendWarrantyRequest request, RequestOf(session, options));
  ASSIGN_OR_RETURN(const v1::ExtendWarrantyResponse response,
                   session.Write(kExtendWarranty, request));
  if (session.json()) return session.PrintJson(response);
  Table table({{"UNIT"},
               {"WARRANTY"},
               {"FROM", Column::kLeft, Column::kUseful},
               {"TO"},
               {"FIRST TO", Column::kLeft, Column::kDetail}});
  for (const v1::Warranty& warranty : response.warranties()) {
    table.Add({ShowLot(warranty.product_id(), warranty.number()), StateOf(warranty.state()),
               Show(warranty.start_date()), Show(warranty.end_date()),
               Show(warranty.original_end_date())});
  }
  table.Print(session.terminal());
  if (response.warranties_truncated()) {
    session.terminal().out << "… of " << response.warranty_count() << " in all\n";
  }
  return absl::OkStatus();
}

}  // namespace

void AddWarrantyCommands(CommandGroup& group) {
  group.Add<WarrantyOptions>(
      {"warranty", "Tells whether a unit's warranty runs, and its extensions",
       "lot warranty pump/SN-1\nlot warranty pump/SN-1 --as-of 2026-12-31"},
      Declare, GetWarranty);
  group.AddWrite<ExtendOptions>(
      {"extend-warranty", "Gives units a longer warranty, or another last day of it",
       "lot extend-warranty pump/SN-1 pump/SN-2 --months 12 --reason 'sold with the unit'\n"
       "lot extend-warranty pump/SN-1 --until 2029-12-31 --reason goodwill"},
      Declare, ExtendWarranty);
}

}  // namespace lots::ctl
