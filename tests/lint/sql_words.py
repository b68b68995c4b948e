"""The words of storage/domain/kinds/sql_words.h, as the compiler expands them in SQL texts."""

import re

WORDS = "storage/domain/kinds/sql_words.h"
WORD = re.compile(r'\{"([A-Z_]+)", \{([0-9, ]+)\}\}')


def read_words(files):
    """The numbers of each word: {"PLACES_ON_HAND": "1, 2"}. Empty when the tree has no words."""
    return {
        word: numbers
        for file in files
        if file.path == WORDS
        for word, numbers in WORD.findall(file.text)
    }


def expand(sql, words):
    """The text with a number for each word; an unknown word stays."""
    return re.sub(r"\{([A-Z_]+)\}", lambda found: words.get(found[1], found[0]), sql)
