"""The settings a person chooses: appearance and language, presence, camera."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from core.i18n import _
from desktop.pages.services import Services
from desktop.pages.settings.rows import Choices, Value, setting_row
from desktop.ui import page

_AT_ONCE = ("appearance.theme", "appearance.reduced_motion", "appearance.steady_colours")


def appearance_card(services: Services) -> QFrame:
    """Theme and motion change at once; text size, typeface and language rebuild the window."""

    def saved(key: str) -> None:
        services.appearance_changed(key not in _AT_ONCE)

    frame, layout = page.card(_("表示と言語"))
    rows = Choices(services, saved)
    themes = [
        ("system", _("端末に合わせる")),
        ("light", _("明るい")),
        ("dark", _("暗い")),
        ("high-contrast", _("高コントラスト")),
    ]
    _stack(
        layout,
        rows.listed("appearance.theme", themes, _("画面の明るさと色です。")),
        rows.listed(
            "appearance.text_scale",
            [
                (1.0, _("標準")),
                (1.15, _("少し大きい")),
                (1.3, _("大きい")),
                (1.5, _("とても大きい")),
                (2.0, _("最大（2 倍）")),
            ],
            _("画面全体が同じ割合で大きくなります。"),
        ),
        rows.segmented(
            "appearance.font",
            [("noto", _("ゴシック")), ("ud", _("UD 書体"))],
            _("UD 書体は、字の形を見分けやすい書体です。"),
        ),
        rows.segmented("appearance.language", [("ja", "日本語"), ("en", "English")]),
        rows.switched("appearance.reduced_motion"),
        rows.switched("appearance.steady_colours"),
    )
    return frame


def presence_card(services: Services) -> QFrame:
    """What happens when the person leaves the desk."""
    frame, layout = page.card(_("離席とのぞき込み"))
    rows = Choices(services, lambda _key: services.presence.again())
    seconds = [(0, _("使わない")), (10, _("10 秒")), (30, _("30 秒")), (60, _("60 秒"))]
    _stack(
        layout,
        rows.segmented("presence.after_s", seconds, _("顔が見えなくなってからロックするまでの時間です。")),
        rows.switched("presence.warn_second_face"),
    )
    layout.addWidget(
        page.label(_("顔の有無だけを確かめます。勤務時間や表情は記録しません。"), "caption", wrap=True)
    )
    return frame


def notification_card(services: Services) -> QFrame:
    """When nothing but what is urgent may call."""
    frame, layout = page.card(_("お知らせと静かな時間"))
    rows = Choices(services, lambda _key: None)
    hours: list[tuple[Value, str]] = [
        (f"{hour:02}:{half}", f"{hour}:{half}") for hour in range(24) for half in ("00", "30")
    ]
    _stack(
        layout,
        rows.listed("notifications.quiet_from", hours, _("この時刻から、急ぎでないお知らせは鳴りません。")),
        rows.listed(
            "notifications.quiet_until", hours, _("この時刻から、また鳴ります。始まりと同じなら使いません。")
        ),
    )
    words = _(
        "鳴らなかったものも、右上の「お知らせ」に残ります。予定のお知らせは、静かな時間に始まるものだけが鳴ります。"
    )
    layout.addWidget(page.label(words, "caption", wrap=True))
    return frame


def camera_card(services: Services) -> QFrame:
    """Which camera, by the names that the system gives; a virtual one is not offered."""
    frame, layout = page.card(_("カメラ"))
    rows = Choices(services, lambda _key: None)
    allowed = services.config.camera.allowed
    origin = services.config.origin("camera.allowed")
    words = _("、").join(allowed) if allowed else _("仮想カメラを除く、すべての装置")
    _stack(
        layout,
        rows.later("camera.index", _cameras, _("この端末につながっているカメラから選びます。")),
        setting_row(_("使ってよいカメラ"), words, None, origin.by if origin.locked else ""),
    )
    return frame


def _cameras() -> list[tuple[Value, str]]:
    from auth.face.camera_devices import devices

    return [(device.index, device.name or device.path) for device in devices() if not device.virtual]


def _stack(layout: QVBoxLayout, *rows: QWidget) -> None:
    for number, row in enumerate(rows):
        if number:
            layout.addWidget(page.line())
        layout.addWidget(row)
