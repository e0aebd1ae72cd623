"""``mahoroba inventory``: what this terminal is, shown or left in the folder where reports are collected.

Which machine, which system, which programs, how its self-test went; never who uses it.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from core.errors import SuiteError
from core.files import read_bounded, write_atomically
from core.i18n import _
from core.paths import Paths
from desktop.self_test import terminal_here
from installer.selftest import State, run, worst
from installer.selftest.checks import OF_A_MACHINE, checks
from office.here import host, report


def main(arguments: Sequence[str]) -> int:
    options = _parser().parse_args(arguments)
    terminal = terminal_here()
    only = OF_A_MACHINE if options.of_machine else ()
    results = [] if options.quick else run(checks(terminal, only))
    failed = tuple(each.key for each in results if each.outcome.state is State.FAIL)
    name = options.name or name_here(terminal.paths)
    made = report(name, worst(results).value if results else "", failed)
    folder = options.folder or (
        Path(terminal.config.servers.reports) if terminal.config.servers.reports else None
    )
    if folder is None or options.show:
        print(made.encoded().decode())
        return 0
    try:
        write_atomically(folder / f"{made.name}.json", made.encoded(), 0o640)
    except OSError as error:
        raise SuiteError(
            _("端末の報告を置けませんでした。"),
            _("「{name}」に書き込めません。").format(name=folder.name),
            _("フォルダの場所と権限を確かめてください。"),
            "INV-003",
        ) from error
    return 0


def name_here(paths: Paths) -> str:
    """As the office knows this terminal: its certificate's name, by which it counts as managed. Before it is
    enrolled, the machine's own. SuiteError SIGN-003 or INV-004 where the certificate is none."""
    certificate = paths.data / "terminal" / "device.pem"
    if not certificate.is_file():
        return host()
    from cryptography import x509

    from auth.signer.certificate import device_name

    try:
        return device_name(x509.load_pem_x509_certificate(read_bounded(certificate, 100_000)))
    except (OSError, ValueError) as error:
        raise SuiteError(
            _("端末の報告を作れませんでした。"),
            _("端末の証明書を読めません。"),
            _("情報担当に、端末の登録をやり直すよう依頼してください。"),
            "INV-004",
        ) from error


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="mahoroba inventory", description=_("この端末の報告を作ります。"))
    parser.add_argument(
        "folder",
        nargs="?",
        type=Path,
        help=_("報告を置くフォルダ（なければ方針の servers.reports、それもなければ画面に出します）"),
    )
    parser.add_argument("--name", default="", help=_("端末名（なければ証明書の名前か、この機械の名前）"))
    parser.add_argument("--show", action="store_true", help=_("置かずに、画面に出します。"))
    parser.add_argument("--quick", action="store_true", help=_("自己診断をしません。"))
    parser.add_argument(
        "--of-machine", action="store_true", help=_("だれもいない端末で確かめられることだけを診断します。")
    )
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
