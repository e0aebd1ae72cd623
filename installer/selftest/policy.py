"""The check of the office's policy on this terminal: can it be used, and do newer ones still arrive?"""

from __future__ import annotations

import time
from datetime import datetime

from core.clock import TOKYO
from core.config import Config
from core.i18n import _
from core.paths import Paths
from core.policy import expired, kept, source_beside
from installer.policy.fetch import Tried, tried
from installer.selftest import Outcome, failed, from_error, ok, unknown

LATE_S = 3 * 3600
"""The timer looks each hour: nothing for this long means that it does not run."""


def policy(paths: Paths, now: float | None = None) -> Outcome:
    """What the next start would find. SuiteError (POL-001 to -004, CONF-001, -002): it would find nothing
    that it can use. ``now``: seconds since the epoch."""
    now = time.time() if now is None else now
    Config.load(paths)
    source = source_beside(paths.policy)
    if source is None:
        return _written_here(paths)
    signed, last = kept(paths.policy, source), tried(paths.policy)
    stands = _("版 {version}（{until} まで）").format(version=signed.version, until=signed.until)
    if last.code:
        words = _("{since} から、新しい方針を受け取れていません。{stands}で動いています。")
        return failed(words.format(since=_when(last.since), stands=stands), _step(last), last.code)
    if signed.expires <= now:
        return from_error(expired(signed))
    if not last.time or now - last.time > LATE_S:
        words = _("新しい方針を {when} から確かめていません。{stands}で動いています。")
        never = _("導入のとき")
        return unknown(
            words.format(when=_when(last.time) if last.time else never, stands=stands),
            _("mahoroba-policy.timer が動いているかを確かめ、mahoroba policy fetch を行ってください。"),
            "SELF-111",
        )
    return ok(
        _("方針は{stands}です。{when} に配布元で確かめました。").format(stands=stands, when=_when(last.time))
    )


def _written_here(paths: Paths) -> Outcome:
    if paths.policy.exists():
        return ok(_("この端末で書かれた方針が使えます（配布元からは受け取りません）。"))
    return unknown(
        _("この端末に方針はありません。"),
        _("職場の決まりを配るときは、方針のファイルか配布元（policy-source.toml）を置きます。"),
        "SELF-110",
    )


def _step(last: Tried) -> str:
    """Where to look first: the way to the server, this disk, or what the server offers."""
    if last.code == "POL-011":
        return _("配布元のサーバーとネットワークを確かめ、管理者が mahoroba policy fetch を行ってください。")
    if last.code == "POL-012":
        return _("ディスクの空きと方針の置き場所の権限を確かめ、mahoroba policy fetch を行ってください。")
    return _("配布元に置いた方針と署名を確かめ、管理 → 方針の「署名して書き出す」で作り直してください。")


def _when(moment: float) -> str:
    return datetime.fromtimestamp(moment, TOKYO).strftime("%Y/%m/%d %H:%M")
