"""The realm's matcher and signer: the suite's own programs, and terminals enrolled at them."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from pathlib import Path

from core.errors import SuiteError
from core.i18n import _
from installer.realm import directory, processes, staff
from installer.realm.directory import answers
from installer.realm.layout import BASE, DOMAIN, FILES, MATCHER_PORT, PROXY, REALM, SIGNER_PORT, SSO, Layout

COMMAND_S = 300
DIRECTORY_ACCOUNT = "svc-signer"
_POLICY = """\
[security]
secret_backend = "file-key"
[servers]
realm = "{realm}"
[directory]
servers = ["{address}"]
base = "{base}"
account = "{account}"
authority = "{pki}/kdc-anchors.pem"
"""
_TERMINAL = """\
[security]
secret_backend = "file-key"
[trial]
enabled = true
camera = "actor"
[servers]
realm = "{realm}"
matcher = "https://{address}:{matcher}"
signer = "https://{address}:{signer}"
[tickets]
proxy = "{proxy}"
share = "{share}"
applications = "{sso}"
"""


def make(layout: Layout) -> None:
    """The servers' home with its authorities and the register of the staff."""
    home = _home(layout)
    home.mkdir(mode=0o700)
    (home / "policy.toml").write_text(
        _POLICY.format(
            realm=REALM,
            address=layout.address,
            base=BASE,
            account=f"{DIRECTORY_ACCOUNT}@{DOMAIN}",
            pki=layout.pki,
        ),
        "utf-8",
    )
    password = "Aa1-" + secrets.token_urlsafe(24)
    directory.with_password(layout, DIRECTORY_ACCOUNT, password)
    run(layout, home, "signer", "directory", "password", words=password + "\n")
    tls = ("--host", layout.address, "--out", str(home / "matcher-tls"))
    run(layout, home, "signer", "certificate", "matcher", *tls)
    staff.register(home / "data")


def start(layout: Layout, *kinds: str) -> None:
    """``matcher`` and ``signer`` (or one of them), until they listen."""
    home = _home(layout)
    for kind in kinds or ("signer", "matcher"):
        port = MATCHER_PORT if kind == "matcher" else SIGNER_PORT
        more = ["--tls", str(home / "matcher-tls")] if kind == "matcher" else ["--host", layout.address]
        listen = f"{layout.address}:{port}"
        command = [sys.executable, "-uP", "-m", "desktop", kind, "serve", "--listen", listen, *more]
        processes.start(layout, kind, command, _environment(home))
    for kind in kinds or ("signer", "matcher"):
        port = MATCHER_PORT if kind == "matcher" else SIGNER_PORT
        processes.wait_for(kind, layout, lambda port=port: answers(layout.address, port))  # type: ignore[misc]


def stop(layout: Layout, kind: str) -> None:
    """As when the host of ``matcher`` or ``signer`` is off."""
    processes.stop(layout.folder, ("python",), f"desktop\0{kind}\0serve")


def logon_anchors(layout: Layout) -> bytes:
    """Whom the KDC is to trust for people (PEM)."""
    return run(layout, _home(layout), "signer", "anchors", "logon").encode()


def enrol_terminal(layout: Layout, name: str, home: Path) -> dict[str, str]:
    """Make ``home`` a terminal's: policy, key and certificate. Returns its programs' environment."""
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    (home / "policy.toml").write_text(
        _TERMINAL.format(
            realm=REALM,
            address=layout.address,
            matcher=MATCHER_PORT,
            signer=SIGNER_PORT,
            proxy=PROXY,
            share=FILES,
            sso=SSO,
        ),
        "utf-8",
    )
    code = run(layout, _home(layout), "signer", "device", "add", name, "--place", "1F").strip()
    authority = _home(layout) / "matcher-tls" / "device-ca.pem"
    run(layout, home, "terminal", "enrol", name, code, "--authority", str(authority))
    return {**layout.environment(), "MAHOROBA_HOME": str(home)}


def run(layout: Layout, home: Path, *arguments: str, words: str = "") -> str:
    """A command of the suite in ``home`` that hears ``words``, to its end; what it printed. SuiteError
    REALM-005."""
    done = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-P", "-m", "desktop", *arguments],
        env={**os.environ, **_environment(home)},
        input=words,
        capture_output=True,
        text=True,
        timeout=COMMAND_S,
        check=False,
    )
    if done.returncode != 0:
        raise SuiteError(
            _("開発用の領域を始められませんでした。"),
            _("{program} が失敗しました。").format(program=" ".join(arguments[:2])),
            done.stderr.strip()[-300:],
            "REALM-005",
        )
    return done.stdout


def _home(layout: Layout) -> Path:
    return layout.folder / "servers"


def _environment(home: Path) -> dict[str, str]:
    return {
        "MAHOROBA_HOME": str(home),
        "PYTHONPATH": str(Path(__file__).resolve().parents[2]),
        "OMP_NUM_THREADS": "1",
    }
