"""モデルケース: what a case makes, shown before it is made; one act, and its undoing."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QPlainTextEdit, QWidget

from core.errors import SuiteError
from core.i18n import _
from core.jobs import Report
from desktop.pages.services import Services
from desktop.pages.sharefolder.ask import Ask
from desktop.pages.sharefolder.of_share import OfShare
from desktop.pages.sharefolder.one_of import OneOf
from desktop.pages.sharefolder.ruled import rule_words
from desktop.ui import page, theme
from desktop.ui.buttons import button, icon_button
from desktop.ui.widgets.beside import Beside
from desktop.ui.widgets.card import ScrolledCard
from desktop.ui.widgets.empty import Empty
from desktop.ui.widgets.table import Table
from sharefolder.cases import PLACE, Case, Made

_SHOWN = 200  # lines of the tree


class CasesView(OfShare):
    """``place`` and ``folder``: what the files show now, which is where a new folder comes to be."""

    def __init__(
        self,
        services: Services,
        place: Callable[[], str],
        add_place: Callable[[], object],
        folder: Callable[[], str],
        show_file: Callable[[str, str], object],
    ) -> None:
        super().__init__(services, place, add_place)
        self._folder, self._show_file = folder, show_file
        self._cases: list[Case] = []
        self._shelf = self._build()
        self.nothing = Empty(
            "folder",
            _("モデルケースはまだありません。"),
            _("共有の最上位の「{place}」に、くり返し使うフォルダの形を置くと、ここに並びます。").format(
                place=PLACE
            ),
            button(_("置き場所を用意する"), self._prepare, "primary", "folder"),
        )
        self.stack = OneOf(*self.apart, self._shelf, self.nothing)
        page.column(self, 0).addWidget(self.stack, 1)

    def _build(self) -> QWidget:
        shelf = QWidget()
        layout = page.column(shelf, 0.75)
        line = page.Across(30, 0.6)
        self.where = page.label("", wrap=True)
        line.add(self.where, 1)
        line.add(icon_button(_("読み直す"), "arrow-counter-clockwise", self.read))
        layout.addWidget(line)
        self.ask = Ask()
        layout.addWidget(self.ask)
        titles = [_("モデルケース"), _("フォルダ"), _("文書"), _("決まり")]
        self.table = Table(_("モデルケースの一覧"), titles, (11, 6, 4.5, 4.5))
        self.table.setMinimumHeight(theme.em(9))
        self.table.picked.connect(lambda _key: self._show_one())
        self.table.opened.connect(lambda _key: self.begin())
        layout.addWidget(Beside(self.table, self._details(), (1, 1)), 1)
        return shelf

    def _details(self) -> QWidget:
        content = QWidget()
        inside = page.column(content, 0.5, 1.0)
        self.title, self.about = page.label("", "section", wrap=True), page.label("", wrap=True)
        self.tree = QPlainTextEdit()
        self.tree.setReadOnly(True)
        self.tree.setTabChangesFocus(True)
        self.tree.setAccessibleName(_("作られるもの"))
        self.tree.setMinimumHeight(theme.em(8))
        self.rules = page.label("", "caption", wrap=True)
        self.make = button(_("この形でフォルダを作る"), self.begin, "primary", "plus")
        for widget in (self.title, self.about, self.make, self.tree, self.rules):
            inside.addWidget(widget)
        inside.addStretch(1)
        self.details = ScrolledCard(content)
        self.details.setMinimumWidth(theme.em(20))
        self.details.setMinimumHeight(theme.em(11))
        self.details.hide()
        return self.details

    def _section(self) -> str:
        session = self._services.auth.session
        return session.person.section if session is not None else ""

    def _parent(self) -> str:
        """The folder that the files show; at the top of the share one's own section's."""
        return self._folder() or self._section()

    def read(self) -> None:
        """Every case of the share."""
        place, share = self.place, self._services.share
        self.where.setText(_("「{where}」の中に作ります。").format(where=self._parent() or place))
        if place:
            self.take(
                _("モデルケース"),
                lambda report: share.cases(place).every(report),
                self._show,
                lane="share-library",
            )

    def _show(self, result: tuple[list[Case], list[SuiteError]]) -> None:
        self._cases, broken = result
        for error in broken[:1]:
            self._services.notices.error(error)
        self.stack.choose(self._shelf if self._cases else self.nothing)
        self.table.put([(case.folder, _row(case)) for case in self._cases])
        if self.table.key() is None and self._cases:
            self.table.choose(self._cases[0].folder)
        self._show_one()

    def _prepare(self) -> None:
        """The folder for model cases, made where there is none, and shown."""
        share, place = self._services.share, self.place

        def there(_report: Report) -> None:
            if PLACE not in {e.name for batch in share.entries(place, "") for e in batch}:
                share.changes.make_folder(place, "", PLACE)

        self._services.bridge.run(
            self,
            _("モデルケース"),
            there,
            lambda _n: self._show_file(PLACE, ""),
            lane="share-change",
        )

    def current(self) -> Case | None:
        """The chosen one."""
        return next((case for case in self._cases if case.folder == self.table.key()), None)

    def _show_one(self) -> None:
        case = self.current()
        self.details.setVisible(case is not None)
        if case is None:
            return
        self.title.setText(case.name)
        self.about.setText(case.about)
        self.about.setVisible(bool(case.about))
        paths = sorted(case.below(entry) + ("/" if entry.folder else "") for entry in case.entries)
        lines = ["　" * path.rstrip("/").count("/") + path.rstrip("/").rpartition("/")[2] for path in paths]
        self.tree.setPlainText("\n".join(lines[:_SHOWN]))
        said = [f"{rule.folder or _('全体')}: {rule_words(rule)}" for rule in case.rules_of(self._section())]
        self.rules.setText("\n".join(said))
        self.rules.setVisible(bool(said))

    def begin(self) -> None:
        """Ask for the new folder's name, then make it."""
        case = self.current()
        if case is not None:
            parent = self._parent()
            question = _("新しいフォルダの名前（「{where}」の中）").format(where=parent or self.place)
            self.ask.text(question, case.name, partial(self._make, case, parent))

    def _make(self, case: Case, parent: str, name: str) -> None:
        share, place, section = self._services.share, self.place, self._section()

        def work(report: Report) -> Made:
            return share.beginnings.make_case(place, case, parent, name, section, report)

        def done(made: Made) -> None:
            words = _("「{folder}」を作りました。").format(folder=made.folder)
            self._services.notices.success(words, (_("元に戻す"), partial(self._unmake, made)))
            self._show_file(made.folder.rpartition("/")[0], made.folder)

        self._services.bridge.run(self, _("モデルケース"), work, done, lane=f"share {place}", card=True)

    def _unmake(self, made: Made) -> None:
        share, place = self._services.share, self.place
        self._services.bridge.run(
            self,
            _("元に戻す"),
            lambda _r: share.beginnings.unmake(place, made),
            lambda _n: self._services.notices.success(_("ごみ箱に入れました。")),
            lane=f"share {place}",
        )


def _row(case: Case) -> tuple[str, ...]:
    folders = sum(entry.folder for entry in case.entries)
    return case.name, str(folders), str(len(case.entries) - folders), str(len(case.rules) or "")
