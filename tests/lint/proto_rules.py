"""The house rules of the protos. Each yields Findings."""

import re

from tree import Finding

# Generators of other languages derive names from these options. buf_lint compares the files of a
# package with each other; this rule also finds an option that all of them lack.
LANGUAGE_OPTIONS = """\
option csharp_namespace = "{camel_package}";
option go_package = "{folder};{alias}";
option java_multiple_files = true;
option java_outer_classname = "{camel_file}Proto";
option java_package = "{package}";
option php_namespace = "{php_package}";
option ruby_package = "{ruby_package}";"""


def _camel(text):
    return "".join(word.capitalize() for word in text.split("_"))


def _language_options(folder, stem):
    words = [_camel(word) for word in folder.split("/")]
    text = LANGUAGE_OPTIONS.format(
        folder=folder,
        package=folder.replace("/", "."),
        alias=folder.replace("/", ""),
        camel_package=".".join(words),
        php_package="\\\\".join(words),
        ruby_package="::".join(words),
        camel_file=_camel(stem),
    )
    return text.split("\n")


def language_options(file):
    """The options at the top of the file are the options of other languages, in one order."""
    path = re.match(r"proto/(.+)/([^/]+)\.proto$", file.path)
    if not path:
        return
    wanted = _language_options(*path.groups())
    found = [(number, line) for number, line in enumerate(file.lines, 1) if line[:7] == "option "]
    for position, line in enumerate(wanted):
        number, actual = found[position] if position < len(found) else (1, None)
        if actual != line:
            yield Finding(file.path, number, "option", f"write {line}")
            return
    for number, line in found[len(wanted) :]:
        yield Finding(file.path, number, "option", f"drop {line}")


FILE_RULES = [language_options]
