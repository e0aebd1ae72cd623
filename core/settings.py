"""Every setting of the suite, declared once: type, bounds, default, and the words that explain it.

The settings page, the operator's guide and the checks of both files come from these declarations.
A setting marked ``POLICY`` is read from the administrator's policy file only: a person's own file must not be
able to weaken what decides about a face, a key or a camera.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from core.i18n import N_

POLICY: dict[str, Any] = {"scope": "policy"}


class Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=())


class AppearanceSettings(Section):
    model_config = ConfigDict(title=N_("表示"))

    theme: Literal["system", "light", "dark", "high-contrast"] = Field(
        default="system",
        title=N_("配色"),
        description=N_("画面の明るさと色。system は端末の設定に合わせます。"),
    )
    font: Literal["noto", "ud"] = Field(
        default="noto", title=N_("書体"), description=N_("ud は読みやすいユニバーサルデザイン書体です。")
    )
    text_scale: float = Field(
        default=1.0, ge=1.0, le=2.0, title=N_("文字の大きさ"), description=N_("標準を 1.0 とした倍率です。")
    )
    language: Literal["ja", "en"] = Field(
        default="ja", title=N_("言語"), description=N_("画面に表示する言語です。")
    )
    reduced_motion: bool = Field(
        default=False, title=N_("動きを減らす"), description=N_("画面の動きや切り替えの効果を止めます。")
    )
    steady_colours: bool = Field(
        default=False,
        title=N_("顔の確認で画面の色を変えない"),
        description=N_("色の変化がつらい方のために。代わりに、お願いする動きが一つ増えます。"),
    )


class CameraSettings(Section):
    model_config = ConfigDict(title=N_("カメラ"))

    allowed: list[str] = Field(
        default=[],
        max_length=50,
        title=N_("使ってよいカメラ"),
        description=N_("カメラの名前か ID。空のときは、仮想カメラを除くすべての装置を使えます。"),
        json_schema_extra=POLICY,
    )
    index: int = Field(
        default=0, ge=0, le=63, title=N_("カメラの番号"), description=N_("複数あるときに使うカメラです。")
    )
    width: int = Field(default=640, ge=320, le=3840, title=N_("映像の幅"), description=N_("画素数です。"))
    height: int = Field(default=480, ge=240, le=2160, title=N_("映像の高さ"), description=N_("画素数です。"))
    fps: int = Field(default=15, ge=5, le=60, title=N_("毎秒の枚数"), description=N_("求める速さです。"))


class FaceSettings(Section):
    model_config = ConfigDict(title=N_("顔"))

    engine: Literal["mobilefacenet", "dlib"] = Field(
        default="mobilefacenet",
        title=N_("顔照合の方式"),
        description=N_("dlib は別に導入したときだけ使えます。"),
        json_schema_extra=POLICY,
    )
    flash: Literal["off", "when-measurable", "required"] = Field(
        default="when-measurable",
        title=N_("画面の色による確認"),
        description=N_(
            "顔の確認の間、画面の周りの色をやわらかく変え、顔に映るかを見ます。when-measurable は、"
            "明るすぎて測れないときと色の変化がつらい方には、代わりに動きを増やします。"
        ),
        json_schema_extra=POLICY,
    )
    threshold_alone: float = Field(
        default=0.37,
        gt=0.0,
        lt=2.0,
        title=N_("顔だけで本人とするしきい値"),
        description=N_("余弦距離。小さいほど厳しくなります。"),
        json_schema_extra=POLICY,
    )
    threshold_with_second: float = Field(
        default=0.41,
        gt=0.0,
        lt=2.0,
        title=N_("もう一つの確認と合わせるしきい値"),
        description=N_("余弦距離。暗証番号などもう一つの確認があるときに使います。"),
        json_schema_extra=POLICY,
    )
    threshold_never: float = Field(
        default=0.49,
        gt=0.0,
        lt=2.0,
        title=N_("別人とするしきい値"),
        description=N_("余弦距離。これより遠ければ、ほかの確認があっても顔は認めません。"),
        json_schema_extra=POLICY,
    )
    dlib_threshold_alone: float = Field(
        default=0.36,
        gt=0.0,
        lt=2.0,
        title=N_("dlib: 顔だけで本人とするしきい値"),
        description=N_("ユークリッド距離。小さいほど厳しくなります。"),
        json_schema_extra=POLICY,
    )
    dlib_threshold_with_second: float = Field(
        default=0.40,
        gt=0.0,
        lt=2.0,
        title=N_("dlib: もう一つの確認と合わせるしきい値"),
        description=N_("ユークリッド距離。暗証番号などもう一つの確認があるときに使います。"),
        json_schema_extra=POLICY,
    )
    dlib_threshold_never: float = Field(
        default=0.45,
        gt=0.0,
        lt=2.0,
        title=N_("dlib: 別人とするしきい値"),
        description=N_("ユークリッド距離。これより遠ければ、ほかの確認があっても顔は認めません。"),
        json_schema_extra=POLICY,
    )
    cohort_size: int = Field(
        default=30,
        ge=0,
        le=1000,
        title=N_("比較集団の人数"),
        description=N_("照合の値をならすために比べる人数です。"),
        json_schema_extra=POLICY,
    )
    model_file: Path | None = Field(
        default=None,
        title=N_("追加の照合モデル"),
        description=N_("管理者が用意したモデルファイルです。"),
        json_schema_extra=POLICY,
    )
    passive_model: Path | None = Field(
        default=None,
        title=N_("追加の生体判定モデル"),
        description=N_("管理者が用意した、写真などを見分けるモデルファイルです。"),
        json_schema_extra=POLICY,
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

    after_s: Literal[0, 10, 30, 60] = Field(
        default=30,
        title=N_("席を離れたらロック"),
        description=N_("顔が見えなくなってからの秒数。0 は使いません。"),
    )
    warn_second_face: bool = Field(
        default=True,
        title=N_("のぞき込みを知らせる"),
        description=N_("後ろに別の人の顔があるときに知らせます。"),
    )


_CLOCK = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"


class NotificationSettings(Section):
    model_config = ConfigDict(title=N_("お知らせと静かな時間"))

    quiet_from: str = Field(
        default="21:00",
        pattern=_CLOCK,
        title=N_("静かな時間の始まり"),
        description=N_(
            "この時刻から、急ぎでないお知らせは鳴りません（21:00 のように）。終わりと同じなら使いません。"
        ),
    )
    quiet_until: str = Field(
        default="07:00",
        pattern=_CLOCK,
        title=N_("静かな時間の終わり"),
        description=N_("この時刻から、また鳴ります（07:00 のように）。"),
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
]


class SecuritySettings(Section):
    model_config = ConfigDict(title=N_("安全"))

    secret_backend: Literal["auto", "secret-service", "file-key"] = Field(
        default="auto",
        title=N_("鍵の置き場所"),
        description=N_("file-key は鍵をファイルに置きます。鍵の保管庫がない端末でだけ選んでください。"),
        json_schema_extra=POLICY,
    )
    pin_min_length: int = Field(
        default=6,
        ge=4,
        le=64,
        title=N_("暗証番号の最短の長さ"),
        description=N_("文字数です。"),
        json_schema_extra=POLICY,
    )
    switch: Literal["refuse", "close"] = Field(
        default="refuse",
        title=N_("ロック中に別の人が見たとき"),
        description=N_("close は前の人のセッションを閉じ、見た人のものを開きます（共用の端末向け）。"),
        json_schema_extra=POLICY,
    )
    zone: str = Field(
        default="行政事務系",
        min_length=1,
        max_length=64,
        title=N_("この端末の区分"),
        description=N_("zones に書いた区分の名前です。"),
        json_schema_extra=POLICY,
    )
    zones: dict[str, list[list[str]]] = Field(
        default={"行政事務系": [["face"], ["pin"]], "番号利用事務系": [["face", "pin"], ["face", "totp"]]},
        title=N_("区分ごとに必要な確認"),
        description=N_("区分の名前と、どれか一組がそろえばよい確認の組です。"),
        json_schema_extra=POLICY,
    )
    protected: dict[Protected, list[list[str]]] = Field(
        default={name: [["pin"], ["totp"]] for name in get_args(Protected)},
        title=N_("もう一つの確認が要る操作"),
        description=N_("操作の名前と、直前に示せばよい確認の組です。書かない操作には要りません。"),
        json_schema_extra=POLICY,
    )
    step_up_s: int = Field(
        default=300,
        ge=30,
        le=3600,
        title=N_("もう一つの確認が続く秒数"),
        description=N_("示した確認は、この秒数のあいだ、続く操作にも使えます。"),
        json_schema_extra=POLICY,
    )


class ServersSettings(Section):
    model_config = ConfigDict(title=N_("サーバー"))

    realm: str = Field(
        default="",
        pattern=r"^[A-Z0-9.-]{0,64}$",
        title=N_("Kerberos の領域"),
        description=N_("チケットを受け取る領域の名前（例 PREF.EXAMPLE.JP）。空のときは受け取りません。"),
        json_schema_extra=POLICY,
    )
    matcher: str = Field(
        default="",
        pattern=r"^(https://[A-Za-z0-9.:\[\]-]{1,255})?$",
        title=N_("照合サーバー"),
        description=N_("照合サーバーの番地（https://…）。空のときは、この端末の中で照合します。"),
        json_schema_extra=POLICY,
    )
    signer: str = Field(
        default="",
        pattern=r"^(https://[A-Za-z0-9.:\[\]-]{1,255})?$",
        title=N_("署名サーバー"),
        description=N_("署名サーバーの番地（https://…）。照合サーバーと合わせて決めます。"),
        json_schema_extra=POLICY,
    )
    reports: str = Field(
        default="",
        max_length=500,
        title=N_("端末の報告の置き場所"),
        description=N_("各端末の報告を集めたフォルダ。空のときは、この端末の分だけを台帳に載せます。"),
        json_schema_extra=POLICY,
    )
    database: str = Field(
        default="",
        max_length=500,
        title=N_("データベース"),
        description=N_("PostgreSQL の接続先。空なら端末のファイルに置きます。パスワードは書きません。"),
        json_schema_extra=POLICY,
    )


class AuthoritySettings(Section):
    model_config = ConfigDict(title=N_("認証局の鍵"))

    module: Path | None = Field(
        default=None,
        title=N_("トークン（HSM）の部品"),
        description=N_("PKCS#11 のライブラリー。空なら、鍵は封をしたファイルに置きます。"),
        json_schema_extra=POLICY,
    )
    token: str = Field(
        default="",
        max_length=32,
        title=N_("トークンの名前"),
        description=N_("トークンのラベルです。暗証番号は mahoroba signer token-pin で預けます。"),
        json_schema_extra=POLICY,
    )


class DirectorySettings(Section):
    model_config = ConfigDict(title=N_("名簿（AD）"))

    servers: list[Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9.-]{1,255}(:[0-9]{1,5})?$")]] = Field(
        default=[],
        max_length=4,
        title=N_("名簿のサーバー"),
        description=N_(
            "署名サーバーが口座の状態を聞く AD の名前（LDAPS）。空ならこの製品の名簿だけを見ます。"
        ),
        json_schema_extra=POLICY,
    )
    base: str = Field(
        default="",
        max_length=500,
        title=N_("探す範囲"),
        description=N_("職員の口座を探す場所（例 OU=Staff,DC=pref,DC=example,DC=jp）。"),
        json_schema_extra=POLICY,
    )
    account: str = Field(
        default="",
        max_length=255,
        title=N_("署名サーバーの口座"),
        description=N_(
            "名簿を読むだけの口座です。パスワードは mahoroba signer directory password で預けます。"
        ),
        json_schema_extra=POLICY,
    )
    authority: Path | None = Field(
        default=None,
        title=N_("名簿のサーバーの認証局"),
        description=N_("名簿のサーバーの証明書を出した認証局のファイル（PEM）。空なら OS のものを使います。"),
        json_schema_extra=POLICY,
    )
    attribute: Literal["sAMAccountName", "employeeID", "employeeNumber"] = Field(
        default="sAMAccountName",
        title=N_("職員番号の属性"),
        description=N_("職員番号が入っている属性です。"),
        json_schema_extra=POLICY,
    )


class TicketSettings(Section):
    model_config = ConfigDict(title=N_("チケット"))

    proxy: str = Field(
        default="",
        max_length=255,
        title=N_("代理サーバー"),
        description=N_("インターネットへの代理サーバーの名前です（HTTP/名前 のチケットを取ります）。"),
        json_schema_extra=POLICY,
    )
    share: str = Field(
        default="",
        max_length=255,
        title=N_("ファイルサーバー"),
        description=N_("共有フォルダのサーバーの名前です（cifs/名前 のチケットを取ります）。"),
        json_schema_extra=POLICY,
    )
    applications: str = Field(
        default="",
        max_length=255,
        title=N_("業務アプリの認証"),
        description=N_("OpenID Connect の認証サーバーの名前です（HTTP/名前 のチケットを取ります）。"),
        json_schema_extra=POLICY,
    )
    servers: list[Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9.-]{1,255}$")]] = Field(
        default=[],
        max_length=50,
        title=N_("チケットを見せてよい Web サーバー"),
        description=N_(
            "予定のサーバーなど、まほろばが https でチケットを見せてよい相手の名前です"
            "（完全に一致するもの）。"
        ),
        json_schema_extra=POLICY,
    )
    at_lock: Literal["destroy", "keep"] = Field(
        default="destroy",
        title=N_("ロックしたときのチケット"),
        description=N_("destroy はロックのたびに消します。共用の端末では destroy にしてください。"),
        json_schema_extra=POLICY,
    )


class OfflineSettings(Section):
    model_config = ConfigDict(title=N_("オフライン"))

    people: int = Field(
        default=10,
        ge=0,
        le=20,
        title=N_("オフラインで使える人数"),
        description=N_(
            "職場のサーバーに届かない間も、この端末で最後に使った何人が入れるか。0 は使いません。"
        ),
        json_schema_extra=POLICY,
    )
    days: int = Field(
        default=14,
        ge=0,
        le=60,
        title=N_("オフラインで使える日数"),
        description=N_(
            "その人が最後にサーバーで確かめてからの日数。端末とサーバーの短い方です。0 は使いません。"
        ),
        json_schema_extra=POLICY,
    )


class PamSettings(Section):
    model_config = ConfigDict(title=N_("ログイン画面（PAM）"))

    services: list[str] = Field(
        default=[],
        max_length=10,
        title=N_("顔で開くサービス"),
        description=N_("ログイン画面とロック画面の PAM サービスの名前（例 lightdm）。空なら使いません。"),
        json_schema_extra=POLICY,
    )


class PlanSettings(Section):
    model_config = ConfigDict(title=N_("計画の数値"))

    old_sign_in_s: int = Field(
        default=30,
        ge=0,
        le=600,
        title=N_("これまでのサインインの秒数"),
        description=N_(
            "端末のパスワードとワンタイムパスワードにかかっていた秒数。短縮した時間の計算に使います。"
        ),
        json_schema_extra=POLICY,
    )
    old_services_s: int = Field(
        default=15,
        ge=0,
        le=600,
        title=N_("これまでの代理サーバーと業務アプリの秒数"),
        description=N_(
            "代理サーバーと業務アプリのパスワードにかかっていた秒数。チケットで省けた回だけ数えます。"
        ),
        json_schema_extra=POLICY,
    )
    mobile_terminals: str = Field(
        default="",
        max_length=32,
        pattern=r"^[A-Za-z0-9._-]*$",
        title=N_("モバイルワーク用端末の名前の始まり"),
        description=N_("この文字で始まる端末を、計画のモバイルワーク用端末として数えます（例 M-）。"),
        json_schema_extra=POLICY,
    )


class TrialSettings(Section):
    model_config = ConfigDict(title=N_("体験版"))

    enabled: bool = Field(
        default=False,
        title=N_("体験版として動かす"),
        description=N_("見本の職員とカメラ役の映像を使います。本番では使いません。"),
        json_schema_extra=POLICY,
    )
    camera: str | None = Field(
        default=None,
        max_length=500,
        title=N_("体験版のカメラ"),
        description=N_("actor か、映像のファイルまたはフォルダーです。"),
        json_schema_extra=POLICY,
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
