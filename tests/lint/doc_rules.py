"""The rule of Markdown pages: the files that a page names exist."""

import re

from tree import Finding

LINK = re.compile(r"\]\((?!https?:)([^)#\s]+)[^)]*\)")
PATH = re.compile(r"`([\w.-]+(?:/[\w.-]+)+)`")
OUR_FOLDERS = ("proto", "service", "storage", "deploy", "tests", ".github")


def _is_ours(page, path):
    """Whether the path in a code word begins in the root, or is a source in a folder beside."""
    first = path.split("/")[0]
    if first in OUR_FOLDERS:
        return True
    return re.search(r"\.(cc|h|sql)$", path) and (page.absolute.parent / first).is_dir()


def named_files(file):
    if file.suffix != ".md":
        return
    root = file.absolute.parents[file.path.count("/")]
    is_sample = False
    for number, line in enumerate(file.lines, 1):
        is_sample ^= line.startswith("```")
        if is_sample:
            continue
        named = LINK.findall(line) + [path for path in PATH.findall(line) if _is_ours(file, path)]
        for path in named:
            if not (file.absolute.parent / path).exists() and not (root / path).exists():
                yield Finding(file.path, number, "names", f"there is no {path}: mend the name")


FILE_RULES = [named_files]
