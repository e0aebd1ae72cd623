"""The office's servers as this terminal reaches them, for the console: each asked as a client asks it."""

from __future__ import annotations

import httpx

from auth.agent.terminal import connect
from core.config import Config
from core.i18n import _
from core.paths import Paths
from core.postgres import PostgresSql
from installer.selftest import Check, Outcome, failed, network, ok, policy, unknown
from installer.selftest.checks import Terminal


def matcher(config: Config, paths: Paths) -> Outcome:
    """The matcher shows its key to this terminal's certificate."""
    return _answers(config.servers.matcher, "servers.matcher", "/v1/keys", paths)


def signer(config: Config, paths: Paths) -> Outcome:
    """The signer shows its authorities to this terminal's certificate."""
    return _answers(config.servers.signer, "servers.signer", "/v1/anchors", paths)


def database(config: Config) -> Outcome:
    """The office's database answers a question; nothing is written."""
    address = config.servers.database
    if not address:
        return ok(_("データはこの端末のファイルにあります（データベースのサーバーは使っていません）。"))
    sql = PostgresSql(address, ())  # SuiteError DB-007 when nobody answers
    try:
        sql.rows("SELECT 1 AS one")
    finally:
        sql.close()
    return ok(_("データベースのサーバーが応答します。"))


def checks(terminal: Terminal) -> list[Check]:
    """Every service that an office may have, in the order in which a morning needs them."""
    config, paths = terminal.config, terminal.paths
    return [
        Check("matcher", _("照合サーバー"), lambda: matcher(config, paths)),
        Check("signer", _("署名サーバー"), lambda: signer(config, paths)),
        Check("realm", _("領域（Kerberos）"), lambda: network.realm(config)),
        Check("proxy", _("代理サーバー"), lambda: network.proxy(config), 30),
        Check("schedule", _("予定のサーバー"), lambda: network.schedule(paths), 20),
        Check("share", _("共有フォルダ"), lambda: network.share(paths), 20),
        Check("index-service", _("索引サービス"), lambda: network.index_service(paths), 20),
        Check("policy", _("方針の配布"), lambda: policy.policy(paths)),
        Check("database", _("データベース"), lambda: database(config), 15),
    ]


def _answers(url: str, key: str, path: str, paths: Paths) -> Outcome:
    if not url:
        return unknown(
            _("サーバーが決められていません（この端末の中で動いています）。"),
            _("職場のサーバーを使うときは、方針の {key} に番地を書きます。").format(key=key),
            "SELF-100",
        )
    step = _("サーバーの電源と記録、途中のネットワークを確かめてください。")
    try:
        with connect(url, paths.data / "terminal") as http:
            answer = http.get(path, timeout=network.ANSWER_S)
    except (httpx.HTTPError, OSError):
        return failed(_("{url} が応答しません。").format(url=url), step, "SELF-101")
    if answer.status_code != 200:
        words = _("{url} がこの端末を断りました（{status}）。")
        return failed(words.format(url=url, status=answer.status_code), step, "SELF-102")
    return ok(_("{url} が応答します。").format(url=url))
