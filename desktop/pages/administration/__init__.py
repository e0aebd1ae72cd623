"""Administration for the IT role; the auditor reads the trail, the policy and the plan."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from auth.model import Role
from core.i18n import _
from desktop.pages.administration.audit import Audit
from desktop.pages.administration.bulletins import BulletinsView
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


def administration_page(services: Services) -> QWidget:
    """The concerns side by side on top; tables use the full width."""
    content = QWidget()
    layout = page.column(content, 1.0)
    session = services.auth.session
    role = session.person.role if session is not None else Role.AUDITOR
    step_up = StepUpCard(services)
    views: list[tuple[str, Callable[[Services], QWidget]]] = []
    if role == Role.IT:
        views += [
            (_("人"), lambda s: People(s, step_up)),
            (_("待ち時間"), lambda s: Waits(s, step_up)),
            (_("庁内端末"), lambda s: Terminals(s, step_up)),
        ]
    views += [(_("監査"), lambda s: Audit(s, step_up)), (_("方針"), lambda s: PolicyView(s, step_up))]
    if role == Role.IT:
        views.append((_("お知らせ"), BulletinsView))
        views.append((_("短縮した時間"), Savings))
        views += [(_("端末の台帳"), InventoryView), (_("サインインの状況"), SignInsView)]
        views.append((_("サービス"), StatesView))
        views += [(_("保管量"), StorageView), (_("事案"), lambda s: IncidentView(s, step_up.run))]
    views.append((_("計画の進捗"), PlanView))
    stack = page.Stack()
    built: dict[int, QWidget] = {}

    def show(index: int) -> None:
        """A concern is built when it is first shown."""
        if index not in built:
            built[index] = views[index][1](services)
            stack.addWidget(built[index])
        stack.setCurrentWidget(built[index])
        step_up.hide()

    tabs = Segmented(_("管理の対象"), [(i, name) for i, (name, _view) in enumerate(views)], 0, wrap=True)
    tabs.chosen.connect(show)
    layout.addWidget(tabs)
    show(0)
    layout.addWidget(step_up)
    layout.addWidget(stack, 1)

    def lead(aim: object) -> None:
        """To a person, or to the incidents with somebody to be stopped: the IT role's concerns."""
        if role != Role.IT:
            return
        if isinstance(aim, PersonAim) and isinstance(people := built[0], People):
            tabs.choose(0)
            show(0)
            people.finder.setText(aim.text)
            people.finder.setFocus(Qt.FocusReason.OtherFocusReason)
        elif isinstance(aim, IncidentAim):
            place = [name for name, _view in views].index(_("事案"))
            tabs.choose(place)
            show(place)
            if isinstance(incidents := built[place], IncidentView):
                incidents.take(aim)

    services.aims.taken_by("administration", content, lead)
    return page.scrolled(content, None)
