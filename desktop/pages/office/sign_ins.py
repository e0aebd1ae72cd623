"""サインインの状況: who gets in and why not by hour, which cameras drift, whose face is to be taken anew."""

from __future__ import annotations

from datetime import datetime, timedelta

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from auth.model import SignedIn, Unlocked
from auth.verdict import why
from core.clock import TOKYO
from core.i18n import _
from desktop.pages.fresh import Fresh
from desktop.pages.services import Services
from desktop.ui import page, theme
from desktop.ui.widgets.segmented import Segmented
from desktop.ui.widgets.table import Table
from office.health import NEAR, Drift, Summary, drift, summary
from office.trail import Score

_MONTHS_BEFORE = 4


class Hours(QWidget):
    """Accepted and refused by hour of the day: bars upwards, the refused part outlined on top."""

    def __init__(self) -> None:
        super().__init__()
        self._hours: tuple[tuple[int, int], ...] = ()
        self.setMinimumHeight(theme.em(8))
        theme.current().changed.connect(self.update)

    def put(self, hours: tuple[tuple[int, int], ...]) -> None:
        self._hours = hours
        words = _("{hour} 時: 成功 {accepted}、拒否 {refused}")
        said = [words.format(hour=hour, accepted=a, refused=r) for hour, (a, r) in enumerate(hours) if a or r]
        self.setAccessibleName(_("時刻ごとのサインイン"))
        self.setAccessibleDescription(_("。").join(said))
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        if not self._hours:
            return
        tokens, painter = theme.current().tokens, QPainter(self)
        foot, head = theme.em(1.3), theme.em(0.5)
        most = max(sum(hour) for hour in self._hours) or 1
        column, height = self.width() / 24, self.height() - foot - head
        painter.setFont(theme.current().font(0.75))
        for number, (accepted, refused) in enumerate(self._hours):
            left, bottom = number * column + column * 0.15, head + height
            up = height * accepted / most
            painter.fillRect(QRectF(left, bottom - up, column * 0.7, up), QColor(tokens.primary))
            more = height * refused / most
            if refused:
                painter.setPen(QColor(tokens.danger))
                painter.setBrush(QColor(tokens.danger_soft))
                painter.drawRect(QRectF(left, bottom - up - more, column * 0.7, more))
            painter.setPen(QColor(tokens.muted))
            place = QRectF(number * column, bottom, column, foot)
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, str(number))


class SignInsView(Fresh):
    """Seven or thirty days of the trail."""

    def __init__(self, services: Services) -> None:
        super().__init__(services, SignedIn, Unlocked)
        layout = page.column(self, 0.75)
        self._days = Segmented(_("期間"), [(7, _("7 日間")), (30, _("30 日間"))], 7)
        self._days.chosen.connect(lambda _value: self.read())
        layout.addWidget(self._days)
        self._summary = page.label("", wrap=True)
        layout.addWidget(self._summary)
        self._hours = Hours()
        layout.addWidget(self._hours)
        whole = page.Across(58, 1.25)
        self.reasons = Table(_("拒否の理由"), [_("拒否の理由"), _("件数"), _("割合")], (13.5, 3.6, 5))
        self.cameras = Table(
            _("カメラの機種ごとの距離"), [_("カメラ"), _("前月まで"), _("今月"), _("件数")], (5, 5.3, 4, 3.6)
        )
        self.people = Table(
            _("取り直すとよい人"), [_("取り直すとよい人"), _("距離"), _("件数")], (9.4, 4, 3.6)
        )
        for table, share in ((self.reasons, 5), (self.cameras, 4), (self.people, 4)):
            table.setMinimumHeight(theme.em(10))
            whole.add(table, share)
        layout.addWidget(whole, 1)
        self._note = page.label(
            _(
                "距離は、登録した顔との違いです。大きくなったカメラは、レンズの汚れ・光・更新を確かめてください。"
            ),
            "caption",
            wrap=True,
        )
        layout.addWidget(self._note)

    def read(self) -> None:
        services, days = self._services, int(str(self._days.value()))
        today = datetime.now(TOKYO).date()
        first_month = (today - timedelta(days=31 * _MONTHS_BEFORE)).strftime("%Y-%m")
        first, last = (today - timedelta(days=days - 1)).isoformat(), today.isoformat()

        def look() -> tuple[Summary, list[Drift], list[Score]]:
            office = services.office
            office.trail.follow()
            found = summary(office.trail.sign_ins(first, last))
            drifts = drift(office.trail.before_and_now(), office.inventory.cameras())
            limit = services.auth.model_figures().alone * NEAR
            return found, drifts, office.trail.near(limit, 3, first_month)

        self.bring(_("サインインの状況"), look, lambda found: self._show(*found))

    def _show(self, found: Summary, drifts: list[Drift], people: list[Score]) -> None:
        total = found.accepted + found.refused
        share = f"{found.refused / total * 100:.1f}" if total else "0"
        words = _("サインイン {accepted} 件、拒否 {refused} 件（{share} %）")
        self._summary.setText(words.format(accepted=found.accepted, refused=found.refused, share=share))
        self._hours.put(found.by_hour)
        self.reasons.put(
            [
                (reason, (_reason_words(reason), str(count), f"{count / max(1, found.refused) * 100:.1f} %"))
                for reason, count in found.by_reason
            ]
        )
        self.cameras.put([(each.model, _drift_cells(each)) for each in drifts])
        self.people.put([(each.name, (each.name, f"{each.mean:.3f}", str(each.count))) for each in people])


def _reason_words(reason: str) -> str:
    """In words; as it is where an older or newer version wrote the row."""
    try:
        return why(reason).sentence()
    except ValueError:
        return reason


def _drift_cells(each: Drift) -> tuple[str, ...]:
    model = each.model or _("機種の報告なし")
    return model, f"{each.before:.3f}", f"{each.now:.3f}", str(each.count)
