// Adds the company to the rows of a list.
#include "service/ctl/shared/list_table.h"

#include <utility>

namespace lots::ctl {
namespace {

constexpr char kTitle[] = "COMPANY";

std::vector<Column> WithCompany(bool is_of_several, ListTable::OneCompany one,
                                std::vector<Column> columns) {
  if (is_of_several) {
    columns.insert(columns.begin(), Column{kTitle});
  } else if (one == ListTable::kDetail) {
    columns.push_back({kTitle, Column::kLeft, Column::kDetail});
  }
  return columns;
}

}  // namespace

ListTable::ListTable(const Session& session, std::vector<Column> columns, OneCompany one)
    : is_of_several_(session.is_of_several_companies()),
      one_(one),
      table_(WithCompany(is_of_several_, one, std::move(columns))) {}

void ListTable::Add(const std::string& company, std::vector<std::string> cells) {
  if (is_of_several_) {
    cells.insert(cells.begin(), company);
  } else if (one_ == kDetail) {
    cells.push_back(company);
  }
  table_.Add(std::move(cells));
}

}  // namespace lots::ctl
