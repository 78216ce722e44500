"""A folder -> held by one run: its lock, the place where files are written first, its names."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from io import FileIO
from pathlib import Path

from gongkai import system
from gongkai.batch import names
from gongkai.model import GongkaiError
from gongkai.store import NAME, StoreWriter, older
from gongkai.workbook import derived

# in the folder: what is being written; what a kill left there the next run takes up or away
PART = ".gongkai-part"
LOCK = "run.lock"
SUMMARY = "汇总"
SUMMARY_STEM, SUMMARY_BOOK = "summary", "book"  # facts that the store keeps


def make_folder(folder: Path) -> None:
    if names.is_too_deep(folder):
        raise GongkaiError(
            f"文件夹{folder}的路径太长，表格软件可能无法打开其中的工作簿；"
            "请用 -o 另选一个路径短些的文件夹。"
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise GongkaiError(f"{folder}不是文件夹，没有写入；请用 -o 另选一个文件夹。") from None
    except (OSError, ValueError) as error:
        reason = system.system_reason(error) if isinstance(error, OSError) else "名称无效"
        raise GongkaiError(f"无法建立文件夹{folder}：{reason}；请用 -o 另选一个文件夹。") from error


def stopped(folder: Path, error: BaseException) -> GongkaiError:
    return GongkaiError(
        f"无法写入文件夹{folder}：{system.system_reason(error)}。已完成的都已保存；"
        f"排除问题后重新运行同一命令，即可接着导入。"
    )


@contextmanager
def held_folder(folder: Path) -> Iterator[Path]:
    """The place in a folder for what is being written, held for one run at a time; gone at the
    end.

    Raises GongkaiError where the folder cannot be written or another run uses it.
    """
    part = folder / PART
    try:
        if part.is_symlink() or (part.exists() and not part.is_dir()):
            part.unlink()
        part.mkdir(exist_ok=True)
        file = locked(part / LOCK, folder)
    except OSError as error:
        reason = system.system_reason(error)
        raise GongkaiError(f"无法写入文件夹{folder}：{reason}；请用 -o 另选一个文件夹。") from error
    try:
        yield part
    finally:
        with suppress(OSError):
            clear(part)
            release(file, part)


def locked(path: Path, folder: Path) -> FileIO:
    """The file, locked; where the file system knows no locks the run goes on without.

    Who held it before takes it away at its end, so that what was locked may be a file without a
    name by then: then once more.
    """
    while True:
        file = path.open("ab", buffering=0)
        try:
            system.lock_file(file)
        except OSError as error:
            if error.errno in system.BUSY:
                file.close()
                raise in_use(folder) from error
            return file
        if is_named(path, file):
            return file
        file.close()


def is_named(path: Path, file: FileIO) -> bool:
    """Whether an open file is the one at a path."""
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except OSError:
        return False


def in_use(folder: Path) -> GongkaiError:
    return GongkaiError(
        f"另一个批量导入正在使用文件夹{folder}；请等它结束后再运行，或用 -o 另选一个文件夹。"
    )


def release(file: FileIO, part: Path) -> None:
    """Take the lock's file away while it is held, where the system lets us; then the place."""
    with suppress(OSError):
        (part / LOCK).unlink()
    file.close()
    with suppress(OSError):
        (part / LOCK).unlink(missing_ok=True)
    part.rmdir()


def clear(part: Path) -> None:
    """Take away all but the lock."""
    for path in part.iterdir():
        if path.name == LOCK:
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()


def take_up_left(part: Path, store: StoreWriter, folder: Path) -> None:
    """Give the workbooks that a kill left without their names these names: the store knows what is
    in them. All else that is left is taken away.
    """
    with suppress(OSError):
        for path in sorted(part.iterdir()):
            if path.suffix in derived.SUFFIXES:
                name = store.file_with(names.digest(path))
                if name and not (folder / name).exists():
                    names.move_new(path, folder / name)
        clear(part)


# --- the summary's names --------------------------------------------------------------------------


def name_summary(store: StoreWriter, folder: Path, tell: Callable[[str], None]) -> None:
    """Choose the summary's name once, such that none that was there before is ever replaced."""
    older.take_over(store, folder)
    if not store.about(SUMMARY_STEM):
        stem = free_summary(folder)
        if stem != SUMMARY:
            tell(
                f"文件夹中已有{SUMMARY}，而没有它的进度记录（{NAME}）：全部重新导入，"
                f"新的汇总写在{stem}；原来的工作簿没有改动，也没有采用。"
            )
        store.say(SUMMARY_STEM, stem)
        store.say(SUMMARY_BOOK, names.SUFFIX)
        store.commit()


def free_summary(folder: Path) -> str:
    taken = {names.book_key(name) for name in os.listdir(folder)}
    number = 1
    while True:
        stem = SUMMARY if number == 1 else f"{SUMMARY}（{number}）"
        wanted = {names.book_key(f"{stem}{ending}") for ending in (names.SUFFIX, ".csv")}
        if not taken & wanted:
            return stem
        number += 1


def changed_stem(stem: str) -> str:
    """How the name of a summary begins that somebody has changed and that was kept therefore."""
    return f"{stem}-改动"
