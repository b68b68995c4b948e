-- Fills what migration 19 added: what was in a unit when it was taken apart is no longer in it. What the release before took apart while both ran
-- is filled too. Locks no row.

-- units_apart: each unit that was taken apart, under every number that it had. units_made: the completions that made it since it was last taken
-- apart, in the order of its own movements, as the operation saw them.
INSERT INTO component_ends (company, ending_id, line, transformation_id, input_line, lot_id,
                            unit_lot_id, quantity, entry_id)
WITH RECURSIVE units_apart AS (
  SELECT t.company, t.transformation_id AS ending_id, t.entry_id, m.lot_id, 0 AS depth,
         m.recorded_at, m.movement_id, m.lot_id AS taken_lot_id
  FROM transformations t
  JOIN movements m ON m.company = t.company AND m.transformation_id = t.transformation_id
    AND m.kind = 5 AND m.reverses_id IS NULL
  WHERE t.kind = 2 AND t.reverses_id IS NULL
  UNION ALL
  SELECT u.company, u.ending_id, u.entry_id, i.lot_id, u.depth + 1,
         u.recorded_at, u.movement_id, u.taken_lot_id
  FROM units_apart u
  JOIN transformation_outputs o ON o.company = u.company AND o.lot_id = u.lot_id
  JOIN transformations t ON t.company = o.company AND t.transformation_id = o.transformation_id
    AND t.kind = 5 AND t.reverses_id IS NULL
  JOIN transformation_inputs i ON i.company = t.company
    AND i.transformation_id = t.transformation_id
  WHERE u.depth < 100
    AND NOT EXISTS (SELECT FROM transformations r
                    WHERE r.company = t.company AND r.reverses_id = t.transformation_id)
), units_made AS MATERIALIZED (
  SELECT DISTINCT s.company, s.ending_id, s.entry_id, s.lot_id, m.transformation_id, m.recorded_at
  FROM units_apart s
  JOIN movements m ON m.company = s.company AND m.lot_id = s.lot_id
    AND m.kind = 6 AND m.reverses_id IS NULL
  JOIN transformations t ON t.company = m.company AND t.transformation_id = m.transformation_id
    AND t.kind = 1
  WHERE (s.depth > 0 OR (m.recorded_at, m.movement_id) < (s.recorded_at, s.movement_id))
    AND NOT EXISTS (
      SELECT FROM units_apart p
      JOIN units_apart former ON former.company = p.company AND former.lot_id = p.taken_lot_id
      WHERE former.company = s.company AND former.ending_id = s.ending_id
        AND p.depth = 0 AND p.ending_id <> s.ending_id
        AND (former.depth > 0
             OR (p.recorded_at, p.movement_id) < (s.recorded_at, s.movement_id))
        AND (former.depth < s.depth
             OR former.depth = s.depth
               AND (p.recorded_at, p.movement_id) > (m.recorded_at, m.movement_id))
        AND NOT EXISTS (SELECT FROM transformations r
                        WHERE r.company = p.company AND r.reverses_id = p.ending_id))
)
SELECT n.company, n.ending_id,
       row_number() OVER (PARTITION BY n.company, n.ending_id
                          ORDER BY n.transformation_id, n.input_line, n.lot_id),
       n.transformation_id, n.input_line, n.lot_id, n.unit_lot_id, n.quantity, n.entry_id
FROM (
  SELECT u.company, u.ending_id, u.entry_id, u.transformation_id, 0 AS input_line, u.lot_id,
         u.lot_id AS unit_lot_id, 1 AS quantity
  FROM units_made u
  UNION ALL
  -- All of what was exact.
  SELECT u.company, u.ending_id, u.entry_id, i.transformation_id, i.line, i.lot_id,
         i.output_lot_id, i.quantity
  FROM units_made u
  JOIN transformation_inputs i ON i.company = u.company AND i.output_lot_id = u.lot_id
    AND i.transformation_id = u.transformation_id
  UNION ALL
  -- What came back of what was pooled, from the oldest completion on.
  SELECT p.company, p.ending_id, p.entry_id, p.transformation_id, p.line, p.lot_id, NULL,
         LEAST(p.quantity, p.returned - p.before)
  FROM (
    SELECT u.company, u.ending_id, u.entry_id, i.transformation_id, i.line, i.lot_id, i.quantity,
           o.returned,
           COALESCE(sum(i.quantity) OVER (
             PARTITION BY u.company, u.ending_id, i.lot_id
             ORDER BY u.recorded_at, i.transformation_id, i.line
             ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS before
    FROM (SELECT company, ending_id, entry_id, transformation_id, min(recorded_at) AS recorded_at
          FROM units_made GROUP BY company, ending_id, entry_id, transformation_id) AS u
    JOIN (SELECT b.company, b.transformation_id, b.lot_id, sum(b.quantity) AS returned
          FROM transformation_outputs b
          WHERE b.role = 3 AND b.input_lot_id IS NULL
          GROUP BY b.company, b.transformation_id, b.lot_id) AS o
      ON o.company = u.company AND o.transformation_id = u.ending_id
    JOIN transformation_inputs i ON i.company = u.company
      AND i.transformation_id = u.transformation_id AND i.output_lot_id IS NULL
      AND i.lot_id = o.lot_id
  ) AS p
  WHERE p.returned > p.before
) AS n
WHERE NOT EXISTS (SELECT FROM component_ends e
                  WHERE e.company = n.company AND e.ending_id = n.ending_id);

-- What came out beside a unit that was reworked, and was exact in it: no longer in it.
INSERT INTO component_ends (company, ending_id, line, transformation_id, input_line, lot_id,
                            unit_lot_id, quantity, entry_id)
SELECT n.company, n.ending_id,
       row_number() OVER (PARTITION BY n.company, n.ending_id
                          ORDER BY n.transformation_id, n.line),
       n.transformation_id, n.line, n.lot_id, n.output_lot_id,
       LEAST(n.quantity, n.removed - n.before), n.entry_id
FROM (
  SELECT b.company, b.transformation_id AS ending_id, t.entry_id, i.transformation_id, i.line,
         i.lot_id, i.output_lot_id, i.quantity, b.removed,
         COALESCE(sum(i.quantity) OVER (
           PARTITION BY b.company, b.transformation_id, i.lot_id
           ORDER BY made.recorded_at, i.transformation_id, i.line
           ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS before
  FROM (SELECT o.company, o.transformation_id, o.lot_id, sum(o.quantity) AS removed
        FROM transformation_outputs o
        WHERE o.role = 2
        GROUP BY o.company, o.transformation_id, o.lot_id) AS b
  JOIN transformations t ON t.company = b.company AND t.transformation_id = b.transformation_id
    AND t.kind = 1 AND t.reverses_id IS NULL
  -- The unit went in, and came out.
  JOIN transformation_inputs u ON u.company = t.company
    AND u.transformation_id = t.transformation_id
  JOIN lots l ON l.company = u.company AND l.lot_id = u.lot_id AND l.tracking = 3
  JOIN transformation_outputs again ON again.company = u.company
    AND again.transformation_id = u.transformation_id AND again.lot_id = u.lot_id
    AND again.role = 1
  JOIN transformation_inputs i ON i.company = u.company AND i.output_lot_id = u.lot_id
    AND i.lot_id = b.lot_id AND i.transformation_id <> t.transformation_id
  JOIN transformations made ON made.company = i.company
    AND made.transformation_id = i.transformation_id AND made.kind = 1
    AND made.recorded_at < t.recorded_at
  WHERE NOT EXISTS (SELECT FROM transformations r
                    WHERE r.company = made.company AND r.reverses_id = made.transformation_id)
    -- What the rework used itself is left over, not removed.
    AND NOT EXISTS (SELECT FROM transformation_inputs own
                    WHERE own.company = b.company AND own.transformation_id = b.transformation_id
                      AND own.lot_id = b.lot_id)
) AS n
WHERE n.removed > n.before
  AND NOT EXISTS (SELECT FROM component_ends e
                  WHERE e.company = n.company AND e.ending_id = n.ending_id);

-- Reads the tables once and stops nobody.
ALTER TABLE transformations VALIDATE CONSTRAINT transformations_kind_known;
ALTER TABLE movements VALIDATE CONSTRAINT movements_kind_known;
ALTER TABLE transformation_outputs VALIDATE CONSTRAINT transformation_outputs_role_known;
