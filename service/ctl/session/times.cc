// Reads times of flags; asks for the company's zone only when a time says none.
#include "service/ctl/session/times.h"

#include "absl/strings/str_cat.h"
#include "service/ctl/session/failure.h"

namespace lots::ctl {
namespace {

// Today is now. The command that repeats the write says this time, because the same day means
// another time tomorrow.
google::protobuf::Timestamp Today(Session& session) {
  session.UseValue(
      "--at", absl::FormatTime("%Y-%m-%dT%H:%M:%E*SZ", session.begin_time(), absl::UTCTimeZone()));
  return ToTimestamp(session.begin_time());
}

// The service reads a day alone in the zone of each company: before the end of a day is up to it.
std::string DayTerm(absl::string_view field, const TimeBound& bound, absl::CivilDay day) {
  const absl::string_view comparison = bound.edge == DayEdge::kEnd ? "<=" : bound.comparison;
  return absl::StrCat(field, " ", comparison, " ", absl::FormatCivilTime(day));
}

}  // namespace

absl::Status InFlag(const char* flag, const absl::Status& status) {
  if (status.ok() || ExitCodeOf(status) != kExitUsage) return status;
  return UsageError(absl::StrCat(flag, ": ", status.message()));
}

absl::StatusOr<google::protobuf::Timestamp> ReadTime(Session& session, const char* flag,
                                                     const std::string& text, DayEdge edge) {
  const auto time = ParseTime(text, edge, [&] { return session.ReadZone(); });
  if (!time.ok()) return InFlag(flag, time.status());
  return *time;
}

absl::StatusOr<google::type::Date> ReadDate(const char* flag, const std::string& text) {
  const auto date = ParseDate(text);
  if (!date.ok()) return InFlag(flag, date.status());
  return *date;
}

absl::Status AddTimeTerms(Session& session, absl::string_view field,
                          const std::vector<TimeBound>& bounds, std::vector<std::string>& terms) {
  for (const TimeBound& bound : bounds) {
    if (bound.text.empty()) continue;
    absl::CivilDay day;
    if (session.is_of_several_companies() && absl::ParseCivilTime(bound.text, &day)) {
      terms.push_back(DayTerm(field, bound, day));
      continue;
    }
    ASSIGN_OR_RETURN(const google::protobuf::Timestamp time,
                     ReadTime(session, bound.flag, bound.text, bound.edge));
    terms.push_back(absl::StrCat(field, " ", bound.comparison, " ", FilterTime(time)));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::optional<google::protobuf::Timestamp>> ReadOccurTime(Session& session,
                                                                         const std::string& at) {
  if (at.empty()) return std::nullopt;
  absl::CivilDay day;
  if (absl::ParseCivilTime(at, &day)) {
    ASSIGN_OR_RETURN(const absl::TimeZone zone, session.ReadZone());
    if (day == absl::ToCivilDay(session.begin_time(), zone)) return Today(session);
  }
  ASSIGN_OR_RETURN(google::protobuf::Timestamp time, ReadTime(session, "--at", at, DayEdge::kLast));
  return time;
}

}  // namespace lots::ctl
