// Moves entries between messages by reflection.
#include "service/convert/divide.h"

#include <vector>

#include "google/protobuf/descriptor.h"
#include "service/convert/list_page.h"

namespace lots {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

// The lists of messages that have entries, in the order of their numbers.
std::vector<const FieldDescriptor*> ListsOf(const Message& message) {
  std::vector<const FieldDescriptor*> set, lists;
  message.GetReflection()->ListFields(message, &set);
  for (const FieldDescriptor* const field : set) {
    const bool is_list = field->is_repeated() && !field->is_map() &&
                         field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
    if (is_list) lists.push_back(field);
  }
  return lists;
}

// The bytes of the message without the entries of these lists.
size_t BytesAround(const Message& message, const std::vector<const FieldDescriptor*>& lists) {
  size_t bytes = message.ByteSizeLong();
  for (const FieldDescriptor* const list : lists) {
    const Reflection& reflection = *message.GetReflection();
    for (int i = 0; i < reflection.FieldSize(message, list); ++i) {
      bytes -= reflection.GetRepeatedMessage(message, list, i).ByteSizeLong();
    }
  }
  return bytes;
}

// Moves the entries from `first` on.
void MoveTail(Message& message, Message& rest, const FieldDescriptor& list, int first) {
  const Reflection& reflection = *message.GetReflection();
  std::vector<Message*> tail;
  while (reflection.FieldSize(message, &list) > first) {
    tail.push_back(reflection.ReleaseLast(&message, &list));
  }
  for (auto entry = tail.rbegin(); entry != tail.rend(); ++entry) {
    reflection.AddAllocatedMessage(&rest, &list, *entry);
  }
}

}  // namespace

bool MoveSurplus(Message& message, Message& rest, size_t bytes_max) {
  const Reflection& reflection = *message.GetReflection();
  const std::vector<const FieldDescriptor*> lists = ListsOf(message);
  size_t bytes = BytesAround(message, lists);
  bool has_entry = false;
  bool is_full = false;
  for (const FieldDescriptor* const list : lists) {
    int staying = 0;
    const int count = reflection.FieldSize(message, list);
    for (; staying < count && !is_full; ++staying) {
      bytes += EntryBytes(reflection.GetRepeatedMessage(message, list, staying));
      is_full = bytes > bytes_max && has_entry;
      if (is_full) break;
      has_entry = true;
    }
    if (is_full) MoveTail(message, rest, *list, staying);
  }
  return is_full;
}

}  // namespace lots
