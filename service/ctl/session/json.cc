// Reads files, and converts messages from and to proto3 JSON.
#include "service/ctl/session/json.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iostream>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/json_util.h"
#include "service/ctl/base/json_check.h"
#include "service/ctl/session/failure.h"
#include "storage/base/status_macros.h"

namespace lots::ctl {
namespace {

absl::Status CannotRead(const std::string& path) {
  const std::string why = errno == 0 ? "" : absl::StrCat(": ", std::strerror(errno));
  return UsageError(absl::StrCat("cannot read ", path, why));
}

}  // namespace

absl::StatusOr<std::string> ToJson(const google::protobuf::Message& message) {
  std::string json;
  const auto status = google::protobuf::util::MessageToJsonString(message, &json);
  if (!status.ok()) return absl::InternalError(status.ToString());
  return json;
}

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  const auto rest = [](std::istream& stream) {
    return std::string(std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>());
  };
  if (path == "-") return rest(std::cin);
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (!file) return CannotRead(path);
  std::string text = rest(file);
  if (file.bad()) return CannotRead(path);
  return text;
}

absl::Status ReadJson(const std::string& path, const std::string& text,
                      google::protobuf::Message& message) {
  const std::string name = path == "-" ? "standard input" : path;
  const absl::Status checked = CheckJson(text, *message.GetDescriptor());
  if (!checked.ok()) return UsageError(absl::StrCat(name, ", ", checked.message()));
  const auto status = google::protobuf::util::JsonStringToMessage(text, &message);
  if (status.ok()) return absl::OkStatus();
  return UsageError(absl::StrCat(name, " is no ", message.GetDescriptor()->name(), ": ",
                                 std::string(status.message())));
}

absl::Status ReadJsonFile(const std::string& path, google::protobuf::Message& message) {
  ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  return ReadJson(path, text, message);
}

}  // namespace lots::ctl
