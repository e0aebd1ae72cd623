"""ごみ箱: what was deleted from the shown folder and below it, from where and when; and how it comes back."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt

from core.errors import SuiteError
from core.i18n import _
from desktop.pages.services import Services
from desktop.pages.sharefolder.words import time_words, where_words
from desktop.ui import page, theme
from desktop.ui.announce import announce
from desktop.ui.buttons import button
from desktop.ui.widgets.card import CardToLeave
from desktop.ui.widgets.table import Cell, Table
from sharefolder import names
from sharefolder.bins import Lying
from sharefolder.names import shown


class Bin(CardToLeave):
    """``back`` leaves it; ``lead`` shows the path of what has come back in its folder."""

    def __init__(self, services: Services, back: Callable[[], object], lead: Callable[[str], object]) -> None:
        super().__init__(_("一覧に戻る"), back)
        self._services, self._lead = services, lead
        self._place, self._folder = "", ""
        self._turn = 0
        self.setMinimumSize(theme.em(24), theme.em(18))
        layout = self.column
        self.said = page.label("", "muted", wrap=True)
        layout.addWidget(self.said)
        titles = (_("名前"), _("あった場所"), _("削除した日時"), _("削除した人"))
        self.table = Table(_("ごみ箱の一覧"), titles, (6, 6, 6, 3))
        self.table.setMinimumHeight(theme.em(9))
        layout.addWidget(self.table, 1)
        self.restore = button(_("元の場所に戻す"), self._restore, icon="arrow-counter-clockwise")
        layout.addWidget(self.restore, 0, Qt.AlignmentFlag.AlignLeft)
        layout.addStretch(0)

    def show_folder(self, place: str, folder: str) -> None:
        """Look into the bins of ``folder`` and below; an answer that comes too late is dropped."""
        if (place, folder) != (self._place, self._folder):
            self.table.put([])
        self._place, self._folder = place, folder
        self.name.setText(_("「{name}」のごみ箱").format(name=folder.rpartition("/")[2] or place))
        self._read()

    def _read(self) -> None:
        self._turn += 1
        turn, place, folder, share = self._turn, self._place, self._folder, self._services.share
        self.said.setText(_("調べています…"))
        self._offer()

        def failed(error: SuiteError) -> None:
            if turn == self._turn:
                self.said.setText(error.why)

        self._services.bridge.run(
            self,
            _("ごみ箱"),
            lambda report: share.changes.lying(place, folder, report),
            lambda answer: self._show(turn, *answer),
            failed,
            lane="share-bin",
        )

    def _show(self, turn: int, lying: list[Lying], whole: bool) -> None:
        if turn != self._turn:
            return
        mine = names.proposed(session.person.staff_number) if (session := self._services.auth.session) else ""
        self.table.put(
            [
                (
                    each,
                    (
                        shown(_name(each.path)),
                        where_words(_parent(each.path)),
                        Cell(time_words(each.when.timestamp()), each.when.timestamp()),
                        _("自分") if each.who == mine else each.who,
                    ),
                )
                for each in lying
            ]
        )
        some = _("このフォルダとその中から削除したものが {count} 件あります。").format(count=len(lying))
        said = some if lying else _("このフォルダとその中から削除したものはありません。")
        if not whole:
            more = _("フォルダが多いので途中まで調べました。あった場所に近いフォルダで開くと、残りも出ます。")
            said = f"{said}{more}"
        self.said.setText(said)
        self._offer()
        if lying and self.table.key() is None:
            self.table.choose(lying[0])
        if lying:
            self.table.setFocus(Qt.FocusReason.OtherFocusReason)
        announce(self, said)

    def _offer(self) -> None:
        some = self.table.model().rowCount() > 0
        for widget in (self.table, self.restore):
            widget.setVisible(some)

    def _restore(self) -> None:
        chosen, place, changes = self.table.key(), self._place, self._services.share.changes
        if not isinstance(chosen, Lying):
            return

        def done(_nothing: None) -> None:
            words = _("「{name}」を元に戻しました。").format(name=_name(chosen.path))
            lead = (_("そのフォルダを開く"), lambda: self._lead(chosen.path))
            self._services.notices.success(words, lead)
            self._read()

        self._services.bridge.run(
            self,
            _("元に戻す"),
            lambda _r: changes.bring_back(place, [chosen]),
            done,
            lane="share-change",
        )


def _name(path: str) -> str:
    return path.rpartition("/")[2]


def _parent(path: str) -> str:
    return path.rpartition("/")[0]
