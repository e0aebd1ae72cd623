"""Checks of what this terminal talks to: realm, ticket, proxy, schedule server, shares. Nothing is left."""

from __future__ import annotations

import socket
import tempfile
import urllib.request
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from auth.agent.ticket import KerberosCache
from calendar_sync.accounts import addresses_kept
from calendar_sync.servers.embedded import EmbeddedServer
from calendar_sync.wire import trust
from core import gss
from core.config import Config
from core.errors import SuiteError
from core.events import Events
from core.i18n import _
from core.paths import Paths
from core.secrets import MemorySecrets
from installer.selftest import Outcome, State, failed, from_error, ok, unknown
from sharefolder.ports import Credential
from sharefolder.service import ShareService

ANSWER_S = 4.0
KDC_PORT = 88
PROXY_PORTS = (3128, 8080)
"""squid's own, and the other usual one; the system's own setting goes first where it names this host."""


def realm(config: Config) -> Outcome:
    """A KDC answers under the realm's name, as every domain controller of a directory does."""
    name = config.servers.realm
    if not name:
        return _not_set(_("Kerberos の領域"), "servers.realm", "SELF-070")
    if not gss.available():
        return failed(
            _("Kerberos の部品（libgssapi）がこの端末にありません。"),
            _("情報担当に krb5 の導入を頼んでください。"),
            "SELF-071",
        )
    host = name.lower()
    if not _connects(host, KDC_PORT):
        return failed(
            _("領域 {name} のサーバーが応答しません。").format(name=name), _network_step(), "SELF-072"
        )
    return ok(_("領域 {name} のサーバーが応答します。").format(name=name))


def ticket(config: Config, paths: Paths) -> Outcome:
    """Whether a ticket is there now, and for how long."""
    if not config.servers.realm:
        return _not_set(_("Kerberos の領域"), "servers.realm", "SELF-070")
    left = KerberosCache(paths.run).seconds_left()
    if not left:
        return unknown(_("いまチケットはありません。"), _("サインインすると受け取ります。"), "SELF-075")
    return ok(_("チケットはあと {minutes} 分使えます。").format(minutes=left // 60))


def proxy(config: Config) -> Outcome:
    """Something that speaks HTTP answers at the proxy's name; nothing is fetched through it."""
    host = config.tickets.proxy
    if not host:
        return _not_set(_("代理サーバー"), "tickets.proxy", "SELF-080")
    for port in (*_system_proxy_ports(host), *PROXY_PORTS):
        if _speaks_http(host, port):
            return ok(_("代理サーバー {host} が応答します。").format(host=host))
    return failed(_("代理サーバー {host} が応答しません。").format(host=host), _network_step(), "SELF-081")


def schedule(paths: Paths) -> Outcome:
    """Each server that a schedule here is on answers; so does this machine's own, where one is on it."""
    kept = addresses_kept(paths.data / "calendar")
    for url in sorted({url for url in kept if url}):
        if not _answers(url):
            words = _("予定のサーバー（{host}）が応答しません。")
            host = urlsplit(url).hostname or ""
            return failed(words.format(host=host), _network_step(), "SELF-086")
    if ("" in kept or not kept) and not _own_server_answers(paths.data / "calendar-server"):
        return failed(_("予定のサーバーが応答しません。"), _network_step(), "SELF-085")
    return ok(_("予定のサーバーが応答します。"))


def _answers(url: str) -> bool:
    """Any answer of the server's own will do, over a connection that the schedule would trust."""
    try:
        with httpx.Client(trust_env=False, verify=trust(url), timeout=ANSWER_S) as http:
            return http.options(url).status_code < 500
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError):
        return False


def _own_server_answers(folder: Path) -> bool:
    """On its own folder; where nobody has a schedule yet, on an empty one that goes again."""
    with tempfile.TemporaryDirectory(prefix="mahoroba-self-test-") as made:
        server = EmbeddedServer(folder if folder.is_dir() else Path(made), MemorySecrets())
        try:
            return _answers(server.start())
        finally:
            server.stop()


def share(paths: Paths) -> Outcome:
    """The first entry of each share that this terminal knows is asked for, as a server gives it to us now."""
    if not (paths.data / "share").is_dir():
        return _no_share()
    with closing(_shares(paths)) as service:
        places = service.places()
        if not places:
            return _no_share()
        for number, place in enumerate(places, 1):
            try:
                next(service.entries(place.name, ""), None)
            except SuiteError as error:
                outcome = from_error(error)
                words = _("{count} か所のうち {number} 番目につながりません。").format(
                    count=len(places), number=number
                )
                return Outcome(outcome.state, words + error.why, error.next_step, error.code)
    return ok(_("共有フォルダ {count} か所につながります。").format(count=len(places)))


def index_service(paths: Paths) -> Outcome:
    """The index service that a share names is asked how it stands, as a search asks it; it leaves nothing.
    A share that does not answer is the question before this one."""
    if not (paths.data / "share").is_dir():
        return _no_share()
    with closing(_shares(paths)) as service:
        places = service.places()
        if not places:
            return _no_share()
        try:
            answers = [service.index_service(place.name) for place in places]
        except SuiteError as error:
            return _silent(error)
    return _standing([said for said in answers if said is not None])


def _standing(answers: Sequence[dict[str, Any]]) -> Outcome:
    if not answers:
        return unknown(
            _("索引サービスのある共有フォルダはありません（端末ごとに索引を作ります）。"),
            _("全端末で一つの索引にするときは、ファイルサーバーで mahoroba share-index を動かします。"),
            "SELF-063",
        )
    if failure := next((str(said["failure"])[:200] for said in answers if said.get("failure")), ""):
        words = _("索引サービスは答えますが、共有フォルダを調べられていません: {why}")
        step = _("ファイルサーバーで mahoroba share-index status を行い、理由を確かめてください。")
        return failed(words.format(why=failure), step, "SELF-064")
    if not all(said.get("looked") for said in answers):
        words = _("索引サービスは答えますが、共有フォルダをまだ調べ終えていません。")
        return unknown(words, _("終わるまで待って、もう一度確かめてください。"), "SELF-065")
    return ok(
        _("索引サービス {count} か所が答え、共有フォルダを調べ終えています。").format(count=len(answers))
    )


def _silent(error: SuiteError) -> Outcome:
    if error.code != "SHARE-041":  # it is the share that does not answer
        return from_error(error, State.UNKNOWN)
    step = _("ファイルサーバーで mahoroba-share-index が動いているかを確かめ、止まっていれば始めてください。")
    return failed(_("共有フォルダが示す索引サービスが答えません。検索できません。"), step, error.code)


def _shares(paths: Paths) -> ShareService:
    return ShareService(paths.data / "share", Events(), lambda: "", Credential)


def _no_share() -> Outcome:
    return unknown(
        _("共有フォルダがまだ登録されていません。"), _("共有フォルダの画面で登録してください。"), "SELF-090"
    )


def _not_set(what: str, key: str, code: str) -> Outcome:
    return unknown(
        _("{what}が決められていません。").format(what=what),
        _("使うときは、情報担当が方針ファイルの {key} に書きます。").format(key=key),
        code,
    )


def _network_step() -> str:
    return _(
        "ネットワークの線や無線を確かめ、もう一度診断してください。続くときは情報担当に連絡してください。"
    )


def _connects(host: str, port: int) -> bool:
    try:
        with socket.create_connection((host, port), ANSWER_S):
            return True
    except (OSError, UnicodeError):
        return False


def _speaks_http(host: str, port: int) -> bool:
    """One request for the server's own options (RFC 9110, 9.3.7); any answer in HTTP will do."""
    request = f"OPTIONS * HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
    try:
        with socket.create_connection((host, port), ANSWER_S) as line:
            line.settimeout(ANSWER_S)
            line.sendall(request.encode("ascii"))
            return line.recv(5) == b"HTTP/"
    except (OSError, UnicodeError):
        return False


def _system_proxy_ports(host: str) -> list[int]:
    """Ports that this machine's own proxy settings name for ``host``."""
    found = []
    for address in urllib.request.getproxies().values():
        try:
            parts = urlsplit(address if "//" in address else f"//{address}")
            if parts.hostname == host.lower() and parts.port:
                found.append(parts.port)
        except ValueError:
            continue
    return found
