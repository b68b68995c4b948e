// Plays the story for several companies and compares their answers.
#include "tests/support/story/tenants.h"

#include <algorithm>
#include <regex>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "google/protobuf/text_format.h"
#include "google/rpc/status.pb.h"
#include "gtest/gtest.h"
#include "lots/v1/errors.pb.h"
#include "storage/base/check.h"
#include "storage/pg/pipeline.h"
#include "tests/support/server/byte_calls.h"
#include "tests/support/server/served_methods.h"

namespace lots {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::MethodDescriptor;

const std::regex& IdPattern() {
  static const std::regex kId("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
  return kId;
}

// The ids in a text, in their order, each once.
std::vector<std::string> IdsIn(const std::string& text) {
  std::vector<std::string> ids;
  for (std::sregex_iterator id(text.begin(), text.end(), IdPattern()), end; id != end; ++id) {
    if (std::find(ids.begin(), ids.end(), id->str()) == ids.end()) ids.push_back(id->str());
  }
  return ids;
}

std::string TextOf(const MethodDescriptor& method, const BytesAnswer& answer) {
  std::string text;
  for (const std::string& bytes : answer.messages) {
    const auto message = NewMessage(method.output_type());
    Check(message->ParseFromString(bytes));
    absl::StrAppend(&text, message->DebugString());
  }
  if (!answer.status.ok()) {
    google::rpc::Status details;
    Check(details.ParseFromString(answer.status.error_details()));
    absl::StrAppend(&text, answer.status.error_message(), "\n", details.DebugString());
  }
  static const std::regex kTime(
      "(seconds|nanos): -?[0-9]+|[0-9-]{10}T[0-9:.]+[+][0-9]{2}:[0-9]{2}");
  return std::regex_replace(text, kTime, "(some)");
}

std::vector<std::string> ProblemsOf(const MethodDescriptor& method, const BytesAnswer& answer) {
  v1::ProblemList list = ProblemListOf(answer.status);
  const FieldDescriptor* const field = method.output_type()->FindFieldByName("problems");
  if (answer.status.ok() && field != nullptr) {
    const auto message = NewMessage(method.output_type());
    Check(message->ParseFromString(answer.messages.at(0)));
    const google::protobuf::Reflection& reflection = *message->GetReflection();
    for (int i = 0; i < reflection.FieldSize(*message, field); ++i) {
      list.add_problems()->CopyFrom(reflection.GetRepeatedMessage(*message, field, i));
    }
  }
  std::vector<std::string> problems;
  for (const v1::Problem& problem : list.problems()) {
    problems.push_back(absl::StrCat(v1::ErrorReason_Name(problem.reason()), " ", problem.field()));
  }
  return problems;
}

}  // namespace

Names OwnValues(const std::string& company) {
  if (company == "own" || company == "twin") {
    return {{"many", "100"},  {"words", "own"},   {"zone", "Pacific/Kiritimati"},
            {"scale", "2"},   {"months", "12"},   {"kind", "LOCATION_KIND_INTERNAL"},
            {"parent", ""},   {"expiry", "true"}, {"lower", "hall"},
            {"upper", "yard"}};
  }
  return {{"many", "200"},    {"words", company},  {"zone", "UTC"},
          {"scale", "3"},     {"months", "24"},    {"kind", "LOCATION_KIND_TRANSIT"},
          {"parent", "hall"}, {"expiry", "false"}, {"lower", "shelf"},
          {"upper", "hall"}};
}

bool IsId(const std::string& text) { return std::regex_match(text, IdPattern()); }

std::vector<IdPlace> IdPlacesIn(const std::string& request, const Names& names) {
  static const std::regex kName("\\$([a-z0-9]+)");
  std::vector<IdPlace> places;
  for (std::sregex_iterator name(request.begin(), request.end(), kName), end; name != end; ++name) {
    if (!IsId(names.at((*name)[1]))) continue;
    places.push_back({static_cast<size_t>(name->position()), (*name)[1]});
  }
  return places;
}

std::string Filled(const std::string& request, const Names& names) {
  std::vector<std::pair<std::string, std::string>> values;
  for (const auto& [name, value] : names) values.emplace_back("$" + name, value);
  return absl::StrReplaceAll(request, values);
}

std::string FilledBut(const std::string& request, const Names& names, const IdPlace& place,
                      const std::string& id) {
  return absl::StrCat(Filled(request.substr(0, place.at), names), id,
                      Filled(request.substr(place.at + 1 + place.name.size()), names));
}

std::string InTermsOf(const Names& names, const std::string& text) {
  std::vector<std::pair<std::string, std::string>> words;
  for (const auto& [name, value] : names) {
    if (IsId(value)) words.emplace_back(value, "$" + name);
  }
  return std::regex_replace(absl::StrReplaceAll(text, words), IdPattern(), "(id)");
}

std::unique_ptr<Message> NewMessage(const google::protobuf::Descriptor* type) {
  return std::unique_ptr<Message>(
      google::protobuf::MessageFactory::generated_factory()->GetPrototype(type)->New());
}

Neighbourhood::Neighbourhood(const std::vector<std::string>& companies) {
  for (const MethodDescriptor* const method : ServedMethods(server_)) {
    methods_[absl::StrCat(method->service()->name(), ".", method->name())] = method;
  }
  for (const std::string& company : companies) {
    tenants_.push_back({.company = company, .names = OwnValues(company)});
  }
  std::vector<std::string> tables;
  for (const pg::Row row : Query("SELECT table_name::text FROM information_schema.columns"
                                 " WHERE table_schema = 'public' AND column_name = 'company'")) {
    const auto table = row.Get<std::string>(0);
    tables.push_back(absl::StrCat("SELECT company, '", table,
                                  " ' || to_jsonb(t)::text AS line FROM ", table, " AS t"));
  }
  select_rows_ = absl::StrCat("SELECT company, string_agg(line, E'\\n' ORDER BY line) FROM (",
                              absl::StrJoin(tables, " UNION ALL "), ") AS rows GROUP BY company");
}

void Neighbourhood::Play(const std::function<void(const StoryStep&, const Tenant&)>& before) {
  rows_ = Rows();
  for (const StoryStep& step : Story()) {
    for (Tenant& tenant : tenants_) {
      if (before) before(step, tenant);
      PlayStep(step, tenant);
      ASSERT_FALSE(::testing::Test::HasFailure()) << tenant.company << ": " << step.method;
    }
  }
}

void Neighbourhood::PlayStep(const StoryStep& step, Tenant& tenant) {
  auto before = std::exchange(rows_, {});
  const Answer answer = Ask(step.method, Filled(step.request, tenant.names), tenant.company,
                            absl::StrCat("step ", tenant.answers.size()));
  rows_ = Rows();

  EXPECT_EQ(answer.code, grpc::StatusCode::OK) << answer.text;
  const std::vector<std::string> ids = IdsIn(answer.text);
  for (const auto& [company, rows] : rows_) {
    if (company == tenant.company) continue;
    EXPECT_EQ(rows, before[company]) << company;
    for (const std::string& id : ids) EXPECT_FALSE(absl::StrContains(rows, id)) << answer.text;
  }
  size_t place = 0;
  for (const absl::string_view name : absl::StrSplit(step.made, ' ', absl::SkipEmpty())) {
    ASSERT_LT(place, ids.size()) << answer.text;
    tenant.names[std::string(name)] = ids[place++];
  }
  tenant.answers.push_back(InTermsOf(tenant.names, answer.text));
}

Neighbourhood::Answer Neighbourhood::Ask(const std::string& method, const std::string& request,
                                         const std::string& company,
                                         const std::string& request_id) {
  const MethodDescriptor& asked = *methods_.at(method);
  const auto message = NewMessage(asked.input_type());
  Check(google::protobuf::TextFormat::ParseFromString(request, message.get()));
  const auto set = [&](const char* name, const std::string& value) {
    const FieldDescriptor* const field = message->GetDescriptor()->FindFieldByName(name);
    if (field != nullptr) message->GetReflection()->SetString(message.get(), field, value);
  };
  set("company", company);
  set("request_id", request_id);
  const BytesAnswer answer = ReadBytes(stub_, PathOf(asked), message->SerializeAsString());
  return {answer.status.error_code(), TextOf(asked, answer), ProblemsOf(asked, answer)};
}

std::map<std::string, std::string> Neighbourhood::Rows() {
  std::map<std::string, std::string> rows;
  for (const pg::Row row : Query(select_rows_)) {
    rows[row.Get<std::string>(0)] = row.Get<std::string>(1);
  }
  return rows;
}

std::string Neighbourhood::OwnRows() {
  // Timestamps, hashes of requests (which contain ids), and the time that it took to open a recall.
  static const std::regex kVarying(
      "\"[0-9-]{10}T[0-9:.]+[+][0-9:]{5}\"|\"[\\\\]+x[0-9a-f]{64}\"|\"open_micros\": [0-9]+");
  const std::string rows = std::regex_replace(Rows().at("own"), kVarying, "(some)");
  const std::string named = InTermsOf(own().names, rows);
  std::vector<std::string> lines = absl::StrSplit(named, '\n');
  std::sort(lines.begin(), lines.end());
  return absl::StrJoin(lines, "\n");
}

const Tenant& Neighbourhood::own() const {
  return *std::find_if(tenants_.begin(), tenants_.end(),
                       [](const Tenant& tenant) { return tenant.company == "own"; });
}

pg::Result Neighbourhood::Query(const std::string& sql) {
  pg::Pipeline pipeline(*db_);
  pipeline.AddComposed("test_rows", sql, {});
  auto results = pipeline.Send();
  Check(results.ok());
  return std::move((*results)[0]);
}

}  // namespace lots
