"""The few rows that stand in the README, with what a reader calls them in two languages.

At most thirteen, so that the README stays one screen: what a head of IT asks first, at least one a feature.
Figures that miss their bar stand here too: a headline is chosen by what it says, not by how it came out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from benchmarks.record import Record


@dataclass(frozen=True, slots=True)
class Headline:
    """A record by its feature, name and peer; or, where ``family`` says so, the worst of all whose name
    begins so: one that misses its bar before one that holds, then the highest (``+``) or lowest (``-``)."""

    feature: str
    name: str
    english: str
    japanese: str
    peer: str = ""
    family: str = ""

    def of(self, records: Sequence[Record]) -> Record | None:
        """The record it stands for; None when that was never measured."""
        if self.family:
            sign = 1 if self.family == "+" else -1
            found = [r for r in records if r.feature == self.feature and r.name.startswith(self.name)]
            return max(found, key=lambda r: (r.held is False, sign * r.value), default=None)
        wanted = (self.feature, self.name)
        found = [r for r in records if (r.feature, r.name) == wanted and self.peer in ("", r.peer)]
        return found[0] if found else None


HEADLINES = (
    Headline("face", "East-Asian LFW, one image against one: FNMR at FMR 0.001",
             "The right person not recognised (FNMR at FMR 0.001, East-Asian LFW)",
             "本人を見分けられない率（FMR 0.001、東アジア）"),
    Headline("face", "attack refused: ", "Simulated attacks refused, worst of all kinds",
             "模擬の攻撃を断った割合（最も悪い種類）", family="-"),
    Headline("sso", "evidence accepted → proxy answers 200, in the realm, median",
             "Evidence accepted → the proxy answers", "確認できてからプロキシが答えるまで"),
    Headline("sso", "morning storm: sign-in, p95", "Morning storm: sign-in, p95",
             "朝の集中: サインイン（p95）"),
    Headline("calendar", "first sync of 10,000 events from Radicale",
             "First sync of 10,000 events", "予定 10,000 件の最初の同期", peer="vdirsyncer"),
    Headline("sharefolder", "list 100,000 over SMB", "List 100,000 files over SMB",
             "SMB で 100,000 件の一覧"),
    Headline("sharefolder", "5,000 files × 20 KB up",
             "5,000 small files up", "小さなファイル 5,000 件を送る"),
    Headline("sharefolder", "search: keystroke to painted answer, p95",
             "Search 1,000,000 names, 50,000 documents: keystroke → painted, by rights, p95",
             "名前 100 万件と文書 5 万件の検索: キーから表示まで（権限どおり、p95）"),
    Headline("sharefolder", "collate 250 workbooks, styled",
             "An inquiry's 250 workbooks collated", "照会の回答 250 冊の集計"),
    Headline("liaison", "50 laptops, first run, beside pyinfra", "50 laptops prepared", "端末 50 台の準備",
             peer="pyinfra"),
    Headline("suite", "start to first paint, installed, warm, median",
             "Start to first paint, installed, warm", "起動から最初の表示まで（導入後、二度目から）"),
    Headline("suite", "restore of a 10,000-person office, verified equal",
             "10,000-person office restored, verified equal", "10,000 人の職場を戻し、等しいと確かめる"),
    Headline("suite", "console: the slowest of all views",
             "Slowest console view, 10,000 terminals, 1,000,000 audit rows",
             "管理の最も遅い画面（1 万台、監査 100 万行）"),
)  # fmt: skip


def chosen(records: Sequence[Record]) -> Iterator[tuple[Headline, Record]]:
    """Each headline that was measured, in their order."""
    for headline in HEADLINES:
        record = headline.of(records)
        if record is not None:
            yield headline, record
