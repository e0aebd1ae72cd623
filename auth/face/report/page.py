"""The report's page: one HTML text with its plots inside, readable without network and by a screen reader."""

from __future__ import annotations

import html
import math
from collections.abc import Iterable, Sequence

from auth.face.report.plots import det_plot, fnmr_plot
from auth.face.report.presentations import BONA_FIDE, CHALLENGES
from auth.face.report.rates import FMRS, Operating, Rate
from auth.face.report.summary import Result, Summary
from core.i18n import _

STYLE = """
:root { color-scheme: light dark; --line: #8888; --soft: #8882; }
body { font: 16px/1.7 "Noto Sans CJK JP", "Yu Gothic UI", sans-serif; max-width: 62rem; margin: 2rem auto;
  padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; font-size: .88rem; }
th, td { border-bottom: 1px solid var(--line); padding: .3rem .5rem; text-align: left; vertical-align: top; }
td.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
caption { text-align: left; font-weight: 600; padding: .6rem 0; }
figure { margin: 1rem 0; background: #fff; border-radius: .5rem; padding: .5rem; color: #161616; }
figure svg { max-width: 100%; height: auto; }
.weak { opacity: .65; } .wide { overflow-x: auto; } .note { background: var(--soft); padding: .6rem 1rem; }
"""


def page(summary: Summary) -> str:
    """The whole page. User-given text is escaped."""
    title = _("顔認証の精度報告")
    parts = [
        f"<h1>{title}</h1>",
        _p(_("{date} ・ {folder} ・ 画像 {n} 枚 ・ {machine}").format(
            date=summary.date, folder=summary.folder, n=f"{summary.pictures:,}", machine=summary.machine
        )),
        _p(_("用語は ISO/IEC 19795-1 と 30107-3 に従います。")),
        _p(_("FMR: 他人を本人とする率。FNMR: 本人を拒む率。APCER: 攻撃を生体とする率。")),
        *[f'<p class="note">{html.escape(note)}</p>' for note in summary.notes],
        f"<h2>{_('照合の精度')}</h2>",
        *(_matching(summary.results) if summary.results else [_p(_("比べられる組がありませんでした。"))]),
        f"<h2>{_('なりすまし（提示攻撃）')}</h2>",
        _attack_tables(summary),
        f"<h2>{_('処理時間')}</h2>",
        _latency_table(summary),
    ]  # fmt: skip
    body = "\n".join(parts)
    head = f'<meta charset="utf-8"><title>{title}</title><style>{STYLE}</style>'
    return f'<!doctype html>\n<html lang="ja"><head>{head}</head><body>\n{body}\n</body></html>\n'


def _matching(results: Sequence[Result]) -> list[str]:
    """Plots and tables, what is to be compared side by side."""
    ordered = sorted(results, key=lambda result: (result.group, result.protocol))
    drawn = [result for result in results if not result.cohort]
    return [
        f"<figure>{det_plot(drawn)}<figcaption>{_('DET 曲線（左下ほどよい）')}</figcaption></figure>",
        f"<figure>{fnmr_plot(ordered, 1e-3)}</figure>",
        _operating_table(ordered),
        _fixed_table(ordered),
    ]


def _operating_table(results: Sequence[Result]) -> str:
    head = [
        _("対象"),
        _("方法"),
        _("エンジン"),
        _("人・組（本人／他人）"),
        "EER",
        *[f"FMR {fmr:g}" for fmr in FMRS],
    ]
    rows = []
    for result in results:
        failed = _("・顔なし {n}").format(n=result.failed) if result.failed else ""
        pairs = f"{result.people} ・ {result.genuine:,}／{result.impostor:,}{failed}"
        points = [_fnmr_cell(point) for point in result.operating]
        rows.append(
            [
                _cell(result.group),
                _cell(_protocol(result)),
                _cell(result.engine),
                _cell(pairs),
                _number(_percent(result.eer)),
                *points,
            ]
        )
    notes = (
        _("値は FNMR、小さい字はその距離のしきい値、［］は 95 % 信頼区間です。"),
        _("誤りがあれば人を単位とするブートストラップ、なければ Clopper-Pearson です。"),
        _("後者は組どうしを独立とみなすので狭めです。† は他人の組が足りず、その FMR を示せません。"),
    )
    return _table(_("FMR を決めたときの FNMR"), head, rows) + "".join(map(_p, notes))


def _fixed_table(results: Sequence[Result]) -> str:
    head = [_("対象"), _("方法"), _("しきい値"), "FMR", "FNMR"]
    rows = [
        [
            _cell(result.group),
            _cell(_protocol(result)),
            _cell(f"{result.engine}: {_label(each.label)} ({each.threshold:g})"),
            _rate(each.fmr),
            _rate(each.fnmr),
        ]
        for result in results
        for each in result.fixed
    ]
    return _table(_("実際に使われるしきい値での誤り率"), head, rows)


def _attack_tables(summary: Summary) -> str:
    if not summary.presentations:
        return _p(_("このフォルダーには、連続した画像（live または攻撃）がありません。"))
    rows = []
    for each in summary.presentations:
        name = _("本人の映像が拒否の手がかりで止まった率") if each.species == BONA_FIDE else "APCER"
        ends = ", ".join(
            f"{end} {count}" for end, count in sorted(each.ends.items(), key=lambda item: -item[1])
        )
        rows.append([_cell(each.species), _cell(name), _rate(each.rate), _cell(f"{each.runs}"), _cell(ends)])
    head = [_("種類"), _("率"), _("値"), _("映像"), _("終わり方")]
    tables = _table(_("生体検知（無作為の動作の指示つき）"), head, rows)
    tables += _p(_("録画された人は今出された指示を聞けないため、指示全体の BPCER は測れません。"))
    tables += _p(_("指示に応じなかった終わり方（timeout など）は、本人の誤りに数えません。"))
    told = _("同じ映像に指示を変えて {n} 回ずつ使います。区間は互いに独立とみなすので狭めです。")
    tables += _p(told.format(n=CHALLENGES))
    tables += _p(
        _("lost は追跡が途切れたことを示します。間の抜けた録画で多く、その分は攻撃の証拠として弱くなります。")
    )
    if summary.matches:
        rows = [
            [_cell(species), _cell(f"{engine} ({threshold:g})"), _rate(rate)]
            for engine, species, threshold, rate in summary.matches
        ]
        tables += _table(
            _("生体検知がなければ照合を通る攻撃（照合だけの IAPAR）"),
            [_("種類"), _("エンジン"), _("率")],
            rows,
        )
    return tables


def _latency_table(summary: Summary) -> str:
    rows = [
        [
            _cell(each.step),
            _number(f"{each.median:.3g}"),
            _number(f"{each.p95:.3g}"),
            _cell(f"{each.n} ({each.size})"),
        ]
        for each in summary.latency
    ]
    return _table(_("1コアの CPU 時間（ミリ秒）"), [_("処理"), _("中央値"), "95 %", "N"], rows)


def _label(label: str) -> str:
    ours = {
        "alone": _("顔だけのとき"),
        "with a second factor": _("二つ目の確認があるとき"),
        "never beyond": _("越えられない上限"),
    }
    return ours.get(label, label)


def _protocol(result: Result) -> str:
    kind, template, probe = result.protocol.split("-")[:3]
    if kind == "still":
        return _("画像1枚と1枚")
    words = _("登録 {template} 枚、照合 {probe} 枚、別の日").format(template=template, probe=probe)
    return words + (_("、{n} 人で正規化").format(n=result.cohort) if result.cohort else "")


def _fnmr_cell(point: Operating) -> str:
    mark = "" if point.shown else "†"
    text = (
        f"{_percent(point.fnmr.value)}{mark} {_interval(point.fnmr)}<br><small>{point.threshold:.3f}</small>"
    )
    return f'<td class="n{"" if point.shown else " weak"}">{text}</td>'


def _rate(rate: Rate) -> str:
    if rate.n == 0:
        return _cell("–")
    text = f"{_percent(rate.value)} {_interval(rate)}<br><small>{rate.errors:,}/{rate.n:,}</small>"
    return f'<td class="n">{text}</td>'


def _percent(value: float) -> str:
    return "–" if math.isnan(value) else f"{100 * value:.3g} %"


def _interval(rate: Rate) -> str:
    return f"［{100 * rate.low:.3g}–{100 * rate.high:.3g}］"


def _table(caption: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    heads = "".join(f'<th scope="col">{html.escape(text)}</th>' for text in head)
    body = "".join(f"<tr>{''.join(row)}</tr>" for row in rows)
    inner = f"<caption>{html.escape(caption)}</caption><tr>{heads}</tr>{body}"
    return f'<div class="wide"><table>{inner}</table></div>'


def _cell(text: str) -> str:
    return f"<td>{html.escape(text)}</td>"


def _number(text: str) -> str:
    return f'<td class="n">{html.escape(text)}</td>'


def _p(text: str) -> str:
    return f"<p>{html.escape(text)}</p>"
