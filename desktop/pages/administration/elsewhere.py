"""On a terminal of an office: that the office is administered beside its servers, said once."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel

from core.i18n import _, sentences
from desktop.ui import page
from desktop.ui.icons import set_icon


def elsewhere_banner(something_here: bool) -> QFrame:
    """What cannot be done here, why, and where it is done; whether anything is left below it."""
    banner = QFrame()
    banner.setProperty("notice", "info")
    line = page.row(banner, 0.75, 0.9)
    mark = QLabel()
    set_icon(mark, "info", "link")
    line.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
    words = page.column(spacing=0.3)
    words.addWidget(page.label(_("この端末では、職場の管理はできません。"), "strong", wrap=True))
    why = _("職員の名簿・監査の記録・台帳はサーバーにあり、端末からは触れません。")
    step = _("照合サーバーの上で開いたまほろばの「管理」で行ってください（運用の手引き「サーバー」）。")
    words.addWidget(page.label(sentences(why, step), wrap=True))
    if something_here:
        left = _("下にあるのは、この端末から見たサービスの状態と、この端末の保管量です。")
        words.addWidget(page.label(left, wrap=True))
    line.addLayout(words, 1)
    return banner
