"""A workbook file (a zip of XML) -> its parts and back, with care: it may be hostile."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from gongkai.model import WorkbookError
from gongkai.opc import BadArchive, Reason, open_archive, part_name
from gongkai.system import read_plain, system_reason

if TYPE_CHECKING:
    from lxml.etree import _Element

OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MOST_XML = 32 * 1024 * 1024
FASTEST = 1  # zip level of the parts that we write: half the time of the default for a tenth more bytes

REFUSED: dict[Reason, str] = {
    "damaged": "不完整或已损坏，请重新取得该文件",
    "large": "解压后过大，不像是年报工作簿，没有打开",
    "doubled": "含有重名的部件，不是正常的工作簿，没有打开",
    "locked": "的压缩包设有密码，请先取消密码后再试",
}


@dataclass(frozen=True)
class Package:
    """A workbook file in memory: its parts by name, in the order and with the zip details of the file."""

    name: str
    infos: tuple[ZipInfo, ...]
    parts: Mapping[str, bytes]


def read_package(path: Path, content: bytes | None = None) -> Package:
    """A workbook file -> its parts. WorkbookError for what is no workbook, damaged, encrypted or absurdly large.

    Where ``content`` is given, it is what the file holds, and nothing is read.
    """
    try:
        content = read_plain(path) if content is None else content
    except OSError as error:
        raise WorkbookError(f"无法读取{path.name}：{system_reason(error)}。") from error
    except ValueError as error:  # a name that no system takes
        raise WorkbookError(f"无法读取{path.name}：文件名无效。") from error
    if content.startswith(OLE2):
        sealed = "EncryptedPackage".encode("utf-16-le") in content
        kind = "设有打开密码，请先取消密码" if sealed else "是旧版格式（.xls），请另存为.xlsx或.xlsm"
        raise WorkbookError(f"{path.name}{kind}后再试。")
    if not content.startswith(b"PK"):
        raise WorkbookError(f"{path.name}不是Excel工作簿，请选择由gongkai生成的.xlsm文件。")
    try:
        archive = open_archive(content)
        parts = {info.filename: archive.read(info.filename) for info in archive.parts.values()}
    except BadArchive as error:
        raise WorkbookError(f"{path.name}{REFUSED[error.reason]}。") from error
    return Package(path.name, tuple(archive.parts.values()), parts)


def package_bytes(package: Package, changed: Mapping[str, bytes]) -> bytes:
    """The file with some parts replaced; order, times and every other part as they were. New parts
    come last, with the oldest time that an archive can hold: the same edits make the same file."""
    buffer = BytesIO()
    with ZipFile(buffer, "w", ZIP_DEFLATED) as archive:
        for info in package.infos:
            level = FASTEST if info.compress_type == ZIP_DEFLATED else None
            content = changed.get(info.filename, package.parts[info.filename])
            archive.writestr(info, content, compresslevel=level)
        for name in changed:
            if name not in package.parts:
                archive.writestr(ZipInfo(name), changed[name], ZIP_DEFLATED, FASTEST)
    return buffer.getvalue()


# --- XML ------------------------------------------------------------------------------------------


def parse_part(package: Package, part: str) -> _Element:
    """A part's XML. Entities and outside references are refused, and so is what is too large or malformed."""
    from lxml import etree

    content = package.parts.get(part)
    if content is None:
        raise WorkbookError(f"{package.name}缺少部件{part}，文件已损坏。")
    if len(content) > MOST_XML:
        raise WorkbookError(f"{package.name}解压后过大，不像是年报工作簿，没有打开。")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_blank_text=False)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise WorkbookError(f"{package.name}的内容已损坏（{part}）。") from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise WorkbookError(f"{package.name}含有不允许的实体声明，没有打开。")
    return root


def part_bytes(root: _Element) -> bytes:
    from lxml import etree

    return etree.tostring(root.getroottree(), xml_declaration=True, encoding="UTF-8", standalone=True)


def local(node: _Element) -> str:
    """A node's name without its namespace; "" for comments."""
    return node.tag.rpartition("}")[2] if isinstance(node.tag, str) else ""


def whole(text: str | None, otherwise: int = 0) -> int:
    """An attribute that counts something; ``otherwise`` where it is missing or no plain number."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else otherwise


def drop(node: _Element, *names: str) -> bool:
    """Remove attributes; whether there were any."""
    found = [name for name in names if node.get(name) is not None]
    for name in found:
        del node.attrib[name]
    return bool(found)


def relationships(package: Package, part: str) -> Iterator[tuple[str, str, str]]:
    """(id, kind, target part) of all parts to which a part points; the kind is the last word of its type.

    The target is "" where it is outside the file.
    """
    listing = listing_of(package, part)
    if listing not in package.parts:
        return
    for node in parse_part(package, listing):
        target = unquote(node.get("Target", "")).replace("\\", "/")
        place = posixpath.normpath(posixpath.join("/", posixpath.dirname(part), target)).lstrip("/")
        inside = node.get("TargetMode", "Internal") == "Internal"
        kind = node.get("Type", "").rpartition("/")[2]
        yield node.get("Id", ""), kind, actual_name(package, place) if inside else ""


def listing_of(package: Package, part: str) -> str:
    """xl/worksheets/sheet2.xml -> xl/worksheets/_rels/sheet2.xml.rels, where its arrows stand."""
    folder, name = posixpath.split(part)
    return actual_name(package, posixpath.join(folder, "_rels", f"{name}.rels"))


def actual_name(package: Package, name: str) -> str:
    """The name as the file writes it: to Office XL/COMMENTS1.XML and xl/comments1.xml are one."""
    if name in package.parts:
        return name
    return next((part for part in package.parts if part_name(part) == part_name(name)), name)


def workbook_part(package: Package) -> str:
    found = [target for _, kind, target in relationships(package, "") if kind == "officeDocument"]
    if not found or found[0] not in package.parts:
        raise WorkbookError(f"{package.name}不是Excel工作簿，请选择由gongkai生成的.xlsm文件。")
    return found[0]


def sheet_parts(package: Package, workbook: _Element) -> dict[str, str]:
    """Sheet name -> part, in the order of the tabs."""
    targets = {key: target for key, _, target in relationships(package, workbook_part(package))}
    found = {}
    for node in workbook.iterfind("{*}sheets/{*}sheet"):
        key = next((str(value) for name, value in node.items() if str(name).endswith("relationships}id")), "")
        found[node.get("name", "")] = targets.get(key, "")
    return found
