"""Presses the real window's buttons in the trial's order and notes what the screen answered."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QAbstractButton, QLabel, QLineEdit, QWidget

from auth.model import Factor
from core.i18n import _
from core.paths import Paths
from desktop import app, trial
from desktop.pages.sign_in.face_panel import FacePanel
from desktop.trial import Scene
from desktop.trial_run import Step, Summary

W = TypeVar("W", bound=QWidget)
POLL_MS = 50
PATIENCE_S = 45.0
"""Longest wait for one thing: a sign-in takes under ten seconds, on a busy machine several times that."""
TRIES = 4
"""A person who did not succeed looks at the camera again; the summary says how often. Less than 1 in 20
looks is refused (benchmarks.face_liveness), so all four fail once in 160,000 trials."""
SETTLE_S = 0.5
"""The eye's moment before the picture is taken."""
PIN = "739152"


@dataclass(frozen=True)
class Act:
    """``do`` once (again after ``failed``, where ``again`` says so) until ``done``."""

    name: str
    do: Callable[[], object]
    done: Callable[[], bool]
    failed: Callable[[], bool] = lambda: False
    tries: int = 1


class Director:
    """One performance in one window; ``out`` takes a picture a step."""

    def __init__(self, out: Path) -> None:
        self._out = out
        self._paths = Paths.from_environment()
        self._app, self._services, self._window = app.start()

    def perform(self) -> Summary:
        """Every act in order; the first that fails ends the performance."""
        summary = Summary()
        for number, act in enumerate(self._acts(), 1):
            step = self._perform(act, f"{number:02}.png")
            summary.steps.append(step)
            if not step.held:
                break
        else:
            summary.held = True
        self._window.close()
        self._services.bridge.close()
        self._app.quit()
        return summary

    def _acts(self) -> list[Act]:
        return [
            Act(_("はじめての起動"), lambda: None, lambda: self._button(_("登録して次へ")) is not None),
            Act(_("最初の管理者を登録"), self._register, lambda: self._says(_("顔のデータの扱いについて"))),
            Act(
                _("顔を登録"), self._enrol, lambda: self._says(_("顔を登録しました。")), self._refused, TRIES
            ),
            Act(_("「今日」を開く"), lambda: self._press(_("今日の画面へ")), self._on_today),
            Act(_("写真を拒否"), self._hold_up_photo, self._refused, lambda: self._factor() is not None),
            Act(_("本人を受け入れ"), self._return, self._in_by_face, self._refused, TRIES),
            *self._laptops(),
        ]

    def _laptops(self) -> list[Act]:
        """Twelve simulated laptops, prepared for real (in namespaces where root), one lent and wiped."""
        ready = _("{all} 台のうち {ready} 台が準備済みです（変えた端末 {changed} 台）。")
        lent = _("{tag} を貸し出しました。返却は {date} までです。").partition("{date}")[0]
        wiped = _("{tag} の返却を受け、利用者領域を消去して確かめました。証明書を残しました。")
        return [
            Act(_("連絡員端末を開く"), lambda: self._press(_("連絡員端末")), lambda: self._reads("0 / 50")),
            Act(
                _("準備の画面を開く"),
                lambda: self._press_segment(_("準備")),
                lambda: self._enabled(_("すべて準備する")),
            ),
            Act(
                _("12 台を準備する"),
                lambda: self._press(_("すべて準備する")),
                lambda: self._reads(ready.format(all=12, ready=12, changed=12)),
            ),
            Act(_("ラベルの読み取りで貸し出す"), self._lend, lambda: self._reads(lent.format(tag="K01"))),
            Act(
                _("返却を受け、消去して確かめる"),
                self._take_back,
                lambda: self._reads(wiped.format(tag="K01")),
            ),
        ]

    # what the person does

    def _register(self) -> None:
        for name, value in (
            (_("職員番号"), "K100234"),
            (_("所属"), _("情報政策課")),
            (_("氏名"), _("山本 花子")),
            (_("ふりがな"), _("やまもと はなこ")),
            (_("暗証番号"), PIN),
            (_("暗証番号（もう一度）"), PIN),
        ):
            self._field(name).setText(value)
        self._press(_("登録して次へ"))

    def _enrol(self) -> None:
        if self._says(_("顔のデータの扱いについて")):
            self._press(_("読みました。顔のデータを残すことに同意します"))
            self._press(_("同意して顔を登録する"))
        else:
            self._press_again()

    def _hold_up_photo(self) -> None:
        self._stage(Scene.PHOTO)
        self._services.auth.sign_out()

    def _return(self) -> None:
        self._stage(Scene.PERSON)
        self._press_again()

    def _lend(self) -> None:
        self._press_segment(_("貸出と返却"))
        self._field(_("借りる人の氏名")).setText(_("髙﨑 一郎"))
        self._field(_("所属先")).setText(_("国土交通省"))
        self._scan("K01")

    def _take_back(self) -> None:
        self._press_segment(_("返却を受ける"))
        self._scan("K01")

    def _scan(self, text: str) -> None:
        """As a wedge scanner does: the number, then Enter."""
        field = self._field(_("端末のラベルを読み取る"))
        field.setText(text)
        field.returnPressed.emit()

    def _stage(self, scene: Scene) -> None:
        trial.scene_file(self._paths).write_text(scene, "ascii")

    # what the screen says

    def _on_today(self) -> bool:
        return self._factor() is not None and self._says(_("この端末"))

    def _in_by_face(self) -> bool:
        return self._factor() is Factor.FACE and self._on_today()

    def _factor(self) -> Factor | None:
        session = self._services.auth.session
        return session.evidence[0].factor if session else None

    def _refused(self) -> bool:
        """The camera's look has ended without success, and another is offered."""
        return self._again() is not None

    def _again(self) -> QAbstractButton | None:
        return next((panel.again for panel in self._visible(FacePanel) if panel.again.isVisible()), None)

    def _says(self, words: str) -> bool:
        return any(words == label.text() for label in self._visible(QLabel))

    def _reads(self, words: str) -> bool:
        return any(words in label.text() for label in self._visible(QLabel))

    def _enabled(self, name: str) -> bool:
        found = self._button(name)
        return found is not None and found.isEnabled()

    def _guidance(self) -> str:
        return next(
            (label.text() for label in self._visible(QLabel) if label.property("role") == "guidance"), ""
        )

    # hands and eyes

    def _press(self, name: str) -> None:
        found = self._button(name)
        if found is not None:
            found.click()

    def _press_segment(self, words: str) -> None:
        """One of a few choices that stand side by side."""
        for each in self._visible(QAbstractButton):
            if each.isCheckable() and each.text() == words:
                each.click()

    def _press_again(self) -> None:
        found = self._again()
        if found is not None:
            found.click()

    def _button(self, name: str) -> QAbstractButton | None:
        buttons = self._visible(QAbstractButton)
        return next((each for each in buttons if name in (each.text(), each.accessibleName())), None)

    def _field(self, name: str) -> QLineEdit:
        return next(each for each in self._visible(QLineEdit) if each.accessibleName() == name)

    def _visible(self, kind: type[W]) -> list[W]:
        return [each for each in self._window.findChildren(kind) if each.isVisible()]

    # time

    def _perform(self, act: Act, picture: str) -> Step:
        begin = time.monotonic()
        step = Step(act.name, screenshot=picture)
        for step.tries in range(1, act.tries + 1):
            act.do()
            self._wait(lambda: act.done() or act.failed())
            step.held = act.done()
            if step.held:
                break
        step.seconds = round(time.monotonic() - begin, 1)
        step.saw = self._guidance()
        self._wait(lambda: False, SETTLE_S)
        self._window.grab().save(str(self._out / picture))
        return step

    def _wait(self, come: Callable[[], bool], patience: float = PATIENCE_S) -> None:
        """Let the window live until ``come`` or until patience ends."""
        end = time.monotonic() + patience
        while not come() and time.monotonic() < end:
            loop = QEventLoop()
            QTimer.singleShot(POLL_MS, loop.quit)
            loop.exec()
