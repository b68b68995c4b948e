// Tables of lists that may be of several companies.
#pragma once

#include <string>
#include <vector>

#include "service/ctl/output/table.h"
#include "service/ctl/session/session.h"

namespace lots::ctl {

// ListTable is a table whose rows belong to companies. A list of several companies (--company -)
// has their names in its first column, which is always shown.
class ListTable {
 public:
  // What a list of one company says of it: nothing, or its name as a detail in the last column.
  enum OneCompany { kNotShown, kDetail };

  ListTable(const Session& session, std::vector<Column> columns, OneCompany one = kNotShown);

  // As Table::Add, with the company that the row is of.
  void Add(const std::string& company, std::vector<std::string> cells);
  void Print(const Terminal& terminal) { table_.Print(terminal); }

 private:
  const bool is_of_several_;
  const OneCompany one_;
  Table table_;
};

}  // namespace lots::ctl
