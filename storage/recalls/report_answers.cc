// Reads dispositions and the answers of recipients for the report.
#include "storage/recalls/report_answers.h"

#include <optional>
#include <utility>

#include "storage/base/limits.h"
#include "storage/base/status_macros.h"
#include "storage/domain/kinds/sql_words.h"
#include "storage/recalls/report.h"
#include "storage/recalls/rows.h"

namespace lots {
namespace {

constexpr pg::Statement kReadDispositions{"read_recall_dispositions", R"sql(
  SELECT d.lot_id, l.product_id, l.number, l.scale, d.location_id, d.kind, d.quantity, d.note,
         d.link, d.recorded_by, d.recorded_at
  FROM recall_dispositions d
  JOIN lots l ON l.company = $1 AND l.lot_id = d.lot_id
  WHERE d.company = $1 AND d.recall_id = $2 AND (d.lot_id, d.location_id, d.kind) > ($3, $4, $5)
    AND d.quantity > 0 AND)sql" LOTS_DISPOSITION_IN_EFFECT R"sql(
  ORDER BY d.lot_id, d.location_id, d.kind LIMIT $6)sql"};

// Of each partner what all records say together: the latest one that says something.
constexpr pg::Statement kReadResponses{"read_recall_responses", R"sql(
  SELECT r.partner_id,
         (array_agg(r.notified_at ORDER BY r.version DESC)
            FILTER (WHERE r.notified_at IS NOT NULL))[1],
         COALESCE((array_agg(r.notified_how ORDER BY r.version DESC)
                     FILTER (WHERE r.notified_how <> ''))[1], ''),
         (array_agg(r.answered_at ORDER BY r.version DESC)
            FILTER (WHERE r.answered_at IS NOT NULL))[1],
         (array_agg(r.note ORDER BY r.version DESC))[1],
         (array_agg(r.link ORDER BY r.version DESC))[1],
         (array_agg(r.recorded_by ORDER BY r.version DESC))[1], max(r.recorded_at)
  FROM recall_responses r
  WHERE r.company = $1 AND r.recall_id = $2 AND r.partner_id > $3
  GROUP BY r.partner_id
  ORDER BY r.partner_id LIMIT $4)sql"};

constexpr pg::Statement kReadQuantities{"read_recall_response_quantities", R"sql(
  SELECT q.lot_id, l.product_id, l.number, l.scale, q.movement_id, q.found, q.destroyed, q.returned,
         q.sold_on, q.partner_id, q.version, q.position
  FROM recall_response_quantities q
  JOIN lots l ON l.company = $1 AND l.lot_id = q.lot_id
  WHERE q.company = $1 AND q.recall_id = $2
    AND (q.partner_id, q.version, q.position) > ($3, $4, $5)
    AND NOT EXISTS (
      SELECT FROM recall_response_quantities later
      WHERE later.company = $1 AND later.recall_id = $2 AND later.lot_id = q.lot_id
        AND later.partner_id = q.partner_id
        AND later.movement_id IS NOT DISTINCT FROM q.movement_id AND later.version > q.version)
  ORDER BY q.partner_id, q.version, q.position LIMIT $6)sql"};

LotRef LotOf(const pg::Row& row) {
  return {.lot_id = row.Get<LotId>(0),
          .product_id = row.Get<ProductId>(1),
          .number = row.Get<std::string>(2)};
}

}  // namespace

RecallAnswerReader::RecallAnswerReader(CompanyId company, RecallId recall_id)
    : company_(std::move(company)), recall_id_(std::move(recall_id)) {}

absl::StatusOr<bool> RecallAnswerReader::Next(pg::Connection& db, RecallReportPiece& piece) {
  while (part_ != Part::kDone) {
    ASSIGN_OR_RETURN(const size_t count, Read(db, piece));
    if (count > 0) return true;
    part_ = static_cast<Part>(static_cast<int>(part_) + 1);
    partner_id_.clear();
    number_ = 0;
  }
  return false;
}

absl::StatusOr<size_t> RecallAnswerReader::Read(pg::Connection& db, RecallReportPiece& piece) {
  if (part_ == Part::kDispositions) {
    ASSIGN_OR_RETURN(const pg::Result rows,
                     pg::Query(db, kReadDispositions, company_, recall_id_, lot_id_, location_id_,
                               number_, kRecallRowsPerMessage));
    return ReadDispositions(rows, piece);
  }
  if (part_ == Part::kResponses) {
    ASSIGN_OR_RETURN(const pg::Result rows, pg::Query(db, kReadResponses, company_, recall_id_,
                                                      partner_id_, kRecallRowsPerMessage));
    return ReadResponses(rows, piece);
  }
  ASSIGN_OR_RETURN(const pg::Result rows,
                   pg::Query(db, kReadQuantities, company_, recall_id_, partner_id_, number_,
                             position_, kRecallRowsPerMessage));
  return ReadQuantities(rows, piece);
}

size_t RecallAnswerReader::ReadDispositions(const pg::Result& rows, RecallReportPiece& piece) {
  for (const pg::Row row : rows) {
    RecallDisposition& disposition = piece.dispositions.emplace_back();
    disposition.lot = LotOf(row);
    disposition.scale = row.Get<int>(3);
    disposition.location_id = row.Get<LocationId>(4);
    disposition.kind = row.Get<RecallDispositionKind>(5);
    disposition.quantity = row.Get<Quantity>(6);
    disposition.note = row.Get<std::string>(7);
    disposition.link = row.Get<std::string>(8);
    disposition.recorded_by = row.Get<std::string>(9);
    disposition.recorded_at = row.Get<absl::Time>(10);
    lot_id_ = *disposition.lot.lot_id;
    location_id_ = disposition.location_id;
    number_ = static_cast<int64_t>(disposition.kind);
  }
  return rows.size();
}

size_t RecallAnswerReader::ReadResponses(const pg::Result& rows, RecallReportPiece& piece) {
  for (const pg::Row row : rows) {
    RecipientResponse& response = piece.responses.emplace_back();
    response.partner_id = row.Get<std::string>(0);
    response.notified_at = row.Get<std::optional<absl::Time>>(1);
    response.notified_how = row.Get<std::string>(2);
    response.answered_at = row.Get<std::optional<absl::Time>>(3);
    response.note = row.Get<std::string>(4);
    response.link = row.Get<std::string>(5);
    response.recorded_by = row.Get<std::string>(6);
    response.recorded_at = row.Get<absl::Time>(7);
    partner_id_ = response.partner_id;
  }
  return rows.size();
}

size_t RecallAnswerReader::ReadQuantities(const pg::Result& rows, RecallReportPiece& piece) {
  for (const pg::Row row : rows) {
    RecipientQuantities& quantities = piece.quantities.emplace_back();
    quantities.lot = LotOf(row);
    quantities.scale = row.Get<int>(3);
    quantities.delivery = row.Get<std::optional<MovementId>>(4);
    quantities.found = row.Get<Quantity>(5);
    quantities.destroyed = row.Get<Quantity>(6);
    quantities.returned = row.Get<Quantity>(7);
    quantities.sold_on = row.Get<Quantity>(8);
    quantities.partner_id = row.Get<std::string>(9);
    partner_id_ = quantities.partner_id;
    number_ = row.Get<int64_t>(10);
    position_ = row.Get<int64_t>(11);
  }
  return rows.size();
}

}  // namespace lots
