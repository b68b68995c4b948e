"""What a cluster of databases refuses of a statement, whatever company it names (deploy/citus.sql).

Tried on Citus: functions that are not immutable in ON CONFLICT DO UPDATE, volatile ones in UPDATE
and DELETE, a changed company, FOR UPDATE over several companies; and advisory locks, notifications
and sequences, which are known to one server alone.
"""

from pglast import ast, enums

from sql_tree import walk

# The immutable ones that statements use where a cluster wants no others. To add one, look it up:
# SELECT provolatile FROM pg_proc WHERE proname = '…' says i.
IMMUTABLE = {"unnest", "sum", "max", "string_agg", "chr"}
OF_ONE_SERVER = ("pg_advisory_", "pg_try_advisory_", "pg_notify", "nextval", "setval", "currval")


def functions_of(node):
    """The functions that a tree calls, CURRENT_TIMESTAMP and its kind among them."""
    for found in walk(node):
        if isinstance(found, ast.FuncCall):
            yield found.funcname[-1].sval
        elif isinstance(found, ast.SQLValueFunction):
            yield enums.SQLValueFunctionOp(found.op).name.removeprefix("SVFOP_")


def set_columns(node):
    return [target.name for target in node.targetList or ()]


def refused(node):
    """What a cluster refuses of one node of a tree."""
    if isinstance(node, ast.OnConflictClause | ast.UpdateStmt):
        if "company" in set_columns(node):
            yield "a row cannot change its company"
    if isinstance(node, ast.OnConflictClause | ast.UpdateStmt | ast.DeleteStmt):
        for name in functions_of(node):
            if name not in IMMUTABLE:
                yield f"pass what {name} answers as a parameter"
    if isinstance(node, ast.FuncCall) and node.funcname[-1].sval.startswith(OF_ONE_SERVER):
        yield f"{node.funcname[-1].sval} is known to one server alone"
    if isinstance(node, ast.ListenStmt | ast.NotifyStmt | ast.LockStmt):
        yield f"{type(node).__name__} is known to one server alone"


def problems_of(statements, every_company):
    for node in walk(tuple(statements)):
        yield from refused(node)
        if every_company and isinstance(node, ast.LockingClause):
            yield "FOR UPDATE needs a company"
