"""The tables and views that the migrations make, and which of them hold companies' data."""

import re

import pglast
from pglast import ast

import sql_proof
from sql_tree import parse
from tree import Finding

MIGRATION = re.compile(r"storage/schema/migrations/.*\.sql$")
# Made by storage/schema/migrate.cc itself.
KNOWN = {"schema_migrations": False}


def relations_of(files):
    """Of every table and view whether it is tenant data: whether its company comes first, or is
    shown; and what is wrong with the views."""
    relations = dict(KNOWN)
    found = []
    for file in files:
        if not MIGRATION.match(file.path):
            continue
        for node in parse(file.text):
            if isinstance(node, ast.CreateStmt):
                relations[node.relation.relname] = begins_with_company(node)
            elif isinstance(node, ast.ViewStmt):
                relations[node.view.relname] = True
                found += findings(file, node.view.relname, sql_proof.view_problems(node, relations))
            elif isinstance(node, ast.CreateFunctionStmt | ast.RuleStmt):
                found += findings(file, "this", ["it hides what it reads from the proof"])
    return relations, found


def begins_with_company(table):
    columns = [part for part in table.tableElts or () if isinstance(part, ast.ColumnDef)]
    return bool(columns) and columns[0].colname == "company"


def findings(file, name, problems):
    line = file.line_of(max(file.text.find(f"VIEW {name}"), 0))
    return [Finding(file.path, line, "company", f"{problem} in {name}") for problem in problems]


def readable(sql):
    """The problem of a text that is no SQL, or an empty string."""
    try:
        parse(sql)
    except pglast.parser.ParseError as error:
        return f"PostgreSQL does not understand it: {error}"
    return ""
