// Shows holds.
#include "service/ctl/shared/holds.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "service/ctl/output/show.h"
#include "service/ctl/output/table.h"

namespace lots::ctl {
namespace {

// Where it comes from, beyond its cause.
std::string SourceOf(const v1::Hold& hold) {
  return absl::StrCat(hold.location_id(), hold.source_lot_id(), hold.recall_id());
}

}  // namespace

std::string Show(v1::HoldCause cause) {
  if (cause == v1::HOLD_CAUSE_UNSPECIFIED) return "";
  return absl::AsciiStrToLower(absl::StripPrefix(v1::HoldCause_Name(cause), "HOLD_CAUSE_"));
}

std::string TextOf(const v1::Hold& hold, absl::TimeZone zone) {
  std::string text = Show(hold.cause());
  if (!SourceOf(hold).empty()) absl::StrAppend(&text, " ", SourceOf(hold));
  if (!hold.quantity().empty()) absl::StrAppend(&text, " ", hold.quantity());
  absl::StrAppend(&text, "  ", hold.reason());
  if (hold.has_expire_time()) {
    absl::StrAppend(&text, "  until ", Show(hold.expire_time(), zone));
  }
  return text;
}

void PrintHolds(const google::protobuf::RepeatedPtrField<v1::Hold>& holds, absl::TimeZone zone,
                const Terminal& terminal) {
  Table table({{"HELD", Column::kLeft, Column::kAlways, ColourOfHold},
               {"QUANTITY", Column::kRight, Column::kUseful},
               {"BY", Column::kLeft, Column::kUseful},
               {"SINCE", Column::kLeft, Column::kDetail},
               {"UNTIL", Column::kLeft, Column::kUseful},
               {"MAY GO TO", Column::kLeft, Column::kUseful},
               {"REASON"},
               {"SOURCE", Column::kLeft, Column::kUseful},
               {"HOLD ID", Column::kLeft, Column::kDetail}});
  for (const v1::Hold& hold : holds) {
    table.Add({Show(hold.cause()), hold.quantity(), hold.placer(), Show(hold.place_time(), zone),
               Show(hold.expire_time(), zone), absl::StrJoin(hold.exempt_location_ids(), ", "),
               hold.reason(), SourceOf(hold), hold.hold_id()});
  }
  table.Print(terminal);
}

}  // namespace lots::ctl
