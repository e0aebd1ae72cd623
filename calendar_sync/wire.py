"""One account's HTTP connection: what an answer may be, how long and how large, and what its failure means.

Nothing here knows calendars; an outcome that cannot be known is ``Unknown``.
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from urllib.parse import quote, unquote, urljoin, urlsplit

import httpx

from calendar_sync.ics import MAX_BYTES
from calendar_sync.multistatus import Response, Tail, Truncated, read
from core.errors import SuiteError
from core.i18n import _
from core.negotiate import Unproved

_PLAIN_PATH = re.compile(r"(?!//)/[\w/@:!$&'()*+,;=~.-]*", re.ASCII)
ABSENT, FORBIDDEN = "CAL-014", "CAL-017"
_ROOM_IS_TAKEN = b"room-is-taken"  # calendar_sync.rights.TAKEN
XML = {"Content-Type": "application/xml; charset=utf-8"}


class Unknown(Exception):  # noqa: N818 - says what is known
    """A write whose reply did not come or makes no sense: it may have happened."""


class Declined(Exception):  # noqa: N818
    """The server does not answer this question in this form."""


class InvalidToken(Declined):
    """The server does not know (or no longer knows) the sync token."""


@dataclass(frozen=True, slots=True)
class Credential:
    """A user name and a password for this server only. ``repr`` never shows the password."""

    user: str
    password: str

    def __repr__(self) -> str:
        return f"Credential({self.user!r})"


class Wire:
    """Requests to one server with one credential. Use from one thread at a time."""

    def __init__(
        self, url: str, credential: Credential | httpx.Auth, transport: httpx.BaseTransport | None = None
    ) -> None:
        """``credential``: a password of this server's, or what shows a ticket (``core.negotiate``)."""
        self.url = url
        self._connect = partial(
            httpx.Client,
            auth=_shown(credential),
            timeout=httpx.Timeout(120, connect=5),  # a server that reads ten thousand files first
            headers={"User-Agent": "mahoroba", **_encoding(url)},
            transport=transport,
            verify=trust(url),
            trust_env=False,
        )
        self._client = self._connect()

    def keep_no_connection(self) -> None:
        """Each request on a connection of its own: a server may end a kept one under a write (SOGo), whose
        outcome is then unknown."""
        self._client.close()
        self._client = self._connect(limits=httpx.Limits(max_keepalive_connections=0))

    def close(self) -> None:
        self._client.close()

    def ask(self, method: str, path: str, what: object = None) -> httpx.Response:
        """A small question beside the calendars, in JSON. httpx.HTTPError when no answer comes."""
        return self._client.request(method, self._absolute(path), json=what, timeout=30)

    def _absolute(self, href: str) -> str:
        return urljoin(self.url, href)

    def _write(self, method: str, href: str, headers: Mapping[str, str], raw: bytes | None) -> str | None:
        try:
            response = self._client.request(method, self._absolute(href), content=raw, headers=headers)
        except httpx.ConnectError as error:
            raise unreachable() from error  # certainly not sent
        except (httpx.HTTPError, Unproved) as error:
            raise Unknown from error
        if response.status_code in (200, 201, 204):
            return str(response.headers.get("etag", ""))
        if response.status_code in (404, 409, 410, 412):
            return None
        if response.status_code == 403:
            raise taken() if _ROOM_IS_TAKEN in response.content else forbidden()
        if response.status_code in (401, 405, 413, 415, 423):
            refuse(response)
        raise Unknown

    def _multistatus(
        self,
        method: str,
        href: str,
        body: str,
        depth: int | None,
        tail: Tail,
        declines: Sequence[int] = (),
    ) -> Iterator[Response]:
        """Each response. Declined for a status among ``declines``."""
        headers = {**XML, **({} if depth is None else {"Depth": str(depth)})}
        with self._asking(method, href, body.encode(), headers) as response:
            if response.status_code in declines:
                raise Declined
            refuse(response)
            if response.status_code in (404, 410):
                raise absent()
            if response.status_code != 207:
                raise unanswerable()
            try:
                yield from read(response.iter_bytes(), tail)
            except Truncated as error:
                raise unanswerable() from error

    @contextmanager
    def _asking(
        self, method: str, href: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Iterator[httpx.Response]:
        try:
            with self._client.stream(method, self._absolute(href), content=body, headers=headers) as response:
                yield response
        except httpx.HTTPError as error:
            raise unreachable() from error


def _shown(credential: Credential | httpx.Auth) -> httpx.Auth:
    if isinstance(credential, httpx.Auth):
        return credential
    return httpx.BasicAuth(credential.user, credential.password)


def trust(url: str) -> ssl.SSLContext | bool:
    """The authorities that this machine trusts, the office's own among them."""
    return ssl.create_default_context() if urlsplit(url).scheme == "https" else True


def _encoding(url: str) -> dict[str, str]:
    """On this machine, packing and unpacking only takes time."""
    return {"Accept-Encoding": "identity"} if urlsplit(url).hostname in ("127.0.0.1", "::1") else {}


def path(href: str) -> str:
    """A href as the cache knows it: the path only, percent-encoded one way."""
    if _PLAIN_PATH.fullmatch(href):
        return href
    return quote(unquote(urlsplit(href).path), safe="/@:!$&'()*+,;=~-._")


def bounded(response: httpx.Response) -> Iterator[bytes]:
    size = 0
    for chunk in response.iter_bytes():
        size += len(chunk)
        if size > MAX_BYTES:
            raise unanswerable()
        yield chunk


def refuse(response: httpx.Response) -> None:
    if response.status_code in (401, 403, 405, 413, 415, 423):
        raise SuiteError(
            _("予定を同期できませんでした。"),
            _("サーバーに断られました（{status}）。").format(status=response.status_code),
            _("変更はこの端末に残っています。権限を確かめるか、情報担当に連絡してください。"),
            "CAL-011",
        )


def forbidden() -> SuiteError:
    return SuiteError(
        _("予定を送れませんでした。"),
        _("この予定を変える権限がありません。"),
        _("あなたの変更は「見比べる」に残しています。変えたいときは、その所属や部屋の担当に頼んでください。"),
        FORBIDDEN,
    )


def taken() -> SuiteError:
    return SuiteError(
        _("部屋を予約できませんでした。"),
        _("同じ時間に、ほかの人が先に予約しています。"),
        _("あなたの予約は「見比べる」に残しています。ほかの部屋か時間を選んでください。"),
        FORBIDDEN,
    )


def unreachable() -> SuiteError:
    return SuiteError(
        _("予定を同期できませんでした。"),
        _("サーバーにつながりません。"),
        _("変更はこの端末に残っていて、つながったときに送ります。そのまま仕事を続けられます。"),
        "CAL-010",
    )


def absent() -> SuiteError:
    return SuiteError(
        _("予定を同期できませんでした。"),
        _("この予定表がサーバーにありません。消されたか、場所が変わっています。"),
        _("予定はこの端末に残っています。情報担当に連絡してください。"),
        ABSENT,
    )


def unanswerable() -> SuiteError:
    return SuiteError(
        _("予定を同期できませんでした。"),
        _("サーバーの返事が途中で切れたか、読み取れません。"),
        _("変更はこの端末に残っています。少し待って、もう一度同期します。"),
        "CAL-012",
    )
