"""A user's own .docx with {{字段}} in it + Publication -> the file with its fields filled in.

What else stands in it is kept. A value is text in a run, never markup or the code of a field, and
braces in it are no field: every paragraph is looked at once, as it stands in the template.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from typing import TYPE_CHECKING

from gongkai.model import WorkbookError
from gongkai.opc import Archive, BadArchive, open_archive, package
from gongkai.publish import content, docx, draft, parts
from gongkai.readers.word.styles import Styles, is_shaded, styles_of
from gongkai.wording.unwritten import MARKED

if TYPE_CHECKING:
    from lxml.etree import _Element

NAMESPACE = f"{{{parts.OFFICE}/wordprocessingml/2006/main}}"
# What a program prints that does not know the shape beside it: a text box stands there again.
FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
SPACE = "{http://www.w3.org/XML/1998/namespace}space"
FIELD = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
MOST_FIELDS = 500  # in a template; a report has 15
NARROWEST, WIDEST = 4000, 16000  # twips, of a template's type area; a page of A4 has 8845
ELSEWHERE = ("header", "footer")  # parts beside the main one in which fields are filled in
SMALLEST = 8  # half points, of a text that can be read on paper
GROUNDS = ("pPr", "tcPr", "tblPr")  # properties that may say what is behind a text
DAMAGED = "模板{}不是可以使用的Word文档（.docx）；请用Word或WPS打开，另存为.docx后再试。"
UNKNOWN = "模板{}中的字段“{{{{{}}}}}”无法识别，没有写入；可用的字段有{}。"
BESIDE = "模板{}中的字段“{{{{{}}}}}”应单独成段，没有写入；请把它前后的文字移到其他段落。"
MISSING = "模板{}中没有字段{}，没有写入；请在应放置这些内容的地方各加一段。"
TWICE = "模板{}中的字段“{{{{{}}}}}”会印出不止一次，没有写入；请只保留一处。"
UNSEEN = (
    "模板{}中的字段“{{{{{}}}}}”是隐藏、带删除线、白色或极小的字，印出后不能阅读，没有写入；"
    "请改为正常显示的文字。"
)
UNFINISHED = (
    "模板{}自己的文字中有“{}”，将原样出现在发布稿中，没有写入；"
    "请把字段写成“{{{{机关}}}}”的形式，或删去这一处。"
)
# What is left of a field with half its braces or those of a Chinese keyboard.
UNFINISHED_MARKS = ("{{", "}}", "｛｛", "｝｝")

ONE_LINE = ("标题", "机关", "年度", "发布日期")  # fields that a template may leave out

FieldValue = str | tuple[str, ...] | content.PublishedTable


def field_values(found: content.Publication) -> dict[str, FieldValue]:
    """机关 -> 青溪县人民政府, 一 -> the paragraphs of section one, 表三 -> the table."""
    values: dict[str, FieldValue] = {
        "标题": found.name,
        "机关": found.agency,
        "年度": str(found.year or ""),
        "发布日期": found.day,
        "引言": found.opening,
    }
    for section in found.sections:
        values[section.title[0]] = section.paragraphs
        if section.table:
            values[section.table.form.number] = section.table
    return values


def refuse_unknown(name: str, field: str, values: Mapping[str, FieldValue]) -> None:
    if field not in values:
        raise WorkbookError(UNKNOWN.format(name, field, "、".join(values)))


def refuse_left_out(name: str, used: set[str], found: content.Publication) -> None:
    """WorkbookError where a template has no place for a table, or for a section that has a text."""
    wanted = []
    for field, value in field_values(found).items():
        if value and field not in used and field not in ONE_LINE:
            wanted.append(f"“{{{{{field}}}}}”")
    if wanted:
        raise WorkbookError(MISSING.format(name, "、".join(wanted)))


def refuse_unfinished(name: str, own: str) -> None:
    """WorkbookError where the template's own text has a mark that no reader of a report shall see:
    编制机关：{{机关} is no field.
    """
    for mark in UNFINISHED_MARKS:
        if mark in own:
            raise WorkbookError(UNFINISHED.format(name, mark))
    for is_marked, told in MARKED:
        if is_marked(own):
            raise WorkbookError(UNFINISHED.format(name, told))


def docx_of_template(template: bytes, name: str, found: content.Publication) -> bytes:
    """The file, filled in; of a draft with its mark on every page. Raises WorkbookError."""
    try:
        archive = open_archive(template)
        roots = parts_with_fields(archive)
        filler = Filler(name, field_values(found), text_width(roots), styles_in(archive))
        for root in roots.values():
            filler.fill(root)
        refuse_left_out(name, filler.used, found)
        changed = package.parts_bytes(roots)
        if found.draft:
            changed |= draft.mark_draft(archive, roots)
        return package.package_bytes(archive, changed)
    except BadArchive as error:
        raise WorkbookError(DAMAGED.format(name)) from error


def parts_with_fields(archive: Archive) -> dict[str, _Element]:
    """The main part and its headers and footers. Raises BadArchive."""
    main = package.main_part(archive)
    if not main or main not in archive:
        raise BadArchive("damaged")
    names = [main]
    for relation in package.relations(archive, main).values():
        if relation.kind in ELSEWHERE and relation.target in archive:
            names.append(relation.target)
    roots = {}
    for name in dict.fromkeys(names):
        roots[name] = package.read_xml(archive, name, keeping=True)
    if roots[main].tag != f"{NAMESPACE}document":  # what Word saves as Strict Open XML among it
        raise BadArchive("damaged")
    return roots


def own_lines(own: bytes) -> Iterator[str]:
    """The paragraphs of a template's text, tables, headers and footers."""
    for root in parts_with_fields(open_archive(own)).values():
        for node in root.iter(f"{NAMESPACE}p"):
            yield text_of(own_texts(node))


def styles_in(archive: Archive) -> Styles:
    """What the template's styles say of its texts. Raises BadArchive."""
    for relation in package.relations(archive, package.main_part(archive)).values():
        if relation.kind == "styles" and relation.target in archive:
            return styles_of(package.read_xml(archive, relation.target))
    return styles_of(None)


def text_width(roots: Mapping[str, _Element]) -> int:
    """Of the last section's type area, in twips: a table fills it."""
    for root in roots.values():
        for section in reversed(list(root.iter(f"{NAMESPACE}sectPr"))):
            size, margins = section.find(f"{NAMESPACE}pgSz"), section.find(f"{NAMESPACE}pgMar")
            if size is not None and margins is not None:
                sides = number_of(margins, "left") + number_of(margins, "right")
                return min(max(number_of(size, "w") - sides, NARROWEST), WIDEST)
    return parts.TEXT_WIDTH


def number_of(node: _Element, name: str) -> int:
    return package.whole(node.get(f"{NAMESPACE}{name}"))


# --- paragraphs -----------------------------------------------------------------------------------


class Filler:
    """Fills the fields of parts; ``used`` are those that it met."""

    def __init__(
        self, name: str, values: Mapping[str, FieldValue], width: int, styles: Styles
    ) -> None:
        self.name, self.values, self.width, self.styles = name, values, width, styles
        self.used: set[str] = set()
        self.count = 0

    def fill(self, root: _Element) -> None:
        for node in list(root.iter(f"{NAMESPACE}p")):
            texts = own_texts(node)
            said = text_of(texts)
            refuse_unfinished(self.name, FIELD.sub("", said))
            matches = list(FIELD.finditer(said))
            if matches:
                self.fill_paragraph(node, texts, said, matches)

    def fill_paragraph(
        self,
        node: _Element,
        texts: Sequence[_Element],
        said: str,
        matches: Sequence[re.Match[str]],
    ) -> None:
        self.count += len(matches)
        if self.count > MOST_FIELDS:
            raise WorkbookError(
                f"模板{self.name}中的字段超过{MOST_FIELDS}个，没有写入；请删减字段后再试。"
            )
        for match in matches:
            refuse_unknown(self.name, match[1], self.values)
        first = matches[0]
        value = self.values[first[1]]
        if not isinstance(value, str) and said.strip() == first[0]:
            self.refuse_again(node, first[1])
            self.used.add(first[1])
            is_table = isinstance(value, content.PublishedTable)  # its looks are its own
            if not is_table:
                self.refuse_unseen(node, texts[0], first[1])
            self.replace(node, texts[0], value)
            return
        for match in reversed(matches):
            self.put(node, texts, match)
            self.used.add(match[1])

    def refuse_again(self, node: _Element, field: str) -> None:
        """WorkbookError where a field that is its paragraph stood in another one already."""
        if field in self.used and next(node.iterancestors(FALLBACK), None) is None:
            raise WorkbookError(TWICE.format(self.name, field))

    def refuse_unseen(self, node: _Element, text: _Element, field: str) -> None:
        if is_unseen(node, text, self.styles):
            raise WorkbookError(UNSEEN.format(self.name, field))

    def put(self, paragraph: _Element, texts: Sequence[_Element], match: re.Match[str]) -> None:
        """A value of one line in the place of its field, be that parted over several runs."""
        value = self.values[match[1]]
        if not isinstance(value, str):
            raise WorkbookError(BESIDE.format(self.name, match[1]))
        at = 0
        is_put = False
        for node in texts:
            said = node.text or ""
            start, end = match.start() - at, match.end() - at
            at += len(said)
            if end <= 0 or start >= len(said):
                continue
            if not is_put:
                self.refuse_unseen(paragraph, node, match[1])
            node.text = said[: max(start, 0)] + ("" if is_put else value) + said[end:]
            node.set(SPACE, "preserve")
            is_put = True

    def replace(self, node: _Element, text: _Element, value: FieldValue) -> None:
        """A field that is its paragraph, by paragraphs that look as it does, or by a table."""
        if isinstance(value, content.PublishedTable):
            made = [parsed_table(docx.table_xml(value, self.width))]
            if not is_paragraph(node.getnext()) or section_end(node) is not None:
                made.append(bare_copy(node, text, ""))
        else:
            made = [bare_copy(node, text, line) for line in value or ("",)]
        keep_break(node, made)
        for one in made:
            node.addprevious(one)
        parent = node.getparent()
        if parent is not None:
            parent.remove(node)


def own_texts(node: _Element) -> list[_Element]:
    """The texts of a paragraph, without those of paragraphs in it: text boxes."""
    found = []
    for text in node.iter(f"{NAMESPACE}t"):
        if next(text.iterancestors(f"{NAMESPACE}p"), None) is node:
            found.append(text)
    return found


def is_unseen(node: _Element, text: _Element, styles: Styles) -> bool:
    """Whether nobody can read what looks as a field does: <w:vanish/>, <w:color w:val="FFFFFF"/>,
    <w:sz w:val="2"/>, be it said by the run or by a style.
    """
    style = node.find(f"{NAMESPACE}pPr/{NAMESPACE}pStyle")
    name = style.get(f"{NAMESPACE}val", "") if style is not None else ""
    run = text.getparent()
    properties = run.find(f"{NAMESPACE}rPr") if run is not None else None
    look = styles.look(styles.paragraph(name), properties)
    if look.hidden or look.struck or (look.size is not None and look.size < SMALLEST):
        return True
    return bool(look.white) and not is_on_ground(node)


def is_on_ground(node: _Element) -> bool:
    """Whether something may be behind a text on which white is seen: a shaded cell, a text box."""
    for one in (node, *node.iterancestors()):
        if one.tag == f"{NAMESPACE}txbxContent":
            return True
        if any(is_shaded(one.find(f"{NAMESPACE}{name}")) for name in GROUNDS):
            return True
    return False


def text_of(texts: Sequence[_Element]) -> str:
    return "".join(node.text or "" for node in texts)


def is_paragraph(node: _Element | None) -> bool:
    """A cell has to end in a paragraph, and tables beside each other would be one."""
    return node is not None and node.tag == f"{NAMESPACE}p"


def bare_copy(node: _Element, text: _Element, said: str) -> _Element:
    """A paragraph of one run that looks as the field's own."""
    from lxml import etree

    made = etree.Element(f"{NAMESPACE}p")
    properties = node.find(f"{NAMESPACE}pPr")
    if properties is not None:
        copied = deepcopy(properties)
        for section in copied.findall(f"{NAMESPACE}sectPr"):
            copied.remove(section)
        made.append(copied)
    if said:
        made.append(run_like(text, said))
    return made


def run_like(text: _Element, said: str) -> _Element:
    from lxml import etree

    made = etree.Element(f"{NAMESPACE}r")
    run = text.getparent()
    properties = run.find(f"{NAMESPACE}rPr") if run is not None else None
    if properties is not None:
        made.append(deepcopy(properties))
    etree.SubElement(made, f"{NAMESPACE}t", {SPACE: "preserve"}).text = said
    return made


def section_end(node: _Element) -> _Element | None:
    return node.find(f"{NAMESPACE}pPr/{NAMESPACE}sectPr")


def keep_break(node: _Element, made: Sequence[_Element]) -> None:
    """The end of a section that a paragraph carries goes on with the last one in its place."""
    section = section_end(node)
    properties = made[-1].find(f"{NAMESPACE}pPr")
    if section is not None and properties is not None:
        properties.append(section)


def parsed_table(xml: str) -> _Element:
    from lxml import etree

    return etree.fromstring(f"<w:body {parts.W}>{xml}</w:body>")[0]
