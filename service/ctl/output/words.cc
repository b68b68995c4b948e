// Translates the words of the API into those of the command line.
#include "service/ctl/output/words.h"

#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/types/span.h"
#include "lots/v1/catalog.pb.h"
#include "lots/v1/ledger.pb.h"
#include "lots/v1/work_order.pb.h"
#include "service/ctl/output/show.h"

namespace lots::ctl {
namespace {

struct Translation {
  absl::string_view word;
  absl::string_view said;
};

// Every method of the API (ctl_methods_test), and its services.
constexpr Translation kMethods[] = {
    {"ListAuditEntries", "'lotctl audit list'"},
    {"GetSettings", "'lotctl settings get'"},
    {"UpdateSettings", "'lotctl settings update'"},
    {"UpsertProducts", "'lotctl product upsert'"},
    {"GetProduct", "'lotctl product get'"},
    {"ListProducts", "'lotctl product list'"},
    {"UpsertLocations", "'lotctl location upsert'"},
    {"ListLocations", "'lotctl location list'"},
    {"GetLocation", "'lotctl location get'"},
    {"RetireProducts", "'lotctl product retire'"},
    {"RetireLocations", "'lotctl location retire'"},
    {"CreateLot", "'lotctl lot create'"},
    {"BatchCreateLots", "'lotctl lot create'"},
    {"GetLot", "'lotctl lot get'"},
    {"BatchGetLots", "'lotctl lot get'"},
    {"FindLots", "'lotctl lot find'"},
    {"ListLots", "'lotctl lot list'"},
    {"SummarizeLots", "'lotctl lot summary'"},
    {"UpdateLot", "'lotctl lot update'"},
    {"BatchUpdateLots", "'lotctl lot update'"},
    {"ArchiveLot", "'lotctl lot archive'"},
    {"UnarchiveLot", "'lotctl lot unarchive'"},
    {"DeleteLot", "'lotctl lot delete'"},
    {"ListLotLocations", "'lotctl lot locations'"},
    {"ListLotHistory", "'lotctl lot history'"},
    {"PreviewLotNumbers", "'lotctl lot preview'"},
    {"HoldLots", "'lotctl lot hold'"},
    {"ReleaseLots", "'lotctl lot release'"},
    {"GetHold", "'lotctl hold show'"},
    {"ListHolds", "'lotctl hold list'"},
    {"UpdateHold", "'lotctl hold update'"},
    {"RecordInspection", "'lotctl inspect record'"},
    {"GetInspection", "'lotctl inspect show'"},
    {"ListInspections", "'lotctl inspect list'"},
    {"SplitLot", "'lotctl lot split'"},
    {"MergeLots", "'lotctl lot merge'"},
    {"RelabelLot", "'lotctl lot relabel'"},
    {"OpenRecall", "'lotctl recall open'"},
    {"UpdateRecall", "'lotctl recall update'"},
    {"ExcludeRecallLots", "'lotctl recall exclude'"},
    {"IncludeRecallLots", "'lotctl recall include'"},
    {"SetRecallDisposition", "'lotctl recall dispose'"},
    {"RecordRecipientResponse", "'lotctl recall respond'"},
    {"GetRecall", "'lotctl recall get'"},
    {"ListRecalls", "'lotctl recall list'"},
    {"StreamRecallReport", "'lotctl recall report'"},
    {"CloseRecall", "'lotctl recall close'"},
    {"RecordMovements", "'lotctl stock move'"},
    {"ReverseMovement", "'lotctl stock reverse'"},
    {"ListMovements", "'lotctl stock movements'"},
    {"ListStock", "'lotctl stock list'"},
    {"SuggestLots", "'lotctl stock suggest'"},
    {"TraceUpstream", "'lotctl trace upstream'"},
    {"TraceDownstream", "'lotctl trace downstream'"},
    {"ListRecipients", "'lotctl trace recipients'"},
    {"FindCommonOrigins", "'lotctl trace origins'"},
    {"GetWarranty", "'lotctl lot warranty'"},
    {"GetTransformation", "'lotctl trace transformation'"},
    {"CorrectGenealogy", "'lotctl work-order correct'"},
    {"ExtendWarranty", "'lotctl lot extend-warranty'"},
    {"AssignSerials", "'lotctl work-order assign'"},
    {"UnassignSerials", "'lotctl work-order unassign'"},
    {"CompleteWorkOrder", "'lotctl work-order complete'"},
    {"CancelWorkOrder", "'lotctl work-order cancel'"},
    {"ReopenWorkOrder", "'lotctl work-order reopen'"},
    {"GetWorkOrder", "'lotctl work-order get'"},
    {"ListWorkOrders", "'lotctl work-order list'"},
    {"Disassemble", "'lotctl work-order disassemble'"},
    {"ReverseCompletion", "'lotctl work-order reverse' ('lotctl lot reverse' for a split)"},
    {"IssueComponents", "'lotctl work-order issue'"},
    {"ReturnComponents", "'lotctl work-order return'"},
    {"MaintainUnit", "'lotctl unit swap'"},
    {"GetComposition", "'lotctl unit show'"},
    {"AuditService", "'lotctl audit'"},
    {"CatalogService", "'lotctl product', 'lotctl location' and 'lotctl settings'"},
    {"HoldService", "'lotctl hold'"},
    {"InspectionService", "'lotctl inspect'"},
    {"LotService", "'lotctl lot'"},
    {"RecallService", "'lotctl recall'"},
    {"StockService", "'lotctl stock'"},
    {"TraceService", "'lotctl trace'"},
    {"UnitService", "'lotctl unit'"},
    {"WorkOrderService", "'lotctl work-order'"},
};

// The flag that gives a field.
constexpr Translation kFlags[] = {{"from_location_id", "--from"},
                                  {"to_location_id", "--to"},
                                  {"source_location_id", "--from"},
                                  {"destination_location_id", "--to"},
                                  {"partner_id", "--partner"},
                                  {"occur_time", "--at"},
                                  {"opening_quantity", "--quantity"},
                                  {"opening_location_id", "--location"},
                                  {"planned_quantity", "--planned"},
                                  {"delivery_movement_id", "--delivery"},
                                  {"receipt_movement_id", "--receipt"},
                                  {"first_number", "--first"},
                                  {"manufacture_date", "--manufactured"},
                                  {"expire_date", "--expires"},
                                  {"best_before_date", "--best-before"},
                                  {"removal_date", "--remove-by"},
                                  {"alert_date", "--alert"},
                                  {"expire_days", "--expire-days"},
                                  {"display_name", "--name"},
                                  {"number_template", "--template"},
                                  {"expire_time", "--until"},
                                  {"closing_note", "--note"},
                                  {"planned_serial_count", "--planned-serials"},
                                  {"output_index", ":into="},
                                  {"auto_components", "--auto"},
                                  {"consume_issued", "--consume-issued"},
                                  {"from_issued", "--issued"},
                                  {"work_centre", "--work-centre"},
                                  {"subcontractor_id", "--subcontractor"},
                                  {"exempt_location_ids", "--exempt"},
                                  {"hold_ids", "--hold"},
                                  {"parent_id", "--parent"},
                                  {"counter_reset", "--counter-reset"},
                                  {"add_months", "--months"},
                                  {"lots_enabled", "--lots"},
                                  {"expiry_enabled", "--expiry"},
                                  {"depth_max", "--depth"},
                                  {"node_limit", "--limit"},
                                  {"link_kinds", "--link"},
                                  {"as_of", "--as-of"},
                                  {"known_at", "--known-at"},
                                  {"case_id", "--case"},
                                  {"inspect_time", "--at"},
                                  {"failed_hold", "--hold"},
                                  {"release_passed", "--release"},
                                  {"hold_on_receipt", "--hold-on-receipt"},
                                  {"leave_held", "--leave-held"},
                                  {"only_listed_exempt", "--only-exempt"},
                                  {"add_seeds", "--seed"},
                                  {"evidence_link", "--link"},
                                  {"notify_time", "--notified"},
                                  {"notify_method", "--how"},
                                  {"answer_time", "--answered"},
                                  {"found_quantity", "--found"},
                                  {"destroyed_quantity", "--destroyed"},
                                  {"sold_on_quantity", "--sold-on"},
                                  {"is_quarantine", "--quarantine"},
                                  {"request_id", "--request-id"}};

// The same of fields whose names are also words of texts.
constexpr Translation kFlagsOfFields[] = {{"outputs", "--finished"},
                                          {"components", "--component"},
                                          {"by_products", "--by-product"},
                                          {"attributes", "--attribute"},
                                          {"document", "--document"}};

// Where a lot's fields have other names on the terminal.
constexpr Translation kDetails[] = {
    {"product_id", "product"},     {"manufacture_date", "manufactured"},
    {"expire_date", "expires"},    {"best_before_date", "best before"},
    {"removal_date", "remove by"}, {"alert_date", "alert"}};

// Words that are right only together. What is quoted is looked at too.
constexpr std::pair<absl::string_view, absl::string_view> kPhrases[] = {
    {"changes by its own methods only", "changes by its own commands only"},
    {"call ArchiveLot, UnarchiveLot or a method of", "use ArchiveLot, UnarchiveLot or"},
    {"and those of WorkOrderService", "and WorkOrderService"},
    {"set its tracking to LOT or SERIAL", "set --tracking to lot or serial"},
    {"come in by ADJUSTMENT", "come in by an ADJUSTMENT"},
    {"PRODUCTION is posted by", "production is posted by"},
    {"goes from SUPPLIER to", "goes from supplier to"},
    {"goes from CUSTOMER to", "goes from customer to"},
    {"goes from PRODUCTION to INTERNAL, TRANSIT or SCRAP",
     "goes from production to internal, transit or scrap"},
    {"goes from INTERNAL, TRANSIT or CUSTOMER to PRODUCTION",
     "goes from internal, transit or customer to production"},
    {"goes from PRODUCTION to INTERNAL, TRANSIT, CUSTOMER or SCRAP",
     "goes from production to internal, transit, customer or scrap"},
    {"goes between ADJUSTMENT and", "goes between adjustment and"},
    {"INTERNAL or TRANSIT to CUSTOMER", "internal or transit to customer"},
    {"INTERNAL or TRANSIT to PRODUCTION", "internal or transit to production"},
    {"INTERNAL or TRANSIT to SCRAP", "internal or transit to scrap"},
    {"INTERNAL or TRANSIT to SUPPLIER", "internal or transit to supplier"},
    {"INTERNAL or TRANSIT", "internal or transit"},
    {"INTERNAL and TRANSIT", "internal and transit"},
    {"accept HELD and EXPIRED", "accept HELD, accept EXPIRED"},
    {"`note`", "--note"},
    {"`unit`", "--unit"},
    {"or by product_id, location_id or both", "or by --product, --location or both"},
    {"lot_ids", "lots"},
};

absl::string_view Find(absl::Span<const Translation> translations, absl::string_view word) {
  for (const Translation& translation : translations) {
    if (translation.word == word) return translation.said;
  }
  return "";
}

// "RETURN" as it is typed; empty when it is no name of the enumeration.
template <class Enum>
std::string AsTyped(absl::string_view word) {
  Enum value = {};
  const bool is_name =
      absl::c_all_of(word, [](char c) { return absl::ascii_isupper(c) || c == '_'; });
  if (!is_name || !Parse(word, value)) return "";
  return absl::StrReplaceAll(Show(value), {{" ", "-"}});
}

// An enumeration's value where the word before it says that it is one. Elsewhere it may be the id
// of a location: each company has one called SCRAP.
std::string Enumerated(absl::string_view before, absl::string_view word) {
  if (before == "accept") {
    const std::string accepted = AsTyped<v1::Acceptance>(word);
    return accepted.empty() ? "" : absl::StrCat("--accept ", accepted);
  }
  if (before == "tracked" || before == "by") return AsTyped<v1::Tracking>(word);
  if (before != "a" && before != "an" && before != "A" && before != "the" && before != "is") {
    return "";
  }
  const std::string kind = AsTyped<v1::MovementKind>(word);
  if (!kind.empty()) return kind;
  const std::string location = AsTyped<v1::LocationKind>(word);
  if (!location.empty()) return location;
  const std::string lot = AsTyped<v1::LotState>(word);
  return lot.empty() ? AsTyped<v1::WorkOrderState>(word) : lot;
}

bool IsWordCharacter(char c) { return absl::ascii_isalnum(c) || c == '_'; }

// Reads a text word by word.
class Translator {
 public:
  explicit Translator(absl::string_view text) : rest_(text) {}

  std::string Translate() {
    while (!rest_.empty()) {
      if (IsWordCharacter(rest_.front())) {
        TakeWord();
      } else {
        TakeMark();
      }
    }
    return std::move(said_);
  }

 private:
  void TakeMark() {
    const bool is_escaped = is_quoted_ && rest_.front() == '\\' && rest_.size() > 1;
    if (rest_.front() == '"') is_quoted_ = !is_quoted_;
    if (rest_.front() != ' ') before_ = "";
    const size_t count = is_escaped ? 2 : 1;
    absl::StrAppend(&said_, rest_.substr(0, count));
    rest_.remove_prefix(count);
  }

  void TakeWord() {
    size_t end = 0;
    while (end < rest_.size() && IsWordCharacter(rest_[end])) ++end;
    const absl::string_view word = rest_.substr(0, end);
    rest_.remove_prefix(end);
    absl::StrAppend(&said_, is_quoted_ ? std::string(word) : SaidOf(word));
    before_ = word;
  }

  std::string SaidOf(absl::string_view word) {
    const absl::string_view method = Find(kMethods, word);
    if (!method.empty()) {
      // "StockService.RecordMovements".
      const bool has_method = rest_.size() > 1 && rest_[0] == '.' && IsWordCharacter(rest_[1]);
      if (has_method) rest_.remove_prefix(1);
      return has_method ? "" : std::string(method);
    }
    const absl::string_view flag = Find(kFlags, word);
    if (!flag.empty()) return absl::StrCat(word, " (", flag, ")");
    const std::string value = Enumerated(before_, word);
    if (value.empty()) return std::string(word);
    if (before_ == "accept") said_.resize(said_.size() - absl::string_view("accept ").size());
    return value;
  }

  absl::string_view rest_;
  absl::string_view before_;  // the word before, with a space between them
  bool is_quoted_ = false;
  std::string said_;
};

// Of a field of a correction: quantities and places stand behind the lots, "--right oil/O-1=2@RAW".
absl::string_view FlagOfCorrection(absl::Span<const absl::string_view> names) {
  if (names.size() < 2 || !absl::StartsWith(names[0], "lines[")) return "";
  if (names.size() > 2 && names[2] == "unit") return "--unit";
  if (names[1] == "wrong") return "--wrong";
  return names[1] == "right" ? "--right" : "";
}

// Of the field, or else of the nearest one that it is in: "components[3].quantity".
absl::string_view FlagOf(absl::string_view field) {
  const std::vector<absl::string_view> names = absl::StrSplit(field, '.');
  const absl::string_view of_correction = FlagOfCorrection(names);
  if (!of_correction.empty()) return of_correction;
  for (auto name = names.rbegin(); name != names.rend(); ++name) {
    const absl::string_view without_index = name->substr(0, name->find('['));
    absl::string_view flag = Find(kFlags, without_index);
    if (flag.empty()) flag = Find(kFlagsOfFields, without_index);
    if (!flag.empty()) return flag;
  }
  return "";
}

}  // namespace

std::string InCommands(absl::string_view text) {
  const std::string phrased = absl::StrReplaceAll(text, absl::MakeConstSpan(kPhrases));
  return Translator(phrased).Translate();
}

std::string WithFlag(absl::string_view field) {
  const absl::string_view flag = FlagOf(field);
  if (flag.empty()) return std::string(field);
  // The dates of an output stand behind it: "--finished B-1=200:expires=2027-06-30".
  const bool is_of_output = absl::StartsWith(field, "outputs[") && absl::EndsWith(field, "_date");
  return is_of_output ? absl::StrCat(field, " (:", absl::StripPrefix(flag, "--"), "=)")
                      : absl::StrCat(field, " (", flag, ")");
}

std::string DetailNamed(absl::string_view field) {
  if (absl::ConsumePrefix(&field, "attributes.")) return absl::StrCat("attribute ", field);
  const absl::string_view said = Find(kDetails, field);
  return std::string(said.empty() ? field : said);
}

std::string NameOf(v1::ErrorReason reason) {
  return std::string(absl::StripPrefix(v1::ErrorReason_Name(reason), "ERROR_REASON_"));
}

}  // namespace lots::ctl
