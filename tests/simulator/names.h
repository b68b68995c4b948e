// What the server calls what the steps made: symbols of step.h and the ids they stand for.
#pragma once

#include <map>
#include <string>

#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"

namespace lots::simulator {

class Names {
 public:
  void Learn(const std::string& symbol, const std::string& id);
  bool Knows(const std::string& symbol) const { return ids_.count(symbol) > 0; }
  // An id that nothing has, when the symbol is unknown.
  std::string IdOf(const std::string& symbol) const;
  // The id itself, when no symbol is known for it.
  std::string SymbolOf(const std::string& id) const;

  // Puts ids in the place of symbols, wherever they stand.
  void Resolve(google::protobuf::Message& message) const;

 private:
  void ResolveField(google::protobuf::Message& message,
                    const google::protobuf::FieldDescriptor& field) const;

  std::map<std::string, std::string> ids_;
  std::map<std::string, std::string> symbols_;
};

// Every id that a message tells, in its order: what a repeat must tell again.
std::string IdsIn(const google::protobuf::Message& message);

}  // namespace lots::simulator
