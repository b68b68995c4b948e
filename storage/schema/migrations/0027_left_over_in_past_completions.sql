-- Marks what was left over in completions before migration 26. It locks by-products alone, which nothing updates.
UPDATE transformation_outputs o SET left_over = true
FROM lots l
WHERE l.company = o.company AND l.lot_id = o.lot_id AND l.tracking <> 3 AND o.role = 2
  AND (SELECT sum(i.quantity) FROM transformation_inputs i
       WHERE i.company = o.company AND i.transformation_id = o.transformation_id AND i.lot_id = o.lot_id)
   >= (SELECT sum(b.quantity) FROM transformation_outputs b
       WHERE b.company = o.company AND b.transformation_id = o.transformation_id AND b.lot_id = o.lot_id AND b.role = 2);
