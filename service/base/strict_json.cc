// Parses JSON and refuses repeated names and deep nesting.
#include "service/base/strict_json.h"

#include <set>
#include <string>
#include <vector>

#include "service/base/server_limits.h"

namespace lots {
namespace {

// Checks the names while the parser reads: afterwards, the later of two equal names has replaced
// the earlier one.
class Names {
 public:
  bool operator()(int depth, nlohmann::json::parse_event_t event, const nlohmann::json& parsed) {
    using Event = nlohmann::json::parse_event_t;
    if (event == Event::object_start) open_.emplace_back();
    if (event == Event::object_end) open_.pop_back();
    if (depth > kJsonDepthMax) sound_ = false;
    if (event == Event::key && !open_.back().insert(parsed.get<std::string>()).second) {
      sound_ = false;
    }
    return true;
  }
  bool sound() const { return sound_; }

 private:
  std::vector<std::set<std::string>> open_;
  bool sound_ = true;
};

}  // namespace

absl::StatusOr<nlohmann::json> ParseJsonObject(absl::string_view text) {
  Names names;
  nlohmann::json json = nlohmann::json::parse(text.begin(), text.end(), std::ref(names),
                                              /*allow_exceptions=*/false);
  if (json.is_discarded() || !json.is_object()) {
    return absl::InvalidArgumentError("it is no JSON object");
  }
  if (!names.sound()) return absl::InvalidArgumentError("a name stands twice in one JSON object");
  return json;
}

absl::string_view StringMember(const nlohmann::json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end() || !found->is_string()) return "";
  return found->get_ref<const std::string&>();
}

}  // namespace lots
