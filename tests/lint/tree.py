"""The files a check looks at, and what it finds there."""

import dataclasses
import pathlib
import re
import subprocess

# Made by machines or copied word for word: nobody edits them by hand.
NOT_OURS = re.compile(r"(^|/)(node_modules|__pycache__)/|\.(binpb|png|svg|ico|gz)$")


@dataclasses.dataclass(frozen=True, order=True)
class Finding:
    path: str
    line: int
    rule: str
    advice: str

    def __str__(self):
        return f"{self.path}:{self.line}: {self.rule}: {self.advice}"


class File:
    """One text file: its path from the root, its text, and what kind of file it is."""

    def __init__(self, root, path):
        self.path = path
        self.absolute = pathlib.Path(root) / path
        self.text = self.absolute.read_text(encoding="utf-8")
        self.lines = self.text.splitlines()
        self.is_executable = bool(self.absolute.stat().st_mode & 0o100)
        self.has_shebang = self.text.startswith("#!")

    @property
    def suffix(self):
        return pathlib.PurePosixPath(self.path).suffix

    @property
    def is_cpp(self):
        return self.suffix in (".cc", ".h")

    @property
    def is_python(self):
        return self.suffix == ".py" or (self.has_shebang and "python" in self.lines[0])

    @property
    def is_shell(self):
        return self.suffix == ".sh" or (self.has_shebang and "sh" in self.lines[0].split("/")[-1])

    @property
    def is_cmake(self):
        return self.suffix == ".cmake" or self.path.endswith("CMakeLists.txt")

    @property
    def is_code(self):
        return (
            self.is_cpp
            or self.is_python
            or self.is_shell
            or self.is_cmake
            or self.suffix in (".proto", ".sql", ".js")
        )

    def line_of(self, offset):
        return self.text.count("\n", 0, offset) + 1


def list_paths(root):
    """Every file of the repository under `root`, committed or about to be."""
    command = ["git", "-C", str(root), "ls-files", "-z", "-co", "--exclude-standard"]
    listed = subprocess.run(command, capture_output=True, check=False)
    if listed.returncode == 0:
        paths = listed.stdout.decode().split("\0")
    else:  # not a repository: an unpacked archive
        found = pathlib.Path(root).rglob("*")
        paths = [str(path.relative_to(root)) for path in found if path.is_file()]
        paths = [path for path in paths if not re.match(r"\.(git|build[^/]*)/", path)]
    return sorted(set(path for path in paths if path and not NOT_OURS.search(path)))


def read_tree(root):
    files = []
    for path in list_paths(root):
        absolute = pathlib.Path(root) / path
        if not absolute.is_file() or absolute.is_symlink():
            continue  # deleted, but not yet committed so
        try:
            files.append(File(root, path))
        except UnicodeDecodeError:
            continue  # binary data
    return files
