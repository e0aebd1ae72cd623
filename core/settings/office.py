"""What the terminal finds in its office: servers, authority, directory, tickets; and the plan's figures."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, StringConstraints

from core.i18n import N_
from core.settings.declaring import Section, policy

Seconds = Annotated[int, Field(ge=0, le=600)]
Address = Annotated[str, Field(pattern=r"^(https://[A-Za-z0-9.:\[\]-]{1,255})?$")]
Host = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9.-]{1,255}(:[0-9]{1,5})?$")]


class ServersSettings(Section):
    model_config = ConfigDict(title=N_("サーバー"))

    realm: str = policy(
        "",
        N_("Kerberos の領域"),
        N_("チケットを受け取る領域の名前（例 PREF.EXAMPLE.JP）。空のときは受け取りません。"),
        pattern=r"^[A-Z0-9.-]{0,64}$",
    )
    matcher: Address = policy(
        "", N_("照合サーバー"), N_("照合サーバーの番地（https://…）。空のときは、この端末の中で照合します。")
    )
    signer: Address = policy(
        "", N_("署名サーバー"), N_("署名サーバーの番地（https://…）。照合サーバーと合わせて決めます。")
    )
    reports: str = policy(
        "",
        N_("端末の報告の置き場所"),
        N_("各端末の報告を集めたフォルダ。空のときは、この端末の分だけを台帳に載せます。"),
        max_length=500,
    )
    calendar: str = policy(
        "",
        N_("予定のサーバーのフォルダ"),
        N_(
            "職場の予定のサーバー（calendar-server）の --folder。そのサーバーの機械で書くと、"
            "事案で職員を止めるときに、その人の予定のパスワードも止めます。"
        ),
        max_length=500,
    )
    database: str = policy(
        "",
        N_("データベース"),
        N_("PostgreSQL の接続先。空なら端末のファイルに置きます。パスワードは書きません。"),
        max_length=500,
    )


class AuthoritySettings(Section):
    model_config = ConfigDict(title=N_("認証局の鍵"))

    module: Path | None = policy(
        None,
        N_("トークン（HSM）の部品"),
        N_("PKCS#11 のライブラリー。空なら、鍵は封をしたファイルに置きます。"),
    )
    token: str = policy(
        "",
        N_("トークンの名前"),
        N_("トークンのラベルです。暗証番号は mahoroba signer token-pin で預けます。"),
        max_length=32,
    )


class DirectorySettings(Section):
    model_config = ConfigDict(title=N_("名簿（AD）"))

    servers: list[Host] = policy(
        [],
        N_("名簿のサーバー"),
        N_("署名サーバーが口座の状態を聞く AD の名前（LDAPS）。空ならこの製品の名簿だけを見ます。"),
        max_length=4,
    )
    base: str = policy(
        "",
        N_("探す範囲"),
        N_("職員の口座を探す場所（例 OU=Staff,DC=pref,DC=example,DC=jp）。"),
        max_length=500,
    )
    account: str = policy(
        "",
        N_("署名サーバーの口座"),
        N_("名簿を読むだけの口座です。パスワードは mahoroba signer directory password で預けます。"),
        max_length=255,
    )
    authority: Path | None = policy(
        None,
        N_("名簿のサーバーの認証局"),
        N_("名簿のサーバーの証明書を出した認証局のファイル（PEM）。空なら OS のものを使います。"),
    )
    attribute: Literal["sAMAccountName", "employeeID", "employeeNumber"] = policy(
        "sAMAccountName", N_("職員番号の属性"), N_("職員番号が入っている属性です。")
    )


class TicketSettings(Section):
    model_config = ConfigDict(title=N_("チケット"))

    proxy: str = policy(
        "",
        N_("代理サーバー"),
        N_("インターネットへの代理サーバーの名前です（HTTP/名前 のチケットを取ります）。"),
        max_length=255,
    )
    share: str = policy(
        "",
        N_("ファイルサーバー"),
        N_("共有フォルダのサーバーの名前です（cifs/名前 のチケットを取ります）。"),
        max_length=255,
    )
    applications: str = policy(
        "",
        N_("業務アプリの認証"),
        N_("OpenID Connect の認証サーバーの名前です（HTTP/名前 のチケットを取ります）。"),
        max_length=255,
    )
    servers: list[Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9.-]{1,255}$")]] = policy(
        [],
        N_("チケットを見せてよい Web サーバー"),
        N_(
            "予定のサーバーなど、まほろばが https でチケットを見せてよい相手の名前です"
            "（完全に一致するもの）。"
        ),
        max_length=50,
    )
    key: Literal["memory", "tpm"] = policy(
        "memory",
        N_("サインインの鍵を作る所"),
        N_("tpm は端末の TPM 2.0 の中に作り、外に出しません（Linux、tpm2-pkcs11 が要ります）。"),
    )
    at_lock: Literal["destroy", "keep"] = policy(
        "destroy",
        N_("ロックしたときのチケット"),
        N_("destroy はロックのたびに消します。共用の端末では destroy にしてください。"),
    )


class PlanSettings(Section):
    model_config = ConfigDict(title=N_("計画の数値"))

    old_sign_in_s: Seconds = policy(
        30,
        N_("これまでのサインインの秒数"),
        N_("端末のパスワードとワンタイムパスワードにかかっていた秒数。短縮した時間の計算に使います。"),
    )
    old_services_s: Seconds = policy(
        15,
        N_("これまでの代理サーバーと業務アプリの秒数"),
        N_("代理サーバーと業務アプリのパスワードにかかっていた秒数。チケットで省けた回だけ数えます。"),
    )
    mobile_terminals: str = policy(
        "",
        N_("モバイルワーク用端末の名前の始まり"),
        N_("この文字で始まる端末を、計画のモバイルワーク用端末として数えます（例 M-）。"),
        max_length=32,
        pattern=r"^[A-Za-z0-9._-]*$",
    )
