"""The same bundle on many laptops at once: over OpenSSH, or on folders that stand in for laptops.

Each laptop has a wall-clock limit and a keep-alive of its own: one whose cable is pulled is named and the
others go on. The next run begins again from what is there. What a laptop says is hostile until parsed.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shlex
import signal
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.files import write_atomically
from core.i18n import _
from liaison.bundle import Bundle
from liaison.steps import step_title

MAX_ANSWER = 2 * 1024 * 1024
WALL = 120.0
SILENT = (2, 2)  # seconds between keep-alives, how many may stay unanswered
IN_FLIGHT = 24


@dataclass(frozen=True)
class Laptop:
    """Where a laptop is reached. ``root``: a folder of this machine; else SSH to ``host``."""

    tag: str
    root: Path | None = None
    host: str = ""
    port: int = 22
    user: str = "root"
    identity: Path | None = None
    known_hosts: Path | None = None
    namespace: str = ""  # a network namespace to call from (simulated laptops)


@dataclass(frozen=True)
class Finding:
    """One line of the agent's report. ``state``: ok | fail | unknown, with its evidence."""

    step: str
    kind: str
    name: str
    state: str
    changed: bool
    evidence: str


@dataclass(frozen=True)
class Outcome:
    """What became of one laptop. ``ready`` only if the agent itself said so, of this bundle, to the end."""

    tag: str
    ready: bool
    reason: str
    bundle: str = ""
    changed: int = 0
    ok: int = 0
    failed: int = 0
    unknown: int = 0
    findings: tuple[Finding, ...] = field(default=(), repr=False)


Progress = Callable[[Outcome], None]


def run(
    verb: str,
    bundle: Bundle,
    signers: str,
    laptops: Iterable[Laptop],
    now: int,
    done: Progress = lambda outcome: None,
    wall: float = WALL,
    in_flight: int = IN_FLIGHT,
) -> list[Outcome]:
    """``check`` or ``apply`` on all ``laptops``; ``done`` is called as each one ends; an exception
    there stops the batch, and what runs is ended. ``now``: the preparer's clock."""
    with tempfile.TemporaryDirectory(prefix="mahoroba-fleet-") as made:
        folder = Path(made)
        write_atomically(folder / "bundle.tar", bundle.tar)
        write_atomically(folder / "signers", signers.encode())
        return asyncio.run(_batch(verb, bundle, folder, signers, list(laptops), now, done, wall, in_flight))


async def _batch(
    verb: str,
    bundle: Bundle,
    folder: Path,
    signers: str,
    laptops: list[Laptop],
    now: int,
    done: Progress,
    wall: float,
    in_flight: int,
) -> list[Outcome]:
    room = asyncio.Semaphore(in_flight)
    if any(laptop.root is not None for laptop in laptops):
        await _unpack(folder)

    async def one(laptop: Laptop) -> Outcome:
        async with room:
            command = _command(laptop, verb, folder, signers, now)
            stdin = None if laptop.root is not None else folder / "bundle.tar"
            outcome = await _ask(laptop, command, stdin, bundle, wall)
        done(outcome)
        return outcome

    tasks = [asyncio.create_task(one(laptop)) for laptop in laptops]
    try:
        return list(await asyncio.gather(*tasks))
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _unpack(folder: Path) -> None:
    (folder / "bundle").mkdir()
    process = await asyncio.create_subprocess_exec(
        "tar",
        "-xf",
        str(folder / "bundle.tar"),
        "-C",
        str(folder / "bundle"),
        stdin=asyncio.subprocess.DEVNULL,
    )
    if await process.wait() != 0:
        raise OSError("the bundle could not be unpacked")


def _command(laptop: Laptop, verb: str, folder: Path, signers: str, now: int) -> list[str]:
    if laptop.root is not None:
        agent, given = str(folder / "bundle" / "agent.sh"), str(folder / "signers")
        mine = [] if os.geteuid() == 0 else ["-o"]
        where = ["-r", str(laptop.root), "-n", str(now), *mine, str(folder / "bundle")]
        return ["sh", agent, verb, "-k", given, *where]
    # Everything of the run lies in memory: a laptop whose disk is full can still say so.
    remote = (
        "umask 077; for m in /dev/shm /run /tmp; do"
        " d=$(mktemp -d $m/mahoroba.XXXXXX 2>/dev/null) && break; done;"
        ' [ -n "$d" ] || { echo \'{"broken":"no room for the bundle"}\'; exit 4; };'
        ' trap \'rm -rf "$d"\' EXIT HUP INT TERM; mkdir "$d/b" && tar -xf - -C "$d/b" &&'
        f' printf %s {shlex.quote(signers)} >"$d/s" && sh "$d/b/agent.sh" {verb} -k "$d/s" -n {now} "$d/b"'
    )
    return [*_ssh(laptop), remote]


def _ssh(laptop: Laptop) -> list[str]:
    options = [
        "BatchMode=yes",
        "StrictHostKeyChecking=yes",
        "ConnectTimeout=6",
        f"ServerAliveInterval={SILENT[0]}",
        f"ServerAliveCountMax={SILENT[1]}",
        "ForwardAgent=no",
        "ClearAllForwardings=yes",
        "ControlMaster=no",
        "LogLevel=ERROR",
    ]
    if laptop.identity is not None:
        options += [f"IdentityFile={laptop.identity}", "IdentitiesOnly=yes"]
    if laptop.known_hosts is not None:
        options += [f"UserKnownHostsFile={laptop.known_hosts}", "GlobalKnownHostsFile=/dev/null"]
    inside = ["ip", "netns", "exec", laptop.namespace] if laptop.namespace else []
    flags = [part for option in options for part in ("-o", option)]
    return [
        *inside,
        "ssh",
        "-F",
        "none",
        "-T",
        *flags,
        "-p",
        str(laptop.port),
        f"{laptop.user}@{laptop.host}",
        "--",
    ]


async def _ask(
    laptop: Laptop, command: list[str], stdin: Path | None, bundle: Bundle, wall: float
) -> Outcome:
    source: Any = stdin.open("rb") if stdin is not None else asyncio.subprocess.DEVNULL
    try:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=source,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
        )
    except OSError:
        return Outcome(laptop.tag, False, _("ssh か sh を起動できません。"))
    finally:
        if stdin is not None:
            source.close()
    try:
        assert process.stdout is not None  # noqa: S101 - asked for above
        assert process.stderr is not None  # noqa: S101
        answer, said, code = await asyncio.wait_for(
            asyncio.gather(_bounded(process.stdout), _bounded(process.stderr), process.wait()), wall
        )
    except TimeoutError:
        return Outcome(
            laptop.tag, False, _("{seconds:.0f} 秒のうちに終わりませんでした。").format(seconds=wall)
        )
    finally:
        await _end(process)
    return parse(laptop.tag, answer, said, code, bundle)


async def _bounded(stream: asyncio.StreamReader) -> bytes:
    """At most MAX_ANSWER bytes; what comes after is read and dropped so that the sender does not hang."""
    kept = bytearray()
    while block := await stream.read(65536):
        kept += block[: MAX_ANSWER - len(kept)]
    return bytes(kept)


async def _end(process: asyncio.subprocess.Process) -> None:
    """End the laptop's whole process group, if any of it is left."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    await process.wait()


def parse(tag: str, answer: bytes, said: bytes, code: int, bundle: Bundle) -> Outcome:
    """The agent's JSON lines as an outcome; without its last line nothing is ready."""
    findings: list[Finding] = []
    last: dict[str, Any] = {}
    for line in answer.decode("utf-8", "replace").splitlines()[:5000]:
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if not isinstance(row, dict):
            continue
        if "step" in row:
            findings.append(_finding(row))
        else:
            last = row
    if "refused" in last:
        return Outcome(tag, False, refusal(str(last["refused"])[:40], str(last.get("evidence", ""))[:100]))
    if "done" not in last:
        return Outcome(tag, False, _no_end(last, said, code), findings=tuple(findings))
    return _ended(tag, last, findings, bundle)


def _ended(tag: str, last: dict[str, Any], findings: list[Finding], bundle: Bundle) -> Outcome:
    failed = [f for f in findings if f.state == "fail"]
    unknown = [f for f in findings if f.state not in ("ok", "fail")]
    same = last.get("bundle") == bundle.id and len(findings) == _lines(bundle)
    ready = last.get("ready") is True and same and not failed and not unknown
    if ready:
        reason = ""
    elif not same:
        reason = _("別の設定一式の報告が返りました。")
    else:
        reason = "、".join(words(f) for f in (failed or unknown)[:3])
    changed = sum(f.changed for f in findings)
    ok = len(findings) - len(failed) - len(unknown)
    return Outcome(tag, ready, reason, bundle.id, changed, ok, len(failed), len(unknown), tuple(findings))


def _lines(bundle: Bundle) -> int:
    kinds = ("dir", "only", "file", "line", "accounts", "probe")
    return sum(line.split("\t", 1)[0] in kinds for line in bundle.plan.splitlines())


def _finding(row: dict[str, Any]) -> Finding:
    def text(key: str) -> str:
        return "".join(c if c.isprintable() else "?" for c in str(row.get(key, ""))[:300])

    state = row.get("state")
    known = state if state in ("ok", "fail") else "unknown"
    return Finding(
        text("step"), text("kind"), text("name"), str(known), row.get("changed") == 1, text("evidence")
    )


def _no_end(last: dict[str, Any], said: bytes, code: int) -> str:
    """Why there is no end of the report, in words; ssh(1) itself exits with 255."""
    complaint = said.decode("utf-8", "replace")
    if "broken" in last:
        return _("端末の上で続けられません: {why}").format(why=str(last["broken"])[:100])
    if "Host key verification failed" in complaint:
        return _("端末の鍵が登録と違います。別の端末か、入れ替えられたおそれがあります。")
    if "Permission denied" in complaint:
        return _("端末が接続を断りました（鍵が登録されていません）。")
    if "No space left" in complaint:
        return _("端末のディスクに空きがありません。")
    if code == 255:
        return _("つながらないか、途中で切れました（ケーブルと電源を確かめてください）。")
    return _("端末側の作業が途中で終わりました（もう一度実行すると続きから始まります）。")


def refusal(code: str, evidence: str) -> str:
    """The agent's refusal as a sentence."""
    return {
        "signature": _("設定一式の署名が正しくありません。"),
        "content": _("設定一式の中身が署名と違います。"),
        "expired": _("設定一式の期限が切れています。"),
        "older": _("端末にはもっと新しい設定（版 {version}）が入っています。").format(version=evidence),
        "other-profile": _("この端末は別のプロファイル（{name}）です。").format(name=evidence),
    }.get(code, _("端末が設定一式を断りました（{code}）。").format(code=code))


def evidence_words(evidence: str) -> str:
    """What the agent saw, in the person's language; figures and names stay as they are."""
    phrases = (
        ("content differs", _("内容が違う")),
        ("missing", _("ない")),
        ("folder missing or a link", _("フォルダーがないか、リンクになっている")),
        ("a link", _("リンクになっている")),
        ("another kind of file", _("種類が違う")),
        ("mode is not ", _("権限が次の値ではない: ")),
        ("owner is not ", _("所有者が次の値ではない: ")),
        ("line differs", _("行が違う")),
        ("extra: ", _("余分なファイル: ")),
        ("unknown user: ", _("知らない利用者: ")),
        ("clock went back", _("時計が戻った")),
        ("nobody to compare with", _("比べる時計がない")),
        ("no battery found", _("バッテリーが見つからない")),
        ("no encrypted volume seen", _("暗号化された領域が見えない")),
        ("no record of updates", _("更新の記録がない")),
        ("no camera", _("カメラがない")),
        ("no device list", _("装置の一覧がない")),
        ("no package list", _("ソフトウェアの一覧がない")),
        ("could not be written: disk full or no right", _("書き込めない（空きか権限がない）")),
    )
    parts = evidence.split("; ")
    for number, part in enumerate(parts):
        for english, japanese in phrases:
            if part.startswith(english):
                parts[number] = japanese + part[len(english) :]
                break
    return "、".join(parts)


def words(finding: Finding) -> str:
    """A finding in one line: what, and why."""
    title = step_title(finding.step)
    state = _("わかりません") if finding.state == "unknown" else _("違います")
    return _("{title}: {name} が{state}（{why}）").format(
        title=title, name=finding.name, state=state, why=evidence_words(finding.evidence)
    )
