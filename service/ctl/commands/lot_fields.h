// What creating and updating a lot have in common: the fields that a person may give.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "service/ctl/session/arguments.h"
#include "storage/base/status_macros.h"

namespace lots::ctl {

struct LotFields {
  std::optional<std::string> reference;
  std::optional<std::string> notes;
  std::vector<std::string> attributes;
  std::optional<std::string> manufacture_date;
  std::optional<std::string> expire_date;
  std::optional<std::string> best_before_date;
  std::optional<std::string> removal_date;
  std::optional<std::string> alert_date;
};

void Declare(Command& command, LotFields& fields);

// The given fields; `message` is a Lot or a NewLot.
template <class Message>
absl::Status SetFields(const LotFields& fields, Message& message) {
  if (fields.reference) message.set_reference(*fields.reference);
  if (fields.notes) message.set_notes(*fields.notes);
  for (const std::string& attribute : fields.attributes) {
    RETURN_IF_ERROR(ParseAttribute(attribute, *message.mutable_attributes()));
  }
  const auto set = [](const std::optional<std::string>& text, auto mutable_date) {
    if (!text) return absl::OkStatus();
    ASSIGN_OR_RETURN(*mutable_date(), ParseDate(*text));
    return absl::OkStatus();
  };
  RETURN_IF_ERROR(set(fields.manufacture_date, [&] { return message.mutable_manufacture_date(); }));
  RETURN_IF_ERROR(set(fields.expire_date, [&] { return message.mutable_expire_date(); }));
  RETURN_IF_ERROR(set(fields.best_before_date, [&] { return message.mutable_best_before_date(); }));
  RETURN_IF_ERROR(set(fields.removal_date, [&] { return message.mutable_removal_date(); }));
  return set(fields.alert_date, [&] { return message.mutable_alert_date(); });
}

// The names of the given fields, for an update mask.
std::vector<std::string> GivenFields(const LotFields& fields);

}  // namespace lots::ctl
