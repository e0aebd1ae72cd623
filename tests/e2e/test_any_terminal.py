"""One look and the office is open: the suite as a terminal of the realm, from outside."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from installer.realm import servers
from installer.realm.layout import INTERNET, INTERNET_PORT, Layout
from installer.realm.staff import PIN
from tests.contract.sso.browser import opened, openid_token
from tests.contract.sso.conftest import realm  # noqa: F401 - a fixture
from tests.contract.sso.desk import at_the_share, seen_by_the_proxy, through_the_proxy
from tests.e2e.conftest import Suite
from tests.e2e.test_the_day import enrols

pytestmark = [pytest.mark.root, pytest.mark.netns, pytest.mark.long, pytest.mark.timeout(600)]


def gone(path: Path) -> bool:
    end = time.monotonic() + 20
    while path.exists() and time.monotonic() < end:
        time.sleep(0.1)
    return not path.exists()


def test_a_face_opens_the_internet_the_share_and_an_application_and_signing_out_closes_them(
    suite: Suite,
    realm: Layout,  # noqa: F811
    tmp_path: Path,
) -> None:
    suite.joins(servers.enrol_terminal(realm, "desk-1", suite.home))
    tickets = suite.home / "state" / "run" / "krb5cc"
    person = suite.start()
    person.writes("職員番号", "K100309")
    person.enters("暗証番号", PIN)
    person.sees("つながります（")
    person.photographs("first")
    person.presses("顔を登録する")
    person.sees("ご本人か確かめます")
    person.enters("暗証番号", PIN)
    enrols(person)
    person.photographs("today")
    person.signs_out()
    assert gone(tickets)
    person.looks_at_camera("小林 健太 さん")
    person.sees("つながります（")
    person.photographs("open")
    assert through_the_proxy(realm, tickets) == 200
    outside = f"http://{INTERNET}:{INTERNET_PORT}/"
    assert "インターネットが開きました" in opened(realm, tmp_path / "browser", outside, tickets)
    assert openid_token(realm, tmp_path / "browser", tickets)["sub"] == "k100309"
    assert at_the_share(realm, tickets, "外から.txt").returncode == 0
    assert seen_by_the_proxy(realm, "k100309@PREF.TEST")
    person.signs_out()
    assert gone(tickets)


def test_on_the_day_the_office_is_away_work_goes_on_and_comes_back_without_a_restart(
    suite: Suite,
    realm: Layout,  # noqa: F811
) -> None:
    suite.joins(servers.enrol_terminal(realm, "desk-away", suite.home))
    person = suite.start()
    person.writes("職員番号", "K100302")
    person.enters("暗証番号", PIN)
    person.sees("つながります（")
    person.signs_out()
    servers.stop(realm, "matcher")
    try:
        person.enters("暗証番号", PIN)
        person.sees("オフライン（")
        person.sees("オフラインで使っています")
        person.photographs("away")
    finally:
        servers.start(realm, "matcher")
    person.sees("職場のサーバーにつながりました")
    person.presses("確かめ直す")
    person.sees("職場のサーバーで本人を確かめ直します")
    person.enters("暗証番号", PIN)
    person.sees("つながります（")
    person.photographs("back")
