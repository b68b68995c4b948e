-- What was delivered before keeps the term and the day that it has now: nothing earlier is known. A return of one of these deliveries waits for it.
UPDATE deliveries d
SET warranty_months = p.warranty_months, delivered_on = (m.occurred_at AT TIME ZONE c.time_zone)::date
FROM movements m
JOIN lots l ON l.company = m.company AND l.lot_id = m.lot_id AND l.tracking = 3
JOIN products p ON p.company = l.company AND p.product_id = l.product_id
JOIN companies c ON c.company = m.company
WHERE m.company = d.company AND m.movement_id = d.movement_id AND d.warranty_months IS NULL;
