// lotctl trace recipients | origins, lotctl lot warranty
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "lots/v1/trace_questions.pb.h"
#include "service/ctl/commands/commands.h"
#include "service/ctl/output/show.h"
#include "service/ctl/output/table.h"
#include "service/ctl/session/arguments.h"
#include "storage/base/status_macros.h"

namespace lots::ctl {
namespace {

struct RecipientOptions {
  std::vector<std::string> lots;
  bool show_returned = false;
};

void Declare(Command& command, RecipientOptions& options) {
  command.Add("lot", options.lots, "lots, as UUID or PRODUCT/NUMBER").Required();
  command.AddSwitch("--returned", options.show_returned, "also what came back as a whole");
}

Table RecipientTable() {
  return Table({{"PARTNER"},
                {"WHEN"},
                {"DOCUMENT"},
                {"LOT"},
                {"DELIVERED", Column::kRight},
                {"RETURNED", Column::kRight},
                {"NET", Column::kRight},
                {"RELATION"}});
}

std::string RelationOf(const v1::Recipient& recipient) {
  if (recipient.direct()) return "itself";
  return absl::StrCat(recipient.certainty() == v1::CERTAINTY_CERTAIN ? "certain" : "possible",
                      ", depth ", recipient.depth());
}

void AddRecipient(const v1::Recipient& recipient, Table& table) {
  table.Add({recipient.partner_id(), Show(recipient.occur_time()), Show(recipient.document()),
             ShowLot(recipient.product_id(), recipient.number()), recipient.delivered_quantity(),
             recipient.returned_quantity(), recipient.net_quantity(), RelationOf(recipient)});
}

void PrintSummary(const v1::RecipientSummary& summary, const Terminal& terminal) {
  const auto count = [](int64_t count, const char* one, const char* many) {
    return absl::StrCat(count, " ", count == 1 ? one : many);
  };
  terminal.out << count(summary.delivery_count(), "delivery", "deliveries") << " to "
               << count(summary.partner_count(), "partner", "partners") << ", "
               << count(summary.lot_count(), "lot", "lots") << " looked at\n";
}

absl::Status Recipients(Session& session, const RecipientOptions& options) {
  v1::ListRecipientsRequest request;
  request.set_show_returned(options.show_returned);
  for (const std::string& lot : options.lots) {
    ASSIGN_OR_RETURN(*request.add_seeds(), ParseLotRef(lot));
  }
  Table table = RecipientTable();
  absl::Status printed;
  RETURN_IF_ERROR(
      session.Stream(kListRecipients, request, [&](const v1::ListRecipientsResponse& message) {
        if (session.json()) return printed.Update(session.PrintJson(message));
        for (const v1::Recipient& recipient : message.recipients()) AddRecipient(recipient, table);
        table.Print(session.terminal());
        if (message.has_summary()) PrintSummary(message.summary(), session.terminal());
      }));
  return printed;
}

struct OriginOptions {
  std::vector<std::string> failed;
  std::vector<std::string> sound;
  int limit = 0;
};

void Declare(Command& command, OriginOptions& options) {
  command.Add("failed", options.failed, "what failed, as UUID or PRODUCT/NUMBER").Required();
  command.Add("--sound", options.sound, "what did not; default the newest of the same products");
  command.Add("--limit", options.limit, "show at most so many; default 50");
}

std::string NameOf(const v1::Origin& origin) {
  switch (origin.kind()) {
    case v1::ORIGIN_KIND_LOT:
      return ShowLot(origin.product_id(), origin.number());
    case v1::ORIGIN_KIND_WORK_ORDER:
      return origin.work_order_id();
    case v1::ORIGIN_KIND_SUPPLIER:
      return origin.partner_id();
    case v1::ORIGIN_KIND_PRODUCTION_DAY:
      return Show(origin.day());
    default:
      return "";
  }
}

// "work order".
std::string KindOf(v1::OriginKind kind) {
  switch (kind) {
    case v1::ORIGIN_KIND_LOT:
      return "lot";
    case v1::ORIGIN_KIND_WORK_ORDER:
      return "work order";
    case v1::ORIGIN_KIND_SUPPLIER:
      return "supplier";
    case v1::ORIGIN_KIND_PRODUCTION_DAY:
      return "production day";
    default:
      return "";
  }
}

void PrintOrigins(const v1::FindCommonOriginsResponse& response, const Terminal& terminal) {
  Table table({{"ORIGIN"},
               {"KIND"},
               {"FAILED", Column::kRight},
               {"SOUND", Column::kRight},
               {"ODDS RATIO", Column::kRight},
               {"P VALUE", Column::kRight}});
  for (const v1::Origin& origin : response.origins()) {
    table.Add({NameOf(origin), KindOf(origin.kind()),
               absl::StrCat(origin.failed_count(), "/", response.failed_count()),
               absl::StrCat(origin.sound_count(), "/", response.sound_count()),
               absl::StrFormat("%.4g", origin.odds_ratio()),
               absl::StrFormat("%.3g", origin.p_value())});
  }
  table.Print(terminal);
  terminal.out << response.origins_size() << " of " << response.origin_count() << " origins of "
               << response.failed_count() << " failed units, against " << response.sound_count()
               << " sound ones\n";
}

absl::Status Origins(Session& session, const OriginOptions& options) {
  v1::FindCommonOriginsRequest request;
  for (const std::string& lot : options.failed) {
    ASSIGN_OR_RETURN(*request.add_failed(), ParseLotRef(lot));
  }
  for (const std::string& lot : options.sound) {
    ASSIGN_OR_RETURN(*request.add_sound(), ParseLotRef(lot));
  }
  request.set_limit(options.limit);
  ASSIGN_OR_RETURN(const v1::FindCommonOriginsResponse response,
                   session.Call(kFindCommonOrigins, request));
  if (session.json()) return session.PrintJson(response);
  PrintOrigins(response, session.terminal());
  return absl::OkStatus();
}

struct WarrantyOptions {
  std::string lot;
};

void Declare(Command& command, WarrantyOptions& options) {
  command.Add("lot", options.lot, "the serial, as UUID or PRODUCT/NUMBER").Required();
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

absl::Status GetWarranty(Session& session, const WarrantyOptions& options) {
  v1::GetWarrantyRequest request;
  ASSIGN_OR_RETURN(*request.mutable_lot(), ParseLotRef(options.lot));
  ASSIGN_OR_RETURN(const v1::Warranty warranty, session.Call(kGetWarranty, request));
  if (session.json()) return session.PrintJson(warranty);
  const int months = warranty.warranty_months();
  PrintDetails({{"unit", ShowLot(warranty.product_id(), warranty.number())},
                {"warranty", StateOf(warranty.state())},
                {"length", months == 0 ? "" : absl::StrCat(months, " months")},
                {"from", Show(warranty.start_date())},
                {"to", Show(warranty.end_date())},
                {"customer", warranty.partner_id()},
                {"document", Show(warranty.document())},
                {"delivery", warranty.delivery_movement_id()}},
               session.terminal());
  return absl::OkStatus();
}

}  // namespace

void AddQuestionCommands(CommandGroup& group) {
  group.Add<RecipientOptions>(
      {"recipients", "Lists who received lots and everything made of them, net of returns",
       "trace recipients steel/H-1\ntrace recipients steel/H-1 --returned"},
      Declare, Recipients);
  group.Add<OriginOptions>(
      {"origins", "Ranks what failed units share by how unlikely it is by accident",
       "trace origins pump/SN-1 pump/SN-7\n"
       "trace origins pump/SN-1 pump/SN-7 --sound pump/SN-2 pump/SN-3 --limit 10"},
      Declare, Origins);
}

void AddWarrantyCommand(CommandGroup& group) {
  group.Add<WarrantyOptions>(
      {"warranty", "Tells whether a unit's warranty runs", "lot warranty pump/SN-1"}, Declare,
      GetWarranty);
}

}  // namespace lots::ctl
