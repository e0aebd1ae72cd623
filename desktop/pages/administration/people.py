"""People: find, add, import, deactivate, unlock, hand out a start code or a break-glass code."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from auth.model import ImportReport, OneTimeCode, PeopleChanged, Person, Role
from core.files import read_bounded
from core.i18n import _
from desktop.pages.administration.export import export_rows
from desktop.pages.administration.person import PersonPanel
from desktop.pages.administration.person_form import PersonForm
from desktop.pages.administration.step_up import StepUpCard
from desktop.pages.files import ask_open
from desktop.pages.fresh import Fresh
from desktop.pages.matters import IncidentAim
from desktop.pages.services import Services
from desktop.pages.settings.account import role_words
from desktop.ui import page, theme
from desktop.ui.buttons import button
from desktop.ui.notice import Notice
from desktop.ui.widgets.fields import line_edit
from desktop.ui.widgets.table import Row, Table

_MOST_CSV = 5_000_000  # bytes; what the service takes at most


class People(Fresh):
    """The table on the left; who is chosen, or a new person, on the right."""

    def __init__(self, services: Services, step_up: StepUpCard) -> None:
        super().__init__(services, PeopleChanged)
        self._step_up = step_up
        self._people: dict[str, Person] = {}
        whole = page.Across(58, 1.25)
        page.column(self, 0).addWidget(whole)
        left = page.column(spacing=0.75)
        line = page.Across(36, 0.6)
        tools = page.row(spacing=0.6)
        self.finder = line_edit(_("人を探す"), _("氏名・ふりがな・所属・職員番号"))
        self.finder.textChanged.connect(self._narrow)
        line.add(self.finder, 1)
        tools.addWidget(button(_("追加"), self._open_form, "primary", "user-plus"))
        tools.addWidget(button(_("名簿を読み込む"), self._import, icon="upload-simple"))
        tools.addWidget(button(_("書き出す"), self._export, icon="export"))
        tools.addStretch()
        line.add(tools)
        left.addWidget(line)
        self._titles = [_("職員番号"), _("氏名"), _("ふりがな"), _("所属"), _("役割"), _("状態")]
        self.table = Table(_("職員の一覧"), self._titles, (6.5, 7.5, 9, 8, 5.5, 5))
        self.table.picked.connect(self._pick)
        left.addWidget(self.table, 1)
        self.count = page.label("", "caption")
        left.addWidget(self.count)
        self.table.setMinimumHeight(theme.em(14))
        whole.add(left, 1)
        self._side = QFrame()
        self._side.setProperty("card", True)
        self._side.setMinimumWidth(theme.em(20))
        inside = QWidget()
        inside.setObjectName("page")
        self._side_layout = page.column(inside, 0, 1.25)
        area = QScrollArea()
        area.setWidget(inside)
        area.setWidgetResizable(True)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.viewport().setAutoFillBackground(False)
        page.column(self._side, 0).addWidget(area)
        whole.add(self._side)
        self._side.hide()

    def read(self) -> None:
        """Ask for everyone again."""
        office = self._services.auth.administration

        def look() -> tuple[list[Person], list[Row]]:
            people, roles = office.people(), {role: role_words(role) for role in Role}
            return people, [_cells(each, roles[each.role]) for each in people]

        self.bring(_("職員の一覧"), look, lambda found: self._show(*found))

    def choose(self, staff_number: str) -> None:
        """Show one person (from the search field)."""
        self.finder.clear()
        self.table.choose(staff_number)

    def _show(self, people: list[Person], rows: list[Row]) -> None:
        self._people = {p.staff_number: p for p in people}
        self.table.put([(p.staff_number, row) for p, row in zip(people, rows, strict=True)])
        self._count()

    def _narrow(self, text: str) -> None:
        self.table.narrow(text)
        self._count()

    def _count(self) -> None:
        words = _("{shown} 人を表示（全 {all} 人）")
        self.count.setText(words.format(shown=self.table.shown(), all=len(self._people)))

    def _pick(self, key: str | None) -> None:
        person = self._people.get(key or "")
        if person is not None:
            self._put(PersonPanel(self._services, person, self._act))

    def _put(self, widget: QWidget) -> None:
        page.clear(self._side_layout)
        self._side_layout.addWidget(widget)
        self._side.show()

    # actions

    def _act(self, action: str, person: Person) -> None:
        office, number = self._services.auth.administration, person.staff_number
        notices = self._services.notices
        if action == "change":
            self._put(PersonForm(self._services, person, self._changed, self._step_up))
        elif action == "incident":
            self._services.show("administration", IncidentAim("person", number))
        elif action == "unlock":
            words = _("{name} さんの待ち時間を解除しました。").format(name=person.name)
            self._step_up.run(
                self, _("待ち時間の解除"), lambda: office.unlock(number), lambda _n: notices.success(words)
            )
        elif action in ("activate", "deactivate"):
            self._set_active(person, action == "activate")
        elif action == "start-code":
            self._issue(lambda: office.issue_start_code(number), _("開始コード"), person)
        elif action == "break-glass":
            self._issue(lambda: office.issue_break_glass(number), _("非常用コード"), person)

    def _set_active(self, person: Person, active: bool) -> None:
        office, notices = self._services.auth.administration, self._services.notices
        if active:
            words = _("{name} さんの利用を再開しました。").format(name=person.name)
        else:
            words = _("{name} さんの利用を止め、顔のデータを消しました。").format(name=person.name)

        def undo() -> None:
            self._set_active(replace(person, active=active), not active)

        self._step_up.run(
            self,
            _("利用の再開") if active else _("利用の停止"),
            lambda: office.set_active(person.staff_number, active),
            lambda _n: notices.success(words, (_("元に戻す") if not active else _("取り消す"), undo)),
        )

    def _issue(self, work: Callable[[], OneTimeCode | None], kind: str, person: Person) -> None:
        def show(code: OneTimeCode | None) -> None:
            if code is None:
                words = _("申請を受け付けました。別の情報担当が 1 日以内に同じ操作をすると、コードが出ます。")
                self._services.notices.success(words)
                return
            panel = self._side.findChild(PersonPanel)
            if isinstance(panel, PersonPanel) and panel.person.staff_number == person.staff_number:
                panel.show_code(kind, code)

        self._step_up.run(self, kind, work, show)

    def _open_form(self) -> None:
        self._put(PersonForm(self._services, None, self._added, self._step_up))

    def _added(self, person: Person) -> None:
        words = _("{name} さんを追加しました。次に、開始コードを発行して渡してください。")
        self._services.notices.success(words.format(name=person.name))

    def _changed(self, person: Person) -> None:
        self._services.notices.success(_("{name} さんの登録を変更しました。").format(name=person.name))
        self._put(PersonPanel(self._services, person, self._act))

    def _import(self) -> None:
        path = ask_open(self, "CSV (*.csv)")
        if path is None:
            return
        office = self._services.auth.administration

        def read(_report: object) -> ImportReport:
            return office.import_csv(read_bounded(path, _MOST_CSV + 1))

        self._services.bridge.run(self, _("名簿の読み込み"), read, self._imported, card=True)

    def _imported(self, report: ImportReport) -> None:
        words = _("{count} 人を追加しました。").format(count=report.added)
        if report.problems:
            left_out = _("{count} 行は追加できませんでした: ").format(count=len(report.problems))
            self._services.notices.show_notice(
                Notice("warning", words, left_out + " ".join(report.problems[:3]))
            )
        else:
            self._services.notices.success(words)
        self.read()

    def _export(self) -> None:
        """What is shown: personal data, so it wants a further factor and stands in the trail."""
        shown = self.table.cells()
        export_rows(
            self,
            self._services,
            _("職員の一覧.csv"),
            self._titles,
            lambda: shown,
            self._step_up,
            self._services.auth.administration.export_people,
        )


def _cells(p: Person, role: str) -> Row:
    state = _("利用中") if p.active else _("停止中")
    return (p.staff_number, p.name, p.kana, p.section, role, state)
