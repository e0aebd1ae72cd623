"""Profiles: which there are, what building one now would change, and building it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QComboBox, QWidget

from core.clock import TOKYO
from core.errors import SuiteError
from core.i18n import _, sentences
from core.wareki import format_date
from desktop.pages.liaison.profile_form import ProfileForm
from desktop.pages.services import Services
from desktop.ui import page, theme
from desktop.ui.buttons import button
from desktop.ui.widgets.table import Table
from liaison import profile
from liaison.bundle import Bundle
from liaison.profile import Profile
from liaison.service import LaptopsChanged
from liaison.steps import step_title


class Profiles(QWidget):
    """The chosen profile and its differences against the bundle in force."""

    def __init__(self, services: Services) -> None:
        super().__init__()
        self._services = services
        layout = page.column(self, 0.75)
        tools, which, acts = page.Across(58, 0.6), page.row(spacing=0.6), page.row(spacing=0.6)
        self.choice = QComboBox()
        self.choice.setAccessibleName(_("プロファイル"))
        self.choice.setMinimumWidth(theme.em(16))
        self.choice.activated.connect(lambda _index: self._compare())
        which.addWidget(self.choice)
        self.current = page.label("", "muted", wrap=True)
        which.addWidget(self.current, 1)
        tools.add(which, 1)
        self.keep = button(_("変更を保存"), self._keep, icon="check", main=True)
        acts.addWidget(self.keep)
        self.make = button(_("設定一式を作る"), self._build, "primary", "check", main=True)
        acts.addWidget(self.make)
        acts.addStretch()
        tools.add(acts)
        layout.addWidget(tools)
        self.where = page.label("", "caption", wrap=True)
        self.where.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        layout.addWidget(self.where)
        self.form = ProfileForm()
        layout.addWidget(self.form)
        self.said = page.label("", "muted", wrap=True)
        layout.addWidget(self.said)
        titles = [_("変わり方"), _("項目"), _("対象")]
        self.table = Table(_("前回作ったものとの違い"), titles, (6, 9, 32))
        self.table.setMinimumHeight(theme.em(9))
        layout.addWidget(self.table, 1)
        services.bridge.subscribe(services.events, LaptopsChanged, self, lambda _event: self.read())

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not event.spontaneous():
            liaison = self._services.liaison
            self._services.bridge.run(
                self,
                _("プロファイル"),
                lambda _r: liaison.workshop.profiles(),
                self._show,
                lane="liaison-read",
            )

    def _show(self, paths: list[Path]) -> None:
        chosen = self.choice.currentData()
        self.choice.clear()
        for path in paths:
            self.choice.addItem(path.stem, path)
        wanted = self.choice.findData(chosen)
        if wanted < 0:
            wanted = self.choice.findText("liaison")
        self.choice.setCurrentIndex(max(0, wanted))
        self._compare()

    def _compare(self) -> None:
        path, liaison = self.choice.currentData(), self._services.liaison
        if path is None:
            return
        self.where.setText(_("ファイル: {path}").format(path=path))
        self._services.bridge.run(
            self,
            _("プロファイル"),
            lambda _r: (profile.load(path), liaison.workshop.preview(path), liaison.reports.current()),
            self._compared,
            self._wrong,
            lane="liaison-read",
        )

    def _compared(self, found: tuple[Profile, list[tuple[str, str, str]], tuple[str, str, str]]) -> None:
        loaded, differences, current = found
        self.form.show_profile(loaded)
        self.form.setEnabled(True)
        self.keep.setEnabled(True)
        self._show_differences((differences, current))

    def read(self) -> None:
        """Another bundle may be in force now; what is being typed stays."""
        path, liaison = self.choice.currentData(), self._services.liaison
        if self.isVisible() and path is not None and self.form.isEnabled():
            self._services.bridge.run(
                self,
                _("プロファイル"),
                lambda _r: (liaison.workshop.preview(path), liaison.reports.current()),
                self._show_differences,
                self._wrong,
                lane="liaison-read",
            )

    def _show_differences(self, found: tuple[list[tuple[str, str, str]], tuple[str, str, str]]) -> None:
        differences, (name, bundle, _plan) = found
        names = {"added": _("増える"), "removed": _("なくなる"), "changed": _("変わる")}
        rows = [(names[how], step_title(step), what) for how, step, what in differences]
        self.table.put(list(enumerate(rows)))
        self.make.setEnabled(True)
        now = _("いま使っているのは {profile}（{id}）").format(profile=name, id=bundle[:12])
        self.current.setText(now if bundle else _("まだ一度も作っていません"))
        words = _("作り直すと {count} か所が変わります。").format(count=len(rows))
        self.said.setText(words if rows else _("いま使っているものと同じです。"))

    def _wrong(self, error: SuiteError) -> None:
        """A profile that cannot be read says why in its place, to be corrected and looked at again."""
        self.table.put([])
        self.make.setEnabled(False)
        self.form.setEnabled(False)
        self.keep.setEnabled(False)
        self.said.setText(sentences(error.what, error.why, error.next_step))

    def _keep(self) -> None:
        """What the form says goes into the file; what was wrong is said, and the file stays as it was."""
        path, liaison, values = self.choice.currentData(), self._services.liaison, self.form.values()

        def kept(made: Profile) -> None:
            words = _("「{title}」を版 {version} として保存しました。")
            self._services.notices.success(words.format(title=made.title, version=made.version))
            self._compare()

        if path is not None:
            self._services.bridge.run(
                self,
                _("プロファイル"),
                lambda _r: liaison.workshop.change_profile(path, values),
                kept,
                lane="liaison",
            )

    def _build(self) -> None:
        path, liaison = self.choice.currentData(), self._services.liaison
        if path is not None:
            self._services.bridge.run(
                self,
                _("設定一式の作成"),
                lambda _r: liaison.workshop.build(path),
                self._built,
                lane="liaison",
            )

    def _built(self, bundle: Bundle) -> None:
        words = _("「{title}」版 {version} を作り、署名しました。{date} まで使えます。").format(
            title=bundle.title,
            version=bundle.version,
            date=format_date(bundle.expires.astimezone(TOKYO).date()),
        )
        self._services.notices.success(words)
        self._compare()
