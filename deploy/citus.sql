-- Is to distribute a migrated, still empty database over the workers of a Citus cluster, by company.
--
-- This file does not work as shipped. A trial by hand on a cluster failed; the record does not say at
-- which statement, and the file was not run again since: the project's CI has no cluster. Single
-- features were tried on Citus 12.1 with PostgreSQL 15 and work: keys and foreign keys that contain
-- the company, unnest, ON CONFLICT, FOR UPDATE, trigram indexes. Use the file as a beginning, and run
-- it where nothing can be lost. It is meant to be used like this:
--
--   lotd migrate --database 'host=COORDINATOR dbname=lots user=lots_owner'
--   psql 'host=COORDINATOR dbname=lots user=lots_owner' -v ON_ERROR_STOP=1 -f deploy/citus.sql
--
-- The extension is there (CREATE EXTENSION citus, by a superuser) and the workers are known
-- (citus_add_node). The schema and the binary are those of one machine: every key and every foreign
-- key begins with the company, every statement names it, and nothing needs a trigger or a sequence
-- (tests/deploy/citus_test keeps it so). All rows of a company would be on one worker, so every
-- transaction of lotd would stay on it; a company that outgrows its neighbours would get a worker of
-- its own by citus_move_shard_placement. The order below is that of the foreign keys.
--
-- Not supported: a company larger than one worker; lists over every company (company "-") ask one
-- worker after the other.
BEGIN;

-- Small, the same everywhere, and written once.
SELECT create_reference_table('server_secrets');

SELECT create_distributed_table('companies', 'company', colocate_with => 'none');
SELECT create_distributed_table('products', 'company', colocate_with => 'companies');
SELECT create_distributed_table('number_counters', 'company', colocate_with => 'companies');
SELECT create_distributed_table('locations', 'company', colocate_with => 'companies');
SELECT create_distributed_table('lots', 'company', colocate_with => 'companies');
SELECT create_distributed_table('former_numbers', 'company', colocate_with => 'companies');
SELECT create_distributed_table('balances', 'company', colocate_with => 'companies');
SELECT create_distributed_table('work_orders', 'company', colocate_with => 'companies');
SELECT create_distributed_table('assignments', 'company', colocate_with => 'companies');
SELECT create_distributed_table('issued_components', 'company', colocate_with => 'companies');
SELECT create_distributed_table('transformations', 'company', colocate_with => 'companies');
SELECT create_distributed_table('transformation_inputs', 'company', colocate_with => 'companies');
SELECT create_distributed_table('transformation_outputs', 'company', colocate_with => 'companies');
SELECT create_distributed_table('component_ends', 'company', colocate_with => 'companies');
SELECT create_distributed_table('movements', 'company', colocate_with => 'companies');
SELECT create_distributed_table('deliveries', 'company', colocate_with => 'companies');
SELECT create_distributed_table('lot_events', 'company', colocate_with => 'companies');
SELECT create_distributed_table('warranty_extensions', 'company', colocate_with => 'companies');
SELECT create_distributed_table('audit_entries', 'company', colocate_with => 'companies');
SELECT create_distributed_table('requests', 'company', colocate_with => 'companies');
SELECT create_distributed_table('holds', 'company', colocate_with => 'companies');
SELECT create_distributed_table('inspections', 'company', colocate_with => 'companies');
SELECT create_distributed_table('inspection_results', 'company', colocate_with => 'companies');
SELECT create_distributed_table('inspection_documents', 'company', colocate_with => 'companies');
SELECT create_distributed_table('recalls', 'company', colocate_with => 'companies');
SELECT create_distributed_table('recall_members', 'company', colocate_with => 'companies');
SELECT create_distributed_table('recall_member_changes', 'company', colocate_with => 'companies');
SELECT create_distributed_table('recall_seeds', 'company', colocate_with => 'companies');
SELECT create_distributed_table('recall_dispositions', 'company', colocate_with => 'companies');
SELECT create_distributed_table('recall_former_lots', 'company', colocate_with => 'companies');
SELECT create_distributed_table('recall_responses', 'company', colocate_with => 'companies');
SELECT create_distributed_table('recall_response_quantities', 'company', colocate_with => 'companies');

COMMIT;
