// Times, days and acceptances between protobuf and the model.
#pragma once

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "google/protobuf/timestamp.pb.h"
#include "google/type/date.pb.h"
#include "lots/v1/ledger.pb.h"
#include "tests/simulator/rules.h"

namespace lots::simulator {

inline absl::Time TimeOf(const google::protobuf::Timestamp& time) {
  return absl::FromUnixSeconds(time.seconds()) + absl::Nanoseconds(time.nanos());
}

inline google::protobuf::Timestamp ToProto(absl::Time time) {
  google::protobuf::Timestamp proto;
  const int64_t micros = absl::ToUnixMicros(time);
  proto.set_seconds(micros / 1'000'000);
  proto.set_nanos(static_cast<int32_t>(micros % 1'000'000) * 1'000);
  return proto;
}

inline absl::CivilDay DayOf(const google::type::Date& date) {
  return absl::CivilDay(date.year(), date.month(), date.day());
}

inline google::type::Date ToProto(absl::CivilDay day) {
  google::type::Date proto;
  proto.set_year(static_cast<int32_t>(day.year()));
  proto.set_month(day.month());
  proto.set_day(day.day());
  return proto;
}

template <class Request>
Accepts AcceptsOf(const Request& request) {
  Accepts accepts;
  for (const int accepted : request.accept()) {
    accepts.held |= accepted == v1::ACCEPTANCE_HELD;
    accepts.expired |= accepted == v1::ACCEPTANCE_EXPIRED;
    accepts.shortage |= accepted == v1::ACCEPTANCE_SHORT;
    accepts.later_expiry |= accepted == v1::ACCEPTANCE_LATER_EXPIRY;
  }
  return accepts;
}

}  // namespace lots::simulator
