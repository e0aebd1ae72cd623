"""A calendar's own colour, made readable on any theme. Text stays the theme's text."""

from __future__ import annotations

from functools import lru_cache

from desktop.ui.tokens import Tokens, contrast

FALLBACK = "#0017c1"


@lru_cache(maxsize=256)
def block(colour: str, tokens: Tokens) -> tuple[str, str]:
    """(background, edge) for a collection's ``colour``. Text on the background is 4.5:1, the edge 3:1."""
    if tokens.name == "high-contrast":
        return tokens.surface, tokens.border
    own = colour if _valid(colour) else FALLBACK
    towards = "#ffffff" if tokens.name == "dark" else "#000000"
    edge = own
    for _step in range(20):
        if contrast(edge, tokens.surface) >= 3:
            break
        edge = mix(edge, towards, 0.15)
    share = 0.26 if tokens.name == "dark" else 0.13
    return mix(tokens.surface, edge, share), edge


def mix(first: str, second: str, share: float) -> str:
    """``share`` of ``second`` in ``first``."""
    a, b = ([int(c[i : i + 2], 16) for i in (1, 3, 5)] for c in (first, second))
    return "#" + "".join(f"{round(x + (y - x) * share):02x}" for x, y in zip(a, b, strict=True))


def _valid(colour: str) -> bool:
    return len(colour) == 7 and colour[0] == "#" and all(c in "0123456789abcdefABCDEF" for c in colour[1:])


def on(colour: str, tokens: Tokens, chosen: bool) -> str:
    """``colour``, or what can be read on the ground of chosen days where ``colour`` cannot."""
    readable = not chosen or contrast(colour, tokens.selected) >= 4.5
    return colour if readable else tokens.on_selected
