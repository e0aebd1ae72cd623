"""``mahoroba terminal enrol|renew``: how a machine becomes a terminal of an office."""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Sequence
from pathlib import Path

from auth.agent.terminal import connect, enrol, renew
from core.config import Config
from core.files import make_private_folder
from core.i18n import _
from core.paths import Paths


def main(arguments: Sequence[str]) -> int:
    """The command line; SuiteErrors pass through."""
    parser = argparse.ArgumentParser(
        prog="mahoroba terminal", description=_("この端末をサーバーに登録します。")
    )
    verbs = parser.add_subparsers(dest="verb", required=True)
    enrolling = verbs.add_parser("enrol", help=_("登録コードで登録します。"))
    enrolling.add_argument("name")
    enrolling.add_argument("code")
    enrolling.add_argument(
        "--authority", type=Path, required=True, help=_("サーバーの認証局（device-ca.pem）")
    )
    verbs.add_parser("renew", help=_("証明書を更新します。"))
    options = parser.parse_args(arguments)
    paths = Paths.from_environment()
    servers = Config.load(paths).servers
    folder = make_private_folder(paths.data / "terminal")
    if options.verb == "enrol":
        shutil.copyfile(options.authority, folder / "device-ca.pem")
        enrol(servers.signer, options.name, options.code, folder)
    else:
        renew(connect(servers.signer, folder), folder)
    return 0
