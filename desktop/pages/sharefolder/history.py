"""履歴: the earlier versions of a file, looked at before one comes back, and who changed what."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPlainTextEdit

from core.clock import TOKYO
from core.errors import SuiteError
from core.i18n import _
from core.jobs import Report
from core.wareki import format_short
from desktop.pages.services import Services
from desktop.pages.sharefolder.words import act_words, size_words, source_words, time_words
from desktop.ui import page, theme
from desktop.ui.announce import announce
from desktop.ui.buttons import button
from desktop.ui.widgets.card import CardToLeave
from desktop.ui.widgets.flow import Flow
from desktop.ui.widgets.table import Cell, Table
from sharefolder.activity import Activity
from sharefolder.documents.sandbox import Answer, reason_words
from sharefolder.model import Entry, Version
from sharefolder.versions import Restored

_PREVIEW = 4_000  # characters


class History(CardToLeave):
    """``back`` leaves it; ``changed`` is called with the path of what has come back."""

    def __init__(
        self, services: Services, back: Callable[[], object], changed: Callable[[str], object]
    ) -> None:
        super().__init__(_("一覧に戻る"), back)
        self._services, self._changed = services, changed
        self._place, self._entry = "", Entry("", "", True, 0, 0.0)
        self.setMinimumSize(theme.em(24), theme.em(18))
        layout = self.column
        self.of_versions = page.label("", "muted", wrap=True)
        self.versions = Table(_("前の版の一覧"), (_("その版の日時"), _("大きさ")), (7, 2))
        self.versions.picked.connect(lambda _version: self._look())
        self.words = QPlainTextEdit()
        self.words.setReadOnly(True)
        self.words.setTabChangesFocus(True)
        self.words.setAccessibleName(_("選んだ版の中身"))
        self.beside = button(_("写しとして戻す"), lambda: self._restore(False))
        self.in_place = button(_("この版に戻す"), lambda: self._restore(True))
        self._tools = Flow(self.beside, self.in_place)
        layout.addWidget(page.label(_("前の版"), "strong"))
        layout.addWidget(self.of_versions)
        self._side_by_side = page.Across(38, 0.6)
        for widget in (self.versions, self.words):
            widget.setMinimumHeight(theme.em(7.6))
            self._side_by_side.add(widget, 1)
        layout.addWidget(self._side_by_side, 1)
        layout.addWidget(self._tools)
        layout.addWidget(page.label(_("変更の記録"), "strong"))
        self.of_acts = page.label("", "muted", wrap=True)
        titles = (_("いつ"), _("だれが"), _("何をした"))
        self.acts = Table(_("変更の記録の一覧"), titles, (5, 2, 8), whole=(0, 1), wrap=True)
        self.acts.setMinimumHeight(theme.em(7.6))
        layout.addWidget(self.of_acts)
        layout.addWidget(self.acts, 1)
        layout.addStretch(0)

    def show_entry(self, place: str, entry: Entry) -> None:
        """Ask what is kept of ``entry``; answers that come too late are dropped."""
        self._place, self._entry = place, entry
        self.name.setText(_("「{name}」の履歴").format(name=entry.name or place))
        for table in (self.versions, self.acts):
            table.put([])
        for widget in (self._side_by_side, self._tools, self.acts):
            widget.hide()
        self.of_versions.setText(_("調べています…"))
        self.of_acts.setText(_("調べています…"))
        share, bridge = self._services.share, self._services.bridge
        if entry.folder:
            self.of_versions.setText(_("前の版は、ファイルを一つ選ぶと見られます。"))
        else:
            bridge.run(
                self,
                _("前の版"),
                lambda _r: share.versions.every(place, entry),
                lambda versions: self._show_versions(entry, versions),
                lambda error: self._cannot(entry, error),
                lane="share-history",
            )
        bridge.run(
            self,
            _("変更の記録"),
            lambda _r: share.activity(place, entry.path),
            lambda activity: self._show_acts(entry, activity),
            lambda error: self.of_acts.setText(error.why) if entry == self._entry else None,
            lane="share-history",
        )

    # versions

    def _show_versions(self, entry: Entry, versions: tuple[Version, ...] | None) -> None:
        if entry != self._entry:
            return
        if versions is None:
            self.of_versions.setText(_("この共有には前の版がありません（ファイルサーバーの設定です）。"))
            return
        rows = [(v, _version_row(entry, v)) for v in versions]
        self.versions.put(rows)
        said = _("ファイルサーバーに {count} 件の前の版があります。選ぶと中身を見られます。")
        none = _("このファイルには、いまと違う前の版がありません。")
        self.of_versions.setText(said.format(count=len(versions)) if versions else none)
        for widget in (self._side_by_side, self._tools):
            widget.setVisible(bool(versions))
        if versions:
            self.versions.choose(versions[0])
            self.versions.setFocus(Qt.FocusReason.OtherFocusReason)
        announce(self, self.of_versions.text())

    def _cannot(self, entry: Entry, error: SuiteError) -> None:
        if entry == self._entry:
            self.of_versions.setText(error.why)

    def _look(self) -> None:
        version, place, entry = self.versions.key(), self._place, self._entry
        if version is None:
            return
        self.words.setPlainText(_("調べています…"))
        share = self._services.share

        def show(answer: Answer) -> None:
            if (entry, version) == (self._entry, self.versions.key()):
                text = answer.value if isinstance(answer.value, str) else ""
                why = reason_words(answer.reason) if answer.reason else ""
                none = why or _("この種類の中身は、ここでは見られません。")
                self.words.setPlainText(text[:_PREVIEW] if text else none)

        self._services.bridge.run(
            self,
            _("前の版"),
            lambda _r: share.looks.version_words(place, entry, version),
            show,
            lambda error: self.words.setPlainText(error.why),
            lane="share-history",
        )

    def _restore(self, in_place: bool) -> None:
        version, place, entry = self.versions.key(), self._place, self._entry
        if version is None:
            return
        versions = self._services.share.versions
        way = versions.in_place if in_place else versions.beside

        def back(report: Report) -> Restored:
            return way(place, entry, version, report)

        self._services.bridge.run(
            self,
            _("「{name}」の前の版を戻す").format(name=entry.name),
            back,
            self._restored,
            lane=f"share {place}",
            card=True,
        )

    def _restored(self, restored: Restored) -> None:
        name = restored.sent.path.rpartition("/")[2]
        place, notices = self._place, self._services.notices
        if restored.sent.beside:
            notices.warning(
                _("相手が開いているか変えたため、「{name}」として保存しました。").format(name=name)
            )
        elif restored.before is not None:
            words = _("「{name}」を前の版に戻しました。いままでの中身はごみ箱にあります。").format(name=name)
            notices.success(words, (_("元に戻す"), lambda: self._undo(place, restored)))
        else:
            notices.success(_("前の版を「{name}」として戻しました。").format(name=name))
        self._changed(restored.sent.path)

    def _undo(self, place: str, restored: Restored) -> None:
        versions = self._services.share.versions
        self._services.bridge.run(
            self,
            _("元に戻す"),
            lambda _r: versions.undo(place, restored),
            lambda _n: self._changed(restored.sent.path),
            lane="share-change",
        )

    # acts

    def _show_acts(self, entry: Entry, activity: Activity) -> None:
        if entry != self._entry:
            return
        me = _("自分")
        acts = enumerate(activity.acts)
        rows = [(n, (_when(a.time), a.who or me, act_words(a))) for n, a in acts]
        self.acts.put(rows)
        self.acts.setVisible(bool(rows))
        self.of_acts.setText(source_words(activity))


def _when(seconds: float) -> str:
    """In the short form: beside it there must be room for what was done."""
    return Cell(format_short(datetime.fromtimestamp(seconds, TOKYO)), seconds) if seconds > 0 else ""


def _version_row(entry: Entry, version: Version) -> tuple[str, ...]:
    of = entry._replace(size=version.size)
    return Cell(time_words(version.changed), version.changed), Cell(size_words(of), version.size)
