// Every id that a write reads as a UUID has one spelling in the payload; no other id has.
#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "google/api/field_behavior.pb.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "google/protobuf/text_format.h"
#include "service/rpc/normalize.h"
#include "tests/support/story/story.h"
#include "tests/support/story/tenants.h"

namespace lots {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;
using google::protobuf::TextFormat;

constexpr char kUpper[] = "01890000-0000-7000-8000-00000000000A";
constexpr char kLower[] = "01890000-0000-7000-8000-00000000000a";

bool IsIdField(const FieldDescriptor& field) {
  const bool is_named_so =
      absl::EndsWith(field.name(), "_id") || absl::EndsWith(field.name(), "_ids");
  return is_named_so && field.cpp_type() == FieldDescriptor::CPPTYPE_STRING;
}

bool IsPart(const FieldDescriptor& field) {
  return field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE && !field.is_map() &&
         field.message_type()->file()->package() == "lots.v1";
}

void SetId(Message& message, const FieldDescriptor& field, const std::string& id) {
  const Reflection& reflection = *message.GetReflection();
  if (!field.is_repeated()) return reflection.SetString(&message, &field, id);
  reflection.ClearField(&message, &field);
  reflection.AddString(&message, &field, id);
}

// The ids in the message and its parts, those that are not set too: the field, and the message that
// has it within `root`.
using Ids = std::vector<std::pair<Message*, const FieldDescriptor*>>;
void CollectIds(Message& message, Ids& ids) {
  const Reflection& reflection = *message.GetReflection();
  for (int i = 0; i < message.GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor& field = *message.GetDescriptor()->field(i);
    if (IsIdField(field)) ids.emplace_back(&message, &field);
    if (!IsPart(field)) continue;
    if (!field.is_repeated() && reflection.HasField(message, &field)) {
      CollectIds(*reflection.MutableMessage(&message, &field), ids);
    }
    for (int j = 0; field.is_repeated() && j < reflection.FieldSize(message, &field); ++j) {
      CollectIds(*reflection.MutableRepeatedMessage(&message, &field, j), ids);
    }
  }
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

// Without the parts that stand in answers only. The ids of a part that is sent are all seen.
void CollectFields(const Descriptor& type, std::set<const FieldDescriptor*>& fields) {
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    if (IsOutputOnly(field)) continue;
    if (IsIdField(field)) fields.insert(&field);
    if (IsPart(field)) CollectFields(*field.message_type(), fields);
  }
}

// The ids of the story's writes, and those of them that are refused when they are no UUID.
class IdsOfWrites {
 public:
  void Play() {
    street_.Play([this](const StoryStep& step, const Tenant& tenant) {
      if (!street_.Writes(step.method)) return;
      const auto request = NewMessage(street_.methods().at(step.method)->input_type());
      ASSERT_TRUE(TextFormat::ParseFromString(Filled(step.request, tenant.names), request.get()));
      Ids ids;
      CollectIds(*request, ids);
      for (size_t i = 0; i < ids.size(); ++i) Try(step.method, *request, i);
    });
  }

  const std::set<const FieldDescriptor*>& seen() const { return seen_; }
  const std::set<const FieldDescriptor*>& uuids() const { return uuids_; }
  Neighbourhood& street() { return street_; }

 private:
  void Try(const std::string& method, const Message& request, size_t index) {
    const std::unique_ptr<Message> changed(request.New());
    changed->CopyFrom(request);
    Ids ids;
    CollectIds(*changed, ids);
    const auto& [message, field] = ids.at(index);
    SetId(*message, *field, "no-uuid");
    seen_.insert(field);
    const auto answer = street_.Ask(
        method, absl::StrCat(changed->DebugString(), " validate_only: true"), "own", "one");
    if (absl::StrContains(answer.text, "\\\"no-uuid\\\" is not a UUID")) uuids_.insert(field);
  }

  Neighbourhood street_{{"own"}};
  std::set<const FieldDescriptor*> seen_, uuids_;
};

TEST(NormalizedIds, AreThoseThatAreReadAsUuids) {
  IdsOfWrites writes;
  ASSERT_NO_FATAL_FAILURE(writes.Play());
  std::set<const FieldDescriptor*> all;
  for (const auto& [name, method] : writes.street().methods()) {
    if (writes.street().Writes(name)) CollectFields(*method->input_type(), all);
  }
  std::set<std::string> unsent;
  for (const FieldDescriptor* const field : all) {
    if (!writes.seen().contains(field)) unsent.insert(field->full_name());
  }
  EXPECT_EQ(unsent, std::set<std::string>()) << "the story does not send every part of every write";
  EXPECT_GT(writes.uuids().size(), 5u);
  for (const FieldDescriptor* const field : writes.seen()) {
    if (field->name() == "request_id") continue;
    const auto message = NewMessage(field->containing_type());
    const auto normal = NewMessage(field->containing_type());
    SetId(*message, *field, kUpper);
    SetId(*normal, *field, writes.uuids().contains(field) ? kLower : kUpper);
    NormalizeSpelling(*message);
    EXPECT_EQ(message->DebugString(), normal->DebugString()) << field->full_name();
  }
}

}  // namespace
}  // namespace lots
