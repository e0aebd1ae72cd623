"""``python -m installer.update.publish``: the office's side of the channel – keys, and signing what is
offered.

Four keys in one folder that never lies on a server: ``root`` changes the others, ``targets`` says what is
offered, ``snapshot`` and ``timestamp`` say that it is all of it, and fresh. Each is Ed25519, PKCS#8, and
encrypted with the passphrase in the file ``passphrase`` beside them (0600), which an office keeps apart.
"""

from __future__ import annotations

import argparse
import json
import secrets
import shutil
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)
from securesystemslib.signer import CryptoSigner
from tuf.api.metadata import Metadata, MetaFile, Root, Snapshot, TargetFile, Targets, Timestamp

from core.errors import SuiteError
from core.files import make_private_folder, write_atomically
from core.i18n import _
from core.version import is_version
from installer.update.channel import INDEX, refused

ROLES = ("root", "targets", "snapshot", "timestamp")
LASTS = {
    "root": timedelta(days=730),
    "targets": timedelta(days=180),
    "snapshot": timedelta(days=180),
    "timestamp": timedelta(days=30),
}
"""How long a signature is believed. A stick with a timestamp older than a month is refused: sign anew."""


class Keys:
    """The four signing keys in ``folder``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def make(self) -> None:
        """New keys; SuiteError UPD-020 where there are some: they are never overwritten."""
        if any((self._folder / f"{role}.pem").exists() for role in ROLES):
            raise refused(_("署名鍵がもうあります。上書きしません。"), "UPD-020")
        make_private_folder(self._folder)
        phrase = secrets.token_urlsafe(32).encode()
        write_atomically(self._folder / "passphrase", phrase)
        for role in ROLES:
            key = Ed25519PrivateKey.generate()
            locked = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(phrase))
            write_atomically(self._folder / f"{role}.pem", locked)

    def signer(self, role: str) -> CryptoSigner:
        """SuiteError UPD-021 when the key cannot be opened."""
        try:
            phrase = (self._folder / "passphrase").read_bytes()
            key = load_pem_private_key((self._folder / f"{role}.pem").read_bytes(), phrase)
        except (OSError, ValueError, TypeError) as error:
            raise refused(_("署名鍵を開けません。"), "UPD-021") from error
        if not isinstance(key, Ed25519PrivateKey):
            raise refused(_("署名鍵を開けません。"), "UPD-021")
        return CryptoSigner(key)


def begin(keys: Keys, channel: Path, now: datetime | None = None) -> Path:
    """An empty channel and its trust anchor, ``metadata/1.root.json``, which goes into the package."""
    now = now or datetime.now(UTC)
    root = Root(version=1, expires=now + LASTS["root"], consistent_snapshot=True)
    for role in ROLES:
        root.add_key(keys.signer(role).public_key, role)
    (channel / "targets").mkdir(parents=True, exist_ok=True)
    return _keep(Metadata(root), keys, "root", channel)


def offer(
    keys: Keys, channel: Path, version: str, packages: Sequence[Path], now: datetime | None = None
) -> None:
    """Sign ``packages`` as the newest. SuiteError UPD-022 for what is no version."""
    if not is_version(version):
        raise refused(_("版の番号が正しくありません。"), "UPD-022")
    now = now or datetime.now(UTC)
    folder = channel / "targets"
    index = {"version": version, "packages": [each.name for each in packages]}
    write_atomically(folder / INDEX, json.dumps(index).encode(), 0o644)
    names = [INDEX]
    for package in packages:
        names.append(package.name)
        if package.resolve() != (folder / package.name).resolve():
            shutil.copyfile(package, folder / package.name)
    number = 1 + max(
        (int(f.name.partition(".")[0]) for f in (channel / "metadata").glob("*.snapshot.json")), default=0
    )
    files = {name: TargetFile.from_file(name, str(folder / name), ["sha256"]) for name in names}
    _keep(Metadata(Targets(number, expires=now + LASTS["targets"], targets=files)), keys, "targets", channel)
    meta = {"targets.json": MetaFile(number)}
    _keep(Metadata(Snapshot(number, expires=now + LASTS["snapshot"], meta=meta)), keys, "snapshot", channel)
    timestamp = Timestamp(number, expires=now + LASTS["timestamp"], snapshot_meta=MetaFile(number))
    _keep(Metadata(timestamp), keys, "timestamp", channel)


def _keep(metadata: Metadata[Root] | Metadata[Targets] | Metadata[Snapshot] | Metadata[Timestamp],
          keys: Keys, role: str, channel: Path) -> Path:  # fmt: skip
    metadata.sign(keys.signer(role))
    folder = channel / "metadata"
    folder.mkdir(parents=True, exist_ok=True)
    name = "timestamp.json" if role == "timestamp" else f"{metadata.signed.version}.{role}.json"
    write_atomically(folder / name, metadata.to_bytes(), 0o644)
    return folder / name


def main(arguments: Sequence[str]) -> int:
    """``begin`` once, ``offer`` for each version; 0 when it is signed."""
    parser = argparse.ArgumentParser(
        prog="installer.update.publish", description=_("更新の配布元を作ります。")
    )
    parser.add_argument(
        "--keys", type=Path, required=True, help=_("署名鍵を置く場所（サーバーには置きません）")
    )
    parser.add_argument("--channel", type=Path, required=True, help=_("配布元のフォルダー"))
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    verbs.add_parser("begin", help=_("鍵と空の配布元を作ります。"))
    offering = verbs.add_parser("offer", help=_("新しい版を署名して載せます。"))
    offering.add_argument("version")
    offering.add_argument("packages", nargs="+", type=Path)
    options = parser.parse_args(arguments)
    keys = Keys(options.keys)
    try:
        if options.verb == "begin":
            keys.make()
            print(begin(keys, options.channel))
        else:
            offer(keys, options.channel, options.version, options.packages)
    except SuiteError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
