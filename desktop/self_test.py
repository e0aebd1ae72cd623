"""``mahoroba self-test``: every check in words or as JSON; the exit code says whether all is well.

0: everything is ok. 1: something failed. 2: nothing failed, but something is not known.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from core.clock import TOKYO
from core.config import Config
from core.i18n import _, bracketed
from core.paths import Paths
from core.secrets import open_secrets
from core.version import version
from desktop import app
from installer.selftest import OF_A_VERSION, Result, State, run, worst
from installer.selftest.checks import KEYS, Terminal, checks

EXIT = {State.OK: 0, State.FAIL: 1, State.UNKNOWN: 2}
MARK = {State.OK: "✓", State.FAIL: "✗", State.UNKNOWN: "？"}


def terminal_here(*, with_policy: bool = True) -> Terminal:
    """This terminal as the window would open it. SuiteError when the policy cannot be read; without it
    nothing of the policy is looked at: whether a version works does not depend on a fetched one."""
    from core.gss_spnego import speak_kerberos

    paths = Paths.from_environment()
    if not with_policy:
        paths = replace(paths, policy=paths.state / "no-policy" / paths.policy.name)
    config = Config.load(paths)
    speak_kerberos()
    return Terminal(config, paths, lambda: app.camera_of(config), lambda: open_secrets(config, paths))


def as_json(results: Sequence[Result]) -> dict[str, object]:
    """The whole answer: state, version, time (ISO 8601) and one row a check."""
    rows = [
        {
            "key": each.key,
            "title": each.title,
            "state": each.outcome.state.value,
            "code": each.outcome.code,
            "what": each.outcome.what,
            "next_step": each.outcome.next_step,
            "seconds": round(each.seconds, 2),
        }
        for each in results
    ]
    now = datetime.now(TOKYO).isoformat(timespec="seconds")
    return {"state": worst(results).value, "version": version(), "at": now, "checks": rows}


def words(result: Result) -> str:
    """One line; a second one where there is something to do."""
    line = f"{MARK[result.outcome.state]} {result.title}: {result.outcome.what}"
    if result.outcome.code:
        line += bracketed(result.outcome.code)
    return line + (f"\n    → {result.outcome.next_step}" if result.outcome.next_step else "")


def main(arguments: Sequence[str]) -> int:
    """See the module."""
    parser = argparse.ArgumentParser(
        prog="mahoroba self-test", description=_("この端末で仕事ができるかを診断します。")
    )
    parser.add_argument("--json", action="store_true", help=_("結果を JSON で出します。"))
    parser.add_argument(
        "--of-version", action="store_true", help=_("新しい版に切り替える前に確かめることだけを診断します。")
    )
    parser.add_argument("--only", nargs="+", choices=KEYS, default=(), help=_("診断するものだけを選びます。"))
    options = parser.parse_args(arguments)
    only = OF_A_VERSION if options.of_version else options.only
    results = run(checks(terminal_here(with_policy=not options.of_version), only))
    if options.json:
        print(json.dumps(as_json(results), ensure_ascii=False, indent=1))
    else:
        print("\n".join(words(each) for each in results))
    return EXIT[worst(results)]
