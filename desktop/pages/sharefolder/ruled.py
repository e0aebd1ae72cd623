"""The rule of the shown folder in a line above it: whose it is, until when it is kept, a near end."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtWidgets import QLabel

from core.clock import TOKYO
from core.i18n import _
from core.wareki import format_date
from desktop.pages.services import Services
from sharefolder.rules import AHEAD, Rule


class Ruled(QLabel):
    """Hidden where no rule counts. Reads by itself; an answer that comes too late is dropped."""

    def __init__(self, services: Services) -> None:
        super().__init__()
        self._services, self._wanted = services, ("", "")
        self.setWordWrap(True)
        self.setProperty("role", "caption")
        self.hide()

    def show_for(self, place: str, folder: str) -> None:
        """What counts in ``folder`` of ``place``."""
        self._wanted = (place, folder)
        share = self._services.share
        self._services.bridge.run(
            self,
            _("運用ルール"),
            lambda _r: share.ruling.rule(place, folder),
            lambda rule: self._show((place, folder), rule),
            lambda _error: self._show((place, folder), None),  # the report names a damaged file
            lane="share-look",
        )

    def _show(self, asked: tuple[str, str], rule: Rule | None) -> None:
        if asked != self._wanted:
            return
        self.setText(rule_words(rule) if rule is not None else "")
        self.setVisible(rule is not None)


def rule_words(rule: Rule) -> str:
    """In sentences; the end of keeping is said louder from a month before."""
    said = [_("所有者 {owner}　整理する人 {cleaner}").format(owner=rule.owner, cleaner=rule.cleaner)]
    if rule.until is not None:
        today, until = datetime.now(TOKYO).date(), format_date(rule.until)
        if today > rule.until:
            said.append(_("保存期限 {when} を過ぎました。").format(when=until))
        elif today >= rule.until - AHEAD:
            left = (rule.until - today).days
            said.append(_("まもなく保存期限です: {when}（あと{days}日）").format(when=until, days=left))
        else:
            said.append(_("保存期限 {when}").format(when=until))
    if rule.days is not None:
        said.append(_("{days} 日変わらないものは整理します").format(days=rule.days))
    if rule.gigabytes is not None:
        said.append(_("{size:g} GB まで").format(size=rule.gigabytes))
    if rule.naming:
        said.append(_("名前は「{naming}」の形").format(naming=rule.naming))
    return "　".join(said)
