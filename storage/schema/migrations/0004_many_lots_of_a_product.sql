-- The planner believes the sample of ANALYZE: with 2,000 small companies and a large one, a company and a product together have less than one
-- lot on average. Then any index that begins with the two looks as good as the one that ends with the number, and a look-up by number reads all
-- lots of the product. Ten distinct products make the planner expect many lots a product, so only the index with the number is cheap.
-- https://www.postgresql.org/docs/15/sql-altertable.html (n_distinct). The next ANALYZE uses it; this one takes a second or two.
ALTER TABLE lots ALTER COLUMN product_id SET (n_distinct = 10);
ANALYZE lots (product_id);
