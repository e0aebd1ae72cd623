"""``mahoroba matcher``: the matcher as a server of its own, for an office."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

from auth.devices import Devices
from auth.door import named_by_certificate
from auth.house import House, address_of
from auth.matcher.build import build_matcher
from auth.serve import Tls, serve
from core.i18n import _


def run(options: argparse.Namespace) -> int:
    """Answer terminals until a signal. ``options.tls``: a folder made by ``mahoroba signer certificate``."""
    house = House.open()
    register = house.register()
    devices = Devices(register.sql, house.audit, house.clock)
    caller = named_by_certificate(devices.check)
    built = build_matcher(house.config, house.secrets, house.audit, house.clock, register, caller=caller)
    folder: Path = options.tls
    tls = Tls(folder / "server.pem", folder / "server.key", folder / "device-ca.pem")
    serve(built.app, options.listen, tls, shared=options.share_address)
    return 0


def key(_options: argparse.Namespace) -> int:
    """Print the public key (JWK) by which a signer knows this matcher's statements."""
    house = House.open()
    built = build_matcher(house.config, house.secrets, house.audit, house.clock, house.register())
    print(json.dumps(dict(built.matcher.public_key)))
    return 0


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="mahoroba matcher", description=_("照合サーバーを動かします。"))
    verbs = parser.add_subparsers(dest="verb", required=True)
    serving = verbs.add_parser("serve", help=_("端末からの要求に答えます。"))
    serving.add_argument("--listen", type=address_of, required=True, metavar="HOST:PORT")
    serving.add_argument("--tls", type=Path, required=True, help=_("サーバー証明書のフォルダー"))
    serving.add_argument("--share-address", action="store_true", help=_("同じ番地を複数で受け持ちます。"))
    serving.set_defaults(call=run)
    verbs.add_parser("key", help=_("署名サーバーに渡す公開鍵を出します。")).set_defaults(call=key)
    options = parser.parse_args(arguments)
    return int(options.call(options))
