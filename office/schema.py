"""The tables of the office's own data: results of the plan, terminals' reports, incidents."""

from __future__ import annotations

from pathlib import Path

from core.sql import Sql, SqliteSql, Tables

TABLES = (
    Tables(
        1,
        "office: results of the plan",
        (
            """CREATE TABLE plan_results (
                id {serial}, measure TEXT NOT NULL, year INTEGER NOT NULL, origin TEXT NOT NULL,
                value {real}, source TEXT NOT NULL, taken TEXT NOT NULL, actor TEXT NOT NULL,
                time {real} NOT NULL
            )""",
            "CREATE INDEX plan_results_measure ON plan_results (measure, year, origin, id)",
        ),
    ),
    Tables(
        2,
        "office: terminals and their programs, sizes",
        (
            """CREATE TABLE terminals (
                name TEXT PRIMARY KEY, model TEXT NOT NULL, os TEXT NOT NULL, version TEXT NOT NULL,
                cameras TEXT NOT NULL, state TEXT NOT NULL, failed TEXT NOT NULL, seen {real} NOT NULL
            )""",
            """CREATE TABLE programs (
                terminal TEXT NOT NULL, name TEXT NOT NULL, version TEXT NOT NULL,
                PRIMARY KEY (terminal, name)
            )""",
            "CREATE TABLE titles (name TEXT PRIMARY KEY, found INTEGER NOT NULL, owned INTEGER)",
            """CREATE TABLE sizes (
                day TEXT NOT NULL, name TEXT NOT NULL, bytes BIGINT NOT NULL, PRIMARY KEY (day, name)
            )""",
        ),
    ),
    Tables(
        3,
        "office: incidents",
        (
            """CREATE TABLE incidents (
                id {serial}, title TEXT NOT NULL, drill INTEGER NOT NULL, opened {real} NOT NULL,
                closed {real}, actor TEXT NOT NULL
            )""",
            """CREATE TABLE incident_steps (
                id {serial}, incident BIGINT NOT NULL, time {real} NOT NULL, actor TEXT NOT NULL,
                kind TEXT NOT NULL, subject TEXT NOT NULL, words TEXT NOT NULL
            )""",
            """CREATE TABLE incident_fields (
                incident BIGINT NOT NULL, name TEXT NOT NULL, words TEXT NOT NULL,
                PRIMARY KEY (incident, name)
            )""",
        ),
    ),
    Tables(
        4,
        "office: states of the services",
        (
            """CREATE TABLE states (
                key TEXT PRIMARY KEY, state TEXT NOT NULL, since {real} NOT NULL, before TEXT NOT NULL
            )""",
        ),
    ),
    Tables(
        5,
        "office: what is typed into an incident's report and not saved yet",
        (
            """CREATE TABLE incident_drafts (
                incident BIGINT NOT NULL, author TEXT NOT NULL, name TEXT NOT NULL, words TEXT NOT NULL,
                over_words TEXT NOT NULL, PRIMARY KEY (incident, author, name)
            )""",
        ),
    ),
    Tables(
        6,
        "office: when it was last backed up and put back",
        ("CREATE TABLE backups (act TEXT PRIMARY KEY, time {real} NOT NULL, name TEXT NOT NULL)",),
    ),
)


def open_sql(path: Path, database: str = "") -> Sql:
    """The file of one machine, or the office's ``database`` (PostgreSQL). SuiteError DB-00x."""
    if not database:
        return SqliteSql(path, [step.for_sqlite() for step in TABLES])
    from core.postgres import PostgresSql  # an office's: nobody else loads it

    return PostgresSql(database, TABLES)
