"""A profile as a form: the values that change from event to event; everything else stays in the file."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtWidgets import QComboBox, QFrame

from core.i18n import _
from desktop.ui import page
from desktop.ui.widgets.fields import abreast, line_edit
from liaison.profile import Profile
from liaison.profile_edit import Value


class ProfileForm(QFrame):
    """``show_profile`` fills it, ``values`` says what stands in it now (dotted names)."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("card", True)
        layout = page.column(self, 0.6, 1.0)
        self._wifi = self._contact = False
        self.name = line_edit(_("題名"), limit=80)
        self.guest = line_edit(_("利用者の表示名"), limit=60)
        self.ssid = line_edit("SSID", limit=32)
        self.password = line_edit(_("Wi-Fi のパスワード"), limit=63)
        self.homepage = line_edit(_("最初に開くページ"), limit=300)
        self.contact = line_edit(_("緊急連絡先の名前"), limit=60)
        self.phone = line_edit(_("緊急連絡先の電話"), limit=40)
        self.lock, self.usb = QComboBox(), QComboBox()
        for minutes in (1, 2, 5, 10, 15, 30):
            self.lock.addItem(_("{minutes} 分").format(minutes=minutes), minutes * 60)
        for value, words in (
            ("block", _("使わせない")),
            ("read-only", _("読むだけ")),
            ("allow", _("使える")),
        ):
            self.usb.addItem(words, value)
        rows = (
            (
                (_("題名"), self.name, 4),
                (_("利用者の表示名"), self.guest, 3),
                (_("画面ロックまで"), self.lock, 2),
                (_("USB メモリー"), self.usb, 2),
            ),
            (
                ("SSID", self.ssid, 3),
                (_("Wi-Fi のパスワード"), self.password, 3),
                (_("最初に開くページ"), self.homepage, 5),
            ),
            (
                (_("緊急連絡先の名前"), self.contact, 4),
                (_("緊急連絡先の電話"), self.phone, 3),
            ),
        )
        for fields in rows:
            layout.addWidget(abreast(fields))

    def show_profile(self, profile: Profile) -> None:
        self._wifi = bool(profile.wifi)
        self._contact = bool(profile.wallpaper and profile.wallpaper.contacts)
        self.name.setText(profile.title)
        self.guest.setText(profile.guest.full_name)
        self.ssid.setText(profile.wifi[0].ssid if profile.wifi else "")
        self.password.setText(profile.wifi[0].password if profile.wifi else "")
        self.homepage.setText(profile.browser.homepage if profile.browser else "")
        first = profile.wallpaper.contacts[0] if profile.wallpaper and profile.wallpaper.contacts else None
        self.contact.setText(first.label if first else "")
        self.phone.setText(first.phone if first else "")
        for box, value in (
            (self.lock, profile.screen.lock_after_s if profile.screen else 300),
            (self.usb, profile.usb.storage if profile.usb else "allow"),
        ):
            if box.findData(value) < 0:
                box.addItem(str(value), value)
            box.setCurrentIndex(box.findData(value))
        for field in (self.contact, self.phone):
            field.setEnabled(self._contact)

    def values(self) -> Mapping[str, Value]:
        """Only of sections that the profile has, or that were filled in."""
        found: dict[str, Value] = {
            "title": self.name.text().strip(),
            "guest.full_name": self.guest.text().strip(),
            "screen.lock_after_s": int(self.lock.currentData()),
            "usb.storage": str(self.usb.currentData()),
        }
        if self.homepage.text().strip():
            found["browser.homepage"] = self.homepage.text().strip()
        if self._wifi:
            found |= {"wifi.0.ssid": self.ssid.text().strip(), "wifi.0.password": self.password.text()}
        if self._contact:
            found["wallpaper.contacts.0.label"] = self.contact.text().strip()
            found["wallpaper.contacts.0.phone"] = self.phone.text().strip()
        return found
