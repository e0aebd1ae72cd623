"""Where an account's calendars lie, asked once when it is added (RFC 5397, RFC 4791 6.2.1, RFC 6764)."""

from __future__ import annotations

import logging
import ssl
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx

from calendar_sync.multistatus import CALDAV, DAV
from calendar_sync.remote import Remote
from calendar_sync.wire import Credential, path, trust
from core.errors import SuiteError
from core.i18n import _
from core.negotiate import TicketAuth

_log = logging.getLogger(__name__)
_TIMEOUT = 20  # s for one answer
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


@dataclass(frozen=True, slots=True)
class Account:
    """A person on a server. ``home``: the path below which the calendars lie; ``user`` signs in there.

    ``office``: one of ours, where the section's calendar and the rooms have their place beside the home.
    ``ticket``: ``user`` is a Kerberos principal, whose ticket is shown instead of a password.
    """

    url: str
    home: str
    user: str
    office: bool = False
    ticket: bool = False
    addresses: tuple[str, ...] = ()  # what the person is called there (RFC 6638 2.4.1)
    inbox: str = ""  # the path of the scheduling inbox; empty: the server does not carry invitations


def discover(url: str, credential: Credential) -> Account:
    """The account that ``credential`` opens at ``url`` (a server, or any address below it).

    SuiteError CAL-016 for an address that would send the password unencrypted, CAL-011 when the server
    refuses it, CAL-015 when there is no calendar server. Network: seconds; not on the UI thread.
    """
    root = _checked(url.strip())
    from caldav.davclient import DAVClient
    from caldav.lib import error

    refused = False
    for candidate in dict.fromkeys(filter(None, (root, _well_known(root)))):
        try:
            with DAVClient(
                candidate,
                username=credential.user,
                password=credential.password,
                timeout=_TIMEOUT,
                ssl_verify_cert=ssl.get_default_verify_paths().cafile or True,
            ) as client:
                principal = client.principal()  # type: ignore[no-untyped-call]
                found = principal.calendar_home_set
                place = str(found.url or "") if found is not None else ""
                names, inbox = _offered(principal, _dav_header(place, credential)) if place else ((), "")
        except error.AuthorizationError:
            refused = True
            continue
        except Exception:  # noqa: BLE001, S112 - whatever the library meets there, it is no calendar server
            continue
        home = path(place).rstrip("/") + "/"
        if home != "/" and urlsplit(place).hostname in (None, urlsplit(root).hostname):
            ours = _is_ours(root, credential)
            return Account(_origin(root), home, credential.user, ours, addresses=names, inbox=inbox)
    raise _refused() if refused else _nothing_there()


def discover_by_ticket(url: str, ticket: TicketAuth) -> Account:
    """As ``discover``, with the session's ticket: two questions that a password's library cannot ask.

    SuiteError TICKET-009 … 011, CAL-010 … 012, CAL-015, CAL-016.
    """
    root = _checked(url.strip())
    remote = Remote(root, ticket)
    try:
        principal = remote.href_in(urlsplit(root).path or "/", DAV + "current-user-principal")
        home = remote.href_in(principal, CALDAV + "calendar-home-set") if principal else ""
    finally:
        remote.close()
    if not home.strip("/"):
        raise _nothing_there()
    return Account(_origin(root), home.rstrip("/") + "/", ticket.principal, ticket=True)


def _well_known(root: str) -> str:
    """Where the server itself says that its calendars are; asked without a password, kept to its own host."""
    try:
        answer = httpx.get(
            urljoin(root, "/.well-known/caldav"), timeout=_TIMEOUT, trust_env=False, verify=trust(root)
        )
    except httpx.HTTPError:
        return ""
    there = urljoin(root, answer.headers.get("location", "")) if answer.is_redirect else ""
    return there if there and urlsplit(there).netloc == urlsplit(root).netloc else ""


def _is_ours(root: str, credential: Credential) -> bool:
    """Whether the door of our own server (``servers.devices``) is there."""
    try:
        answer = httpx.get(
            urljoin(root, "/.devices/"), auth=(credential.user, credential.password), timeout=_TIMEOUT,
            trust_env=False, verify=trust(root),
        )  # fmt: skip
        return answer.status_code == 200 and isinstance(answer.json(), list)
    except (httpx.HTTPError, ValueError):
        return False


def _offered(principal: Any, header: str) -> tuple[tuple[str, ...], str]:
    """What the person of ``principal`` (caldav) is called on a server whose ``DAV`` header is ``header``, and
    the path of their inbox; nothing where it only says that it schedules, without a name to be invited by."""
    if "calendar-auto-schedule" not in header:
        return (), ""
    try:
        names = tuple(str(name) for name in principal.calendar_user_address_set())
        inbox = path(str(principal.schedule_inbox().url))
    except Exception as error:  # noqa: BLE001 - whatever the library meets there, invitations are ours to carry
        _log.info("no scheduling: %s", type(error).__name__)
        return (), ""
    mail = tuple(name for name in names if name.casefold().startswith("mailto:"))
    return (mail, inbox) if mail else ((), "")


def _dav_header(home: str, credential: Credential) -> str:
    """What the server says it can do with the calendars at ``home``."""
    try:
        answer = httpx.options(
            home,
            auth=(credential.user, credential.password),
            timeout=_TIMEOUT,
            trust_env=False,
            verify=trust(home),
        )
    except httpx.HTTPError:
        return ""
    return str(answer.headers.get("dav", ""))


def _checked(url: str) -> str:
    if "//" not in url:
        url = f"https://{url}"
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
        raise _nothing_there()
    if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
        raise SuiteError(
            _("サーバーにつなぎませんでした。"),
            _("この宛先では、パスワードが暗号化されずに流れます。"),
            _("https:// で始まる宛先を入れてください。"),
            "CAL-016",
        )
    return url


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}/"


def _refused() -> SuiteError:
    return SuiteError(
        _("サーバーにつなげませんでした。"),
        _("利用者名かパスワードが違います。"),
        _("入れ直すか、サーバーの管理者に確かめてください。"),
        "CAL-011",
    )


def _nothing_there() -> SuiteError:
    return SuiteError(
        _("サーバーにつなげませんでした。"),
        _("この宛先に予定のサーバーが見つかりません。"),
        _("宛先を確かめてください。例: https://calendar.pref.example.jp/"),
        "CAL-015",
    )
