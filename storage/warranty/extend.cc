// Extends warranties: locks the units, compares the new end with the current one, writes.
#include "storage/warranty/extend.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "storage/base/limits.h"
#include "storage/base/status_macros.h"
#include "storage/domain/dates.h"
#include "storage/domain/errors.h"
#include "storage/domain/kinds/lot_state.h"
#include "storage/domain/refusals.h"
#include "storage/lot_rows/company.h"
#include "storage/lot_rows/resolve.h"
#include "storage/lots/events.h"
#include "storage/pg/pipeline.h"
#include "storage/writes/audit.h"
#include "storage/writes/requests.h"
#include "storage/writes/run_write.h"

namespace lots {
namespace {

// Deliveries of the units wait, and other extensions: the end that was compared is the end.
constexpr pg::Statement kLockUnits{"lock_units_of_warranties", R"sql(
  SELECT lot_id FROM lots WHERE company = $1 AND lot_id = ANY($2)
  ORDER BY lot_id FOR NO KEY UPDATE)sql"};

constexpr pg::Statement kInsertExtensions{"insert_warranty_extensions", R"sql(
  INSERT INTO warranty_extensions (company, extension_id, lot_id, months, ends_on, is_shortening,
                                   reason, document_type, document_number, actor, recorded_at,
                                   entry_id)
  SELECT $1, unit.extension_id, unit.lot_id, $4, $5, $6, $7, $8, $9, $10, $11, $12
  FROM unnest($2::uuid[], $3::uuid[]) AS unit (extension_id, lot_id))sql"};

using Units = std::vector<ResolvedLot>;

std::string TextOf(absl::CivilDay day) { return absl::FormatCivilTime(day); }

void ValidateUnit(const ResolvedLot& lot, const std::string& field,
                  std::vector<Problem>& problems) {
  if (lot.tracking != Tracking::kSerial) {
    Problem problem =
        NotASerial(lot.number, lot.product_id, lot.tracking, "only a single unit has a warranty");
    problem.field = field;
    problems.push_back(std::move(problem));
  } else if (lot.state == LotState::kVoid) {
    problems.push_back(LotVoid(field, {lot.number, lot.lot_id}, QuotedLot(lot.number),
                               "; it was never made, and has no warranty"));
  }
}

// The units that the command names.
absl::StatusOr<Units> Resolve(pg::Connection& db, const ExtendWarrantyCommand& command) {
  ASSIGN_OR_RETURN(const auto found, ResolveLots(db, command.context.company, command.lots));
  Units units;
  std::vector<Problem> problems;
  std::map<LotId, size_t> first;
  for (size_t i = 0; i < found.size(); ++i) {
    const std::string field = Indexed("lots", i);
    if (!found[i].has_value()) {
      problems.push_back(LotNotFound(command.lots[i], field));
      continue;
    }
    const auto [seen, is_first] = first.emplace(found[i]->lot_id, i);
    if (!is_first) {
      problems.push_back(
          ListedTwice("lots", i, seen->second, {{"lot_id", found[i]->lot_id.value().ToString()}}));
    }
    ValidateUnit(*found[i], field, problems);
    units.push_back(*found[i]);
  }
  if (!problems.empty()) return Refuse(std::move(problems));
  return units;
}

// What is wrong with the warranty of one unit, as it was and as it would be.
void ValidateExtension(const ExtendWarrantyCommand& command, const Warranty& before,
                       const Warranty& after, std::vector<Problem>& problems) {
  const std::string unit = absl::StrCat("unit ", before.number);
  const bool is_too_early = command.ends_on.has_value() && before.ends_on.has_value() &&
                            *command.ends_on < *before.ends_on && !command.is_shortening;
  if (is_too_early) {
    problems.push_back(FieldInvalid(
        "end_date", TextOf(*command.ends_on),
        absl::StrCat("the warranty of ", unit, " ends on ", TextOf(*before.ends_on),
                     ", later than that: say that this shortens it, or give a later day")));
  }
  int64_t months = after.months;
  for (const WarrantyExtension& extension : after.extensions)
    months += extension.months.value_or(0);
  if (command.months.has_value() && months > kWarrantyMonthsMax) {
    problems.push_back(
        FieldInvalid("add_months", absl::StrCat(*command.months),
                     absl::StrCat("the warranty of ", unit, " would have ", months, " months; ",
                                  kWarrantyMonthsMax, " are the most")));
  }
  const auto count = static_cast<int64_t>(before.extensions.size());
  if (count >= kWarrantyExtensionsMax) {
    problems.push_back(FieldInvalid("lots", before.lot_id.value().ToString(),
                                    absl::StrCat("the warranty of ", unit, " has ", count,
                                                 " extensions; it may have as many")));
  }
}

std::vector<FieldChange> ChangesOf(const ExtendWarrantyCommand& command, const Warranty& before,
                                   const Warranty& after) {
  const auto day = [](const std::optional<absl::CivilDay>& ends_on) {
    return ends_on.has_value() ? TextOf(*ends_on) : std::string();
  };
  std::vector<FieldChange> changes;
  if (command.months.has_value()) {
    changes.push_back({"add_months", "", absl::StrCat(*command.months)});
  }
  if (after.ends_on.has_value()) {
    changes.push_back({"end_date", day(before.ends_on), day(after.ends_on)});
  } else if (command.ends_on.has_value()) {
    changes.push_back({"end_date", "", day(command.ends_on)});
  }
  changes.push_back({"reason", "", command.reason});
  if (!command.document.number.empty()) {
    changes.push_back(
        {"document", "", absl::StrCat(command.document.type, " ", command.document.number)});
  }
  return changes;
}

// One try at the command.
class Extender {
 public:
  Extender(pg::Connection& db, const ExtendWarrantyCommand& command, Units units)
      : db_(db), command_(command), units_(std::move(units)) {}

  absl::StatusOr<std::vector<Warranty>> Run();

 private:
  absl::Status Read(pg::Transaction& transaction);
  absl::Status Extend();
  void AddWrites(pg::Transaction& transaction) const;
  std::vector<Uuid> UnitIds() const;

  pg::Connection& db_;
  const ExtendWarrantyCommand& command_;
  const Units units_;
  absl::CivilDay today_;
  absl::Time recorded_at_;
  std::vector<Warranty> before_, after_;
};

std::vector<Uuid> Extender::UnitIds() const {
  std::vector<Uuid> ids;
  for (const ResolvedLot& unit : units_) ids.push_back(unit.lot_id.value());
  return ids;
}

absl::Status Extender::Read(pg::Transaction& transaction) {
  const WriteContext& context = command_.context;
  ClaimRequest(transaction, context, UnitIds());
  const size_t company = AddCompanyRead(transaction, context.company);
  transaction.Add(kLockUnits, context.company, UnitIds());
  std::vector<WarrantyReads> reads;
  for (const ResolvedLot& unit : units_) {
    reads.push_back(AddWarrantyRead(transaction, context.company, unit.lot_id));
  }
  ASSIGN_OR_RETURN(const pg::Results results, transaction.Send());
  ASSIGN_OR_RETURN(const CompanyRules rules, ReadEnabledCompany(context.company, results[company]));
  today_ = DayIn(context.now, rules.zone);
  for (size_t i = 0; i < reads.size(); ++i) {
    ASSIGN_OR_RETURN(std::optional<Warranty> warranty,
                     ReadWarranty(results, reads[i], context.now));
    // Deleted since it was resolved.
    if (!warranty.has_value()) return Refuse(LotNotFound(command_.lots[i], Indexed("lots", i)));
    before_.push_back(*std::move(warranty));
  }
  return absl::OkStatus();
}

absl::Status Extender::Extend() {
  std::vector<Problem> problems;
  // Extensions count in the order of their recording, whatever the servers' clocks say.
  recorded_at_ = command_.context.now;
  for (const Warranty& before : before_) {
    if (before.extensions.empty()) continue;
    const absl::Time last = before.extensions.back().recorded_at;
    recorded_at_ = std::max(recorded_at_, last + absl::Microseconds(1));
  }
  for (const Warranty& before : before_) {
    Warranty& after = after_.emplace_back(before);
    ApplyExtension({.extension_id = Uuid::MakeV7(),
                    .months = command_.months,
                    .ends_on = command_.ends_on,
                    .is_shortening = command_.is_shortening,
                    .reason = command_.reason,
                    .document = command_.document,
                    .actor = command_.context.actor,
                    .recorded_at = recorded_at_},
                   today_, after);
    ValidateExtension(command_, before, after, problems);
  }
  return problems.empty() ? absl::OkStatus() : Refuse(std::move(problems));
}

void Extender::AddWrites(pg::Transaction& transaction) const {
  const WriteContext& context = command_.context;
  std::vector<Uuid> extension_ids;
  std::vector<LotId> lot_ids;
  std::vector<LotEvent> events;
  for (size_t i = 0; i < after_.size(); ++i) {
    extension_ids.push_back(after_[i].extensions.back().extension_id);
    lot_ids.push_back(units_[i].lot_id);
    events.push_back({.event_id = Uuid::MakeV7(),
                      .lot_id = units_[i].lot_id,
                      .kind = LotEventKind::kWarrantyExtended,
                      .actor = context.actor,
                      .recorded_at = recorded_at_,
                      .changes = ChangesOf(command_, before_[i], after_[i])});
  }
  transaction.Add(kInsertExtensions, context.company, extension_ids, lot_ids, command_.months,
                  command_.ends_on, command_.is_shortening, command_.reason, command_.document.type,
                  command_.document.number, context.actor, recorded_at_, context.entry_id);
  AppendLotEvents(transaction, context, events);
  AddAuditEntry(transaction, context, {.lots = lot_ids});
}

absl::StatusOr<std::vector<Warranty>> Extender::Run() {
  pg::Transaction transaction(db_);
  RETURN_IF_ERROR(Read(transaction));
  RETURN_IF_ERROR(Extend());
  AddWrites(transaction);
  RETURN_IF_ERROR(transaction.Commit().status());
  return std::move(after_);
}

// The warranties of units as they are now.
absl::StatusOr<std::vector<Warranty>> ReadWarranties(pg::Connection& db,
                                                     const WriteContext& context,
                                                     const std::vector<Uuid>& lot_ids) {
  pg::Pipeline pipeline(db);
  std::vector<WarrantyReads> reads;
  for (const Uuid& lot_id : lot_ids) {
    reads.push_back(AddWarrantyRead(pipeline, context.company, LotId(lot_id)));
  }
  ASSIGN_OR_RETURN(const pg::Results results, pipeline.Send());
  std::vector<Warranty> warranties;
  for (const WarrantyReads& read : reads) {
    ASSIGN_OR_RETURN(std::optional<Warranty> warranty, ReadWarranty(results, read, context.now));
    // A unit with an extension is not deleted.
    if (warranty.has_value()) warranties.push_back(*std::move(warranty));
  }
  return warranties;
}

}  // namespace

absl::StatusOr<std::vector<Warranty>> ExtendWarranty(pg::Connection& db,
                                                     const ExtendWarrantyCommand& command) {
  const auto rebuild = [&](const std::vector<Uuid>& lot_ids) {
    return ReadWarranties(db, command.context, lot_ids);
  };
  const auto attempt = [&]() -> absl::StatusOr<std::vector<Warranty>> {
    ASSIGN_OR_RETURN(Units units, Resolve(db, command));
    return Extender(db, command, std::move(units)).Run();
  };
  return RunWrite<std::vector<Warranty>>(
      db, {.context = command.context, .rebuild = rebuild, .reads_before_claim = true}, attempt);
}

}  // namespace lots
