"""留守の間の変更: what others have added, changed or deleted since this person last looked, newest first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from PySide6.QtWidgets import QListWidgetItem

from calendar_sync.model import Collection, Occurrence, Seen
from calendar_sync.scan import scan
from core.clock import TOKYO
from core.errors import SuiteError
from core.i18n import _
from desktop.pages.calendar import words
from desktop.pages.calendar.card import SideCard, word_list
from desktop.ui.announce import announce


class ChangesCard(SideCard):
    """``put`` gives what has been seen of others' doing."""

    def __init__(self) -> None:
        super().__init__(_("留守の間の変更"))
        self._count = self.say("", "caption")
        self.list = word_list(_("変わった予定"))
        self.inside.addWidget(self.list, 1)
        self.inside.addStretch(0)

    def put(self, found: Sequence[Seen], collections: Mapping[int, Collection]) -> None:
        self.list.clear()
        for seen in found:
            if seen.origin in ("there", "merge"):
                self.list.addItem(QListWidgetItem(_line(seen, collections.get(seen.collection))))
        count = self.list.count()
        said = (
            _("{count} 件の予定が変わりました。").format(count=count)
            if count
            else _("変わった予定はありません。")
        )
        self._count.setText(said)
        self.list.setVisible(count > 0)
        announce(self, said)


def _line(seen: Seen, collection: Collection | None) -> str:
    before, after = (_about(raw, collection) for raw in (seen.before, seen.after))
    what = _("新しい予定") if seen.before is None else _("削除") if seen.after is None else _("変更")
    moment = datetime.fromisoformat(seen.at).astimezone(TOKYO).replace(tzinfo=None)
    now = before if seen.after is None else after
    lines = [f"{what}　{now[0]}", now[1]]
    if seen.before is not None and seen.after is not None and before != after:
        lines.append(_("前: {before}").format(before="　".join(before)))
    name = collection.name if collection is not None else ""
    return "\n".join([*lines, f"{name}　{words.short_day(moment.date())} {words.clock(moment)}"])


def _about(raw: bytes | None, collection: Collection | None) -> tuple[str, str]:
    """Title and time; others' private events are only 予定あり."""
    if raw is None:
        return "", ""
    try:
        entries = scan(raw).entries
    except SuiteError as error:
        return error.why, ""
    if not entries or entries[0].span is None:
        return "", ""
    e, place = entries[0], entries[0].span
    o = Occurrence(
        0, "", 0, place.start, place.end, place.all_day, e.summary, e.location, e.status, e.private
    )
    return words.title(o, collection), words.when_words(o.start, o.end, o.all_day)
