"""A file's path or standard input -> its bytes."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import IO

from gongkai.model import FetchError
from gongkai.sources.errors import too_large
from gongkai.system import system_reason


def read_file(origin: str, size: int) -> bytes:
    try:
        with Path(origin).open("rb") as file:
            return read_all(origin, file, size)
    except FileNotFoundError:
        hint = "；如果是网址，请以 http:// 或 https:// 开头" if "." in origin else ""
        raise FetchError(f"{origin}：文件不存在；请检查路径{hint}。", "address") from None
    except IsADirectoryError:
        raise FetchError(f"{origin}：这是文件夹；请给出其中一个文件的路径。", "address") from None
    except PermissionError:
        what = "这是文件夹" if Path(origin).is_dir() else "没有读取权限"  # Windows says so of folders too
        raise FetchError(f"{origin}：{what}；请换一个文件，或修改权限后重试。", "read") from None
    except (OSError, ValueError) as error:
        raise FetchError(f"{origin!r}：不能读取（{system_reason(error)}）；请检查路径是否正确。", "read") from error


def read_input(size: int) -> bytes:
    if sys.stdin is None:
        raise FetchError("-：没有标准输入；请给出网址或文件路径。", "read")
    return read_all("-", sys.stdin.buffer, size)


def read_all(origin: str, file: IO[bytes], size: int) -> bytes:
    content = file.read(size + 1)
    if len(content) > size:
        raise too_large(origin, size)
    return content
