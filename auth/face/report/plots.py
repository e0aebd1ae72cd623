"""The report's pictures as SVG text: DET curves and what each engine misses. Words are English: ISO's terms.

matplotlib is the optional extra ``report``; nothing else of the suite needs it.
"""

from __future__ import annotations

import importlib.util
import io
from collections.abc import Sequence
from statistics import NormalDist
from typing import Any

from auth.face.report.summary import Result
from core.errors import SuiteError
from core.i18n import _

COLOURS = ("#0f62fe", "#b45309", "#0f766e", "#9f1853", "#6929c4", "#525252", "#a16207", "#1d4ed8")
STYLES = {"mobilefacenet": "-", "dlib": "--"}
TICKS = (1e-4, 1e-3, 1e-2, 0.05, 0.2, 0.5)


def check_available() -> None:
    """SuiteError FACE-031 where matplotlib is not installed; asked before the long work begins."""
    if importlib.util.find_spec("matplotlib") is None:
        raise SuiteError(
            _("顔認証の報告を作れませんでした。"),
            _("グラフを描く追加機能 report（matplotlib）が入っていません。"),
            _("./mahoroba face-report から実行すると、追加機能も準備します。"),
            "FACE-031",
        )


def det_plot(results: Sequence[Result]) -> str:
    """DET curves on normal deviate axes (Martin et al. 1997), a colour a group, a line style an engine."""
    figure, axes = _figure(7.2, 5.4)
    groups = list(dict.fromkeys((result.group, result.protocol) for result in results))
    for result in results:
        fmr, fnmr = result.det
        shown = (fmr > 0) & (fmr < 1) & (fnmr > 0) & (fnmr < 1)
        colour = COLOURS[groups.index((result.group, result.protocol)) % len(COLOURS)]
        label = f"{result.engine}: {result.group} {result.protocol} (N={result.genuine}/{result.impostor:,})"
        style = STYLES.get(result.engine, ":")
        axes.plot(_deviates(fmr[shown]), _deviates(fnmr[shown]), style, color=colour, label=label)
    for axis, name in ((axes.xaxis, "FMR"), (axes.yaxis, "FNMR")):
        axis.set_ticks(_deviates(TICKS), [f"{tick:.4g}" for tick in TICKS])
        axis.set_label_text(name)
    axes.set_xlim(*_deviates((5e-5, 0.6)))
    axes.set_ylim(*_deviates((1e-3, 0.8)))
    axes.grid(alpha=0.3)
    axes.legend(fontsize=7, loc="upper right")
    return _svg(figure)


def fnmr_plot(results: Sequence[Result], fmr: float) -> str:
    """FNMR at one FMR with its interval, a bar an engine, side by side for each group."""
    shown = [(result, point) for result in results for point in result.operating if point.fmr == fmr]
    figure, axes = _figure(7.2, 0.42 * len(shown) + 1.1)
    engines = list(dict.fromkeys(result.engine for result in results))
    for place, (result, point) in enumerate(shown):
        rate = point.fnmr
        colour = COLOURS[engines.index(result.engine) % len(COLOURS)]
        axes.barh(place, 100 * rate.value, color=colour, alpha=1.0 if point.shown else 0.35)
        axes.plot([100 * rate.low, 100 * rate.high], [place, place], color="#161616", linewidth=1.2)
    names = [f"{result.group} {result.protocol}\n{result.engine}" for result, _point in shown]
    axes.set_yticks(range(len(shown)), names, fontsize=7)
    axes.invert_yaxis()
    axes.set_xlabel(f"FNMR at FMR {fmr:g}, % with 95 % interval (pale: too few impostor pairs)")
    axes.grid(axis="x", alpha=0.3)
    return _svg(figure)


def _deviates(values: Any) -> list[float]:
    normal = NormalDist()
    return [normal.inv_cdf(float(value)) for value in values]


def _figure(width: float, height: float) -> tuple[Any, Any]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, figure.add_subplot()


def _svg(figure: Any) -> str:
    import matplotlib as mpl

    text = io.StringIO()
    with mpl.rc_context({"svg.fonttype": "none"}):  # words stay words: for a screen reader, and searchable
        figure.savefig(text, format="svg", metadata={"Date": None})
    return text.getvalue()[text.getvalue().index("<svg") :]
