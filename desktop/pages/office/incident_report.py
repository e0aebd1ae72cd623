"""The report that the law asks for after a leak, filled in as things become known."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QPlainTextEdit, QWidget

from core.i18n import _
from desktop.pages.files import ask_save, save
from desktop.pages.services import Services
from desktop.ui import page, theme
from desktop.ui.buttons import button
from desktop.ui.widgets.fields import labelled
from desktop.ui.widgets.flow import Flow
from office.incident import FIELDS, Incident, report_text


class IncidentReport(QWidget):
    """``chosen`` gives the incident that is being shown."""

    def __init__(self, services: Services, chosen: Callable[[], Incident | None]) -> None:
        super().__init__()
        self._services, self._chosen = services, chosen
        layout = page.column(self, 0.6)
        words = _(
            "個人情報保護委員会への報告の事項です（個人情報の保護に関する法律施行規則 第 44 条）。"
            "分かったことから速やかに、すべては 30 日（不正の目的のおそれがあるときは 60 日）"
            "以内に報告します。"
        )
        layout.addWidget(page.label(words, "caption", wrap=True))
        self.fields: dict[str, QPlainTextEdit] = {}
        for name, title in FIELDS:
            field = QPlainTextEdit()
            field.setTabChangesFocus(True)
            field.setMinimumHeight(theme.em(3.2))
            field.setMaximumHeight(theme.em(5))
            self.fields[name] = field
            layout.addWidget(labelled(_(title), field))
        keep = button(_("報告を保存"), self._save)
        layout.addWidget(Flow(keep, button(_("報告書を書き出す"), self._export, icon="export")))

    def read(self) -> None:
        """Show what is filled in; what somebody is typing just now is not touched."""
        incident, office = self._chosen(), self._services.open_office
        if incident is None:
            return

        def show(found: dict[str, str]) -> None:
            for name, field in self.fields.items():
                if not field.hasFocus() and field.toPlainText() != found.get(name, ""):
                    field.setPlainText(found.get(name, ""))

        self._services.bridge.run(self, _("報告"), lambda _r: office().incidents.fields(incident.id), show)

    def _filled(self) -> dict[str, str]:
        return {name: field.toPlainText() for name, field in self.fields.items()}

    def _save(self) -> None:
        incident, office, filled = self._chosen(), self._services.open_office, self._filled()
        if incident is None:
            return
        self._services.bridge.run(
            self,
            _("報告"),
            lambda _r: office().incidents.fill(incident.id, filled),
            lambda _n: self._services.notices.success(_("報告を保存しました。")),
        )

    def _export(self) -> None:
        incident, office, filled = self._chosen(), self._services.open_office, self._filled()
        path = ask_save(self, _("報告書.txt"), _("文書 (*.txt)")) if incident is not None else None
        if incident is None or path is None:
            return

        def write(_report: object) -> None:
            office().incidents.fill(incident.id, filled)
            text = report_text(incident, filled, office().incidents.timeline(incident.id))
            save(path, text.encode("utf-8-sig"))

        words = _("「{name}」に書き出しました。").format(name=path.name)
        self._services.bridge.run(
            self, _("書き出し"), write, lambda _n: self._services.notices.success(words)
        )
