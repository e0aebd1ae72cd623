"""``mahoroba realm up|down|status|env|disable|enable``: an office to develop and test against."""

from __future__ import annotations

import argparse
import os
import shlex
import shutil
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from core.errors import SuiteError
from core.i18n import _
from installer.realm import certificates, directory, identity, processes, proxy, servers
from installer.realm.layout import (
    DC,
    FILES,
    INTERNET,
    INTERNET_PORT,
    MATCHER_PORT,
    PROXY,
    PROXY_PORT,
    REALM,
    SHARE,
    SIGNER_PORT,
    SSO_PORT,
    Layout,
    default_folder,
)
from installer.realm.staff import PIN, STAFF


def up(folder: Path) -> Layout:
    """The whole realm from nothing; what an interrupted ``up`` left is cleared away first.

    SuiteError REALM-001 (rights, programs), REALM-006 (it stands already), REALM-00x (something fails; then
    all of it has been ended again).
    """
    _check_machine()
    if processes.running(folder):
        raise _stands(folder)
    _clear(folder)
    layout = Layout.choose(folder)
    try:
        layout.create()
        directory.provision(layout)
        servers.make(layout)
        certificates.make(layout)
        directory.start(layout)
        proxy.start(layout)
        identity.start(layout)
        servers.start(layout)
    except BaseException:
        processes.stop(folder)
        raise
    return layout


def down(folder: Path) -> bool:
    """End every program of the realm and remove its folder. False: there was none."""
    stood = bool(processes.running(folder)) or Layout.load(folder) is not None
    processes.stop(folder)
    _clear(folder)
    return stood


def status(folder: Path) -> dict[str, bool]:
    """Each service of the realm and whether it answers."""
    layout = Layout.load(folder)
    if layout is None:
        return {}
    ports = {"KDC": 88, "LDAP": 389, "SMB": 445, "squid": PROXY_PORT, INTERNET: INTERNET_PORT,
             "LemonLDAP::NG": SSO_PORT, "matcher": MATCHER_PORT, "signer": SIGNER_PORT}  # fmt: skip
    return {name: directory.answers(layout.address, port) for name, port in ports.items()}


def describe(layout: Layout) -> str:
    """How to use the realm, for a person."""
    lines = [
        (_("領域"), f"{REALM}  {layout.address}  {DC}"),
        (
            _("代理サーバー"),
            f"http://{PROXY}:{PROXY_PORT}  →  http://{INTERNET}:{INTERNET_PORT}/  {layout.proxy_log}",
        ),
        (_("共有"), f"\\\\{FILES}\\{SHARE}"),
        ("OpenID Connect", identity.ISSUER),
        (_("見本の職員"), f"{min(STAFF)} … {max(STAFF)}（{PIN}）"),
        (_("環境"), f'eval "$(./mahoroba realm env --folder {layout.folder})"'),
    ]
    return "\n".join(f"{name}: {value}" for name, value in lines)


def main(arguments: Sequence[str]) -> int:
    """The command line; 1 where a service does not answer."""
    options = _parser().parse_args(arguments)
    folder: Path = options.folder
    if options.verb == "up":
        begin = time.monotonic()
        print(describe(up(folder)))
        print(_("{seconds:.0f} 秒で始まりました。").format(seconds=time.monotonic() - begin))
        return 0
    if options.verb == "down":
        print(_("領域を終えました。") if down(folder) else _("領域はありません。"))
        return 0
    layout = Layout.load(folder)
    if layout is None:
        print(_("領域はありません。"))
        return 1
    if options.verb == "env":
        print(_exports(layout.environment()))
        return 0
    if options.verb == "terminal":
        print(_exports(servers.enrol_terminal(layout, options.name, options.home)))
        return 0
    if options.verb in ("disable", "enable"):
        directory.enable(layout, options.staff_number, options.verb == "enable")
        return 0
    answers = status(folder)
    for name, answering in answers.items():
        print(f"{name}: {_('応答') if answering else _('応答なし')}")
    print(describe(layout))
    return 0 if all(answers.values()) else 1


def _exports(environment: Mapping[str, str]) -> str:
    return "\n".join(f"export {name}={shlex.quote(value)}" for name, value in environment.items())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="mahoroba realm", description=_("開発と試験のための職場一式です。"))
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    for name, text in (
        ("up", _("始めます（60 秒以内）。")),
        ("down", _("終えて、すべて片付けます。")),
        ("status", _("どのサービスが応答するか示します。")),
        ("env", _("端末を領域の一員にする環境変数を出します。")),
        ("terminal", _("端末を一台登録し、その環境変数を出します。")),
        ("disable", _("職員の口座を止めます。")),
        ("enable", _("職員の口座を使えるようにします。")),
    ):
        verb = verbs.add_parser(name, help=text, description=text)
        verb.add_argument("--folder", type=Path, default=default_folder(), help=_("領域を置くフォルダー"))
        if name in ("disable", "enable"):
            verb.add_argument("staff_number", metavar="STAFF_NUMBER")
        if name == "terminal":
            verb.add_argument("name")
            verb.add_argument("home", type=Path, help=_("端末のフォルダー（MAHOROBA_HOME）"))
    return parser


def _check_machine() -> None:
    lacking = directory.missing()
    if os.geteuid() != 0 or lacking:
        raise SuiteError(
            _("開発用の領域を始められません。"),
            _("管理者の権限がないか、足りないプログラムがあります: {names}").format(
                names=" ".join(lacking) or "-"
            ),
            _("管理者として実行してください。"),
            "REALM-001",
        )


def _clear(folder: Path) -> None:
    """Remove a realm's folder; one that is not a realm's is not touched."""
    if not folder.exists() or not any(folder.iterdir()):
        return
    if Layout.load(folder) is None:
        raise SuiteError(
            _("開発用の領域を置けません。"),
            _("「{folder}」には別のものがあります。").format(folder=folder),
            _("空のフォルダーを --folder で選んでください。"),
            "REALM-007",
        )
    shutil.rmtree(folder)


def _stands(folder: Path) -> SuiteError:
    return SuiteError(
        _("開発用の領域を始めませんでした。"),
        _("「{folder}」の領域はすでに動いています。").format(folder=folder),
        _("./mahoroba realm down で終えてから始めてください。"),
        "REALM-006",
    )
