"""Which metrics and labels a PromQL expression names; promtool and Prometheus check its grammar."""
import re

STRINGS = re.compile(r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'')
SELECTORS = re.compile(r"\{[^}]*\}|\[[^\]]*\]")
LABEL_LISTS = re.compile(r"\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)")
NAMES = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*(?!\s*\()(?![a-zA-Z0-9_:])")
SELECTED = re.compile(r"([a-zA-Z_:][a-zA-Z0-9_:]*)\{([^}]*)\}")
NAME_SELECTOR = re.compile(r'__name__=~"([^"]+)"')
KEYWORDS = {"and", "or", "unless", "offset", "bool", "by", "without", "on", "ignoring", "inf",
            "nan", "group_left", "group_right"}


def metrics_of(expression):
    named = {name for list_ in NAME_SELECTOR.findall(expression) for name in list_.split("|")}
    bare = LABEL_LISTS.sub(" ", SELECTORS.sub(" ", STRINGS.sub(" ", expression)))
    words = {word for word in NAMES.findall(bare) if word.lower() not in KEYWORDS}
    return named | {word for word in words if not re.fullmatch(r"e\d*|[a-z]", word)}


def labels_of(expression):
    """The labels that it names, by metric: those of its selectors, and those of its label lists,
    which are of every metric."""
    plain = STRINGS.sub("", expression)
    everywhere = {label for list_ in LABEL_LISTS.findall(plain)
                  for label in re.findall(r"\w+", list_.partition("(")[2])}
    labels = {metric: set(everywhere) for metric in metrics_of(expression)}
    for metric, selector in SELECTED.findall(plain):
        labels[metric] |= set(re.findall(r"\w+", selector))
    return labels
