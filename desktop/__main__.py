"""``mahoroba COMMAND``: one command, the same verbs as in the window. Qt is imported for the window only."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from core.crash import unexpected
from core.errors import SuiteError
from core.i18n import N_, _
from core.paths import Paths
from desktop import owner

ELSEWHERE = {
    "bench": ("benchmarks.__main__", N_("性能と精度を測ります。")),
    "face-report": ("auth.face.report", N_("顔画像のフォルダーで認証の精度を測ります。")),
    "liaison": ("desktop.liaison_command", N_("連絡員端末を準備します。")),
    "kiosk": ("desktop.kiosk", N_("連絡員端末そのものの案内画面を開きます。")),
    "matcher": ("auth.matcher.program", N_("照合サーバーを動かします。")),
    "signer": ("auth.signer.program", N_("署名サーバーと端末の名簿です。")),
    "terminal": ("auth.agent.command", N_("この端末をサーバーに登録します。")),
    "pam": ("desktop.pam_command", N_("PAM から呼ばれます（pam_exec）。")),
    "policy": ("installer.policy.command", N_("方針を署名して配り、受け取ります。")),
    "realm": ("installer.realm.command", N_("開発と試験のための職場一式を始めます。")),
    "calendar-server": ("calendar_sync.servers.office", N_("職場の予定のサーバーを動かします。")),
    "self-test": ("desktop.self_test", N_("この端末で仕事ができるかを診断します。")),
    "support-bundle": ("desktop.support_bundle", N_("情報担当に渡す記録を、個人の情報を除いて作ります。")),
    "backup": ("office.backup.command", N_("職場のデータを控え、確かめ、戻します。")),
    "share-index": ("sharefolder.index.program", N_("共有フォルダの索引サービスを動かします。")),
    "share-rules": ("sharefolder.rules_report", N_("共有フォルダの運用ルールの報告を作ります。")),
    "update": ("installer.update.command", N_("まほろばを更新します。")),
    "inventory": ("desktop.inventory", N_("この端末の報告を見せるか、集める場所に置きます。")),
}
"""Commands whose module has a parser of its own, ``main(arguments) -> exit code``; and what each does."""


def run(options: argparse.Namespace) -> int:
    """Open the window; where there is no screen, perform the main job under a virtual one."""
    if not _has_screen():
        from desktop import trial_run

        return trial_run.main(options.out)
    if options.trial:
        from desktop import trial

        trial.move_in()
    from desktop import app

    return app.main()


def audit_verify(_options: argparse.Namespace) -> int:
    """Check the whole audit log: 1 and the first bad row if anything was edited, deleted or reordered."""
    from core.audit import AuditLog
    from core.config import Config
    from core.secrets import open_secrets

    paths = Paths.from_environment()
    secrets = open_secrets(Config.load(paths), paths)
    report = AuditLog(paths.data / "audit.db", secrets).verify()
    print(report.reason)
    return 0 if report.ok else 1


def audit_reconcile(options: argparse.Namespace) -> int:
    """Name every certificate without a statement, and every statement with two: 1 if there is one."""
    from auth import reconcile

    return reconcile.main(options)


def _speak(arguments: Sequence[str]) -> None:
    """Every command in the language that is set; the window chooses its own when it draws."""
    if arguments and arguments[0] in ("run", "demo", "kiosk"):
        return
    from desktop import language

    language.speak(Paths.from_environment())


def _has_screen() -> bool:
    chosen = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    return sys.platform == "win32" or any(os.environ.get(name) for name in chosen)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="mahoroba", description=_("まほろば: 県職員の仕事の窓口"))
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, text in (("run", _("アプリを開きます。")), ("demo", _("見本の職場で開きます。"))):
        command = commands.add_parser(name, help=text, description=text)
        command.add_argument(
            "--trial", action="store_true", default=name == "demo", help=_("見本の人とカメラで試します。")
        )
        command.add_argument(
            "--out", type=Path, default=Path("out"), help=_("画面のない端末で結果を置く場所")
        )
        command.set_defaults(call=run)
    audit = commands.add_parser("audit", help=_("監査記録を調べます。")).add_subparsers(
        dest="verb", metavar="VERB", required=True
    )
    verify = audit.add_parser("verify", help=_("監査記録が書き換えられていないか確かめます。"))
    verify.set_defaults(call=audit_verify)
    compare = audit.add_parser("reconcile", help=_("証明書と照合の記録を突き合わせます。"))
    compare.add_argument("trails", nargs="*", type=Path, help=_("ほかの照合サーバーの audit.db の写し"))
    compare.add_argument("--json", action="store_true", help=_("結果を JSON で出します。"))
    compare.set_defaults(call=audit_reconcile)
    for name, (_module, text) in ELSEWHERE.items():
        commands.add_parser(name, help=_(text), add_help=False)
    return parser


def main(arguments: Sequence[str]) -> int:
    """0 when it went well; otherwise a sentence on stderr and 1 (2 for a command that does not exist)."""
    try:
        if arguments and arguments[0] in owner.COMMANDS:
            owner.become_owner()
        _speak(arguments)
        if arguments and arguments[0] in ELSEWHERE:
            return int(import_module(ELSEWHERE[arguments[0]][0]).main(arguments[1:]))
        options = _parser().parse_args(arguments)
        return int(options.call(options))
    except SuiteError as error:
        print(error, file=sys.stderr)
    except KeyboardInterrupt:
        return 130
    except Exception as error:  # noqa: BLE001 the outermost frame: nobody else will say it
        failure = unexpected(error)
        print(failure, failure.report, sep="\n", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
