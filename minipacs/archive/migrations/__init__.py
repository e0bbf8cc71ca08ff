"""From an empty database to the present schema: one function per version, each in one transaction with its record."""

from __future__ import annotations

from collections.abc import Callable

from minipacs.archive.database import Database, Session
from minipacs.archive.errors import NewerArchive
from minipacs.archive.migrations import v0001_first, v0002_confirmation

Migration = Callable[[Session, Database], None]

MIGRATIONS: tuple[tuple[int, str, Migration], ...] = (
    (1, "first", v0001_first.apply),
    (2, "confirmation", v0002_confirmation.apply),
)
"""(number, name, what it does), in order; one that was released is never changed."""


def version_of(session: Session, database: Database) -> int:
    """The schema that the database has now; 0 for an empty one."""
    if database.is_sqlite:
        names = "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'migration'"
    else:
        names = "SELECT count(*) FROM information_schema.tables WHERE table_name = 'migration'"
    if not session.value(names):
        return 0
    return int(session.value("SELECT max(number) FROM migration") or 0)


def is_new(database: Database) -> bool:
    """Whether the database is empty."""
    with database.reading() as session:
        return version_of(session, database) == 0


def migrate(
    database: Database,
    now: Callable[[], str],
    migrations: tuple[tuple[int, str, Migration], ...] = MIGRATIONS,
) -> int:
    """Bring the database to the newest schema; gives its number.

    Raises:
        NewerArchive: a later release wrote it.
    """
    newest = migrations[-1][0]
    with database.reading() as session:
        found = version_of(session, database)
    if found > newest:
        raise NewerArchive(found, newest)
    for number, name, apply in migrations:
        if number > found:
            database.write(lambda s, n=number, t=name, do=apply: _step(s, database, n, t, do, now))  # type: ignore[misc]
    return newest


def _step(
    session: Session,
    database: Database,
    number: int,
    name: str,
    apply: Migration,
    at: Callable[[], str],
) -> None:
    # Another program may have opened the archive at the same time and done it already.
    if version_of(session, database) >= number:
        return
    apply(session, database)
    session.run(
        "INSERT INTO migration (number, name, applied_at) VALUES (?, ?, ?)", number, name, at()
    )
