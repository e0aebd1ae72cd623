"""The cache's tables. ``base`` is what the server last had, ``local`` what the person sees now."""

from __future__ import annotations

from core.db import Migration
from core.sqlite import Database

_FIRST = (
    """CREATE TABLE collection (
        id INTEGER PRIMARY KEY, href TEXT NOT NULL UNIQUE, name TEXT NOT NULL, colour TEXT NOT NULL DEFAULT
        '', kind TEXT NOT NULL DEFAULT 'own', writable INTEGER NOT NULL DEFAULT 1, shown INTEGER NOT NULL
        DEFAULT 1,
        token TEXT NOT NULL DEFAULT '', audited_at TEXT NOT NULL DEFAULT '', held TEXT NOT NULL DEFAULT '[]',
        allow_mass_deletion INTEGER NOT NULL DEFAULT 0)""",
    # dirty: local is what the person wants (NULL: deleted). Clean: local is NULL, the content is base.
    """CREATE TABLE object (
        id INTEGER PRIMARY KEY, collection INTEGER NOT NULL REFERENCES collection(id) ON DELETE CASCADE,
        href TEXT NOT NULL, uid TEXT NOT NULL, etag TEXT NOT NULL DEFAULT '', reread INTEGER NOT NULL
        DEFAULT 0,
        base BLOB, local BLOB, dirty INTEGER NOT NULL DEFAULT 0, repeats INTEGER NOT NULL DEFAULT 0,
        problem TEXT NOT NULL DEFAULT '', UNIQUE (collection, href))""",
    "CREATE INDEX object_dirty ON object (collection) WHERE dirty",
    "CREATE INDEX object_repeats ON object (collection) WHERE repeats",
    # A request that was about to be made. It goes when its outcome is known, never before.
    """CREATE TABLE attempt (
        id TEXT PRIMARY KEY, object INTEGER NOT NULL UNIQUE REFERENCES object(id) ON DELETE CASCADE,
        body BLOB, etag TEXT NOT NULL, made_at TEXT NOT NULL)""",
    """CREATE TABLE conflict (
        id INTEGER PRIMARY KEY, object INTEGER NOT NULL, found_at TEXT NOT NULL, clashes TEXT NOT NULL,
        base BLOB, mine BLOB, theirs BLOB, settled TEXT NOT NULL DEFAULT '')""",
    """CREATE TABLE history (
        id INTEGER PRIMARY KEY, object INTEGER NOT NULL, collection INTEGER NOT NULL, at TEXT NOT NULL,
        origin TEXT NOT NULL, before BLOB, after BLOB)""",
    "CREATE INDEX history_object ON history (object)",
    # start, end: seconds of the office's wall clock (a naive time read as if it were UTC).
    """CREATE TABLE occurrence (
        object INTEGER NOT NULL REFERENCES object(id) ON DELETE CASCADE, recurrence TEXT NOT NULL,
        start INTEGER NOT NULL, end INTEGER NOT NULL, all_day INTEGER NOT NULL, summary TEXT NOT NULL,
        location TEXT NOT NULL, status TEXT NOT NULL, private INTEGER NOT NULL, busy INTEGER NOT NULL,
        collection INTEGER NOT NULL)""",
    "CREATE INDEX occurrence_object ON occurrence (object)",
    "CREATE INDEX occurrence_start ON occurrence (start, end)",
    "CREATE INDEX occurrence_long ON occurrence (start, end) WHERE end - start > 2764800",
    "CREATE TABLE words (object INTEGER PRIMARY KEY REFERENCES object(id) ON DELETE CASCADE,"
    " text TEXT NOT NULL)",
    "CREATE TABLE fact (name TEXT PRIMARY KEY, value TEXT NOT NULL)",
)


def _create(database: Database) -> None:
    for statement in _FIRST:
        database.conn.execute(statement)


def _know_deleted(database: Database) -> None:
    """So that an event that was deleted here and comes back is noticed."""
    database.conn.execute("ALTER TABLE history ADD COLUMN uid TEXT NOT NULL DEFAULT ''")
    database.conn.execute("CREATE INDEX history_uid ON history (uid)")


def _index_days(database: Database) -> None:
    """Most of what happens is over in a day: only what is longer needs a look from far back."""
    database.conn.execute("DROP INDEX occurrence_long")
    database.conn.execute("CREATE INDEX occurrence_long ON occurrence (start, end) WHERE end - start > 86400")
    database.conn.execute("CREATE INDEX conflict_open ON conflict (object) WHERE settled = ''")


def _place_collections(database: Database) -> None:
    """Where a calendar belongs in the organisation, and how many a room holds."""
    database.conn.execute("ALTER TABLE collection ADD COLUMN place TEXT NOT NULL DEFAULT ''")
    database.conn.execute("ALTER TABLE collection ADD COLUMN seats INTEGER NOT NULL DEFAULT 0")


def _lay_in_time(database: Database) -> None:
    """A month is read from beginning to end: the rows lie in that order, not in the order of arrival."""
    database.conn.execute(
        """CREATE TABLE ordered (
        object INTEGER NOT NULL REFERENCES object(id) ON DELETE CASCADE, recurrence TEXT NOT NULL,
        start INTEGER NOT NULL, end INTEGER NOT NULL, all_day INTEGER NOT NULL, summary TEXT NOT NULL,
        location TEXT NOT NULL, status TEXT NOT NULL, private INTEGER NOT NULL, busy INTEGER NOT NULL,
        collection INTEGER NOT NULL, nth INTEGER NOT NULL, PRIMARY KEY (start, object, nth)) WITHOUT ROWID"""
    )
    database.conn.execute("INSERT INTO ordered SELECT *, rowid FROM occurrence")
    database.conn.execute("DROP TABLE occurrence")
    database.conn.execute("ALTER TABLE ordered RENAME TO occurrence")
    database.conn.execute("CREATE INDEX occurrence_object ON occurrence (object)")
    database.conn.execute("CREATE INDEX occurrence_long ON occurrence (start, end) WHERE end - start > 86400")


def _keep_reminders(database: Database) -> None:
    """``until``: seconds of the wall when it rings again; NULL: done with."""
    database.conn.execute(
        "CREATE TABLE reminder (object INTEGER NOT NULL REFERENCES object(id) ON DELETE CASCADE,"
        " occurrence TEXT NOT NULL, until INTEGER, PRIMARY KEY (object, occurrence)) WITHOUT ROWID"
    )


def _index_unread(database: Database) -> None:
    """What has to be read again is found without reading everything."""
    database.conn.execute("CREATE INDEX object_reread ON object (collection) WHERE reread OR etag = ''")


def _know_meetings(database: Database) -> None:
    """Events with an organiser. ``fresh``: changed so many times since they were looked at; ``answers``: mine
    by part, of those in my own calendar."""
    database.conn.execute(
        "CREATE TABLE meeting (object INTEGER PRIMARY KEY REFERENCES object(id) ON DELETE CASCADE,"
        " uid TEXT NOT NULL, fresh INTEGER NOT NULL DEFAULT 1, organiser TEXT NOT NULL DEFAULT '',"
        " answers TEXT NOT NULL DEFAULT '{}', refused TEXT NOT NULL DEFAULT '')"
    )
    database.conn.execute("CREATE INDEX meeting_uid ON meeting (uid)")
    database.conn.execute("CREATE INDEX meeting_fresh ON meeting (object) WHERE fresh")
    database.conn.execute(
        "INSERT INTO meeting (object, uid) SELECT id, uid FROM object"
        " WHERE instr(CASE WHEN dirty THEN local ELSE base END, CAST('ORGANIZER' AS BLOB))"
    )


def _index_my_meetings(database: Database) -> None:
    """An office's calendars are full of others' meetings: mine are found without reading those."""
    database.conn.execute("CREATE INDEX meeting_known ON meeting (object) WHERE organiser != ''")


MIGRATIONS = (
    Migration(1, "the cache, the journal, conflicts, history, occurrences", _create),
    Migration(2, "the uid in the history", _know_deleted),
    Migration(3, "what is longer than a day", _index_days),
    Migration(4, "the place in the organisation", _place_collections),
    Migration(5, "occurrences in the order of time", _lay_in_time),
    Migration(6, "reminders put off or done with", _keep_reminders),
    Migration(7, "what has to be read again", _index_unread),
    Migration(8, "meetings", _know_meetings),
    Migration(9, "meetings that were looked at", _index_my_meetings),
)
