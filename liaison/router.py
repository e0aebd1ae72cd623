"""What a guest of the temporary network sees first: the page with the contacts.

A guest's first web page over plain HTTP is answered by ours (nftables leads it here) until the guest has read
it; HTTPS is never touched. The page is small, bounded and keeps nothing: who was let through stands only in
an nftables set, which forgets.
"""

from __future__ import annotations

import re
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from liaison import network
from liaison.network import Form


class CaptivePage:
    """The guests' page on ``address``: whoever has read it is let through."""

    def __init__(self, form: Form, address: str, port: int = 80) -> None:
        content = network.files(form)["srv/mahoroba/index.html"].encode()
        self._server = ThreadingHTTPServer((address, port), _handler(content))
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]

    def serve(self) -> threading.Thread:
        """Answer in the background until ``close``."""
        made = threading.Thread(target=self._server.serve_forever, daemon=True)
        made.start()
        return made

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def _handler(content: bytes) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        """GET anything: the page. POST /read: the guest has read it."""

        timeout = 5
        server_version, sys_version = "mahoroba", ""

        def do_GET(self) -> None:
            self._answer(200, content)

        def do_POST(self) -> None:
            done = self.path == "/read" and let_through(self.client_address[0])
            self._answer(200 if done else 400, content)

        def _answer(self, code: int, body: bytes) -> None:
            self.send_response(code)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Cache-Control", "no-store")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_words: object) -> None:
            """Who looks at the page is nobody's business."""

    return Handler


def let_through(address: str) -> bool:
    """Put a guest among those who have read the page (an nftables set that forgets by itself)."""
    if not re.fullmatch(r"(\d{1,3}\.){3}\d{1,3}", address):
        return False
    command = ["nft", "add", "element", "ip", "mahoroba_nat", "read", f"{{ {address} }}"]
    done = subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, timeout=10, check=False)  # noqa: S603
    return done.returncode == 0
