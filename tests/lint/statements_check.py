"""What the statements that ran, as PostgreSQL was given them, prove of the sources."""

import json
import re

import cpp
import sql_catalog
import sql_cluster
import sql_proof
import sql_words
from sql_tree import parse
from tree import Finding

# The few about all companies, and why.
EVERY_COMPANY = {
    "list_companies": "it is the list of them, for housekeeping and the gauges",
}
# What makes the tables and grants rights to them: by one server at its start, before any data.
OF_MIGRATION = {"apply_migration", "create_migrations_table", "grant_rights", "lock_migrations"}

OURS = re.compile(r"(storage|service)/")
TESTS = re.compile(r"tests/")
FILLED_IN = re.compile(r"\$(?:\?|[a-z]\w*)")  # by absl::StrReplaceAll


def sources(files, folder=OURS):
    return [file for file in files if file.is_cpp and folder.match(file.path)]


def strings(files, folder=OURS):
    return {literal.text for file in sources(files, folder) for literal in cpp.literals(file.text)}


def named_statements(files):
    """Every statement's name and where it stands."""
    places = {}
    for file in sources(files):
        for statement in cpp.statement_names(file.text):
            places[statement.text] = (file.path, file.line_of(statement.offset))
        for name in cpp.composed_names(file.text):
            places[name] = (file.path, 1)
    return places


class Log:
    """The pairs of name and text that ran, without those that the tests alone have."""

    def __init__(self, path, files):
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        pairs = {tuple(json.loads(line)) for line in lines}
        tests_own = strings(files, TESTS) - strings(files) - named_statements(files).keys()
        self.names = {name for name, _ in pairs}
        self.texts = sorted(pair for pair in pairs if pair[0] not in tests_own)


def never_executed(files, log):
    for name, (path, line) in sorted(named_statements(files).items()):
        if name not in log.names:
            yield Finding(path, line, "statement", f"no test executes {name}")


def pieces(file, tables):
    """The literals that read or write tenant data: whole statements, or parts of composed ones."""
    touched = re.compile(rf"\b(?:FROM|JOIN|INTO|UPDATE|USING)\s+(?:{tables})\b")
    for literal in cpp.literals(file.text):
        if touched.search(literal.text):
            yield literal


def plain(sql):
    return " ".join(sql.split())


def never_composed(files, log, relations):
    """Parts of composed statements that no statement had that ran: nothing is proven of them."""
    tables = "|".join(name for name, tenant in relations.items() if tenant)
    ran = "\n".join(plain(sql) for _, sql in log.texts)
    words = sql_words.read_words(files)
    for file in sources(files):
        for literal in pieces(file, tables):
            text = sql_words.expand(literal.text, words)
            if any(plain(part) not in ran for part in FILLED_IN.split(text)):
                advice = f"no statement that ran has {plain(text)[:40]!r}..."
                yield Finding(file.path, file.line_of(literal.offset), "company", advice)


def problems_of(name, sql, relations):
    """Why one text is not proven to keep to its company and to what a cluster can do."""
    if unreadable := sql_catalog.readable(sql):
        return [unreadable]
    problems = sql_proof.problems_of(sql, relations)
    if name in EVERY_COMPANY:
        problems = [] if problems else ["it names its company: take it from EVERY_COMPANY"]
    return problems + list(sql_cluster.problems_of(parse(sql), name in EVERY_COMPANY))


def unproven(files, log, relations):
    places = named_statements(files)
    for name, sql in log.texts:
        if name in OF_MIGRATION:
            continue
        path, line = places.get(name, ("storage", 0))
        for problem in problems_of(name, sql, relations):
            yield Finding(path, line, "company", f"{problem} in {name}")
