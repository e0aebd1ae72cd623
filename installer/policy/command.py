"""``mahoroba policy``: sign one at the office, fetch it on a terminal, show which one counts."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from core.clock import TOKYO
from core.config import Config
from core.errors import SuiteError
from core.files import write_atomically
from core.i18n import _
from core.paths import Paths
from core.policy import (
    KEYS,
    LAST_SIGNED,
    LONGEST_DAYS,
    MAX_POLICY,
    SIGNING_KEY,
    PolicySigner,
    expired,
    kept,
    source_beside,
)
from core.secrets import get_or_create, open_secrets
from installer.policy.fetch import fetch, tried


def sign(options: argparse.Namespace, paths: Paths) -> int:
    """Check the policy, then write its signature and the public key beside it."""
    path: Path = options.file
    with path.open("rb") as file:
        content = file.read(MAX_POLICY + 1)
    config = Config.load(paths)
    for notice in Config.check(content):
        print(notice, file=sys.stderr)
    secrets = open_secrets(config, paths)
    signer = PolicySigner(get_or_create(secrets, SIGNING_KEY, 32))
    signature = signer.sign(content, options.version, time.time(), options.days)
    if options.version > int(secrets.get(LAST_SIGNED) or b"0"):  # the console goes on from there
        secrets.set(LAST_SIGNED, str(options.version).encode())
    write_atomically(path.with_name(path.name + ".sig"), signature + b"\n", 0o644)
    write_atomically(path.with_name(KEYS), signer.public, 0o644)
    print(_("「{name}.sig」と、端末に置く鍵「{keys}」を書きました。").format(name=path.name, keys=KEYS))
    return 0


def take(_options: argparse.Namespace, paths: Paths) -> int:
    """Fetch; the version that counts afterwards."""
    signed = fetch(paths)
    print(_("方針の版は {version}（{until} まで）です。").format(version=signed.version, until=signed.until))
    return 0


def show(_options: argparse.Namespace, paths: Paths) -> int:
    """Which policy counts here, who vouches for it, and how the last fetching went; 1 if it has ended."""
    source = source_beside(paths.policy)
    if source is None:
        here = (
            _("この端末で書かれた方針です: {path}")
            if paths.policy.exists()
            else _("方針はありません（{path}）。")
        )
        print(here.format(path=paths.policy))
        return 0
    signed = kept(paths.policy, source)
    print(_("配布元: {url}").format(url=source.url))
    print(_("方針の版は {version}（{until} まで）です。").format(version=signed.version, until=signed.until))
    last = tried(paths.policy)
    if last.code:
        since, when = (datetime.fromtimestamp(each, TOKYO) for each in (last.since, last.time))
        words = _(
            "{since} から受け取れていません（{code}、最後に試したのは {when}）。版 {version} で動いています。"
        )
        code, version = last.code, signed.version
        said = {"since": f"{since:%Y/%m/%d %H:%M}", "when": f"{when:%Y/%m/%d %H:%M}"}
        print(words.format(**said, code=code, version=version))
    if signed.expires <= time.time():
        print(expired(signed))
        return 1
    return 0


def main(arguments: Sequence[str]) -> int:
    """See the module."""
    parser = argparse.ArgumentParser(
        prog="mahoroba policy", description=_("方針を署名して配り、受け取ります。")
    )
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    signing = verbs.add_parser("sign", help=_("方針に署名します。"))
    signing.add_argument("file", type=Path, help=_("方針のファイル（policy.toml）"))
    signing.add_argument("--version", type=int, required=True, help=_("版。前より大きい数"))
    signing.add_argument(
        "--days", type=int, default=90, help=_("有効な日数（{days} まで）").format(days=LONGEST_DAYS)
    )
    signing.set_defaults(call=sign)
    verbs.add_parser("fetch", help=_("配布元から受け取ります。")).set_defaults(call=take)
    verbs.add_parser("show", help=_("いまの方針を示します。")).set_defaults(call=show)
    options = parser.parse_args(arguments)
    try:
        return int(options.call(options, Paths.from_environment()))
    except (SuiteError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
