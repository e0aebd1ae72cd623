"""The report of an incident, filled in as things become known; what is typed is a draft until it is saved."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSignalBlocker, QTimer
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from core.errors import SuiteError
from core.i18n import _
from desktop.pages.files import ask_save, save
from desktop.pages.services import Services
from desktop.ui import page, theme
from desktop.ui.buttons import button
from desktop.ui.widgets.fields import labelled
from desktop.ui.widgets.flow import Flow
from desktop.ui.widgets.segmented import Segmented
from office.incident import Incident
from office.incident_fields import KIND, KINDS, SECTIONS, Section, asked
from office.incident_paper import report_text
from office.incident_report import CHANGED, Report, Typed

_PAUSE_MS = 400  # after the last key the draft is written down
_LANE = "incident-report"  # what is kept is on the disk before it is read again


class IncidentReport(QWidget):
    """``chosen`` gives the incident that is being shown."""

    def __init__(self, services: Services, chosen: Callable[[], Incident | None]) -> None:
        super().__init__()
        self._services, self._chosen = services, chosen
        self._incident: Incident | None = None  # whose words stand in the fields
        self._report: Report | None = None  # None until its words have come
        self._over: dict[str, str] = {}
        layout = page.column(self, 0.9)
        self.kind = Segmented(_("事案の種類"), [(kind, _(words)) for kind, words in KINDS], "", wrap=True)
        self.kind.chosen.connect(lambda _kind: self._edited())
        layout.addWidget(labelled(_("事案の種類"), self.kind))
        self.fields: dict[str, QPlainTextEdit] = {}
        self._sections = [(each, self._section(each)) for each in SECTIONS]
        for _each, box in self._sections:
            layout.addWidget(box)
        keep = button(_("報告を保存"), self._save)
        layout.addWidget(Flow(keep, button(_("報告書を書き出す"), self._export, icon="export")))
        self.kept = page.label("", "caption", wrap=True)
        layout.addWidget(self.kept)
        self._wait = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._wait.timeout.connect(self._keep)

    def _section(self, section: Section) -> QWidget:
        box = QWidget()
        layout = page.column(box, 0.5)
        layout.addWidget(page.label(_(section.title), "section", wrap=True))
        if section.hint:
            layout.addWidget(page.label(_(section.hint), "caption", wrap=True))
        for name, title in section.fields:
            field = QPlainTextEdit()
            field.setTabChangesFocus(True)
            field.setMinimumHeight(theme.em(3.2))
            field.setMaximumHeight(theme.em(5))
            field.setReadOnly(True)
            field.textChanged.connect(self._edited)
            self.fields[name] = field
            layout.addWidget(labelled(_(title), field))
        return box

    def read(self) -> None:
        """Show what is filled in, and over it what this person has typed and not saved."""
        incident, office = self._chosen(), self._services.open_office
        if incident is None:
            return
        if self._incident is None or incident.id != self._incident.id:
            self._flush()
            self._leave()
        self._incident = incident

        def look(_report: object) -> tuple[Report, dict[str, str], dict[str, Typed]]:
            report = office().incidents.report(incident.id)
            return report, report.saved(), report.draft()

        show = lambda found: self._show(incident, *found)  # noqa: E731
        self._services.bridge.run(self, _("報告"), look, show, lane=_LANE)

    def _leave(self) -> None:
        """Nothing of the last incident stays under another one's name."""
        self._report, self._over = None, {}
        self.kept.setText("")
        for name in (KIND, *self.fields):
            self._put(name, "")
        for field in self.fields.values():
            field.setReadOnly(True)

    def _show(
        self, incident: Incident, report: Report, saved: dict[str, str], draft: dict[str, Typed]
    ) -> None:
        if self._incident is None or incident.id != self._incident.id:
            return
        first = self._report is None
        self._report, mine = report, draft if first else self._typed()
        for name in (KIND, *self.fields):
            self._show_field(name, saved.get(name, ""), mine.get(name), first)
        for field in self.fields.values():
            field.setReadOnly(False)
        self._ask_for_kind()
        self._say_kept()

    def _show_field(self, name: str, saved: str, mine: Typed | None, first: bool) -> None:
        """What a colleague has saved since stands below one's own words, never over them."""
        words = saved if mine is None else mine.words
        if mine is not None and saved not in mine and name != KIND:
            if not first and self.fields[name].hasFocus():
                return  # not under the fingers; saving will say so
            words = f"{mine.words}\n{_('〔ほかの情報担当が保存した内容〕')}\n{saved}"
        self._over[name] = saved
        self._put(name, words)

    def _put(self, name: str, words: str) -> None:
        if name == KIND:
            self.kind.choose(words if words in dict(KINDS) else "")
        elif self.fields[name].toPlainText() != words:
            with QSignalBlocker(self.fields[name]):
                self.fields[name].setPlainText(words)

    def _ask_for_kind(self) -> None:
        words = self._words()
        for section, box in self._sections:
            box.setVisible(asked(section, words))

    # keeping

    def _words(self) -> dict[str, str]:
        return {KIND: str(self.kind.value()), **{n: f.toPlainText() for n, f in self.fields.items()}}

    def _typed(self) -> dict[str, Typed]:
        """What is not saved."""
        every = {name: Typed(words, self._over.get(name, "")) for name, words in self._words().items()}
        return {name: each for name, each in every.items() if each.words != each.over}

    def _edited(self) -> None:
        self._ask_for_kind()
        if self._report is not None:
            self._wait.start()

    def _flush(self) -> None:
        if self._wait.isActive():
            self._keep()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._flush()

    def _keep(self) -> None:
        self._wait.stop()
        report, typed = self._report, self._typed()
        if report is not None:
            self._services.bridge.run(
                self, _("下書き"), lambda _r: report.keep(typed), lambda _n: self._say_kept(), lane=_LANE
            )

    def _say_kept(self) -> None:
        unsaved = bool(self._typed())
        self.kept.setText(_("書きかけは下書きに残っています。まだ保存していません。") if unsaved else "")

    def _save(self) -> None:
        self._fill(lambda _words: None, _("報告を保存しました。"))

    def _export(self) -> None:
        incident, office = self._incident, self._services.open_office
        path = ask_save(self, _("報告書.txt"), _("文書 (*.txt)")) if incident is not None else None
        if incident is None or path is None:
            return

        def write(words: dict[str, str]) -> None:
            text = report_text(incident, words, office().incidents.timeline(incident.id))
            save(path, text.encode("utf-8-sig"))

        self._fill(write, _("「{name}」に書き出しました。").format(name=path.name))

    def _fill(self, then: Callable[[dict[str, str]], None], said: str) -> None:
        """Save what is typed, then do ``then`` with all of it."""
        incident, report, typed, words = self._incident, self._report, self._typed(), self._words()
        if incident is None or report is None:
            return
        self._wait.stop()

        def work(_report: object) -> None:
            report.keep(typed)  # whatever comes of the saving
            report.fill(typed)
            report.keep({})
            then(words)

        def done(_nothing: object) -> None:
            if self._incident is not None and self._incident.id == incident.id:
                self._over |= {name: each.words for name, each in typed.items()}
                self._edited()
                self._say_kept()
            self._services.notices.success(said)

        def failed(error: SuiteError) -> None:
            self._services.bridge.on_error(error)
            if error.code == CHANGED:
                self.read()

        self._services.bridge.run(self, _("報告"), work, done, failed, lane=_LANE)
