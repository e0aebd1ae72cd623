"""The look in one file: colours and sizes. An office that wants another look changes this file only.

Colours are taken from the Digital Agency's design tokens (デジタル庁デザインシステム, npm
``@digital-go-jp/design-tokens`` 1.1.9, MIT). It has no dark theme: ours is derived from its scales.
``tests/ui/test_tokens.py`` holds the contrast: text 4.5:1, control borders 3:1, focus 3:1 (WCAG 2.2 AA).
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Literal

ThemeName = Literal["light", "dark", "high-contrast"]


@dataclass(frozen=True)
class Tokens:
    """One theme. Every colour is ``#rrggbb``; a name says what it is for, not what it looks like."""

    name: ThemeName
    canvas: str  # behind everything
    surface: str  # cards, fields
    rail: str  # the left rail
    hover: str  # under the pointer; differs from `selected`
    selected: str  # the chosen row or page
    on_selected: str
    text: str
    muted: str  # second lines; still 4.5:1
    placeholder: str
    line: str  # decorative separators; carries no meaning alone
    border: str  # edge of a control: 3:1
    primary: str
    primary_hover: str
    primary_pressed: str
    on_primary: str
    link: str
    success: str
    success_soft: str
    warning: str
    warning_soft: str
    danger: str
    danger_soft: str
    info_soft: str
    focus_outer: str
    focus_inner: str
    disabled: str
    disabled_text: str
    track: str  # the empty part of a ring or bar
    hill_far: str  # 青垣, the hills behind the sign-in sheet
    hill_middle: str
    hill_near: str
    sky: str

    def colours(self) -> dict[str, str]:
        """Every colour by name, for the style sheet."""
        return {f.name: getattr(self, f.name) for f in fields(self) if f.name != "name"}


LIGHT = Tokens(
    name="light",
    canvas="#f7f8fb",
    surface="#ffffff",
    rail="#eff2f8",
    hover="#e4e9f2",
    selected="#d9e6ff",  # blue-100
    on_selected="#00118f",  # blue-1000
    text="#1a1a1a",  # solid-gray-900
    muted="#4d4d4d",  # solid-gray-700
    placeholder="#666666",  # solid-gray-600
    line="#dde1e9",
    border="#767676",  # solid-gray-536
    primary="#0017c1",  # blue-900
    primary_hover="#00118f",  # blue-1000
    primary_pressed="#000060",  # blue-1200
    on_primary="#ffffff",
    link="#0017c1",
    success="#115a36",  # green-900
    success_soft="#e6f5ec",  # green-50
    warning="#8b3200",  # orange-1000
    warning_soft="#ffeee2",  # orange-50
    danger="#a90000",  # red-1000
    danger_soft="#fdeeee",  # red-50
    info_soft="#e8f1fe",  # blue-50
    focus_outer="#ffd43d",  # yellow-300
    focus_inner="#000000",
    disabled="#e6e6e6",  # solid-gray-100
    disabled_text="#666666",
    track="#d5dbe6",
    hill_far="#e3ecf6",
    hill_middle="#d0e2ea",
    hill_near="#bcd8d5",
    sky="#f7f8fb",
)

DARK = Tokens(
    name="dark",
    canvas="#14171d",
    surface="#1d2129",
    rail="#101318",
    hover="#2a303b",
    selected="#22315e",
    on_selected="#d9e6ff",  # blue-100
    text="#f2f2f2",  # solid-gray-50
    muted="#bdc3cf",
    placeholder="#a3aab8",
    line="#303743",
    border="#8790a1",
    primary="#9db7f9",  # blue-300
    primary_hover="#c5d7fb",  # blue-200
    primary_pressed="#d9e6ff",
    on_primary="#000a3d",
    link="#9db7f9",
    success="#9bd4b5",  # green-200
    success_soft="#12291e",
    warning="#ffc199",  # orange-200
    warning_soft="#35210f",
    danger="#ffbbbb",  # red-200
    danger_soft="#3a1a1c",
    info_soft="#1b2748",
    focus_outer="#ffd43d",
    focus_inner="#000000",
    disabled="#2a2f38",
    disabled_text="#a3aab8",
    track="#39414f",
    hill_far="#181d26",
    hill_middle="#19242c",
    hill_near="#1a2c30",
    sky="#14171d",
)

HIGH_CONTRAST = Tokens(
    name="high-contrast",
    canvas="#000000",
    surface="#000000",
    rail="#000000",
    hover="#333333",
    selected="#ffffff",
    on_selected="#000000",
    text="#ffffff",
    muted="#ffffff",
    placeholder="#e6e6e6",
    line="#ffffff",
    border="#ffffff",
    primary="#99f2ff",
    primary_hover="#c8f8ff",
    primary_pressed="#ffffff",
    on_primary="#000000",
    link="#99f2ff",
    success="#9bd4b5",
    success_soft="#000000",
    warning="#ffd43d",
    warning_soft="#000000",
    danger="#ffbbbb",
    danger_soft="#000000",
    info_soft="#000000",
    focus_outer="#ffd43d",
    focus_inner="#000000",
    disabled="#000000",
    disabled_text="#cccccc",
    track="#4d4d4d",
    hill_far="#000000",
    hill_middle="#000000",
    hill_near="#000000",
    sky="#000000",
)

THEMES: dict[ThemeName, Tokens] = {"light": LIGHT, "dark": DARK, "high-contrast": HIGH_CONTRAST}


def contrast(first: str, second: str) -> float:
    """Contrast ratio of two ``#rrggbb`` colours, 1..21 (WCAG 2.2, relative luminance)."""
    bright, dark = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
