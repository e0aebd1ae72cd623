"""Text as overlapping pairs of characters: exact for Japanese words of any length, one character included.

FTS5's own trigram tokenizer finds no two-character word (令和) and silently drops short ones. Each run of
letters and digits ``abc`` becomes ``ab bc c``: a word is a phrase of its pairs, one character is a prefix.
A name keeps the order of its pairs. A document keeps each pair once (``once``), which is a tenth of the size:
whether a longer word really stands in it is then looked up in its ``lines``.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise

_RUN = re.compile(r"\w+")
_APART = re.compile(r"[\W_]+")
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


def lines(text: str) -> str:
    """The folded lines of a document, each once: all that a search needs, as no word crosses a line's end."""
    return "\n".join(sorted(set(fold(text).split("\n")) - {""}))


def once(folded: str) -> str:
    """Each pair in ``lines`` once, for an FTS5 column that keeps no places (``detail=none``)."""
    apart = _APART.sub(" ", folded) + " "
    return " ".join({(a + b).rstrip() for a, b in set(pairwise(apart)) if a != " "})


def words(query: str) -> list[str]:
    """The folded runs of a query (at most 16); each must occur. In a query a space always parts words."""
    return [run for part in query.split() for run in _RUN.findall(fold(part).replace("_", " "))][:16]


def match(query: str, places: bool = True) -> str:
    """``query`` as an FTS5 expression; empty if there is nothing to look for. Nothing in it is syntax.
    ``places``: whether the column keeps the order of its pairs, so that a word is asked for as a phrase."""
    parts = []
    for run in words(query):
        if len(run) == 1:
            parts.append(f'"{run}"*')
        else:
            joint = " " if places else '" AND "'
            parts.append('"' + joint.join(dict.fromkeys(_pairs(run)) if not places else _pairs(run)) + '"')
    return " AND ".join(parts)


def to_verify(query: str) -> list[str]:
    """The words whose pairs alone do not say that they stand in a document."""
    return [run for run in words(query) if len(run) > 2]


def _pairs(run: str) -> list[str]:
    return [a + b for a, b in pairwise(run)]
