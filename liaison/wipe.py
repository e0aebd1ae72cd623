"""Wiping a guest's home after a loan, here or over SSH: what was done, in words for the certificate.

The work is ``liaison.guest_home``'s; over SSH that very file is carried to the laptop, run in memory and gone
afterwards. The words are modest: what was destroyed, what was not, and the method by NIST SP 800-88.
"""

from __future__ import annotations

import asyncio
import io
import json
import shlex
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import SuiteError
from core.i18n import _
from liaison import errors, fscrypt, guest_home
from liaison.descent import FailedError, RefusedError, mark_guest_root
from liaison.guest_home import Renewed
from liaison.laptop import Laptop, ask, ssh

WALL = 60.0
GUEST_ROOT = "/home"


@dataclass(frozen=True)
class Wiped:
    """What was destroyed and what a second look found. ``method``: in the terms of NIST SP 800-88."""

    method: str
    destroyed: tuple[str, ...]
    not_destroyed: tuple[str, ...]
    entries: int
    before: str
    after: str
    verified: tuple[str, ...]


def wipe_folder(
    root: Path,
    name: str,
    template: Path | None = None,
    owner: tuple[int, int] | None = None,
    trim: bool = False,
) -> Wiped:
    """Renew the home ``name`` below the guest root ``root`` of this machine; ``trim``: its whole disk too.

    SuiteError LIAISON-005 (refused, nothing touched), LIAISON-006 (not verified).
    """
    try:
        return _in_words(guest_home.renew(root, name, template, owner, trim=trim))
    except RefusedError as error:
        raise errors.wipe_refused(reason(str(error))) from error
    except (FailedError, fscrypt.KeyStaysError) as error:
        raise errors.wipe_failed(reason(str(error))) from error


def wipe_laptop(laptop: Laptop, name: str, owner: tuple[int, int]) -> Wiped:
    """Renew the guest's home on ``laptop``, wherever it is. SuiteError LIAISON-005, LIAISON-006."""
    if laptop.root is not None:
        return wipe_folder(laptop.root / "home", name, owner=owner)
    said = _remote(laptop, ["renew", GUEST_ROOT, name, str(owner[0]), str(owner[1])])
    try:
        found = said["renewed"]
        return _in_words(Renewed(**{**found, "keys": tuple(str(key)[:64] for key in found["keys"])}))
    except (KeyError, TypeError) as error:
        raise errors.wipe_failed(_("端末の答えを読み取れません。")) from error


def mark_laptop(laptop: Laptop) -> None:
    """Say once, when ``laptop`` is registered, that homes below its guest root may be wiped."""
    if laptop.root is not None:
        mark_guest_root(laptop.root / "home")
    elif "marked" not in _remote(laptop, ["mark", GUEST_ROOT]):
        raise errors.wipe_failed(_("端末の答えを読み取れません。"))


def program() -> bytes:
    """What runs on a laptop: a Python zip application of this package's own files, always the same bytes."""
    folder, out = Path(__file__).parent, io.BytesIO()
    main = b"import sys\nfrom liaison.guest_home import main\nsys.exit(main(sys.argv[1:]))\n"
    members = {"__main__.py": main, "liaison/__init__.py": b""}
    for name in ("descent.py", "fscrypt.py", "guest_home.py"):
        members[f"liaison/{name}"] = (folder / name).read_bytes()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in sorted(members.items()):
            archive.writestr(zipfile.ZipInfo(name), content)
    return out.getvalue()


def _remote(laptop: Laptop, arguments: list[str]) -> dict[str, Any]:
    """The program's answer. SuiteError LIAISON-005/006; a laptop that does not answer stays pending."""
    remote = (
        "umask 077; d=$(mktemp -d /dev/shm/mahoroba.XXXXXX) || exit 4;"
        ' trap \'rm -rf "$d"\' EXIT HUP INT TERM; cat >"$d/p" && python3 -IB "$d/p" ' + shlex.join(arguments)
    )
    with tempfile.TemporaryDirectory(prefix="mahoroba-wipe-") as made:
        carried = Path(made) / "program"
        carried.write_bytes(program())
        try:
            answer = asyncio.run(ask([*ssh(laptop), remote], carried, WALL))
        except OSError as error:
            raise errors.wipe_failed(_("ssh を起動できません。")) from error
    said = _object(answer.out)
    if "refused" in said:
        raise errors.wipe_refused(reason(str(said["refused"])[:40]))
    if "failed" in said:
        raise errors.wipe_failed(reason(str(said["failed"])[:40]))
    if answer.code != 0:
        raise _no_answer(laptop.tag)
    return said


def _no_answer(tag: str) -> SuiteError:
    return errors.wipe_failed(
        _("{tag} につながらないか、途中で切れました。消去待ちのままにします。").format(tag=tag)
    )


def _object(out: bytes) -> dict[str, Any]:
    try:
        found = json.loads(out.decode("utf-8", "replace").strip().splitlines()[-1])
    except (ValueError, IndexError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _in_words(done: Renewed) -> Wiped:
    """In modest words: what was done, and what nobody can know."""
    destroyed = [_("利用者のファイルとフォルダーの名前と参照")]
    left = [_("この端末の外へ写されたもの（USB メモリー、印刷、送信）")]
    verified = [_("利用者領域がひな形と同じです。"), _("消去待ちのファイルが残っていません。")]
    if done.keys:
        method = "Cryptographic erase (a Purge technique of NIST SP 800-88; SSD spare area not inspected)"
        for key in done.keys:
            destroyed.insert(0, _("この貸出だけの暗号鍵（{key}）").format(key=key))
        verified.insert(0, _("カーネルに鍵が残っていません。"))
    elif done.memory:
        method = "Home kept in memory only, given back to the kernel (no NIST SP 800-88 media involved)"
        destroyed.insert(0, _("メモリーだけに置いた利用者領域"))
        left.insert(0, _("スワップ領域に移されたもの（暗号化していない場合）"))
        verified.insert(0, _("メモリー上の利用者領域が外れています。"))
    else:
        method = "Removal of names only (below Clear of NIST SP 800-88)"
        left.insert(0, _("記憶装置の未使用領域に残る複製（上書きはしていません）"))
    if done.trimmed:
        destroyed.append(_("空き領域の割り当て（TRIM）"))
    return Wiped(
        method, tuple(destroyed), tuple(left), done.entries, done.before, done.after, tuple(verified)
    )


def reason(code: str) -> str:
    """Why the wipe was refused or could not be shown, as a sentence."""
    return {
        "path": _("利用者領域の場所として使えないパスです。"),
        "link-on-the-way": _("利用者領域へのパスにリンクがあるか、開けません。"),
        "not-marked": _("利用者領域として登録された場所ではありません。"),
        "name": _("利用者領域の名前として使えません。"),
        "home-is-a-link": _("利用者領域がリンクか、フォルダーではありません。"),
        "mount-inside": _("利用者領域の中に、別の装置かフォルダーが組み込まれています。"),
        "too-deep": _("フォルダーの重なりが深すぎます。"),
        "leavings": _("消去待ちのファイルが残っています。"),
        "not-as-template": _("新しい利用者領域が、ひな形と同じになりませんでした。"),
        "still-open": _("利用者のファイルがまだ開かれていて、消せません。"),
        "key-stays": _("鍵を消せませんでした。"),
    }.get(code, _("端末の上で続けられません（{code}）。").format(code=code))
