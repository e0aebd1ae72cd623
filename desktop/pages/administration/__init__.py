"""Administration for the IT role; the auditor reads the trail, the policy and the plan."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from auth.model import Role
from core.i18n import _
from desktop.pages.administration.audit import Audit
from desktop.pages.administration.bulletins import BulletinsView
from desktop.pages.administration.elsewhere import elsewhere_banner
from desktop.pages.administration.people import People
from desktop.pages.administration.policy import PolicyView
from desktop.pages.administration.savings import Savings
from desktop.pages.administration.step_up import StepUpCard
from desktop.pages.administration.terminals import Terminals
from desktop.pages.administration.waits import Waits
from desktop.pages.matters import IncidentAim, PersonAim
from desktop.pages.office.incident import IncidentView
from desktop.pages.office.inventory import InventoryView
from desktop.pages.office.plan import PlanView
from desktop.pages.office.sign_ins import SignInsView
from desktop.pages.office.states import StatesView
from desktop.pages.office.storage import StorageView
from desktop.pages.services import Services
from desktop.ui import page
from desktop.ui.widgets.segmented import Segmented


@dataclass(frozen=True)
class Concern:
    """``read``: the auditor's too. ``here``: about this machine itself, so also where the office's register
    and trail lie at servers."""

    name: str
    build: Callable[[Services], QWidget]
    read: bool = False
    here: bool = False


def concerns(step_up: StepUpCard) -> list[Concern]:
    """All of them, in their order."""
    return [
        Concern(_("人"), lambda s: People(s, step_up)),
        Concern(_("待ち時間"), lambda s: Waits(s, step_up)),
        Concern(_("庁内端末"), lambda s: Terminals(s, step_up)),
        Concern(_("監査"), lambda s: Audit(s, step_up), read=True),
        Concern(_("方針"), lambda s: PolicyView(s, step_up), read=True),
        Concern(_("お知らせ"), BulletinsView),
        Concern(_("短縮した時間"), Savings),
        Concern(_("端末の台帳"), InventoryView),
        Concern(_("サインインの状況"), SignInsView),
        Concern(_("サービス"), StatesView, here=True),
        Concern(_("保管量"), StorageView, here=True),
        Concern(_("事案"), lambda s: IncidentView(s, step_up.run)),
        Concern(_("計画の進捗"), PlanView, read=True),
    ]


def administration_page(services: Services) -> QWidget:
    """The concerns side by side on top; tables use the full width."""
    content = QWidget()
    layout = page.column(content, 1.0)
    session, elsewhere = services.auth.session, services.auth.administered_elsewhere
    role = session.person.role if session is not None else Role.AUDITOR
    step_up = StepUpCard(services)
    shown = [c for c in concerns(step_up) if (c.read or role == Role.IT) and (c.here or not elsewhere)]
    if elsewhere:
        layout.addWidget(elsewhere_banner(bool(shown)))
    stack = page.Stack()
    built: dict[str, QWidget] = {}

    def show(name: str) -> QWidget:
        """A concern is built when it is first shown."""
        if name not in built:
            built[name] = next(each for each in shown if each.name == name).build(services)
            stack.addWidget(built[name])
        stack.setCurrentWidget(built[name])
        step_up.hide()
        return built[name]

    tabs = Segmented(_("管理の対象"), [(c.name, c.name) for c in shown], "", wrap=True) if shown else None
    if tabs is not None:
        tabs.chosen.connect(show)
        layout.addWidget(tabs)
        show(shown[0].name)
    layout.addWidget(step_up)
    layout.addWidget(stack, 1)

    def lead(aim: object) -> None:
        """To a person, or to the incidents with somebody to be stopped: the IT role's concerns."""
        place = {PersonAim: _("人"), IncidentAim: _("事案")}.get(type(aim), "")
        if tabs is None or place not in [each.name for each in shown]:
            return
        tabs.choose(place)
        view = show(place)
        if isinstance(aim, PersonAim) and isinstance(view, People):
            view.finder.setText(aim.text)
            view.finder.setFocus(Qt.FocusReason.OtherFocusReason)
        elif isinstance(aim, IncidentAim) and isinstance(view, IncidentView):
            view.take(aim)

    services.aims.taken_by("administration", content, lead)
    return page.scrolled(content, None)
