"""``mahoroba backup``: take, verify, rehearse; and put back."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from core import log
from core.config import Config
from core.errors import SuiteError
from core.i18n import _
from core.paths import Paths
from core.secrets import SecretStore, get_or_create, open_secrets
from office.backup import manifest, restore, take
from office.backup.record import Act, Record
from office.schema import open_sql


def main(arguments: Sequence[str]) -> int:
    """The exit code; a SuiteError goes to the caller, who prints it."""
    options = _parser().parse_args(arguments)
    paths = Paths.from_environment()
    log.configure(paths)
    config = Config.load(paths)
    secrets = open_secrets(config, paths)
    return int(options.call(options, paths, config, secrets))


def _take(options: argparse.Namespace, paths: Paths, config: Config, secrets: SecretStore) -> int:
    dumps: list[take.Dump] = []
    if config.servers.database:
        from office.backup.postgres import dump_of  # an office's: nobody else loads it

        dumps.append(dump_of(config.servers.database))
    taken = take.take(paths, options.folder, _key(secrets), dumps, _progress)
    _note(Act.TAKEN, taken.folder, paths, config)
    rows = sum(taken.manifest.rows.values())
    print(_("{folder}: {files} ファイル、{rows} 行").format(
        folder=taken.folder, files=len(taken.manifest.items), rows=rows))  # fmt: skip
    if taken.damaged:
        words = _("壊れていて読めないデータベースがあります（そのままの形で控えました）: {names}")
        print(words.format(names=_("、").join(taken.damaged)), file=sys.stderr)
        if options.keep:
            print(_("壊れる前の控えが要るので、古い世代は消しません。"), file=sys.stderr)
        return 1
    if options.keep:
        for gone in take.keep_newest(options.folder, options.keep):
            print(_("消しました: {folder}").format(folder=gone))
    return 0


def _verify(options: argparse.Namespace, paths: Paths, config: Config, secrets: SecretStore) -> int:
    made = restore.verify(options.folder, _key(secrets))
    _note(Act.VERIFIED, options.folder, paths, config)
    print(_("{files} ファイルすべてが、{created} に控えたままです。").format(
        files=len(made.items), created=made.created))  # fmt: skip
    return 0


def _rehearse(options: argparse.Namespace, paths: Paths, config: Config, secrets: SecretStore) -> int:
    done = restore.rehearse(options.folder, _key(secrets), _progress)
    _note(Act.REHEARSED, options.folder, paths, config)
    print(_("戻せます: {files} ファイル、{rows} 行が控えたときと同じでした（{seconds:.1f} 秒）。").format(
        files=done.files, rows=done.rows, seconds=done.seconds))  # fmt: skip
    for note in done.notes:
        print(note)
    return 0


def _restore(options: argparse.Namespace, paths: Paths, config: Config, secrets: SecretStore) -> int:
    database = None
    if config.servers.database:
        from office.backup.postgres import replacing

        database = partial(replacing, config.servers.database)
    done = restore.restore(options.folder, paths, _key(secrets), _progress, database)
    _note(Act.RESTORED, options.folder, paths, config)
    print(_("戻しました: {files} ファイル、{rows} 行が控えたときと同じです（{seconds:.1f} 秒）。").format(
        files=done.files, rows=done.rows, seconds=done.seconds))  # fmt: skip
    for former in done.former:
        print(_("前のデータ: {folder}").format(folder=former))
    for note in done.notes:
        print(note)
    return 0


def _note(act: Act, backup: Path, paths: Paths, config: Config) -> None:
    """For the console. What was done stays done where it cannot be noted."""
    try:
        sql = open_sql(paths.data / "office.db", config.servers.database)
        try:
            Record(sql).note(act, backup.resolve().name)
        finally:
            sql.close()
    except SuiteError as error:
        print(_("管理の画面に出す記録は残せませんでした。"), error, sep="\n", file=sys.stderr)


def _key(secrets: SecretStore) -> bytes:
    return get_or_create(secrets, manifest.KEY_NAME, 32)


def _progress(done: int, total: int) -> None:
    if sys.stderr.isatty():
        print(f"\r{done}/{total}", end="\n" if done == total else "", file=sys.stderr, flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="mahoroba backup", description=_("職場のデータを控え、戻します。"))
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    every = (
        ("take", _take, _("動かしたまま、全体を新しいフォルダに控えます。"), _("控えを置くフォルダ")),
        ("verify", _verify, _("控えの一つが、控えたときのままか確かめます。"), _("控えの一つ")),
        ("rehearse", _rehearse, _("別の場所に戻してみて、同じかどうか確かめます。"), _("控えの一つ")),
        ("restore", _restore, _("控えの一つに戻します。いまのデータは横に残します。"), _("控えの一つ")),
    )
    for name, call, text, folder in every:
        verb = verbs.add_parser(name, help=text, description=text)
        verb.add_argument("folder", type=Path, help=folder)
        verb.set_defaults(call=call)
        if name == "take":
            verb.add_argument(
                "--keep", type=int, default=0, help=_("新しいものからいくつ残すか（0: すべて）")
            )
    return parser
