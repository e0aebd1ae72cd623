"""事案（CSIRT）: stop a person or terminal, see what is left, follow what happened, write the report."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QFrame, QScrollArea, QWidget

from core.clock import TOKYO
from core.i18n import _
from core.wareki import format_short
from desktop.pages.action_words import action_words
from desktop.pages.fresh import Fresh
from desktop.pages.matters import IncidentAim
from desktop.pages.office.incident_report import IncidentReport
from desktop.pages.office.incident_stop import StopLine, StoppedList
from desktop.pages.services import Services
from desktop.ui import page, theme
from desktop.ui.announce import announce
from desktop.ui.buttons import button
from desktop.ui.widgets.fields import line_edit
from desktop.ui.widgets.segmented import Segmented
from desktop.ui.widgets.table import Table
from office.incident import Incident, Incidents, Step
from office.incident_paper import step_words

Run = Callable[..., None]
"""As ``StepUpCard.run``: asks for a factor more where the policy wants one."""


class IncidentView(Fresh):
    """The incidents on the left; the chosen one's timeline, stops or report on the right."""

    def __init__(self, services: Services, run: Run) -> None:
        super().__init__(services)
        self._run = run
        self._begun: int | None = None  # an incident that was begun here and is still to be chosen
        self._beginning = False
        layout = page.column(self, 0.75)
        whole = page.Across(58, 1.25)
        whole.add(self._build_list(), 2)
        whole.add(self._build_side(), 5)
        layout.addWidget(whole, 1)
        self._enable()

    def _build_list(self) -> QWidget:
        box = QWidget()
        layout = page.column(box, 0.6)
        self.title = line_edit(_("新しい事案の名前"), _("例 端末の紛失（福祉政策課）"))
        self.title.returnPressed.connect(self._begin)
        self.drill = QCheckBox(_("訓練（何も止めません）"))
        layout.addWidget(self.title)
        layout.addWidget(self.drill)
        layout.addWidget(button(_("事案を始める"), self._begin, icon="plus"))
        self.table = Table(_("事案の一覧"), [_("事案"), _("始まり")], (9, 7))
        self.table.setMinimumHeight(theme.em(10))
        self.table.picked.connect(lambda _key: self._read_chosen())
        layout.addWidget(self.table, 1)
        return box

    def _build_side(self) -> QWidget:
        side = QWidget()
        layout = page.column(side, 0.6)
        self.head = page.label(_("事案を始めるか、左から選んでください。"), "section", wrap=True)
        layout.addWidget(self.head)
        self.stop = StopLine(self._lock)
        layout.addWidget(self.stop)
        options = [("time", _("時系列")), ("stopped", _("止めたもの")), ("report", _("報告"))]
        self.which = Segmented(_("事案の画面"), options, "time", wrap=True)
        layout.addWidget(self.which)
        self._stack = page.Stack()
        self.stopped = StoppedList()
        self.report = IncidentReport(self._services, lambda: self._chosen())
        for each in (self._build_timeline(), _scrolled(self.stopped), _scrolled(self.report)):
            self._stack.addWidget(each)
        self.which.chosen.connect(self._turn)
        layout.addWidget(self._stack, 1)
        return side

    def _turn(self, value: object) -> None:
        """To the timeline, the stops or the report."""
        self.which.choose(value)
        self._stack.setCurrentIndex(("time", "stopped", "report").index(str(value)))

    def _build_timeline(self) -> QWidget:
        box = QWidget()
        layout = page.column(box, 0.6)
        titles = [_("日時"), _("行った人"), _("何を"), _("対象"), _("詳しく")]
        self.timeline = Table(_("事案の時系列"), titles, (13.5, 5.6, 7.4, 5.5, 12))
        self.timeline.setMinimumHeight(theme.em(12))
        layout.addWidget(self.timeline, 1)
        self.words = line_edit(_("対応の記録"), _("したこと・分かったこと"), limit=1000)
        self.words.returnPressed.connect(self._note)
        self.note = button(_("記録する"), self._note, "primary", "note")
        self.close_it = button(_("事案を終える"), self._close)
        line = page.Across(36, 0.6)
        line.add(self.words, 1)
        acts = page.row(spacing=0.6)
        acts.addWidget(self.note)
        acts.addWidget(self.close_it)
        acts.addStretch()
        line.add(acts)
        layout.addWidget(line)
        return box

    def read(self) -> None:
        office = self._services.open_office
        self.bring(_("事案の一覧"), lambda: office().incidents.all(), self._show)

    def take(self, aim: IncidentAim) -> None:
        """Somebody or a terminal is to be stopped: filled in, and an incident begun or chosen for it."""
        self.stop.offer(aim.what, aim.subject)
        chosen = self._chosen()
        if chosen is not None and chosen.closed is None:
            self.stop.go_on()
            return
        if not self.title.text():
            self.title.setText(_("{subject} の停止").format(subject=aim.subject))
        self.title.setFocus(Qt.FocusReason.OtherFocusReason)
        self.title.selectAll()

    def _show(self, incidents: list[Incident]) -> None:
        chosen = self._chosen()
        self.table.put([(each, _incident_cells(each)) for each in incidents])
        wanted = self._begun if self._begun is not None else chosen.id if chosen else None
        again = next((each for each in incidents if each.id == wanted), None)
        if again is not None:
            self.table.choose(again)
        self._read_chosen()
        if again is not None and self._begun is not None:  # a list asked for before it has it not yet
            self.stop.go_on()
            self._begun = None

    def _chosen(self) -> Incident | None:
        key = self.table.key()
        return key if isinstance(key, Incident) else None

    def _read_chosen(self) -> None:
        self._enable()
        incident, office = self._chosen(), self._services.open_office
        if incident is None:
            return
        mark = _("【訓練】") if incident.drill else ""
        self.head.setText(f"{mark}{incident.title}")
        self._services.bridge.run(
            self, incident.title, lambda _r: office().incidents.timeline(incident.id), self._show_timeline
        )
        self.report.read()

    def _show_timeline(self, steps: list[Step]) -> None:
        incident = self._chosen()
        self.stopped.show_steps(steps, incident is not None and incident.drill)
        self.timeline.put([(number, _step_cells(step)) for number, step in enumerate(steps)])

    def _enable(self) -> None:
        incident = self._chosen()
        going = incident is not None and incident.closed is None
        self.stop.set_going(going, over=incident is not None and not going)
        for widget in (self.words, self.note, self.close_it):
            widget.setEnabled(going)
        self.report.setEnabled(incident is not None)

    def _begin(self) -> None:
        """Once, however often Enter is pressed; a drill is one incident, not those after it."""
        if self._beginning:
            return
        self._beginning = True
        title, drill, make = self.title.text(), self.drill.isChecked(), self._services.open_office

        def begun(number: int) -> None:
            announce(self.head, _("事案を始めました。"))  # it stands there: no banner over what comes next
            self.title.clear()
            self.drill.setChecked(False)
            self._begun = number
            self._turn("time")
            self.read()

        def ended() -> None:
            self._beginning = False

        self._run(self, _("事案"), lambda: make().incidents.begin(title, drill), begun, ended=ended)

    def _note(self) -> None:
        text = self.words.text()
        self._of_chosen(lambda office, number: office.note(number, text), "", self.words.clear)

    def _close(self) -> None:
        self._of_chosen(lambda office, number: office.close(number), _("事案を終えました。"))

    def _lock(self, what: str, subject: str) -> None:
        incident = self._chosen()
        words = _("「{subject}」を止めました。残っているものと、次にすることを確かめてください。")
        if incident is not None and incident.drill:
            words = _("訓練なので、「{subject}」は止めずに記録だけしました。")

        def lock(office: Incidents, number: int) -> None:
            (office.lock_person if what == "person" else office.lock_terminal)(number, subject)

        def locked() -> None:
            self.stop.clear()
            self._turn("stopped")

        self._of_chosen(lock, words.format(subject=subject), locked)

    def _of_chosen(
        self, act: Callable[[Incidents, int], object], words: str, then: Callable[[], object] | None = None
    ) -> None:
        incident = self._chosen()
        if incident is not None:
            number = incident.id
            self._do(lambda office: act(office, number), words, then)

    def _do(
        self, act: Callable[[Incidents], object], words: str, then: Callable[[], object] | None = None
    ) -> None:
        make = self._services.open_office

        def done(_nothing: object) -> None:
            if words:
                self._services.notices.success(words)
            if then is not None:
                then()
            self.read()

        self._run(self, _("事案"), lambda: act(make().incidents), done)


def _scrolled(content: QWidget) -> QScrollArea:
    """The form has more lines than a small screen: it scrolls beside the list, which stays."""
    area = QScrollArea()
    area.setWidget(content)
    area.setWidgetResizable(True)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.viewport().setAutoFillBackground(False)
    content.setObjectName("page")
    return area


def _incident_cells(each: Incident) -> tuple[str, ...]:
    mark = _("【訓練】") if each.drill else ""
    done = "" if each.closed is None else _("（終了）")
    return f"{mark}{each.title}{done}", datetime.fromtimestamp(each.opened, TOKYO).strftime("%m/%d %H:%M")


def _step_cells(step: Step) -> tuple[str, ...]:
    when = format_short(datetime.fromtimestamp(step.time, TOKYO), seconds=True)
    if step.kind != "trail":
        return when, step.actor, step_words(step), step.subject, " ".join(step.words.splitlines())
    action, _space, detail = step.words.partition(" ")
    return when, step.actor, action_words(action), step.subject, detail
