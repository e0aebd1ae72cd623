"""Turns tokens into a palette, a style sheet and sizes, and follows the system while it runs.

Every size is a multiple of the text's pixel size (``em``): the two font choices have different line
heights, so the font's own height is never a measure.
"""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from desktop.ui.tokens import THEMES, ThemeName, Tokens

BASE_PIXELS = 15.5
NOTO = ["Noto Sans CJK JP", "Noto Sans JP", "Yu Gothic UI", "Meiryo UI", "IPAPGothic", "sans-serif"]
UD = ["BIZ UDPGothic", "BIZ UDPゴシック", *NOTO]
_TEMPLATE = Path(__file__).with_name("style.qss")
_pictures: tempfile.TemporaryDirectory[str] | None = None


class Theme(QObject):
    """The one look of the running application."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._wanted = "system"
        self._font = "noto"
        self._scale = 1.0
        self.reduced_motion = False
        self.tokens: Tokens = THEMES["light"]
        self._drawn: tuple[object, ...] = ()

    def choose(self, wanted: str, font: str, scale: float, reduced_motion: bool) -> None:
        """Take the person's settings: theme (or ``system``), ``noto``/``ud``, text scale 1.0–2.0."""
        self._wanted, self._font = wanted, font
        self._scale = min(2.0, max(1.0, scale))
        self.reduced_motion = reduced_motion
        self.apply()

    def follow_system(self) -> None:
        """Apply again whenever the system turns dark or light."""
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._system_changed)

    def _system_changed(self) -> None:
        if self._wanted == "system":
            self.apply()

    def em(self, factor: float) -> int:
        """Pixels for ``factor`` text sizes."""
        return max(1, round(factor * self.pixels))

    @property
    def pixels(self) -> float:
        """Text size in device-independent pixels, with the system's own font scaling."""
        screen = QGuiApplication.primaryScreen()
        system = screen.logicalDotsPerInch() / 96 if screen is not None else 1.0
        return BASE_PIXELS * self._scale * system

    def font(self, factor: float = 1.0, bold: bool = False) -> QFont:
        """The text font at ``factor`` times the body size."""
        font = QFont(UD if self._font == "ud" else NOTO)
        font.setPixelSize(self.em(factor))
        font.setBold(bold)
        return font

    def apply(self) -> None:
        """Set palette, font and style sheet on the application; everything redraws, if anything differs."""
        app = QApplication.instance()
        assert isinstance(app, QApplication)  # noqa: S101 - a Theme without an application is a bug
        self.tokens = THEMES[_resolve(self._wanted)]
        look = (app, self.tokens, self._font, self.pixels)
        if look == self._drawn:
            return
        self._drawn = look
        app.setFont(self.font())
        app.setPalette(_palette(self.tokens))
        app.setStyleSheet(style_sheet(self.tokens, self))
        self.changed.emit()


def _resolve(wanted: str) -> ThemeName:
    if wanted in THEMES:
        return wanted
    hints = QGuiApplication.styleHints()
    accessibility = getattr(hints, "accessibility", None)  # Qt 6.10
    if (
        accessibility is not None
        and accessibility().contrastPreference() == Qt.ContrastPreference.HighContrast
    ):
        return "high-contrast"
    return "dark" if hints.colorScheme() == Qt.ColorScheme.Dark else "light"


def style_sheet(tokens: Tokens, theme: Theme) -> str:
    """The style sheet: ``@name`` becomes a colour, ``em(1.5)`` becomes pixels."""
    text = _TEMPLATE.read_text(encoding="utf-8")
    text = re.sub(r"\bem\(([\d.]+)\)", lambda m: f"{theme.em(float(m[1]))}px", text)
    text = text.replace("@icons", _icon_folder(tokens))
    colours = tokens.colours()
    return re.sub(r"@(\w+)", lambda m: colours[m[1]], text)


def _icon_folder(tokens: Tokens) -> str:
    """A style sheet takes pictures from files only: write the few it needs in this theme's colours."""
    global _pictures
    if _pictures is None:
        _pictures = tempfile.TemporaryDirectory(prefix="mahoroba-look-")
    folder = Path(_pictures.name) / tokens.name
    folder.mkdir(exist_ok=True)
    for name, drawing in _drawings(tokens).items():
        (folder / f"{name}.svg").write_text(
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24">{drawing}</svg>', encoding="utf-8"
        )
    return folder.as_posix()


def _drawings(t: Tokens) -> dict[str, str]:
    stroke = 'fill="none" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"'
    box = 'x="2" y="2" width="20" height="20" rx="5"'
    return {
        "caret-down": f'<path d="M5 9l7 7 7-7" {stroke} stroke="{t.text}"/>',
        "caret-up": f'<path d="M5 16l7-7 7 7" {stroke} stroke="{t.text}"/>',
        "checkbox": f'<rect {box} fill="{t.surface}" stroke="{t.border}" stroke-width="2"/>',
        "checkbox-checked": f'<rect {box} fill="{t.primary}" stroke="{t.primary}" stroke-width="2"/>'
        f'<path d="M7 12.5l3.5 3.5 7-8" {stroke.replace("2", "2.6", 1)} stroke="{t.on_primary}"/>',
        "radio": f'<circle cx="12" cy="12" r="10" fill="{t.surface}" stroke="{t.border}" stroke-width="2"/>',
        "radio-checked": f'<circle cx="12" cy="12" r="10" fill="{t.surface}" stroke-width="2"'
        f' stroke="{t.primary}"/><circle cx="12" cy="12" r="5.5" fill="{t.primary}"/>',
    }


def _palette(t: Tokens) -> QPalette:
    palette = QPalette()
    role = QPalette.ColorRole
    for which, colour in {
        role.Window: t.canvas,
        role.Base: t.surface,
        role.AlternateBase: t.canvas,
        role.Button: t.surface,
        role.ToolTipBase: t.text,
        role.ToolTipText: t.surface,
        role.WindowText: t.text,
        role.Text: t.text,
        role.ButtonText: t.text,
        role.BrightText: t.danger,
        role.PlaceholderText: t.placeholder,
        role.Highlight: t.selected,
        role.HighlightedText: t.on_selected,
        role.Link: t.link,
        role.LinkVisited: t.link,
        role.Accent: t.primary,
        role.Light: t.line,
        role.Mid: t.line,
        role.Dark: t.border,
    }.items():
        palette.setColor(which, QColor(colour))
    for which in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, which, QColor(t.disabled_text))
    return palette


_current: Theme | None = None


def current() -> Theme:
    """The application's theme (one an application; made on first use)."""
    global _current
    if _current is None:
        _current = Theme()
    return _current


def em(factor: float) -> int:
    """Pixels for ``factor`` text sizes in the current theme."""
    return current().em(factor)
