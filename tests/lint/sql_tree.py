"""Walks the trees that PostgreSQL's own parser makes of SQL (python3-pglast has it)."""

import pglast
from pglast import ast, enums

FIRST = object()  # $1, which is the company wherever a statement has parameters


def parse(sql):
    """The statements of a text."""
    return [raw.stmt for raw in pglast.parse_sql(sql)]


def children(node):
    if isinstance(node, tuple):
        yield from (child for child in node if isinstance(child, (ast.Node, tuple)))
    elif isinstance(node, ast.Node):
        slots = (getattr(node, slot) for slot in node)
        yield from (child for child in slots if isinstance(child, (ast.Node, tuple)))


def walk(node):
    """A node and all below it."""
    if isinstance(node, ast.Node):
        yield node
    for child in children(node):
        yield from walk(child)


def conjuncts(condition):
    """The parts of a condition that must all be true."""
    if isinstance(condition, ast.BoolExpr) and condition.boolop == enums.BoolExprType.AND_EXPR:
        return [part for argument in condition.args for part in conjuncts(argument)]
    if isinstance(condition, ast.BooleanTest):
        is_true = condition.booltesttype == enums.BoolTestType.IS_TRUE
        return conjuncts(condition.arg) if is_true else []
    return [condition] if condition is not None else []


def equality(node):
    """The two sides of `a = b`, or None."""
    plain = isinstance(node, ast.A_Expr) and node.kind == enums.A_Expr_Kind.AEXPR_OP
    return (node.lexpr, node.rexpr) if plain and node.name[-1].sval == "=" else None


def company_of(node):
    """FIRST for $1, (qualifier or None,) for a column `company`, None for all else."""
    while isinstance(node, ast.TypeCast):
        node = node.arg
    if isinstance(node, ast.ParamRef) and node.number == 1:
        return FIRST
    if not isinstance(node, ast.ColumnRef) or not isinstance(node.fields[-1], ast.String):
        return None
    if node.fields[-1].sval != "company" or len(node.fields) > 2:
        return None
    return (node.fields[0].sval if len(node.fields) == 2 else None,)
