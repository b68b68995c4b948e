"""clang-format, as a check and as a repair."""

import re
import shutil
import subprocess

from tree import Finding

FILES_AT_ONCE = 50
COMPLAINT = re.compile(r"^(.*?):(\d+):\d+: (?:error|warning): ", re.MULTILINE)


def is_installed():
    return shutil.which("clang-format") is not None


def _run(root, files, *flags):
    paths = [file.path for file in files if file.is_cpp]
    for first in range(0, len(paths), FILES_AT_ONCE):
        command = ["clang-format", "--style=file", *flags, *paths[first : first + FILES_AT_ONCE]]
        yield subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)


def check(root, files):
    """Yields one finding a file, at its first difference."""
    seen = set()
    for run in _run(root, files, "--dry-run", "--Werror"):
        for path, line in COMPLAINT.findall(run.stderr):
            if path not in seen:
                seen.add(path)
                yield Finding(path, int(line), "format", "run tests/lint/fix")


def fix(root, files):
    for _ in _run(root, files, "-i"):
        pass
