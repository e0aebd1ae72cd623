"""Fetching the signed policy: bounded, verified, never older than what is here; otherwise what is here stays.

For the system's timer (root): ``/etc/mahoroba`` is writable to nobody else. What is taken was first read by
the same code that will read it when the suite starts, so a policy that this version cannot use is not taken.
"""

from __future__ import annotations

import json
import os
import ssl
import time
from dataclasses import dataclass, replace
from http.client import HTTPException, HTTPSConnection
from pathlib import Path
from urllib.parse import urlsplit

from core.config import Config
from core.errors import SuiteError
from core.files import exclusive, sync_folder, write_atomically
from core.i18n import _
from core.paths import Paths
from core.policy import MAX_POLICY, MAX_SIGNATURE, Signed, Source, bound, kept, source_beside, verified

WITHIN_S = 30.0
STATE = "policy-fetch.json"


@dataclass(frozen=True)
class Tried:
    """The last time that it was asked for (seconds since the epoch; 0: never) and why not (a code, or
    empty). ``since``: the first of the times that have failed in a row until then; 0 after a success."""

    time: float = 0.0
    code: str = ""
    since: float = 0.0


def fetch(paths: Paths, now: float | None = None, within_s: float = WITHIN_S) -> Signed:
    """Take what is on offer, or say why not (then what is here goes on).

    SuiteError POL-010 (no address), POL-011 (no answer), POL-003 (not signed by the pinned keys), POL-006
    (has ended), POL-007 (older than, or another one under the number of, what is here), CONF-001/-002.
    """
    source, now = _source(paths), time.time() if now is None else now
    with exclusive(paths.policy.with_name(".policy.lock")):
        try:
            signed = _take(paths, source, now, within_s)
        except SuiteError as error:
            _note(paths.policy, Tried(now, error.code, min(now, tried(paths.policy).since or now)))
            raise
        _note(paths.policy, Tried(now))
    return signed


def tried(policy: Path) -> Tried:
    """How the last fetching went; nothing known where the note is missing or damaged."""
    try:
        with policy.with_name(STATE).open("rb") as file:
            said = json.loads(file.read(1000))
        time_s, code = float(said["time"]), str(said["code"])[:20]
        since = float(said.get("since", time_s)) if code else 0.0
        return Tried(time_s, code, since) if 0 < since <= time_s < 2**40 or not code else Tried()
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return Tried()


def _take(paths: Paths, source: Source, now: float, within_s: float) -> Signed:
    ends = time.monotonic() + within_s
    content = _download(source, source.url, MAX_POLICY, ends)
    signature = _download(source, source.url + ".sig", MAX_SIGNATURE, ends).strip()
    signed = verified(content, signature, source.keys)
    if signed.expires <= now:
        raise refused(
            _("配られている方針の期限が切れています（{until} まで）。").format(until=signed.until), "POL-006"
        )
    before = _before(paths.policy, source)
    if before is not None and before.version >= signed.version:
        if before == signed:
            return signed
        words = _("配られている方針（版 {new}）は、この端末のもの（版 {old}）より新しくありません。")
        raise refused(words.format(new=signed.version, old=before.version), "POL-007")
    candidate = paths.policy.with_name(".policy.fetched.toml")
    try:
        write_atomically(candidate, bound(content, signature), 0o644)
        Config.load(replace(paths, policy=candidate))
        os.replace(candidate, paths.policy)
        sync_folder(paths.policy.parent)
    except OSError as error:
        raise refused(
            _("方針を書き込めません（{reason}）。").format(reason=error.strerror or error), "POL-012"
        ) from error
    finally:
        candidate.unlink(missing_ok=True)
    return signed


def _before(policy: Path, source: Source) -> Signed | None:
    """What is here; nothing where there is none, or none that the pinned keys vouch for."""
    try:
        return kept(policy, source)
    except SuiteError as error:
        if error.code not in ("POL-003", "POL-004"):
            raise
        return None


def _download(source: Source, url: str, most: int, ends: float) -> bytes:
    """One GET without redirects, at most ``most`` bytes, done by ``ends`` (monotonic). POL-011."""
    parts = urlsplit(url)
    try:
        trust = ssl.create_default_context(cafile=str(source.authority) if source.authority else None)
        line = HTTPSConnection(parts.hostname or "", parts.port, timeout=_left(ends), context=trust)
        try:
            target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            line.connect()
            socket = line.sock  # the line itself lets go of it where the server closes after its answer
            line.request("GET", target, headers={"Accept-Encoding": "identity"})
            answer = line.getresponse()
            if answer.status != 200:
                raise HTTPException(f"status {answer.status}")
            content = b""
            while piece := answer.read1(65_536):
                content += piece
                if len(content) > most:
                    raise HTTPException("too large")
                socket.settimeout(_left(ends))
        finally:
            line.close()
    except (OSError, HTTPException, ValueError) as error:
        words = _("配布元から受け取れません（{kind}）。")
        reason = str(error) if isinstance(error, HTTPException) else type(error).__name__
        raise refused(words.format(kind=reason[:100]), "POL-011") from error
    return content


def _left(ends: float) -> float:
    left = ends - time.monotonic()
    if left <= 0:
        raise TimeoutError("too slow")
    return left


def _note(policy: Path, last: Tried) -> None:
    text = json.dumps({"time": last.time, "code": last.code, "since": last.since})
    write_atomically(policy.with_name(STATE), text.encode(), 0o644)


def _source(paths: Paths) -> Source:
    source = source_beside(paths.policy)
    if source is None:
        raise refused(_("方針の配布元が決められていません（policy-source.toml）。"), "POL-010")
    return source


def refused(why: str, code: str) -> SuiteError:
    """A policy that is not taken; the one that is here goes on."""
    return SuiteError(
        _("新しい方針を受け取りませんでした。"),
        why,
        _("いまの方針のまま使えます。情報担当に連絡してください。"),
        code,
    )
