"""``python -m installer.update.publish``: the office's side of the channel – keys, and signing what is
offered.

Four keys in one folder that never lies on a server: ``root`` changes the others, ``targets`` says what is
offered, ``snapshot`` and ``timestamp`` say that it is all of it, and fresh. Each is Ed25519, PKCS#8, and
encrypted with the passphrase in the file ``passphrase`` beside them (0600), which an office keeps apart.
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import shutil
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)
from securesystemslib.signer import CryptoSigner
from tuf.api.exceptions import RepositoryError
from tuf.api.metadata import Metadata, MetaFile, Root, Snapshot, TargetFile, Targets, Timestamp

from core.errors import SuiteError
from core.files import make_private_folder, write_atomically
from core.i18n import _
from core.version import is_version
from installer.update.channel import INDEX, PACKAGE, refused

ROLES = ("root", "targets", "snapshot", "timestamp")
LASTS = {
    "root": timedelta(days=730),
    "targets": timedelta(days=180),
    "snapshot": timedelta(days=180),
    "timestamp": timedelta(days=30),
}
"""How long a signature is believed. A stick with a timestamp older than a month is refused: sign anew."""


SOON = timedelta(days=90)


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
    root = _root(1, keys, now or datetime.now(UTC))
    (channel / "targets").mkdir(parents=True, exist_ok=True)
    return _keep(_signed(root, keys.signer("root")), channel)


def renew(keys: Keys, channel: Path, fresh: Keys | None = None, now: datetime | None = None) -> Path:
    """The next root, good for two years more, by ``keys`` or from now on by ``fresh`` ones. It is signed by
    the old key and the new: a terminal goes on from any root it has, also one that has ended. What is on
    offer is signed anew with it. SuiteError UPD-024 where there is no channel of these keys."""
    now, after = now or datetime.now(UTC), fresh or keys
    last = _newest(channel, "root")
    try:
        former = Metadata[Root].from_bytes(last.read_bytes())
    except (OSError, RepositoryError) as error:
        raise refused(_("この鍵で始めた配布元がありません。"), "UPD-024") from error
    if keys.signer("root").public_key.keyid not in former.signed.roles["root"].keyids:
        raise refused(_("この鍵で始めた配布元がありません。"), "UPD-024")
    made = _signed(_root(former.signed.version + 1, after, now), keys.signer("root"), after.signer("root"))
    again: list[Metadata[Any]] = []
    if (last := _newest(channel, "targets")).is_file():
        offered = Metadata[Targets].from_bytes(last.read_bytes()).signed.targets
        again = _offered(after, channel, offered, now)
    for each in again[:-1]:
        _keep(each, channel)
    path = _keep(made, channel)
    for each in again[-1:]:  # the timestamp: it says that all of it counts
        _keep(each, channel)
    return path


def root_ends(channel: Path) -> datetime:
    """When the newest root ends: before that, ``renew``."""
    return Metadata[Root].from_bytes(_newest(channel, "root").read_bytes()).signed.expires


def offer(
    keys: Keys, channel: Path, version: str, packages: Sequence[Path], now: datetime | None = None
) -> None:
    """Sign ``packages`` as the newest. All is looked at and signed before anything of the channel is
    replaced, and the timestamp comes last. SuiteError UPD-022 for what is no version, UPD-023 for a package
    that is not there or another version's; then what was on offer still is."""
    if not is_version(version):
        raise refused(_("版の番号が正しくありません。"), "UPD-022")
    folder = channel / "targets"
    index = json.dumps({"version": version, "packages": [each.name for each in packages]}).encode()
    files = {INDEX: TargetFile.from_data(INDEX, index, ["sha256"])}
    for package in packages:
        files[package.name] = _package(package, version)
    made = _offered(keys, channel, files, now or datetime.now(UTC))
    for package in packages:
        _lay(package, folder / package.name, files[package.name])
    for each in made[:-1]:
        _keep(each, channel)
    write_atomically(folder / INDEX, index, 0o644)
    _keep(made[-1], channel)


def _package(package: Path, version: str) -> TargetFile:
    named = PACKAGE.fullmatch(package.name)
    if named is None or named[2] != version:
        words = _("「{name}」は、版 {version} のパッケージの名前ではありません。")
        raise refused(words.format(name=package.name, version=version), "UPD-023")
    try:
        return TargetFile.from_file(package.name, str(package), ["sha256"])
    except OSError as error:
        raise refused(_("「{name}」を読めません。").format(name=package.name), "UPD-023") from error


def _lay(package: Path, place: Path, target: TargetFile) -> None:
    """Copied whole, or not at all; and what was signed."""
    if package.resolve() == place.resolve():
        return
    part = place.with_name(f".{place.name}.part")
    try:
        shutil.copyfile(package, part)
        with part.open("rb") as file:
            target.verify_length_and_hashes(file)
        os.replace(part, place)
    except (OSError, RepositoryError) as error:
        part.unlink(missing_ok=True)
        raise refused(_("「{name}」を配布元に置けません。").format(name=package.name), "UPD-023") from error


def _root(version: int, keys: Keys, now: datetime) -> Root:
    root = Root(version=version, expires=now + LASTS["root"], consistent_snapshot=True)
    for role in ROLES:
        root.add_key(keys.signer(role).public_key, role)
    return root


def _offered(
    keys: Keys, channel: Path, files: Mapping[str, TargetFile], now: datetime
) -> list[Metadata[Any]]:
    """Targets, snapshot and timestamp over ``files``, signed, under the next number."""
    number = 1 + _number(_newest(channel, "snapshot"))
    targets = Targets(number, expires=now + LASTS["targets"], targets=dict(files))
    meta = {"targets.json": MetaFile(number)}
    snapshot = Snapshot(number, expires=now + LASTS["snapshot"], meta=meta)
    timestamp = Timestamp(number, expires=now + LASTS["timestamp"], snapshot_meta=MetaFile(number))
    return [_signed(each, keys.signer(each.type)) for each in (targets, snapshot, timestamp)]


def _signed(signed: Root | Targets | Snapshot | Timestamp, *signers: CryptoSigner) -> Metadata[Any]:
    metadata: Metadata[Any] = Metadata(signed)
    for signer in signers:
        metadata.sign(signer, append=True)
    return metadata


def _newest(channel: Path, role: str) -> Path:
    """The file of the highest number; one of number 0 where there is none."""
    there = (channel / "metadata").glob(f"*.{role}.json")
    return max(there, key=_number, default=channel / "metadata" / f"0.{role}.json")


def _number(path: Path) -> int:
    number = path.name.partition(".")[0]
    return int(number) if number.isdigit() else 0


def _keep(metadata: Metadata[Any], channel: Path) -> Path:
    folder, signed = channel / "metadata", metadata.signed
    folder.mkdir(parents=True, exist_ok=True)
    name = "timestamp.json" if signed.type == "timestamp" else f"{signed.version}.{signed.type}.json"
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
    renewing = verbs.add_parser(
        "renew", help=_("配布元の鍵の期限を 2 年延ばします。鍵を替えることもできます。")
    )
    renewing.add_argument("--new-keys", type=Path, help=_("新しい鍵を置く空の場所（鍵を替えるとき）"))
    offering = verbs.add_parser("offer", help=_("新しい版を署名して載せます。"))
    offering.add_argument("version")
    offering.add_argument("packages", nargs="+", type=Path)
    options = parser.parse_args(arguments)
    keys = Keys(options.keys)
    try:
        if options.verb == "begin":
            keys.make()
            print(begin(keys, options.channel))
        elif options.verb == "renew":
            print(renew(keys, options.channel, _made(options.new_keys) if options.new_keys else None))
        else:
            offer(keys, options.channel, options.version, options.packages)
            _say_ending(options.channel)
    except SuiteError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _made(folder: Path) -> Keys:
    keys = Keys(folder)
    keys.make()
    return keys


def _say_ending(channel: Path) -> None:
    """In time: after its end no terminal takes anything more until it is renewed."""
    ends = root_ends(channel)
    if ends - datetime.now(UTC) < SOON:
        words = _("配布元の鍵の期限は {day:%Y/%m/%d} です。その前に renew を実行してください。")
        print(words.format(day=ends), file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
