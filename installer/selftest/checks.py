"""Which questions the self-test asks, in the order in which they are shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from auth.face.camera import Camera
from core.config import Config
from core.i18n import _
from core.paths import Paths
from core.secrets import SecretStore
from installer.selftest import Check, machine, network, policy, suite

OF_A_MACHINE = ("program", "window", "models", "realm", "proxy", "policy", "printer", "clock", "disk")
"""What a machine can be asked while nobody sits at it: no camera goes on, no person's keys or shares."""


@dataclass(frozen=True)
class Terminal:
    """What is asked about. ``camera`` and ``secrets`` open nothing until they are called."""

    config: Config
    paths: Paths
    camera: Callable[[], Camera]
    secrets: Callable[[], SecretStore]


def titles() -> dict[str, str]:
    """What each question is about, in words, by its key."""
    return {
        "program": _("プログラム"),
        "window": _("画面の部品"),
        "camera": _("カメラ"),
        "models": _("顔照合のモデル"),
        "keyring": _("鍵の保管庫"),
        "realm": _("領域（Kerberos）"),
        "ticket": _("チケット"),
        "proxy": _("代理サーバー"),
        "schedule": _("予定のサーバー"),
        "share": _("共有フォルダ"),
        "index": _("共有フォルダの索引"),
        "index-service": _("索引サービス"),
        "policy": _("方針"),
        "printer": _("プリンター"),
        "clock": _("時計"),
        "disk": _("ディスク"),
    }


def checks(terminal: Terminal, only: Sequence[str] = ()) -> list[Check]:
    """All questions, or those whose keys are in ``only``."""
    config, paths = terminal.config, terminal.paths
    named = titles()
    every = [
        Check("program", named["program"], suite.program, 30),
        Check("window", named["window"], suite.window, 20),
        Check("camera", named["camera"], lambda: suite.camera(terminal.camera), 15),
        Check("models", named["models"], suite.face_models, 20),
        Check("keyring", named["keyring"], lambda: suite.keyring(terminal.secrets)),
        Check("realm", named["realm"], lambda: network.realm(config)),
        Check("ticket", named["ticket"], lambda: network.ticket(config, paths)),
        Check("proxy", named["proxy"], lambda: network.proxy(config), 30),
        Check("schedule", named["schedule"], lambda: network.schedule(paths), 20),
        Check("share", named["share"], lambda: network.share(paths), 20),
        Check("index", named["index"], lambda: suite.index(paths), 20),
        Check("index-service", named["index-service"], lambda: network.index_service(paths), 20),
        Check("policy", named["policy"], lambda: policy.policy(paths)),
        Check("printer", named["printer"], machine.printer),
        Check("clock", named["clock"], lambda: machine.clock(paths)),
        Check("disk", named["disk"], lambda: machine.disk(paths), 15),
    ]
    return [check for check in every if not only or check.key in only]


KEYS = (
    "program", "window", "camera", "models", "keyring", "realm", "ticket", "proxy", "schedule", "share",
    "index", "index-service", "policy", "printer", "clock", "disk",
)  # fmt: skip
