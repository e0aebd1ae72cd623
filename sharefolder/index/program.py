"""``mahoroba share-index``: one index for everybody, beside the file server.

It looks at the share's own disk, so each change is seen, and answers each reader with what that reader may
open (``judge``). TLS by a key of its own; terminals know its certificate from the share (``vouching``).
"""

from __future__ import annotations

import argparse
import datetime
import os
import signal
import socket
import ssl
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

import apsw
import uvicorn
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from core.errors import SuiteError
from core.files import make_private_folder, write_atomically
from core.i18n import _
from sharefolder.documents.sandbox import reason_words
from sharefolder.index.answering import Answering
from sharefolder.index.judge import Judges
from sharefolder.index.keeper import Keeper
from sharefolder.index.store import IndexStore
from sharefolder.index.usage import Usage
from sharefolder.index.vouching import Vouching
from sharefolder.local import LocalStorage

_YEARS = 10
_CONNECTIONS = 500
_USAGE = "usage.json"


def main(arguments: Sequence[str]) -> int:
    options = _parser().parse_args(arguments)
    return int(options.call(options))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="mahoroba share-index", description=_("共有フォルダの索引サービス"))
    verbs = parser.add_subparsers(metavar="VERB", required=True)
    serve = verbs.add_parser("serve", help=_("索引を作り、端末の検索に答えます（TLS）。"))
    serve.add_argument("--root", type=Path, required=True, help=_("共有の中身があるフォルダ"))
    serve.add_argument("--host", default="0.0.0.0", help=_("待つ番地"))  # noqa: S104 - terminals are elsewhere
    serve.add_argument("--name", help=_("端末から見たこのサーバの名前"))
    serve.add_argument("--port", type=int, default=8844, help=_("待つポート"))
    serve.add_argument("--every", type=float, default=900.0, help=_("全体を見直す間隔（秒）"))
    serve.add_argument("--audit", type=Path, help=_("Samba の full_audit の記録があるファイル"))
    serve.add_argument("--with-stdin", action="store_true", help=_("標準入力が閉じたら終わります。"))
    serve.set_defaults(call=_serve)
    status = verbs.add_parser("status", help=_("どこまで調べたか、読めなかった文書はどれかを出します。"))
    status.set_defaults(call=_status)
    usage = verbs.add_parser("usage", help=_("共有フォルダを使った職員の割合を月ごとに出します。"))
    usage.add_argument("--staff", type=int, required=True, help=_("職員の数"))
    usage.set_defaults(call=_usage)
    for verb in (serve, status, usage):
        verb.add_argument("--folder", type=Path, required=True, help=_("索引と鍵を置くフォルダ"))
    return parser


def _serve(options: argparse.Namespace) -> int:
    if options.name is None:  # asked only where nobody says it: names may be looked up for many seconds
        options.name = socket.getfqdn()
    _check(options)
    storage = LocalStorage(options.root)
    next(iter(storage.list("")), None)  # SHARE-001 now, not later, for a root that is not there
    folder = make_private_folder(options.folder)
    certificate = _certificate(folder, options.name)
    vouching = Vouching(options.root)
    keeper = Keeper(storage, index := IndexStore(folder / "index.db"), options.every)
    judges = Judges(options.root)
    server = uvicorn.Server(
        _config(
            Answering(index, keeper, judges, vouching, Usage(folder / _USAGE), options.root, options.audit),
            folder,
        )
    )
    door = _door(options.host, options.port)
    vouching.describe(f"https://{options.name}:{door.getsockname()[1]}", certificate)
    keeper.start()
    print(_("索引サービス: {name}:{port}").format(name=options.name, port=door.getsockname()[1]), flush=True)
    if options.with_stdin:
        threading.Thread(target=_end_with_stdin, daemon=True).start()
    try:
        server.run(sockets=[door])
    finally:
        keeper.stop()
        judges.close()
    return 0


def _check(options: argparse.Namespace) -> None:
    """SHARE-044 for what cannot be meant so."""
    root, folder = options.root.resolve(), options.folder.resolve()
    wrong = {
        _("--folder が共有の中にあります。鍵と索引が共有に出てしまいます。"): folder.is_relative_to(root),
        _("--name が空です。"): not options.name.strip(),
        _("--every は 1 秒以上にしてください。"): not options.every >= 1,
        _("--audit のファイルがありません。"): options.audit is not None and not options.audit.is_file(),
    }
    for why, is_so in wrong.items():
        if is_so:
            raise _not_begun(why)


def _door(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port))
    except (OSError, OverflowError) as error:
        where = f"{host}:{port}"
        why = _("「{where}」で待てません（{why}）。").format(
            where=where, why=getattr(error, "strerror", error)
        )
        raise _not_begun(why) from error


def _not_begun(why: str) -> SuiteError:
    return SuiteError(
        _("索引サービスを始めませんでした。"), why, _("直して、もう一度動かしてください。"), "SHARE-044"
    )


def _end_with_stdin() -> None:
    sys.stdin.read()
    os.kill(os.getpid(), signal.SIGTERM)


def _config(answering: Answering, folder: Path) -> uvicorn.Config:
    """TLS 1.3; nothing of what is asked is logged."""
    config = uvicorn.Config(
        answering.application(),
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        limit_concurrency=_CONNECTIONS,
        timeout_keep_alive=30,
        h11_max_incomplete_event_size=16_384,
        ssl_certfile=folder / "certificate.pem",
        ssl_keyfile=folder / "key.pem",
    )
    config.load()
    if config.ssl is not None:
        config.ssl.minimum_version = ssl.TLSVersion.TLSv1_3
    return config


def _certificate(folder: Path, name: str) -> str:
    """The service's own certificate (PEM), made once: terminals trust this key, not a name."""
    here = folder / "certificate.pem"
    if not here.exists():
        key = ec.generate_private_key(ec.SECP256R1())
        who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:64])])
        now = datetime.datetime.now(datetime.UTC)
        made = (
            x509.CertificateBuilder()
            .subject_name(who)
            .issuer_name(who)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=365 * _YEARS))
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .sign(key, hashes.SHA256())
        )
        form, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        write_atomically(folder / "key.pem", key.private_bytes(serialization.Encoding.PEM, form, plain))
        write_atomically(here, made.public_bytes(serialization.Encoding.PEM))
    return here.read_text("ascii")


def _usage(options: argparse.Namespace) -> int:
    """The plan's figure (50 to 80 of a hundred), a line a month."""
    if not (options.folder / _USAGE).is_file():
        raise _no_index(options.folder)
    for month, people in sorted(Usage(options.folder / _USAGE).months().items()):
        print(month, people, f"{100 * people / max(1, options.staff):.1f} %", sep="\t")
    return 0


def _status(options: argparse.Namespace) -> int:
    """What IT asks: it reads the index, so it is for whoever may read that."""
    database = options.folder / "index.db"
    if not database.exists():
        raise _no_index(options.folder)
    try:
        apsw.Connection(str(database), flags=apsw.SQLITE_OPEN_READONLY).pragma("user_version")
    except apsw.Error as error:
        raise SuiteError(
            _("索引を読めません。"),
            _("「{folder}」の索引が壊れています。").format(folder=options.folder),
            _("索引サービスを始め直してください。索引は共有から作り直されます。"),
            "SHARE-045",
        ) from error
    index = IndexStore(database)
    for state, count in sorted(index.counts().items()):
        print(state, count, sep="\t")
    for path, why in index.unread():
        print(path, reason_words(why), sep="\t")
    return 0


def _no_index(folder: Path) -> SuiteError:
    return SuiteError(
        _("索引がありません。"),
        _("「{folder}」で索引サービスがまだ動いていません。").format(folder=folder),
        _("mahoroba share-index serve を先に動かしてください。"),
        "SHARE-043",
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
