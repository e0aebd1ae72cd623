"""The support bundle says what helps, and nothing about anybody: no sown name, PIN or path comes up."""

from __future__ import annotations

import json
import logging
import re
import stat
import zipfile
from pathlib import Path

import pytest

from auth.model import Person, Role
from auth.register import open_register
from core import log
from core.config import Config
from core.errors import SuiteError
from core.paths import Paths
from installer.selftest import Outcome, Result, State
from installer.support import bundle, ours
from installer.support.scrub import GONE, Scrubber

pytestmark = pytest.mark.usefixtures("logging_as_before")
PERSON = Person("YAMAMOTO", "山本 花子", "やまもと はなこ", "情報政策課", Role.IT)
HOMES = "/" + "home"
SEEDS = (
    "YAMAMOTO", "yamamoto", "山本", "花子", "やまもと", "はなこ", "情報政策課", "K100234", "493817", "hanako",
    "hanako@pref.example.jp", f"{HOMES}/hanako", "人事異動案", "名簿.xlsx", "zencho", "192.0.2.17",
    "090-1234-5678", "secret-db-user", "庶務係",
)  # fmt: skip


def sown() -> Paths:
    """A terminal whose every corner names somebody."""
    paths = Paths.from_environment()
    paths.policy.write_text(
        '[locked]\nby = "庶務係 山本 花子"\nkeys = ["camera"]\n'
        '[servers]\nrealm = "PREF.EXAMPLE.JP"\ndatabase = "host=db user=secret-db-user"\n'
        '[camera]\nallowed = ["山本のカメラ"]\n[face]\nmodel_file = "/srv/hanako/m.tflite"\n',
        "utf-8",
    )
    register = open_register("", paths.data / "auth.db")
    register.add_person(PERSON)
    (paths.data / "calendar").mkdir()
    (paths.data / "calendar" / "K100234.db").touch()
    (paths.data / "share").mkdir()
    (paths.data / "share" / "places.json").write_text(
        json.dumps([{"name": "人事異動案", "address": "smb://192.0.2.17/zencho"}]), "utf-8"
    )
    log.configure(paths)
    said = logging.getLogger("auth.matcher")
    said.warning("no tickets: %s", "TICKET-001")
    for seed in SEEDS:
        said.warning("seen %s here", seed)
        said.warning("path %s/hanako/%s at %s", HOMES, seed, "hanako@pref.example.jp")
        said.warning("%s's file '%s' (%s), yamamoto-%s", seed, seed, seed, seed)
    try:
        raise KeyError("山本 花子 493817")
    except KeyError:
        said.exception("a job failed")
    return paths


def test_nothing_that_was_sown_is_in_the_bundle(tmp_path: Path) -> None:
    paths = sown()
    results = [
        Result(
            "share", "共有", Outcome(State.FAIL, "人事異動案 hanako 山本", "山本に聞く", "SHARE-001"), 1.234
        )
    ]
    made = bundle.write(tmp_path / bundle.name_now(), paths, Config.load(paths), results)
    assert stat.S_IMODE(made.stat().st_mode) == 0o600
    with zipfile.ZipFile(made) as archive:
        whole = "\n".join(f"{name}\n{archive.read(name).decode()}" for name in archive.namelist())
    assert [seed for seed in SEEDS if seed in whole] == []
    assert "PREF.EXAMPLE.JP" in whole  # an office's server, which helps
    assert "TICKET-001" in whole
    assert "a job failed" in whole
    assert '"code": "SHARE-001"' in whole
    assert tmp_path.name not in whole


def test_what_helps_stays_in_a_line() -> None:
    line = "2026-11-25 10:00:00,123 WARNING MainThread core.jobs: a job in lane camera failed: CAM-003"
    assert Scrubber([]).line(line) == line
    line = "2026-11-25 10:00:00,123 ERROR camera auth.face: a job failed | KeyError: auth/pin.py:31"
    assert Scrubber([]).line(line) == line


@pytest.mark.parametrize(
    "text",
    [
        "K100234",
        "493817",
        "a@b.jp",
        "/srv/x/y.txt",
        "花子",
        "C:\\Users\\hanako",
        "x=hanako2",
        "“hanako”",
        "hanako",
        "TARO-001",
        "auth.yamada_taro",
        "core.tanaka",
        "YamadaTaroError",
        "auth/yamada/taro.py:1",
    ],
)
def test_other_shapes_go(text: str) -> None:
    assert Scrubber([]).line(f"tried {text} again") == f"tried {GONE} again"


def test_a_known_name_goes_whatever_it_looks_like() -> None:
    assert Scrubber(["Camera Lane"]).line("no lane, no camera: tried") == f"no {GONE} no {GONE} tried"


def test_numbers_that_stand_together_are_somebody_s() -> None:
    for text in ("192 168 10 12", "090 1234 567", "(090) 12", "1, 2"):
        assert not any(letter.isdigit() for letter in Scrubber([]).line(f"seen {text} again")), text
    assert Scrubber([]).line("job failed: 12 seconds, 3 again") == "job failed: 12 seconds, 3 again"


def test_the_codes_that_stay_are_those_of_the_code() -> None:
    root = Path(__file__).resolve().parents[3]
    written = {
        found
        for package in ours.PACKAGES
        for file in (root / package).rglob("*.py")
        for found in re.findall(r'"([A-Z]{2,8})-\d{3}"', file.read_text("utf-8"))
    }
    assert written - {"SHA"} == ours.CODES
    assert {"auth.agent.signin", "core.jobs", "installer.support"} <= ours.modules()


def test_nobody_s_password_stays_in_an_address() -> None:
    paths = Paths.from_environment()
    for written in ("tanaka:pw12@proxy.example", "https://tanaka:pw12@proxy.example"):
        paths.policy.write_text(f'[tickets]\nproxy = "{written}"\n')
        shown = bundle.settings(Config.load(paths))["tickets.proxy"]["value"]
        assert shown == written.replace("tanaka:pw12@", "")


def test_where_it_cannot_be_written_it_says_so(tmp_path: Path) -> None:
    paths = Paths.from_environment()
    with pytest.raises(SuiteError, match="SUPPORT-001"):
        bundle.write(tmp_path / "none" / "b.zip", paths, Config.load(paths), [])
