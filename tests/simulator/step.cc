// Writes steps as text.
#include "tests/simulator/step.h"

#include "absl/strings/str_cat.h"
#include "google/protobuf/message.h"

namespace lots::simulator {

namespace {

std::string RequestText(const google::protobuf::Message& request) {
  return absl::StrCat(request.GetDescriptor()->name(), " { ", request.ShortDebugString(), " }");
}
std::string RequestText(const LookAtAll&) { return "look at all"; }

}  // namespace

bool IsWrite(const Step& step) {
  return std::visit(
      [](const auto& request) {
        return requires { request.request_id(); };
      },
      step.request);
}

std::string TextOf(const Step& step) {
  const std::string text =
      std::visit([](const auto& request) { return RequestText(request); }, step.request);
  const std::string known =
      step.known_after < 0 ? "" : absl::StrCat(" as known after step ", step.known_after);
  return absl::StrCat(step.number, " at ",
                      absl::FormatTime("%Y-%m-%d %H:%M:%S", step.at, absl::UTCTimeZone()), " ",
                      text, known);
}

std::string TextOf(const std::vector<Step>& steps) {
  std::string text;
  for (const Step& step : steps) absl::StrAppend(&text, "  ", TextOf(step), "\n");
  return text;
}

std::string MovementSymbol(int step, int index) { return absl::StrCat("@m", step, ".", index); }
std::string TransformationSymbol(int step) { return absl::StrCat("@t", step); }
std::string HoldSymbol(int step, int index) { return absl::StrCat("@h", step, ".", index); }
std::string LotSymbol(absl::string_view product, absl::string_view number) {
  return absl::StrCat("@l", product, "/", number);
}

}  // namespace lots::simulator
