"""A drill: a clock that is read across the room, phases that fill by themselves, injects, a report."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QLabel

from core.clock import TOKYO
from core.i18n import _
from core.wareki import format_datetime
from desktop.pages.files import ask_save, save
from desktop.pages.fresh import Fresh
from desktop.pages.liaison.paper import report_sheet
from desktop.pages.services import Services
from desktop.ui import page, theme
from desktop.ui.announce import announce
from desktop.ui.buttons import button
from desktop.ui.widgets.flow import Flow
from desktop.ui.widgets.table import Table
from liaison.drill import INJECTS, PHASES, Drill, as_csv, clock, inject_words, rows, titles
from liaison.drill_plan import DrillPlan
from liaison.service import LaptopsChanged


class DrillView(Fresh):
    """Shows the drill that runs, or the last one beside the one before it."""

    def __init__(self, services: Services) -> None:
        super().__init__(services, LaptopsChanged)
        self._drills: list[Drill] = []
        layout = page.column(self, 0.75)
        top, clock_and_words = page.Across(52, 1.0), page.row(spacing=1.0)
        self.clock = QLabel("0:00:00")
        self.clock.setFont(theme.current().font(5, bold=True))
        clock_and_words.addWidget(self.clock)
        self.said = page.label("", "muted", wrap=True)
        clock_and_words.addWidget(self.said, 1)
        top.add(clock_and_words, 1)
        self.start = button(_("訓練を始める"), self._start, "primary", "play", main=True)
        self.end = button(_("訓練を終える"), self._end, "danger", main=True)
        turns = page.row(spacing=0.6)
        turns.addWidget(self.start)
        turns.addWidget(self.end)
        turns.addStretch()
        top.add(turns)
        layout.addWidget(top)
        self._inject_buttons = [button(inject_words(i), partial(self._inject, i)) for i in INJECTS]
        repair = button(_("見本の端末を直す"), self._repair, icon="arrow-counter-clockwise")
        self._inject_buttons.append(repair)
        table = button("CSV", lambda: self._save("csv"), "plain", "file-csv")
        paper = button("PDF", lambda: self._save("pdf"), "plain", "download-simple")
        layout.addWidget(Flow(*self._inject_buttons, table, paper))
        self.table = Table(_("訓練の段階"), titles(), (6, 6, 4, 8, 7, 5, 9))
        self.table.setMinimumHeight(theme.em(2.5 + 2.6 * len(PHASES)) + 4)  # every phase at a glance
        layout.addWidget(self.table, 1)
        self.goal = page.label("", "section", wrap=True)
        layout.addWidget(self.goal)
        self.plan = Table(_("訓練の台本"), [_("役割"), _("すること"), _("時間の目安")], (5, 32, 6))
        layout.addWidget(self.plan, 2)
        self._tick = QTimer(self)
        self._tick.setInterval(1000)
        self._tick.timeout.connect(self._show_clock)

    def read(self) -> None:
        liaison = self._services.liaison
        self._services.bridge.run(
            self, _("訓練"), lambda _r: liaison.exercise.all(), self._show, lane="liaison-read"
        )
        self._services.bridge.run(
            self,
            _("訓練の台本"),
            lambda _r: liaison.workshop.drill_plan(),
            self._show_plan,
            lane="liaison-read",
        )

    def _show_plan(self, plan: DrillPlan) -> None:
        self.goal.setText(_("台本「{title}」: {goal}").format(title=plan.title, goal=plan.goal))
        minutes = _("{minutes} 分")
        rows = [(step.role, step.what, minutes.format(minutes=step.minutes)) for step in plan.steps]
        self.plan.put(list(enumerate(rows)))

    def _show(self, found: list[Drill]) -> None:
        self._drills = found
        running = bool(found) and not found[-1].ended
        self.start.setVisible(not running)
        self.end.setVisible(running)
        for made in self._inject_buttons:
            made.setEnabled(running)
        if running:
            self._tick.start()
        else:
            self._tick.stop()
        if found:
            before = found[-2] if len(found) > 1 else None
            self.table.put(list(enumerate(rows(found[-1], before))))
            injects = [f"{clock(s)} {inject_words(what)}" for s, what in found[-1].injects]
            began = format_datetime(datetime.fromisoformat(found[-1].began).astimezone(TOKYO))
            self.said.setText("\n".join([_("開始 {time}").format(time=began), *injects[-3:]]))
        else:
            self.said.setText(_("時間は台帳の記録から自動で測ります。だれも入力しません。"))
        self._show_clock()

    def _show_clock(self) -> None:
        if not self._drills:
            return
        drill = self._drills[-1]
        now = (datetime.now(UTC) - datetime.fromisoformat(drill.began)).total_seconds()
        self.clock.setText(clock(drill.seconds if drill.ended else now))

    def _start(self) -> None:
        liaison = self._services.liaison
        self._services.bridge.run(self, _("訓練"), lambda _r: liaison.exercise.start(), lane="liaison")

    def _end(self) -> None:
        liaison = self._services.liaison
        self._services.bridge.run(self, _("訓練"), lambda _r: liaison.exercise.end(), lane="liaison")

    def _inject(self, what: str) -> None:
        liaison = self._services.liaison

        def done(tags: list[str]) -> None:
            words = inject_words(what) + (": " + _("、").join(tags) if tags else "")
            self._services.notices.warning(words)
            announce(self, words, urgent=True)

        self._services.bridge.run(
            self, _("付与"), lambda _r: liaison.exercise.inject(what), done, lane="liaison"
        )

    def _repair(self) -> None:
        liaison, words = self._services.liaison, _("見本の端末を直しました。もう一度準備してください。")
        self._services.bridge.run(
            self,
            _("訓練"),
            lambda _r: liaison.exercise.repair(),
            lambda _n: self._services.notices.success(words),
            lane="liaison",
        )

    def _save(self, kind: str) -> None:
        if not self._drills:
            return
        drill, before = self._drills[-1], self._drills[-2] if len(self._drills) > 1 else None
        path = ask_save(self, f"drill-{drill.id}.{kind}", f"{kind.upper()} (*.{kind})")
        if path is None:
            return
        title = _("訓練の報告 {number}").format(number=drill.id)

        def work(_report: object) -> None:
            table = [titles(), *map(list, rows(drill, before))]
            table += [[_("付与"), inject_words(i), "", clock(s), "", "", ""] for s, i in drill.injects]
            save(path, as_csv(drill, before) if kind == "csv" else report_sheet(title, table))

        words = _("「{name}」に報告を保存しました。").format(name=path.name)
        self._services.bridge.run(
            self, title, work, lambda _n: self._services.notices.success(words), lane="liaison-read"
        )
