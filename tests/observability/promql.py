"""Which metrics a PromQL expression names. Its grammar is judged by promtool and Prometheus."""
import re

STRINGS = re.compile(r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'')
SELECTORS = re.compile(r"\{[^}]*\}|\[[^\]]*\]")
LABEL_LISTS = re.compile(r"\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)")
NAMES = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*(?!\s*\()(?![a-zA-Z0-9_:])")
NAME_SELECTOR = re.compile(r'__name__=~"([^"]+)"')
KEYWORDS = {"and", "or", "unless", "offset", "bool", "by", "without", "on", "ignoring", "inf",
            "nan", "group_left", "group_right"}


def metrics_of(expression):
    named = {name for list_ in NAME_SELECTOR.findall(expression) for name in list_.split("|")}
    bare = LABEL_LISTS.sub(" ", SELECTORS.sub(" ", STRINGS.sub(" ", expression)))
    words = {word for word in NAMES.findall(bare) if word.lower() not in KEYWORDS}
    return named | {word for word in words if not re.fullmatch(r"e\d*|[a-z]", word)}
