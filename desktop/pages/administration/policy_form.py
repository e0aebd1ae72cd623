"""One setting of the policy: what it is, what it may hold, and what the policy says of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, get_args, get_origin

from PySide6.QtWidgets import QComboBox, QPlainTextEdit, QWidget

from core.i18n import _
from core.policy_draft import Draft, parsed
from core.settings.declared import Declared
from core.settings_words import kind_of, kind_words, lines, value_words
from desktop.ui import page, theme
from desktop.ui.widgets.fields import labelled, line_edit
from desktop.ui.widgets.segmented import Segmented

LEAVE, FIX, DECIDE = "leave", "fix", "decide"


class PolicyForm(QWidget):
    """Changes the draft at each step and then calls ``changed``. ``may``: whether anything can be changed."""

    def __init__(self, changed: Callable[[], object], may: bool) -> None:
        super().__init__()
        self._told, self._may = changed, may
        self._one: Declared | None = None
        self._draft = Draft("")
        layout = page.column(self, 0.6)
        self.title = page.label("", "section", wrap=True)
        self.about = page.label("", wrap=True)
        self.kind = page.label("", "caption", wrap=True)
        for label in (self.title, self.about, self.kind):
            layout.addWidget(label)
        free = [(LEAVE, _("利用者が選ぶ")), (FIX, _("既定に固定")), (DECIDE, _("方針で決める"))]
        self._own = Segmented(_("決め方"), free, LEAVE, wrap=True)
        self._only = Segmented(_("決め方"), [(LEAVE, _("既定のまま")), (DECIDE, _("方針で決める"))], LEAVE)
        for how in (self._own, self._only):
            how.chosen.connect(self._decide)
            how.setEnabled(may)
            how.hide()  # until there is a setting to decide
            layout.addWidget(how)
        self.choice = QComboBox()
        self.choice.activated.connect(lambda _index: self._set(self.choice.currentData()))
        self.line = line_edit(_("方針の値"), limit=500)
        self.line.textEdited.connect(self._typed)
        self.many = QPlainTextEdit()
        self.many.setTabChangesFocus(True)
        self.many.setMinimumHeight(theme.em(7))
        self.many.textChanged.connect(self._typed_lines)
        plain = _("方針の値")
        many = _("方針の値（1 行に 1 つ）")
        fields: list[tuple[QWidget, str]] = [(self.choice, plain), (self.line, plain), (self.many, many)]
        self._fields = {field: labelled(words, field) for field, words in fields}
        for field, box in self._fields.items():
            field.setAccessibleName(_("方針の値"))
            field.setEnabled(may)
            box.hide()
            layout.addWidget(box)
        self.wrong = page.label("", "danger", wrap=True)
        self.wrong.hide()
        layout.addWidget(self.wrong)
        layout.addStretch()

    def put(self, one: Declared, draft: Draft) -> None:
        """Show ``one`` as ``draft`` has it. What is being typed stays as it was typed."""
        self._one, self._draft = one, draft
        self.title.setText(one.title)
        self.about.setText(one.description)
        words = _("使える値: {kind}。既定: {value}。")
        self.kind.setText(
            f"[{one.key}]　" + words.format(kind=kind_words(one), value=value_words(one.default))
        )
        value = draft.value(one.key)
        how = DECIDE if value is not None else FIX if draft.locked(one.key) and not one.policy_only else LEAVE
        self._how(one).choose(how)
        self._own.setVisible(not one.policy_only)
        self._only.setVisible(one.policy_only)
        shown = self._field(one)
        for field, box in self._fields.items():
            box.setVisible(field is shown and how == DECIDE)
        self._fill(one, value)
        self._say()

    def _how(self, one: Declared) -> Segmented:
        return self._only if one.policy_only else self._own

    def _field(self, one: Declared) -> QWidget:
        kind = kind_of(one)
        if kind is bool or get_origin(kind) is Literal:
            return self.choice
        return self.many if get_origin(kind) in (list, dict) else self.line

    def _fill(self, one: Declared, value: Any) -> None:
        shown = self._field(one)
        if shown is self.choice:
            self.choice.clear()
            options = (True, False) if kind_of(one) is bool else get_args(kind_of(one))
            for option in options:
                self.choice.addItem(value_words(option), option)
            self.choice.setCurrentIndex(self.choice.findData(value))
        elif shown is self.line:
            if parsed(one, self.line.text()) != value or not self.line.hasFocus():
                self.line.setText("" if value is None else str(value))
        elif parsed(one, self.many.toPlainText()) != value or not self.many.hasFocus():
            self.many.blockSignals(True)
            self.many.setPlainText(lines(value))
            self.many.blockSignals(False)

    def _decide(self, how: object) -> None:
        if self._one is None:
            return
        if not self._one.policy_only:
            self._draft.lock(self._one.key, how == FIX)
        self._set(self._one.default if how == DECIDE else None)
        self.put(self._one, self._draft)

    def _typed(self, text: str) -> None:
        if self._one is not None:
            self._set(parsed(self._one, text))

    def _typed_lines(self) -> None:
        if self._one is not None and self._may:
            self._set(parsed(self._one, self.many.toPlainText()))

    def _set(self, value: Any) -> None:
        """The default of a file or of nothing is an empty line: the policy then has to say something."""
        if self._one is None:
            return
        how = self._how(self._one).value()
        self._draft.decide(self._one.key, "" if value is None and how == DECIDE else value)
        self._say()
        self._told()

    def _say(self) -> None:
        problems = self._draft.problems()
        key = self._one.key if self._one is not None else ""
        self.wrong.setText(problems.get(key) or problems.get(key.partition(".")[0], ""))
        self.wrong.setVisible(bool(self.wrong.text()))
