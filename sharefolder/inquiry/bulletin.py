"""お知らせ.txt: what an inquiry says, for people who only use Explorer; in Japanese whatever the screen's
language, since all sections read the same file."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from blake3 import blake3

from core.errors import SuiteError
from core.i18n import _
from core.jobs import Report
from core.wareki import written_date
from sharefolder import transfer
from sharefolder.inquiry.model import Inquiry
from sharefolder.local import LocalStorage
from sharefolder.model import Entry
from sharefolder.ports import Storage, first_bytes

NAME = "お知らせ"
_MARK = "このファイルは、まほろばが書いています。確認番号 "
_TRIES, _MAX_BYTES = 9, 2_000_000
_QUIET = Report(lambda _done, _total, _text: None)


def text(inquiry: Inquiry) -> bytes:
    """UTF-8 with BOM and CRLF, so that Notepad shows it. Its last line tells an unchanged one."""
    lines = [inquiry.title, "", f"回答の期限　{written_date(inquiry.due)}"]
    lines += [f"照会した所属　{inquiry.asking}"] if inquiry.asking else []
    lines += ["この照会は終わりました。"] if inquiry.closed else []
    lines += ["", *inquiry.notes.splitlines()] if inquiry.notes else []
    lines += [
        "",
        "回答のしかた",
        "「回答」の中の自分の所属のフォルダを開き、ブックに書いて保存してください。",
    ]
    if inquiry.questions:
        lines += ["", "質問と答え（すべての所属へ）"]
    for number, (day, question, answer) in enumerate(inquiry.questions, 1):
        lines += ["", f"問{number}（{day}）", *question.splitlines(), f"答{number}", *answer.splitlines()]
    body = "\r\n".join([*lines, ""])
    return f"{body}\r\n{_MARK}{_check(body)}\r\n".encode("utf-8-sig", "replace")


def put(storage: Storage, folder: str, current: Callable[[], Inquiry]) -> None:
    """Write it as ``current`` is. A file of another's making, or one of ours that somebody has written into,
    stays as it is: ours then lies beside it. SuiteError where this person may not write there."""
    for _attempt in range(_TRIES):
        name, seen = _free(storage, folder)
        content = text(current())  # read after the file was seen: a newer text is never replaced by an older
        if not _send(storage, folder, name, seen, content):
            return
    raise SuiteError(
        _("お知らせを書けませんでした。"),
        _("ほかの端末が同じお知らせを書いています。"),
        _("変更そのものは残っています。あとで読み直して確かめてください。"),
        "SHARE-069",
    )


def _send(storage: Storage, folder: str, name: str, seen: Entry | None, content: bytes) -> bool:
    """Whether it must be tried again: another has written there meanwhile."""
    with tempfile.TemporaryDirectory(prefix="mahoroba-bulletin-") as home:
        file = Path(home) / name
        file.write_bytes(content)
        if seen is None:
            try:
                transfer.upload(file, storage, folder, _QUIET)
            except SuiteError as error:
                if error.code != "SHARE-005":
                    raise
                return True
            return False
        here = LocalStorage(Path(home), home)
        start = next(entry for batch in here.list("") for entry in batch)
        to = f"{folder}/{name}"
        sent = transfer.send(here, start, storage, to, _QUIET, transfer.IfExists.REPLACE, seen=seen.changed)
    if sent.beside:
        storage.remove(sent.path)
    return sent.beside


def _free(storage: Storage, folder: str) -> tuple[str, Entry | None]:
    """The first name that nothing has, or that has a text of ours as we left it."""
    there = {e.name for batch in storage.list(folder) for e in batch}
    for number in range(1, len(there) + 2):
        name = f"{NAME}.txt" if number == 1 else f"{NAME} ({number}).txt"
        seen = storage.stat(f"{folder}/{name}")  # as ``send`` looks: a listing tells times less exactly
        if seen is None:
            return name, None
        if not seen.folder and seen.size <= _MAX_BYTES and _ours(first_bytes(storage, seen.path, _MAX_BYTES)):
            return name, seen
    raise AssertionError("more names than files")


def _ours(content: bytes) -> bool:
    body, mark, check = content.decode("utf-8-sig", "replace").rpartition(_MARK)
    return bool(mark) and check.strip() == _check(body.removesuffix("\r\n"))


def _check(body: str) -> str:
    return blake3(body.encode("utf-8", "replace")).hexdigest()[:16]
