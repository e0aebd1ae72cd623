"""The composition root: the only place that says "new". ``PAGES`` is the whole list of pages."""

from __future__ import annotations

import os
import sys
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import quote

from PySide6.QtCore import Qt, QTimer

from core.events import Events
from core.i18n import _, set_language
from core.paths import Paths
from desktop.language import LOCALE
from desktop.pages.later import Later, Once
from desktop.pages.services import Services
from desktop.pages.window import LOOK, Window
from desktop.ui import theme
from desktop.ui.application import make_application, make_themed
from desktop.ui.bridge import Bridge
from desktop.ui.look import Look
from desktop.ui.memory import stay_small
from desktop.ui.page import Page

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtCore import QObject
    from PySide6.QtWidgets import QApplication, QWidget

    from auth.agent.certificate import SignInCertificate
    from auth.agent.presence import PresenceLoop, Reaction
    from auth.agent.tickets import TicketKeeper
    from auth.face.camera import Camera
    from auth.model import Session
    from auth.service import AuthService
    from calendar_sync.service import Schedules
    from core.audit import AuditLog, Detail
    from core.config import Config
    from core.negotiate import TicketAuth
    from core.secrets import SecretStore
    from liaison.service import LiaisonService
    from office.service import Office
    from sharefolder.service import ShareService

    Build = Callable[[Services], QWidget]


def _today(services: Services) -> QWidget:
    from desktop.pages.today import today_page  # a page is imported when it is first shown

    return today_page(services)


def _calendar_page(services: Services) -> QWidget:
    from desktop.pages.calendar import calendar_page

    return calendar_page(services)


def _sharefolder_page(services: Services) -> QWidget:
    from desktop.pages.sharefolder import sharefolder_page

    return sharefolder_page(services)


def _laptops_page(services: Services) -> QWidget:
    from desktop.pages.liaison import liaison_page

    return liaison_page(services)


def _calendar(services: Services) -> QWidget:
    def load() -> Build:
        services.open_schedules()
        return _calendar_page

    return Later(services, "calendar-blank", load, services.open_schedules.made)


def _sharefolder(services: Services) -> QWidget:
    def load() -> Build:
        services.open_share()
        return _sharefolder_page

    return Later(services, "folder", load, services.open_share.made)


def _administration(services: Services) -> QWidget:
    from desktop.pages.administration import administration_page

    return administration_page(services)


def _liaison_page(services: Services) -> QWidget:
    def load() -> Build:
        services.open_liaison()
        return _laptops_page

    return Later(services, "desktop", load, services.open_liaison.made)


def _settings(services: Services) -> QWidget:
    from desktop.pages.settings import settings_page

    return settings_page(services)


_REMIND_FROM = 30_000  # ms after signing in, and until there is a schedule to look at
PAGES = (
    Page("today", lambda: _("今日"), "sun-horizon", _today),
    Page("calendar", lambda: _("予定"), "calendar-blank", _calendar),
    Page("sharefolder", lambda: _("共有フォルダ"), "folder", _sharefolder),
    Page("liaison", lambda: _("連絡員端末"), "desktop", _liaison_page, frozenset({"it"})),
    Page(
        "administration",
        lambda: _("管理"),
        "users-three",
        _administration,
        frozenset({"it", "auditor"}),
    ),
    Page("settings", lambda: _("設定"), "gear-six", _settings, bottom=True),
)


def build(paths: Paths) -> Services:
    """The services without settings and features: enough for a first paint."""
    return Services(paths, Events(), Bridge())


def open_features(
    services: Services,
    camera: Callable[[], Camera] | None = None,
    secrets: SecretStore | None = None,
    sign_in: Callable[..., AuthService] | None = None,
) -> None:
    """Open settings, keys, audit trail and sign-in; slow (imports, databases): never on the UI thread. What
    lies behind the pages is opened when somebody goes there.

    Tests bring a ``camera``, ``secrets`` and, to count time, their own way to ``auth.local.open_service``.
    SuiteError when the policy, a key or a database fails.
    """
    from core.audit import AuditLog
    from core.config import Config
    from core.secrets import open_secrets

    services.config = Config.load(services.paths)
    services.trial = services.config.trial.enabled
    secrets = secrets or open_secrets(services.config, services.paths)
    services.key_warning = getattr(secrets, "warning", None) or ""
    services.audit = AuditLog(services.paths.data / "audit.db", secrets)
    services.open_schedules = Once(lambda: _schedules(services, secrets))
    services.open_liaison = Once(lambda: _liaison(services, secrets))
    services.open_share = Once(lambda: _share(services, secrets))
    services.open_office = Once(lambda: _office(services, secrets))
    look_through = camera or (lambda: camera_of(services.config))
    services.camera = look_through

    services.signed_in = lambda shell, session: _begin_session(services, shell, session)
    services.tickets = _tickets(services)
    services.watch = lambda react: _presence(services.config, look_through, react)
    services.auth = (sign_in or _sign_in)(
        services.config,
        services.paths,
        secrets,
        services.audit,
        services.events,
        look_through,
        tickets=services.tickets.open,
    )


def _sign_in(
    config: Config,
    paths: Paths,
    secrets: SecretStore,
    audit: AuditLog,
    events: Events,
    camera: Callable[[], Camera],
    *,
    tickets: Callable[[SignInCertificate], object],
) -> AuthService:
    """Signing in on this machine alone, or as a terminal of the office that the policy names."""
    if config.servers.matcher:
        from auth import remote

        return remote.open_service(config, paths, secrets, audit, events, camera, tickets=tickets)
    from auth import local

    return local.open_service(config, paths, secrets, audit, events, camera, tickets=tickets)


def _schedules(services: Services, secrets: SecretStore) -> Schedules:
    """Everybody's schedule on this terminal, and the embedded server."""
    from calendar_sync.service import Schedules

    away = services.paths.state / "out-of-reach"  # a trial's 圏外, beside the scene before its camera
    return Schedules(
        services.paths,
        secrets,
        services.events,
        lambda: services.trial and away.exists(),
        _ticket(services),
    )


def _ticket(services: Services) -> Callable[[str], TicketAuth]:
    """What shows the session's ticket to a web server that the policy names."""
    from auth.agent.ticket import KerberosCache
    from auth.agent.tickets import services_of
    from calendar_sync.accounts import no_ticket
    from core.negotiate import TicketAuth

    chosen = services.config.tickets
    if not services_of(chosen):
        return no_ticket
    return partial(TicketAuth, KerberosCache(services.paths.run).path, chosen.servers)


def _begin_session(services: Services, shell: QObject, session: Session) -> None:
    """What goes on for as long as somebody is signed in."""
    _remind(services, shell, session)
    if services.trial:
        from desktop import trial_notices

        services.bridge.run(shell, _("見本の職場の準備"), lambda _r: trial_notices.post(services))


def _remind(services: Services, shell: QObject, session: Session) -> None:
    """Reminders for as long as somebody is signed in; whoever has no schedule here pays for none of it."""
    person, open_ = session.person, services.open_schedules
    name = quote(person.staff_number, safe="")

    def begin() -> None:
        if open_.made or (services.paths.data / "calendar" / f"{name}.db").exists():
            waiting.stop()
            services.bridge.run(shell, _("予定"), lambda _r: open_(), lambda _made: made(), lane="calendar")

    def made() -> None:
        from calendar_sync.model import Owner
        from desktop.pages.calendar.reminding import Reminding

        Reminding(shell, services, Owner(person.staff_number, person.name, person.section)).look()

    waiting = QTimer(shell)
    waiting.setTimerType(Qt.TimerType.VeryCoarseTimer)
    waiting.setInterval(_REMIND_FROM)
    waiting.timeout.connect(begin)
    waiting.start()


def _tickets(services: Services) -> TicketKeeper:
    """The session's Kerberos tickets, in a cache of this program's that its own clients and children use."""
    from auth.agent.ticket import KerberosCache, NoRealm
    from auth.agent.tickets import TicketKeeper, services_of

    chosen = services.config.tickets
    opened = services_of(chosen)
    if not opened:
        return TicketKeeper(NoRealm(), (), services.events, destroy_at_lock=True)
    cache = KerberosCache(services.paths.run)
    os.environ["KRB5CCNAME"] = f"FILE:{cache.path}"
    return TicketKeeper(cache, opened, services.events, chosen.at_lock == "destroy")


def _share(services: Services, secrets: SecretStore) -> ShareService:
    """The shared folders of this terminal; a server is asked with the session's own Kerberos ticket."""
    from auth.model import SignedOut
    from core.gss_spnego import speak_kerberos
    from sharefolder.service import ShareService

    def actor() -> str:
        session = services.auth.session
        return session.person.staff_number if session is not None else ""

    def tell(action: str, subject: str, detail: Detail) -> None:
        services.audit.append(action, actor=actor(), subject=subject, detail=detail)

    speak_kerberos()
    share = ShareService(services.paths.data / "share", services.events, actor, tell=tell, secrets=secrets)
    services.events.subscribe(SignedOut, lambda _event: share.leave())
    return share


def _presence(
    config: Config, camera: Callable[[], Camera], react: Callable[[Reaction], None]
) -> PresenceLoop:
    """The watch over one session; loads the face models, so not on the UI thread."""
    from auth.agent.presence import Lookout, PresenceLoop, PresenceWatch, clock
    from auth.face.engine import FaceAnalyser
    from auth.matcher.engines import engine_of

    chosen = config.presence
    watch = PresenceWatch(chosen.after_s, chosen.warn_second_face, clock())
    return PresenceLoop(Lookout(camera, FaceAnalyser(), engine_of(config.face).encoder), watch, react)


def _liaison(services: Services, secrets: SecretStore) -> LiaisonService:
    """The liaison laptops, acted on as whoever is signed in."""
    from liaison.service import LiaisonService

    def actor() -> str:
        session = services.auth.session
        return session.person.staff_number if session is not None else ""

    return LiaisonService(services.paths.data / "liaison", secrets, services.events, actor)


def _office(services: Services, secrets: SecretStore) -> Office:
    """How the house is doing; its figures come from the other features."""
    from auth.model import Role
    from desktop.figures import figures
    from desktop.stopping import stop_person, stop_terminal
    from office.schema import open_sql
    from office.service import Office

    def require(*roles: Role) -> str:
        return services.auth.administration.require(*roles)

    servers = services.config.servers
    return Office(
        open_sql(services.paths.data / "office.db", servers.database),
        services.paths,
        services.audit,
        lambda: require(Role.IT),
        lambda: require(Role.IT, Role.AUDITOR),
        lambda: services.auth.administration.change_policy(),
        services.events,
        figures(services),
        lambda number, drill: stop_person(services, number, drill),
        lambda name, drill: stop_terminal(services, name, drill),
        secrets,
        servers.reports,
    )


def camera_of(config: Config) -> Camera:
    """The camera to look through: a device, or in the trial the actor. Opens nothing yet."""
    from auth.face.camera import DeviceCamera

    if config.trial.enabled:
        from desktop.trial import trial_camera

        return trial_camera(config)
    wanted = config.camera
    return DeviceCamera(wanted.allowed, wanted.index, (wanted.width, wanted.height), wanted.fps)


def main() -> int:
    """Open the window and stay until it is closed; the exit code."""
    app, _services, _window = start()
    return app.exec()


def start() -> tuple[QApplication, Services, Window]:
    """Show the window; settings and features open behind its first paint."""
    stay_small()
    app = make_application(sys.argv[:1])
    theme.current().follow_system()
    window = first_paint(build(Paths.from_environment()))
    window.when_painted(lambda: _after_first_paint(window))
    return app, window.services, window


def _after_first_paint(window: Window) -> None:
    from core import log

    log.configure(window.services.paths)
    open_later(window)


def first_paint(services: Services) -> Window:
    """The window as it looked last time, on the screen; nothing behind it yet."""
    look = Look.load(services.paths.state / LOOK)
    set_language(look.language, LOCALE)
    make_themed(look)
    window = Window(services, PAGES)
    window.resize(theme.em(78), theme.em(51))
    window.show()
    return window


def open_later(window: Window, camera: Callable[[], Camera] | None = None) -> None:
    """Open the features behind the first paint, then let the window go on."""
    services = window.services
    services.bridge.run(
        window,
        _("準備"),
        lambda _r: open_features(services, camera),
        lambda _n: window.open(),
        window.cannot_open,
    )
