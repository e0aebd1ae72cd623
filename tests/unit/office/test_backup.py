"""A backup taken while others write is of one moment, found out when changed, and put back as a whole."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from core.audit import AuditLog
from core.errors import SuiteError
from core.paths import Paths
from core.secrets import MemorySecrets
from office.backup import manifest, restore, take

KEY = b"k" * 32
ROOT = Path(__file__).resolve().parents[3]


def home(folder: Path) -> Paths:
    made = Paths(*(folder / name for name in ("data", "config", "cache", "state")), folder / "policy.toml")
    for path in (made.data, made.config, made.cache, made.state):
        path.mkdir(parents=True, mode=0o700)
    return made


def filled(folder: Path) -> Paths:
    """A small office: a trail, a second database in WAL, files, keys, settings, policy."""
    paths = home(folder)
    trail = AuditLog(paths.data / "audit.db", MemorySecrets())
    for number in range(20):
        trail.append("sign-in.accepted", actor=f"K{number:06}", subject=f"K{number:06}")
    trail._connections.close()
    (paths.data / "calendar").mkdir()
    with closing(sqlite3.connect(paths.data / "calendar" / "k.db")) as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("CREATE TABLE t (n INTEGER)")
        database.executemany("INSERT INTO t VALUES (?)", [(n,) for n in range(1000)])
        database.commit()
    (paths.data / "sign-ins.jsonl").write_text('{"time": 1}\n')
    (paths.data / "secrets.json").write_text("{}")
    (paths.config / "settings.toml").write_text("# 私の設定\n", "utf-8")
    paths.policy.write_text("[security]\n", "utf-8")
    return paths


def contents(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def tables(path: Path) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as database:
        names = [
            n for (n,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY 1")
        ]
        return [row for name in names for row in database.execute(f"SELECT * FROM {name}")]  # noqa: S608


def test_everything_but_the_keys_is_in_it_for_its_owner_only(tmp_path: Path) -> None:
    paths = filled(tmp_path / "home")
    taken = take.take(paths, tmp_path / "out", KEY)
    assert {item.path for item in taken.manifest.items} == {
        "config/settings.toml", "data/audit.db", "data/calendar/k.db", "data/sign-ins.jsonl",
        "policy/policy.toml",
    }  # fmt: skip
    assert taken.manifest.rows["data/audit.db:entries"] == 20
    assert taken.manifest.rows["data/calendar/k.db:t"] == 1000
    modes = {path.stat().st_mode & 0o777 for path in taken.folder.rglob("*") if path.is_file()}
    assert modes == {0o600}
    assert taken.folder.stat().st_mode & 0o777 == 0o700
    restore.verify(taken.folder, KEY)


def test_private_keys_are_in_no_backup_and_stay_at_a_restore(tmp_path: Path) -> None:
    paths = filled(tmp_path / "home")
    keys = {"terminal/device.key": "a", "terminal/device.pem": "b", "tls/server.key": "c"}
    for name, content in keys.items():
        (paths.data / name).parent.mkdir(exist_ok=True)
        (paths.data / name).write_text(content)
    (paths.data / "terminal" / "device-ca.pem").write_text("of everybody")
    taken = take.take(paths, tmp_path / "out", KEY)
    names = {item.path for item in taken.manifest.items}
    assert "data/terminal/device-ca.pem" in names
    assert not {f"data/{name}" for name in keys} & names
    restore.restore(taken.folder, paths, KEY)
    assert {name: (paths.data / name).read_text() for name in keys} == keys


def test_one_damaged_database_does_not_cost_the_others(tmp_path: Path) -> None:
    paths = filled(tmp_path / "home")
    for name, begins, ends in (("inside.db", 4096, 12_000), ("top.db", 20, 4000)):
        path = paths.data / "calendar" / name
        with closing(sqlite3.connect(path)) as database:
            database.execute("CREATE TABLE t (n INTEGER)")
            database.executemany("INSERT INTO t VALUES (?)", [(n,) for n in range(5000)])
            database.commit()
        content = bytearray(path.read_bytes())
        content[begins:ends] = b"\xff" * (ends - begins)
        path.write_bytes(content)
    taken = take.take(paths, tmp_path / "out", KEY)
    assert taken.damaged == ["data/calendar/inside.db", "data/calendar/top.db"]
    assert taken.manifest.rows["data/calendar/k.db:t"] == 1000
    for name in ("inside.db", "top.db"):
        there = taken.folder / "data" / "calendar" / name
        assert there.read_bytes() == (paths.data / "calendar" / name).read_bytes()
    assert len(restore.rehearse(taken.folder, KEY).notes) == 2, "said, and the others come back"
    assert len(restore.restore(taken.folder, paths, KEY).notes) == 2


@pytest.mark.skipif(sys.platform == "win32", reason="no such limit")
def test_more_databases_than_a_process_may_usually_open(tmp_path: Path) -> None:
    import resource

    paths, limits = filled(tmp_path / "home"), resource.getrlimit(resource.RLIMIT_NOFILE)
    for number in range(40):
        with closing(sqlite3.connect(paths.data / "calendar" / f"{number}.db")) as database:
            database.execute("PRAGMA journal_mode=WAL")
            database.execute("CREATE TABLE t (n INTEGER)")
    open_now = len(list(Path("/proc/self/fd").iterdir()))
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (open_now + 60, limits[1]))
        taken = take.take(paths, tmp_path / "out", KEY)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
    assert sum(item.kind == "sqlite" for item in taken.manifest.items) == 42


@pytest.mark.root
@pytest.mark.skipif(
    os.name == "nt" or os.geteuid() != 0, reason="covers /dev in a mount space of its own: root"
)
def test_a_bare_root_without_a_list_of_open_files_is_backed_up(tmp_path: Path) -> None:
    filled(tmp_path / "home")
    script = (
        "import sys; from pathlib import Path; from core.paths import Paths; from office.backup import take;"
    )
    script += "assert not Path('/dev/fd').exists(); home, out = map(Path, sys.argv[1:]);"
    script += "folders = (home / name for name in ('data', 'config', 'cache', 'state', 'policy.toml'));"
    script += f"take.take(Paths(*folders), out, {KEY!r})"
    bare = 'mount -t tmpfs none /dev && exec "$@"'
    command = ["unshare", "--mount", "sh", "-c", bare, "sh", sys.executable, "-c", script]
    done = subprocess.run(
        [*command, str(tmp_path / "home"), str(tmp_path / "out")], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    (folder,) = (tmp_path / "out").iterdir()
    assert contents(folder)["data/audit.db"]


@pytest.mark.parametrize("place", ["data", "data/backups", "config/x"])
def test_a_backup_is_not_put_into_what_it_backs_up(tmp_path: Path, place: str) -> None:
    paths = filled(tmp_path / "home")
    with pytest.raises(SuiteError, match="BACKUP-010"):
        take.take(paths, tmp_path / "home" / place, KEY)


def test_a_rehearsal_without_a_place_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    taken = take.take(filled(tmp_path / "home"), tmp_path / "out", KEY)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "nowhere"))
    with pytest.raises(SuiteError, match="BACKUP-012"):
        restore.rehearse(taken.folder, KEY)


def test_it_is_put_back_as_it_was_and_what_was_there_is_kept(tmp_path: Path) -> None:
    paths = filled(tmp_path / "home")
    before = {name: tables(paths.data / name) for name in ("audit.db", "calendar/k.db")}
    taken = take.take(paths, tmp_path / "out", KEY)
    with closing(sqlite3.connect(paths.data / "calendar" / "k.db")) as database:
        database.execute("DELETE FROM t")
        database.commit()
    (paths.data / "sign-ins.jsonl").unlink()
    done = restore.restore(taken.folder, paths, KEY)
    assert {name: tables(paths.data / name) for name in before} == before
    assert (paths.data / "sign-ins.jsonl").read_text() == '{"time": 1}\n'
    assert (paths.data / "secrets.json").exists(), "the keys stay where they are"
    (former,) = done.former
    assert tables(former / "calendar" / "k.db") == []
    assert done.notes == ()


def test_an_office_that_burnt_down_comes_back_in_an_empty_home(tmp_path: Path) -> None:
    taken = take.take(filled(tmp_path / "home"), tmp_path / "out", KEY)
    fresh = home(tmp_path / "new")
    done = restore.restore(taken.folder, fresh, KEY)
    assert tables(fresh.data / "audit.db") == tables(taken.folder / "data" / "audit.db")
    assert (fresh.config / "settings.toml").read_text("utf-8") == "# 私の設定\n"
    assert len(done.notes) == 1, "the policy is laid aside, an administrator decides"
    assert (fresh.data / "policy.toml.restored").exists()


def test_a_rehearsal_changes_nothing(tmp_path: Path) -> None:
    paths = filled(tmp_path / "home")
    taken = take.take(paths, tmp_path / "out", KEY)
    before = contents(paths.data), contents(taken.folder)
    done = restore.rehearse(taken.folder, KEY)
    assert (contents(paths.data), contents(taken.folder)) == before
    assert done.rows == sum(taken.manifest.rows.values())


@pytest.mark.parametrize("damage", ["changed", "missing", "added", "link", "linked folder", "truncated"])
def test_a_backup_that_was_changed_is_not_used(tmp_path: Path, damage: str) -> None:
    paths = filled(tmp_path / "home")
    taken = take.take(paths, tmp_path / "out", KEY)
    target = taken.folder / "data" / "audit.db"
    content = bytearray(target.read_bytes())
    if damage == "changed":
        content[5000] ^= 1
        target.write_bytes(content)
    elif damage == "truncated":
        target.write_bytes(content[:-1])
    elif damage == "added":
        (taken.folder / "data" / "more.db").write_bytes(b"x")
    elif damage == "linked folder":  # what it holds fits, today
        (taken.folder / "data").rename(tmp_path / "elsewhere")
        (taken.folder / "data").symlink_to(tmp_path / "elsewhere")
    else:
        target.unlink()
        if damage == "link":
            target.symlink_to(paths.data / "audit.db")
    before = contents(paths.data)
    for use in (restore.verify, restore.rehearse):
        with pytest.raises(SuiteError, match="BACKUP-004"):
            use(taken.folder, KEY)
    with pytest.raises(SuiteError, match="BACKUP-004"):
        restore.restore(taken.folder, paths, KEY)
    assert contents(paths.data) == before


def test_a_manifest_that_was_written_anew_to_fit_is_not_believed(tmp_path: Path) -> None:
    taken = take.take(filled(tmp_path / "home"), tmp_path / "out", KEY)
    file = taken.folder / manifest.NAME
    file.write_bytes(file.read_bytes().replace(b'"rows"', b'"rows" '))
    with pytest.raises(SuiteError, match="BACKUP-002"):
        restore.verify(taken.folder, KEY)
    with pytest.raises(SuiteError, match="BACKUP-001"):
        restore.verify(tmp_path, KEY)


@pytest.mark.parametrize("path", ["../x", "/etc/passwd", "a/../../b", "", "a//b", "a\\b", "./a", "a\0b"])
def test_a_manifest_never_leads_out_of_its_folder(path: str) -> None:
    line = {"path": path, "kind": "file", "size": 1, "sha256": "0" * 64}
    content = json.dumps({"format": 1, "created": "x", "items": [line], "rows": {}})
    with pytest.raises(ValueError, match="elsewhere"):
        manifest.parse(content.encode())


@pytest.mark.parametrize("count", ["1e999", "-1", "true", '"1"', "1.5", "null"])
def test_a_number_of_rows_is_one(count: str) -> None:
    """``1e999`` was found by tests/long/test_fuzz.py: an infinity is no whole number."""
    content = f'{{"format": 1, "created": "x", "items": [], "rows": {{"a:b": {count}}}}}'
    with pytest.raises(ValueError, match="rows"):
        manifest.parse(content.encode())


def test_an_office_in_use_is_not_replaced(tmp_path: Path) -> None:
    paths = filled(tmp_path / "home")
    taken = take.take(paths, tmp_path / "out", KEY)
    with closing(sqlite3.connect(paths.data / "calendar" / "k.db")) as somebody:
        somebody.execute("SELECT * FROM t").fetchall()
        with pytest.raises(SuiteError, match="BACKUP-005"):
            restore.restore(taken.folder, paths, KEY)
    restore.restore(taken.folder, paths, KEY)


def test_only_the_newest_are_kept_and_never_none(tmp_path: Path) -> None:
    out = tmp_path / "out"
    for day in (1, 2, 3):
        (out / f"mahoroba-2026110{day}T000000Z").mkdir(parents=True)
    (out / "else").mkdir()
    take.keep_newest(out, 0)
    assert [p.name for p in take.backups(out)] == ["mahoroba-20261103T000000Z"]
    assert (out / "else").exists()


WRITER = """
import sqlite3, sys
from pathlib import Path
home = Path(sys.argv[1])
one, two = (sqlite3.connect(home / n, isolation_level=None, timeout=30) for n in ("a.db", "b.db"))
for database in (one, two):
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("CREATE TABLE IF NOT EXISTS t (n INTEGER)")
print("ready", flush=True)
for number in range(10**9):
    one.execute("INSERT INTO t VALUES (?)", (number,))
    two.execute("INSERT INTO t VALUES (?)", (number,))
"""


def test_two_databases_that_are_written_in_turn_are_copied_of_one_moment(tmp_path: Path) -> None:
    paths = home(tmp_path / "home")
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(paths.data)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
        for number in range(5):
            taken = take.take(paths, tmp_path / f"out{number}", KEY)
            one, two = (taken.manifest.rows[f"data/{name}.db:t"] for name in "ab")
            assert one - two in (0, 1)
            restore.verify(taken.folder, KEY)
    finally:
        writer.kill()
        writer.wait()
        writer.stdout.close()  # type: ignore[union-attr]


KILLED = """
import os, sys
from pathlib import Path
from core.paths import Paths
from office.backup import restore, take
root, what, step = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
home = root / "home"
paths = Paths(*(home / n for n in ("data", "config", "cache", "state")), home / "policy.toml")
count = 0
def traced(frame, event, arg):
    global count
    if frame.f_code.co_filename.endswith(("take.py", "restore.py", "files.py")):
        count += 1
        if count == step:
            os.kill(os.getpid(), 9)
        return traced
    return traced if event == "call" else None
sys.settrace(traced)
if what == "take":
    take.take(paths, root / "out2", b"k" * 32)
else:
    restore.restore(next((root / "out").iterdir()), paths, b"k" * 32)
sys.settrace(None)
print(count)
"""


def _killed(root: Path, what: str, step: int) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(root), what, str(step)],
        capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=False,
    )  # fmt: skip
    assert done.returncode in (0, -9), done.stderr
    return done.returncode, done.stdout.strip()


@pytest.mark.parametrize("what", ["take", "restore"])
def test_killed_at_any_moment_the_office_is_the_old_or_the_new_one(tmp_path: Path, what: str) -> None:
    """Moments spread over all lines that a whole run executes, most of them around its end."""
    whole = tmp_path / "whole"
    take.take(filled(whole / "home"), whole / "out", KEY)
    _code, steps = _killed(whole, what, 10**9)
    last = int(steps)
    moments = sorted({last // 2, *(last - n for n in (45, 20, 8, 2))})
    for moment in moments:
        root = tmp_path / str(moment)
        paths = filled(root / "home")
        taken = take.take(paths, root / "out", KEY)
        new = tables(taken.folder / "data" / "calendar" / "k.db")
        with closing(sqlite3.connect(paths.data / "calendar" / "k.db")) as database:
            database.execute("UPDATE t SET n = n + 1")
            database.commit()
        old = tables(paths.data / "calendar" / "k.db")
        _killed(root, what, moment)
        assert tables(paths.data / "calendar" / "k.db") in (old, new)
        for folder in take.backups(root / "out2"):
            restore.verify(folder, KEY)  # what has a final name is whole
        take.take(paths, root / "out2", KEY)
        restore.restore(taken.folder, paths, KEY)  # and the next run goes through
        assert tables(paths.data / "calendar" / "k.db") == new
        kept = [tables(p / "calendar" / "k.db") for p in (root / "home").glob("data*")]
        assert old in kept, "what was there before is somewhere beside it"
