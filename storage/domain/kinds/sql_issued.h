// Which orders have goods of a lot that are in work in process, as columns of a statement.
#pragma once

// Two arrays: the first $limit orders by id, and what each of them has. Empty for every place but
// WORK_IN_PROCESS. $1 is the company; `balances` names the row.
#define LOTS_ISSUED_ARRAY(balances, column, limit)                          \
  "ARRAY(SELECT i." column                                                  \
  " FROM issued_components i WHERE i.company = $1 AND i.lot_id = " balances \
  ".lot_id AND i.quantity > 0 AND " balances                                \
  ".location_id = 'WORK_IN_PROCESS' ORDER BY i.work_order_id LIMIT " limit ")"
#define LOTS_ISSUED_ARRAYS(balances, limit)           \
  LOTS_ISSUED_ARRAY(balances, "work_order_id", limit) \
  ", " LOTS_ISSUED_ARRAY(balances, "quantity", limit)
