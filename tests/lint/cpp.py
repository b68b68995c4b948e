"""Just enough of C++ to find functions and SQL in it: no parser, but not fooled by strings."""

import dataclasses
import re

TOKEN = re.compile(
    r"""
      (?P<comment>//[^\n]*|/\*.*?\*/)
    | R"(?P<delimiter>[^(\s"]*)\((?P<raw>.*?)\)(?P=delimiter)"
    | (?P<string>"(?:\\.|[^"\\\n])*")
    | (?P<number>\b[0-9][0-9A-Fa-fxX']*)
    | (?P<character>'(?:\\.|[^'\\\n])*')
    """,
    re.DOTALL | re.VERBOSE,
)
DIRECTIVE = re.compile(r"^[ \t]*#(?:[^\n\\]|\\.|\\\n)*", re.MULTILINE)
STATEMENT = re.compile(r'\bStatement\s+\w+\s*(?:=\s*)?\{\s*"(?P<name>[^"]*)"\s*,')
BY_IDS = re.compile(r'\bLOTS_BY_IDS\(\s*\w+\s*,\s*"(?P<name>[^"]*)"\s*,')
ESCAPE = re.compile(r"\\(.)", re.DOTALL)
COMPOSED = re.compile(r'\bAddComposed\(\s*"(?P<name>[^"]*)"')


@dataclasses.dataclass(frozen=True)
class Found:
    text: str
    offset: int


def _spaces(text):
    return re.sub(r"[^\n]", " ", text)


def blank_comments(text):
    """The text with its comments turned into spaces, every other character where it was."""

    def blank(match):
        return _spaces(match.group()) if match.group("comment") else match.group()

    return TOKEN.sub(blank, text)


def code_only(text):
    """The text with comments, literals and preprocessor lines turned into spaces."""

    def blank(match):
        return match.group() if match.group("number") else _spaces(match.group())

    return DIRECTIVE.sub(lambda match: _spaces(match.group()), TOKEN.sub(blank, text))


def statement_names(text):
    """The names of a source's pg::Statement constants; LOTS_BY_IDS (by_ids.h of genealogy/graph)
    makes two."""
    code = blank_comments(text)
    for match in STATEMENT.finditer(code):
        yield Found(match.group("name"), match.start())
    for match in BY_IDS.finditer(code):
        for name in (match.group("name"), match.group("name") + "_in_range"):
            yield Found(name, match.start())


def composed_names(text):
    return [match.group("name") for match in COMPOSED.finditer(blank_comments(text))]


def _unescaped(escape):
    return {"n": "\n", "t": "\t"}.get(escape[1], escape[1])


def literals(text):
    """The strings of a source, as the program has them."""
    for match in TOKEN.finditer(blank_comments(text)):
        if match.group("delimiter") is not None:
            yield Found(match.group("raw"), match.start())
        elif match.group("string"):
            yield Found(ESCAPE.sub(_unescaped, match.group("string")[1:-1]), match.start())


def _scope_of(head):
    """What a brace opens whose declaration so far is `head`, outside of any function."""
    head = re.sub(r"\btemplate\s*<[^{}]*?>\s*(?=\w)", "", head).strip()
    if re.search(r"\bnamespace\b|\bextern\s*$", head):
        return "namespace"
    if re.match(r"(?:typedef\s+)?(?:class|struct|union|enum)\b", head):
        return "class"
    # The members' initialisers of a constructor: the body is still to come.
    if re.search(r"\)[\s\w]*:(?!:)", head) and re.search(r"[\w>]$", head):
        return "initialiser"
    if ")" not in head:
        return "value"
    assigned = re.search(r"(?<![=!<>])=(?!=)", head) and not re.search(r"\boperator\b", head)
    is_lambda = re.search(r"\[[^\]]*\]\s*(\(|$)", head)
    return "value" if assigned and not is_lambda else "function"


def functions(text):
    """Yields (first line, last line) of every function defined in a source."""
    code = code_only(text)
    stack = []  # (scope, offset of the declaration's first character)
    start = 0  # where the declaration that is being read began
    for match in re.finditer(r"[{};]", code):
        token, offset = match.group(), match.start()
        inside = bool(stack) and stack[-1][0] in ("function", "block")
        if token == "{":
            head = code[start:offset]
            scope = "block" if inside else _scope_of(head)
            stack.append((scope, start + len(head) - len(head.lstrip())))
            if scope != "initialiser":
                start = offset + 1
        elif token == "}" and stack:
            scope, first = stack.pop()
            if scope == "function":
                yield code.count("\n", 0, first) + 1, code.count("\n", 0, offset) + 1
            if scope != "initialiser":
                start = offset + 1
        elif token == ";" and not inside:
            start = offset + 1
