// The service's texts in the words of the command line.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/descriptor.h"
#include "lots/v1/audit.pb.h"
#include "lots/v1/catalog.pb.h"
#include "lots/v1/hold.pb.h"
#include "lots/v1/inspection.pb.h"
#include "lots/v1/ledger.pb.h"
#include "lots/v1/lot.pb.h"
#include "lots/v1/recall.pb.h"
#include "lots/v1/stock.pb.h"
#include "lots/v1/trace.pb.h"
#include "lots/v1/unit.pb.h"
#include "lots/v1/work_order.pb.h"
#include "service/ctl/output/words.h"

namespace lots::ctl {
namespace {

using google::protobuf::FileDescriptor;

TEST(RefusalWords, NameCommandsAndFlags) {
  struct Case {
    const char* text;
    const char* said;
  };
  for (const Case& c : {
           Case{"work order \"WO-7\" is CLOSED; ReopenWorkOrder opens it again",
                "work order \"WO-7\" is closed; 'lotctl work-order reopen' opens it again"},
           Case{"lot \"A\" is void; name it in AssignSerials, which plans it again",
                "lot \"A\" is void; name it in 'lotctl work-order assign', which plans it again"},
           Case{"make them alike with UpdateLot, or use MergeLots, which says",
                "make them alike with 'lotctl lot update', or use 'lotctl lot merge', which says"},
           Case{"a RETURN names the delivery that it returns, or, where there is none, the "
                "partner_id and the from_location_id of the customer",
                "a return names the delivery that it returns, or, where there is none, the "
                "partner_id (--partner) and the from_location_id (--from) of the customer"},
           Case{"only a SUPPLIER_RETURN names a receipt", "only a supplier-return names a receipt"},
           Case{"; scrap it, or accept EXPIRED with that permission",
                "; scrap it, or --accept expired with that permission"},
           Case{"; accept LATER_EXPIRY with that permission, and say why in `note`",
                "; --accept later-expiry with that permission, and say why in --note"},
           Case{"\"state\" changes by its own methods only: ArchiveLot, UnarchiveLot, and those of "
                "WorkOrderService",
                "\"state\" changes by its own commands only: 'lotctl lot archive', 'lotctl lot "
                "unarchive', and 'lotctl work-order'"},
           Case{"record an ADJUSTMENT with StockService.RecordMovements, or leave the field out",
                "record an adjustment with 'lotctl stock move', or leave the field out"},
           Case{"the DELIVERY goes from INTERNAL or TRANSIT to CUSTOMER, but RAW is INTERNAL and "
                "SCRAP is SCRAP",
                "the delivery goes from internal or transit to customer, but RAW is internal and "
                "SCRAP is scrap"},
           Case{"give as_of or known_at, not both",
                "give as_of (--as-of) or known_at (--known-at), not both"},
           Case{"select by lot_ids, or by product_id, location_id or both",
                "select by lots, or by --product, --location or both"},
       }) {
    EXPECT_EQ(InCommands(c.text), c.said);
  }
}

// Somebody has lots and locations with such names.
TEST(RefusalWords, ValuesStayAsTheyAre) {
  for (const char* text :
       {"lot \"AssignSerials\" is held", "it is at SCRAP", "lot \"a\\\"b UpdateLot\" is planned",
        "location TRANSIT has 3 of lot RETURN, not 5"}) {
    EXPECT_EQ(InCommands(text), text);
  }
}

TEST(RefusalWords, AFieldHasItsFlag) {
  EXPECT_EQ(WithFlag("movements[0].to_location_id"), "movements[0].to_location_id (--to)");
  EXPECT_EQ(WithFlag("movements[0].quantity"), "movements[0].quantity");
  EXPECT_EQ(WithFlag("lot.expire_date"), "lot.expire_date (--expires)");
  EXPECT_EQ(WithFlag("outputs[0].expire_date"), "outputs[0].expire_date (:expires=)");
  EXPECT_EQ(WithFlag("outputs[0].to_location_id"), "outputs[0].to_location_id (--to)");
  EXPECT_EQ(WithFlag("exempt_location_ids[1]"), "exempt_location_ids[1] (--exempt)");
}

// Or that of the list that it is in.
TEST(RefusalWords, APartOfAComponentHasTheFlagOfComponents) {
  EXPECT_EQ(WithFlag("components[2].quantity"), "components[2].quantity (--component)");
  EXPECT_EQ(WithFlag("components[2].from_location_id"), "components[2].from_location_id (--from)");
  EXPECT_EQ(WithFlag("components[2].output_index"), "components[2].output_index (:into=)");
  EXPECT_EQ(WithFlag("outputs[0]"), "outputs[0] (--finished)");
  EXPECT_EQ(WithFlag("lot.attributes.colour"), "lot.attributes.colour (--attribute)");
  EXPECT_EQ(WithFlag("lines[0].right.from_location_id"),
            "lines[0].right.from_location_id (--right)");
  EXPECT_EQ(WithFlag("lines[0].wrong.unit"), "lines[0].wrong.unit (--unit)");
}

TEST(RefusalWords, AHistoryNamesDetailsAsTheLotDoes) {
  EXPECT_EQ(DetailNamed("expire_date"), "expires");
  EXPECT_EQ(DetailNamed("attributes.colour"), "attribute colour");
  EXPECT_EQ(DetailNamed("reference"), "reference");
}

// Reads the texts of a C++ source, without those of SQL.
class Texts {
 public:
  explicit Texts(std::string source) : source_(std::move(source)) {}

  std::vector<std::string> Read() {
    while (at_ < source_.size()) {
      if (!Skip("//", "\n") && !Skip("R\"sql(", ")sql\"") && !Skip("'\"", "'")) ReadOne();
    }
    return std::move(texts_);
  }

 private:
  // Whether it skipped from `begin` here to behind `end`.
  bool Skip(const std::string& begin, const std::string& end) {
    if (source_.compare(at_, begin.size(), begin) != 0) return false;
    const size_t found = source_.find(end, at_ + begin.size());
    at_ = found == std::string::npos ? source_.size() : found + end.size();
    return true;
  }

  void ReadOne() {
    if (source_[at_++] != '"') return;
    std::string& text = texts_.emplace_back();
    for (; at_ < source_.size() && source_[at_] != '"'; ++at_) {
      if (source_[at_] == '\\') ++at_;
      text.push_back(source_[at_]);
    }
    ++at_;
  }

  const std::string source_;
  size_t at_ = 0;
  std::vector<std::string> texts_;
};

// What may stand in a refusal.
std::vector<std::string> TextsOfTheService() {
  std::vector<std::string> texts;
  for (const char* folder : {"storage", "service/handlers", "service/convert", "service/base"}) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
      if (entry.path().extension() != ".cc") continue;
      std::stringstream source;
      source << std::ifstream(entry.path()).rdbuf();
      for (const std::string& text : Texts(source.str()).Read()) {
        // One word is a name, for the log or for SQL. Half a quotation is that of a value.
        if (absl::StrContains(text, ' ')) texts.push_back(absl::StrReplaceAll(text, {{"\"", ""}}));
      }
    }
  }
  return texts;
}

std::set<std::string> NamesOfMethods() {
  std::set<std::string> names;
  for (const FileDescriptor* file :
       {v1::AuditEntry::descriptor()->file(), v1::Settings::descriptor()->file(),
        v1::Hold::descriptor()->file(), v1::Inspection::descriptor()->file(),
        v1::Lot::descriptor()->file(), v1::Recall::descriptor()->file(),
        v1::ListStockRequest::descriptor()->file(), v1::TraceNode::descriptor()->file(),
        v1::GetCompositionRequest::descriptor()->file(), v1::WorkOrder::descriptor()->file()}) {
    for (int i = 0; i < file->service(0)->method_count(); ++i) {
      names.insert(file->service(0)->method(i)->name());
    }
  }
  return names;
}

std::vector<std::string> WordsOf(const std::string& text) {
  return absl::StrSplit(text, absl::ByAnyChar(" .,;:()'\"/"), absl::SkipEmpty());
}

// A new text that names a method reaches the terminal as a command.
TEST(RefusalWords, NoTextOfTheServiceNamesAMethod) {
  const std::set<std::string> names = NamesOfMethods();
  int translated = 0;
  for (const std::string& text : TextsOfTheService()) {
    const std::string said = InCommands(text);
    if (absl::StrContains(said, "'lotctl ")) ++translated;
    for (const std::string& word : WordsOf(said)) EXPECT_FALSE(names.contains(word)) << said;
  }
  EXPECT_GT(translated, 15);
}

// "a RETURN", "accept HELD".
TEST(RefusalWords, NoTextOfTheServiceNamesAValueOfAnEnumeration) {
  int looked_at = 0;
  for (const std::string& text : TextsOfTheService()) {
    const std::vector<std::string> words = WordsOf(InCommands(text));
    for (size_t i = 1; i < words.size(); ++i) {
      v1::MovementKind kind;
      v1::Acceptance acceptance;
      const bool is_kind =
          v1::MovementKind_Parse(absl::StrCat("MOVEMENT_KIND_", words[i]), &kind) ||
          (v1::Acceptance_Parse(absl::StrCat("ACCEPTANCE_", words[i]), &acceptance) &&
           words[i - 1] == "accept");
      EXPECT_FALSE(is_kind && words[i - 1] != "name") << text;  // "name SCRAP as its place"
      ++looked_at;
    }
  }
  EXPECT_GT(looked_at, 1'000);
}

}  // namespace
}  // namespace lots::ctl
