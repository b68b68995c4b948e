// Maps the symbols of steps to ids of the server.
#include "tests/simulator/names.h"

#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace lots::simulator {

namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

constexpr char kNothing[] = "01900000-0000-7000-8000-000000000000";

bool IsSymbol(absl::string_view text) { return absl::StartsWith(text, "@"); }

std::vector<const FieldDescriptor*> FieldsOf(const Message& message) {
  std::vector<const FieldDescriptor*> fields;
  message.GetReflection()->ListFields(message, &fields);
  return fields;
}

void AppendIds(const Message& message, std::string& ids) {
  const Reflection& reflection = *message.GetReflection();
  for (const FieldDescriptor* field : FieldsOf(message)) {
    const int count = field->is_repeated() ? reflection.FieldSize(message, field) : 1;
    const bool is_id =
        absl::EndsWith(field->name(), "_id") || absl::EndsWith(field->name(), "_ids");
    for (int i = 0; i < count; ++i) {
      if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
        AppendIds(field->is_repeated() ? reflection.GetRepeatedMessage(message, field, i)
                                       : reflection.GetMessage(message, field),
                  ids);
      } else if (is_id && field->cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
        absl::StrAppend(&ids, field->name(), "=",
                        field->is_repeated() ? reflection.GetRepeatedString(message, field, i)
                                             : reflection.GetString(message, field),
                        " ");
      }
    }
  }
}

}  // namespace

void Names::Learn(const std::string& symbol, const std::string& id) {
  ids_[symbol] = id;
  symbols_[id] = symbol;
}

std::string Names::IdOf(const std::string& symbol) const {
  const auto found = ids_.find(symbol);
  return found == ids_.end() ? kNothing : found->second;
}

std::string Names::SymbolOf(const std::string& id) const {
  const auto found = symbols_.find(id);
  return found == symbols_.end() ? id : found->second;
}

void Names::Resolve(Message& message) const {
  for (const FieldDescriptor* field : FieldsOf(message)) ResolveField(message, *field);
}

void Names::ResolveField(Message& message, const FieldDescriptor& field) const {
  const Reflection& reflection = *message.GetReflection();
  const bool is_message = field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
  const bool is_text = field.cpp_type() == FieldDescriptor::CPPTYPE_STRING;
  if (!field.is_repeated()) {
    if (is_message) Resolve(*reflection.MutableMessage(&message, &field));
    if (!is_text) return;
    const std::string text = reflection.GetString(message, &field);
    if (IsSymbol(text)) reflection.SetString(&message, &field, IdOf(text));
    return;
  }
  for (int i = 0; i < reflection.FieldSize(message, &field); ++i) {
    if (is_message) Resolve(*reflection.MutableRepeatedMessage(&message, &field, i));
    if (!is_text) continue;
    const std::string text = reflection.GetRepeatedString(message, &field, i);
    if (IsSymbol(text)) reflection.SetRepeatedString(&message, &field, i, IdOf(text));
  }
}

std::string IdsIn(const Message& message) {
  std::string ids;
  AppendIds(message, ids);
  return ids;
}

}  // namespace lots::simulator
