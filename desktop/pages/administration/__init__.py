"""Administration for the IT role (people, terminals, audit, policy) and for the auditor (audit only)."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from auth.model import Role
from core.i18n import _
from desktop.pages.administration.audit import Audit
from desktop.pages.administration.people import People
from desktop.pages.administration.policy import policy_view
from desktop.pages.administration.savings import Savings
from desktop.pages.administration.terminals import Terminals
from desktop.pages.administration.waits import Waits
from desktop.pages.services import Services
from desktop.ui import page
from desktop.ui.widgets.segmented import Segmented


def administration_page(services: Services) -> QWidget:
    """The concerns side by side on top; tables use the full width."""
    content = QWidget()
    layout = page.column(content, 1.0)
    session = services.auth.session
    role = session.person.role if session is not None else Role.AUDITOR
    views: list[tuple[str, QWidget]] = []
    if role == Role.IT:
        views.append((_("人"), People(services)))
        views.append((_("待ち時間"), Waits(services)))
        views.append((_("庁内端末"), Terminals(services)))
    views.append((_("監査"), Audit(services)))
    if role == Role.IT:
        views.append((_("方針"), policy_view(services)))
        views.append((_("短縮した時間"), Savings(services)))
    stack = page.Stack()
    for _name, view in views:
        stack.addWidget(view)
    if len(views) > 1:
        tabs = Segmented(_("管理の対象"), [(i, name) for i, (name, _view) in enumerate(views)], 0)
        tabs.chosen.connect(stack.setCurrentIndex)
        layout.addWidget(tabs, 0, Qt.AlignmentFlag.AlignLeft)
    layout.addWidget(stack, 1)
    return page.scrolled(content, None)
