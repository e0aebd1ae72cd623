"""The few rows of each issue that stand in the README, with what a reader calls them in two languages.

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
    Headline("face", "first frame to verdict, challenge included, median",
             "First frame to verdict, challenge included", "最初の一枚から判定まで（動きの確認も）"),
    Headline("face", "actor live accepted (1 - BPCER)",
             "Simulated living people accepted", "役者（シミュレーション）の本人を受け入れた割合"),
    Headline("face", "attack refused: ", "Simulated attacks refused, worst of all kinds",
             "模擬の攻撃を断った割合（最も悪い種類）", family="-"),
    Headline("sso", "evidence accepted → proxy answers 200, in the realm, median",
             "Evidence accepted → the proxy answers", "確認できてからプロキシが答えるまで"),
    Headline("sso", "morning storm: sign-in, p95", "Morning storm: sign-in, p95",
             "朝の集中: サインイン（p95）"),
    Headline("calendar", "first sync of 10,000 events from Radicale",
             "First sync of 10,000 events", "予定 10,000 件の最初の同期", peer="vdirsyncer"),
    Headline("calendar", "グループ週 of 500 people painted",
             "500 people's week painted", "500 人のグループ週を描く"),
    Headline("sharefolder", "list 100,000 over SMB", "List 100,000 files over SMB",
             "SMB で 100,000 件の一覧"),
    Headline("sharefolder", "1 GiB up", "1 GiB up on the wire, signed", "1 GiB を送る（署名つき、回線の上）",
             peer="smbclient put"),
    Headline("sharefolder", "1 GiB up, read back, compared, renamed",
             "… on the server's disk, read back and compared",
             "… サーバのディスクに置き、読み直して比べるまで"),
    Headline("sharefolder", "5,000 files × 20 KB up",
             "5,000 small files up", "小さなファイル 5,000 件を送る"),
    Headline("sharefolder", "collate 250 workbooks, styled",
             "An inquiry's 250 workbooks collated", "照会の回答 250 冊の集計"),
    Headline("liaison", "50 laptops, first run, beside pyinfra", "50 laptops prepared", "端末 50 台の準備",
             peer="pyinfra"),
    Headline("liaison", "200 laptops, first run", "200 laptops prepared", "端末 200 台の準備"),
    Headline("suite", "package with models", "Package with models", "パッケージ（モデルを含む）"),
    Headline("suite", "silent install, offline, to working self-test",
             "Silent install, offline, to a working self-test",
             "無人の導入（回線なし）から自己診断が通るまで"),
    Headline("suite", "start to first paint, installed, warm, median",
             "Start to first paint, installed, warm", "起動から最初の表示まで（導入後、二度目から）"),
    Headline("suite", "rollback, median", "Rollback to the version before", "前の版に戻す"),
    Headline("suite", "restore of a 10,000-person office, verified equal",
             "10,000-person office restored, verified equal", "10,000 人の職場を戻し、等しいと確かめる"),
    Headline("suite", "console: ", "Slowest console view, 10,000 terminals, 1,000,000 audit rows",
             "管理の最も遅い画面（1 万台、監査 100 万行）", family="+"),
)  # fmt: skip


def chosen(records: Sequence[Record]) -> Iterator[tuple[Headline, Record]]:
    """Each headline that was measured, in their order."""
    for headline in HEADLINES:
        record = headline.of(records)
        if record is not None:
            yield headline, record
