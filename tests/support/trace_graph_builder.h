// Genealogies for tests, written straight into the tables, so that the trace is tried on graphs
// that the API's rules would take many calls to make.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "storage/domain/model.h"
#include "storage/pg/connection.h"
#include "tests/support/test_database.h"

namespace lots {

class TraceGraphBuilder {
 public:
  struct Input {
    std::string lot;
    std::string output = {};  // exact: the output it went into; empty: pooled
    Quantity quantity = Quantity::FromUnits(1);
  };
  struct Output {
    std::string lot;
    OutputRole role = OutputRole::kProduct;
    Quantity quantity = Quantity::FromUnits(1);
  };

  // Creates the company, so that many builders share one database.
  explicit TraceGraphBuilder(const TestDatabase& database, const std::string& company = "acme");

  // The lot of this name, made on first use.
  LotId Lot(const std::string& name);
  TransformationId AddStep(const std::vector<Input>& inputs, const std::vector<Output>& outputs,
                           TransformationKind kind = TransformationKind::kProduction);
  void Reverse(const TransformationId& step);

  pg::Connection& db() { return *db_; }
  const CompanyId& company() const { return company_; }

 private:
  CompanyId company_;
  std::unique_ptr<pg::Connection> db_;
  std::vector<std::pair<std::string, LotId>> lots_;
};

}  // namespace lots
