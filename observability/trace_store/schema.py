"""The tables of the SQLite file, and how a file is opened: new, ours, of an older version, or not.

Traces are numbered as they arrive, and only the lowest numbers are ever deleted. So there are no
gaps, and first and last number give the count. What was dropped is counted in a table.
"""

import sqlite3

APPLICATION_ID = 0x54524143  # "TRAC": tells our files from other SQLite files
VERSION = 2
# The index of about 100,000 spans.
WRITER_CACHE_KIB = 8_192
# After a large post the log beside the file is cut to this.
WAL_BYTES = 8_000_000

# Whoever looks for errors wants few of many spans: they have an index of their own, which costs
# every span a look at its JSON (less than 1 us). In a value the quotation marks would be escaped.
ERROR_TAG = '{"key":"error",'

# What version 1 had not.
VERSION_2 = f"""
CREATE TABLE dropped (traces INTEGER NOT NULL, spans INTEGER NOT NULL);
INSERT INTO dropped SELECT ifnull(min(number), 1) - 1, 0 FROM traces;
CREATE INDEX spans_with_error ON spans (trace) WHERE instr(json, '{ERROR_TAG}');
PRAGMA user_version = {VERSION};
"""
# `spans_once` does three things: it finds the spans of a trace, it holds all that a search by
# operation, time and duration looks at, and it keeps a post that was sent twice from counting
# twice.
SCHEMA = f"""
CREATE TABLE processes (number INTEGER PRIMARY KEY, service TEXT NOT NULL, json TEXT NOT NULL);
CREATE TABLE operations (
    service TEXT NOT NULL, operation TEXT NOT NULL, kind TEXT NOT NULL,
    PRIMARY KEY (service, operation, kind)
) WITHOUT ROWID;
CREATE TABLE traces (
    number INTEGER PRIMARY KEY, trace_id TEXT NOT NULL UNIQUE,
    start_us INTEGER NOT NULL, end_us INTEGER NOT NULL
);
CREATE INDEX traces_by_start ON traces (start_us, end_us);
CREATE TABLE spans (
    trace INTEGER NOT NULL, span_id TEXT NOT NULL, parent_id TEXT, process INTEGER NOT NULL,
    operation TEXT NOT NULL, start_us INTEGER NOT NULL, duration_us INTEGER NOT NULL,
    json TEXT NOT NULL
);
CREATE UNIQUE INDEX spans_once
    ON spans (trace, span_id, process, operation, start_us, duration_us);
PRAGMA application_id = {APPLICATION_ID};
"""


class StoreError(Exception):
    """Raised when the file cannot be opened, or is not a trace store's."""


def prepare(db: sqlite3.Connection) -> None:
    """Make the tables of a new file, bring an older one up to date, refuse somebody else's.

    Raises StoreError, or sqlite3.Error for a file that is no database.
    """
    (tables,) = db.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if tables == 0:
        db.execute("PRAGMA journal_mode = WAL")
        db.executescript(f"BEGIN; {SCHEMA} {VERSION_2} COMMIT;")
    (application,) = db.execute("PRAGMA application_id").fetchone()
    (version,) = db.execute("PRAGMA user_version").fetchone()
    if application != APPLICATION_ID or version not in (1, VERSION):
        raise StoreError("it holds something else; name another file")
    if version == 1:
        db.executescript(f"BEGIN; {VERSION_2} COMMIT;")
    db.execute("PRAGMA synchronous = OFF")
    db.execute(f"PRAGMA cache_size = -{WRITER_CACHE_KIB}")
    db.execute(f"PRAGMA journal_size_limit = {WAL_BYTES}")
