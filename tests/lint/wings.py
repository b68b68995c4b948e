"""The order of the wings: the folders of storage and service, as the lots_wing lines of their
CMakeLists.txt declare them. A wing includes headers of wings that it uses, directly or through
others, and each wing that it uses is declared above it. Each rule yields Findings."""

import pathlib
import re

from tree import Finding

WING_FILES_MAX = 20
README_LINES_MAX = 25

TREES = ("storage", "service")
PRECOMPILED = "precompiled.h"
KEYWORDS = ("USES", "LINK", "PRIVATE_LINK", "SOURCES")
DECLARATION = re.compile(r"^lots_wing\(([^)]*)\)", re.MULTILINE)
INCLUDE = re.compile(r'^\s*#\s*include\s+"((?:storage|service)/[^"]+)"')
# What a program links beside the wing that its main is in.
MAIN_USES = "service/version"


def _folder(path):
    return str(pathlib.PurePosixPath(path).parent)


def _name(path):
    return pathlib.PurePosixPath(path).name


class Wing:
    def __init__(self, file, match):
        words = match.group(1).split()
        self.folder = words[0]
        self.declared_at = (file.path, file.line_of(match.start()))
        self.uses = []
        keyword = ""
        for word in words[1:]:
            if word in KEYWORDS:
                keyword = word
            elif keyword == "USES":
                self.uses.append(word)


def declared(files):
    """The wings by their folders, in the order of declaration."""
    declarations = {file.path: file for file in files if file.is_cmake}
    wings = {}
    for tree in TREES:
        file = declarations.get(f"{tree}/CMakeLists.txt")
        for match in DECLARATION.finditer(file.text) if file else ():
            wing = Wing(file, match)
            wings[wing.folder] = wing
    return wings


def _sources(files):
    """The sources of the wings by their folders."""
    sources = {}
    for file in files:
        in_tree = file.path.startswith(tuple(f"{tree}/" for tree in TREES))
        if in_tree and file.is_cpp and _name(file.path) != PRECOMPILED:
            sources.setdefault(_folder(file.path), []).append(file)
    return sources


def _used(wings):
    """By folder: the folders of all wings that the wing may include."""
    used = {}
    for folder, wing in wings.items():
        used[folder] = {folder}
        for name in wing.uses:
            if name == "lots_storage":
                used[folder] |= {other for other in wings if other.startswith("storage/")}
            else:
                used[folder] |= used.get(name, set())
    return used


def order(files):
    above = {"lots_storage"}
    for folder, wing in declared(files).items():
        for name in wing.uses:
            if name not in above:
                advice = f"{folder} uses {name}, which is not declared above"
                yield Finding(*wing.declared_at, "wing", advice)
        above.add(folder)


def includes(files):
    wings = declared(files)
    used = _used(wings)
    for folder, sources in _sources(files).items():
        for file in sources if folder in wings else ():
            allowed = set(used[folder])
            if _name(file.path) == "main.cc":
                allowed.add(MAIN_USES)
            for number, line in enumerate(file.lines, 1):
                match = INCLUDE.match(line)
                if match and _folder(match.group(1)) not in allowed:
                    advice = f"drop {match.group(1)}: {folder} does not use that wing"
                    yield Finding(file.path, number, "wing", advice)


def folders(files):
    wings = declared(files)
    if not wings:
        return
    for folder, sources in _sources(files).items():
        if folder not in wings:
            yield Finding(sources[0].path, 1, "wing", f"declare {folder} by a lots_wing line")
        if len(sources) > WING_FILES_MAX:
            advice = f"{len(sources)} sources: split the wing (at most {WING_FILES_MAX})"
            yield Finding(folder, 1, "wing", advice)


def file_names(files):
    for folder, sources in _sources(files).items():
        last = _name(folder)
        prefixes = (f"{last}_", f"{last.removesuffix('s')}_")
        for file in sources:
            if _name(file.path).startswith(prefixes):
                yield Finding(file.path, 1, "name", f"drop the folder's name, {last}")


def readmes(files):
    lines = {file.path: len(file.lines) for file in files if _name(file.path) == "README.md"}
    for folder in declared(files):
        path = f"{folder}/README.md"
        if path not in lines:
            yield Finding(path, 1, "readme", "say what the wing is for and where to start reading")
        elif lines[path] > README_LINES_MAX:
            advice = f"{lines[path]} lines: shorten it (at most {README_LINES_MAX})"
            yield Finding(path, README_LINES_MAX + 1, "readme", advice)


TREE_RULES = [order, includes, folders, file_names, readmes]
