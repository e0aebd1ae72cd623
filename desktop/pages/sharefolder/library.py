"""仕様書: the library of specifications, found by what is known of them and by what stands in them."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QComboBox, QWidget

from core.i18n import _
from core.jobs import Report
from core.wareki import format_fiscal_year
from desktop.pages.services import Services
from desktop.pages.sharefolder.ask import Ask
from desktop.pages.sharefolder.library_acts import LibraryActs
from desktop.pages.sharefolder.of_share import OfShare
from desktop.pages.sharefolder.one_of import OneOf
from desktop.pages.sharefolder.specification_form import SpecificationForm
from desktop.ui import page, theme
from desktop.ui.announce import announce
from desktop.ui.buttons import button, icon_button
from desktop.ui.widgets.beside import Beside
from desktop.ui.widgets.card import ScrolledCard
from desktop.ui.widgets.empty import Empty
from desktop.ui.widgets.fields import line_edit
from desktop.ui.widgets.flow import Flow
from desktop.ui.widgets.table import Table
from sharefolder.index.store import Wish
from sharefolder.library.shelf import PLACE, Specification, field_words, fitting
from sharefolder.model import Entry

_HITS = 200
FILTERS = ("system", "year", "department", "kind")
_COLUMNS = FILTERS[:3]


class Library(OfShare):
    """Of the share that is shown. ``chosen``: the file chosen in it; ``show_file``: go to one there."""

    def __init__(
        self,
        services: Services,
        place: Callable[[], str],
        add_place: Callable[[], object],
        chosen: Callable[[], Entry | None],
        show_file: Callable[[str, str], object],
    ) -> None:
        super().__init__(services, place, add_place)
        self.show_file, self._turn = show_file, 0
        self._every: list[Specification] = []
        self.acts = LibraryActs(self, services, chosen)
        self.form = SpecificationForm(self.acts.keep, lambda: self.stack.choose(self._shelf))
        self._shelf = self._build()
        self.nothing = Empty(
            "list-checks",
            _("ライブラリにはまだ仕様書がありません。"),
            _("よくできた仕様書を1つ載せると、ほかの所属がそれを写して書き始められます。"),
            button(_("仕様書を載せる"), self.acts.add, "primary", main=True),
        )
        self.stack = OneOf(*self.apart, self._shelf, self.nothing, self.form)
        self.working = (self.form,)
        page.column(self, 0).addWidget(self.stack, 1)

    def _build(self) -> QWidget:
        shelf = QWidget()
        layout = page.column(shelf, 0.75)
        self.finder = line_edit(_("仕様書を検索"), _("題名・情報・中身を検索"), limit=400)
        self.finder.setClearButtonEnabled(True)
        self._wait = QTimer(self)
        self._wait.setSingleShot(True)
        self._wait.setInterval(150)
        self._wait.timeout.connect(self.look)
        self.finder.textChanged.connect(lambda _text: self._wait.start())
        line = page.Across(30, 0.6)
        line.add(self.finder, 1)
        line.add(button(_("仕様書を載せる"), self.acts.add, icon="plus"))
        line.add(icon_button(_("読み直す"), "arrow-counter-clockwise", self.read))
        layout.addWidget(line)
        self.filters = {field: QComboBox() for field in FILTERS}
        for field, box in self.filters.items():
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)  # its words come later
            box.setAccessibleName(_("{field}で絞る").format(field=field_words(field)))
            box.activated.connect(lambda _index: self.look())
        layout.addWidget(Flow(*self.filters.values()))
        self.ask = Ask()
        layout.addWidget(self.ask)
        titles = [_("題名"), *(field_words(field) for field in _COLUMNS), _("使われた数")]
        self.table = Table(_("仕様書の一覧"), titles, (9.5, 7.3, 6.5, 6.5, 6.3))
        self.table.setMinimumHeight(theme.em(9))
        self.table.picked.connect(lambda _key: self._show_one())
        self.table.opened.connect(lambda _key: self.copy.setFocus(Qt.FocusReason.OtherFocusReason))
        layout.addWidget(Beside(self.table, self._details()), 1)
        self.count = page.label("", "caption")
        layout.addWidget(self.count)
        return shelf

    def _details(self) -> QWidget:
        content = QWidget()
        inside = page.column(content, 0.5, 1.0)
        self.details = ScrolledCard(content)
        self.details.setMinimumWidth(theme.em(17))
        self.title, self.facts = page.label("", "section", wrap=True), page.label("", "muted", wrap=True)
        self.note, self.others = page.label("", wrap=True), page.label("", "strong", wrap=True)
        self.document = QComboBox()
        self.document.setAccessibleName(_("写す文書"))
        self.document.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.copy = button(_("写して新しい仕様書にする"), self.acts.copy, "primary", "copy")
        for widget in (self.title, self.facts, self.note, self.others, self.document, self.copy):
            inside.addWidget(widget)
        inside.addWidget(
            Flow(button(_("ファイルで見る"), self.acts.show), button(_("情報を直す"), self.acts.edit))
        )
        inside.addStretch(1)
        self.details.hide()
        return self.details

    # reading

    def read(self, choose: str = "") -> None:
        """Everything that this reader may look into; ``choose``: the folder of the one to show."""
        place, share = self.place, self._services.share
        if not place or self.stack.current() is self.form:
            return
        self.take(
            _("仕様書ライブラリ"),
            lambda report: share.library(place).every(report),
            lambda every: self._show(place, every, choose),
            lane="share-library",
        )

    def _show(self, place: str, every: list[Specification], choose: str) -> None:
        if place != self.place:
            return
        self._every = every
        for field, box in self.filters.items():
            kept = box.currentData()
            box.clear()
            box.addItem(_("すべての{field}").format(field=field_words(field)), "")
            for value in sorted({e.value(field) for e in every} - {""}, reverse=field == "year"):
                box.addItem(value_words(field, value), value)
            box.setCurrentIndex(max(0, box.findData(kept)))
        if self.stack.current() is not self.form:  # begun meanwhile: what is typed stays before one's eyes
            self.stack.choose(self._shelf if every else self.nothing)
        if damaged := sum(each.damaged for each in every):
            words = _("読めない記録が {count} 件あります。ほかの記録はそのまま使えます。")
            self._services.notices.warning(words.format(count=damaged))
        self.look(choose)

    def look(self, choose: str = "") -> None:
        """Show what fits the words and the filters; the words also inside the documents, by the index."""
        self._turn += 1
        turn, place, share, words = self._turn, self.place, self._services.share, self.finder.text().strip()
        narrowed = [
            each
            for each in self._every
            if all(box.currentData() in ("", None, each.value(f)) for f, box in self.filters.items())
        ]

        def found(_report: Report) -> list[Specification]:
            return fitting(narrowed, words, share.search(place, Wish(words, section=PLACE), _HITS))

        if not words:
            self._put(turn, narrowed, choose)
            return
        self._services.bridge.run(
            self,
            _("検索"),
            found,
            lambda fits: self._put(turn, fits, choose),
            lane="share-library",
        )

    def _put(self, turn: int, shown: Iterable[Specification], choose: str) -> None:
        if turn != self._turn:
            return
        rows = [(each.folder, _row(each)) for each in shown]
        self.table.put(rows)
        if choose:
            self.table.choose(choose)
        said = _("仕様書 {count} 件").format(count=f"{len(rows):,}")
        self.count.setText(said)
        if self.finder.text().strip():
            announce(self, said)
        self._show_one()

    def current(self) -> Specification | None:
        """The chosen one."""
        return next((each for each in self._every if each.folder == self.table.key()), None)

    def _show_one(self) -> None:
        each = self.current()
        self.details.setVisible(each is not None)
        if each is None:
            return
        self.title.setText(each.title)
        said = [f"{field_words(f)}: {value_words(f, each.value(f))}" for f in FILTERS if each.value(f)]
        self.facts.setText("\n".join((*said, _("{count} 回使われました").format(count=each.uses))))
        self.note.setText(each.value("note"))
        self.note.setVisible(bool(each.value("note")))
        self.others.setText("\n".join(_other(f, values) for f, values in each.known.others.items()))
        self.others.setVisible(bool(each.known.others))
        kept = self.document.currentText()
        self.document.clear()
        self.document.addItems([document.name for document in each.documents])
        self.document.setCurrentIndex(max(0, self.document.findText(kept)))
        self.document.setVisible(len(each.documents) > 1)
        self.copy.setEnabled(bool(each.documents))

    def back(self, changed: Specification) -> None:
        """To the shelf, with ``changed`` chosen."""
        self.stack.choose(self._shelf)
        self.read(changed.folder)


def value_words(field: str, value: str) -> str:
    """A field's value as a person says it."""
    return format_fiscal_year(int(value)) if field == "year" and value else value


def _row(each: Specification) -> tuple[str, ...]:
    values = (value_words(field, each.value(field)) for field in _COLUMNS)
    return each.title, *values, str(each.uses or "")


def _other(field: str, values: tuple[str, ...]) -> str:
    said = "、".join(value_words(field, value) or _("（空）") for value in values)
    words = _("{field}は同時に「{values}」とも書かれました。「情報を直す」で決めてください。")
    return words.format(field=field_words(field), values=said)
