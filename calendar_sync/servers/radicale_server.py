"""The calendar server as a program: Radicale behind a loopback port, ended with whoever started it.

``python -m calendar_sync.servers.radicale_server FOLDER`` prints ``PORT\\n`` and serves until its standard
input ends, so that it cannot outlive the suite, not even one that was killed.
"""

from __future__ import annotations

import os
import socket
import socketserver
import ssl
import sys
import threading
from pathlib import Path
from typing import Any
from wsgiref.simple_server import WSGIServer

from calendar_sync.servers import office_list
from calendar_sync.servers.devices import Door
from calendar_sync.servers.office_list import OfficeList
from calendar_sync.servers.radicale_auth import AppPasswords
from core.files import make_private_folder, write_atomically

RIGHTS = """\
[own]
user: .+
collection: {user}(/.*)?
permissions: RrWw

[root]
user: .+
collection:
permissions: R

[section calendars and rooms are edited by everyone who can sign in]
user: .+
collection: (section|room)-[^/]+(/.*)?
permissions: RrWw

[others are read]
user: .+
collection: [^/]+(/.*)?
permissions: Rr
"""
MOST_CONNECTIONS = 40


def settings(folder: Path, office: bool = False) -> dict[str, dict[str, str]]:
    """Radicale's configuration for ``folder``; the limits are those of one whole calendar of 100,000
    events."""
    plugin = {"type": "calendar_sync.servers.radicale_rights", "file": str(folder / office_list.NAME)}
    alone = {"type": "from_file", "file": str(folder / "rights.ini")}
    return {
        "auth": {
            "type": "calendar_sync.servers.radicale_auth",
            "htpasswd_filename": str(folder / "devices.db"),
            "delay": "0",
        },
        "rights": plugin if office else alone,
        "storage": {
            "type": "calendar_sync.servers.radicale_storage",
            "filesystem_folder": str(folder / "collections"),
        },
        "reporting": {"max_expand_occurrence": "1000000"},
        "web": {"type": "none"},
        "server": {"max_content_length": "50000000", "timeout": "30"},
        "logging": {"level": "error", "mask_passwords": "True"},
    }


def application(folder: Path, office: bool = False) -> Any:
    """Radicale's WSGI application over ``folder`` (created, private). ``office``: who may is read from the
    organisation's list; without, this machine's own people share everything."""
    make_private_folder(folder / "collections" / "collection-root")
    write_atomically(folder / "rights.ini", RIGHTS.encode())
    from radicale import config

    from calendar_sync.servers.bookings import OfficeCalendars
    from calendar_sync.servers.whole import Calendars

    configuration = config.load()
    configuration.update(settings(folder, office), "mahoroba", privileged=True)
    if office:
        inner: Any = OfficeCalendars(configuration, OfficeList(folder / office_list.NAME), folder)
    else:
        inner = Calendars(configuration)
    return Door(inner, AppPasswords(folder / "devices.db"))


class _Server(socketserver.ThreadingMixIn, WSGIServer):
    daemon_threads = True
    request_queue_size = MOST_CONNECTIONS

    def __init__(self, handler: type[Any], address: tuple[str, int], tls: ssl.SSLContext | None) -> None:
        super().__init__(address, handler)
        self._tls = tls
        self._free = threading.BoundedSemaphore(MOST_CONNECTIONS)

    def get_request(self) -> tuple[socket.socket, Any]:
        request, address = super().get_request()
        request.settimeout(30)
        if self._tls is not None:  # the handshake is made in the connection's own thread
            request = self._tls.wrap_socket(request, server_side=True, do_handshake_on_connect=False)
        return request, address

    def process_request(self, request: Any, client_address: Any) -> None:
        self._free.acquire()
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            if isinstance(request, ssl.SSLSocket):
                request.do_handshake()
            super().process_request_thread(request, client_address)
        except OSError:  # no handshake: nobody is there who could be answered
            self.shutdown_request(request)
        finally:
            self._free.release()

    def server_bind(self) -> None:
        """Without the name look-up of the base class, which asks a name server for the loopback address."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = "localhost", self.server_address[1]
        self.setup_environ()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is no news."""


def serving(wsgi: Any, address: tuple[str, int], tls: ssl.SSLContext | None = None) -> _Server:
    """A listening server for ``wsgi``; ``serve_forever`` starts it."""
    from radicale.server import RequestHandler

    server = _Server(RequestHandler, address, tls)
    server.set_app(wsgi)
    return server


def main(arguments: list[str]) -> int:
    server = serving(application(Path(arguments[0])), ("127.0.0.1", 0))
    threading.Thread(target=_end_with_parent, daemon=True).start()
    print(server.server_port, flush=True)
    server.serve_forever()
    return 0


def _end_with_parent() -> None:
    sys.stdin.buffer.read()
    os._exit(0)  # storage writes are atomic renames: nothing to tidy up


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
