"""A link to what is chosen, on the clipboard or in a mail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QGuiApplication

from core.i18n import _
from desktop.pages.services import Services
from desktop.pages.sharefolder.mail import write_mail

if TYPE_CHECKING:
    from desktop.pages.sharefolder.files import Files


class LinksOut:
    """To the one chosen thing, else to the folder that is shown."""

    def __init__(self, view: Files, services: Services) -> None:
        self._view, self._services = view, services

    def copy(self) -> None:
        """On the clipboard."""
        QGuiApplication.clipboard().setText(self._link())
        self._services.notices.info(_("リンクを写しました。相手のまほろばの検索の欄に貼ると開きます。"))

    def mail(self) -> None:
        """A mail in the system's mail program."""
        path = self._path()
        name = (path or self._view.place).rpartition("/")[2]
        subject = _("共有フォルダの「{name}」").format(name=name)
        text = f"{self._view.place} › {path}\n{self._link()}"
        write_mail(self._services, subject, text)

    def _path(self) -> str:
        chosen = self._view.chosen()
        return chosen.path if chosen is not None else self._view.folder

    def _link(self) -> str:
        return self._services.share.link(self._view.place, self._path())
