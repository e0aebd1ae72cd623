"""Installed versions side by side and one pointer: taking over and going back are one rename each.

``ROOT/versions/X`` holds version X as it was packed, ``ROOT/current`` is a symbolic link to the one in use,
``ROOT/previous`` to the one before. A version takes over only after it has tested itself; the one before
stays. The Debian package's scripts call this as ``mahoroba -m installer.update.versions take-over X``.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from core.errors import SuiteError
from core.files import exclusive, sync_folder
from core.i18n import _
from core.version import is_version, order, read_version
from installer.selftest import OF_A_VERSION

ROOT = Path("/opt/mahoroba")
GATE_S = 120.0
"""How long a new version may test itself; one that does not answer does not take over."""

Gate = Callable[[Path], str]
"""Asks the version in a folder to test itself: why it may not take over, or nothing."""


def self_test(folder: Path) -> str:
    """Run the version's own self-test in a home that is thrown away; the titles of what is not ok. A version
    that crashes, or leaves out what it has to be asked, has not shown that it works."""

    with tempfile.TemporaryDirectory(prefix="mahoroba-gate-") as home:
        kept = {name: os.environ[name] for name in ("PATH", "LANG", "TMPDIR") if name in os.environ}
        try:
            done = subprocess.run(  # noqa: S603 - the program that was just installed
                [str(folder / "mahoroba"), "self-test", "--of-version", "--json"],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                timeout=GATE_S,
                check=False,
                env={**kept, "HOME": home, "MAHOROBA_HOME": home},
            )
            rows = json.loads(done.stdout)["checks"]
            wrong = [f"{row['title']}（{row['code']}）" for row in rows if row["state"] != "ok"]
            answered = {row["key"] for row in rows}
        except subprocess.TimeoutExpired:
            return _("自己診断が時間内に終わりません。")
        except (OSError, ValueError, LookupError, TypeError):
            return _("自己診断を始められません。")
    if not wrong and (done.returncode or not answered.issuperset(OF_A_VERSION)):
        return _("自己診断が終わりまで進みません。")
    return "、".join(wrong)


class Versions:
    """The versions below ``root``. One change at a time, also between processes."""

    def __init__(self, root: Path = ROOT, gate: Gate = self_test) -> None:
        self.root, self._gate = root, gate
        self.current_link, self.previous_link = root / "current", root / "previous"

    def folder(self, version: str) -> Path:
        """Where ``version`` lies. SuiteError UPD-001 for what is no version or not there whole."""
        path = self.root / "versions" / version
        if not is_version(version) or read_version(path) != version:
            raise _refused(
                _("版「{version}」がこの端末にありません。").format(version=version[:20]),
                _("版の番号を確かめてください。"),
                "UPD-001",
            )
        return path

    def current(self) -> str:
        """The version in use, or nothing."""
        return _pointed(self.current_link)

    def previous(self) -> str:
        """The version to go back to, or nothing."""
        return _pointed(self.previous_link)

    def words(self) -> str:
        """Both, for a person."""
        none = _("なし")
        words = _("使っている版: {current}　前の版: {previous}")
        return words.format(current=self.current() or none, previous=self.previous() or none)

    def installed(self) -> list[str]:
        """Every version that is there, the oldest first."""
        there = (self.root / "versions").glob("*")
        return sorted((p.name for p in there if is_version(p.name) and read_version(p) == p.name), key=order)

    def take_over(self, version: str) -> None:
        """``version`` becomes the one in use, if it passes its self-test; otherwise nothing changes.

        SuiteError UPD-001 (not there), UPD-002 (did not pass: the version in use stays).
        """
        folder = self.folder(version)
        with exclusive(self.root / ".lock"):
            problem = self._gate(folder)
            if problem:
                raise _refused(
                    _("版 {version} の自己診断で、次が確かめられませんでした: {problem}").format(
                        version=version, problem=problem
                    ),
                    _("これまでの版のまま使えます。情報担当に連絡してください。"),
                    "UPD-002",
                )
            before = self.current()
            if before and before != version:
                _point(self.previous_link, before)
            _point(self.current_link, version)

    def roll_back(self) -> str:
        """Go back to the version before, at once; what was in use can be gone back to in turn.

        SuiteError UPD-003 when there is none.
        """
        with exclusive(self.root / ".lock"):
            now, before = self.current(), self.previous()
            if not before:
                raise _refused(
                    _("この端末に前の版がありません。"), _("必要な版を導入し直してください。"), "UPD-003"
                )
            _point(self.current_link, before)
            if now:
                _point(self.previous_link, now)
            return before

    def forget_others(self) -> list[str]:
        """Delete what is neither in use nor the one before; their names."""
        with exclusive(self.root / ".lock"):
            gone = [each for each in self.installed() if each not in (self.current(), self.previous())]
            for each in gone:
                shutil.rmtree(self.root / "versions" / each)
            return gone


def _pointed(link: Path) -> str:
    """The version that ``link`` names, if it is there."""
    try:
        name = Path(os.readlink(link)).name
    except OSError:
        return ""
    return name if is_version(name) and read_version(link) == name else ""


def _point(link: Path, version: str) -> None:
    """Replace the link in one rename: at any moment it names the old version or the new one."""
    fresh = link.with_name(f".{link.name}.{os.getpid()}")
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(Path("versions") / version)
    os.replace(fresh, link)
    sync_folder(link.parent)


def _refused(why: str, step: str, code: str) -> SuiteError:
    return SuiteError(_("版を切り替えませんでした。"), why, step, code)


def main(arguments: Sequence[str]) -> int:
    """``take-over X``, ``roll-back`` or ``status``; 0 when it is done."""
    parser = argparse.ArgumentParser(prog="mahoroba versions", description=_("版を切り替えます。"))
    parser.add_argument("--root", type=Path, default=ROOT, help=_("版を置く場所"))
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    verbs.add_parser("take-over", help=_("自己診断のうえ、この版に切り替えます。")).add_argument("version")
    verbs.add_parser("roll-back", help=_("前の版に戻します。"))
    verbs.add_parser("status", help=_("使っている版と前の版を示します。"))
    options = parser.parse_args(arguments)
    versions = Versions(options.root)
    try:
        if options.verb == "take-over":
            versions.take_over(options.version)
            versions.forget_others()
        elif options.verb == "roll-back":
            versions.roll_back()
    except SuiteError as error:
        print(error, file=sys.stderr)
        return 1
    print(versions.words())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
