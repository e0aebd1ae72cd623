"""The pictures of the guide: every page in every theme, from the real window on invented people.

``python -m desktop.gallery FOLDER`` makes them again. The camera is the trial's actor; the home is temporary.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QAbstractButton, QApplication, QCheckBox, QScrollArea

from core.paths import Paths
from desktop import trial_notices
from desktop.ui import theme
from desktop.ui.bell import Bell
from desktop.ui.job_card import JobCard
from desktop.ui.search import SearchField
from desktop.ui.tokens import THEMES
from desktop.ui.widgets.camera_preview import CameraPreview

if TYPE_CHECKING:
    from desktop.pages.services import Services
    from desktop.pages.window import Window

PIN = "493817"
SIZE = (1280, 800)
LIVE = ("enrol", "sign-in")  # the camera runs: shown anew for each theme
STAFF = """職員番号,氏名,ふりがな,所属,共用端末
K100871,佐藤 健,さとう けん,道路建設課,
K101502,鈴木 美咲,すずき みさき,税務課,
K102213,高橋 大輔,たかはし だいすけ,危機管理課,宿直
K103344,伊藤 由紀,いとう ゆき,福祉政策課,
K103518,渡辺 翔,わたなべ しょう,河川課,
K104027,中村 恵,なかむら めぐみ,統計課,
"""


def screenshots(out: Path, themes: Sequence[str] = tuple(THEMES)) -> list[Path]:
    """Write ``PAGE-THEME.png`` for every page and theme into ``out``; the paths written."""
    from auth.face.actor import ActorCamera
    from desktop import app, trial
    from desktop.pages.window import Window
    from desktop.ui.application import make_application

    out.mkdir(parents=True, exist_ok=True)
    made: list[Path] = []
    make_application()
    with (
        tempfile.TemporaryDirectory(prefix="mahoroba-gallery-") as home,
        _environment(trial.environment(Path(home))),
    ):
        (Path(home) / "policy.toml").write_text(trial.POLICY, "utf-8")
        theme.current().choose("light", "noto", 1.0, reduced_motion=True)
        services = app.build(Paths.from_environment())
        app.open_features(services, lambda: ActorCamera(paced=True))
        services.key_warning = ""  # the guide shows an office with a key store
        services.trial = False
        window = Window(services, app.PAGES)
        window.resize(*SIZE)
        window.show()
        for name, show in _Guide(services, window).scenes():
            for kind in themes:
                theme.current().choose(kind, "noto", 1.0, reduced_motion=True)
                if kind == themes[0] or name in LIVE:
                    show()
                if name not in LIVE:
                    _settle(services)
                made.append(out / f"{name}-{kind}.png")
                window.grab().save(str(made[-1]))
        window.close()
        services.schedules.close()
        services.share.close()
    return made


class _Guide:
    """Leads through the window as a person does, page by page."""

    def __init__(self, services: Services, window: Window) -> None:
        self._services, self._window = services, window

    def scenes(self) -> Iterator[tuple[str, Callable[[], object]]]:
        """Each page by name, in an order in which each can be reached from the one before."""
        auth = self._services.auth
        yield "first-run", self._window.open
        yield "today", self._signed_in
        yield "consent", lambda: self._services.enrol(True)
        yield "enrol", self._enrol
        yield "settings", self._settings
        yield "settings-more", lambda: self._go("settings", scroll=560)
        yield "people", lambda: self._go("administration")
        yield "waits", self._waits
        yield "audit", lambda: self._go("administration", "監査")
        yield "policy", lambda: self._go("administration", "方針")
        yield "plan", self._plan
        for feature in ("calendar", "sharefolder", "liaison"):
            yield feature, partial(self._sample, feature)
        yield "notices", self._notices
        yield "day", lambda: self._go("today")
        yield "search", self._search
        yield "quiet", lambda: self._services.show("settings", "notifications.quiet_from")
        yield "notifications", self._bell
        yield "lock", lambda: auth.lock("person")
        yield "sign-in", self._sign_in

    def _signed_in(self) -> None:
        from auth.model import Person, Role

        auth = self._services.auth
        me = Person("K100234", "山本 花子", "やまもと はなこ", "情報政策課", Role.IT)
        auth.create_first_administrator(me, PIN)
        auth.administration.import_csv(STAFF.encode())
        self._services.back()

    def _enrol(self) -> None:
        self._services.enrol(True)
        agree = "読みました。顔のデータを残すことに同意します"
        next(c for c in self._window.findChildren(QCheckBox) if c.text() == agree and c.isVisible()).click()
        self._press("同意して顔を登録する")
        _wait(self._asked, 15)

    def _settings(self) -> None:
        _wait(lambda: self._services.auth.my_data().enrolled is not None, 20)
        self._services.back()
        self._go("settings")

    def _waits(self) -> None:
        for _guess in range(5):
            self._services.auth.sign_in_pin("K100871", "000000")
        self._go("administration", "待ち時間")

    def _plan(self) -> None:
        """Invented results of one measure, so that its chart has something to show."""
        for year, value in ((2019, 52), (2020, 61), (2021, 66), (2022, 77), (2023, 82.5), (2025, 86)):
            taken = date(year + 1, 3, 31)
            self._services.office.plan.enter("1.1.1", year, value, "チャットボット運用報告（見本）", taken)
        self._go("administration", "計画の進捗")

    def _search(self) -> None:
        field = self._window.findChild(SearchField)
        if isinstance(field, SearchField):
            self._window.activateWindow()
            field.open()
            field.setText("予算")
            _wait(lambda: field.settled, 20)

    def _bell(self) -> None:
        self._go("today")
        bell = self._window.findChild(Bell)
        if isinstance(bell, Bell):
            bell.open()

    def _notices(self) -> None:
        trial_notices.post(self._services)
        self._go("administration", "お知らせ")

    def _sample(self, feature: str) -> None:
        """A feature's page, filled with its sample office."""
        self._services.trial = True
        self._go(feature)
        _wait(lambda: self._services.bridge.idle, 90)
        self._services.trial = False
        for card in self._window.findChildren(JobCard):
            card.close_button.click()

    def _sign_in(self) -> None:
        self._services.auth.sign_out()
        self._services.back()
        _wait(self._asked, 15)

    def _asked(self) -> bool:
        """The camera sees somebody and the screen asks for a turn."""
        return any(p.asking for p in self._window.findChildren(CameraPreview) if p.isVisible())

    def _press(self, words: str) -> None:
        every = self._window.findChildren(QAbstractButton)
        next(b for b in every if b.isVisible() and b.text() == words).click()

    def _go(self, key: str, tab: str = "", scroll: int = 0) -> None:
        self._services.go(key)
        _settle(self._services)
        if tab:
            self._press(tab)
        for area in self._window.findChildren(QScrollArea):
            if area.isVisible():
                area.verticalScrollBar().setValue(scroll)


@contextmanager
def _environment(values: dict[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _settle(services: Services) -> None:
    """Until what was asked has been answered and drawn; a running camera does not count."""
    _wait(lambda: services.bridge.idle, 0.7)
    _wait(lambda: False, 0.3)


def _wait(come: Callable[[], bool], longest: float) -> None:
    end = time.monotonic() + longest
    while not come() and time.monotonic() < end:
        QApplication.processEvents()
        time.sleep(0.01)


if __name__ == "__main__":
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    for written in screenshots(Path(sys.argv[1])):
        print(written)
