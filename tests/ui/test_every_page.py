"""What holds on every page and sheet: names for a screen reader, sizes for a hand, no Qt warning."""

from __future__ import annotations

import gettext
from collections import Counter
from collections.abc import Callable
from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QScrollArea, QWidget

from core import i18n
from desktop.pages.window import Window
from desktop.ui import theme
from desktop.ui.tokens import THEMES, contrast
from tests.ui.conftest import AUDITOR, Office, spoken
from tests.ui.sharefolder import scenes as share_scenes


def _first_run(office: Office) -> Window:
    return office.open()


def _sign_in(office: Office) -> Window:
    return office.with_hanako().open()


def _lock(office: Office) -> Window:
    window = office.signed_in()
    office.services.auth.lock("away")
    office.bot.waitUntil(lambda: window.showing == "lock")
    return window


def _enrol(office: Office) -> Window:
    window = office.signed_in()
    office.services.enrol(True)
    return window


def _prove(office: Office) -> Window:
    window = office.signed_in()
    office.services.enrol(False)
    return window


def _first_pin(office: Office) -> Window:
    window = office.with_hanako().open()
    office.services.first_pin("K100871")
    return window


def _page(key: str, tab: str = "") -> Callable[[Office], Window]:
    def show(office: Office) -> Window:
        window = office.signed_in()
        office.services.go(key)
        office.settle()
        if tab:
            office.find(QAbstractButton, tab).click()  # type: ignore[attr-defined]
        return window

    return show


def _share(scene: Callable[[Office], None]) -> Callable[[Office], Window]:
    def show(office: Office) -> Window:
        window = share_scenes.opened(office)
        scene(office)
        return window

    return show


SHARE = {f"share: {name}": _share(scene) for name, scene in share_scenes.SCENES.items()}
SCREENS = {
    "first run": _first_run,
    "sign in": _sign_in,
    "lock": _lock,
    "prove": _prove,
    "consent": _enrol,
    "first pin": _first_pin,
    "today": _page("today"),
    "settings": _page("settings"),
    "people": _page("administration"),
    "waits": _page("administration", "管理の対象: 待ち時間"),
    "terminals": _page("administration", "管理の対象: 庁内端末"),
    "audit": _page("administration", "管理の対象: 監査"),
    "policy": _page("administration", "管理の対象: 方針"),
    "inventory": _page("administration", "管理の対象: 端末の台帳"),
    "sign-ins": _page("administration", "管理の対象: サインインの状況"),
    "services": _page("administration", "管理の対象: サービス"),
    "storage": _page("administration", "管理の対象: 保管量"),
    "incident": _page("administration", "管理の対象: 事案"),
    "plan": _page("administration", "管理の対象: 計画の進捗"),
    "files": _page("sharefolder"),
    "inquiries": _page("sharefolder", "共有フォルダの画面: 照会"),
}
SELDOM = (
    "waits",
    "terminals",
    "audit",
    "policy",
    "plan",
    "inquiries",
    "inventory",
    "sign-ins",
    "services",
    "storage",
    "incident",
    *SHARE,
)
"""Looked at with --long only. The share's also on one walk below, which opens the window once for all."""
EVERY = pytest.mark.parametrize(
    "show",
    [pytest.param(show, id=name, marks=pytest.mark.long) for name, show in (SCREENS | SHARE).items()],
)
"""Each promise in a window of its own, with --long. Always: all of them in one window a screen."""
USUAL = pytest.mark.parametrize(
    "show", [pytest.param(show, id=name) for name, show in SCREENS.items() if name not in SELDOM]
)


def focusable(window: Window) -> list[QWidget]:
    """Every visible control that Tab reaches."""
    every = [
        w for w in window.findChildren(QWidget) if w.isVisible() and w.isEnabled() and not w.focusProxy()
    ]
    return [w for w in every if w.focusPolicy() & Qt.FocusPolicy.TabFocus]


@EVERY
def test_every_control_has_a_name_and_is_large_enough(
    office: Office, show: Callable[[Office], Window]
) -> None:
    window = show(office)
    office.settle()
    _named_and_large_enough(window)


def _named_and_large_enough(window: Window) -> None:
    controls = focusable(window)
    assert controls
    nameless = [type(w).__name__ + w.objectName() for w in controls if not spoken(w)]
    assert nameless == []
    small = [(spoken(w), w.width(), w.height()) for w in controls if min(w.width(), w.height()) < 24]
    assert small == []
    main = [w for w in window.findChildren(QAbstractButton) if w.property("big") and w.isVisible()]
    assert [(w.text(), w.height()) for w in main if w.height() < 44] == []
    assert len(_blue(window)) <= 1, "one blue action a page"


@EVERY
def test_tab_goes_through_everything_and_downwards_or_rightwards_in_a_form(
    office: Office, show: Callable[[Office], Window]
) -> None:
    window = show(office)
    office.settle()
    _goes_through_everything(office, window)


def _goes_through_everything(office: Office, window: Window) -> None:
    reached: list[QWidget] = []
    widget = QApplication.focusWidget() or window
    for _step in range(200):
        office.bot.keyClick(widget, Qt.Key.Key_Tab)
        widget = QApplication.focusWidget()
        assert widget is not None
        if widget in reached:
            break
        reached.append(widget)
    wanted = {
        spoken(w) for w in focusable(window) if not isinstance(w, QAbstractButton) or not w.isCheckable()
    }
    assert wanted - {spoken(w) for w in reached} == set()
    back = [
        (spoken(one), spoken(other))
        for one, other in pairwise(reached)
        if _area(one) is _area(other) is not None
        and other is not min(reached, key=lambda each: _place(window, each).top())  # from the end around
        and _goes_back(window, one, other)
    ]
    assert back == [], "the keyboard goes back up"


def _goes_back(window: Window, one: QWidget, other: QWidget) -> bool:
    """Up, and not on to what stands beside it."""
    here, there = _place(window, one), _place(window, other)
    return there.bottom() < here.top() and there.left() < here.right()


def _area(widget: QWidget) -> QScrollArea | None:
    """The page, or the rail, that ``widget`` stands in."""
    outer, above = None, widget.parentWidget()
    while above is not None:
        outer, above = (above if isinstance(above, QScrollArea) else outer), above.parentWidget()
    return outer


def _place(window: Window, widget: QWidget) -> QRect:
    return QRect(widget.mapTo(window, QPoint(0, 0)), widget.size())


def _blue(window: Window) -> list[str]:
    buttons = window.findChildren(QAbstractButton)
    return [b.text() for b in buttons if b.isVisible() and b.property("kind") == "primary"]


@USUAL
def test_every_screen_is_named_reached_whole_and_readable(
    office: Office, show: Callable[[Office], Window], monkeypatch: pytest.MonkeyPatch
) -> None:
    window = show(office)
    office.settle()
    _named_and_large_enough(window)
    _goes_through_everything(office, window)
    for width, height in ((800, 600), (1600, 1000)):
        _whole_on(office, window, width, height)
    for name in THEMES:
        theme.current().choose(name, "noto", 1.0, reduced_motion=True)
        office.settle()
        _readable(window)
    _the_same_twice(window)
    _whole_in_longer_words(office, window, monkeypatch)


def test_every_view_of_the_share_is_named_reached_and_whole(office: Office) -> None:
    window = share_scenes.opened(office)
    for scene in share_scenes.SCENES.values():
        scene(office)
        _named_and_large_enough(window)
        _goes_through_everything(office, window)
        assert _cut(window) == []


def _cut(window: Window) -> list[str]:
    """Texts that do not fit where they are shown."""
    cut = []
    for label in window.findChildren(QLabel):
        if not label.isVisible() or not label.text():
            continue
        needed = label.heightForWidth(label.width()) if label.wordWrap() else label.sizeHint().height()
        wide = not label.wordWrap() and label.sizeHint().width() > label.width() + 1
        if wide or needed > label.height() + 1:
            cut.append(label.text())
    buttons = [b for b in window.findChildren(QAbstractButton) if b.isVisible() and b.text()]
    return cut + [b.text() for b in buttons if b.sizeHint().width() > b.width() + 1]


@EVERY
@pytest.mark.parametrize("font", ["noto", "ud"])
@pytest.mark.parametrize(("scale", "width", "height"), [(1.0, 800, 600), (1.0, 1600, 1000), (2.0, 1366, 768)])
def test_no_words_are_cut(
    office: Office, show: Callable[[Office], Window], scale: float, width: int, height: int, font: str
) -> None:
    theme.current().choose("light", font, scale, reduced_motion=True)
    _whole_on(office, show(office), width, height)


@USUAL
@pytest.mark.parametrize("font", ["noto", "ud"])
def test_no_large_words_are_cut(office: Office, show: Callable[[Office], Window], font: str) -> None:
    theme.current().choose("light", font, 2.0, reduced_motion=True)
    _whole_on(office, show(office), 1366, 768)


def _whole_on(office: Office, window: Window, width: int, height: int) -> None:
    window.resize(width, height)
    office.settle()
    assert window.width() <= width, "it fits the screen"
    assert _cut(window) == []


def test_where_the_top_line_has_no_room_the_chips_go_and_nothing_is_cut(office: Office) -> None:
    window = office.signed_in()
    window.resize(910, 512)
    assert window._shell is not None
    window._shell.set_chips([("calm", "この端末だけで動作中")])
    office.settle()
    assert any(w.isVisible() and w.property("chip") for w in window.findChildren(QLabel))
    window._shell.set_chips([("calm", "この端末だけで動作中" * 5)])
    office.settle()
    assert not any(w.isVisible() and w.property("chip") for w in window.findChildren(QLabel))
    assert _cut(window) == []


class Longer(gettext.NullTranslations):
    """Every text a third longer than the Japanese, as another language would be."""

    def gettext(self, message: str) -> str:
        return message + "～" * (len(message) // 3)


@EVERY
def test_longer_words_of_another_language_fit(
    office: Office, show: Callable[[Office], Window], monkeypatch: pytest.MonkeyPatch
) -> None:
    _whole_in_longer_words(office, show(office), monkeypatch)


def _whole_in_longer_words(office: Office, window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(i18n, "_translations", Longer())
    monkeypatch.setattr("desktop.pages.window.set_language", lambda *_a: None)
    window.appearance_changed(True)
    office.settle()
    assert _cut(window) == []


def _ink(window: Window, label: QLabel) -> float:
    """The contrast of the strongest pixel of ``label`` against its most frequent colour."""
    picture = window.grab(QRect(label.mapTo(window, QPoint(0, 0)), label.size())).toImage()
    if picture.isNull():
        return 21.0
    pixels = Counter(
        picture.pixelColor(x, y).name() for x in range(picture.width()) for y in range(picture.height())
    )
    ground = pixels.most_common(1)[0][0]
    return max(contrast(ground, colour) for colour in pixels)


@EVERY
@pytest.mark.parametrize("name", THEMES)
def test_words_are_readable_where_they_are_drawn(
    office: Office, show: Callable[[Office], Window], name: str
) -> None:
    theme.current().choose(name, "noto", 1.0, reduced_motion=True)
    window = show(office)
    office.settle()
    _readable(window)


def _readable(window: Window) -> None:
    shown = [
        w
        for w in window.findChildren(QLabel)
        if w.isVisible() and w.text() and not w.visibleRegion().isEmpty()
    ]
    assert shown
    faint = [(w.text(), round(ink, 1)) for w in shown if (ink := _ink(window, w)) < 4.5]
    assert faint == []


@EVERY
def test_two_pictures_of_the_same_page_are_the_same(office: Office, show: Callable[[Office], Window]) -> None:
    window = show(office)
    office.settle()
    _the_same_twice(window)


def _the_same_twice(window: Window) -> None:
    QApplication.processEvents()
    focus = QApplication.focusWidget()
    if focus is not None:
        focus.clearFocus()  # a blinking cursor is no difference
    assert window.grab().toImage() == window.grab().toImage()


def test_the_focus_ring_surrounds_the_focused_control(office: Office) -> None:
    window = office.with_hanako().open()
    focus = QApplication.focusWidget()
    assert focus is not None
    ring = window.ring
    assert ring.isVisible()
    inside = ring.geometry().contains(focus.mapTo(window, QPoint(0, 0)))
    assert inside
    assert ring.width() > focus.width()


def test_an_auditor_sees_the_audit_trail_and_nothing_else(office: Office) -> None:
    window = office.audited()
    words = {w.text() for w in window.findChildren(QAbstractButton) if w.isVisible()}
    assert "改ざんを検査" in words
    assert "追加" not in words
    session = office.services.auth.session
    assert session is not None
    assert session.person == AUDITOR


def test_staff_do_not_see_administration(office: Office) -> None:
    from desktop import app as desktop_app

    pages = [p.key for p in desktop_app.PAGES if p.for_role("staff")]
    assert pages == ["today", "calendar", "sharefolder", "settings"]
