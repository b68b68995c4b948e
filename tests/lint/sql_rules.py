"""The house rules about SQL: named once, and on tenant data never without the company."""

import re

import cpp
from tree import Finding

CREATE_TABLE = re.compile(
    r"\bCREATE\s+TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?(\w+)\s*\(\s*(\w+)", re.IGNORECASE
)
COMPANY_GIVEN = re.compile(r"\bcompany\s*=\s*\$1\b", re.IGNORECASE)
COMPANY_JOINED = re.compile(
    r"\bcompany\s*=\s*\w+\.company\b|\bUSING\s*\(\s*company\b", re.IGNORECASE
)
# The few that are about all companies say so, in the comment above them or in their SQL.
EVERY_COMPANY = re.compile(r"(?://|--)\s*Every company:[ \t]*\S")


def tenant_tables(files):
    """The tables of the migrations whose first column is the company."""
    tables = set()
    for file in files:
        if re.match(r"storage/migrations/.*\.sql$", file.path):
            sql = re.sub(r"--[^\n]*", "", file.text)
            tables |= {name for name, column in CREATE_TABLE.findall(sql) if column == "company"}
    return tables


def _missing_company(sql, tables):
    """What is wrong with a statement, or an empty string."""
    names = "|".join(sorted(tables))
    sql = re.sub(r"--[^\n]*", "", sql)
    for table, columns in re.findall(
        rf"\bINTO\s+({names})\b(?:\s+AS\s+\w+)?\s*\(([^)]*)\)", sql, re.IGNORECASE
    ):
        if "company" not in re.split(r"\W+", columns):
            return f"insert the company into {table}"
    reads = re.findall(rf"\b(?:FROM|JOIN|UPDATE|USING)\s+({names})\b", sql, re.IGNORECASE)
    if not reads:
        return ""
    given = len(COMPANY_GIVEN.findall(sql))
    if not given:
        return f"say company = $1 of {reads[0]}"
    if given + len(COMPANY_JOINED.findall(sql)) < len(reads):
        return f"say company = $1 for each of: {', '.join(reads)}"
    return ""


def _says_every_company(file, sql):
    above = file.text[: sql.offset].rstrip("\n").splitlines()
    comment = []
    line = len(above) - 1
    if line >= 0 and not above[line].lstrip().startswith("//"):
        line -= 1  # the statement's own line, up to the statement
    while line >= 0 and above[line].lstrip().startswith("//"):
        comment.append(above[line])
        line -= 1
    return EVERY_COMPANY.search("\n".join(comment) + "\n" + sql.text)


def _composed(file):
    """The pieces that a source composes statements from, as one: any may be cut short."""
    pieces = list(cpp.loose_sql(file.text))
    if pieces:
        text = "\n".join(piece.text for piece in pieces)
        yield cpp.Sql("", text, pieces[0].offset, pieces[-1].end)


def company(files):
    tables = tenant_tables(files)
    if not tables:
        return
    for file in files:
        if not file.is_cpp or not re.match(r"(storage|service)/", file.path):
            continue
        for sql in [*cpp.statements(file.text), *_composed(file)]:
            problem = _missing_company(sql.text, tables)
            if problem and not _says_every_company(file, sql):
                name = sql.name or "this SQL"
                advice = f"{problem} in {name} (or say above it: // Every company: why)"
                yield Finding(file.path, file.line_of(sql.offset), "company", advice)


def unique_names(files):
    seen = {}
    for file in files:
        if not file.is_cpp or not re.match(r"(storage|service)/", file.path):
            continue
        for statement in cpp.statements(file.text):
            place = f"{file.path}:{file.line_of(statement.offset)}"
            if statement.name in seen:
                advice = f"{statement.name} is taken by {seen[statement.name]}: use another name"
                yield Finding(file.path, file.line_of(statement.offset), "statement", advice)
            seen.setdefault(statement.name, place)
            if not re.fullmatch(r"[a-z][a-z0-9_]*", statement.name):
                advice = f"name {statement.name!r} like find_lot: it labels a metric"
                yield Finding(file.path, file.line_of(statement.offset), "statement", advice)


TREE_RULES = [company, unique_names]
