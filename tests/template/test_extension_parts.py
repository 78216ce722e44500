"""The built extension: made of the ribbon's table, functions and sentences, for Python 3.8."""

from __future__ import annotations

import ast
import json
import os
import shutil
import subprocess
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from lxml import etree
from PIL import Image

from build import EXTENSION, same
from extension import IDL_FILE, SOURCES, STOP_TAG, build_extension, commands, idl, method
from gongkai.excel.commands import COMMANDS
from gongkai.excel.functions import CATEGORY, FUNCTIONS
from helpers.excel.ribbon import TAGS
from icons import SIZES, STROKES
from messages import MESSAGES, OFFICE_MESSAGES

PROGRAM = Path("/usr/lib/libreoffice")
UNOIDL = PROGRAM / "sdk" / "bin" / "unoidl-write"


@pytest.fixture(scope="module")
def parts() -> dict[str, bytes]:
    with ZipFile(BytesIO(build_extension())) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_it_is_as_built() -> None:
    assert same(EXTENSION, build_extension())
    assert IDL_FILE.read_text(encoding="utf-8") == idl()


def test_its_python_is_that_of_libreoffice(parts: dict[str, bytes]) -> None:
    sources = [content for name, content in parts.items() if name.endswith(".py")]
    assert len(sources) > 10
    for source in sources:
        ast.parse(source, feature_version=(3, 8))


def test_menu_and_toolbar_have_the_ribbons_buttons(parts: dict[str, bytes]) -> None:
    root = etree.fromstring(parts["Addons.xcu"])
    menu, bar, *_ = root.iterfind("node/node")
    found = {}
    for name, node in (("menu", menu), ("bar", bar)):
        urls = [value.text or "" for value in node.iterfind(".//prop/value")]
        found[name] = [url.partition(":")[2] for url in urls if url.startswith("org.gongkai:")]
    assert found["bar"] == list(TAGS)
    assert found["menu"] == [*TAGS, STOP_TAG]
    assert set(TAGS) == set(COMMANDS)


def test_each_command_has_its_own_pictures(parts: dict[str, bytes]) -> None:
    root = etree.fromstring(parts["Addons.xcu"])
    shown = [value.text or "" for value in root.iterfind(".//prop/value")]
    for size, pixels in SIZES.items():
        drawn = {}
        for entry in commands():
            path = f"icons/{entry.tag}{size}.png"
            assert f"%origin%/{path}" in shown
            with Image.open(BytesIO(parts[path])) as picture:
                assert (picture.size, picture.mode) == ((pixels, pixels), "RGBA")
                least, most = picture.getchannel("A").getextrema()
                assert (least, most > 150) == (0, True)
                drawn[entry.tag] = picture.tobytes()
        assert len(set(drawn.values())) == len(drawn)
    assert {entry.tag for entry in commands()} == STROKES.keys()


def test_the_toolbar_has_a_name_and_tips(parts: dict[str, bytes]) -> None:
    state = etree.fromstring(parts["CalcWindowState.xcu"])
    assert {CATEGORY} == {prop[0].text for prop in state.iter("prop") if "UIName" in prop.values()}
    _, bar, *_ = etree.fromstring(parts["Addons.xcu"]).iterfind("node/node")
    titles = [value.text or "" for value in bar.iterfind(".//prop/value")]
    for entry in commands():
        assert entry.tag == STOP_TAG or f"{entry.label}：{entry.tip}" in titles


def test_every_sentence_that_is_said_is_there(parts: dict[str, bytes]) -> None:
    said: set[str] = set()
    for name, content in parts.items():
        if name.endswith(".py"):
            said.update(keys_in(ast.parse(content)))
    held = json.loads(parts["pythonpath/gongkai_office/texts.json"])
    assert held["sentences"] == dict(OFFICE_MESSAGES)
    assert {*said, *held["saving"].values(), "stop_tip"} == OFFICE_MESSAGES.keys()
    assert not any("重新打开Excel" in text for text in OFFICE_MESSAGES.values())
    shared = OFFICE_MESSAGES.keys() & MESSAGES.keys()
    own = {"no_template", "protected", "running", "facts"}
    assert all(OFFICE_MESSAGES[key] == MESSAGES[key] for key in shared - own)


def keys_in(tree: ast.AST) -> set[str]:
    """The keys in sentence("busy"), also as a default of TEXTS["saving"].get."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "sentence":
            inner = [one for one in ast.walk(node.args[0]) if isinstance(one, ast.Constant)]
            found.update(str(one.value) for one in inner)
    return found - {"saving"}


def test_every_function_is_called_by_its_name(parts: dict[str, bytes]) -> None:
    source = parts["gongkai_component.py"].decode()
    for name, function in FUNCTIONS.items():
        arguments = ", ".join(["self", "document", *(one.name for one in function.arguments)])
        assert f"def {method(function)}({arguments}):" in source
        assert f'"{name}"' in source


@pytest.mark.slow
def test_types_are_those_of_the_functions(tmp_path: Path) -> None:
    tool = shutil.which("unoidl-write") or str(UNOIDL)
    made, program = tmp_path / "types.rdb", PROGRAM / "program"
    known = [program / "types.rdb", program / "types" / "offapi.rdb"]
    environ = {**os.environ, "LD_LIBRARY_PATH": str(program)}
    subprocess.run([tool, *known, IDL_FILE, made], check=True, env=environ)
    assert made.read_bytes() == (SOURCES / "types.rdb").read_bytes()
