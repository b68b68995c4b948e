-- The database roles of lotd. Run once by a superuser, in the database that is lotd's own:
--
--   createdb lots
--   psql -d lots -f deploy/roles.sql
--   psql -d lots -c '\password lots_owner' -c '\password lots_app' -c '\password lots_readonly'
--   LOTS_DATABASE='host=… dbname=lots user=lots_owner' lotd migrate     # now, and at each upgrade
--   LOTS_DATABASE='host=… dbname=lots user=lots_app'   lotd
--
-- Running it again changes nothing. What each role may do with which table, `lotd migrate` grants
-- (storage/schema/roles.cc), since it knows the tables; that is brought up to date with each migration.
-- Tables that another role made before: REASSIGN OWNED BY that_role TO lots_owner.

-- lots_owner     owns the tables; only `lotd migrate` connects as it.
-- lots_app       serves: adds to the ledger, and cannot change it, nor the schema.
-- lots_readonly  reads, for dashboards and people.
DO $roles$
DECLARE
  role text;
BEGIN
  FOREACH role IN ARRAY ARRAY['lots_owner', 'lots_app', 'lots_readonly'] LOOP
    BEGIN
      EXECUTE format('CREATE ROLE %I LOGIN', role);
    EXCEPTION WHEN duplicate_object OR unique_violation THEN
      NULL;  -- it exists
    END;
    EXECUTE format('ALTER ROLE %I NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS',
                   role);
  END LOOP;

  -- Nobody else connects, or looks, or leaves temporary tables.
  EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
  EXECUTE format('GRANT CONNECT ON DATABASE %I TO lots_owner, lots_app, lots_readonly',
                 current_database());
  -- For its extensions, which PostgreSQL trusts owners of databases with.
  EXECUTE format('GRANT CREATE ON DATABASE %I TO lots_owner', current_database());

  -- A transaction that its client forgot holds no locks for long; a dashboard's query ends.
  EXECUTE format('ALTER ROLE lots_app IN DATABASE %I '
                 'SET idle_in_transaction_session_timeout = ''1min''', current_database());
  EXECUTE format('ALTER ROLE lots_readonly IN DATABASE %I SET statement_timeout = ''30s''',
                 current_database());
  EXECUTE format('ALTER ROLE lots_readonly IN DATABASE %I '
                 'SET default_transaction_read_only = on', current_database());
END $roles$;

REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA public TO lots_owner;
GRANT USAGE ON SCHEMA public TO lots_app, lots_readonly;
