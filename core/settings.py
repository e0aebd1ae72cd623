"""Every setting of the suite, declared once: type, bounds, default, and the words that explain it.

The settings page, the operator's guide and the checks of both files come from these declarations.
What ``_policy`` declares is read from the administrator's policy file only: a person's own file must not be
able to weaken what decides about a face, a key or a camera.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from core.i18n import N_

Threshold = Annotated[float, Field(gt=0.0, lt=2.0)]
Seconds = Annotated[int, Field(ge=0, le=600)]
Address = Annotated[str, Field(pattern=r"^(https://[A-Za-z0-9.:\[\]-]{1,255})?$")]
Host = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9.-]{1,255}(:[0-9]{1,5})?$")]


def _own(default: object, title: str, description: str, **bounds: Any) -> Any:
    """A setting that the person may choose, as long as the policy does not."""
    return Field(default, title=title, description=description, **bounds)


def _policy(default: object, title: str, description: str, **bounds: Any) -> Any:
    """A setting that only the policy may say."""
    return _own(default, title, description, json_schema_extra={"scope": "policy"}, **bounds)


class Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=())


class AppearanceSettings(Section):
    model_config = ConfigDict(title=N_("表示"))

    theme: Literal["system", "light", "dark", "high-contrast"] = _own(
        "system", N_("配色"), N_("画面の明るさと色。system は端末の設定に合わせます。")
    )
    font: Literal["noto", "ud"] = _own(
        "noto", N_("書体"), N_("ud は読みやすいユニバーサルデザイン書体です。")
    )
    text_scale: float = _own(1.0, N_("文字の大きさ"), N_("標準を 1.0 とした倍率です。"), ge=1.0, le=2.0)
    language: Literal["ja", "en"] = _own("ja", N_("言語"), N_("画面に表示する言語です。"))
    reduced_motion: bool = _own(False, N_("動きを減らす"), N_("画面の動きや切り替えの効果を止めます。"))
    steady_colours: bool = _own(
        False,
        N_("顔の確認で画面の色を変えない"),
        N_("色の変化がつらい方のために。代わりに、お願いする動きが一つ増えます。"),
    )


class CameraSettings(Section):
    model_config = ConfigDict(title=N_("カメラ"))

    allowed: list[str] = _policy(
        [],
        N_("使ってよいカメラ"),
        N_("カメラの名前か ID。空のときは、仮想カメラを除くすべての装置を使えます。"),
        max_length=50,
    )
    index: int = _own(0, N_("カメラの番号"), N_("複数あるときに使うカメラです。"), ge=0, le=63)
    width: int = _own(640, N_("映像の幅"), N_("画素数です。"), ge=320, le=3840)
    height: int = _own(480, N_("映像の高さ"), N_("画素数です。"), ge=240, le=2160)
    fps: int = _own(15, N_("毎秒の枚数"), N_("求める速さです。"), ge=5, le=60)


class FaceSettings(Section):
    model_config = ConfigDict(title=N_("顔"))

    engine: Literal["mobilefacenet", "dlib"] = _policy(
        "mobilefacenet", N_("顔照合の方式"), N_("dlib は別に導入したときだけ使えます。")
    )
    flash: Literal["off", "when-measurable", "required"] = _policy(
        "when-measurable",
        N_("画面の色による確認"),
        N_(
            "顔の確認の間、画面の周りの色をやわらかく変え、顔に映るかを見ます。when-measurable は、"
            "明るすぎて測れないときと色の変化がつらい方には、代わりに動きを増やします。"
        ),
    )
    threshold_alone: Threshold = _policy(
        0.37, N_("顔だけで本人とするしきい値"), N_("余弦距離。小さいほど厳しくなります。")
    )
    threshold_with_second: Threshold = _policy(
        0.41,
        N_("もう一つの確認と合わせるしきい値"),
        N_("余弦距離。暗証番号などもう一つの確認があるときに使います。"),
    )
    threshold_never: Threshold = _policy(
        0.49, N_("別人とするしきい値"), N_("余弦距離。これより遠ければ、ほかの確認があっても顔は認めません。")
    )
    dlib_threshold_alone: Threshold = _policy(
        0.36, N_("dlib: 顔だけで本人とするしきい値"), N_("ユークリッド距離。小さいほど厳しくなります。")
    )
    dlib_threshold_with_second: Threshold = _policy(
        0.40,
        N_("dlib: もう一つの確認と合わせるしきい値"),
        N_("ユークリッド距離。暗証番号などもう一つの確認があるときに使います。"),
    )
    dlib_threshold_never: Threshold = _policy(
        0.45,
        N_("dlib: 別人とするしきい値"),
        N_("ユークリッド距離。これより遠ければ、ほかの確認があっても顔は認めません。"),
    )
    cohort_size: int = _policy(
        30, N_("比較集団の人数"), N_("照合の値をならすために比べる人数です。"), ge=0, le=1000
    )
    model_file: Path | None = _policy(
        None, N_("追加の照合モデル"), N_("管理者が用意したモデルファイルです。")
    )
    passive_model: Path | None = _policy(
        None, N_("追加の生体判定モデル"), N_("管理者が用意した、写真などを見分けるモデルファイルです。")
    )

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        alone, second, never = self.threshold_alone, self.threshold_with_second, self.threshold_never
        dlib = (self.dlib_threshold_alone, self.dlib_threshold_with_second, self.dlib_threshold_never)
        if not alone <= second <= never or not dlib[0] <= dlib[1] <= dlib[2]:
            raise ValueError("thresholds must rise: alone <= with_second <= never")
        return self


class PresenceSettings(Section):
    model_config = ConfigDict(title=N_("離席"))

    after_s: Literal[0, 10, 30, 60] = _own(
        30, N_("席を離れたらロック"), N_("顔が見えなくなってからの秒数。0 は使いません。")
    )
    warn_second_face: bool = _own(
        True, N_("のぞき込みを知らせる"), N_("後ろに別の人の顔があるときに知らせます。")
    )


_CLOCK = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"


class NotificationSettings(Section):
    model_config = ConfigDict(title=N_("お知らせと静かな時間"))

    quiet_from: str = _own(
        "21:00",
        N_("静かな時間の始まり"),
        N_("この時刻から、急ぎでないお知らせは鳴りません（21:00 のように）。終わりと同じなら使いません。"),
        pattern=_CLOCK,
    )
    quiet_until: str = _own(
        "07:00",
        N_("静かな時間の終わり"),
        N_("この時刻から、また鳴ります（07:00 のように）。"),
        pattern=_CLOCK,
    )


Protected = Literal[
    "person.deactivate",
    "person.role",
    "person.unlock",
    "code.start",
    "code.break-glass",
    "code.device",
    "tokens.import",
    "audit.export",
    "policy.save",
]


class SecuritySettings(Section):
    model_config = ConfigDict(title=N_("安全"))

    secret_backend: Literal["auto", "secret-service", "file-key"] = _policy(
        "auto",
        N_("鍵の置き場所"),
        N_("file-key は鍵をファイルに置きます。鍵の保管庫がない端末でだけ選んでください。"),
    )
    pin_min_length: int = _policy(6, N_("暗証番号の最短の長さ"), N_("文字数です。"), ge=4, le=64)
    switch: Literal["refuse", "close"] = _policy(
        "refuse",
        N_("ロック中に別の人が見たとき"),
        N_("close は前の人のセッションを閉じ、見た人のものを開きます（共用の端末向け）。"),
    )
    zone: str = _policy(
        "行政事務系", N_("この端末の区分"), N_("zones に書いた区分の名前です。"), min_length=1, max_length=64
    )
    zones: dict[str, list[list[str]]] = _policy(
        {"行政事務系": [["face"], ["pin"]], "番号利用事務系": [["face", "pin"], ["face", "totp"]]},
        N_("区分ごとに必要な確認"),
        N_("区分の名前と、どれか一組がそろえばよい確認の組です。"),
    )
    protected: dict[Protected, list[list[str]]] = _policy(
        {name: [["pin"], ["totp"]] for name in get_args(Protected)},
        N_("もう一つの確認が要る操作"),
        N_("操作の名前と、直前に示せばよい確認の組です。書かない操作には要りません。"),
    )
    step_up_s: int = _policy(
        300,
        N_("もう一つの確認が続く秒数"),
        N_("示した確認は、この秒数のあいだ、続く操作にも使えます。"),
        ge=30,
        le=3600,
    )


class ServersSettings(Section):
    model_config = ConfigDict(title=N_("サーバー"))

    realm: str = _policy(
        "",
        N_("Kerberos の領域"),
        N_("チケットを受け取る領域の名前（例 PREF.EXAMPLE.JP）。空のときは受け取りません。"),
        pattern=r"^[A-Z0-9.-]{0,64}$",
    )
    matcher: Address = _policy(
        "", N_("照合サーバー"), N_("照合サーバーの番地（https://…）。空のときは、この端末の中で照合します。")
    )
    signer: Address = _policy(
        "", N_("署名サーバー"), N_("署名サーバーの番地（https://…）。照合サーバーと合わせて決めます。")
    )
    reports: str = _policy(
        "",
        N_("端末の報告の置き場所"),
        N_("各端末の報告を集めたフォルダ。空のときは、この端末の分だけを台帳に載せます。"),
        max_length=500,
    )
    database: str = _policy(
        "",
        N_("データベース"),
        N_("PostgreSQL の接続先。空なら端末のファイルに置きます。パスワードは書きません。"),
        max_length=500,
    )


class AuthoritySettings(Section):
    model_config = ConfigDict(title=N_("認証局の鍵"))

    module: Path | None = _policy(
        None,
        N_("トークン（HSM）の部品"),
        N_("PKCS#11 のライブラリー。空なら、鍵は封をしたファイルに置きます。"),
    )
    token: str = _policy(
        "",
        N_("トークンの名前"),
        N_("トークンのラベルです。暗証番号は mahoroba signer token-pin で預けます。"),
        max_length=32,
    )


class DirectorySettings(Section):
    model_config = ConfigDict(title=N_("名簿（AD）"))

    servers: list[Host] = _policy(
        [],
        N_("名簿のサーバー"),
        N_("署名サーバーが口座の状態を聞く AD の名前（LDAPS）。空ならこの製品の名簿だけを見ます。"),
        max_length=4,
    )
    base: str = _policy(
        "",
        N_("探す範囲"),
        N_("職員の口座を探す場所（例 OU=Staff,DC=pref,DC=example,DC=jp）。"),
        max_length=500,
    )
    account: str = _policy(
        "",
        N_("署名サーバーの口座"),
        N_("名簿を読むだけの口座です。パスワードは mahoroba signer directory password で預けます。"),
        max_length=255,
    )
    authority: Path | None = _policy(
        None,
        N_("名簿のサーバーの認証局"),
        N_("名簿のサーバーの証明書を出した認証局のファイル（PEM）。空なら OS のものを使います。"),
    )
    attribute: Literal["sAMAccountName", "employeeID", "employeeNumber"] = _policy(
        "sAMAccountName", N_("職員番号の属性"), N_("職員番号が入っている属性です。")
    )


class TicketSettings(Section):
    model_config = ConfigDict(title=N_("チケット"))

    proxy: str = _policy(
        "",
        N_("代理サーバー"),
        N_("インターネットへの代理サーバーの名前です（HTTP/名前 のチケットを取ります）。"),
        max_length=255,
    )
    share: str = _policy(
        "",
        N_("ファイルサーバー"),
        N_("共有フォルダのサーバーの名前です（cifs/名前 のチケットを取ります）。"),
        max_length=255,
    )
    applications: str = _policy(
        "",
        N_("業務アプリの認証"),
        N_("OpenID Connect の認証サーバーの名前です（HTTP/名前 のチケットを取ります）。"),
        max_length=255,
    )
    servers: list[Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9.-]{1,255}$")]] = _policy(
        [],
        N_("チケットを見せてよい Web サーバー"),
        N_(
            "予定のサーバーなど、まほろばが https でチケットを見せてよい相手の名前です"
            "（完全に一致するもの）。"
        ),
        max_length=50,
    )
    key: Literal["memory", "tpm"] = _policy(
        "memory",
        N_("サインインの鍵を作る所"),
        N_("tpm は端末の TPM 2.0 の中に作り、外に出しません（Linux、tpm2-pkcs11 が要ります）。"),
    )
    at_lock: Literal["destroy", "keep"] = _policy(
        "destroy",
        N_("ロックしたときのチケット"),
        N_("destroy はロックのたびに消します。共用の端末では destroy にしてください。"),
    )


class OfflineSettings(Section):
    model_config = ConfigDict(title=N_("オフライン"))

    people: int = _policy(
        10,
        N_("オフラインで使える人数"),
        N_("職場のサーバーに届かない間も、この端末で最後に使った何人が入れるか。0 は使いません。"),
        ge=0,
        le=20,
    )
    days: int = _policy(
        14,
        N_("オフラインで使える日数"),
        N_("その人が最後にサーバーで確かめてからの日数。端末とサーバーの短い方です。0 は使いません。"),
        ge=0,
        le=60,
    )


class PamSettings(Section):
    model_config = ConfigDict(title=N_("ログイン画面（PAM）"))

    services: list[str] = _policy(
        [],
        N_("顔で開くサービス"),
        N_("ログイン画面とロック画面の PAM サービスの名前（例 lightdm）。空なら使いません。"),
        max_length=10,
    )


class PlanSettings(Section):
    model_config = ConfigDict(title=N_("計画の数値"))

    old_sign_in_s: Seconds = _policy(
        30,
        N_("これまでのサインインの秒数"),
        N_("端末のパスワードとワンタイムパスワードにかかっていた秒数。短縮した時間の計算に使います。"),
    )
    old_services_s: Seconds = _policy(
        15,
        N_("これまでの代理サーバーと業務アプリの秒数"),
        N_("代理サーバーと業務アプリのパスワードにかかっていた秒数。チケットで省けた回だけ数えます。"),
    )
    mobile_terminals: str = _policy(
        "",
        N_("モバイルワーク用端末の名前の始まり"),
        N_("この文字で始まる端末を、計画のモバイルワーク用端末として数えます（例 M-）。"),
        max_length=32,
        pattern=r"^[A-Za-z0-9._-]*$",
    )


class TrialSettings(Section):
    model_config = ConfigDict(title=N_("体験版"))

    enabled: bool = _policy(
        False, N_("体験版として動かす"), N_("見本の職員とカメラ役の映像を使います。本番では使いません。")
    )
    camera: str | None = _policy(
        None, N_("体験版のカメラ"), N_("actor か、映像のファイルまたはフォルダーです。"), max_length=500
    )


class Settings(BaseSettings):
    """All sections. ``core.config`` decides which files are read; the environment is never a source."""

    model_config = SettingsConfigDict(frozen=True, extra="forbid", case_sensitive=True)

    appearance: AppearanceSettings = AppearanceSettings()
    camera: CameraSettings = CameraSettings()
    face: FaceSettings = FaceSettings()
    presence: PresenceSettings = PresenceSettings()
    notifications: NotificationSettings = NotificationSettings()
    security: SecuritySettings = SecuritySettings()
    servers: ServersSettings = ServersSettings()
    authority: AuthoritySettings = AuthoritySettings()
    directory: DirectorySettings = DirectorySettings()
    tickets: TicketSettings = TicketSettings()
    offline: OfflineSettings = OfflineSettings()
    pam: PamSettings = PamSettings()
    plan: PlanSettings = PlanSettings()
    trial: TrialSettings = TrialSettings()
