"""The ledger's events in words, a row each."""

from __future__ import annotations

from datetime import date, datetime

from core.clock import TOKYO
from core.i18n import _
from core.wareki import format_date, format_datetime
from liaison.history import Event


def _words(action: str) -> str:
    return {
        "register": _("登録"),
        "lend": _("貸出"),
        "return": _("返却"),
        "wiped": _("消去"),
        "missing": _("所在不明"),
        "found": _("発見"),
        "repair": _("修理へ"),
        "repaired": _("修理済み"),
        "retire": _("廃棄"),
        "shelf": _("棚卸し"),
        "settled": _("確認済み"),
        "prepared": _("準備"),
        "erase-begun": _("全消去の開始"),
        "erased": _("全消去して廃棄"),
        "drill-start": _("訓練開始"),
        "drill-inject": _("訓練の付与"),
        "drill-end": _("訓練終了"),
    }.get(action, action)


def event_cells(event: Event) -> tuple[str, ...]:
    when = format_datetime(datetime.fromisoformat(event.when).astimezone(TOKYO))
    return (when, event.tag, _words(event.action), event.actor, _detail(event))


def _detail(event: Event) -> str:
    detail = event.detail
    if event.action == "lend":
        return _("返却予定 {due}　{accessories}").format(
            due=_day(str(detail.get("due", ""))), accessories=detail.get("accessories", "")
        )
    if event.action == "return" and detail.get("missing"):
        return _("不足: {things}").format(things=detail["missing"])
    return str(detail.get("certificate") or detail.get("model") or "")


def _day(text: str) -> str:
    try:
        return format_date(date.fromisoformat(text))
    except ValueError:
        return text
