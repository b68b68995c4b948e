// The last part of a recall's report: dispositions, and the answers of recipients. Internal to
// storage/recalls.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "storage/domain/ids.h"
#include "storage/pg/connection.h"
#include "storage/pg/pipeline.h"

namespace lots {

struct RecallReportPiece;

// Reads page by page what is in effect. No transaction is open between two pages: rows are only
// added, and a page has what is in effect when it is read.
class RecallAnswerReader {
 public:
  RecallAnswerReader(CompanyId company, RecallId recall_id);

  // Fills the piece with the next page; false: everything was read.
  absl::StatusOr<bool> Next(pg::Connection& db, RecallReportPiece& piece);

 private:
  enum class Part { kDispositions, kResponses, kQuantities, kDone };

  absl::StatusOr<size_t> Read(pg::Connection& db, RecallReportPiece& piece);
  size_t ReadDispositions(const pg::Result& rows, RecallReportPiece& piece);
  size_t ReadResponses(const pg::Result& rows, RecallReportPiece& piece);
  size_t ReadQuantities(const pg::Result& rows, RecallReportPiece& piece);

  const CompanyId company_;
  const RecallId recall_id_;
  Part part_ = Part::kDispositions;
  // The keys of the last row of the part; before the first row, less than any key.
  LotId lot_id_;
  LocationId location_id_;
  std::string partner_id_;
  int64_t number_ = 0;  // the kind of the disposition, or the version of the quantities
  int64_t position_ = 0;
};

}  // namespace lots
