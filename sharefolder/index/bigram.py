"""Text as overlapping pairs of characters: exact for Japanese words of any length, one character included.

FTS5's own trigram tokenizer finds no two-character word (令和) and silently drops short ones. Each run of
letters and digits ``abc`` becomes ``ab bc c``: a word is a phrase of its pairs, one character is a prefix.
"""

from __future__ import annotations

import re
import unicodedata

_RUN = re.compile(r"\w+")
_GAP = re.compile(r"(?<=[\u2e80-\u9fff\uff66-\uff9f])[ \t\u3000]+(?=[\u2e80-\u9fff\uff66-\uff9f])")


def fold(text: str) -> str:
    """The form in which words are compared: width and case aside, spaces between kanji and kana gone."""
    return _GAP.sub("", unicodedata.normalize("NFKC", text)).casefold()


def tokens(text: str) -> str:
    """``text`` for an FTS5 column with tokenizer ``ascii`` (every other character is a token character)."""
    made: list[str] = []
    for run in _RUN.findall(fold(text).replace("_", " ")):
        made.extend(map(str.__add__, run, run[1:]))
        made.append(run[-1])
    return " ".join(made)


def words(query: str) -> list[str]:
    """The folded runs of a query; each must occur. In a query a space always parts words."""
    return [run for part in query.split() for run in _RUN.findall(fold(part).replace("_", " "))]


def match(query: str) -> str:
    """``query`` as an FTS5 expression; empty if there is nothing to look for. Nothing in it is syntax."""
    parts = []
    for run in words(query)[:16]:
        if len(run) == 1:
            parts.append(f'"{run}"*')
        else:
            parts.append('"' + " ".join(map(str.__add__, run, run[1:])) + '"')
    return " AND ".join(parts)
