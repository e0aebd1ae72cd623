"""``mahoroba update``: look, install, go back. Installing is the system's package tool; this decides
whether."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from core.errors import SuiteError
from core.i18n import _
from installer.update.channel import Channel, refused
from installer.update.versions import ROOT, Versions

ANCHOR = Path("/etc/mahoroba/update-root.json")
"""The trust anchor of the office's channel; an administrator puts it there once."""
KEPT = Path("/var/lib/mahoroba/update")
LARGEST_ANCHOR = 512 * 1024


def channel_here(source: str, anchor: Path = ANCHOR, kept: Path = KEPT) -> Channel:
    """The channel at ``source`` with this terminal's trust. SuiteError UPD-014 without an anchor."""
    try:
        with anchor.open("rb") as file:
            root = file.read(LARGEST_ANCHOR)
    except OSError as error:
        raise refused(
            _("配布元を信頼するための鍵（{path}）がありません。").format(path=anchor), "UPD-014"
        ) from error
    return Channel(source, kept, root)


def install(source: str, versions: Versions) -> str:
    """Fetch what is newer, and have dpkg install it (its script has the new version test itself first).

    The version in use afterwards. SuiteError UPD-010 … UPD-015; the version in use then goes on.
    """
    channel = channel_here(source)
    offer = channel.newer_than(versions.current())
    if offer is None:
        return versions.current()
    packages = channel.fetch(offer)
    done = subprocess.run(  # noqa: S603 - the system's own tool; names come from signed metadata
        ["/usr/bin/dpkg", "--install", *map(str, packages)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND": "noninteractive", "LANG": "C.UTF-8"},
    )
    for package in packages:
        package.unlink(missing_ok=True)
    if done.returncode != 0:
        last = " / ".join((done.stderr or done.stdout).strip().splitlines()[-3:])
        raise refused(last[:400], "UPD-015")
    return versions.current()


def main(arguments: Sequence[str]) -> int:
    """0 when it is done or there is nothing newer."""
    parser = argparse.ArgumentParser(prog="mahoroba update", description=_("まほろばを更新します。"))
    parser.add_argument("--root", type=Path, default=ROOT, help=_("版を置く場所"))
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    verbs.add_parser("status", help=_("使っている版と前の版を示します。"))
    verbs.add_parser("rollback", help=_("前の版に戻します。"))
    for name, words in (
        ("check", _("新しい版があるかを確かめます。")),
        ("install", _("新しい版を導入します。")),
    ):
        verb = verbs.add_parser(name, help=words)
        verb.add_argument(
            "--from", dest="source", required=True, help=_("配布元の番地（https://…）かフォルダー")
        )
    options = parser.parse_args(arguments)
    versions = Versions(options.root)
    try:
        if options.verb == "check":
            offer = channel_here(options.source).newer_than(versions.current())
            words = _("新しい版 {version} があります。") if offer else _("新しい版はありません。")
            print(words.format(version=offer.version if offer else ""))
            return 0
        if options.verb != "status" and os.geteuid() != 0:
            raise refused(_("この操作には管理者の権限が必要です。"), "UPD-016")
        if options.verb == "install":
            install(options.source, versions)
        elif options.verb == "rollback":
            versions.roll_back()
    except SuiteError as error:
        print(error, file=sys.stderr)
        return 1
    print(versions.words())
    return 0
