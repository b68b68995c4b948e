// Tables of issued lots.
#include "service/ctl/shared/issued.h"

#include "service/ctl/output/show.h"
#include "service/ctl/output/table.h"
#include "service/ctl/shared/lots.h"

namespace lots::ctl {

void PrintIssuedLines(const char* heading,
                      const google::protobuf::RepeatedPtrField<v1::IssuedLine>& lines,
                      int64_t count, const Terminal& terminal) {
  if (lines.empty()) return;
  Table table({{heading},
               {"QUANTITY", Column::kRight},
               {"LOCATION"},
               {"LOT ID", Column::kLeft, Column::kDetail}});
  for (const v1::IssuedLine& line : lines) {
    table.Add({ShowLot(line.product_id(), line.number()), line.quantity(), line.location_id(),
               line.lot_id()});
  }
  table.Print(terminal);
  if (lines.size() < count) terminal.out << "… of " << count << " lots in all\n";
}

}  // namespace lots::ctl
