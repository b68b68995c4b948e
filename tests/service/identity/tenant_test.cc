// One company never sees, counts or changes another's data: companies with identical products,
// places, numbers and orders live one story in which every method is called.
#include <map>
#include <regex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "google/api/field_behavior.pb.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "tests/support/story/story.h"
#include "tests/support/story/tenants.h"

namespace lots {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// What finds the first row and what keeps the last are both seen: there is a neighbour on each
// side.
const std::vector<std::string>& Street() {
  static const std::vector<std::string> kCompanies = {"before", "own", "later"};
  return kCompanies;
}

TEST(TenantTest, AmongNeighboursACompanyIsAnsweredAsIfItWereAlone) {
  Neighbourhood among(Street());
  Neighbourhood alone({"own"});
  // A call that is mistaken for a call of this company is refused often.
  among.Ask("CatalogService.UpdateSettings", "settings {time_zone: 'UTC'}", "asleep", "");

  ASSERT_NO_FATAL_FAILURE(among.Play());
  ASSERT_NO_FATAL_FAILURE(alone.Play());

  for (size_t i = 0; i < Story().size(); ++i) {
    EXPECT_EQ(among.own().answers.at(i), alone.own().answers.at(i))
        << Story()[i].method << ": " << Story()[i].request;
  }
  EXPECT_EQ(among.OwnRows(), alone.OwnRows());
}

constexpr char kNobodys[] = "01890000-0000-7000-8000-000000000000";

// The step of "own", with another's id at one place.
void AskForAnothers(Neighbourhood& street, const StoryStep& step, const IdPlace& place) {
  const Tenant& own = street.own();
  const auto ask = [&](const std::string& id) {
    return street.Ask(step.method, FilledBut(step.request, own.names, place, id), own.company,
                      "another's");
  };
  const auto nobodys = ask(kNobodys);
  EXPECT_EQ(nobodys.code, grpc::StatusCode::NOT_FOUND) << nobodys.text;
  for (const Tenant& other : street.tenants()) {
    if (other.company == own.company) continue;
    const std::string& id = other.names.at(place.name);
    const auto anothers = ask(id);
    EXPECT_EQ(anothers.code, nobodys.code) << anothers.text;
    EXPECT_EQ(absl::StrReplaceAll(anothers.text, {{id, kNobodys}}), nobodys.text);
  }
}

// Each call is one that succeeds right afterwards, with the company's own id.
TEST(TenantTest, AnothersIdIsNobodysAndNothingComesOfIt) {
  Neighbourhood street(Street());
  street.Play([&](const StoryStep& step, const Tenant& tenant) {
    if (tenant.company != "own") return;
    const auto before = street.Rows();
    for (const IdPlace& place : IdPlacesIn(step.request, tenant.names)) {
      SCOPED_TRACE(absl::StrCat(step.method, " ", place.name));
      AskForAnothers(street, step, place);
    }
    EXPECT_EQ(street.Rows(), before);
  });
}

// A stranger with nothing but settings, and one that has the products and the places too.
TEST(TenantTest, AStrangerLearnsNothingOfNamesAndIds) {
  Neighbourhood street({"own"});
  Neighbourhood desert({});
  ASSERT_NO_FATAL_FAILURE(street.Play());
  const auto before = street.Rows().at("own");
  Names nobodys = street.own().names;
  int number = 0;
  for (auto& [name, value] : nobodys) {
    if (IsId(value)) value = absl::StrFormat("01890000-0000-7000-8000-%012d", ++number);
  }

  for (const int steps : {1, kCatalogSteps}) {
    for (const StoryStep& step : Story()) {
      const std::string stranger = absl::StrCat("stranger ", ++number);
      const auto answer_in = [&](Neighbourhood& place, const Names& names) {
        for (const StoryStep& first : Story().first(steps)) {
          place.Ask(first.method, Filled(first.request, names), stranger, "");
        }
        const auto answer = place.Ask(step.method, Filled(step.request, names), stranger, "it");
        return absl::StrCat(answer.code, InTermsOf(names, answer.text));
      };
      EXPECT_EQ(answer_in(street, street.own().names), answer_in(desert, nobodys))
          << step.method << ": " << step.request;
    }
  }
  EXPECT_EQ(street.Rows().at("own"), before);
}

// One of everything that has a name, under this one.
void MakeRich(Neighbourhood& street, const std::string& company, const std::string& name) {
  const std::vector<std::pair<const char*, const char*>> calls = {
      {"CatalogService.UpsertProducts",
       "products {product_id: '$it' tracking: TRACKING_LOT scale: 2 producible: true}"},
      {"CatalogService.UpsertLocations",
       "locations {location_id: '$it' kind: LOCATION_KIND_INTERNAL}"},
      {"LotService.CreateLot", "lot {product_id: '$it' number: 'P1'}"},
      {"LotService.CreateLot", R"(
         lot {product_id: 'paint' number: '$it'}
         opening_quantity: '9' opening_location_id: '$it')"},
      {"WorkOrderService.AssignSerials", "work_order_id: '$it' product_id: 'bike' numbers: '$it'"},
      {"RecallService.OpenRecall",
       "recall_id: '$it' reason: 'x' seeds {product_id: 'paint' number: '$it'}"}};
  int number = 0;
  for (const auto& [method, request] : calls) {
    const auto answer = street.Ask(method, Filled(request, {{"it", name}}), company,
                                   absl::StrCat(name, " ", ++number));
    ASSERT_EQ(answer.code, grpc::StatusCode::OK) << answer.text;
  }
}

// The answer to the step of a twin, with `name` at one place of the request.
std::string AnswerToName(Neighbourhood& street, const Tenant& twin, const StoryStep& step,
                         const std::smatch& place, const std::string& name) {
  const std::string request = step.request;
  const std::string quote = place[1];
  const std::string text = absl::StrCat(request.substr(0, place.position()), quote, name, quote,
                                        request.substr(place.position() + place.length()));
  const auto answer = street.Ask(step.method, Filled(text, twin.names), twin.company,
                                 absl::StrCat(step.method, " ", place.position()));
  const std::string text_of_answer = InTermsOf(twin.names, answer.text);
  return absl::StrCat(
      answer.code == grpc::StatusCode::OK ? "OK" : "refused", "\n",
      absl::StrReplaceAll(text_of_answer, {{"twin", "own"}, {"nobodys", "theirs"}}));
}

// Two companies are alike, and stay so: one asks by a name that only the rich one uses, the other
// by a name that nobody uses.
TEST(TenantTest, AnothersNameIsNobodys) {
  Neighbourhood street({"own", "rich", "twin"});
  ASSERT_NO_FATAL_FAILURE(street.Play());
  const Tenant& own = street.tenants().front();
  const Tenant& twin = street.tenants().back();

  static const std::regex kName("(['\"])[A-Za-z0-9-]+\\1");  // filters have double quotes
  int names = 0;
  bool is_used = true;
  std::string rich;
  for (const StoryStep& step : Story()) {
    const std::string request = step.request;
    for (std::sregex_iterator place(request.begin(), request.end(), kName), end; place != end;
         ++place) {
      if (is_used) {
        ASSERT_NO_FATAL_FAILURE(
            MakeRich(street, "rich", absl::StrCat("name-", ++names, "-theirs")));
        rich = street.Rows().at("rich");
      }
      const std::string name = absl::StrCat("name-", names, "-");
      const std::string answer = AnswerToName(street, own, step, *place, name + "theirs");
      EXPECT_EQ(answer, AnswerToName(street, twin, step, *place, name + "nobodys"))
          << step.method << ": " << request << " without " << place->str();
      // The twins may have made what has the name.
      is_used = absl::StartsWith(answer, "OK") && street.Writes(step.method);
      if (is_used) {
        EXPECT_EQ(street.Rows().at("rich"), rich);
      }
    }
  }
  EXPECT_EQ(street.Rows().at("rich"), rich);
}

TEST(TenantTest, APageTokenIsOfItsCompanyAlone) {
  Neighbourhood street({"own", "later"});
  ASSERT_NO_FATAL_FAILURE(street.Play());
  std::set<std::string> paged;
  for (const auto& [name, method] : street.methods()) {
    if (method->input_type()->FindFieldByName("page_token") != nullptr) paged.insert(name);
  }

  static const std::regex kToken("next_page_token: \"([^\"]+)\"");
  std::set<std::string> asked;
  for (const StoryStep& step : Story()) {
    if (!paged.contains(step.method)) continue;
    if (absl::StrContains(step.request, "page_size")) continue;  // has all on one page
    // The query is the same, no matter which company sends it.
    const std::string query = Filled(step.request, street.own().names) + " page_size: 1";
    const std::string first = street.Ask(step.method, query, "own", "").text;
    std::smatch token;
    if (!std::regex_search(first, token, kToken)) continue;
    const std::string next = absl::StrCat(query, " page_token: '", token[1].str(), "'");
    EXPECT_EQ(street.Ask(step.method, next, "own", "").code, grpc::StatusCode::OK) << step.method;
    const auto others = street.Ask(step.method, next, "later", "");
    EXPECT_EQ(others.code, grpc::StatusCode::INVALID_ARGUMENT) << step.method << others.text;
    EXPECT_TRUE(absl::StrContains(others.text, "PAGE_TOKEN_INVALID")) << others.text;
    asked.insert(step.method);
  }
  EXPECT_EQ(asked, paged);
}

// Whether a field names something of a company.
bool Identifies(const FieldDescriptor& field) {
  static const std::regex kName("(.*_)?(id|ids|number|numbers)");
  return field.cpp_type() == FieldDescriptor::CPPTYPE_STRING &&
         std::regex_match(field.name(), kName) && field.name() != "request_id";
}

bool IsOutputOnly(const FieldDescriptor& field) {
  const auto& options = field.options();
  for (int i = 0; i < options.ExtensionSize(google::api::field_behavior); ++i) {
    if (options.GetExtension(google::api::field_behavior, i) == google::api::OUTPUT_ONLY) {
      return true;
    }
  }
  return false;
}

// Every identifying field of a request: "CreateLotRequest lot.number".
void AddFields(const Descriptor& type, const std::string& path, std::set<std::string>& fields) {
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    const std::string name = absl::StrCat(path, field.name());
    if (field.is_map() || IsOutputOnly(field)) continue;
    if (Identifies(field)) fields.insert(name);
    if (field.message_type() != nullptr && field.message_type()->file()->package() == "lots.v1") {
      AddFields(*field.message_type(), name + ".", fields);
    }
  }
}

// Those that are set.
void AddSetFields(const Message& message, const std::string& path, std::set<std::string>& fields) {
  std::vector<const FieldDescriptor*> set;
  const google::protobuf::Reflection& reflection = *message.GetReflection();
  reflection.ListFields(message, &set);
  for (const FieldDescriptor* const field : set) {
    const std::string name = absl::StrCat(path, field->name());
    fields.insert(name);
    if (field->message_type() == nullptr || field->is_map()) continue;
    for (int i = 0; i < (field->is_repeated() ? reflection.FieldSize(message, field) : 1); ++i) {
      AddSetFields(field->is_repeated() ? reflection.GetRepeatedMessage(message, field, i)
                                        : reflection.GetMessage(message, field),
                   name + ".", fields);
    }
  }
}

TEST(TenantTest, TheStoryCallsEveryMethodThatIsServedWithEveryFieldThatNames) {
  const Neighbourhood desert({});
  std::set<std::string> served;
  std::set<std::string> fields;
  for (const auto& [name, method] : desert.methods()) {
    served.insert(name);
    AddFields(*method->input_type(), name + " ", fields);
  }
  std::set<std::string> called;
  for (const StoryStep& step : Story()) {
    called.insert(step.method);
    const auto request = NewMessage(desert.methods().at(step.method)->input_type());
    ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(
        Filled(step.request, OwnValues("own")), request.get()));
    std::set<std::string> set;
    AddSetFields(*request, absl::StrCat(step.method, " "), set);
    for (const std::string& field : set) fields.erase(field);
  }

  EXPECT_EQ(called, served);
  EXPECT_EQ(fields, std::set<std::string>());
}

}  // namespace
}  // namespace lots
