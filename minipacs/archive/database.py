"""The one door to the database: connections, transactions, and what its errors mean.

peewee gives the connections (by URL), the pool and the error types of all its databases. Statements run on the plain
cursor, since peewee logs each one with its values, which are patients' names.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import peewee
from playhouse import db_url
from playhouse.pool import PooledSqliteDatabase

from minipacs.archive.errors import ArchiveError, Damaged, StorageFull

log = logging.getLogger(__name__)

T = TypeVar("T")

# WAL with synchronous=FULL alone keeps every acknowledged commit through a power cut; NORMAL loses the last ones.
# The rest is speed: a checkpoint every 2,000 pages, 4 MB of cache for each connection, sorting in memory.
_SQLITE_PRAGMAS = {
    "journal_mode": "wal",
    "synchronous": 2,
    "foreign_keys": 1,
    "wal_autocheckpoint": 2000,
    "cache_size": -4000,
    "temp_store": "memory",
}
_BUSY_SECONDS = 5
BROKEN = "the structure of the database is broken; stop the program and restore the last backup (`minipacs restore`)"
_CONNECTIONS = 64


class Session:
    """Statements on the connection of the present thread. `?` stands for a value in every database."""

    def __init__(self, db: Any) -> None:
        self._db = db
        self._param = db.param

    def run(self, sql: str, *values: Any) -> Any:
        """Run one statement; gives the cursor."""
        if self._param != "?":
            sql = sql.replace("%", "%%").replace("?", self._param)
        cursor = self._db.connection().cursor()
        cursor.execute(sql, values)
        return cursor

    def all(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """Every row."""
        return list(self.run(sql, *values).fetchall())

    def one(self, sql: str, *values: Any) -> tuple[Any, ...] | None:
        """The first row, or None."""
        row: tuple[Any, ...] | None = self.run(sql, *values).fetchone()
        return row

    def value(self, sql: str, *values: Any) -> Any:
        """The first column of the first row; None without one."""
        row = self.one(sql, *values)
        return row[0] if row else None


Job = Callable[[Session], T]


class _Ticket:
    """One job that waits for its commit."""

    def __init__(self, job: Job[Any]) -> None:
        self.job = job
        self.done = False
        self.value: Any = None
        self.error: BaseException | None = None


class Database:
    """An open database, shared by all threads.

    Args:
        folder: of the archive; the default database is `archive.db` in it.
        url: a peewee URL for another one.
        free_mb: asked when the database says that the disk is full.
    """

    def __init__(self, folder: Path, url: str | None, free_mb: Callable[[], int]) -> None:
        self.path = folder / "archive.db"
        self._free_mb = free_mb
        self._db = self._connector(url)
        self.is_sqlite = isinstance(self._db, peewee.SqliteDatabase)
        self.session_of_thread = Session(self._db)
        self._waiting: list[_Ticket] = []
        self._waiting_lock = threading.Lock()
        self._turn = threading.Lock()
        self._thread = threading.local()
        self._suspect = False

    def _connector(self, url: str | None) -> Any:
        if url is not None and not url.startswith("sqlite"):
            return db_url.connect(url)
        if url is not None:
            self.path = Path(db_url.parse(url)["database"])
        return PooledSqliteDatabase(
            str(self.path),
            pragmas=_SQLITE_PRAGMAS,
            timeout=_BUSY_SECONDS,
            max_connections=_CONNECTIONS,
            check_same_thread=False,
        )

    @property
    def serial(self) -> str:
        """Type of a primary key that numbers itself."""
        return "INTEGER PRIMARY KEY" if self.is_sqlite else "BIGSERIAL PRIMARY KEY"

    @property
    def blob(self) -> str:
        """Type of a column of bytes."""
        return "BLOB" if self.is_sqlite else "BYTEA"

    def like(self, column: str, pattern: str) -> tuple[str, str]:
        """(condition, value) for a DICOM wildcard pattern, case-sensitive, every other character as itself."""
        if self.is_sqlite:
            text = pattern.replace("[", "[[]")
            return f"{column} GLOB ?", text
        text = pattern.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        return f"{column} LIKE ?", text.replace("*", "%").replace("?", "_")

    def joined(self, column: str) -> str:
        """The values of a group as one text, with a backslash between them."""
        return f"{'group_concat' if self.is_sqlite else 'string_agg'}({column}, '\\')"

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A connection for this thread until the end of the block; blocks may nest."""
        with self._translated():
            opened = self._db.connect(reuse_if_open=True)
            try:
                yield self.session_of_thread
            finally:
                if opened:
                    self._db.close()

    def write(self, job: Job[T]) -> T:
        """Run `job` in a transaction and come back when it is durable.

        Jobs of several threads that wait at the same time share one commit. A job may run on another thread than
        its own; within a job, `write` joins the transaction that is open.
        """
        if getattr(self._thread, "inside", False):
            return job(self.session_of_thread)
        ticket = _Ticket(job)
        with self._waiting_lock:
            self._waiting.append(ticket)
        with self._turn:
            if not ticket.done:
                with self._waiting_lock:
                    batch, self._waiting = self._waiting, []
                self._commit(batch)
        if ticket.error is not None:
            raise ticket.error
        return ticket.value  # type: ignore[no-any-return]

    def close(self) -> None:
        """Close every connection. The last one to close folds the write-ahead log into the database."""
        self._db.close_all() if hasattr(self._db, "close_all") else self._db.close()

    def quick_check(self) -> str:
        """ "ok", or what is wrong with the structure of the database."""
        if not self.is_sqlite:
            return "ok"
        with self.reading() as session:
            return str(session.value("PRAGMA quick_check(1)"))

    # ------------------------------------------------------------------------------------ transactions

    def _commit(self, batch: Sequence[_Ticket]) -> None:
        self._thread.inside = True
        try:
            with self.reading():
                self._in_one_transaction(batch)
        except BaseException as error:
            for ticket in batch:
                ticket.error = ticket.error or error
            if not isinstance(error, Exception):
                raise
        finally:
            self._thread.inside = False
            for ticket in batch:
                ticket.done = True

    def _in_one_transaction(self, batch: Sequence[_Ticket]) -> None:
        if self._suspect:
            self._look_at_structure()
        self._begin()
        try:
            for ticket in batch:
                self._one_job(ticket, alone=len(batch) == 1)
        except BaseException:
            self._roll_back()
            raise
        try:
            self.session_of_thread.run("COMMIT")
        except Exception as error:
            self._roll_back()
            self._forget_connection()
            problem = self._meaning(error)
            problem.unsure = True
            # Only a full disk is no fault of it.
            self._suspect = not isinstance(problem, StorageFull)
            raise problem from error

    def _look_at_structure(self) -> None:
        """After a commit that the disk has failed, on a new connection: a fault of fsync is nearly a corruption, so
        nothing is written, and no success told, until the database was found sound.

        Raises:
            Damaged: it is not, or can't be looked at.
        """
        try:
            self._db.connect(reuse_if_open=True)
            found = self.quick_check()
        except Exception as error:
            raise self._meaning(error) from error
        if found != "ok":
            log.error("the database is damaged: nothing is stored until it is restored")
            raise Damaged(self.path, BROKEN)
        self._suspect = False

    def _begin(self) -> None:
        # IMMEDIATE takes the write lock at once: a transaction that reads first and writes later may fail half way.
        self.session_of_thread.run("BEGIN IMMEDIATE" if self.is_sqlite else "BEGIN")

    def _one_job(self, ticket: _Ticket, *, alone: bool) -> None:
        session = self.session_of_thread
        if not alone:
            session.run("SAVEPOINT job")
        try:
            ticket.value = ticket.job(session)
        except Exception as error:
            # A fault of the database may have rolled everything back already: then nobody's work is taken as done.
            if alone or _is_database_error(error):
                raise
            ticket.error = error
            session.run("ROLLBACK TO SAVEPOINT job")
        if not alone:
            session.run("RELEASE SAVEPOINT job")

    def _roll_back(self) -> None:
        try:
            self.session_of_thread.run("ROLLBACK")
        except Exception:  # noqa: BLE001 - SQLite has rolled back by itself after some faults
            self._forget_connection()

    def _forget_connection(self) -> None:
        # After a fault of the disk a connection's view of the log can't be trusted: the next one reads it anew.
        if hasattr(self._db, "manual_close"):
            self._db.manual_close()

    # ------------------------------------------------------------------------------------ errors

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except ArchiveError:
            raise
        except Exception as error:
            if not _is_database_error(error):
                raise
            raise self._meaning(error) from error

    def _meaning(self, error: Exception) -> ArchiveError:
        text = str(error)
        if "disk is full" in text or "No space left" in text:
            return StorageFull(self._free_mb(), self._free_mb() + 1)
        if "locked" in text or "busy" in text:
            return Damaged(self.path, "another program has kept the database locked for too long")
        # The text of a database error may hold values: only its type is told.
        return Damaged(self.path, f"the database failed ({type(error).__name__})")


def _is_database_error(error: BaseException) -> bool:
    """Whether the disk, a lock or the data failed; a faulty statement is our own fault and goes through as it is."""
    names = {base.__name__ for base in type(error).__mro__}
    return "DatabaseError" in names and not names & {"ProgrammingError", "InterfaceError"}
