"""What a laptop says, hostile until parsed: the agent's JSON lines as an outcome, and in words."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from core.i18n import _
from liaison.bundle import Bundle
from liaison.steps import step_title


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
        "no-ssh-keygen": _("署名を確かめる ssh-keygen がありません（openssh-client）。"),
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
        ("closed until it is wiped", _("メモリー上の利用者領域が電源とともに消えた。消去して作り直す")),
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
