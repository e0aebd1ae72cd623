"""``mahoroba calendar-server``: the embedded calendar server for a whole office, behind TLS.

A folder holds everything: calendars, app passwords, the organisation. Nobody has a password that was not
issued for one named device, so that a lost phone is one line in a list.
"""

from __future__ import annotations

import argparse
import signal
import ssl
import sys
import threading
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from pathlib import Path

from calendar_sync import organisation
from calendar_sync.servers import office_list
from calendar_sync.servers.radicale_auth import AppPasswords
from calendar_sync.servers.radicale_server import application, serving
from core.clock import TOKYO
from core.errors import SuiteError
from core.files import make_private_folder
from core.i18n import _

PLANNED_SECTIONS = 100


def main(arguments: Sequence[str]) -> int:
    options = _parser().parse_args(arguments)
    return int(options.call(options))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="mahoroba calendar-server", description=_("職場の予定のサーバー"))
    verbs = parser.add_subparsers(metavar="VERB", required=True)
    serve = verbs.add_parser("serve", help=_("サーバーを動かします（TLS）。"))
    serve.add_argument("--host", default="0.0.0.0")  # noqa: S104 - an office's server is there for others
    serve.add_argument("--port", type=int, default=8843)
    serve.add_argument("--certificate", type=Path, required=True, help="PEM")
    serve.add_argument("--key", type=Path, required=True, help="PEM")
    password = verbs.add_parser("password", help=_("端末ごとのパスワードを発行します。"))
    password.add_argument("user", metavar="USER", help=_("職員番号"))
    password.add_argument("name", metavar="DEVICE", help=_("端末の名前"))
    devices = verbs.add_parser("devices", help=_("端末と最後に使った時を並べます。"))
    devices.add_argument("user", metavar="USER")
    revoke = verbs.add_parser("revoke", help=_("端末のパスワードを止めます。"))
    revoke.add_argument("user", metavar="USER")
    which = revoke.add_mutually_exclusive_group(required=True)
    which.add_argument("device", metavar="NUMBER", type=int, nargs="?")
    which.add_argument("--all", action="store_true", help=_("その職員のすべて（事案のとき）"))
    sections = verbs.add_parser("sections", help=_("今月この予定を使った所属を数えます。"))
    sections.set_defaults(call=_sections)
    sections.add_argument("--folder", type=Path, required=True, help=_("予定とパスワードを置くフォルダ"))
    people = verbs.add_parser("organisation", help=_("書ける人を決める職場の一覧（CSV）を置きます。"))
    people.add_argument("list", metavar="CSV", type=Path)
    people.add_argument("--folder", type=Path, required=True, help=_("予定とパスワードを置くフォルダ"))
    people.set_defaults(call=_organisation)
    for verb, call in ((serve, _serve), (password, _password), (devices, _devices), (revoke, _revoke)):
        verb.add_argument("--folder", type=Path, required=True, help=_("予定とパスワードを置くフォルダ"))
        verb.set_defaults(call=call)
    return parser


def _serve(options: argparse.Namespace) -> int:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(options.certificate, options.key)
    except (OSError, ssl.SSLError) as error:
        raise SuiteError(
            _("予定のサーバーを始められません。"),
            _("証明書か秘密鍵を読めません。"),
            _("--certificate と --key に PEM のファイルを指定してください。"),
            "CAL-021",
        ) from error
    server = serving(application(options.folder, office=True), (options.host, options.port), context)
    print(_("予定のサーバー: {host}:{port}").format(host=options.host, port=server.server_port), flush=True)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_a: threading.Thread(target=server.shutdown).start())
    server.serve_forever()
    server.server_close()
    return 0


def _passwords(options: argparse.Namespace) -> AppPasswords:
    make_private_folder(options.folder)
    return AppPasswords(options.folder / "devices.db")


def _password(options: argparse.Namespace) -> int:
    print(_passwords(options).issue(options.user, options.name))
    return 0


def _devices(options: argparse.Namespace) -> int:
    for device in _passwords(options).devices(options.user):
        print(device.id, device.name, device.used_at or "-", sep="\t")
    return 0


def _revoke(options: argparse.Namespace) -> int:
    if options.all:
        print(_("{count} 個を止めました。").format(count=_passwords(options).revoke_all(options.user)))
    else:
        _passwords(options).revoke(options.user, options.device)
    return 0


def _organisation(options: argparse.Namespace) -> int:
    make_private_folder(options.folder)
    with options.list.open("rb") as file:
        count, problems = office_list.put(options.folder, file.read(organisation.MOST_BYTES + 1))
    print(_("{count} 行を置きました。").format(count=count), *problems, sep="\n")
    return 0


def sections_in_use(folder: Path, month: date) -> int:
    """How many sections' calendars were written to since the first of ``month``: the plan's figure.
    OSError where one may not be read: less would be a wrong number."""
    first = datetime(month.year, month.month, 1, tzinfo=TOKYO).timestamp()
    root = folder / "collections" / "collection-root"
    if not root.is_dir():
        return 0
    sections = [each for each in root.iterdir() if each.name.startswith("section-")]
    return sum(any(item.stat().st_mtime >= first for item in _events(section)) for section in sections)


def _events(section: Path) -> Iterator[Path]:
    """As ``*/*.ics``, but glob passes over what it may not read."""
    for calendar in section.iterdir():
        if calendar.is_dir():
            yield from (item for item in calendar.iterdir() if item.suffix == ".ics")


def _sections(options: argparse.Namespace) -> int:
    print(sections_in_use(options.folder, datetime.now(TOKYO).date()), PLANNED_SECTIONS, sep=" / ")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
