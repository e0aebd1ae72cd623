"""A service's state is kept with since when, until it changes."""

from __future__ import annotations

from pathlib import Path

from office.schema import open_sql
from office.states import Seen, States


def test_since_when_is_the_first_look_that_saw_it(tmp_path: Path) -> None:
    now = [100.0]
    states = States(open_sql(tmp_path / "office.db"), lambda: "K1", lambda: now[0])

    def look(state: str) -> tuple[float, str]:
        (found,) = states.note([Seen("matcher", "照合サーバー", state, "", "", "")])
        return found.since, found.before

    (unasked,) = states.kept([("matcher", "照合サーバー")])
    assert (unasked.seen.state, unasked.since, unasked.before) == ("", 0.0, "")
    assert look("ok") == (100.0, "")
    now[0] = 200.0
    assert look("ok") == (100.0, "")
    assert look("fail") == (200.0, "ok")
    now[0] = 300.0
    assert look("fail") == (200.0, "ok")
    assert look("ok") == (300.0, "fail")
    known = states.kept([("matcher", "照合サーバー"), ("signer", "署名サーバー")])
    assert [(each.seen.title, each.seen.state, each.since, each.before) for each in known] == [
        ("照合サーバー", "ok", 300.0, "fail"),
        ("署名サーバー", "", 0.0, ""),
    ]
