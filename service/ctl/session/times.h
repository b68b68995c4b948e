// Times that flags give, in the company's zone.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/timestamp.pb.h"
#include "google/type/date.pb.h"
#include "service/ctl/session/arguments.h"
#include "service/ctl/session/session.h"
#include "storage/base/status_macros.h"

namespace lots::ctl {

// The error with the flag that it is about in front.
absl::Status InFlag(const char* flag, const absl::Status& status);

// The time that a flag gives. Its error names the flag.
absl::StatusOr<google::protobuf::Timestamp> ReadTime(Session& session, const char* flag,
                                                     const std::string& text, DayEdge edge);
absl::StatusOr<google::type::Date> ReadDate(const char* flag, const std::string& text);

// A flag that bounds a time in a filter.
struct TimeBound {
  const char* flag;
  std::string text;
  const char* comparison;  // "<", ">="
  DayEdge edge;            // kEnd only with "<"
};
// Adds 'FIELD < "…"' for each flag that is given. For several companies a day alone stays one,
// which begins and ends in the zone of each.
absl::Status AddTimeTerms(Session& session, absl::string_view field,
                          const std::vector<TimeBound>& bounds, std::vector<std::string>& terms);

// When something happened: nothing is now, by the server's clock; today is now too, by this
// machine's. Another day alone is the end of that day.
absl::StatusOr<std::optional<google::protobuf::Timestamp>> ReadOccurTime(Session& session,
                                                                         const std::string& at);

// Sets the message's occur_time, where `--at` gives one.
template <class Message>
absl::Status SetOccurTime(Session& session, const std::string& at, Message& message) {
  ASSIGN_OR_RETURN(const std::optional<google::protobuf::Timestamp> time,
                   ReadOccurTime(session, at));
  if (time.has_value()) *message.mutable_occur_time() = *time;
  return absl::OkStatus();
}

}  // namespace lots::ctl
