"""What a page may use: handed to it once, made only by ``desktop.app``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from desktop.pages.aims import Aims
from desktop.pages.later import Once
from desktop.ui.bridge import Bridge
from desktop.ui.notice import NoticeBar

if TYPE_CHECKING:
    from PySide6.QtCore import QObject

    from auth.agent.presence import Reaction
    from auth.agent.tickets import TicketKeeper
    from auth.face.camera import Camera
    from auth.model import Session
    from auth.service import AuthService
    from calendar_sync.service import Schedules
    from core.audit import AuditLog
    from core.config import Config
    from core.events import Events
    from core.paths import Paths
    from desktop.pages.in_tray import InTray
    from desktop.pages.presence import Presence, Watch
    from desktop.ui.centre import Centre
    from liaison.service import LiaisonService
    from office.service import Office
    from sharefolder.service import ShareService


@dataclass
class Services:
    """The features and the window's own verbs. ``notices`` is the bar of whatever is on the screen now."""

    paths: Paths
    events: Events
    bridge: Bridge
    config: Config = field(init=False)  # this and sign-in are opened after the first paint
    auth: AuthService = field(init=False)
    audit: AuditLog = field(init=False)
    open_schedules: Once[Schedules] = field(init=False)  # these at their first use
    open_liaison: Once[LiaisonService] = field(init=False)
    open_share: Once[ShareService] = field(init=False)
    open_office: Once[Office] = field(init=False)
    camera: Callable[[], Camera] = field(init=False)  # opens nothing yet: a camera to be opened by its user

    tickets: TicketKeeper = field(init=False)
    watch: Callable[[Callable[[Reaction], None]], Watch] = field(init=False)  # makes a watch over the session
    presence: Presence = field(init=False)  # the window makes it
    key_warning: str = ""  # loud when the keys lie in a file instead of the system's store
    trial: bool = False
    notices: NoticeBar = field(init=False)  # the window sets it
    go: Callable[[str], None] = lambda _key: None
    enrol: Callable[[bool], None] = lambda _proved: None  # proved: a PIN was shown a moment ago
    aims: Aims = field(default_factory=Aims)
    in_tray: InTray = field(init=False)  # what waits for whoever is signed in; the window makes it
    centre: Centre = field(init=False)  # the session's, the window sets it
    first_pin: Callable[[str], None] = lambda _number: None
    back: Callable[[], None] = lambda: None
    tell: Callable[[str, str], None] = lambda _title, _text: None  # the desktop's message, where it has any
    signed_in: Callable[[QObject, Session], object] = lambda _shell, _session: None  # for as long as it lasts
    appearance_changed: Callable[[bool], None] = lambda _rebuild: None

    def show(self, page: str, aim: object = None) -> None:
        """Go to ``page``, which shows ``aim``."""
        self.go(page)  # first: a page that comes on the screen reads, and the aim has the last word
        if aim is not None:
            self.aims.set(page, aim)

    @property
    def schedules(self) -> Schedules:
        return self.open_schedules()

    @property
    def liaison(self) -> LiaisonService:
        return self.open_liaison()

    @property
    def share(self) -> ShareService:
        return self.open_share()

    @property
    def office(self) -> Office:
        return self.open_office()

    @property
    def ready(self) -> bool:
        """Whether sign-in has been opened."""
        return hasattr(self, "auth")
