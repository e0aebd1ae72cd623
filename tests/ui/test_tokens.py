"""The contrast that tokens.py promises (WCAG 2.2 AA: 1.4.3, 1.4.11, 2.4.13)."""

from __future__ import annotations

import pytest

from desktop.ui.tokens import THEMES, Tokens, contrast

TEXT = (  # what is written on what
    *[(ink, ground) for ink in ("text", "muted") for ground in ("canvas", "surface", "rail")],
    *[("text", ground) for ground in ("hover", "info_soft", "success_soft", "warning_soft", "danger_soft")],
    ("muted", "hover"),
    ("on_selected", "selected"),
    ("on_primary", "primary"),
    ("on_primary", "primary_hover"),
    ("on_primary", "primary_pressed"),
    ("placeholder", "surface"),
    ("placeholder", "canvas"),
    ("link", "surface"),
    ("link", "canvas"),
    ("link", "hover"),
    ("link", "info_soft"),
    ("success", "surface"),
    ("success", "success_soft"),
    ("warning", "surface"),
    ("warning", "warning_soft"),
    ("danger", "surface"),
    ("danger", "danger_soft"),
    ("disabled_text", "disabled"),
    ("disabled_text", "surface"),
)
EDGES = (
    ("border", "surface"),
    ("border", "canvas"),
    ("border", "rail"),
    ("primary", "surface"),
    ("primary", "canvas"),
    ("primary", "track"),
)
GROUNDS = ("canvas", "surface", "rail", "hover", "selected", "primary")


@pytest.fixture(params=THEMES.values(), ids=THEMES.keys())
def tokens(request: pytest.FixtureRequest) -> Tokens:
    found: Tokens = request.param
    return found


def test_the_formula_gives_the_known_ratios() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize(("ink", "ground"), TEXT)
def test_text_has_four_and_a_half(tokens: Tokens, ink: str, ground: str) -> None:
    assert contrast(getattr(tokens, ink), getattr(tokens, ground)) >= 4.5


@pytest.mark.parametrize(("edge", "ground"), EDGES)
def test_controls_have_three(tokens: Tokens, edge: str, ground: str) -> None:
    assert contrast(getattr(tokens, edge), getattr(tokens, ground)) >= 3


@pytest.mark.parametrize("ground", GROUNDS)
def test_one_of_the_two_focus_rings_is_seen_on_every_ground(tokens: Tokens, ground: str) -> None:
    rings = (tokens.focus_outer, tokens.focus_inner)
    assert max(contrast(ring, getattr(tokens, ground)) for ring in rings) >= 3
    assert contrast(*rings) >= 3, "and the two are told apart"


def test_hover_and_selection_differ(tokens: Tokens) -> None:
    assert tokens.hover != tokens.selected
    assert tokens.hover != tokens.surface
