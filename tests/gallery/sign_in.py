"""The first run, the first day's pages and the settings; at the end the lock and the sign-in by face."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import datetime

from PySide6.QtWidgets import QCheckBox

from auth.agent.tickets import Service, State, Tickets
from auth.model import Person, Role
from core.clock import TOKYO
from desktop.pages.sign_in.enrol import Enrol
from tests.gallery.hands import Hands, wait
from tests.gallery.scene import Scene
from tests.gallery.sitter import begin_again, go_on, hold

PIN = "493817"
STAFF = """職員番号,氏名,ふりがな,所属,共用端末
K100871,佐藤 健,さとう けん,道路建設課,
K101502,鈴木 美咲,すずき みさき,税務課,
K102213,高橋 大輔,たかはし だいすけ,危機管理課,宿直
K103344,伊藤 由紀,いとう ゆき,福祉政策課,
K103518,渡辺 翔,わたなべ しょう,河川課,
K104027,中村 恵,なかむら めぐみ,統計課,
"""


def _signed_in(hands: Hands) -> None:
    auth = hands.services.auth
    me = Person("K100234", "山本 花子", "やまもと はなこ", "情報政策課", Role.IT)
    auth.create_first_administrator(me, PIN)
    auth.administration.import_csv(STAFF.encode())
    hands.services.back()


def _tickets(hands: Hands) -> None:
    """As in an office with a realm: this machine has none."""
    keeper, evening = hands.services.tickets, datetime.now(TOKYO).replace(hour=23, minute=30)
    kinds = ("internet", "share", "applications")
    keeper.services = tuple(Service(kind, "HTTP", "host") for kind in kinds)  # type: ignore[arg-type]
    keeper._now = Tickets(State.GOOD, evening)
    _today_again(hands)


def _offline(hands: Hands) -> None:
    """As on a day when no server answers."""
    auth, keeper, session = hands.services.auth, hands.services.tickets, hands.session
    keeper.services, keeper._now = (), Tickets(State.NO_REALM)
    auth._session = replace(session, offline_until=time.time() + 14 * 86_400)
    hands.window._show_chips()
    _today_again(hands)
    auth._session = session


def _today_again(hands: Hands) -> None:
    hands.go("settings")
    hands.go("today")


def _enrol(hands: Hands) -> None:
    hands.services.enrol(True)
    agree = "読みました。顔のデータを残すことに同意します"
    next(c for c in hands.window.findChildren(QCheckBox) if c.text() == agree and c.isVisible()).click()
    hands.press("同意して顔を登録する")
    hold(hands)


def _settings(hands: Hands) -> None:
    """The enrolment is made whole first."""
    sheet = hands.visible(Enrol)
    go_on(hands)

    def enrolled() -> bool:
        begin_again(hands)
        return sheet.finish.isVisible()

    wait(enrolled)
    hands.back()
    hands.go("settings")


def _self_test(hands: Hands) -> None:
    hands.press("診断する")
    hands.answered()
    hands.scroll(10_000)


def _sign_in(hands: Hands) -> None:
    """Of whoever has signed out; one look for all themes, and no certificate is spent on it."""
    hands.services.auth.sign_out()
    wait(lambda: hands.window.showing == "sheet")
    hold(hands)


ENROLLED = ("enrol", "settings")
FIRST = (
    Scene("first-run", lambda hands: hands.window.open()),
    Scene("today", _signed_in),
    Scene("today-tickets", _tickets),
    Scene("today-offline", _offline),
    Scene("consent", lambda hands: hands.services.enrol(True)),
    Scene("enrol", _enrol, live=True, slow=True),
    Scene("settings", _settings, slow=True, needs=("enrol",)),
    Scene("settings-more", lambda hands: hands.go("settings", scroll=560), slow=True, needs=ENROLLED),
    Scene("self-test", _self_test, slow=True, needs=ENROLLED),
)
LAST = (
    Scene("lock", lambda hands: hands.services.auth.lock("person"), slow=True),
    Scene("sign-in", _sign_in, everywhere=True, live=True, slow=True, needs=ENROLLED),
)
