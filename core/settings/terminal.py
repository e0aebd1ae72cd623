"""What a terminal shows and how it behaves: most of it is the person's own choice."""

from __future__ import annotations

from typing import Literal

from pydantic import ConfigDict

from core.i18n import N_
from core.settings.declaring import Section, own, policy


class AppearanceSettings(Section):
    model_config = ConfigDict(title=N_("表示"))

    theme: Literal["system", "light", "dark", "high-contrast"] = own(
        "system", N_("配色"), N_("画面の明るさと色。system は端末の設定に合わせます。")
    )
    font: Literal["noto", "ud"] = own("noto", N_("書体"), N_("ud は読みやすいユニバーサルデザイン書体です。"))
    text_scale: float = own(1.0, N_("文字の大きさ"), N_("標準を 1.0 とした倍率です。"), ge=1.0, le=2.0)
    language: Literal["ja", "en"] = own("ja", N_("言語"), N_("画面に表示する言語です。"))
    reduced_motion: bool = own(False, N_("動きを減らす"), N_("画面の動きや切り替えの効果を止めます。"))
    steady_colours: bool = own(
        False,
        N_("顔の確認で画面の色を変えない"),
        N_("色の変化がつらい方のために。代わりに、お願いする動きが一つ増えます。"),
    )


class CameraSettings(Section):
    model_config = ConfigDict(title=N_("カメラ"))

    allowed: list[str] = policy(
        [],
        N_("使ってよいカメラ"),
        N_("カメラの名前か ID。空のときは、仮想カメラを除くすべての装置を使えます。"),
        max_length=50,
    )
    index: int = own(0, N_("カメラの番号"), N_("複数あるときに使うカメラです。"), ge=0, le=63)
    width: int = own(640, N_("映像の幅"), N_("画素数です。"), ge=320, le=3840)
    height: int = own(480, N_("映像の高さ"), N_("画素数です。"), ge=240, le=2160)
    fps: int = own(15, N_("毎秒の枚数"), N_("求める速さです。"), ge=5, le=60)


class PresenceSettings(Section):
    model_config = ConfigDict(title=N_("離席"))

    after_s: Literal[0, 10, 30, 60] = own(
        30, N_("席を離れたらロック"), N_("顔が見えなくなってからの秒数。0 は使いません。")
    )
    warn_second_face: bool = own(
        True, N_("のぞき込みを知らせる"), N_("後ろに別の人の顔があるときに知らせます。")
    )


_CLOCK = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"


class NotificationSettings(Section):
    model_config = ConfigDict(title=N_("お知らせと静かな時間"))

    quiet_from: str = own(
        "21:00",
        N_("静かな時間の始まり"),
        N_("この時刻から、急ぎでないお知らせは鳴りません（21:00 のように）。終わりと同じなら使いません。"),
        pattern=_CLOCK,
    )
    quiet_until: str = own(
        "07:00",
        N_("静かな時間の終わり"),
        N_("この時刻から、また鳴ります（07:00 のように）。"),
        pattern=_CLOCK,
    )


class PamSettings(Section):
    model_config = ConfigDict(title=N_("ログイン画面（PAM）"))

    services: list[str] = policy(
        [],
        N_("顔で開くサービス"),
        N_("ログイン画面とロック画面の PAM サービスの名前（例 lightdm）。空なら使いません。"),
        max_length=10,
    )


class TrialSettings(Section):
    model_config = ConfigDict(title=N_("体験版"))

    enabled: bool = policy(
        False, N_("体験版として動かす"), N_("見本の職員とカメラ役の映像を使います。本番では使いません。")
    )
    camera: str | None = policy(
        None, N_("体験版のカメラ"), N_("actor か、映像のファイルまたはフォルダーです。"), max_length=500
    )
