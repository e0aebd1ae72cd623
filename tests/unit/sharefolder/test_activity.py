"""Who changed what: the file server's record read as it is written, and the person's own."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from sharefolder.activity import Act, OwnRecord, What, concerns
from sharefolder.index import audit_log

ROOT = Path("/srv/share")
LOG = """\
[2026/11/26 04:11:24.302910,  1] ../../source3/modules/vfs_full_audit.c:643(do_log)
  hanako|10.0.0.7|zencho|pwrite_send|ok|/srv/share/課/新 (1).txt
[2026/11/26 04:11:25.302910,  1] ../../source3/modules/vfs_full_audit.c:643(do_log)
  hanako|10.0.0.7|zencho|pwrite_send|ok|/srv/share/課/新 (1).txt
2026-11-26T04:12:00.5+09:00 fsv smbd_audit[77]: taro|10.0.0.8|zencho|renameat|ok|/srv/share/課/新 (1).txt|/srv/share/課/予算.txt
2026-11-26T04:12:01+09:00 fsv smbd_audit[77]: taro|10.0.0.8|zencho|unlinkat|ok|/srv/share/秘/人事.txt
2026-11-26T04:12:02+09:00 fsv smbd_audit[77]: taro|10.0.0.8|zencho|unlinkat|fail (no right)|/srv/share/課/予算.txt
2026-11-26T04:12:03+09:00 fsv smbd_audit[77]: taro|10.0.0.8|other|unlinkat|ok|/srv/elsewhere/予算.txt
2026-11-26T04:12:04+09:00 fsv smbd_audit[77]: taro|10.0.0.8|zencho|pwrite|ok|/srv/share/課/.mahoroba-0123456789abcdef.part
2026-11-26T04:12:05+09:00 fsv smbd_audit[77]: taro|10.0.0.8|zencho|renameat|ok|/srv/share/課/.mahoroba-0123456789abcdef.part|/srv/share/課/回答.xlsx
"""  # noqa: E501 - as it is written


def test_the_record_is_read_in_both_its_forms_and_shows_what_the_reader_may_see(tmp_path: Path) -> None:
    log = tmp_path / "audit.log"
    log.write_text(LOG, "utf-8")
    acts = audit_log.acts(log, ROOT, "", lambda paths: [not each.startswith("秘/") for each in paths])
    assert [(a.who, a.what, a.path, a.to) for a in acts] == [
        ("taro", What.WRITTEN, "課/回答.xlsx", ""),  # sent by the suite: under a part's name first
        ("taro", What.RENAMED, "課/新 (1).txt", "課/予算.txt"),
        ("hanako", What.WRITTEN, "課/新 (1).txt", ""),  # one writing, in two pieces
    ]
    of_one = audit_log.acts(log, ROOT, "課/予算.txt", lambda paths: [True] * len(paths))
    assert [a.what for a in of_one] == [What.RENAMED]


def test_what_goes_into_a_bin_is_deleted_and_what_leaves_it_is_back() -> None:
    lying = "/srv/share/課/.recycle/K1/20261126-101500-9f3c"
    head = "2026-11-26T04:12:00+09:00 fsv smbd_audit[77]: taro|10.0.0.8|zencho|"
    lines = [
        f"{head}mkdirat|ok|/srv/share/課/.recycle",
        f"{head}renameat|ok|/srv/share/課/予算.txt|{lying}/予算.txt",
        f"{head}renameat|ok|{lying}/予算.txt|/srv/share/課/予算.txt",
        f"{head}unlinkat|ok|{lying}",
    ]
    assert [(act.what, act.path, act.to) for act in audit_log.parsed(lines, ROOT)] == [
        (What.DELETED, "課/予算.txt", ""),
        (What.RESTORED, "課/予算.txt", ""),
    ]


@given(st.text(max_size=300))
def test_no_line_breaks_the_reader(text: str) -> None:
    list(audit_log.parsed(text.splitlines(), ROOT))
    list(audit_log.parsed([f"[2026/99/99 99:99:99] {text}", f"a|b|c|pwrite|ok|{text}"], ROOT))


def test_the_own_record_lasts_two_months_and_is_for_its_person_alone(tmp_path: Path) -> None:
    now = [1_790_000_000.0]
    own = OwnRecord(tmp_path / "own", lambda: now[0])
    own.add("全庁", [Act(now[0], "", What.WRITTEN, "課/予算.xlsx")])
    own.add("ほか", [Act(now[0], "", What.DELETED, "課/予算.xlsx")])
    now[0] += 31 * 86_400
    own.add("全庁", [Act(now[0], "", What.RENAMED, "課/予算.xlsx", "課/予算2.xlsx")])
    (file, *_rest) = sorted((tmp_path / "own").iterdir())
    with file.open("a", encoding="utf-8") as damaged:
        damaged.write("{half a line")
    assert [a.what for a in own.of("全庁", "課")] == [What.RENAMED, What.WRITTEN]
    assert [a.what for a in own.of("全庁", "課/予算2.xlsx")] == [What.RENAMED]
    assert file.stat().st_mode & 0o077 == 0
    now[0] += 62 * 86_400
    own.add("全庁", [Act(now[0], "", What.MADE, "課/新")])
    assert [a.what for a in own.of("全庁", "")] == [What.MADE]
    assert len(list((tmp_path / "own").iterdir())) == 1, "older months are gone"


def test_a_folder_s_acts_are_those_of_what_is_in_it() -> None:
    act = Act(1.0, "", What.WRITTEN, "課/予算.xlsx")
    assert concerns(act, "")
    assert concerns(act, "課")
    assert not concerns(act, "課/予算")
