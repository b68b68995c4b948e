// Drops indexes and keys before a bulk load and makes them again.
#include "tests/bench/indexes.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "storage/base/check.h"
#include "storage/pg/pipeline.h"
#include "tests/bench/bench.h"

namespace lots::bench {
namespace {

constexpr char kTables[] = R"sql(
SELECT c.oid::regclass::text FROM pg_class c
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'company'
WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace ORDER BY 1)sql";

// Primary and unique keys first, then indexes, then the foreign keys that need them.
constexpr char kDefinitions[] = R"sql(
SELECT 'ALTER TABLE ' || conrelid::regclass || ' ADD CONSTRAINT ' || conname || ' '
         || pg_get_constraintdef(oid),
       'ALTER TABLE ' || conrelid::regclass || ' DROP CONSTRAINT ' || conname,
       CASE contype WHEN 'f' THEN 3 ELSE 1 END AS turn
FROM pg_constraint
WHERE contype IN ('p', 'u', 'f') AND connamespace = 'public'::regnamespace
  AND conrelid IN (SELECT attrelid FROM pg_attribute WHERE attname = 'company')
UNION ALL
SELECT pg_get_indexdef(i.indexrelid), 'DROP INDEX ' || i.indexrelid::regclass, 2
FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
  AND i.indrelid IN (SELECT attrelid FROM pg_attribute WHERE attname = 'company')
  AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = i.indexrelid)
ORDER BY 3, 1)sql";

struct Definition {
  std::string make;
  std::string drop;
};

std::vector<Definition> Definitions(pg::Connection& db) {
  std::vector<Definition> definitions;
  for (const pg::Row row : Select(db, kDefinitions)) {
    definitions.push_back({row.Get<std::string>(0), row.Get<std::string>(1)});
  }
  return definitions;
}

Indexes Statements(pg::Connection& db) {
  Indexes indexes;
  for (const Definition& definition : Definitions(db)) indexes.push_back(definition.make);
  return indexes;
}

}  // namespace

Indexes DropIndexes(pg::Connection& db) {
  std::vector<std::string> tables;
  for (const pg::Row row : Select(db, kTables)) tables.push_back(row.Get<std::string>(0));
  Execute(db, absl::StrCat("TRUNCATE ", absl::StrJoin(tables, ", ")));
  const std::vector<Definition> definitions = Definitions(db);
  Indexes indexes;
  for (const Definition& definition : definitions) indexes.push_back(definition.make);
  for (auto last = definitions.rbegin(); last != definitions.rend(); ++last) {
    Execute(db, last->drop);
  }
  return indexes;
}

void MakeIndexes(pg::Connection& db, const Indexes& indexes) {
  for (const std::string& index : indexes) Execute(db, index);
  Check(Statements(db) == indexes);
}

}  // namespace lots::bench
