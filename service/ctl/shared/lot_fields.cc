#include "service/ctl/shared/lot_fields.h"

namespace lots::ctl {

void Declare(CLI::App& command, LotFields& fields) {
  command.add_option("--reference", fields.reference, "the supplier's lot number");
  command.add_option("--notes", fields.notes, "notes");
  command.add_option("--attribute", fields.attributes,
                     "NAME=VALUE, or NAME:TYPE=VALUE with decimal, flag, date or time; repeatable");
  command.add_option("--manufactured", fields.manufacture_date, "date of manufacture, 2026-12-31");
  command.add_option("--expires", fields.expire_date, "last day of use");
  command.add_option("--best-before", fields.best_before_date, "best-before date");
  command.add_option("--remove-by", fields.removal_date, "day by which it must leave the shelf");
  command.add_option("--alert", fields.alert_date, "day on which somebody should look");
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
