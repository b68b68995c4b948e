// Writes genealogies directly into the tables. Through the API, such graphs would take many calls.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "storage/base/quantity.h"
#include "storage/domain/ids.h"
#include "storage/domain/kinds/transformation.h"
#include "storage/pg/connection.h"
#include "tests/support/database/test_database.h"

namespace lots {

class TraceGraphBuilder {
 public:
  struct Input {
    std::string lot;
    std::string output = {};  // exact: the output into which the input went; empty: pooled
    Quantity quantity = Quantity::FromUnits(1);
  };
  struct Output {
    std::string lot;
    OutputRole role = OutputRole::kProduct;
    Quantity quantity = Quantity::FromUnits(1);
    bool left_over = false;  // of a by-product
  };

  // Creates the company. Builders of several companies can share one database.
  explicit TraceGraphBuilder(const TestDatabase& database, const std::string& company = "acme");

  // The lot of this name. The first call creates the lot.
  LotId Lot(const std::string& name);
  TransformationId AddTransformation(const std::vector<Input>& inputs,
                                     const std::vector<Output>& outputs,
                                     TransformationKind kind = TransformationKind::kProduction);
  void Reverse(const TransformationId& transformation);

  pg::Connection& db() { return *db_; }
  const CompanyId& company() const { return company_; }

 private:
  CompanyId company_;
  std::unique_ptr<pg::Connection> db_;
  std::vector<std::pair<std::string, LotId>> lots_;
};

}  // namespace lots
