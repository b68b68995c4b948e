// Messages as proto3 JSON.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"

namespace lots::ctl {

// One line.
absl::StatusOr<std::string> ToJson(const google::protobuf::Message& message);
// The whole file, "-" being standard input. A usage error when it cannot be read.
absl::StatusOr<std::string> ReadFile(const std::string& path);
// Reads a request from the text of a file, "-" being standard input.
absl::Status ReadJson(const std::string& path, const std::string& text,
                      google::protobuf::Message& message);
// Reads a request from a file. A usage error that names the file and what is wrong in it.
absl::Status ReadJsonFile(const std::string& path, google::protobuf::Message& message);

}  // namespace lots::ctl
