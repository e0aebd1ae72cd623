"""The self-test on the screen: each answer with its next step, and the record for whoever helps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel, QWidget

from core.i18n import _, bracketed
from desktop.pages.files import ask_save
from desktop.pages.services import Services
from desktop.ui import page
from desktop.ui.announce import announce
from desktop.ui.buttons import button
from desktop.ui.icons import set_icon

if TYPE_CHECKING:
    from installer.selftest import Result
    from installer.selftest.checks import Terminal


class SelfTest(QFrame):
    """Asks nothing by itself: a test takes the camera and the network for a moment."""

    def __init__(self, services: Services) -> None:
        super().__init__()
        self._services = services
        self.setProperty("card", True)
        layout = page.column(self, 0.75, 1.25)
        layout.addWidget(page.label(_("この端末の自己診断"), "section"))
        words = _("カメラ、鍵、ネットワーク、印刷などが使えるかを確かめます。30 秒以内に終わります。")
        self.summary = page.label(words, wrap=True)
        layout.addWidget(self.summary)
        self._rows = page.column(None, 0.75)
        layout.addLayout(self._rows)
        buttons = page.row(spacing=0.6)
        self.start = button(_("診断する"), self._start, icon="list-checks")
        self.bundle = button(_("サポート用の記録を保存"), self._ask_bundle, icon="lifebuoy")
        for one in (self.start, self.bundle):
            buttons.addWidget(one)
        buttons.addStretch()
        layout.addLayout(buttons)
        layout.addWidget(
            page.label(
                _("サポート用の記録には、氏名、番号、書類の名前、顔のデータは入りません。"),
                "caption",
                wrap=True,
            )
        )

    def _start(self) -> None:
        from installer.selftest import run
        from installer.selftest.checks import checks

        self.start.setEnabled(False)
        self.summary.setText(_("診断しています…"))
        terminal = self._terminal()
        self._services.bridge.run(
            self, _("自己診断"), lambda _r: run(checks(terminal)), self._show, ended=self._again
        )

    def _again(self) -> None:
        self.start.setEnabled(True)

    def _show(self, results: Sequence[Result]) -> None:
        """The answers, those that want somebody to act first."""
        from installer.selftest import State

        page.clear(self._rows)
        order = {State.FAIL: 0, State.UNKNOWN: 1, State.OK: 2}
        for each in sorted(results, key=lambda one: order[one.outcome.state]):
            self._rows.addWidget(_row(each))
        count = Counter(each.outcome.state for each in results)
        words = _("{all} 項目のうち、正常 {ok}、問題 {fail}、未確認 {unknown} です。").format(
            all=len(results), ok=count[State.OK], fail=count[State.FAIL], unknown=count[State.UNKNOWN]
        )
        self.summary.setText(words)
        announce(self.summary, words)

    def _ask_bundle(self) -> None:
        from installer.support.bundle import name_now

        target = ask_save(self, name_now(), "ZIP (*.zip)")
        if target is not None:
            self.save_bundle(target)

    def save_bundle(self, target: Path) -> None:
        """Test, gather, scrub and write; a notice says where."""
        from installer.selftest import run
        from installer.selftest.checks import checks
        from installer.support import bundle

        terminal = self._terminal()
        words = _("「{name}」に書き出しました。").format(name=target.name)
        self._services.bridge.run(
            self,
            _("サポート用の記録"),
            lambda _r: bundle.write(target, terminal.paths, terminal.config, run(checks(terminal))),
            lambda _path: self._services.notices.success(words),
        )

    def _terminal(self) -> Terminal:
        from core.secrets import open_secrets
        from installer.selftest.checks import Terminal

        config, paths = self._services.config, self._services.paths
        return Terminal(config, paths, self._services.camera, lambda: open_secrets(config, paths))


def _row(result: Result) -> QWidget:
    """State in words and as a picture, never by colour alone."""
    from installer.selftest import State

    icon, role, said = {
        State.OK: ("check-circle", "success", _("正常")),
        State.UNKNOWN: ("info", "muted", _("未確認")),
        State.FAIL: ("warning-circle", "danger", _("問題")),
    }[result.outcome.state]
    whole = QWidget()
    line = page.row(whole, spacing=0.5)
    mark = QLabel()
    set_icon(mark, icon, role)
    line.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
    texts = page.column(None, 0.2)
    texts.addWidget(
        page.label(_("{title}: {state}").format(title=result.title, state=said), "strong", wrap=True)
    )
    code = bracketed(result.outcome.code)
    texts.addWidget(page.label(result.outcome.what + code, wrap=True))
    if result.outcome.next_step:
        texts.addWidget(page.label(result.outcome.next_step, "muted", wrap=True))
    line.addLayout(texts, 1)
    return whole
