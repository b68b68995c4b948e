-- A by-product of a lot that went into the same completion, of no larger quantity, is left over: it was not made. A serial is never left over: it went
-- in and came out as a whole. What is left over in past completions is found before the column is added, so that nobody waits for that.
CREATE TEMPORARY TABLE left_over_found ON COMMIT DROP AS
SELECT o.company, o.transformation_id, o.line
FROM transformation_outputs o
JOIN lots l ON l.company = o.company AND l.lot_id = o.lot_id AND l.tracking <> 3
WHERE o.role = 2
  AND (SELECT sum(i.quantity) FROM transformation_inputs i
       WHERE i.company = o.company AND i.transformation_id = o.transformation_id AND i.lot_id = o.lot_id)
   >= (SELECT sum(b.quantity) FROM transformation_outputs b
       WHERE b.company = o.company AND b.transformation_id = o.transformation_id AND b.lot_id = o.lot_id AND b.role = 2);

ALTER TABLE transformation_outputs ADD COLUMN left_over boolean NOT NULL DEFAULT false;

UPDATE transformation_outputs o SET left_over = true
FROM left_over_found f
WHERE o.company = f.company AND o.transformation_id = f.transformation_id AND o.line = f.line;
