"""A user's own page with {{ 字段 }} in it + Publication -> the page, by jinja2 in its sandbox.

Whatever loops and doubles in a template ends in a process that is bounded in time and memory, as
readers of documents are (``readers.worker``).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from gongkai import wording
from gongkai.model import Place, Prose, UnreadableDocument, WorkbookError
from gongkai.processes import MEGABYTE, Bounds
from gongkai.publish import content, html, template
from gongkai.readers.html import css, dress, selectors
from gongkai.readers.worker import read_apart

if TYPE_CHECKING:
    from jinja2 import Environment
    from selectolax.lexbor import LexborHTMLParser, LexborNode

RENDERER = "gongkai.publish.page_template:rendered"
BOUNDS = Bounds(seconds=3.0, patience=20.0, memory=200 * MEGABYTE)
MOST_BYTES = MEGABYTE  # of a template
MOST_LETTERS = 4_000_000  # of a page; a report has 50,000
REFUSED = "refused"  # the heading of what the renderer says it cannot do
CODE = ("script", "style")  # elements whose text is none for people
# What stands for the texts of one line in a page that is made to be compared: no text of a report
# may change its markup, be it in a tag (<a title={{机关}}>), an address or a script.
NEUTRAL = {"标题": "标题", "机关": "机关"}
STAMP = "\ue000{}\ue001"  # what stands there for each text of a section or a table
STAMPED = re.compile("\ue000(.+?)\ue001")
IN_TAG = re.compile(r"<[a-z/][^<>]*\{\{", re.IGNORECASE)  # <iframe srcdoc="{{五}}">
BETWEEN_TAGS = re.compile(r">[^<>]+<")
TURNED = "bdo,[dir=rtl i]"  # elements whose text runs the other way
BODY = re.compile(r"<body\b[^<>]*>", re.IGNORECASE)
BODY_END = re.compile(r"</body\s*>", re.IGNORECASE)
# What hides all that is in an element, and what holds only until something in it says otherwise.
NEAREST = {"visibility": css.HIDES["visibility"], **css.WHITENS}
HIDES = {name: values for name, values in css.HIDES.items() if name not in NEAREST}
# Of these, what a style sheet is judged by.
SHEET_HIDES = ("display", "visibility", "opacity", "font-size")
AS_AROUND = ("inherit", "unset", "currentcolor")
COLOR_ATTRIBUTES = {"font": "color", "body": "text"}
MAY_SHOW = re.compile(r"<script\b|@keyframes\b", re.IGNORECASE)  # may lift what a rule hides
STYLED = re.compile(r"<(?:style|script|details)\b|<link\b[^<>]*\bstylesheet\b", re.IGNORECASE)
CHARSET = re.compile(r"<meta\b[^<>]*\bcharset\s*=", re.IGNORECASE)
OTHER_CHARSET = re.compile(rf"{CHARSET.pattern}\s*[\"']?(?!utf-?8\b)\w", re.IGNORECASE)
NOT_CHECKED = (
    "模板另有样式、脚本或可折叠的部分，没有核对显示效果；请在浏览器中打开发布稿，逐页看一遍。"
)
STRANGE = (
    "请核对：模板中字段外面的样式{}可能使内容看不见或变样，没有核对显示效果；"
    "请在浏览器中打开发布稿，看这几处。"
)
NOT_INSTALLED = (
    "用网页模板要装jinja2，本机没有；请运行 pip install gongkai[publish]，或不用模板直接生成。"
)
NOT_READ = (
    "模板{}不是UTF-8编码的网页（或其中写的编码不是UTF-8），或超过1MB，没有写入；"
    "请另存为UTF-8编码的.html后再试。"
)
WRONG = "模板{}有错，没有写入：{}；请改正模板。"
IN_MARKUP = "模板{}把字段放在了标签、网址、样式或脚本里，没有写入；请把这些字段移到正文中，或去掉。"
TOO_MUCH = "模板{}展开后过大或循环过多，已停止，没有写入；请简化模板。"


def page_of_template(own: bytes, name: str, found: content.Publication) -> bytes:
    """The page, filled in; of a draft with a line above and below. Raises WorkbookError."""
    values = template.field_values(found)
    source = source_of(own, name)
    written = page_values(values)
    request = json.dumps({"source": source, "values": written})
    try:
        found_apart = read_apart(RENDERER, request.encode(), BOUNDS)
        page, plain, used, unseen = map(text_of, found_apart)
    except UnreadableDocument as error:
        raise WorkbookError(TOO_MUCH.format(name)) from error
    if page.heading == REFUSED:
        raise WorkbookError(NOT_INSTALLED if not page.text else WRONG.format(name, page.text))
    fields = set(json.loads(used.text))
    for field in sorted(fields):
        template.refuse_unknown(name, field, values)
    template.refuse_left_out(name, fields, found)
    if IN_TAG.search(source) or skeleton(page.text) != skeleton(plain.text):
        raise WorkbookError(IN_MARKUP.format(name))
    again = printed_again(plain.text, neutral_of(written))
    if again:
        raise WorkbookError(template.TWICE.format(name, again))
    if unseen.text:
        raise WorkbookError(template.UNSEEN.format(name, unseen.text))
    template.refuse_unfinished(name, own_text(plain.text))
    return encoded(marked(page.text) if found.draft else page.text)


def encoded(page: str) -> bytes:
    """The page in UTF-8; one that names no encoding says so by its first bytes, for a browser on a
    Chinese Windows takes it for GBK.
    """
    return page.encode("utf-8" if CHARSET.search(page) else "utf-8-sig")


def source_of(own: bytes, name: str) -> str:
    try:
        if len(own) <= MOST_BYTES:
            source = own.decode("utf-8-sig")
            if not OTHER_CHARSET.search(source):
                return source
    except UnicodeDecodeError:
        pass
    raise WorkbookError(NOT_READ.format(name))


def text_of(block: object) -> Prose:
    """What the renderer sends. Raises UnreadableDocument for anything else."""
    if not isinstance(block, Prose):
        raise UnreadableDocument("")
    return block


def page_values(values: Mapping[str, template.FieldValue]) -> dict[str, list[str]]:
    """Field -> text and what is known to be markup, one of them "": a text is escaped later."""
    found = {}
    for name, value in values.items():
        if isinstance(value, str):
            found[name] = [value, ""]
        elif isinstance(value, content.PublishedTable):
            found[name] = ["", html.table_html(value)]
        else:
            found[name] = ["", html.paragraphs_html(value)]
    return found


def skeleton(page: str) -> list[object]:
    """The elements of a page and all of it that is no text: with other texts it stays the same."""
    from lxml import etree

    root = etree.HTML(page)
    found: list[object] = []
    for node in root.iter() if root is not None else ():
        found.append((str(node.tag), *sorted(node.items())))
        if not isinstance(node.tag, str) or node.tag in CODE:
            found.append(node.text)
    return found


def own_text(page: str) -> str:
    """What a page shows for people."""
    from lxml import etree

    root = etree.HTML(page)
    found: list[str] = []
    for node in root.iter() if root is not None else ():
        if isinstance(node.tag, str) and node.tag not in CODE:
            found.append(node.text or "")
        found.append(node.tail or "")
    return "".join(found)


def printed_again(plain: str, neutral: Mapping[str, list[str]]) -> str:
    """The first field whose texts a page shows more often than they are, be it in a loop; ""."""
    for name, (_, markup) in neutral.items():
        stamp = STAMP.format(name)
        if plain.count(stamp) > markup.count(stamp):
            return name
    return ""


def is_styled(own: bytes) -> bool:
    """Whether a template has a style sheet, a script or a part that folds, of which nobody knows
    how it looks.
    """
    return STYLED.search(own.decode("utf-8", "replace")) is not None


def style_lines(own: bytes) -> list[str]:
    """What is said of a template's looks, which are not checked."""
    told = [NOT_CHECKED] if is_styled(own) else []
    strange = strange_styles(own)
    if strange:
        told.append(STRANGE.format("、".join(f"“{wording.clipped(one)}”" for one in strange)))
    return told


def strange_styles(own: bytes) -> list[str]:
    """What the styles of elements around a field say that may change how it is seen: each
    declaration once.
    """
    from selectolax.lexbor import LexborHTMLParser

    found: dict[str, None] = {}
    for node in LexborHTMLParser(own.decode("utf-8", "replace")).css(f"[style],{TURNED}"):
        if template.FIELD.search(node.text()):
            strange = css.strange_in(node.attributes.get("style") or "")
            found.update(dict.fromkeys(strange))
            if node.css_matches(TURNED):
                found["dir"] = None
    return list(found)


def marked(page: str) -> str:
    """The line of a draft at the beginning and the end of what a page shows."""
    begins, ends = BODY.search(page), list(BODY_END.finditer(page))
    first = begins.end() if begins else 0
    last = ends[-1].start() if ends else len(page)
    if last < first:
        first, last = 0, len(page)
    return f"{page[:first]}{html.draft_line()}{page[first:last]}{html.draft_line()}{page[last:]}"


# --- in a process of its own ----------------------------------------------------------------------


def rendered(request: bytes) -> tuple[Prose, ...]:
    """The page, one with neutral texts, the fields that the template names, and one of them that
    nobody sees; or why there is no page ("": no jinja2).
    """
    found = json.loads(request)
    try:
        environment = sandbox()
    except ImportError:
        return refused("")
    return page_in(environment, found["source"], found["values"])


def sandbox() -> Environment:
    """It loads no other file, calls no Python, changes no value; all texts are escaped."""
    from jinja2 import StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    return ImmutableSandboxedEnvironment(autoescape=True, undefined=StrictUndefined)


def page_in(
    environment: Environment, source: str, values: Mapping[str, list[str]]
) -> tuple[Prose, ...]:
    from jinja2 import TemplateError
    from jinja2.meta import find_undeclared_variables

    try:
        names = find_undeclared_variables(environment.parse(source))
        unknown = sorted(names - set(values) - set(environment.globals))
        if unknown:  # told by who asked
            return answer("", "", unknown)
        page = bounded(environment, source, values)
        plain = bounded(environment, source, {**values, **neutral_of(values)})
    except (TemplateError, TypeError, ValueError, ArithmeticError, LookupError) as error:
        return refused(reason_of(error))
    return answer(page, plain, sorted(names & set(values)), unseen_field(plain))


def answer(page: str, plain: str, fields: list[str], unseen: str = "") -> tuple[Prose, ...]:
    texts = (page, plain, json.dumps(fields), unseen)
    return tuple(Prose(Place(), "", text) for text in texts)


def neutral_of(values: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """Other texts, where there are some: a template may ask whether there are. Paragraphs and
    tables keep their elements, and each text becomes the stamp of its field, in a script or a
    comment as well.
    """
    found = {}
    for name, (_, markup) in values.items():
        if markup:
            found[name] = ["", BETWEEN_TAGS.sub(f">{STAMP.format(name)}<", markup)]
    for name, text in NEUTRAL.items():
        found[name] = [text if values[name][0] else "", ""]
    return found


def reason_of(error: Exception) -> str:
    """第3行写法不对: what jinja2 says in English, for those who wrote the template."""
    from jinja2 import TemplateSyntaxError, UndefinedError
    from jinja2.exceptions import SecurityError

    if isinstance(error, TemplateSyntaxError):
        return f"第{error.lineno}行写法不对"
    if isinstance(error, SecurityError):
        return "用了不允许的写法，只能用字段和简单的判断、循环"
    if isinstance(error, UndefinedError):
        return "用了不存在的内容"
    return "有一处不能计算或引用"


def bounded(environment: Environment, source: str, values: Mapping[str, list[str]]) -> str:
    """Raises MemoryError beyond ``MOST_LETTERS``."""
    from markupsafe import Markup

    known: dict[str, Any] = {}
    for name, (text, markup) in values.items():
        known[name] = Markup(markup) if markup else text
    pieces, length = [], 0
    for piece in environment.from_string(source).generate(known):
        pieces.append(piece)
        length += len(piece)
        if length > MOST_LETTERS:
            raise MemoryError
    return "".join(pieces)


def refused(why: str) -> tuple[Prose, ...]:
    nothing = Prose(Place(), "", "[]")
    return Prose(Place(), REFUSED, why), nothing, nothing, Prose(Place(), "", "")


# --- what is seen ---------------------------------------------------------------------------------


def unseen_field(plain: str) -> str:
    """A field of which the page or its own style sheets hide a text or make it white; "".

    <style>.q{display:none}</style><div class=q>{{五}}</div> -> 五. What two rules say differently
    is not judged, nor what a script may show; the others are asked only where one rule hides.
    """
    from selectolax.lexbor import LexborHTMLParser

    tree = LexborHTMLParser(plain)
    rules = list(css.screen_rules(dress.css_of(tree, plain.lower().encode(), "")))
    hides = {} if MAY_SHOW.search(plain) else {name: css.HIDES[name] for name in SHEET_HIDES}
    judged = {**hides, **css.WHITENS}
    acting = [rule for rule in rules if css.matching(judged, css.declared(rule[1]))]
    found = PageLooks(tree, acting, judged).unseen(tree)
    return found and PageLooks(tree, rules, judged).unseen(tree)


class PageLooks:
    """What a page's elements say of ``judged`` properties, themselves and by rules."""

    def __init__(
        self,
        tree: LexborHTMLParser,
        rules: Sequence[css.StyleRule],
        judged: Mapping[str, re.Pattern[str]],
    ) -> None:
        self.backed = dress.backed_nodes(tree, rules)
        self.ruled: dict[int, dict[str, list[str]]] = {}
        for names, body in rules:
            said = css.declared(body)
            if not judged.keys().isdisjoint(said):
                for node in selectors.chosen(tree, lasting(names)):
                    self.add(node, {name: said[name] for name in judged.keys() & said.keys()})

    def add(self, node: LexborNode, said: Mapping[str, str]) -> None:
        known = self.ruled.setdefault(node.mem_id, {})
        for name, value in said.items():
            known.setdefault(name, []).append(value)

    def unseen(self, tree: LexborHTMLParser) -> str:
        """The first field with a text that is not seen."""
        nodes = tree.root.traverse(include_text=True) if tree.root is not None else ()
        for node in nodes:
            stamped = STAMPED.search(node.text_content or "") if node.tag == "-text" else None
            if stamped and not self.is_seen(list(around(node))):
                return stamped[1]
        return ""

    def is_seen(self, nodes: Sequence[LexborNode]) -> bool:
        """Of a text, by the elements around it from the inside out."""
        said = list(map(self.said, nodes))
        own = list(map(own_style, nodes))
        if any(map(css.is_without_room, own)) or is_of_ground(own):
            return False
        for one in said:
            if any(agreed(one.get(name, ()), values) for name, values in HIDES.items()):
                return False
        if agreed(nearest(said, "visibility"), NEAREST["visibility"]):
            return False
        is_white = any(agreed(nearest(said, name), css.WHITENS[name]) for name in css.WHITENS)
        return not is_white or any(dress.has_colour(node, self.backed) for node in nodes)

    def said(self, node: LexborNode) -> dict[str, list[str]]:
        """Property -> values: an element's own goes before those of rules."""
        found = dict(self.ruled.get(node.mem_id, {}))
        color = node.attributes.get(COLOR_ATTRIBUTES.get(node.tag or "", "")) or ""
        if color:
            found.setdefault("color", [color.lower()])
        for name, value in own_style(node).items():
            found[name] = [value]
        return found


def own_style(node: LexborNode) -> dict[str, str]:
    return css.declared(node.attributes.get("style") or "")


def is_of_ground(styles: Sequence[Mapping[str, str]]) -> bool:
    """Whether a text has the colour that is behind it, be that said by another element: the styles
    are those around it, the inner ones first.
    """
    known: dict[str, str] = {}
    for style in reversed(styles):
        if "background" in style:
            known.pop("background-color", None)
        known.update(style)
    return css.is_of_its_ground(known)


def lasting(names: str) -> Iterator[str]:
    """The selectors of a rule that hold at any time: not a:hover, not p::before."""
    for name in css.selectors_in(names):
        if css.SELECTOR.fullmatch(name) and not css.OF_A_MOMENT.search(name):
            yield name


def around(node: LexborNode) -> Iterator[LexborNode]:
    outer = node.parent
    while outer is not None:
        yield outer
        outer = outer.parent


def agreed(values: Sequence[str], kind: re.Pattern[str]) -> bool:
    """Whether something is said and all of it is of a kind: none and block is not known."""
    return bool(values) and all(map(kind.fullmatch, values))


def nearest(said: Sequence[Mapping[str, list[str]]], name: str) -> Sequence[str]:
    """What the innermost element says that says anything: it is handed on to all in it."""
    for one in said:
        values = one.get(name, [])
        if values and not all(value in AS_AROUND for value in values):
            return values
    return ()
