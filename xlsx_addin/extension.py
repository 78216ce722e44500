"""The ribbon's table, worksheet functions and sentences -> the extension for LibreOffice."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from lxml import etree

from buttons import RIBBON
from gongkai.excel.commands import COMMANDS
from gongkai.excel.functions import CATEGORY, FUNCTIONS, TABLE, Argument, Function
from icons import SIZES, icon
from macros import macro_name
from messages import ESC, OFFICE_MESSAGES, SAVE_FILTERS, STOP
from packages import packed, written
from wrappers import version

ROOT = Path(__file__).resolve().parents[1]
SOURCES = Path(__file__).with_name("oxt")
IDL_FILE = SOURCES / "functions.idl"
COMMON = ROOT / "python" / "xlwings_libreoffice" / "pipe.py"  # runs on both sides
HOST = ROOT / "python" / "xlwings_libreoffice" / "host"
MODULES = "pythonpath"  # where LibreOffice's Python looks for what a component imports
IDENTIFIER = "org.gongkai.calc"
OLDEST = "7.0"  # LibreOffice, with Python 3.8 on Windows and Mac
PROTOCOL, SERVICE = "org.gongkai:", "org.gongkai.Functions"
CALC = "com.sun.star.sheet.SpreadsheetDocument"
STOP_TAG = "stop"
SEPARATOR = "private:separator"
URL_BOX = ("label", "supertip", "maxLength")
IN_DIALOG = ("再点“导入网址”", "再点“确定”")  # where the address is asked for after the button
LANGUAGES = ("en-US", "zh-CN")  # what the first has, every other language shows
OOR = "http://openoffice.org/2001/registry"
XML = "http://www.w3.org/XML/1998/namespace"
MANIFEST = "http://openoffice.org/2001/manifest"
ABOUT = "http://openoffice.org/extensions/description/2006"
PRODUCT = "http://libreoffice.org/extensions/description/2011"
CONFIGURATION = "application/vnd.sun.star.configuration-data"
COMPONENT = "application/vnd.sun.star.uno-component;type=Python"
TYPES = "application/vnd.sun.star.uno-typelibrary;type=RDB"
# What has several cells as its value: Calc has to know.
IN_ROWS = ("GK_FINDINGS", "GK_SUSPECT", "GK_RULES", "GK_IMPORT")
ROWS = "sequence< sequence< any > >"
IDL = """\
/* Made by xlsx_addin/build.py from gongkai.excel.functions: do not edit. Made into types.rdb by

     unoidl-write program/types.rdb program/types/offapi.rdb functions.idl types.rdb

   Calc fills in the first argument, the document; nobody types it. What may be missing is `any`. */
module org {{ module gongkai {{
  interface XFunctions : com::sun::star::uno::XInterface {{
{methods}
  }};
}}; }};
"""

Node = etree._Element


def build_extension() -> bytes:
    return packed(dict(parts()))


def parts() -> Iterator[tuple[str, bytes]]:
    yield "META-INF/manifest.xml", manifest()
    yield "description.xml", description()
    for name, root in configurations().items():
        yield f"{name}.xcu", xml(root)
    for entry in commands():
        for name, size in SIZES.items():
            yield icon_path(entry.tag, name), icon(entry.tag, size)
    yield "types.rdb", (SOURCES / "types.rdb").read_bytes()
    yield "gongkai_component.py", (SOURCES / "gongkai_component.py").read_bytes()
    for path in sorted((SOURCES / "gongkai_office").glob("*.py")):
        yield f"{MODULES}/gongkai_office/{path.name}", path.read_bytes()
    yield f"{MODULES}/gongkai_office/pipe.py", COMMON.read_bytes()
    yield f"{MODULES}/gongkai_office/texts.json", texts()
    yield from host()


def icon_path(tag: str, size: str) -> str:
    """icons/checkSmall.png"""
    return f"icons/{tag}{size}.png"


def host() -> Iterator[tuple[str, bytes]]:
    """What does gongkai's primitives on an open document, without the engine that asks for them."""
    for path in sorted(HOST.glob("*.py")):
        if path.name != "serve.py":
            yield f"{MODULES}/gongkai_office/host/{path.name}", path.read_bytes()


# --- the ribbon's table ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Entry:
    """A button, or what holds others: a group of the ribbon, a menu in it."""

    label: str
    tag: str = ""
    tip: str = ""
    entries: tuple[Entry, ...] = ()


def ribbon() -> tuple[Entry, ...]:
    [tab] = etree.parse(RIBBON).iter("{*}tab")
    return tuple(map(entry_of, tab))


def entry_of(node: Node) -> Entry:
    inner = tuple(entry_of(child) for child in node if not child.tag.endswith("}editBox"))
    tip = node.get("supertip", "").replace(ESC, STOP)
    return Entry(node.get("label", ""), node.get("tag", ""), tip, inner)


def buttons(entries: tuple[Entry, ...]) -> Iterator[Entry]:
    for entry in entries:
        if entry.tag:
            yield entry
        yield from buttons(entry.entries)


def stop() -> Entry:
    return Entry(OFFICE_MESSAGES["stop"], STOP_TAG, OFFICE_MESSAGES["stop_tip"])


def commands() -> list[Entry]:
    return [*buttons(ribbon()), stop()]


# --- what LibreOffice reads -----------------------------------------------------------------------


def configurations() -> Mapping[str, Node]:
    return {
        "Addons": data("Addons", "org.openoffice.Office", addons()),
        "CalcAddIns": data("CalcAddIns", "org.openoffice.Office", functions()),
        "CalcCommands": data("CalcCommands", "org.openoffice.Office.UI", tips()),
        "CalcWindowState": data("CalcWindowState", "org.openoffice.Office.UI", bar_state()),
        "Jobs": data("Jobs", "org.openoffice.Office", jobs(), events()),
        "ProtocolHandler": data("ProtocolHandler", "org.openoffice.Office", handler()),
    }


def data(name: str, package: str, *nodes: Node) -> Node:
    root = etree.Element(f"{{{OOR}}}component-data", nsmap={"oor": OOR})
    root.extend(nodes)
    root.set(f"{{{OOR}}}name", name)
    root.set(f"{{{OOR}}}package", package)
    return root


def node(name: str, *inner: Node, new: bool = False) -> Node:
    made = etree.Element("node", {f"{{{OOR}}}name": name})
    if new:
        made.set(f"{{{OOR}}}op", "replace")
    made.extend(inner)
    return made


def prop(name: str, text: str, languages: tuple[str, ...] = ()) -> Node:
    made = etree.Element("prop", {f"{{{OOR}}}name": name})
    for language in languages or ("",):
        value = etree.SubElement(made, "value")
        if language:
            value.set(f"{{{XML}}}lang", language)
        value.text = text
    return made


def shown(name: str, text: str) -> Node:
    return prop(name, text, LANGUAGES)


def addons() -> Node:
    title, context = shown("Title", CATEGORY), prop("Context", CALC)
    menu = node(f"{IDENTIFIER}.menu", title, context, submenu((*ribbon(), stop())), new=True)
    bar = node(f"{IDENTIFIER}.bar", shown("Title", CATEGORY), *toolbar(), new=True)
    return node(
        "AddonUI",
        node("OfficeMenuBar", menu),
        node("OfficeToolBar", bar),
        node("Images", *images()),
    )


def images() -> Iterator[Node]:
    """Of each command in both sizes; %origin% is where the extension is installed."""
    for entry in commands():
        made = []
        for size in SIZES:
            made.append(prop(f"Image{size}URL", f"%origin%/{icon_path(entry.tag, size)}"))
        user = node("UserDefinedImages", *made)
        yield node(f"i_{entry.tag}", prop("URL", PROTOCOL + entry.tag), user, new=True)


def bar_state() -> Node:
    """What the toolbar is called, and where it stands before anybody moves it."""
    facts = {"Docked": "true", "DockingArea": "0", "DockPos": "0,9", "Visible": "true"}
    held = [shown("UIName", CATEGORY)]
    for name, value in facts.items():
        held.append(prop(name, value))
    state = node(f"private:resource/toolbar/addon_{IDENTIFIER}.bar", *held, new=True)
    return node("UIElements", node("States", state))


def submenu(entries: tuple[Entry, ...]) -> Node:
    """Calc shows what a set holds in the order of its names."""
    items = []
    for number, entry in enumerate(entries, 1):
        items.append(menu_item(f"m{number:02}", entry))
    return node("Submenu", *items)


def menu_item(name: str, entry: Entry) -> Node:
    if entry.tag:
        return button(name, entry)
    return node(
        name, shown("Title", entry.label), prop("Context", CALC), submenu(entry.entries), new=True
    )


def button(name: str, entry: Entry) -> Node:
    return node(
        name,
        prop("URL", PROTOCOL + entry.tag),
        shown("Title", entry.label),
        prop("Target", "_self"),
        prop("Context", CALC),
        new=True,
    )


def toolbar() -> Iterator[Node]:
    """The ribbon's buttons in a row, a line between its groups."""
    number = 0
    for group in ribbon():
        if number:
            yield node(f"t{number:02}s", prop("URL", SEPARATOR), new=True)
        for entry in buttons(group.entries):
            number += 1
            # Where a picture is shown, LibreOffice has the title for a tip, and no other.
            yield button(f"t{number:02}", replace(entry, label=f"{entry.label}：{entry.tip}"))


def tips() -> Node:
    found = []
    for entry in commands():
        label, tip = shown("Label", entry.label), shown("TooltipLabel", entry.tip)
        found.append(node(PROTOCOL + entry.tag, label, tip, new=True))
    return node("UserInterface", node("Commands", *found))


def handler() -> Node:
    protocols = prop("Protocols", f"{PROTOCOL}*")
    protocols.set(f"{{{OOR}}}type", "oor:string-list")
    return node("HandlerSet", node("org.gongkai.Handler", protocols, new=True))


def jobs() -> Node:
    return node("Jobs", node("org.gongkai.Loaded", prop("Service", "org.gongkai.Loaded"), new=True))


SAVING_EVENTS = ("OnSave", "OnSaveAs", "OnCopyTo")
ENDS = ("", "Done", "Failed")
JOB_EVENTS = (
    "OnLoad",
    "OnNew",
    *(event + end for event in SAVING_EVENTS for end in ENDS),
    "OnUnload",
)


def events() -> Node:
    found = []
    for event in JOB_EVENTS:
        listed = node("JobList", node("org.gongkai.Loaded", new=True))
        found.append(node(event, listed, new=True))
    return node("Events", *found)


# --- the worksheet functions ----------------------------------------------------------------------


def method(function: Function) -> str:
    """GK_CHECK -> gkCheck."""
    first, *rest = function.name.lower().split("_")
    return first + "".join(map(str.capitalize, rest))


def functions() -> Node:
    found = [calc_function(function) for function in FUNCTIONS.values()]
    return node("AddInInfo", node(SERVICE, node("AddInFunctions", *found), new=True))


def calc_function(function: Function) -> Node:
    arguments = []
    for argument in function.arguments:
        name, told = shown("DisplayName", argument.name), shown("Description", argument.description)
        arguments.append(node(argument.name, name, told, new=True))
    return node(
        method(function),
        shown("DisplayName", function.name),
        shown("Description", function.description),
        prop("Category", "Add-In"),
        prop("CompatibilityName", function.name, LANGUAGES),
        node("Parameters", *arguments),
        new=True,
    )


def idl() -> str:
    methods = []
    for function in FUNCTIONS.values():
        arguments = ["com::sun::star::beans::XPropertySet document"]
        for argument in function.arguments:
            arguments.append(f"{idl_type(argument)} {argument.name}")
        listed = ",\n      [in] ".join(arguments)
        value = ROWS if function.name in IN_ROWS else "any"
        methods.append(f"    {value} {method(function)}(\n      [in] {listed});")
    return IDL.format(methods="\n".join(methods))


def idl_type(argument: Argument) -> str:
    if argument.optional:
        return "any"
    return ROWS if argument.name == TABLE.name else "string"


# --- the other parts ------------------------------------------------------------------------------


def texts() -> bytes:
    [url] = etree.parse(RIBBON).iter("{*}editBox")
    labels = {}
    for entry in commands():
        labels[entry.tag] = entry.label
    held = {
        "version": version(),
        "sentences": OFFICE_MESSAGES,
        "commands": labels,
        "functions": {function.name: method(function) for function in FUNCTIONS.values()},
        "macros": {macro_name(tag): tag for tag in COMMANDS},
        "in_rows": IN_ROWS,
        "saving": SAVE_FILTERS,
        "url": {key: url.get(key, "").replace(*IN_DIALOG) for key in URL_BOX},
    }
    return json.dumps(held, ensure_ascii=False, indent=1).encode()


def manifest() -> bytes:
    listed = {"types.rdb": TYPES, "gongkai_component.py": COMPONENT}
    for name in configurations():
        listed[f"{name}.xcu"] = CONFIGURATION
    root = etree.Element(f"{{{MANIFEST}}}manifest", nsmap={"manifest": MANIFEST})
    for path, kind in listed.items():
        entry = etree.SubElement(root, f"{{{MANIFEST}}}file-entry")
        entry.set(f"{{{MANIFEST}}}full-path", path)
        entry.set(f"{{{MANIFEST}}}media-type", kind)
    return xml(root)


def description() -> bytes:
    root = etree.Element(f"{{{ABOUT}}}description", nsmap={"d": ABOUT, "l": PRODUCT})
    etree.SubElement(root, f"{{{ABOUT}}}identifier", value=IDENTIFIER)
    etree.SubElement(root, f"{{{ABOUT}}}version", value=version())
    names = etree.SubElement(root, f"{{{ABOUT}}}display-name")
    etree.SubElement(names, f"{{{ABOUT}}}name", lang="en").text = OFFICE_MESSAGES["title"]
    needs = etree.SubElement(root, f"{{{ABOUT}}}dependencies")
    least = etree.SubElement(needs, f"{{{PRODUCT}}}LibreOffice-minimal-version", value=OLDEST)
    least.set(f"{{{ABOUT}}}name", f"LibreOffice {OLDEST}")
    return xml(root)


def xml(root: Node) -> bytes:
    return written(root)
