"""The matcher and the signer as the programs that an office runs, on free ports, ended by their ids."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx

from auth.agent.certificate import SignerClient, SignInKey
from auth.agent.client import MatcherClient
from auth.agent.terminal import connect, enrol
from tests.fakes.leaks import leaks
from tests.fakes.loopback import free_port

ROOT = Path(__file__).resolve().parents[2]
REALM = "PREF.TEST"
POLICY = """\
[security]
secret_backend = "file-key"
pin_min_length = 6
{security}
[servers]
realm = "{realm}"
database = "{database}"
"""


class Servers:
    """One office's servers. A second matcher and signer have a home of their own, with the first's keys."""

    def __init__(self, folder: Path, database: str = "", security: str = "") -> None:
        self.folder, self.database = folder, database
        self.policy = POLICY.format(realm=REALM, database=database, security=security)
        self.matcher_port, self.signer_port = free_port(), free_port()
        self.running: list[subprocess.Popen[bytes]] = []
        self.tls = folder / "matcher-tls"
        self.home = self._home("one")
        self.run(self.home, "signer", "certificate", "matcher", "--host", "127.0.0.1", "--out", str(self.tls))

    def _home(self, name: str) -> Path:
        home = self.folder / name
        home.mkdir(parents=True)
        (home / "policy.toml").write_text(self.policy, "utf-8")
        return home

    def second_home(self) -> Path:
        """Another host: its own trail and state, the same keys (copied as the operator's guide says)."""
        home = self._home("two")
        (home / "data").mkdir(mode=0o700)
        shutil.copy2(self.home / "data" / "secrets.json", home / "data")
        shutil.copytree(self.home / "data" / "ca", home / "data" / "ca")
        return home

    def run(self, home: Path, *arguments: str) -> str:
        """A command of the suite, to its end; what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", "desktop", *arguments],
            env=self._environment(home), cwd=ROOT, capture_output=True, text=True, timeout=300,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start(
        self, kind: str, home: Path | None = None, module: Sequence[str] = ("desktop",)
    ) -> subprocess.Popen[bytes]:
        """``matcher`` or ``signer``, answering when this returns."""
        home = home or self.home
        port = self.matcher_port if kind == "matcher" else self.signer_port
        arguments = [*module, kind, "serve", "--listen", f"127.0.0.1:{port}", "--share-address"]
        if kind == "matcher":
            arguments += ["--tls", str(self.tls)]
        with (self.folder / f"{kind}-{home.name}.err").open("ab") as err:
            server = subprocess.Popen(
                [sys.executable, "-m", *arguments],
                env=self._environment(home), cwd=ROOT, stdin=subprocess.DEVNULL, stdout=err, stderr=err,
            )  # fmt: skip
        self.running.append(server)
        self._wait(server, home)
        return server

    def _wait(self, server: subprocess.Popen[bytes], home: Path) -> None:
        """Until this very process listens (the port may be shared with another)."""
        for _attempt in range(2000):
            assert server.poll() is None, (self.folder / f"matcher-{home.name}.err").read_text()[-2000:]
            log = home / "state" / "log" / "mahoroba.log"
            if log.exists() and f"pid {server.pid} listens" in log.read_text("utf-8"):
                return
            time.sleep(0.1)
        raise AssertionError("the server did not listen within minutes")

    def end(self, server: subprocess.Popen[bytes], *, at_once: bool = False) -> None:
        if server.poll() is None:
            server.kill() if at_once else server.terminate()
        server.wait(30)

    def end_all(self) -> None:
        for server in self.running:
            self.end(server, at_once=True)
        logs = [*self.folder.glob("*.err"), *self.folder.glob("*/state/log/*.log")]
        found = [kind for log in logs for line in log.read_text("utf-8").splitlines() for kind in leaks(line)]
        assert not found, f"in a server's log: {sorted(set(found))}"

    def terminal(self, name: str) -> Terminal:
        """A terminal enrolled by a code from the signer's console."""
        code = self.run(self.home, "signer", "device", "add", name, "--place", "1F").strip()
        folder = self.folder / "terminals" / name
        folder.mkdir(parents=True)
        shutil.copy2(self.tls / "device-ca.pem", folder)
        enrol(self.signer_url, name, code, folder)
        return Terminal(self, folder)

    @property
    def matcher_url(self) -> str:
        return f"https://127.0.0.1:{self.matcher_port}"

    @property
    def signer_url(self) -> str:
        return f"https://127.0.0.1:{self.signer_port}"

    def _environment(self, home: Path) -> dict[str, str]:
        return {**os.environ, "MAHOROBA_HOME": str(home), "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}


class Terminal:
    """An enrolled terminal's connections."""

    def __init__(self, servers: Servers, folder: Path) -> None:
        self.servers, self.folder = servers, folder

    def matcher(self) -> httpx.Client:
        return connect(self.servers.matcher_url, self.folder)

    def signer(self) -> httpx.Client:
        return connect(self.servers.signer_url, self.folder)

    def sign_in(self, number: str, pin: str, key: SignInKey) -> str:
        """By PIN, over new connections; the serial (hex) of the certificate. SuiteErrors as they come."""
        with self.matcher() as matcher, self.signer() as signer:
            reply = MatcherClient(matcher).pin(number, pin, None, key.hash)
            assert reply.for_signer, reply.reason
            made = SignerClient(signer).certificate(reply.for_signer, key)
        return f"{made.certificate.serial_number:x}"


@contextmanager
def office(folder: Path, database: str = "", security: str = "") -> Iterator[Servers]:
    servers = Servers(folder, database, security)
    try:
        yield servers
    finally:
        servers.end_all()
