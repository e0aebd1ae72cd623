"""The wall: the one number against the target, a tile a laptop, and each one's checks with their evidence."""

from __future__ import annotations

from collections import Counter as Count
from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QProgressBar, QScrollArea, QStackedWidget, QWidget

from core.clock import TOKYO
from core.i18n import _
from core.wareki import format_datetime
from desktop.pages.files import ask_save, save
from desktop.pages.fresh import Fresh
from desktop.pages.liaison.paper import Label, labels
from desktop.pages.liaison.words import look, state_words
from desktop.pages.services import Services
from desktop.ui import page, theme
from desktop.ui.buttons import Button, button, card_button
from desktop.ui.icons import set_icon
from desktop.ui.tips import plain
from desktop.ui.widgets.empty import Empty
from desktop.ui.widgets.table import Table
from liaison.answer import evidence_words
from liaison.service import LaptopReported, LaptopsChanged
from liaison.standing import TARGET, Standing, Tile
from liaison.steps import step_title

_TILE = 8.6  # em


class Wall(Fresh):
    """Reads everything again when anything has changed; a tile opens its checks in its place."""

    def __init__(self, services: Services) -> None:
        super().__init__(services, LaptopsChanged, LaptopReported)
        self._tiles: list[Tile] = []
        self._columns = 0
        whole = page.column(self, 1.0)
        whole.addWidget(self._head())
        inside = QWidget()
        inside.setObjectName("page")
        self._grid = QGridLayout(inside)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(theme.em(0.6))
        self._grid.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        area = QScrollArea()
        area.setWidget(inside)
        area.setWidgetResizable(True)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.viewport().setAutoFillBackground(False)
        self._stack = QStackedWidget()
        self._stack.addWidget(area)
        self._checks = Checks(self._back)
        self._stack.addWidget(self._checks)
        whole.addWidget(self._stack, 1)

    def _head(self) -> QFrame:
        frame, layout = page.card(margin=1.0)
        line = page.row(spacing=1.5)
        self.number = QLabel("–")
        self.number.setFont(theme.current().font(3.2, bold=True))
        line.addWidget(self.number)
        words = page.column(spacing=0.3)
        self.sentence = page.label("", "strong", wrap=True)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(_("準備済みの台数"))
        self.counts = page.label("", "muted", wrap=True)
        for widget in (self.sentence, self.bar, self.counts):
            words.addWidget(widget)
        line.addLayout(words, 1)
        line.addWidget(button(_("ラベルを保存"), self._save_labels, icon="download-simple"))
        layout.addLayout(line)
        return frame

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._fitting() != self._columns:
            self._lay()

    def read(self) -> None:
        """All laptops again."""
        liaison = self._services.liaison
        self._services.bridge.run(
            self, _("連絡員端末の一覧"), lambda _r: liaison.tiles(), self._show, lane="liaison-read"
        )

    def _show(self, tiles: list[Tile]) -> None:
        self._tiles = tiles
        count = Count(tile.standing for tile in tiles)
        ready = count[Standing.READY]
        self.number.setText(f"{ready} / {TARGET}")
        self.bar.setRange(0, TARGET)
        self.bar.setValue(min(ready, TARGET))
        missing = TARGET - ready
        self.sentence.setText(
            _("台が準備済みです。目標まであと {missing} 台。").format(missing=missing)
            if missing > 0
            else _("台が準備済みです。目標に届いています。")
        )
        parts = [f"{look(s).words} {count[s]}" for s in Standing if count[s] and s is not Standing.READY]
        self.counts.setText("　".join(parts))
        self._lay()

    def _save_labels(self) -> None:
        """A label with its QR code for every laptop on the wall."""
        office, path = self._services.liaison.office, ask_save(self, _("ラベル.pdf"), "PDF (*.pdf)")
        if path is None:
            return
        wanted = [Label(tile.tag, office.label(tile.tag), office.code) for tile in self._tiles]
        words = _("「{name}」に {count} 枚のラベルを保存しました。").format(name=path.name, count=len(wanted))
        self._services.bridge.run(
            self,
            _("ラベル"),
            lambda _r: save(path, labels(wanted)),
            lambda _n: self._services.notices.success(words),
        )

    def _fitting(self) -> int:
        return max(1, (self.width() + theme.em(0.6)) // theme.em(_TILE + 0.6))

    def _lay(self) -> None:
        focused = self.focusWidget()
        kept = focused.property("tag") if focused is not None else None
        page.clear(self._grid)
        self._columns = self._fitting()
        if not self._tiles:
            way = _("「棚」の「登録する」で、ラベルを読み取ると加わります。")
            empty = Empty("desktop", _("端末がまだ登録されていません。"), way)
            self._grid.addWidget(empty, 0, 0, 1, self._columns)
        for number, tile in enumerate(self._tiles):
            made = self._tile(tile)
            self._grid.addWidget(made, number // self._columns, number % self._columns)
            if tile.tag == kept:
                made.setFocus()

    def _tile(self, tile: Tile) -> Button:
        shown = look(tile.standing)
        made = card_button(f"{tile.tag} {shown.words} {tile.reason}", "namecard", lambda: self._open(tile))
        made.setProperty("tag", tile.tag)
        made.setToolTip(plain(tile.reason))
        layout = page.column(made, 0.2, 0.7)
        layout.addWidget(page.label(tile.tag, "section"))
        state = page.row(spacing=0.4)
        mark = QLabel()
        set_icon(mark, shown.icon, shown.role, 1.2)
        state.addWidget(mark)
        role = shown.role if shown.role in ("success", "warning", "danger", "muted") else "strong"
        state.addWidget(page.label(shown.words, role), 1)
        layout.addLayout(state)
        for label in made.findChildren(QLabel):
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        made.setFixedSize(theme.em(_TILE), made.sizeHint().height())
        return made

    def _open(self, tile: Tile) -> None:
        self._checks.show_tile(tile)
        self._stack.setCurrentWidget(self._checks)
        self._checks.back.setFocus(Qt.FocusReason.OtherFocusReason)

    def _back(self) -> None:
        self._stack.setCurrentIndex(0)
        for made in self.findChildren(Button):
            if made.property("tag") == self._checks.tag:
                made.setFocus(Qt.FocusReason.OtherFocusReason)


class Checks(QFrame):
    """What was looked at on one laptop, when, and what was seen."""

    def __init__(self, back: Callable[[], None]) -> None:
        super().__init__()
        self.tag = ""
        self.setProperty("card", True)
        layout = page.column(self, 0.5, 1.0)
        top = page.row(spacing=0.6)
        self.back = button(_("一覧へ戻る"), back, "plain", "arrow-left")
        self.title = page.label("", "section")
        self.sentence = page.label("", "muted", wrap=True)
        top.addWidget(self.back)
        top.addWidget(self.title, 1)
        layout.addLayout(top)
        layout.addWidget(self.sentence)
        titles = [_("項目"), _("対象"), _("結果"), _("見えたもの")]
        self.table = Table(_("端末の点検の結果"), titles, (7, 20, 5, 14))
        layout.addWidget(self.table, 1)

    def show_tile(self, tile: Tile) -> None:
        self.tag = tile.tag
        kind = _("（見本の端末）") if tile.simulated else ""
        self.title.setText(f"{tile.tag} {look(tile.standing).words}{kind}")
        when = (
            _("{time} に確認").format(time=format_datetime(tile.report.time.astimezone(TOKYO)))
            if tile.report
            else _("まだ確認していません")
        )
        self.sentence.setText(_("。").join(part for part in (tile.reason, when) if part))
        found = tile.report.outcome.findings if tile.report else ()
        order = {"fail": 0, "unknown": 1, "ok": 2}
        rows = sorted(enumerate(found), key=lambda each: (order[each[1].state], each[0]))
        self.table.put(
            [
                (
                    n,
                    (
                        step_title(f.step),
                        f.name,
                        state_words(f.state),
                        evidence_words(f.evidence),
                    ),
                )
                for n, f in rows
            ]
        )
