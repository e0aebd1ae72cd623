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


def checks(terminal: Terminal, only: Sequence[str] = ()) -> list[Check]:
    """All questions, or those whose keys are in ``only``."""
    config, paths = terminal.config, terminal.paths
    every = [
        Check("program", _("プログラム"), suite.program, 30),
        Check("window", _("画面の部品"), suite.window, 20),
        Check("camera", _("カメラ"), lambda: suite.camera(terminal.camera), 15),
        Check("models", _("顔照合のモデル"), suite.face_models, 20),
        Check("keyring", _("鍵の保管庫"), lambda: suite.keyring(terminal.secrets)),
        Check("realm", _("領域（Kerberos）"), lambda: network.realm(config)),
        Check("ticket", _("チケット"), lambda: network.ticket(config, paths)),
        Check("proxy", _("代理サーバー"), lambda: network.proxy(config), 30),
        Check("schedule", _("予定のサーバー"), lambda: network.schedule(paths), 20),
        Check("share", _("共有フォルダ"), lambda: network.share(paths), 20),
        Check("index", _("共有フォルダの索引"), lambda: suite.index(paths), 20),
        Check("index-service", _("索引サービス"), lambda: network.index_service(paths), 20),
        Check("policy", _("方針"), lambda: policy.policy(paths)),
        Check("printer", _("プリンター"), machine.printer),
        Check("clock", _("時計"), lambda: machine.clock(paths)),
        Check("disk", _("ディスク"), lambda: machine.disk(paths), 15),
    ]
    return [check for check in every if not only or check.key in only]


KEYS = (
    "program", "window", "camera", "models", "keyring", "realm", "ticket", "proxy", "schedule", "share",
    "index", "index-service", "policy", "printer", "clock", "disk",
)  # fmt: skip
