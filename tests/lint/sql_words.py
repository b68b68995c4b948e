"""The words of storage/domain/sql_words.h, as the compiler expands them in SQL texts."""

import re

WORDS = "storage/domain/sql_words.h"
ENUMERATIONS = "storage/domain/kinds.h"
WORD = re.compile(r'WordOf\(\s*"([A-Z_]+)"\s*,([^()]*)\)')
ENUMERATION = re.compile(r"enum class (\w+)[^{]*\{([^}]*)\}")
ENUMERATOR = re.compile(r"(k\w+)\s*=\s*(\d+)")


def read_words(files):
    """The numbers of each word: {"PLACES_ON_HAND": "1, 2"}. Empty when the tree has no words."""
    texts = {file.path: file.text for file in files if file.path in (WORDS, ENUMERATIONS)}
    numbers = {
        f"{name}::{enumerator}": number
        for name, body in ENUMERATION.findall(texts.get(ENUMERATIONS, ""))
        for enumerator, number in ENUMERATOR.findall(body)
    }
    return {
        word: ", ".join(numbers[value.strip()] for value in values.split(","))
        for word, values in WORD.findall(texts.get(WORDS, ""))
    }


def expand(sql, words):
    """The text with a number for each word; an unknown word stays."""
    return re.sub(r"\{([A-Z_]+)\}", lambda found: words.get(found[1], found[0]), sql)
