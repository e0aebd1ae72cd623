"""``mahoroba signer``: the signer as a server of its own, its authorities, and the list of terminals."""

from __future__ import annotations

import argparse
import getpass
import ipaddress
import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from auth.codes import OneTimeCodes
from auth.devices import Devices
from auth.door import named_by_certificate
from auth.house import House, address_of, read_small
from auth.matcher.statement import StatementSigner
from auth.model import check_staff_number
from auth.serve import Tls, serve
from auth.signer.accounts import Accounts
from auth.signer.api import create_app
from auth.signer.authority import Authorities
from auth.signer.build import (
    DIRECTORY_PASSWORD,
    TOKEN_PIN,
    accounts_of,
    build_signer,
    device_authority,
    keys_of,
    logon_authority,
    trusted_now,
)
from auth.signer.certificate import device_certificate
from auth.signer.enrolment import Enrolment
from core.clock import TOKYO
from core.files import make_private_folder, write_atomically
from core.i18n import _
from core.secrets import get_or_create
from core.wareki import format_datetime

CONSOLE = "console"  # who acts in the trail when it is done at the server itself


class Desk:
    """The signer's home opened, with what its verbs need."""

    def __init__(self) -> None:
        self.house = House.open()
        data, secrets = self.house.paths.data, self.house.secrets
        keys = keys_of(self.house.config, secrets)
        self.logon = logon_authority(data, secrets, keys)
        self.terminals = device_authority(data, secrets, keys)
        self.register = self.house.register()
        self.devices = Devices(self.register.sql, self.house.audit, self.house.clock)
        codes = OneTimeCodes(self.register, self.house.clock)
        self.enrolment = Enrolment(self.devices, codes, self.terminals, self.house.audit, self.house.clock)

    @property
    def now(self) -> datetime:
        return datetime.fromtimestamp(self.house.clock.now(), UTC)

    def accounts(self) -> Accounts:
        return accounts_of(self.house.config, self.register, self.house.secrets, self.house.clock)

    def server_files(self, folder: Path, name: str, hosts: Sequence[str]) -> Tls:
        """A fresh key and certificate for a server, and whom it is to trust, in ``folder``."""
        make_private_folder(folder)
        key = rsa.generate_private_key(65537, 2048)
        authority = self.terminals.signing(self.now)
        made = device_certificate(authority, key.public_key(), name, self.now, server_on=_names(hosts))
        anchors = b"".join(c.public_bytes(Encoding.PEM) for c in self.terminals.anchors(self.now))
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        write_atomically(folder / "server.key", pem)
        write_atomically(folder / "server.pem", made.public_bytes(Encoding.PEM))
        write_atomically(folder / "device-ca.pem", anchors)
        return Tls(folder / "server.pem", folder / "server.key", folder / "device-ca.pem")


def run(options: argparse.Namespace) -> int:
    """Answer terminals until a signal."""
    desk = Desk()
    house = desk.house
    hosts = options.host or [options.listen[0]]
    tls = desk.server_files(house.paths.data / "tls", "signer", hosts)
    keys = [json.loads(read_small(path)) for path in options.matcher_key]
    if not keys:  # one home for both
        keys = [dict(StatementSigner(get_or_create(house.secrets, "matcher-statement", 32)).public)]
    signer = build_signer(
        house.config, house.paths.data, desk.logon, house.audit, house.clock, desk.accounts(), keys
    )
    caller = named_by_certificate(desk.devices.check)
    app = create_app(signer, partial(trusted_now, desk.logon, house.clock), caller, desk.enrolment)
    optional = Tls(tls.certificate, tls.key, tls.callers, certificate_optional=True)  # for enrolment alone
    serve(app, options.listen, optional, shared=options.share_address)
    return 0


def certificate(options: argparse.Namespace) -> int:
    """Make the folder that ``mahoroba matcher serve --tls`` takes."""
    Desk().server_files(options.out, options.name, options.host)
    print(options.out)
    return 0


def anchors(options: argparse.Namespace) -> int:
    """Print what is to be trusted: by KDCs (logon), or by terminals and servers (devices)."""
    desk = Desk()
    chosen = _chosen(desk, options.authority)
    chosen.signing(desk.now)
    for each in chosen.anchors(desk.now):
        print(each.public_bytes(Encoding.PEM).decode(), end="")
    return 0


def rotate(options: argparse.Namespace) -> int:
    """Make the next generation; it signs after the days of overlap."""
    desk = Desk()
    begins = desk.now + timedelta(days=options.days)
    _chosen(desk, options.authority).rotate(desk.now, begins=begins)
    desk.house.audit.append("ca.rotated", actor=CONSOLE, detail={"authority": options.authority})
    print(_("次の世代は {when} から署名します。").format(when=format_datetime(begins.astimezone(TOKYO))))
    return 0


def add(options: argparse.Namespace) -> int:
    """A one-time code for a terminal; shown once."""
    issued = Desk().enrolment.issue_code(options.name, options.place, CONSOLE)
    print(issued.code)
    return 0


def show(options: argparse.Namespace) -> int:
    for device in Desk().devices.all(options.text):
        state = "revoked" if device.revoked is not None else "enrolled" if device.enrolled else "waiting"
        print(device.name, state, device.place, sep="\t")
    return 0


def revoke(options: argparse.Namespace) -> int:
    Desk().devices.revoke(options.name, CONSOLE)
    print(_("「{name}」の利用を止めました。").format(name=options.name))
    return 0


def keep_password(_options: argparse.Namespace) -> int:
    """Take the password of the signer's own account in the directory, typed or from a pipe."""
    House.open().secrets.set(DIRECTORY_PASSWORD, _typed())
    return 0


def keep_pin(_options: argparse.Namespace) -> int:
    """Take the PIN of the token with the authorities' keys, typed or from a pipe."""
    House.open().secrets.set(TOKEN_PIN, _typed())
    return 0


def _typed() -> bytes:
    typed = getpass.getpass("") if sys.stdin.isatty() else sys.stdin.readline(1024)
    return typed.rstrip("\r\n").encode()


def check_account(options: argparse.Namespace) -> int:
    """Ask about one account as a sign-in would; the SuiteError says what is wrong."""
    found = Desk().accounts().account(options.staff_number)
    print(f"{found.principal}@{found.realm}", found.upn, found.sid, sep="\t")
    return 0


def main(arguments: Sequence[str]) -> int:
    options = _parser().parse_args(arguments)
    return int(options.call(options))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="mahoroba signer", description=_("署名サーバーと端末の名簿です。"))
    verbs = parser.add_subparsers(dest="verb", required=True)
    serving = verbs.add_parser("serve", help=_("端末からの要求に答えます。"))
    serving.add_argument("--listen", type=address_of, required=True, metavar="HOST:PORT")
    serving.add_argument("--host", action="append", default=[], help=_("端末がこのサーバーを呼ぶ名前"))
    serving.add_argument("--matcher-key", type=Path, action="append", default=[], metavar="JWK",
                         help=_("照合サーバーの公開鍵（mahoroba matcher key の出力）"))  # fmt: skip
    serving.add_argument("--share-address", action="store_true", help=_("同じ番地を複数で受け持ちます。"))
    serving.set_defaults(call=run)
    made = verbs.add_parser("certificate", help=_("照合サーバーの証明書を作ります。"))
    made.add_argument("name")
    made.add_argument("--host", action="append", required=True)
    made.add_argument("--out", type=Path, required=True)
    made.set_defaults(call=certificate)
    for name, call, words in (
        ("anchors", anchors, _("KDC や端末が信頼する証明書を出します。")),
        ("rotate", rotate, _("認証局の次の世代を作ります。")),
    ):
        verb = verbs.add_parser(name, help=words)
        verb.add_argument("authority", choices=("logon", "devices"))
        verb.set_defaults(call=call)
        if call is rotate:
            verb.add_argument("--days", type=int, default=30)
    device = verbs.add_parser("device", help=_("端末の登録、一覧、停止です。")).add_subparsers(
        dest="what", required=True
    )
    adding = device.add_parser("add", help=_("端末の登録コードを出します。"))
    adding.add_argument("name")
    adding.add_argument("--place", default="")
    adding.set_defaults(call=add)
    listing = device.add_parser("list", help=_("端末を探します。"))
    listing.add_argument("text", nargs="?", default="")
    listing.set_defaults(call=show)
    ending = device.add_parser("revoke", help=_("端末の利用をすぐに止めます。"))
    ending.add_argument("name")
    ending.set_defaults(call=revoke)
    _add_secrets(verbs)
    return parser


def _add_secrets(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    about = verbs.add_parser("directory", help=_("名簿（AD）への問い合わせです。"))
    what = about.add_subparsers(dest="what", required=True)
    keeping = what.add_parser("password", help=_("署名サーバーの口座のパスワードを預けます。"))
    keeping.set_defaults(call=keep_password)
    pin = verbs.add_parser("token-pin", help=_("認証局の鍵のトークン（HSM）の暗証番号を預けます。"))
    pin.set_defaults(call=keep_pin)
    asking = what.add_parser("check", help=_("一人の口座の状態を確かめます。"))
    asking.add_argument("staff_number", type=check_staff_number)
    asking.set_defaults(call=check_account)


def _chosen(desk: Desk, name: str) -> Authorities:
    return desk.logon if name == "logon" else desk.terminals


def _names(hosts: Sequence[str]) -> list[x509.GeneralName]:
    names: list[x509.GeneralName] = []
    for host in hosts:
        try:
            names.append(x509.IPAddress(ipaddress.ip_address(host)))
        except ValueError:
            names.append(x509.DNSName(host))
    return names
