-- A former number names a lot of its product. A lot that got another product, before anything moved, left its former numbers behind in the product
-- that it had: there they named a lot of another product, and no lot could get them.

UPDATE lots l
SET search_key = split_part(l.search_key, chr(10), 1) || chr(10) || split_part(l.search_key, chr(10), 2) || COALESCE((
      SELECT string_agg(chr(10) || f.search_key, '' ORDER BY f.number_key)
      FROM former_numbers f
      WHERE f.company = l.company AND f.lot_id = l.lot_id AND f.product_id = l.product_id), '')
WHERE EXISTS (SELECT FROM former_numbers f
              WHERE f.company = l.company AND f.lot_id = l.lot_id AND f.product_id <> l.product_id);

DELETE FROM former_numbers f
USING lots l
WHERE l.company = f.company AND l.lot_id = f.lot_id AND l.product_id <> f.product_id;
