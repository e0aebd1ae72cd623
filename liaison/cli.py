"""``mahoroba liaison VERB``: the page's verbs, for scripts and for a preparer without a window."""

from __future__ import annotations

import argparse
import getpass
import time
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from core.clock import TOKYO
from core.config import Config
from core.events import Events
from core.i18n import _
from core.paths import Paths
from core.secrets import open_secrets
from liaison import bundle, errors, fleet, network
from liaison.answer import Outcome
from liaison.bundle import Bundle
from liaison.laptop import Laptop
from liaison.reach import Host
from liaison.service import LiaisonService
from liaison.standing import Standing


def main(arguments: Sequence[str]) -> int:
    """0: done and ready; 1: something is not ready; a SuiteError is left to the caller."""
    options = _parser().parse_args(arguments)
    return int(options.call(_service(), options))


def _service() -> LiaisonService:
    paths = Paths.from_environment()
    secrets = open_secrets(Config.load(paths), paths)
    actor = (
        "".join(c for c in getpass.getuser() if c.isascii() and c.isprintable() and c != " ")[:32] or "cli"
    )
    return LiaisonService(paths.data / "liaison", secrets, Events(), lambda: f"cli:{actor}")


def _build(service: LiaisonService, options: argparse.Namespace) -> int:
    found = {path.stem: path for path in service.profiles()}
    path = found.get(options.profile, Path(options.profile))
    built = service.build(path, options.issued)
    print(service.folder / "bundles" / built.name)
    return 0


def _apply(service: LiaisonService, options: argparse.Namespace) -> int:
    """The registered laptops (their reports are kept), or the folders and hosts that were named."""
    named = [Laptop(path.name, root=path.absolute()) for path in options.root]
    named += [
        Laptop(host, host=host, identity=options.identity, known_hosts=options.known_hosts)
        for host in options.host
    ]
    if named:
        used = service.current_bundle() if options.bundle is None else _from_stick(service, options.bundle)
        signers = service.signer.allowed_signers()
        outcomes = fleet.run(options.verb, used, signers, named, int(time.time()), _say, options.wall)
    else:
        outcomes = service.prepare([tile.tag for tile in service.tiles()], lambda *_words: None, options.verb)
        for outcome in outcomes:
            _say(outcome)
    ready = sum(outcome.ready for outcome in outcomes)
    print(_("{ready} / {all} 台が準備済みです。").format(ready=ready, all=len(outcomes)))
    return 0 if ready == len(outcomes) and outcomes else 1


def _from_stick(service: LiaisonService, path: Path) -> Bundle:
    """A bundle file, if this office signed it and it has not expired."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise errors.bundle_refused(_("ファイル「{name}」を開けません。").format(name=path.name)) from error
    return bundle.read(content, service.signer.public, datetime.now(UTC))


def _say(outcome: Outcome) -> None:
    state = _("準備済み") if outcome.ready else outcome.reason
    print(f"{outcome.tag}\t{outcome.changed}\t{state}", flush=True)


def _status(service: LiaisonService, _options: argparse.Namespace) -> int:
    tiles = service.tiles()
    for tile in tiles:
        print(f"{tile.tag}\t{tile.standing.value}\t{tile.reason}")
    ready = sum(tile.standing is Standing.READY for tile in tiles)
    print(_("{ready} / {all} 台が準備済みです。").format(ready=ready, all=len(tiles)))
    return 0


def _verify(service: LiaisonService, _options: argparse.Namespace) -> int:
    report = service.ledger.verify()
    print(report.reason)
    return 0 if report.ok else 1


def _key(service: LiaisonService, _options: argparse.Namespace) -> int:
    print(service.signer.fingerprint)
    print(service.signer.allowed_signers(), end="")
    return 0


def _trust(service: LiaisonService, options: argparse.Namespace) -> int:
    service.counters.trust(options.key)
    return 0


def _export(service: LiaisonService, options: argparse.Namespace) -> int:
    options.file.write_bytes(service.export_counter())
    return 0


def _merge(service: LiaisonService, options: argparse.Namespace) -> int:
    new = service.take_counter(options.file.read_bytes())
    print(_("{count} 件の新しい記録を受け取りました。").format(count=new))
    return 0


def _network(_service: LiaisonService, options: argparse.Namespace) -> int:
    form = network.load(options.form)
    for path in network.write(form, options.folder):
        print(path)
    said = _("ファイルを確かめてから、ルーターにする端末へ運んでください。")
    print(network.wifi_code(form) if options.code else said)
    return 0


def _connected(_service: LiaisonService, options: argparse.Namespace) -> int:
    """Who has an address, and which address two devices claim (1 if there is one)."""
    for lease in network.leases(options.leases.read_text("utf-8", "replace")):
        until = datetime.fromtimestamp(lease.until, TOKYO)
        print(f"{lease.address}\t{lease.mac}\t{lease.name}\t{until:%H:%M}")
    text = options.neighbours.read_text("utf-8", "replace") if options.neighbours is not None else ""
    twice = network.duplicates(text)
    for address, macs in twice.items():
        words = _("{address} を 2 台以上が使っています: {macs}")
        print(words.format(address=address, macs=" ".join(sorted(macs))))
    return 1 if twice else 0


def _register(service: LiaisonService, options: argparse.Namespace) -> int:
    """A real laptop; its line of known_hosts is read from a file whose fingerprint a person has compared."""
    known = options.known_key.read_text("utf-8")[:4000].strip() if options.known_key is not None else ""
    identity = str(options.identity.absolute()) if options.identity is not None else ""
    host = Host(host=options.host, port=options.port, user=options.user, identity=identity)
    service.register(service.scanned(options.tag), host, known, options.model)
    return 0


def _wipe(service: LiaisonService, options: argparse.Namespace) -> int:
    signed = service.wipe(service.scanned(options.tag))
    print(signed.text, end="")
    return 0


def _make_lab(service: LiaisonService, options: argparse.Namespace) -> int:
    service.make_lab(options.count)
    print(service.folder / "lab")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="mahoroba liaison", description=_("連絡員端末を準備します。"))
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    build = verbs.add_parser("build", help=_("プロファイルから、署名した設定一式を作ります。"))
    build.add_argument("profile", help=_("プロファイルの名前かファイル"))
    build.add_argument("--issued", type=date.fromisoformat, help=_("発行日（例 2026-11-23）"))
    build.set_defaults(call=_build)
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
        verb.set_defaults(call=_apply)
    for name, text, call in (
        ("status", _("全端末の状態を出します。"), _status),
        ("verify", _("台帳が書き換えられていないか確かめます。"), _verify),
        ("key", _("設定一式に署名する鍵の指紋を出します。"), _key),
    ):
        verbs.add_parser(name, help=text).set_defaults(call=call)
    trust = verbs.add_parser("trust", help=_("もう一つの窓口の鍵を信頼します。"))
    trust.add_argument("key")
    trust.set_defaults(call=_trust)
    for name, text, carry in (
        ("export", _("この窓口の記録を書き出します。"), _export),
        ("merge", _("もう一つの窓口の記録を受け取ります。"), _merge),
    ):
        verb = verbs.add_parser(name, help=text)
        verb.add_argument("file", type=Path)
        verb.set_defaults(call=carry)
    net = verbs.add_parser("network", help=_("臨時ネットワークの設定ファイルを作ります。"))
    net.add_argument("form", type=Path, help=_("用紙（TOML）"))
    net.add_argument("folder", type=Path, help=_("書き出すフォルダー"))
    net.add_argument("--code", action="store_true", help=_("スマートフォンで読む Wi-Fi の文字列も出します"))
    net.set_defaults(call=_network)
    who = verbs.add_parser("connected", help=_("臨時ネットワークにつながっている端末を出します。"))
    who.add_argument("leases", type=Path, help=_("dnsmasq の貸出ファイル"))
    who.add_argument("--neighbours", type=Path, help=_("「ip neigh」の記録"))
    who.set_defaults(call=_connected)
    new = verbs.add_parser("register", help=_("端末を台帳に登録し、利用者領域の場所を覚えさせます。"))
    new.add_argument("tag", help=_("端末番号（例 K01）"))
    new.add_argument("host", help=_("SSH でつなぐ名前かアドレス"))
    new.add_argument("--port", type=int, default=22)
    new.add_argument("--user", default="root")
    new.add_argument("--identity", type=Path, help=_("SSH の秘密鍵"))
    new.add_argument("--known-key", type=Path, help=_("指紋を見比べた known_hosts の 1 行"))
    new.add_argument("--model", default="", help=_("機種"))
    new.set_defaults(call=_register)
    wipe = verbs.add_parser("wipe", help=_("返却された端末の利用者領域を消去し、証明書を出します。"))
    wipe.add_argument("tag")
    wipe.set_defaults(call=_wipe)
    made = verbs.add_parser("lab", help=_("見本の端末（フォルダー）を作ります。"))
    made.add_argument("count", type=int, nargs="?", default=12)
    made.set_defaults(call=_make_lab)
    return parser
