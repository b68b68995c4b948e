// lotctl audit list
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "lots/v1/audit.pb.h"
#include "service/ctl/commands/commands.h"
#include "service/ctl/output/show.h"
#include "service/ctl/output/table.h"
#include "service/ctl/session/arguments.h"
#include "service/ctl/session/paging.h"
#include "service/ctl/session/times.h"
#include "service/ctl/shared/lots.h"
#include "storage/base/status_macros.h"

namespace lots::ctl {
namespace {

constexpr absl::string_view kPackage = "lots.v1.";
// A table is for a person, who sees from the first what a write was about.
constexpr int kLotsShown = 3;

struct ListOptions {
  std::string lot;
  std::string actor;
  std::string method;
  std::string request_id;
  std::string work_order_id;
  std::string recall_id;
  std::string since;
  std::string until;
  std::string before;
  std::string filter;
  int64_t limit = kLimitDefault;
};

void Declare(Command& command, ListOptions& options) {
  command.Add("--lot", options.lot,
              "only what was done to it, a relabelled unit under any of its numbers; NUMBER, "
              "PRODUCT/NUMBER or UUID");
  command.Add("--by", options.actor, "only what this one did");
  command.Add("--method", options.method, "only this method; StockService/RecordMovements");
  command.Add("--of-request", options.request_id, "only the write of this request id");
  command.Add("--work-order", options.work_order_id, "only what was about this work order");
  command.Add("--recall", options.recall_id, "only what was about this recall");
  command.Add("--since", options.since, "recorded on this day or later, or from this time on");
  command.Add("--until", options.until, "recorded up to this day and on it, or before this time");
  command.Add("--before", options.before, "recorded before this day or time").Hidden();
  command.Add("--filter", options.filter,
              "a filter: 'peer = \"10.1.2.3\" AND record_time > 2026-11-01'");
  command.Add("--limit", options.limit, "at most so many; 0: all").ShowDefault().NotNegative();
}

std::string MethodNamed(absl::string_view name) {
  return absl::StartsWith(name, kPackage) ? std::string(name) : absl::StrCat(kPackage, name);
}

absl::StatusOr<std::string> FilterOf(Session& session, const ListOptions& options) {
  std::vector<std::string> terms;
  const auto is = [&](absl::string_view field, const std::string& value) {
    if (!value.empty()) terms.push_back(absl::StrCat(field, " = ", FilterText(value)));
  };
  is("actor", options.actor);
  is("method", options.method.empty() ? "" : MethodNamed(options.method));
  is("request_id", options.request_id);
  is("work_order_id", options.work_order_id);
  is("recall_id", options.recall_id);
  RETURN_IF_ERROR(AddTimeTerms(session, "record_time",
                               {{"--since", options.since, ">=", DayEdge::kBegin},
                                {"--until", options.until, "<", DayEdge::kEnd},
                                {"--before", options.before, "<", DayEdge::kBegin}},
                               terms));
  return JoinFilter(std::move(terms), options.filter);
}

std::string NameOf(const v1::AuditEntry::Lot& lot) {
  return lot.product_id().empty() ? lot.lot_id() : ShowLot(lot.product_id(), lot.number());
}

std::string LotsOf(const v1::AuditEntry& entry) {
  std::vector<std::string> names;
  for (int i = 0; i < std::min(kLotsShown, entry.lots_size()); ++i) {
    names.push_back(NameOf(entry.lots(i)));
  }
  const int64_t more = entry.lot_count() - static_cast<int64_t>(names.size());
  std::string text = absl::StrJoin(names, ", ");
  if (more > 0) absl::StrAppend(&text, " and ", more, " more");
  return text;
}

void AddEntry(const v1::AuditEntry& entry, absl::TimeZone zone, Table& table) {
  const v1::WriteOrigin& origin = entry.origin();
  const std::string about = entry.recall_id().empty() ? entry.work_order_id() : entry.recall_id();
  table.Add({Show(entry.record_time(), zone), entry.actor(), ShowOrigin(origin),
             std::string(absl::StripPrefix(origin.method(), kPackage)), origin.request_id(), about,
             LotsOf(entry)});
}

absl::Status List(Session& session, const ListOptions& options) {
  v1::ListAuditEntriesRequest request;
  ASSIGN_OR_RETURN(*request.mutable_filter(), FilterOf(session, options));
  if (!options.lot.empty()) {
    ASSIGN_OR_RETURN(*request.mutable_lot_id(), FindLotId(session, options.lot));
  }
  Table table({{"RECORDED"},
               {"BY"},
               {"FROM", Column::kLeft, Column::kDetail},
               {"METHOD"},
               {"REQUEST", Column::kLeft, Column::kDetail},
               {"ORDER OR RECALL", Column::kLeft, Column::kUseful},
               {"LOTS", Column::kLeft, Column::kUseful}});
  const auto show = [&](const v1::ListAuditEntriesResponse& page) -> int64_t {
    for (const v1::AuditEntry& entry : page.entries()) AddEntry(entry, session.zone(), table);
    if (!session.json()) table.Print(session.terminal());
    return page.entries_size();
  };
  return ForEachPage(session, kListAuditEntries, request, {"writes", options.limit}, show);
}

}  // namespace

void AddAuditCommands(Command& program, Work& chosen) {
  CommandGroup group(program, "audit", "Who did what to which lots, and from where", chosen);
  group.Add<ListOptions>({"list", "Lists writes, newest first",
                          "audit list --lot pump/SN-1\n"
                          "audit list --by anna --since 2026-11-01\n"
                          "audit list --work-order MO-1 --output json"},
                         Declare, List);
}

}  // namespace lots::ctl
