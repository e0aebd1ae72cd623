"""``mahoroba liaison VERB``: the page's verbs, for scripts and for a preparer without a window."""

from __future__ import annotations

import argparse
import getpass
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from core.config import Config
from core.events import Events
from core.i18n import _
from core.paths import Paths
from core.secrets import open_secrets
from liaison import commands, fleet
from liaison.retirement import Witness
from liaison.service import LiaisonService


def main(arguments: Sequence[str], witness: Witness | None = None) -> int:
    """0: done and ready; 1: something is not ready; a SuiteError is left to the caller. ``witness``: how two
    people agree where it takes two; without it nothing of that kind is done."""
    options = _parser().parse_args(arguments)
    options.witness = witness
    if options.alone:  # what runs on a router has no keys of the office
        return int(options.call(options))
    return int(options.call(_service(), options))


def _service() -> LiaisonService:
    paths = Paths.from_environment()
    secrets = open_secrets(Config.load(paths), paths)
    actor = (
        "".join(c for c in getpass.getuser() if c.isascii() and c.isprintable() and c != " ")[:32] or "cli"
    )
    return LiaisonService(paths.data / "liaison", secrets, Events(), lambda: f"cli:{actor}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="mahoroba liaison", description=_("連絡員端末を準備します。"))
    parser.set_defaults(alone=False)
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    build = verbs.add_parser("build", help=_("プロファイルから、署名した設定一式を作ります。"))
    build.add_argument("profile", help=_("プロファイルの名前かファイル"))
    build.add_argument("--issued", type=date.fromisoformat, help=_("発行日（例 2026-11-23）"))
    build.set_defaults(call=commands.build)
    for name, text in (("check", _("違いだけを調べます。")), ("apply", _("準備します。"))):
        verb = verbs.add_parser(name, help=text)
        verb.add_argument(
            "--root", type=Path, action="append", default=[], help=_("端末の代わりのフォルダー")
        )
        verb.add_argument("--host", action="append", default=[], help=_("SSH でつなぐ端末"))
        verb.add_argument("--identity", type=Path, help=_("SSH の秘密鍵"))
        verb.add_argument("--known-hosts", type=Path, help=_("端末の鍵の一覧"))
        verb.add_argument("--bundle", type=Path, help=_("設定一式のファイル（USB メモリーから）"))
        verb.add_argument("--wall", type=float, default=fleet.WALL, help=_("1 台にかける時間の上限（秒）"))
        verb.set_defaults(call=commands.apply)
    for name, text, call in (
        ("verify", _("台帳が書き換えられていないか確かめます。"), commands.verify),
        ("key", _("設定一式に署名する鍵の指紋を出します。"), commands.key),
    ):
        verbs.add_parser(name, help=text).set_defaults(call=call)
    status = verbs.add_parser("status", help=_("全端末の状態を出します。"))
    status.add_argument("--json", action="store_true", help=_("計画の指標のための件数"))
    status.set_defaults(call=commands.status)
    trust = verbs.add_parser("trust", help=_("もう一つの窓口の鍵を信頼します。"))
    trust.add_argument("key")
    trust.set_defaults(call=commands.trust)
    for name, text, carry in (
        ("export", _("この窓口の記録を書き出します。"), commands.hand_over),
        ("merge", _("もう一つの窓口の記録を受け取ります。"), commands.take),
    ):
        verb = verbs.add_parser(name, help=text)
        verb.add_argument("file", type=Path)
        verb.set_defaults(call=carry)
    net = verbs.add_parser("network", help=_("臨時ネットワークの設定ファイルを作ります。"))
    net.add_argument("form", type=Path, help=_("用紙（TOML）"))
    net.add_argument("folder", type=Path, help=_("書き出すフォルダー"))
    net.add_argument("--code", action="store_true", help=_("スマートフォンで読む Wi-Fi の文字列も出します"))
    net.set_defaults(call=commands.network_files, alone=True)
    box = verbs.add_parser("router", help=_("ルーターの上で: 案内ページを出し、状態のページを書きます。"))
    box.add_argument("form", type=Path, help=_("用紙（TOML）"))
    box.add_argument("status", type=Path, help=_("状態のページを書くファイル"))
    box.add_argument("--leases", type=Path, default=Path("/var/lib/misc/mahoroba.leases"))
    box.add_argument("--ntp", default="", help=_("時刻を比べるサーバー"))
    box.add_argument("--once", action="store_true", help=_("一度だけ調べます（1: よくないものがある）"))
    box.set_defaults(call=commands.router, alone=True)
    who = verbs.add_parser("connected", help=_("臨時ネットワークにつながっている端末を出します。"))
    who.add_argument("leases", type=Path, help=_("dnsmasq の貸出ファイル"))
    who.add_argument("--neighbours", type=Path, help=_("「ip neigh」の記録"))
    who.set_defaults(call=commands.connected, alone=True)
    new = verbs.add_parser("register", help=_("端末を台帳に登録し、利用者領域の場所を覚えさせます。"))
    new.add_argument("tag", help=_("端末番号（例 K01）"))
    new.add_argument("host", help=_("SSH でつなぐ名前かアドレス"))
    new.add_argument("--port", type=int, default=22)
    new.add_argument("--user", default="root")
    new.add_argument("--identity", type=Path, help=_("SSH の秘密鍵"))
    new.add_argument("--known-key", type=Path, help=_("指紋を見比べた known_hosts の 1 行"))
    new.add_argument("--model", default="", help=_("機種"))
    new.set_defaults(call=commands.register)
    wipe = verbs.add_parser("wipe", help=_("返却された端末の利用者領域を消去し、証明書を出します。"))
    wipe.add_argument("tag")
    wipe.set_defaults(call=commands.wipe)
    retire = verbs.add_parser(
        "retire", help=_("端末の記憶装置を全部消して廃棄します（管理者二人の確認がいります）。")
    )
    retire.add_argument("tag")
    retire.add_argument("device", type=Path, help=_("この機械につないだ記憶装置（例 /dev/sdb）"))
    retire.set_defaults(call=commands.retire)
    windows = verbs.add_parser(
        "windows", help=_("Windows 用のファイルを作ります（作るだけで、実行は未確認）。")
    )
    windows.add_argument("profile", help=_("プロファイルの名前かファイル"))
    windows.add_argument("folder", type=Path, help=_("書き出すフォルダー"))
    windows.set_defaults(call=commands.windows_files)
    for name, text, carry in (
        ("ansible", _("同じ手順を Ansible のプレイブックに書き出します。"), commands.playbook),
        ("stick", _("設定一式を USB メモリーに置きます。"), commands.stick),
    ):
        verb = verbs.add_parser(name, help=text)
        verb.add_argument("folder", type=Path, help=_("書き出すフォルダー"))
        verb.set_defaults(call=carry)
    made = verbs.add_parser("lab", help=_("見本の端末（フォルダー）を作ります。"))
    made.add_argument("count", type=int, nargs="?", default=12)
    made.set_defaults(call=commands.make_lab)
    return parser
