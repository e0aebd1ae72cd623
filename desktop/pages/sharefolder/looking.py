"""Search in the shown share: filters, results, and the sentence in each document."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QComboBox, QWidget

from core.clock import TOKYO
from core.i18n import _
from core.jobs import Report
from desktop.pages.services import Services
from desktop.ui.announce import announce
from desktop.ui.widgets.empty import Empty
from desktop.ui.widgets.flow import Flow
from sharefolder import links
from sharefolder.documents.sandbox import reason_words
from sharefolder.index.readable import Found
from sharefolder.index.snippet import Snippet
from sharefolder.index.store import Hit, Wish
from sharefolder.model import Entry

_MOST = 60  # results shown: more than a screen holds, few enough to come between two keystrokes
_SAID = 30  # characters of the question that are said again
_SENTENCES = 20  # of how many results the document is opened for the sentence

if TYPE_CHECKING:
    from desktop.pages.sharefolder.files import Files


class Looking:
    """``look`` answers to what stands in the search field now."""

    def __init__(self, view: Files, services: Services) -> None:
        self._view, self._services = view, services
        self.answered = ""  # the words whose hits are shown
        self._narrow = self._build()
        self._nothing = Empty("magnifying-glass")

    def look(self) -> None:
        words = self._view.finder.text().strip()
        place, share = self._view.place, self._services.share
        self._narrow.setVisible(bool(words))
        if there := links.opened(words, share.places()):
            self._view.finder.clear()
            self._view.go(there[0], there[1].rpartition("/")[0], there[1])
            return
        if not words or not place:
            if self._view.stack.current() is self._view.found:
                self._view.stack.choose(self._view.list)
                self._view.picked()
                self._view.read()
            return

        turn, wish = self._view.next_turn(), self._wish(words)

        def looked(_report: Report) -> Found:
            return share.search_within(place, wish, _MOST) if turn == self._view.turn else Found([], True)

        self._services.bridge.run(
            self._view,
            _("検索"),
            looked,
            lambda found: self._show_hits(turn, found.hits, words, found.whole),
            lane="share-search",
        )

    def _show_hits(self, turn: int, hits: list[Hit], words: str, whole: bool) -> None:
        if turn != self._view.turn or words != self._view.finder.text().strip():
            return
        self._view.found.put(hits, words)
        self.answered = words
        self._view.stack.choose(self._view.found)
        self._view.picked()  # none of them is, whatever is in the folder behind
        said = _said(words, len(hits), whole)
        self._nothing.say(said, _("短い言葉や別の言い方でお試しください。"))
        self._view.stack.say(self._view.found, None if hits else self._nothing)
        self._view.count.setText(said)
        announce(self._view, said)
        place, share, bridge = self._view.place, self._services.share, self._services.bridge
        in_text = [hit.entry for hit in hits if hit.in_text][:_SENTENCES]

        def read(_report: Report) -> None:
            for entry in in_text:
                if turn != self._view.turn:
                    return
                sentence = share.looks.sentence(place, entry, words)
                if sentence is not None:
                    bridge.post(partial(self._tell, turn, entry.path, sentence))

        if in_text:
            bridge.run(self._view, _("検索"), read, failed=lambda _error: None, lane="share-sentences")

    def _tell(self, turn: int, path: str, sentence: Snippet) -> None:
        if turn == self._view.turn:
            self._view.found.tell(path, sentence)

    def show_unread(self) -> None:
        """By name and reason: the documents of this share in which no word can be found."""
        place, share = self._view.place, self._services.share
        turn = self._view.next_turn()

        def show(rows: list[tuple[str, str]]) -> None:
            if turn != self._view.turn:
                return
            entries = [Entry(path, path.rpartition("/")[2], False, 0, 0.0) for path, _why in rows]
            self._view.found.put([Hit(entry, True, False) for entry in entries], "")
            for path, why in rows:
                self._view.found.tell(path, Snippet(reason_words(why), ()))
            self._view.stack.say(self._view.found, None)
            self._view.stack.choose(self._view.found)
            self._view.picked()
            said = _("中身を探せない文書: {count} 件").format(count=f"{len(rows):,}")
            self._view.count.setText(said)
            announce(self._view, said)

        self._services.bridge.run(
            self._view,
            _("中身を探せない文書"),
            lambda _r: share.unread(place),
            show,
            lane="share-search",
        )

    def narrow(self) -> QWidget:
        """The filters, shown while something is looked for."""
        return self._narrow

    def offer_sections(self, sections: list[str]) -> None:
        """The sections of the share that is shown."""
        chosen = self._section.currentText()
        self._section.clear()
        self._section.addItem(_("すべての所属"), "")
        for each in sections:
            self._section.addItem(each, each)
        self._section.setCurrentIndex(max(0, self._section.findText(chosen)))

    def _wish(self, words: str) -> Wish:
        kinds, year = self._kind.currentData(), self._year.currentData()
        return Wish(words, str(self._section.currentData() or ""), frozenset(kinds or ()), year)

    def _build(self) -> QWidget:
        self._section, self._kind, self._year = QComboBox(), QComboBox(), QComboBox()
        this = datetime.now(TOKYO).year
        kinds = (
            (_("すべての種類"), ()),
            (_("表"), ("xlsx", "xls", "xlsm", "xlsb", "csv", "ods")),
            (_("文書"), ("docx", "doc", "docm", "txt", "jtd", "odt")),
            ("PDF", ("pdf",)),
            (_("スライド"), ("pptx", "ppt", "pptm")),
            (_("画像"), ("jpg", "jpeg", "png", "gif", "tif", "tiff", "bmp", "webp")),
            (_("フォルダ"), ("folder",)),
        )
        for words, suffixes in kinds:
            self._kind.addItem(words, suffixes)
        self._year.addItem(_("すべての年"), None)
        for year in range(this, this - 10, -1):
            self._year.addItem(_("{year}年に更新").format(year=year), year)
        self._section.addItem(_("すべての所属"), "")
        names = (_("所属で絞る"), _("種類で絞る"), _("年で絞る"))
        for box, name in zip((self._section, self._kind, self._year), names, strict=True):
            box.setAccessibleName(name)
            box.activated.connect(lambda _index: self.look())
        flow = Flow(self._section, self._kind, self._year)
        flow.hide()
        return flow


def _said(words: str, count: int, whole: bool) -> str:
    shown = _shown(words)
    if count >= _MOST:
        said = _("「{words}」: 最初の {count} 件。言葉を足すか、所属や種類で絞れます。")
    elif not whole:
        said = _(
            "「{words}」: {count} 件で止めました（開けないものが多いため）。言葉を足すか、絞ってください。"
        )
    elif count:
        said = _("「{words}」: {count} 件")
    else:
        said = _("「{words}」は見つかりませんでした。")
    return said.format(words=shown, count=count)


def _shown(words: str) -> str:
    """``words`` in a sentence: one line's worth, and nothing that turns or hides the rest of it."""
    plain = "".join(each for each in words if each.isprintable())
    return plain if len(plain) <= _SAID else plain[:_SAID] + "…"
