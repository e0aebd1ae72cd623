"""Two counters without a network: each hands its chain over on a stick, both fold the union.

Nothing is ever merged into a chain: another counter's chain is kept as it came, signed, recomputed, and may
only grow. So nothing can be lost, order does not matter, and what contradicts shows as a doubt.
"""

from __future__ import annotations

import base64
import contextlib
import json
from pathlib import Path
from typing import Any

from core.audit import Entry, Head, head_of
from core.errors import SuiteError
from core.files import make_private_folder, read_bounded, write_atomically
from core.i18n import _
from liaison import errors
from liaison.history import PREFIX, Event, events_of
from liaison.ledger import Ledger
from liaison.signing import COUNTER, Signer, verify

MAX_FILE = 64 * 1024 * 1024


def export(ledger: Ledger, signer: Signer) -> bytes:
    """This counter's whole chain, signed. Names of borrowers stay here: nobody there needs them."""
    entries = ledger.entries()
    head = head_of(entries)
    rows = [[e.id, e.time, e.action, e.actor, e.subject, dict(e.detail)] for e in entries]
    body = {"counter": ledger.counter, "count": head.count, "hash": head.hash, "entries": rows}
    text = json.dumps(body, ensure_ascii=True, sort_keys=True)
    signed = {
        "kind": "mahoroba counter 1",
        "body": text,
        "key": base64.b64encode(signer.public).decode(),
        "signature": signer.sign(text.encode(), COUNTER),
    }
    return json.dumps(signed, indent=1).encode()


class Counters:
    """The other counters' chains, in one folder, and the keys that may speak for a counter."""

    def __init__(self, folder: Path, ledger: Ledger) -> None:
        self._folder = make_private_folder(folder)
        self._keys = folder.with_name("trusted-counters")
        self._ledger = ledger
        self._damaged: list[str] = []
        self.read_all()

    def trust(self, key: str) -> None:
        """Accept another counter's records signed with ``key`` (shown by ``mahoroba liaison key``)."""
        raw = _raw_key(key)
        if raw is None:
            raise errors.merge_refused(_("鍵の形が正しくありません。"))
        text = "".join(f"{each}\n" for each in sorted({*self._trusted(), raw.hex()}))
        write_atomically(self._keys, text.encode())

    def _trusted(self) -> set[str]:
        try:
            return set(self._keys.read_text("ascii").split())
        except (OSError, ValueError):
            return set()

    def take(self, content: bytes) -> int:
        """Take over what another counter exported; how many events were new. SuiteError LIAISON-007."""
        counter, entries, _head = self._checked(content)
        if counter == self._ledger.counter:
            raise errors.merge_refused(_("この窓口自身の記録です。"))
        path = self._folder / f"{counter}.json"
        before = 0
        if path.exists() and counter not in self._damaged:
            _name, known, head = self._checked(read_bounded(path, MAX_FILE + 1))
            before = len(known)
            if len(entries) < before or head_of(entries[:before]) != head:
                why = _("前に受け取った記録が入っていないか、書き換えられています。")
                raise errors.merge_refused(why)
        write_atomically(path, content)
        self.read_all()
        return sum(e.action.startswith(PREFIX) for e in entries[before:])

    def read_all(self) -> None:
        """Put every kept chain beside the ledger's own. A damaged one must not keep a disaster's counter
        closed: it is left out, and ``refuse_damaged`` says so before anything is handed out."""
        events: list[Event] = []
        self._damaged = []
        for path in sorted(self._folder.glob("*.json")):
            try:
                counter, entries, _head = self._checked(read_bounded(path, MAX_FILE + 1))
            except (SuiteError, OSError):
                self._damaged.append(path.stem)
                continue
            events += events_of(counter, entries)
        self._ledger.put_others(events)

    def refuse_damaged(self) -> None:
        """SuiteError LIAISON-003 while what another counter has handed out is not known."""
        if self._damaged:
            raise errors.ledger_refused(
                _("窓口 {counter} から受け取った記録が壊れていて、そこで貸した端末が分かりません。").format(
                    counter="、".join(self._damaged)
                ),
                _("その窓口で記録を書き出し直し、ここで取り込んでください。返却と消去はこのままできます。"),
            )

    def _checked(self, content: bytes) -> tuple[str, list[Entry], Head]:
        wrong = errors.merge_refused(_("窓口の記録のファイルではないか、壊れています。"))
        if len(content) > MAX_FILE:
            raise wrong
        try:
            signed = json.loads(content)
            text, key = str(signed["body"]), base64.b64decode(signed["key"], validate=True)
            genuine = len(key) == 32 and verify(str(signed["signature"]), text.encode(), COUNTER, key)
            body = json.loads(text)
            counter = str(body["counter"])
            entries = [_entry(row) for row in body["entries"]]
            head = head_of(entries)
            same = head == Head(body["count"], body["hash"])
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise wrong from error
        if not (counter.isascii() and counter.isalnum() and len(counter) <= 20):
            raise wrong
        if not genuine or key.hex() not in self._trusted():
            raise errors.merge_refused(_("署名が、信頼する窓口のものではありません。"))
        if not same:
            raise errors.merge_refused(_("記録のつながりが切れています。"))
        return counter, entries, head


def _entry(row: Any) -> Entry:
    id_, time, action, actor, subject, detail = row
    if not isinstance(detail, dict) or not all(isinstance(t, str) for t in (time, action, actor, subject)):
        raise ValueError("not an entry")
    return Entry(int(id_), time, action, actor, subject, detail)


def _raw_key(text: str) -> bytes | None:
    """The 32 bytes of an OpenSSH Ed25519 public key in base64 (its last word may be a comment)."""
    for word in text.split()[:6]:
        if word.startswith("AAAAC3NzaC1lZDI1NTE5") and len(word) < 100:
            with contextlib.suppress(ValueError):
                blob = base64.b64decode(word, validate=True)
                if len(blob) == 51:
                    return blob[-32:]
    return None
