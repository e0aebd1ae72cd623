"""The sentence around the words that were found, and where in it they stand."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sharefolder.index import bigram

_AROUND = 40  # characters before and behind the first word


@dataclass(frozen=True)
class Snippet:
    """``marks``: (start, end) in ``text``."""

    text: str
    marks: tuple[tuple[int, int], ...]


def marks(text: str, query: str) -> tuple[tuple[int, int], ...]:
    """Where the words of ``query`` stand in ``text``, in its own characters; touching ones are one."""
    folded, origin = _folded(text)
    found: list[tuple[int, int]] = []
    for word in bigram.words(query):
        places = re.finditer(re.escape(word), folded)
        found.extend((origin[each.start()], origin[each.end() - 1] + 1) for each in places)
    joined: list[tuple[int, int]] = []
    for start, end in sorted(found):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return tuple(joined)


def snippet(text: str, query: str) -> Snippet | None:
    """The neighbourhood of the first place where a word of ``query`` stands; None: nowhere."""
    for line in _lines_with(text, query):
        found = marks(line, query)
        if found:
            start = max(0, found[0][0] - _AROUND)
            end = min(len(line), found[0][1] + _AROUND * 2)
            cut = ("…" if start else "") + line[start:end] + ("…" if end < len(line) else "")
            return Snippet(cut, marks(cut, query))
    return None


def _lines_with(text: str, query: str) -> list[str]:
    """Lines that hold the most words of the query first (at most 50 are looked at)."""
    wanted = bigram.words(query)
    if not wanted:
        return []
    scored: list[tuple[int, str]] = []
    for line in text.splitlines():
        folded = bigram.fold(line)
        score = sum(word in folded for word in wanted)
        if score:
            scored.append((-score, line.strip()))
        if len(scored) >= 50:
            break
    return [line for _score, line in sorted(scored, key=lambda each: each[0])]


def _folded(text: str) -> tuple[str, list[int]]:
    """``text`` folded character by character, and for each folded character where it came from. Spaces
    between kanji are left out, as in the index."""
    made: list[str] = []
    origin: list[int] = []
    for number, character in enumerate(text):
        if character in " \t\u3000" and _kanji(text, number - 1) and _kanji(text, number + 1):
            continue
        for each in bigram.fold(character):
            made.append(each)
            origin.append(number)
    return "".join(made), origin


def _kanji(text: str, number: int) -> bool:
    return 0 <= number < len(text) and ("\u2e80" <= text[number] <= "\u9fff" or text[number] in " \u3000")
