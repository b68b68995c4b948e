"""The house rules about SQL: named once, and sent from one place. What it may say is another test's
(statements_test), which has the text that PostgreSQL was given."""

import re

import cpp
from tree import Finding

# The calls that give PostgreSQL a statement. Only SENDERS make them, because only SENDERS notify
# the observer.
SENDS = re.compile(r"\bPQ(?:send(?:Query|Prepare)|exec|prepare|put|fn)\w*\s*\(")
SENDERS = ("storage/pg/exchange.cc", "storage/pg/connection.cc")


def _sources(files):
    return [file for file in files if file.is_cpp and re.match(r"(storage|service)/", file.path)]


def sent_from_one_place(files):
    for file in _sources(files):
        for match in SENDS.finditer(cpp.code_only(file.text)):
            if file.path not in SENDERS:
                advice = "use a pg::Pipeline: statements_test has to see what is sent"
                yield Finding(file.path, file.line_of(match.start()), "statement", advice)


def unique_names(files):
    seen = {}
    for file in _sources(files):
        for statement in cpp.statement_names(file.text):
            name, line = statement.text, file.line_of(statement.offset)
            if name in seen:
                advice = f"{name} is taken by {seen[name]}: use another name"
                yield Finding(file.path, line, "statement", advice)
            seen.setdefault(name, f"{file.path}:{line}")
            if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
                advice = f"name {name!r} like find_lot: it labels a metric"
                yield Finding(file.path, line, "statement", advice)


TREE_RULES = [sent_from_one_place, unique_names]
