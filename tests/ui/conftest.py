"""The window on the real sign-in service: only the camera and the key store are the tests' own."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from itertools import count
from typing import NoReturn, TypeVar

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLabel, QWidget
from pytestqt.qtbot import QtBot

from auth.model import Person, Role
from auth.service import AuthService
from core.errors import SuiteError
from core.paths import Paths
from core.secrets import MemorySecrets
from desktop import app as desktop_app
from desktop.pages.services import Services
from desktop.pages.window import LOOK, Window
from desktop.ui import theme
from desktop.ui.application import make_application
from desktop.ui.look import Look
from tests.fakes.away import Village

PIN = "493817"
_COLLECTED_EVERY = 5  # windows: each collection walks over all that is loaded
W = TypeVar("W", bound=QWidget)
AUDITOR = Person("K101502", "鈴木 美咲", "すずき みさき", "税務課", Role.AUDITOR)
HANAKO = Person("K100234", "山本 花子", "やまもと はなこ", "情報政策課", Role.IT)


def no_camera() -> NoReturn:
    raise SuiteError("カメラを使えません。", "カメラがありません。", "暗証番号を使ってください。", "CAM-001")


class Office:
    """One window and what a test does with it."""

    def __init__(
        self,
        qtbot: QtBot,
        camera: Callable[[], object] = no_camera,
        sign_in: Callable[..., AuthService] | None = None,
    ) -> None:
        self.bot = qtbot
        paths = Paths.from_environment()
        Look("light", reduced_motion=True).save(paths.state / LOOK)
        paths.user_settings.write_text('[appearance]\ntheme = "light"\nreduced_motion = true\n', "utf-8")
        theme.current().choose("light", "noto", 1.0, reduced_motion=True)
        self.services: Services = desktop_app.build(paths)
        desktop_app.open_features(self.services, camera, MemorySecrets(), sign_in)  # type: ignore[arg-type]
        self.window: Window | None = None

    def with_hanako(self) -> Office:
        """The first administrator exists and has signed out again."""
        self.services.auth.create_first_administrator(HANAKO, PIN)
        self.services.auth.sign_out()
        return self

    def open(self, width: int = 1280, height: int = 800) -> Window:
        self.window = Window(self.services, desktop_app.PAGES)
        self.bot.addWidget(self.window)
        self.window.resize(width, height)
        self.window.show()
        self.window.open()
        self.settle()
        return self.window

    def signed_in(self) -> Window:
        """The shell of Hanako, on the page *today*."""
        window = self.with_hanako().open()
        self.services.auth.sign_in_pin(HANAKO.staff_number, PIN)
        self.bot.waitUntil(lambda: window.showing == "shell")
        self.settle()
        return window

    def audited(self) -> Window:
        """The page *administration* of the auditor, whom Hanako has registered."""
        auth = self.with_hanako().services.auth
        auth.sign_in_pin(HANAKO.staff_number, PIN)
        auth.administration.add(AUDITOR)
        code = auth.administration.issue_start_code(AUDITOR.staff_number).code
        auth.sign_out()
        window = self.open()
        auth.start(AUDITOR.staff_number, code, "582914")
        self.bot.waitUntil(lambda: window.showing == "shell")
        self.services.go("administration")
        self.settle()
        return window

    def settle(self) -> None:
        """Until nothing is running and everything has been drawn."""
        self.bot.waitUntil(lambda: self.services.bridge.idle, timeout=60_000)
        for _round in range(3):  # results change words, words change layouts
            QApplication.processEvents()

    def view(self, kind: type[W]) -> W:
        """The one of that class in the window."""
        assert self.window is not None
        found = self.window.findChild(kind)
        assert isinstance(found, kind)
        return found

    def find(self, kind: type[QWidget], name: str) -> QWidget:
        """The visible control that a screen reader would call ``name``."""
        assert self.window is not None
        found = [w for w in self.window.findChildren(kind) if w.isVisible() and spoken(w) == name]
        assert len(found) == 1, (name, [spoken(w) for w in self.window.findChildren(kind) if w.isVisible()])
        return found[0]


def press(office: Office, name: str) -> None:
    """The one button of that name, by the mouse, until what it began has ended."""
    office.bot.mouseClick(office.find(QAbstractButton, name), Qt.MouseButton.LeftButton)
    office.settle()


def said(office: Office) -> list[str]:
    """The words on the screen."""
    assert office.window is not None
    return [w.text() for w in office.window.findChildren(QLabel) if w.isVisible() and w.text()]


def spoken(widget: QWidget) -> str:
    """The name that a screen reader gets from Qt."""
    from PySide6.QtGui import QAccessible

    if isinstance(widget, QComboBox):  # read by its label on Linux; its own name elsewhere
        return widget.accessibleName().replace("&", "")
    interface = QAccessible.queryAccessibleInterface(widget)
    return interface.text(QAccessible.Text.Name).replace("&", "") if interface is not None else ""


@pytest.fixture(scope="session")
def qapp() -> QApplication:
    return make_application()


class Patient(QtBot):
    """pytest-qt gives up after five seconds, which two other test processes may well take."""

    def waitUntil(self, callback: Callable[[], bool | None], *, timeout: int = 60_000) -> None:  # noqa: N802
        super().waitUntil(callback, timeout=timeout)

    def waitExposed(self, widget: QWidget, *, timeout: int = 60_000) -> object:  # noqa: N802
        return super().waitExposed(widget, timeout=timeout)


@pytest.fixture
def qtbot(qapp: QApplication, request: pytest.FixtureRequest) -> QtBot:
    return Patient(request)


@pytest.fixture(autouse=True)
def _garbage_between_events(qapp: QApplication, _garbage_of_a_file: Iterator[int]) -> Iterator[None]:
    """As in the program; what the windows left is collected here, not by a later test's thread."""
    gc.disable()
    yield
    if next(_garbage_of_a_file) % _COLLECTED_EVERY == 0:
        gc.unfreeze()
        gc.collect()


@pytest.fixture(scope="module")
def _garbage_of_a_file() -> Iterator[Iterator[int]]:
    """Counts a file's tests; at its end nothing of them is left."""
    yield count(1)
    gc.unfreeze()
    gc.collect()
    gc.enable()


@pytest.fixture
def office(qapp: QApplication, qtbot: QtBot, caplog: pytest.LogCaptureFixture) -> Iterator[Office]:
    """What a page cannot make of its result is only told to a person; here it fails the test."""
    made = Office(qtbot)
    yield made
    made.services.bridge.close()
    if made.services.open_share.made:
        made.services.share.close()
    if made.services.open_schedules.made:
        made.services.schedules.close()
    assert [r.getMessage() for r in caplog.get_records("call") if r.name == "desktop.ui.bridge"] == []


@pytest.fixture
def office_of_village(qapp: QApplication, qtbot: QtBot, village: Village) -> Iterator[Office]:
    """The window of a terminal whose office is elsewhere: the file's own ``village``."""

    def sign_in(*arguments: object, **_more: object) -> AuthService:
        return village.start(arguments[4])  # type: ignore[arg-type]

    made = Office(qtbot, sign_in=sign_in)
    yield made
    made.services.bridge.close()
    if made.services.open_share.made:
        made.services.share.close()
