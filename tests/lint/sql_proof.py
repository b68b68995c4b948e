"""Proves of a statement's text that it touches rows of one company alone: the one that is $1.

At every level of a query, each table or view of tenant data has to have its company equal to $1, by
a condition that all rows pass, directly or over the company of something of which that holds. What
the proof does not know is a problem too.
"""

import dataclasses

from pglast import ast, enums

from sql_tree import FIRST, children, company_of, conjuncts, equality, parse, walk

QUERIES = (ast.SelectStmt, ast.InsertStmt, ast.UpdateStmt, ast.DeleteStmt)
# They touch no row.
# ANALYZE and DISCARD answer no rows.
HARMLESS = (ast.TransactionStmt, ast.VariableSetStmt, ast.VariableShowStmt, ast.DeallocateStmt,
            ast.DiscardStmt, ast.VacuumStmt, ast.ConstraintsSetStmt)
JOIN_BINDS = {  # of which side a join's condition holds in all rows
    enums.JoinType.JOIN_INNER: lambda left, right: left + right,
    enums.JoinType.JOIN_LEFT: lambda left, right: right,
    enums.JoinType.JOIN_RIGHT: lambda left, right: left,
    enums.JoinType.JOIN_FULL: lambda left, right: [],
}


@dataclasses.dataclass(frozen=True)
class Column:
    name: str
    proven: bool  # is $1, or the company of rows of which that is known


@dataclasses.dataclass(eq=False)
class Source:
    """Something with rows under a name, in one level of a query."""

    name: str
    relation: str = ""  # of tenant data, whose company must be proven
    has_company: bool = False
    proven: bool = False

    @staticmethod
    def of(name, columns):
        companies = [column.proven for column in columns if column.name == "company"]
        return Source(name, "", bool(companies), bool(companies) and all(companies))


class Scope:
    """The sources of one level, and around it those of the queries that it stands in."""

    def __init__(self, outer=None):
        self.outer = outer
        self.sources = []
        self.equalities = []  # (side, side, sources of which it holds)

    def resolve(self, term):
        """The source of a column `company`, or None."""
        (qualifier,) = term
        found = [source for source in self.sources if source.name == qualifier]
        if qualifier is None:
            found = [source for source in self.sources if source.has_company]
        if found:
            return found[0] if len(found) == 1 and found[0].has_company else None
        return self.outer.resolve(term) if self.outer else None

    def is_proven(self, term):
        if term is None or term is FIRST:
            return term is FIRST
        source = self.resolve(term)
        return source is not None and source.proven

    def add_condition(self, condition, sources):
        for part in conjuncts(condition):
            if sides := equality(part):
                left, right = map(company_of, sides)
                self.equalities += [(left, right, sources), (right, left, sources)]

    def settle(self):
        """Follows the equalities until they prove nothing more."""
        before = None
        while before != (before := [source.proven for source in self.sources]):
            for side, other, sources in self.equalities:
                if isinstance(side, tuple) and self.is_proven(other):
                    source = self.resolve(side)
                    if source in sources:
                        source.proven = True


class Proof:
    """Of one text. `relations` says of every table and view whether it is tenant data."""

    def __init__(self, relations):
        self.relations = relations
        self.problems = []

    def statement(self, node, outer=None, ctes=None):
        """Its columns."""
        kinds = {
            ast.SelectStmt: self.select,
            ast.InsertStmt: self.insert,
            ast.UpdateStmt: self.update,
            ast.DeleteStmt: self.delete,
        }
        return kinds[type(node)](node, outer, ctes or {})

    def visit(self, node, scope, ctes):
        """Expressions, for the queries in them."""
        if isinstance(node, QUERIES):
            self.statement(node, scope, ctes)
        elif isinstance(node, ast.RangeVar):
            self.problems.append(f"{node.relname} stands where the proof does not understand it")
        else:
            for child in children(node):
                self.visit(child, scope, ctes)

    # --- sources

    def source_of(self, node, ctes):
        """The source that a table's name means."""
        name = node.alias.aliasname if node.alias else node.relname
        if not node.schemaname and node.relname in ctes:
            return Source.of(name, ctes[node.relname])
        if node.schemaname in (None, "public") and node.relname in self.relations:
            tenant = self.relations[node.relname]
            return Source(name, node.relname if tenant else "", tenant)
        if node.schemaname not in (None, "pg_catalog") or not node.relname.startswith("pg_"):
            self.problems.append(f"nobody knows whether {node.relname} is tenant data")
        return Source(name)

    def add_item(self, item, scope, ctes, queries):
        """Adds the sources of an item of FROM; returns them."""
        if isinstance(item, ast.JoinExpr):
            return self.add_join(item, scope, ctes, queries)
        name = item.alias.aliasname if getattr(item, "alias", None) else ""
        if isinstance(item, ast.RangeVar):
            source = self.source_of(item, ctes)
        elif isinstance(item, ast.RangeSubselect):
            source = Source(name)
            queries.append((source, item))
        else:
            columns = item.alias.colnames if name and item.alias.colnames else ()
            source = Source.of(name, [Column(column.sval, False) for column in columns])
            queries.append((None, item))
        scope.sources.append(source)
        return [source]

    def add_join(self, item, scope, ctes, queries):
        left = self.add_item(item.larg, scope, ctes, queries)
        right = self.add_item(item.rarg, scope, ctes, queries)
        scope.add_condition(item.quals, JOIN_BINDS[item.jointype](left, right))
        queries.append((None, item.quals))
        return left + right

    def fill(self, scope, items, where, ctes):
        """Makes the sources of a level known, then looks into the queries among them."""
        queries = []
        for item in items or ():
            self.add_item(item, scope, ctes, queries)
        scope.add_condition(where, scope.sources)
        scope.settle()
        for source, node in queries:
            if source is None:
                self.visit(node, scope, ctes)
                continue
            columns = renamed(self.select(node.subquery, scope, ctes), node.alias)
            known = Source.of(source.name, columns)
            source.has_company, source.proven = known.has_company, known.proven
            scope.settle()
        for source in scope.sources:
            if source.relation and not source.proven:
                self.problems.append(f"say company = $1 of {source.name}")
        self.visit(where, scope, ctes)

    def columns(self, targets, scope):
        return [column for target in targets or () for column in columns_of(target, scope)]

    # --- statements

    def with_clause(self, clause, outer, ctes):
        ctes = dict(ctes)
        for cte in clause.ctes if clause else ():
            query = cte.ctequery
            calls_itself = clause.recursive and any(
                isinstance(node, ast.RangeVar) and node.relname == cte.ctename
                for node in walk(query)
            )
            columns = (
                self.recursion(cte, outer, ctes)
                if calls_itself
                else self.statement(query, outer, ctes)
            )
            ctes[cte.ctename] = renamed(columns, cte)
        return ctes

    def recursion(self, cte, outer, ctes):
        """A cluster wants the constant in each arm: equal to what recurs is not enough."""
        query = cte.ctequery
        if not isinstance(query, ast.SelectStmt) or query.op == enums.SetOperation.SETOP_NONE:
            self.problems.append(f"{cte.ctename} calls itself outside of a UNION")
            return []
        ctes = self.with_clause(query.withClause, outer, ctes)
        first = self.select(query.larg, outer, ctes)
        unproven = [Column(column.name, False) for column in renamed(first, cte)]
        return both(first, self.select(query.rarg, outer, {**ctes, cte.ctename: unproven}))

    def select(self, node, outer, ctes):
        ctes = self.with_clause(node.withClause, outer, ctes)
        scope = Scope(outer)
        if node.op != enums.SetOperation.SETOP_NONE:
            arms = [self.select(arm, outer, ctes) for arm in (node.larg, node.rarg)]
            columns = both(*arms)
        elif node.valuesLists:
            self.visit(node.valuesLists, outer, ctes)
            columns = [
                Column(f"column{index + 1}", all(proven))
                for index, proven in enumerate(zip(*self.proven_values(node, outer)))
            ]
        else:
            self.fill(scope, node.fromClause, node.whereClause, ctes)
            columns = self.columns(node.targetList, scope)
        for slot in node:
            known = ("withClause", "larg", "rarg", "valuesLists", "fromClause", "whereClause")
            if slot not in (*known, "lockingClause"):  # FOR UPDATE OF names sources
                self.visit(getattr(node, slot), scope, ctes)
        return columns

    def proven_values(self, node, outer):
        scope = Scope(outer)
        return [[scope.is_proven(company_of(value)) for value in row] for row in node.valuesLists]

    def insert(self, node, outer, ctes):
        ctes = self.with_clause(node.withClause, outer, ctes)
        target = self.source_of(node.relation, {})
        rows = self.select(node.selectStmt, outer, ctes) if node.selectStmt else []
        names = [column.name for column in node.cols or ()]
        given = dict(zip(names, rows)).get("company")
        if target.relation and not (given and given.proven):
            self.problems.append(f"insert $1 as the company into {target.relation}")
        # A row in conflict has the same key, which begins with the company (citus_test).
        target.proven = True
        scope = Scope(outer)
        scope.sources = [target, Source("excluded", "", target.has_company, True)]
        self.visit(node.onConflictClause, scope, ctes)
        scope.sources = [target]
        self.visit(node.returningList, scope, ctes)
        return self.columns(node.returningList, scope)

    def update(self, node, outer, ctes):
        return self.change(node, node.fromClause, outer, ctes)

    def delete(self, node, outer, ctes):
        return self.change(node, node.usingClause, outer, ctes)

    def change(self, node, items, outer, ctes):
        ctes = self.with_clause(node.withClause, outer, ctes)
        scope = Scope(outer)
        scope.sources = [self.source_of(node.relation, {})]
        self.fill(scope, items, node.whereClause, ctes)
        self.visit((getattr(node, "targetList", None) or (), node.returningList), scope, ctes)
        return self.columns(node.returningList, scope)


def columns_of(target, scope):
    """What an entry of a list of columns yields."""
    value = target.val
    if isinstance(value, ast.ColumnRef) and isinstance(value.fields[-1], ast.A_Star):
        name = value.fields[0].sval if len(value.fields) > 1 else None
        sources = [source for source in scope.sources if name in (None, source.name)]
        return [Column("company", source.proven) for source in sources if source.has_company]
    name = target.name
    if not name and isinstance(value, ast.ColumnRef):
        name = value.fields[-1].sval
    return [Column(name or "", scope.is_proven(company_of(value)))]


def renamed(columns, alias):
    """The columns under the names that an alias or a CTE gives them."""
    names = getattr(alias, "colnames", None) or getattr(alias, "aliascolnames", None) or ()
    named = [Column(name.sval, column.proven) for name, column in zip(names, columns)]
    return named + columns[len(named) :]


def both(first, second):
    """The columns of a UNION."""
    if len(first) != len(second):
        return [Column(column.name, False) for column in first]
    return [Column(a.name, a.proven and b.proven) for a, b in zip(first, second)]


def problems_of(sql, relations):
    """What keeps each statement of a text from being proven."""
    proof = Proof(relations)
    for node in parse(sql):
        if isinstance(node, QUERIES):
            proof.statement(node)
        elif not isinstance(node, HARMLESS):
            proof.problems.append(f"{type(node).__name__} is no statement for tenant data")
    return list(dict.fromkeys(proof.problems))


def view_problems(view, relations):
    """What keeps a view from having, in all it reads, the company that it shows.

    A query that demands company = $1 of the view demands it of each, as if $1 were that column.
    """
    proof = Proof(relations)
    for arm in arms_of(view.query):
        shown = [target.val for target in arm.targetList if shows_company(target)]
        if len(shown) != 1 or not isinstance(company_of(shown[0]), tuple):
            proof.problems.append("show the company of one table in each arm")
            continue
        arm.whereClause = and_is_first(arm.whereClause, shown[0])
        proof.select(arm, None, {})
    return proof.problems


def and_is_first(condition, column):
    is_first = ast.A_Expr(
        kind=enums.A_Expr_Kind.AEXPR_OP,
        name=(ast.String("="),),
        lexpr=column,
        rexpr=ast.ParamRef(number=1),
    )
    parts = tuple(conjuncts(condition)) + (is_first,)
    return ast.BoolExpr(boolop=enums.BoolExprType.AND_EXPR, args=parts)


def arms_of(query):
    if query.op == enums.SetOperation.SETOP_NONE:
        return [query]
    return arms_of(query.larg) + arms_of(query.rarg)


def shows_company(target):
    return target.name == "company" or (not target.name and company_of(target.val) is not None)
