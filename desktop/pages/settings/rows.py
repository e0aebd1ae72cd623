"""One line of a settings card: words on the left, a control on the right, and who locked it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QLabel, QWidget

from core.i18n import _
from core.settings.declared import declared
from desktop.pages.services import Services
from desktop.ui import page, theme
from desktop.ui.icons import set_icon
from desktop.ui.widgets.segmented import Segmented

Value = str | int | float | bool


def setting_row(title: str, description: str, control: QWidget | None, locked_by: str = "") -> QWidget:
    """A row; ``locked_by`` disables the control and says who decided."""
    box = QWidget()
    line = page.row(box, 1.25)
    words = page.column(spacing=0.1)
    name = page.label(title, "strong", wrap=True)
    words.addWidget(name)
    if description:
        words.addWidget(page.label(description, "muted", wrap=True))
    if locked_by:
        locked = page.row(spacing=0.35)
        mark = QLabel()
        set_icon(mark, "lock-simple", "muted", 1)
        locked.addWidget(mark)
        locked.addWidget(page.label(_("「{by}」が決めています").format(by=locked_by), "caption"), 1)
        words.addLayout(locked)
    line.addLayout(words, 1)
    if control is not None:
        name.setBuddy(control)  # on Linux a combo box is read by its label, not by its own name
        control.setEnabled(not locked_by)
        line.addWidget(control, 0, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    return box


class Choices:
    """Builds rows for declared settings and saves what is chosen."""

    def __init__(self, services: Services, saved: Callable[[str], object]) -> None:
        self._services, self._saved = services, saved
        self._declared = {d.key: d for d in declared()}

    def segmented(self, key: str, options: Sequence[tuple[Value, str]], words: str | None = None) -> QWidget:
        """A few options side by side. ``words`` replace the declared description."""
        title = self._declared[key].title
        control = Segmented(title, options, self._value(key))
        control.chosen.connect(lambda value: self._save(key, value))
        return self._row(key, control, words)

    def listed(self, key: str, options: Sequence[tuple[Value, str]], words: str | None = None) -> QWidget:
        """A drop-down list."""
        control = QComboBox()
        control.setAccessibleName(self._declared[key].title)
        control.setObjectName(key)
        for value, shown in options:
            control.addItem(shown, value)
        control.setCurrentIndex(max(0, control.findData(self._value(key))))
        control.activated.connect(lambda _index: self._save(key, control.currentData()))
        control.setMinimumWidth(theme.em(11))
        return self._row(key, control, words)

    def later(self, key: str, find: Callable[[], list[tuple[Value, str]]], words: str) -> QWidget:
        """A drop-down list whose options must be looked for, off the UI thread."""
        control = QComboBox()
        control.setAccessibleName(self._declared[key].title)
        control.setObjectName(key)
        control.setMinimumWidth(theme.em(13))
        control.addItem(_("探しています…"))
        control.setEnabled(False)
        made = self._row(key, control, words)
        locked = self._services.config.origin(key).locked

        def show(options: list[tuple[Value, str]]) -> None:
            control.clear()
            for value, shown in options:
                control.addItem(shown, value)
            control.setCurrentIndex(max(0, control.findData(self._value(key))))
            if not options:
                control.addItem(_("見つかりません"))
            control.setEnabled(bool(options) and not locked)

        control.activated.connect(lambda _index: self._save(key, control.currentData()))
        self._services.bridge.run(control, _("カメラを探す"), lambda _r: find(), show)
        return made

    def switched(self, key: str, words: str | None = None) -> QWidget:
        """On or off."""
        control = QCheckBox(_("使う"))
        control.setAccessibleName(self._declared[key].title)
        control.setObjectName(key)
        control.setChecked(bool(self._value(key)))
        control.clicked.connect(lambda on: self._save(key, on))
        return self._row(key, control, words)

    def _row(self, key: str, control: QWidget, words: str | None) -> QWidget:
        one, origin = self._declared[key], self._services.config.origin(key)
        words = one.description if words is None else words
        made = setting_row(one.title, words, control, origin.by if origin.locked else "")
        made.setProperty("setting", key)
        return made

    def _value(self, key: str) -> Value:
        section, _dot, name = key.partition(".")
        value: Value = getattr(getattr(self._services.config, section), name)
        return value

    def _save(self, key: str, value: Value) -> None:
        config = self._services.config
        self._services.bridge.run(
            self._services.bridge,
            _("設定の保存"),
            lambda _r: config.save_user(key, value),
            lambda _none: self._saved(key),
            lane="settings",
        )
