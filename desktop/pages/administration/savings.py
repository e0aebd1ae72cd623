"""The plan's figure for signing in: hours given back a month, what was measured, and what was assumed."""

from __future__ import annotations

from datetime import date

from auth.model import SignedIn
from auth.savings import PLANNED_HOURS, Month
from core.i18n import _
from core.wareki import format_month
from desktop.pages.administration.export import export
from desktop.pages.fresh import Fresh
from desktop.pages.services import Services
from desktop.ui import page, theme
from desktop.ui.buttons import button
from desktop.ui.widgets.table import Table


class Savings(Fresh):
    """A row a month."""

    def __init__(self, services: Services) -> None:
        super().__init__(services, SignedIn)
        layout = page.column(self, 0.75)
        plan = services.config.plan
        words = _(
            "これまでのやり方を、サインイン {sign_in} 秒（端末のパスワードとワンタイムパスワード）、"
            "代理サーバーと業務アプリ {services} 秒として計算しています（方針ファイルの plan）。"
            "県の計画は、全庁で 1 月あたり {first} 時間、のちに {second} 時間です。"
            "この表は、照合サーバーに届いた職場全体の分です。だれの、どの端末のものかは残しません。"
        ).format(
            sign_in=plan.old_sign_in_s,
            services=plan.old_services_s,
            first=f"{PLANNED_HOURS[0]:,}",
            second=f"{PLANNED_HOURS[1]:,}",
        )
        layout.addWidget(page.label(words, wrap=True))
        titles = [_("月"), _("サインイン"), _("秒（中央値）"), _("省いた入力"), _("短縮した時間"), *(
            _("計画 {hours} 時間に対して").format(hours=f"{hours:,}") for hours in PLANNED_HOURS
        )]  # fmt: skip
        self.table = Table(_("短縮した時間"), titles, (7.6, 6.6, 7.8, 6.8, 8.4, 11.8, 12.6))
        self.table.setMinimumHeight(theme.em(12))
        layout.addWidget(self.table, 1)
        foot = page.row(spacing=0.6)
        foot.addWidget(button(_("表を保存"), self._save, icon="file-csv"))
        foot.addStretch()
        layout.addLayout(foot)

    def read(self) -> None:
        """Count again."""
        office, plan = self._services.auth.administration, self._services.config.plan
        self.bring(
            _("短縮した時間"),
            lambda: office.hours_saved(plan.old_sign_in_s, plan.old_services_s),
            lambda months: self.table.put([(m.name, _cells(m)) for m in months]),
        )

    def _save(self) -> None:
        export(self, self._services, self.table, _("短縮した時間.csv"))


def _cells(month: Month) -> tuple[str, ...]:
    shares = (f"{month.hours / planned * 100:.2f} %" for planned in PLANNED_HOURS)
    hours = _("{hours:,.1f} 時間").format(hours=month.hours)
    name = format_month(date.fromisoformat(f"{month.name}-01"))
    return name, f"{month.sign_ins:,}", f"{month.seconds:.1f}", f"{month.replaced:,}", hours, *shares
