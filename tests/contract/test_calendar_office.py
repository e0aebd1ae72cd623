"""The office's server from outside: TLS, an app password a device, the phone's code, a lost phone."""

from __future__ import annotations

import datetime
import io
import os
import plistlib
import ssl
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

import caldav
import cv2
import httpx
import numpy as np
import pytest
import segno
from caldav.lib.error import AuthorizationError
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from calendar_sync.phone import PROFILE_TYPE, Place, link
from calendar_sync.servers.office import sections_in_use
from tests.fakes.codes import read_code

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Server:
    """A running office server, its folder and the certificate that its clients trust."""

    folder: Path
    trust: Path
    port: int

    @property
    def url(self) -> str:
        return f"https://localhost:{self.port}/"

    def client(self, user: str = "", password: str = "") -> httpx.Client:
        auth = (user, password) if user else None
        return httpx.Client(
            base_url=self.url,
            auth=auth,
            verify=ssl.create_default_context(cafile=self.trust),
            trust_env=False,
        )


def _command(*words: str) -> list[str]:
    return [sys.executable, "-P", "-m", "desktop", "calendar-server", *words]


def _said(*words: str) -> str:
    done = subprocess.run(
        _command(*words),
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("office")
    certificate, key = _self_signed(folder)
    words = ("--folder", str(folder / "data"), "--certificate", str(certificate), "--key", str(key))
    process = subprocess.Popen(
        _command("serve", *words, "--host", "127.0.0.1", "--port", "0"),
        env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    line = process.stdout.readline()  # ends empty, not never, when it dies
    yield Server(folder / "data", certificate, int(line.rpartition(":")[2]))
    process.terminate()
    assert process.wait(15) == 0
    process.stdout.close()


def _self_signed(folder: Path) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return folder / "cert.pem", folder / "key.pem"


def test_the_code_on_the_screen_opens_the_calendars_from_an_independent_phone(server: Server) -> None:
    desk = _said("password", "--folder", str(server.folder), "1001", "机のパソコン")
    with server.client("1001", desk) as client:
        made = client.post("/.devices/", json={"name": "スマートフォン"}).json()
    code = _decoded(link(Place(server.url, "1001", made["password"])))
    parts = urlsplit(code)
    assert parts.scheme == "caldavs"
    with caldav.DAVClient(
        f"https://{parts.hostname}:{parts.port}{parts.path}",
        username=unquote(parts.username or ""), password=unquote(parts.password or ""),
        ssl_verify_cert=str(server.trust),
    ) as phone:  # fmt: skip
        calendar = phone.principal().make_calendar(name="わたしの予定", cal_id="main")
        calendar.save_event(
            dtstart=datetime.datetime(2026, 11, 26, 10),
            dtend=datetime.datetime(2026, 11, 26, 11),
            summary="面談",
        )
        assert [str(e.icalendar_component["SUMMARY"]) for e in calendar.events()] == ["面談"]
    with server.client("1001", desk) as client:
        (phones,) = (d for d in client.get("/.devices/").json() if d["name"] == "スマートフォン")
        assert phones["used_at"]
        assert client.delete(f"/.devices/{phones['id']}").status_code == 200
    with (
        caldav.DAVClient(
            server.url, username="1001", password=made["password"], ssl_verify_cert=str(server.trust)
        ) as lost,
        pytest.raises(AuthorizationError),
    ):
        lost.principal()


def _decoded(text: str) -> str:
    """What a camera reads off the code that the page paints."""
    picture = io.BytesIO()
    segno.make(text, error="m").save(picture, kind="png", scale=6, border=4)
    image = cv2.imdecode(np.frombuffer(picture.getvalue(), np.uint8), cv2.IMREAD_GRAYSCALE)
    return read_code(image)


def test_an_apple_profile_holds_one_devices_password_and_is_handed_out_once(server: Server) -> None:
    desk = _said("password", "--folder", str(server.folder), "1002", "机")
    with server.client("1002", desk) as client:
        made = client.post("/.devices/", json={"name": "iPhone"}).json()
    with server.client() as phone:
        answer = phone.get(made["profile"])
        assert answer.headers["content-type"] == PROFILE_TYPE
        (account,) = plistlib.loads(answer.content)["PayloadContent"]
        assert phone.get(made["profile"]).status_code == 404
    assert account["PayloadType"] == "com.apple.caldav.account"
    assert (account["CalDAVHostName"], account["CalDAVPort"]) == ("localhost", server.port)
    assert account["CalDAVUseSSL"] is True
    assert account["CalDAVPassword"] == made["password"] != desk


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'{"name": 7}', b'{"name": " "}', b'{"name": "' + b"a" * 99]
)
def test_nothing_is_issued_for_nonsense(server: Server, body: bytes) -> None:
    desk = _said("password", "--folder", str(server.folder), "1003", "机")
    with server.client("1003", desk) as client:
        assert client.post("/.devices/", content=body).status_code == 400
        assert len(client.get("/.devices/").json()) == len(
            _said("devices", "--folder", str(server.folder), "1003").splitlines()
        )


def test_nobody_sees_or_revokes_anothers_devices(server: Server) -> None:
    first, second = (_said("password", "--folder", str(server.folder), u, "机") for u in ("1004", "1005"))
    with server.client("1004", first) as client, server.client("1005", second) as other:
        (mine,) = client.get("/.devices/").json()
        assert other.delete(f"/.devices/{mine['id']}").status_code == 200
        assert [d["id"] for d in client.get("/.devices/").json()] == [mine["id"]]
        assert mine["id"] not in [d["id"] for d in other.get("/.devices/").json()]
    with server.client("1004", second) as wrong:
        assert wrong.get("/.devices/").status_code == 401


def test_in_an_incident_all_of_a_person_s_devices_are_stopped_from_the_next_request_on(
    server: Server,
) -> None:
    folder = ("--folder", str(server.folder))
    first, second = (_said("password", *folder, "k1006", device) for device in ("机", "電話"))
    other = _said("password", *folder, "1007", "机")
    with server.client("k1006", first) as desk, server.client("k1006", second) as phone:
        assert [client.get("/.devices/").status_code for client in (desk, phone)] == [200, 200]
        assert "2" in _said("revoke", *folder, "K1006", "--all"), "in whatever case it was issued"
        assert [client.get("/.devices/").status_code for client in (desk, phone)] == [401, 401]
    with server.client("1007", other) as client:
        assert client.get("/.devices/").status_code == 200


def test_whoever_does_not_speak_tls_gets_nothing_and_hinders_nobody(server: Server) -> None:
    with pytest.raises(httpx.HTTPError):
        httpx.get(f"http://localhost:{server.port}/", trust_env=False, timeout=40)
    with server.client() as client:
        assert client.get("/.devices/").status_code == 401


def test_the_plans_figure_counts_the_sections_that_wrote_this_month(tmp_path: Path) -> None:
    root = tmp_path / "collections" / "collection-root"
    now = datetime.datetime(2026, 11, 26, 12).timestamp()
    for name, age in (("section-a", 0), ("section-b", 40 * 86_400), ("section-c", 0), ("K100", 0)):
        (root / name / "main").mkdir(parents=True)
        file = root / name / "main" / "1.ics"
        file.write_bytes(b"x")
        os.utime(file, (now - age, now - age))
    assert sections_in_use(tmp_path, datetime.date(2026, 11, 26)) == 2
    assert _said("sections", "--folder", str(tmp_path)).endswith(" / 100")
