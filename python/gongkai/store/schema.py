"""A file -> an open database of ours: its tables, its version, and the way up from older versions.

One writer, any number of readers: WAL on a local disk. A drive of the network has no memory that
two machines share, so there a rollback journal is kept instead, and the caller is told.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from gongkai.model import GongkaiError
from gongkai.store.drives import is_on_network
from gongkai.system import NotPlainFile, open_plain, system_reason

NAME = "gongkai-batch.sqlite"
BESIDE = ("-wal", "-shm", "-journal")  # what SQLite itself keeps beside the file
KIND = 0x676B6169  # gkai: which program's database a file is
PATIENCE = 10.0  # seconds for another process that reads or writes
TOLD_WITHIN = 72  # bytes of a file that tell whether it is a store
HEADER = b"SQLite format 3\x00"

# A figure: raw is NULL where it reads as value does (134), state where value tells it (stated with
# one, open without). A count beyond 64 bits and an amount are texts, exact.
FIRST = """
CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE written (digest TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE sources (
  id INTEGER PRIMARY KEY, source TEXT NOT NULL UNIQUE, place REAL, host TEXT NOT NULL,
  state TEXT NOT NULL, tries INTEGER NOT NULL, message TEXT NOT NULL, finished TEXT NOT NULL,
  url TEXT NOT NULL, sha256 TEXT NOT NULL, fetched_at TEXT NOT NULL, version TEXT NOT NULL);
CREATE TABLE results (
  id INTEGER PRIMARY KEY REFERENCES sources,
  agency TEXT NOT NULL, code TEXT NOT NULL, level TEXT NOT NULL, year INTEGER,
  title TEXT NOT NULL, published TEXT NOT NULL, editions TEXT NOT NULL, forms TEXT NOT NULL,
  doubts TEXT NOT NULL, errors INTEGER, warnings INTEGER, notes INTEGER, dismissed INTEGER,
  is_grave INTEGER NOT NULL, file TEXT NOT NULL, file_sha256 TEXT NOT NULL,
  decisions TEXT NOT NULL, checked TEXT NOT NULL, problems TEXT NOT NULL);
CREATE INDEX by_body ON results (code, agency, year);
CREATE TABLE findings (
  id INTEGER NOT NULL REFERENCES results, number INTEGER NOT NULL, rule TEXT NOT NULL,
  severity TEXT NOT NULL, key TEXT NOT NULL, is_open INTEGER NOT NULL, facts TEXT NOT NULL);
CREATE INDEX by_source ON findings (id, number);
CREATE TABLE cells (id INTEGER PRIMARY KEY, cell TEXT NOT NULL UNIQUE);
CREATE TABLE states (id INTEGER PRIMARY KEY, state TEXT NOT NULL UNIQUE);
INSERT INTO states VALUES
  (0, 'stated'), (1, 'open'), (2, 'implied'), (3, 'converted'), (4, 'picture');
CREATE TABLE figures (
  id INTEGER NOT NULL REFERENCES results, cell INTEGER NOT NULL REFERENCES cells, value,
  state INTEGER REFERENCES states, raw TEXT, unit TEXT, implied, PRIMARY KEY (id, cell))
  WITHOUT ROWID;
"""
# Each brings a database one version up; what is read must stay the same, which a test asks.
VERSIONS = (FIRST,)


class StoreError(GongkaiError):
    """A store cannot be opened, read or written; it stays as it is."""


class EmptyStore(StoreError):
    """A run was ended before its store had tables."""


def open_to_write(path: Path, tell: Callable[[str], None]) -> sqlite3.Connection:
    """The database at a path, begun if there is none and brought up to today's version.

    Raises StoreError, and then nothing in it is changed.
    """
    refuse_foreign(path)
    is_new = not path.exists() or path.stat().st_size == 0

    def prepare(connection: sqlite3.Connection) -> None:
        if is_new:
            connection.execute(f"PRAGMA application_id = {KIND}")
        refuse_other_tables(connection, path)  # before its pace is set, which changes the file
        set_pace(connection, path, tell)
        bring_up(connection, path)

    return opened(path, "rwc", prepare)


def open_to_read(path: Path) -> sqlite3.Connection:
    """Raises StoreError; EmptyStore for one that a run has begun and not filled."""
    refuse_foreign(path)

    def prepare(connection: sqlite3.Connection) -> None:
        refuse_other_tables(connection, path)
        if known_version(connection, path) == 0:
            raise EmptyStore(f"{path}中还没有结果；请运行批量导入。")

    return opened(path, "ro", prepare)


def opened(
    path: Path, mode: str, prepare: Callable[[sqlite3.Connection], None]
) -> sqlite3.Connection:
    """The database once it is prepared; closed where that fails. Raises StoreError."""
    connection = connected(path, mode)
    try:
        prepare(connection)
    except (sqlite3.Error, UnicodeError) as error:
        connection.close()
        raise damaged(path, error) from error
    except BaseException:
        connection.close()
        raise
    return connection


def refuse_foreign(path: Path) -> None:
    """Raises StoreError for what has the name of a store and is none."""
    try:
        with open_plain(path) as file:
            begin = file.read(TOLD_WITHIN)
    except FileNotFoundError:
        return
    except NotPlainFile as error:
        raise StoreError(
            f"{path}是{error.kind}，不是文件，没有改动；请把它移到别处，或用 -o 另选一个文件夹。"
        ) from None
    except OSError as error:
        raise StoreError(f"无法读取{path}：{system_reason(error)}。") from error
    if begin and not is_store(begin):
        raise foreign(path)


def is_store(content: bytes) -> bool:
    """Whether a file that begins so is one of ours: bytes 68 to 71 of every SQLite file tell whose
    it is.
    """
    return content.startswith(HEADER) and content[68:72] == KIND.to_bytes(4, "big")


def foreign(path: Path) -> StoreError:
    return StoreError(f"{path}不是gongkai写的，没有改动；请把它移到别处，或用 -o 另选一个文件夹。")


def damaged(path: Path, error: Exception) -> StoreError:
    """What is wrong with a store, by what SQLite says of it."""
    name = getattr(error, "sqlite_errorname", "")
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return StoreError(f"{path}正被另一个程序使用；请等它结束后再运行。")
    if name.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM")):
        return StoreError(f"无法打开{path}：没有写入权限；请修改权限，或用 -o 另选一个文件夹。")
    if name.startswith(("SQLITE_FULL", "SQLITE_IOERR")):
        return StoreError(
            f"无法读写{path}：磁盘空间不足，或磁盘已断开。已完成的都已保存；"
            f"排除问题后重新运行同一命令，即可接着导入。"
        )
    return StoreError(f"{path}已损坏，没有改动；请恢复该文件的备份，或把它移到别处后重新运行。")


def connected(path: Path, mode: str) -> sqlite3.Connection:
    address = f"file:{quote(str(path.absolute()))}?mode={mode}"
    try:
        connection = sqlite3.connect(
            address, timeout=PATIENCE, isolation_level=None, uri=True, check_same_thread=False
        )
        connection.text_factory = text_of_bytes
        # what a stranger's file may hold besides tables must not run
        connection.execute("PRAGMA trusted_schema = OFF")
    except sqlite3.Error as error:
        raise damaged(path, error) from error
    return connection


def text_of_bytes(content: bytes) -> str:
    """A file's name may hold bytes that are no UTF-8: b"a\\xff.html" is kept as it is."""
    return content.decode("utf-8", "surrogatepass")


def set_pace(connection: sqlite3.Connection, path: Path, tell: Callable[[str], None]) -> None:
    """WAL, but on a drive of the network; a commit is on the disk when it returns."""
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = OFF")
    mode = "DELETE" if is_on_network(path.parent) else "WAL"
    [found] = connection.execute(f"PRAGMA journal_mode = {mode}").fetchone()
    if found.upper() != "WAL":
        tell(
            "文件夹在网络驱动器上，写入较慢；运行时请不要从另一台电脑打开其中的文件，"
            "最好换用本机的文件夹。"
        )


def known_version(connection: sqlite3.Connection, path: Path) -> int:
    """Raises StoreError for a version that is not known yet."""
    [version] = connection.execute("PRAGMA user_version").fetchone()
    if not 0 <= version <= len(VERSIONS):
        raise StoreError(
            f"{path}由较新版本的gongkai写成，本版本不能接着用；请升级gongkai，或用 -o 另选文件夹。"
        )
    return int(version)


def bring_up(connection: sqlite3.Connection, path: Path) -> None:
    """One step after the other, each whole or not at all."""
    for number in range(known_version(connection, path), len(VERSIONS)):
        script = f"BEGIN IMMEDIATE; {VERSIONS[number]} PRAGMA user_version = {number + 1}; COMMIT;"
        try:
            connection.executescript(script)
        except sqlite3.Error:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise


def refuse_other_tables(connection: sqlite3.Connection, path: Path) -> None:
    """Tables, views and indexes of a user's own may stand beside ours; a trigger would change what
    we write. Raises StoreError.
    """
    version = known_version(connection, path)
    found = schema_of(connection)
    has_trigger = any(kind == "trigger" for kind, _, _ in found)
    is_begun = version > 0 or not found
    if has_trigger or not is_begun or not expected_schema(version) <= found:
        raise foreign(path)


def schema_of(connection: sqlite3.Connection) -> frozenset[tuple[str, str, str]]:
    """What a database is made of: ("table", "about", "CREATE TABLE about (…)")."""
    asked = "SELECT type, name, sql FROM sqlite_master WHERE sql NOT NULL"
    return frozenset(connection.execute(asked))


def expected_schema(version: int) -> frozenset[tuple[str, str, str]]:
    with closing(sqlite3.connect(":memory:")) as empty:
        for script in VERSIONS[:version]:
            empty.executescript(script)
        return schema_of(empty)
