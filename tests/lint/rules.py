"""The house rules that concern one file or the list of files. Each yields Findings."""

import ast
import re

import cpp
from tree import Finding

LINE_COLUMNS_MAX = 100
FUNCTION_LINES_MAX = 70
FILE_LINES_MAX = 500
# A proto cannot be split once it was released: to clients, a message that moves to another file is
# another message (buf's category FILE).
PROTO_LINES_MAX = 800

TOP_LEVEL = "CMakeLists.txt README.md LICENSE proto service storage deploy tests".split()
TOP_LEVEL_ADVICE = f"move it: the root holds only {' '.join(TOP_LEVEL)}"

# Spelt in pieces, or this file would break its own rules.
UNFINISHED = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X|HA" + r"CK)\b")
MACHINE_PATH = re.compile(r"(?<![\w.$}])/(?:ro" + r"ot|home/[a-z]+|wo" + r"rk)/")
STD_STRING_VIEW = re.compile(r"\bstd::string_" + r"view\b")
SLEEP = re.compile(r"\b(?:SleepFor|sleep_for|usleep|time\.sleep)\s*\(|^\s*sleep\s+[0-9]")
LOOP = re.compile(r"\b(?:while|for|do)\b")
# Where every source begins with a comment.
COMMENTED = re.compile(r"(?:tests|storage|service)/")
INCLUDE = re.compile(r'^\s*#\s*include\s+["<]([^">]+)[">]')

# A Problem is made with this reason: the reason is followed by the other members of the Problem or
# of a row of texts, which are no reasons.
WORDED = re.compile(r"\.reason = Reason::(k\w+)|\bReason::(k\w+),(?!\s*Reason::)")
# Names every reason, and words none.
REASON_NAMES = "storage/domain/errors.cc"

RPC = r"(?:grpc|grpcpp|google/(?:protobuf|rpc|api|type)|prometheus|lots)/"
# (which files, what they must not include, why). wings.py has the order of the wings.
INCLUDE_RULES = [
    ("storage/", rf"(?:service|tests)/|{RPC}", "storage knows no gRPC, protobuf or service"),
    ("storage/(?!pg/)|service/", r"libpq|postgres_ext\.h|pg_config", "only storage/pg knows libpq"),
    (
        "service/ctl/",
        r"storage/(?!base/)|service/(?!ctl/|version/)",
        "lotctl is a client: it knows the proto, storage/base and the version",
    ),
    ("service/", r"tests/", "the product does not know its tests"),
    ("service/(?!ctl/)", r"service/ctl/", "the server does not know its client"),
]


def includes(file):
    if not file.is_cpp:
        return
    for number, line in enumerate(file.lines, 1):
        match = INCLUDE.match(line)
        if not match:
            continue
        for where, forbidden, why in INCLUDE_RULES:
            if re.match(where, file.path) and re.match(forbidden, match.group(1)):
                yield Finding(file.path, number, "include", f"drop {match.group(1)}: {why}")
                break


def line_length(file):
    if not file.is_code or file.suffix in (".proto", ".sql"):
        return
    for number, line in enumerate(file.lines, 1):
        if len(line) > LINE_COLUMNS_MAX:
            yield Finding(
                file.path, number, "line", f"{len(line)} columns: break it at {LINE_COLUMNS_MAX}"
            )


def file_length(file):
    lines_max = PROTO_LINES_MAX if file.suffix == ".proto" else FILE_LINES_MAX
    if file.is_code and len(file.lines) > lines_max:
        yield Finding(
            file.path,
            lines_max + 1,
            "file",
            f"{len(file.lines)} lines: split it by its subjects (at most {lines_max})",
        )


def _python_functions(text):
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node.lineno, node.end_lineno


def _shell_functions(text):
    first = None
    for number, line in enumerate(text.splitlines(), 1):
        if re.match(r"\w[\w-]*\(\)\s*\{$", line):
            first = number
        elif line == "}" and first:
            yield first, number
            first = None


def function_length(file):
    if file.is_cpp:
        found = cpp.functions(file.text)
    elif file.is_python:
        found = _python_functions(file.text)
    elif file.is_shell:
        found = _shell_functions(file.text)
    else:
        return
    for first, last in found:
        length = last - first + 1
        if length > FUNCTION_LINES_MAX:
            yield Finding(
                file.path,
                first,
                "function",
                f"{length} lines: take a part out of it (at most {FUNCTION_LINES_MAX})",
            )


def pragma_once(file):
    if file.suffix == ".h" and not re.search(r"^#pragma once$", file.text, re.MULTILINE):
        yield Finding(file.path, 1, "pragma", "begin the header with #pragma once")


def first_comment(file):
    if file.suffix == ".cc" and COMMENTED.match(file.path) and not file.text.startswith("//"):
        yield Finding(file.path, 1, "comment", "begin with a comment that says what the file holds")


def _each_match(file, pattern, rule, advice):
    for number, line in enumerate(file.lines, 1):
        match = pattern.search(line)
        if match:
            yield Finding(file.path, number, rule, advice.format(match.group().strip()))


def string_view(file):
    if file.is_cpp:
        yield from _each_match(
            file, STD_STRING_VIEW, "string_view", "use absl::string_view, the two do not convert"
        )


def unfinished(file):
    yield from _each_match(file, UNFINISHED, "unfinished", "finish it, or drop the word {}")


def machine_path(file):
    yield from _each_match(
        file, MACHINE_PATH, "path", "{} is of one machine: use a relative or a temporary path"
    )


def sleep(file):
    if not re.match(r"tests/(storage|service|fault)/", file.path):
        return
    advice = "wait for a condition with a deadline, not for time"
    for finding in _each_match(file, SLEEP, "sleep", advice):
        above = file.lines[max(0, finding.line - 4) : finding.line]
        # The pause between two looks at a condition is what waiting for it means.
        if not any(LOOP.search(line) for line in above):
            yield finding


def whitespace(file):
    for number, line in enumerate(file.lines, 1):
        if line != line.rstrip():
            yield Finding(file.path, number, "space", "run tests/lint/fix: the line ends in space")
    if file.text and not file.text.endswith("\n"):
        yield Finding(
            file.path, len(file.lines), "space", "run tests/lint/fix: the last line has no end"
        )


def run_bit(file):
    if file.has_shebang and not file.is_executable:
        yield Finding(file.path, 1, "run_bit", f"chmod +x {file.path}: it begins with #!")
    elif file.is_executable and not file.has_shebang:
        yield Finding(file.path, 1, "run_bit", f"chmod -x {file.path}: it is no program")


FILE_RULES = [
    includes,
    line_length,
    file_length,
    function_length,
    pragma_once,
    first_comment,
    string_view,
    unfinished,
    machine_path,
    sleep,
    whitespace,
    run_bit,
]


def top_level(files):
    for name in sorted({file.path.split("/")[0] for file in files}):
        if name not in TOP_LEVEL and not name.startswith("."):
            yield Finding(name, 1, "top_level", TOP_LEVEL_ADVICE)


def reason_words(files):
    """The words of one reason are in one file: two texts for one reason would drift apart."""
    places = {}
    for file in files:
        is_product = file.is_cpp and file.path.startswith(("storage/", "service/"))
        if not is_product or file.path == REASON_NAMES:
            continue
        for match in WORDED.finditer(cpp.blank_comments(file.text)):
            place = (file.path, file.line_of(match.start()))
            places.setdefault(match.group(1) or match.group(2), []).append(place)
    for reason, found in places.items():
        home = min((not path.endswith("/refusals.cc"), path) for path, _ in found)[1]
        for path, line in found:
            if path != home:
                advice = f"call a function of {home}: the words of {reason} are there"
                yield Finding(path, line, "reason", advice)


TREE_RULES = [top_level, reason_words]
