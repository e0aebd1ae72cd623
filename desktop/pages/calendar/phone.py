"""携帯をつなぐ: name the phone, read the code with it; every device with its last use and a way out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlsplit

from PySide6.QtCore import QRectF, QSize, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QListWidgetItem, QSizePolicy, QWidget

from calendar_sync.devices import Device, Phone
from calendar_sync.phone import link
from core.clock import TOKYO
from core.i18n import _
from desktop.pages.calendar import words
from desktop.pages.calendar.card import SideCard, word_list
from desktop.ui import page, theme
from desktop.ui.announce import announce
from desktop.ui.buttons import button
from desktop.ui.widgets.fields import labelled, line_edit
from desktop.ui.widgets.segmented import Segmented

ANDROID, APPLE = "android", "apple"
_QUIET = 4  # modules around a code


class Code(QWidget):
    """A QR code, black on white in every theme, for a camera needs it so."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[list[int]] = []
        self.setAccessibleName(_("携帯で読み取るコード"))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.hide()

    def put(self, text: str) -> None:
        import segno

        self._rows = [list(row) for row in segno.make_qr(text, error="m", boost_error=False).matrix]
        self.updateGeometry()
        self.show()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(theme.em(16), theme.em(16))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor("white"))
        step = self.width() // (len(self._rows) + 2 * _QUIET) if self._rows else 0
        left = (self.width() - step * len(self._rows)) // 2
        for y, row in enumerate(self._rows):
            for x, dark in enumerate(row):
                if dark:
                    painter.fillRect(QRectF(left + x * step, left + y * step, step, step), QColor("black"))


class PhoneCard(SideCard):
    """``wanted`` brings a new phone's name, ``revoked`` the device to stop."""

    wanted = Signal(str)
    revoked = Signal(object)

    def __init__(self) -> None:
        super().__init__(_("携帯をつなぐ"))
        self._form = QWidget()
        form = page.column(self._form, 0.6)
        words_ = _("予定を自分の携帯で見て、変えられます。携帯ごとに専用のパスワードを作ります。")
        form.addWidget(page.label(words_, "muted", wrap=True))
        self.name = line_edit(_("携帯の名前"), _("例: 私のスマートフォン"), limit=60)
        form.addWidget(labelled(_("携帯の名前"), self.name))
        form.addWidget(button(_("コードを作る"), self._ask, "primary", "device-mobile", main=True))
        self.inside.addWidget(self._form)
        self.kind = Segmented(_("携帯の種類"), [(ANDROID, _("Android")), (APPLE, _("iPhone・iPad"))], ANDROID)
        self.kind.chosen.connect(lambda _kind: self._show())
        self.kind.hide()
        self.inside.addWidget(self.kind)
        self._steps = self.say("", "")
        self.code = Code()
        self.inside.addWidget(self.code)
        self._where = self.say("", "caption")
        self.say(_("つないだ携帯とパソコン"), "strong")
        self.list = word_list(_("つないだ携帯とパソコン"), 8)
        self.inside.addWidget(self.list, 1)
        self.stop = button(_("この端末を止める"), self._stop, "danger", "trash")
        self.stop.setEnabled(False)
        self.list.currentItemChanged.connect(lambda *_item: self.stop.setEnabled(self._device() is not None))
        self.inside.addWidget(self.stop)
        self._phone: Phone | None = None

    def _ask(self) -> None:
        self.wanted.emit(self.name.text().strip() or _("携帯"))

    def show_phone(self, phone: Phone) -> None:
        """The new phone's code, for as long as the card is open."""
        self._phone = phone
        self._form.hide()  # so that the whole code is on the screen
        self.kind.show()
        self._show()
        announce(self, self._steps.text())

    def _show(self) -> None:
        if self._phone is None:
            return
        apple = self.kind.value() == APPLE
        self._steps.setText(
            _("1. 「カメラ」でコードを写し、出てきたリンクを開く\n2. 「許可」を押し、「設定」の"
              "「プロファイルがダウンロードされました」から「インストール」")
            if apple
            else _("1. 予定アプリ DAVx⁵ を入れる\n2. 「カメラ」でコードを写し、「DAVx⁵ で開く」を押す")
        )  # fmt: skip
        self.code.put(self._phone.profile if apple else link(self._phone.place))
        host = urlsplit(self._phone.place.url).hostname
        self._where.setText(
            _("いまの予定はこの端末の中のサーバーにあり、外の携帯からは届きません。"
              "職場のサーバーにつないだときに使えます。")
            if host in ("127.0.0.1", "::1")
            else _("コードは10分で使えなくなります。") if apple else ""
        )  # fmt: skip
        self.reveal(self.code)

    def put(self, found: Sequence[Device]) -> None:
        self.list.clear()
        for device in found:
            used = _("最後に使った: {when}").format(when=_when(device.used_at))
            item = QListWidgetItem(f"{device.name}\n{used if device.used_at else _('まだ使っていません')}")
            item.setData(256, device)
            self.list.addItem(item)

    def _device(self) -> Device | None:
        item = self.list.currentItem()
        found = item.data(256) if item is not None else None
        return found if isinstance(found, Device) else None

    def _stop(self) -> None:
        device = self._device()
        if device is not None:
            self.revoked.emit(device)


def _when(text: str) -> str:
    if not text:
        return ""
    moment = datetime.fromisoformat(text).astimezone(TOKYO).replace(tzinfo=None)
    return f"{words.short_day(moment.date())} {words.clock(moment)}"
