"""Which SQL statements of the sources a log of executed ones lacks."""

import re

import cpp
from tree import read_tree


def named_statements(files):
    """Every statement's name and where it stands."""
    places = {}
    for file in files:
        if not file.is_cpp or not re.match(r"(storage|service)/", file.path):
            continue
        for statement in cpp.statements(file.text):
            places[statement.name] = f"{file.path}:{file.line_of(statement.offset)}"
        for name in cpp.composed_names(file.text):
            places[name] = f"{file.path}:1"
    return places


def never_executed(root, log):
    executed = set(log.read_text(encoding="utf-8").split()) if log.exists() else set()
    places = named_statements(read_tree(root))
    missing = sorted(name for name in places if name not in executed)
    return places, [f"{places[name]}: statement: no test executes {name}" for name in missing]
