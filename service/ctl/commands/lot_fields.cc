#include "service/ctl/commands/lot_fields.h"

namespace lots::ctl {

void Declare(Command& command, LotFields& fields) {
  command.Add("--reference", fields.reference, "the supplier's lot number");
  command.Add("--notes", fields.notes, "notes");
  command.Add("--attribute", fields.attributes,
              "NAME=VALUE, or NAME:TYPE=VALUE with decimal, flag, date or time; repeatable");
  command.Add("--manufactured", fields.manufacture_date, "date of manufacture, 2026-12-31");
  command.Add("--expires", fields.expire_date, "last day of use");
  command.Add("--best-before", fields.best_before_date, "best-before date");
  command.Add("--remove-by", fields.removal_date, "day by which it must leave the shelf");
  command.Add("--alert", fields.alert_date, "day on which somebody should look");
}

std::vector<std::string> GivenFields(const LotFields& fields) {
  std::vector<std::string> names;
  if (fields.reference) names.push_back("reference");
  if (fields.notes) names.push_back("notes");
  if (!fields.attributes.empty()) names.push_back("attributes");
  if (fields.manufacture_date) names.push_back("manufacture_date");
  if (fields.expire_date) names.push_back("expire_date");
  if (fields.best_before_date) names.push_back("best_before_date");
  if (fields.removal_date) names.push_back("removal_date");
  if (fields.alert_date) names.push_back("alert_date");
  return names;
}

}  // namespace lots::ctl
