-- Fills what migration 6 added, from movements and from the events of edits. Locks only the rows that it changes.

UPDATE lots l SET active_before = true
WHERE l.state IN (1, 4)
  AND EXISTS (SELECT FROM movements m WHERE m.company = l.company AND m.lot_id = l.lot_id);

-- A unit that was made, and taken apart, is no void number: the end of the order that was to rebuild it made it VOID.
UPDATE lots l SET state = 2
WHERE l.state = 4 AND l.active_before
  AND EXISTS (SELECT FROM movements m
              WHERE m.company = l.company AND m.lot_id = l.lot_id AND m.reverses_id IS NULL
                AND NOT EXISTS (SELECT FROM movements r
                                WHERE r.company = m.company AND r.reverses_id = m.movement_id));

-- A number that was changed while the lot was ACTIVE: the lot was not made by an assignment, or had moved. A number that a lot has today is not
-- taken from this lot; of two lots that had one number, the last one keeps it. lower(upper()) with ICU is the full case folding of numbers, but for
-- the final sigma.
INSERT INTO former_numbers (company, product_id, number_key, number, search_key, lot_id)
SELECT DISTINCT ON (f.company, f.product_id, f.number_key)
       f.company, f.product_id, f.number_key, f.number, f.folded, f.lot_id
FROM (
  SELECT p.company, p.product_id, n.old AS number, k.folded, l.lot_id, e.recorded_at,
         CASE WHEN p.case_sensitive THEN n.old ELSE k.folded END COLLATE "C" AS number_key
  FROM lot_events e
  JOIN lots l ON l.company = e.company AND l.lot_id = e.lot_id
  CROSS JOIN LATERAL jsonb_to_recordset(e.changes) AS n (field text, old text)
  CROSS JOIN LATERAL (
    SELECT normalize(replace(lower(upper(n.old COLLATE "und-x-icu")), 'ς', 'σ'), NFC) AS folded
  ) AS k
  -- The product that the lot had then: the next edit of the product knows it.
  LEFT JOIN LATERAL (
    SELECT c.old
    FROM lot_events x CROSS JOIN LATERAL jsonb_to_recordset(x.changes) AS c (field text, old text)
    WHERE x.company = e.company AND x.lot_id = e.lot_id AND x.kind = 2 AND c.field = 'product_id'
      AND (x.recorded_at, x.event_id) >= (e.recorded_at, e.event_id)
    ORDER BY x.recorded_at, x.event_id
    LIMIT 1
  ) AS moved ON true
  JOIN products p ON p.company = l.company
    AND p.product_id = COALESCE(moved.old, l.product_id) COLLATE "C"
  WHERE e.kind = 2 AND n.field = 'number'
    AND (EXISTS (SELECT FROM movements m
                 WHERE m.company = l.company AND m.lot_id = l.lot_id
                   AND m.recorded_at <= e.recorded_at)
      OR NOT (EXISTS (SELECT FROM assignments a
                      WHERE a.company = l.company AND a.lot_id = l.lot_id
                        AND a.entry_id = l.entry_id)
           OR EXISTS (SELECT FROM lot_events a
                      WHERE a.company = l.company AND a.lot_id = l.lot_id AND a.kind = 5
                        AND a.entry_id = l.entry_id)))
) AS f
WHERE NOT EXISTS (SELECT FROM lots o
                  WHERE o.company = f.company AND o.product_id = f.product_id
                    AND o.number_key = f.number_key)
ORDER BY f.company, f.product_id, f.number_key, f.recorded_at DESC;

UPDATE lots l SET search_key = l.search_key || f.lines
FROM (
  SELECT company, lot_id, string_agg(chr(10) || search_key, '' ORDER BY number_key) AS lines
  FROM former_numbers
  GROUP BY company, lot_id
) AS f
WHERE l.company = f.company AND l.lot_id = f.lot_id;
