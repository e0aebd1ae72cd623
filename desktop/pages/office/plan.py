"""計画の進捗: the plan's measures by year; what the suite measures fills itself, the rest is entered here."""

from __future__ import annotations

from datetime import date, datetime

from PySide6.QtWidgets import QWidget

from auth.model import Role, SignedIn
from core.clock import TOKYO
from core.errors import SuiteError
from core.i18n import _, bracketed
from core.wareki import format_date, format_fiscal_year
from desktop.pages.files import ask_folder, ask_save, save
from desktop.pages.fresh import Fresh
from desktop.pages.office import plan_paper
from desktop.pages.office.chart import Chart
from desktop.pages.office.result_form import ResultForm
from desktop.pages.services import Services
from desktop.ui import page, theme
from desktop.ui.buttons import button
from desktop.ui.widgets.fields import line_edit
from desktop.ui.widgets.flow import Flow
from desktop.ui.widgets.table import Table
from office import open_data
from office.measures import area_words, figure, fiscal_year
from office.plan import ENTERED, Line, PlanChanged, Result

CSV_NAME = "mahoroba-plan.csv"


class PlanView(Fresh):
    """The list on the left; the chosen measure's years, source and form on the right."""

    def __init__(self, services: Services) -> None:
        super().__init__(services, PlanChanged, SignedIn)
        self._last = fiscal_year(_today())
        self._language = services.config.appearance.language
        self._lines: dict[str, Line] = {}
        session = services.auth.session
        self._may_enter = session is not None and session.person.role == Role.IT
        layout = page.column(self, 0.75)
        self._summary = page.label("", wrap=True)
        layout.addWidget(self._summary)
        whole = page.Across(58, 1.25)
        left = page.column(spacing=0.6)
        self.finder = line_edit(_("施策を絞り込む"), _("番号・施策・状況"))
        left.addWidget(self.finder)
        pdf = button(_("PDF を保存"), self._save_pdf, icon="printer")
        left.addWidget(Flow(pdf, button(_("オープンデータを保存"), self._save_data, icon="file-csv")))
        titles = [_("番号"), _("施策"), _("目標"), _("実績"), _("状況")]
        self.table = Table(_("計画の施策"), titles, (4.5, 14, 5, 5, 6))
        self.table.setMinimumHeight(theme.em(16))
        self.finder.textChanged.connect(self.table.narrow)
        self.table.picked.connect(self._pick)
        left.addWidget(self.table, 1)
        whole.add(left, 3)
        whole.add(self._build_side(), 2)
        layout.addWidget(whole, 1)

    def _build_side(self) -> QWidget:
        side = QWidget()
        layout = page.column(side, 0.6)
        self.title = page.label("", "section", wrap=True)
        self.kpi = page.label("", wrap=True)
        self.chart = Chart()
        self.origin = page.label("", "caption", wrap=True)
        self.form = ResultForm(self._enter, self._withdraw, _today(), self._last)
        if not self._may_enter:
            self.form.hide()
        self.form.year.activated.connect(lambda _index: self._show_chosen())
        for widget in (self.title, self.kpi, self.chart, self.origin):
            layout.addWidget(widget)
        layout.addWidget(page.line())
        layout.addWidget(self.form)
        layout.addStretch()
        return side

    def read(self) -> None:
        """Measure what the suite measures, then show all of it."""
        services, today = self._services, _today()
        self._last = fiscal_year(today)  # the window may stand open over the end of March
        self.form.turn(today, self._last)

        def look() -> list[Line]:
            plan = services.office.plan
            if self._may_enter:
                plan.measure(today)
            return plan.lines()

        self.bring(_("計画の進捗"), look, self._show)

    def _show(self, lines: list[Line]) -> None:
        self._lines = {line.measure.id: line for line in lines}
        self.table.put([(line.measure.id, self._cells(line)) for line in lines])
        known = [line for line in lines if line.latest() is not None]
        reached = sum(_reached(line) is True for line in known)
        words = _(
            "{all} 施策のうち、実績のあるもの {known}、目標に達したもの {reached}。"
            "目標は計画の最終年度の値を引き継いで比べます。"
        )
        self._summary.setText(words.format(all=len(lines), known=len(known), reached=reached))
        if self.table.key() is None and lines:
            self.table.choose(lines[0].measure.id)
        self._show_chosen()

    def _cells(self, line: Line) -> tuple[str, ...]:
        measure, latest = line.measure, line.latest()
        year = latest.year if latest is not None else self._last
        good = _reached(line)
        state = _("実績なし") if good is None else _("達成") if good else _("未達")
        shown = figure(latest.value) if latest is not None else "–"
        return measure.id, measure.title[self._language], figure(measure.target(year)), shown, state

    def _pick(self, _key: object) -> None:
        self._show_chosen()

    def _show_chosen(self) -> None:
        line = self._lines.get(self.table.key() or "")
        if line is None:
            return
        measure = line.measure
        self.title.setText(f"{measure.id}　{measure.title[self._language]}")
        kpi = measure.kpi[self._language] + bracketed(measure.unit[self._language])
        self.kpi.setText(f"{area_words(measure.area)}　{kpi}")
        self.chart.put(line, self._last)
        self.origin.setText(_origin(line))
        result = line.results.get(int(self.form.year.currentData()))
        self.form.withdraw.setEnabled(result is not None and result.origin == ENTERED)

    def _enter(self) -> None:
        key, services = self.table.key(), self._services
        if key is None:
            return
        try:
            year, value, source, taken = self.form.filled()
        except SuiteError as error:
            self._services.notices.error(error)
            return
        words = _("{measure} の{year}の実績を保存しました。").format(
            measure=key, year=format_fiscal_year(year)
        )

        def done(before: Result | None) -> None:
            self.form.clear()
            undo = (_("元に戻す"), lambda: self._undo(key, year, before))
            self._services.notices.success(words, undo)
            self.read()

        self._services.bridge.run(
            self, words, lambda _r: services.office.plan.enter(key, year, value, source, taken), done
        )

    def _undo(self, key: str, year: int, before: Result | None) -> None:
        """As it was: what stood there stands there again."""
        if before is None:
            self._take_back(key, year)
            return
        services, plan = self._services, self._services.office.plan
        words = _("{measure} の{year}の実績を、前の {value} に戻しました。")
        words = words.format(measure=key, year=format_fiscal_year(year), value=figure(before.value))

        def done(_nothing: object) -> None:
            services.notices.success(words)
            self.read()

        services.bridge.run(
            self, words, lambda _r: plan.enter(key, year, before.value, before.source, before.taken), done
        )

    def _withdraw(self) -> None:
        if self.table.key() is not None:
            self._take_back(self.table.key(), int(self.form.year.currentData()))

    def _take_back(self, key: str, year: int) -> None:
        services = self._services
        words = _("{measure} の{year}の実績を取り下げました。").format(
            measure=key, year=format_fiscal_year(year)
        )

        def done(_nothing: object) -> None:
            self._services.notices.success(words)
            self.read()

        self._services.bridge.run(self, words, lambda _r: services.office.plan.withdraw(key, year), done)

    def _save_pdf(self) -> None:
        path = ask_save(self, _("計画の進捗.pdf"), "PDF (*.pdf)")
        if path is None:
            return
        lines, last, language, today = list(self._lines.values()), self._last, self._language, _today()
        words = _("「{name}」に書き出しました。").format(name=path.name)
        self._services.bridge.run(
            self,
            _("PDF の保存"),
            lambda _r: save(path, plan_paper.pdf(lines, last, language, today)),
            lambda _n: self._services.notices.success(words),
            card=True,
        )

    def _save_data(self) -> None:
        folder = ask_folder(self)
        if folder is None:
            return
        lines, last, today = list(self._lines.values()), self._last, _today()
        words = _("「{name}」に、CSV・説明・JSON の 3 つを書き出しました。").format(name=folder.name)

        def write(_report: object) -> None:
            save(folder / CSV_NAME, open_data.as_csv(lines, last))
            save(folder / f"{CSV_NAME}-metadata.json", open_data.metadata(CSV_NAME, today))
            save(folder / "mahoroba-plan.json", open_data.as_json(lines, last, today))

        self._services.bridge.run(
            self, _("書き出し"), write, lambda _n: self._services.notices.success(words)
        )


def _today() -> date:
    return datetime.now(TOKYO).date()


def _reached(line: Line) -> bool | None:
    latest = line.latest()
    return line.measure.reached(latest.year, latest.value) if latest is not None else None


def _origin(line: Line) -> str:
    latest = line.latest()
    if latest is None and line.measure.measured:
        return _("まほろばが自分で測ります。この端末からは、まだ数えられません。")
    if latest is None:
        return _("実績はまだありません。出典と時点を添えて入力してください。")
    how = _("入力した実績") if latest.origin == ENTERED else _("まほろばが計測")
    words = _("{year}: {value}。{how}、{day} 時点、出典 {source}。")
    return words.format(
        year=format_fiscal_year(latest.year),
        value=figure(latest.value),
        how=how,
        day=format_date(latest.taken),
        source=latest.source,
    )
