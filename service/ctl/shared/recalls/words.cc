// The words for what happens in a recall.
#include "service/ctl/shared/recalls/words.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"

namespace lots::ctl {
namespace {

std::string WordsOf(absl::string_view name, absl::string_view prefix) {
  absl::ConsumePrefix(&name, prefix);
  return absl::AsciiStrToLower(absl::StrReplaceAll(name, {{"_", " "}}));
}

}  // namespace

std::string Show(v1::RecallMemberChange change) {
  return WordsOf(v1::RecallMemberChange_Name(change), "RECALL_MEMBER_CHANGE_");
}

std::string Show(v1::RecallDispositionKind kind) {
  return WordsOf(v1::RecallDispositionKind_Name(kind), "RECALL_DISPOSITION_KIND_");
}

v1::RecallDispositionKind DispositionKindOf(absl::string_view text) {
  const std::string name = absl::StrCat(
      "RECALL_DISPOSITION_KIND_", absl::AsciiStrToUpper(absl::StrReplaceAll(text, {{"-", "_"}})));
  v1::RecallDispositionKind kind = v1::RECALL_DISPOSITION_KIND_UNSPECIFIED;
  v1::RecallDispositionKind_Parse(name, &kind);
  return kind;
}

std::string TextOf(const v1::RecallLotEvent& event) {
  std::string text = absl::StrCat(event.recall_id(), "  ");
  std::string link = event.evidence_link();
  if (event.has_disposition()) {
    const v1::RecallDisposition& disposition = event.disposition();
    absl::StrAppend(&text, Show(disposition.kind()), " ", disposition.quantity(), " at ",
                    disposition.location_id());
    if (!disposition.note().empty()) absl::StrAppend(&text, ": ", disposition.note());
    link = disposition.link();
  } else {
    absl::StrAppend(&text, Show(event.change()));
    if (!event.evidence().empty()) absl::StrAppend(&text, ": ", event.evidence());
  }
  if (!link.empty()) absl::StrAppend(&text, "  (", link, ")");
  return text;
}

}  // namespace lots::ctl
