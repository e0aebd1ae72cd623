"""A mail in the system's mail program; where none opens, its text is not lost."""

from __future__ import annotations

from urllib.parse import quote

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication

from core.i18n import _
from desktop.pages.services import Services


def write_mail(services: Services, subject: str, text: str) -> None:
    """Begin a mail without an address. Where no program takes it: the text is on the clipboard, and that is
    said."""
    url = QUrl(f"mailto:?subject={quote(subject)}&body={quote(text)}")
    if not QDesktopServices.openUrl(url):
        QGuiApplication.clipboard().setText(text)
        services.notices.warning(
            _("メールのプログラムが開きませんでした。"),
            _("文を写しました。使っているメールの画面に貼り付けてください。"),
        )
