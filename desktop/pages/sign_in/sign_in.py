"""Sign in: look at the camera and the day is open; beside it, at once, the PIN. Never a dead end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from auth.model import Factor, OfficeAnswers, OfficeAway, Outcome, Person
from core.errors import SuiteError
from core.i18n import _
from desktop.pages.services import Services
from desktop.pages.sign_in.face_panel import FacePanel
from desktop.pages.sign_in.sheet import Sheet
from desktop.ui import page, theme
from desktop.ui.announce import announce
from desktop.ui.buttons import Button, button, card_button
from desktop.ui.widgets.avatar import Avatar
from desktop.ui.widgets.fields import PinField, labelled, line_edit

if TYPE_CHECKING:
    from collections.abc import Callable

    from core.jobs import Report


class SignIn(Sheet):
    """One card: the mirror on the left, the other ways in on the right."""

    def __init__(self, services: Services, chips: list[tuple[str, str]] | None = None) -> None:
        super().__init__(56, chips)
        self._services = services
        self._chosen: Person | None = None
        self._cards: list[Button] = []
        self.face = FacePanel(services.bridge)
        self.face.coloured.connect(self.shine)
        self.face.again.clicked.connect(self.look)
        columns = page.Across(32, 2)
        columns.add(self.face, 11)
        columns.add(self._build_other_ways(), 10)
        self.body.addWidget(columns)

    def _build_other_ways(self) -> QVBoxLayout:
        side = page.column(spacing=0.8)
        side.addWidget(page.label(_("サインイン"), "title"))
        self.hint = page.label(_hint(away=False), "muted", True)
        for event in (OfficeAway, OfficeAnswers):
            self._services.bridge.subscribe(
                self._services.events, event, self, lambda _event: self._say_hint()
            )
        side.addWidget(self.hint)
        self._lately = QWidget()
        self._people = QGridLayout(self._lately)
        self._people.setContentsMargins(0, 0, 0, 0)
        self._people.setSpacing(theme.em(0.5))
        self._lately.hide()
        side.addWidget(self._lately)
        self.number = line_edit(_("職員番号"), main=True, limit=16)
        self.number.editingFinished.connect(self._number_typed)
        self._number_box = labelled(_("職員番号"), self.number)
        side.addWidget(self._number_box)
        self.pin = PinField(_("暗証番号"))
        self.pin.edit.returnPressed.connect(self._sign_in_pin)
        self.number.returnPressed.connect(self.pin.setFocus)
        side.addWidget(labelled(_("暗証番号"), self.pin))
        self.wrong = page.label("", "danger", wrap=True)
        self.wrong.hide()
        side.addWidget(self.wrong)
        self.enter = button(_("暗証番号でサインイン"), self._sign_in_pin, "primary", main=True)
        side.addWidget(self.enter)
        quiet = page.row(spacing=0.25)
        self.other_person = button(_("別の人"), self.someone_else, "plain", "user-switch")
        self.other_ways = button(_("その他の方法"), self._toggle_other, "plain", "caret-down")
        quiet.addWidget(self.other_person)
        quiet.addWidget(self.other_ways)
        quiet.addStretch()
        side.addLayout(quiet)
        self._other = self._build_rare_ways()
        self._other.hide()
        side.addWidget(self._other)
        side.addStretch(1)
        return side

    def _build_rare_ways(self) -> QWidget:
        box = QWidget()
        layout = page.column(box, 0.6)
        layout.addWidget(page.line())
        layout.addWidget(button(_("開始コードで暗証番号を決める"), self._first_pin, icon="key"))
        self.code = line_edit(_("非常用コード"), _("例 7K2QD-…"), limit=64)
        self.code.returnPressed.connect(self._sign_in_code)
        hint = _(
            "災害や故障で他の方法が使えないとき、情報担当が発行した一回限りのコードで入ります。記録が残ります。"
        )
        layout.addWidget(labelled(_("非常用コード"), self.code, hint))
        self.token = line_edit(_("トークンの番号"), _("例 123456"), limit=16)
        self.token.returnPressed.connect(self._sign_in_token)
        layout.addWidget(button(_("非常用コードでサインイン"), self._sign_in_code, icon="lifebuoy"))
        layout.addWidget(labelled(_("ワンタイムパスワードのトークン"), self.token))
        layout.addWidget(button(_("トークンでサインイン"), self._sign_in_token, icon="clock"))
        return box

    # who

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if event.spontaneous():
            return
        if self._services.ready:
            QTimer.singleShot(0, self, self.arrive)
        else:
            self.enter.setEnabled(False)
            self.face.say(_("まほろばを準備しています…"), speak=False)
            self.number.setFocus(Qt.FocusReason.OtherFocusReason)

    def arrive(self) -> None:
        """The services answer: who was here last, and look."""
        self.enter.setEnabled(True)
        self._say_hint()
        auth = self._services.auth
        self._services.bridge.run(self, _("この端末の人"), lambda _r: auth.last_people(), self._show_people)

    def _say_hint(self) -> None:
        office = self._services.auth.office
        self.hint.setText(_hint(office is not None and office.away))

    def _show_people(self, people: list[Person]) -> None:
        page.clear(self._people)
        self._cards = []
        for index, person in enumerate(people[:4]):
            card = self._name_card(person)
            self._cards.append(card)
            self._people.addWidget(card, index // 2, index % 2)
        page.in_order(self._lately)
        self._lately.setVisible(bool(people))
        if len(people) == 1:
            self._choose(people[0], look=False)
        self.other_person.setVisible(bool(people))
        self._number_box.setVisible(not people or self._chosen is None)
        (self.pin if self._chosen else self.number).setFocus(Qt.FocusReason.OtherFocusReason)
        self.look()

    def _name_card(self, person: Person) -> Button:
        name = _("{name}（{section}）").format(name=person.name, section=person.section)
        card = card_button(name, "namecard", lambda: self._choose(person))
        layout = page.row(card, 0.6, 0.5)
        layout.addWidget(Avatar(person.name, 2.0))
        words = page.column(spacing=0)
        for text, role in ((person.name, "strong"), (person.section, "caption")):
            shown = page.label(text, role)
            shown.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            words.addWidget(shown)
        layout.addLayout(words, 1)
        card.setProperty("staff", person.staff_number)
        return card

    def _choose(self, person: Person | None, look: bool = True) -> None:
        self._chosen = person
        self.number.setText(person.staff_number if person else "")
        for card in self._cards:
            card.setProperty("current", person is not None and card.property("staff") == person.staff_number)
            page.restyle(card)
        self._number_box.setVisible(person is None)
        self.pin.clear()
        self._say_wrong("")
        if look:
            self.look()
            self.pin.setFocus(Qt.FocusReason.OtherFocusReason)

    def someone_else(self) -> None:
        """Forget the remembered person: type a number, or let the camera find who it is."""
        self._choose(None, look=False)
        self.number.setFocus(Qt.FocusReason.OtherFocusReason)
        self.look()

    def _number_typed(self) -> None:
        if self.number.text().strip() and self._chosen is None:
            self.look()

    def _who(self) -> str | None:
        return self.number.text().strip() or None

    # the face

    def look(self) -> None:
        """Start (again) with the camera, for the chosen person or for whoever is there."""
        who, auth = self._who(), self._services.auth

        def work(show: Callable[..., None], report: Report) -> Outcome:
            return auth.sign_in_face(who, show, report)

        self.face.start(work, self._looked, self._camera_failed)

    def _looked(self, outcome: Outcome) -> None:
        if outcome.accepted:
            self._welcome(outcome)
            return
        self.face.preview.rest()
        self.face.say(outcome.sentence, outcome.next_step, urgent=True)
        self.face.offer_again(_("もう一度カメラを見る"))
        if outcome.staff_number and not self._who():
            self.number.setText(outcome.staff_number)
        self._next_way()

    def _next_way(self) -> None:
        """The focus goes to the next way in, unless the person is already typing."""
        if not self.number.hasFocus() and not self.pin.text():
            wanted = self.pin if self._who() else self.number
            wanted.setFocus(Qt.FocusReason.OtherFocusReason)

    def _camera_failed(self, error: SuiteError) -> None:
        self.face.show_error(error)
        self._next_way()

    def _welcome(self, outcome: Outcome) -> None:
        self.face.preview.show_view(None, 1.0, None, "success")
        self.face.say(outcome.sentence, urgent=True)

    # PIN and codes

    def _sign_in_pin(self) -> None:
        who, pin, auth = self._who(), self.pin.text(), self._services.auth
        if who is None:
            self._say_wrong(_("職員番号を入力してください。"))
            self.number.setFocus(Qt.FocusReason.OtherFocusReason)
        elif not pin:
            self._say_wrong(_("暗証番号を入力してください。"))
            self.pin.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self._try(lambda _report: auth.sign_in_pin(who, pin))

    def _sign_in_code(self) -> None:
        who, code, auth = self._who(), self.code.text().strip(), self._services.auth
        if who is None or not code:
            self._say_wrong(_("職員番号と非常用コードの両方を入力してください。"))
        else:
            self._try(lambda _report: auth.sign_in_break_glass(who, code))

    def _sign_in_token(self) -> None:
        who, code, auth = self._who(), self.token.text().strip(), self._services.auth
        self.token.clear()
        if who is None or not code:
            self._say_wrong(_("職員番号とトークンの番号の両方を入力してください。"))
        else:
            self._try(lambda _report: auth.sign_in_totp(who, code))

    def _try(self, work: Callable[[Report], Outcome]) -> None:
        self.enter.setEnabled(False)
        self._say_wrong("")
        self._services.bridge.run(
            self,
            _("サインイン"),
            work,
            self._tried,
            lambda error: self._say_wrong(str(error)),
            ended=lambda: self.enter.setEnabled(True),
            lane="sign-in",
        )

    def _tried(self, outcome: Outcome) -> None:
        if outcome.accepted:
            self.face.stop()
            self._welcome(outcome)
            return
        self._say_wrong(f"{outcome.sentence} {outcome.next_step}".strip())
        self.pin.clear()
        if outcome.next_factors == (Factor.FACE,):
            self.look()
        else:
            self.pin.setFocus(Qt.FocusReason.OtherFocusReason)

    def _say_wrong(self, words: str) -> None:
        self.wrong.setText(words)
        self.wrong.setVisible(bool(words))
        self.pin.mark_wrong(bool(words))
        if words:
            announce(self, words, urgent=True)

    # the rest

    def _toggle_other(self) -> None:
        shown = not self._other.isVisible()
        self._other.setVisible(shown)
        self._number_box.setVisible(shown or self._chosen is None)
        self.other_ways.setText(_("その他の方法を閉じる") if shown else _("その他の方法"))
        if shown:
            self.code.setFocus(Qt.FocusReason.OtherFocusReason)

    def _first_pin(self) -> None:
        self.face.stop()
        self._services.first_pin(self._who() or "")


def _hint(away: bool) -> str:
    if away:
        return _("職場のサーバーに届きません。この端末を最近使った人は、オフラインで始められます。")
    return _("カメラを見るだけで始まります。暗証番号でも、いつでも始められます。")
