"""Old Word files by way of LibreOffice: what it makes of them, what it is kept from, when it
fails.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import psutil
import pytest

from gongkai.model import UnreadableDocument
from gongkai.processes import MEGABYTE
from gongkai.readers import libreoffice
from gongkai.readers.libreoffice import ProgramLimits, find_program, to_docx
from helpers import DOCUMENTS
from helpers.blocks import prose, read
from helpers.clock import fake_clock
from helpers.made import report_of
from helpers.office import convert
from helpers.pages import figures, read_page, unlike
from helpers.ruian import RUIAN
from helpers.waiting import wait_until
from helpers.writers.styles import render, report_sheets
from helpers.writers.words import Manner, docx, paragraph, run, word_page

DOC = (DOCUMENTS / "doc-2021" / "source.doc").read_bytes()
RTF = b"{\\rtf1 x}"


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["doc", "rtf"])
def test_what_is_hidden_merged_or_changed_survives_the_way(kind: str, tmp_path: Path) -> None:
    """What was deleted is not a figure again, and merged cells are where they were."""
    source = tmp_path / "source.docx"
    source.write_bytes(word_page(RUIAN, report_sheets(RUIAN), Manner(text="tracked")))
    (made,) = convert([source], kind, tmp_path / "made")
    read = read_page(made.read_bytes())
    assert unlike(figures(RUIAN), read) == []
    assert [problem for problem in read.problems if problem.table] == []


# --- what a document may not do -------------------------------------------------------------------


@pytest.fixture
def visits() -> Iterator[tuple[str, list[str]]]:
    """The address of a picture, and every request for it."""
    seen: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append(self.command)
            self.send_response(200)
            self.end_headers()

        do_HEAD = do_OPTIONS = do_PROPFIND = do_GET

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/x.png", seen
    server.shutdown()


PICTURE = (
    '<w:drawing><wp:inline><wp:extent cx="900000" cy="900000"/><wp:docPr id="1" '
    'name="a"/><a:graphic>'
    '<a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic><pic:'
    "nvPicPr>"
    '<pic:cNvPr id="1" name="a"/><pic:cNvPicPr/></pic:nvPicPr><pic:blipFill><a:blip '
    'r:link="i"/></pic:blipFill>'
    '<pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="900000" cy="900000"/></a:xfrm><a:prstGeom '
    'prst="rect"/>'
    "</pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing>"
)


@pytest.mark.slow
def test_a_picture_that_lies_elsewhere_is_not_fetched(
    visits: tuple[str, list[str]], tmp_path: Path
) -> None:
    """LibreOffice as it comes does ask for it, even told to block such links: making the file shows
    that.
    """
    address, seen = visits
    source = tmp_path / "source.docx"
    source.write_bytes(
        docx(paragraph(f"<w:r>{PICTURE}</w:r>{run('a')}"), links={"i:image": address})
    )
    (made,) = convert([source], "doc", tmp_path / "made")
    assert seen
    assert address.encode("utf-16-le") in made.read_bytes()
    seen.clear()
    assert to_docx(made.read_bytes(), "doc")
    assert seen == []


# --- what goes wrong ------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def temporary(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder of its own for temporary files: other tests run at the same time."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path_factory.mktemp("t")))


def program(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """A program named soffice, first on the path, that runs a Python script in place of
    LibreOffice.
    """
    path = folder / "bin" / "soffice"
    path.parent.mkdir()
    told = path.with_suffix(".py")
    told.write_text(script, encoding="utf-8")
    # By way of a shell: the line of an interpreter whose path holds a blank is cut at it.
    command = shlex.join([sys.executable, str(told)])
    path.write_text(f'#!/bin/sh\nexec {command} "$@"\n', encoding="utf-8")
    path.chmod(0o755)
    monkeypatch.setenv("PATH", str(path.parent))


def kept_folders() -> set[str]:
    return {path.name for path in Path(tempfile.gettempdir()).glob("gongkai-*")}


def refusal(content: bytes, limits: ProgramLimits = libreoffice.LIMITS) -> str:
    before = kept_folders()
    with pytest.raises(UnreadableDocument) as caught:
        to_docx(content, "doc", limits)
    assert kept_folders() <= before
    message = str(caught.value)
    assert message.endswith("。")
    return message


MAKE = """
import pathlib, shutil, sys
folder, source = sys.argv[sys.argv.index("--outdir") + 1 :]
assert pathlib.Path(source).read_bytes().startswith({content!r})
shutil.copy({made!r}, pathlib.Path(folder, "source.docx"))
"""


@pytest.mark.parametrize("content", [DOC, RTF], ids=["doc", "rtf"])
def test_what_the_program_makes_of_a_document_is_read(
    content: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = tmp_path / "made.docx"
    made.write_bytes(docx(paragraph(run("规章"))))
    program(tmp_path, monkeypatch, MAKE.format(content=content[:8], made=str(made)))
    assert prose(read(content)) == [("", "规章")]
    assert kept_folders() == set()


def test_without_libreoffice_the_sentence_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(libreoffice, "PLACES", {})
    with pytest.raises(
        UnreadableDocument, match=r"^report：.*LibreOffice.*没有找到.*另存为 \.docx.*。$"
    ):
        read(DOC)


def test_the_usual_places_are_searched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    placed = tmp_path / "LibreOffice" / "soffice.com"
    placed.parent.mkdir()
    placed.touch()
    monkeypatch.setenv("PROGRAMFILES(X86)", str(tmp_path))
    wanted = ("{NOT_SET}/soffice", "{PROGRAMFILES(X86)}/LibreOffice/soffice.com")
    monkeypatch.setattr(libreoffice, "PLACES", {sys.platform: wanted})
    assert find_program() == str(placed)


def test_a_program_in_the_folder_at_hand_is_not_trusted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(tmp_path, monkeypatch, "")
    monkeypatch.setattr(libreoffice, "PLACES", {})
    assert find_program()
    monkeypatch.chdir(tmp_path / "bin")
    assert find_program() is None


def test_a_password_is_said() -> None:
    """The flag of the header set in a file without a password: LibreOffice is not even asked."""
    header = DOC.index(b"\xec\xa5\x01\x01")
    locked = DOC[: header + 11] + bytes([DOC[header + 11] | 1]) + DOC[header + 12 :]
    assert "密码" in refusal(locked)
    with pytest.raises(UnreadableDocument, match=r"^report：.*密码.*。$"):
        read(locked)


def test_a_damaged_file_is_said() -> None:
    """Whatever LibreOffice makes of it: a sentence, or no table that was not in it."""
    with pytest.raises(UnreadableDocument, match=r"。$"):
        read_page(DOC[:9_000])


LATE = """
import pathlib, subprocess, sys, time
sleeping = [sys.executable, "-c", "import time; time.sleep(9999)"]
child = subprocess.Popen(sleeping, start_new_session={apart})
pathlib.Path({note!r}).write_text(str(child.pid))
time.sleep(9999)
"""


def refusal_once_told(note: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """What is said of a program that hangs; its time is over once it has written a note."""
    clock = fake_clock(monkeypatch, libreoffice)
    with ThreadPoolExecutor(1) as pool:
        refused = pool.submit(refusal, RTF)
        try:
            wait_until(lambda: note.is_file() and note.read_text(), "the program's note is there")
        finally:
            clock.move(libreoffice.LIMITS.seconds + 1)
        return refused.result()


def is_gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


@pytest.mark.parametrize("apart", [False, True])
def test_a_program_that_hangs_is_ended_with_its_children(
    apart: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    note = tmp_path / "child"
    program(tmp_path, monkeypatch, LATE.format(note=str(note), apart=apart))
    assert "超过90秒" in refusal_once_told(note, monkeypatch)
    child = int(note.read_text())
    wait_until(lambda: is_gone(child), "the child is gone")


LITTER = """
import pathlib, socket, tempfile, time
tempfile.mkdtemp()
listening = socket.socket(socket.AF_UNIX)
listening.bind({socket!r})
listening.listen()
pathlib.Path({note!r}).write_text(tempfile.gettempdir())
time.sleep(9999)
"""


def test_nothing_is_left_where_temporary_files_are_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    note = tmp_path / "told"
    # The path of a socket has at most some hundred bytes; a Mac's folder for such files is longer.
    with tempfile.TemporaryDirectory(dir="/tmp") as short:
        place = Path(short) / "OSL_PIPE_1"
        program(tmp_path, monkeypatch, LITTER.format(socket=str(place), note=str(note)))
        assert "超过90秒" in refusal_once_told(note, monkeypatch)
        assert not Path(note.read_text()).exists()
        assert not place.exists()


HOLDING = """
import os, sys
from gongkai.system import document_folder
with document_folder() as folder:
    (folder / "source.doc").write_bytes(b"secret")
    os.utime(folder, (0, 0))
    print(folder, flush=True)
    sys.stdin.read()
"""
READING = "import gongkai; gongkai.read_report(__import__('sys').argv[1])"


def test_what_a_killed_process_left_goes_with_the_next_start(tmp_path: Path) -> None:
    """A folder still in use stays, and so does a link of that name and one that is just being
    made.
    """
    page = tmp_path / "report.html"
    page.write_text(render(report_of(), "plain"), encoding="utf-8")
    elsewhere, temporary = tmp_path / "elsewhere", tmp_path / "temporary"
    elsewhere.mkdir()
    temporary.mkdir()
    os.utime(elsewhere, (0, 0))
    (temporary / "gongkai-document-link").symlink_to(elsewhere)
    (temporary / "gongkai-document-new").mkdir()
    environment = {**os.environ, "TMPDIR": str(temporary)}
    holders = [
        subprocess.Popen(
            [sys.executable, "-c", HOLDING],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )
        for _ in range(2)
    ]
    left, used = (Path(holder.stdout.readline().strip()) for holder in holders if holder.stdout)
    holders[0].kill()
    holders[0].wait()
    assert (left / "source.doc").exists()
    subprocess.run([sys.executable, "-c", READING, page], check=True, env=environment)
    assert not left.exists()
    names = {"gongkai-document-link", "gongkai-document-new", used.name}
    assert names == {path.name for path in temporary.iterdir()}
    assert elsewhere.is_dir()
    holders[1].communicate("")
    assert not used.exists()


LAVISH = """
import sys, time
folder = sys.argv[sys.argv.index("--outdir") + 1]
with open(folder + "/source.docx", "wb") as file:
    file.write(bytes(30_000_000))
"""
FLOOD = f"{LAVISH}\ntime.sleep(9999)"
GREEDY = "import time; held = bytearray(b'1') * 150_000_000; time.sleep(9999)"


@pytest.mark.parametrize(
    ("script", "limits", "said"),
    [
        (FLOOD, ProgramLimits(output=20 * MEGABYTE), "磁盘空间过大"),
        (GREEDY, ProgramLimits(memory=100 * MEGABYTE), "内存"),
        (LAVISH, ProgramLimits(output=20 * MEGABYTE), "过大|未能打开"),
        ("", libreoffice.LIMITS, "未能打开"),
        ("raise SystemExit(3)", libreoffice.LIMITS, "未能打开"),
    ],
    ids=["floods", "fills the memory", "makes too much at once", "makes nothing", "fails"],
)
def test_a_program_that_fails(
    script: str, limits: ProgramLimits, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(tmp_path, monkeypatch, script)
    message = refusal(RTF, limits)
    assert any(word in message for word in said.split("|"))


def test_a_program_that_cannot_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path, monkeypatch, "")
    (tmp_path / "bin" / "soffice").write_text("#!/nowhere/at/all\n")
    assert "不能启动" in refusal(RTF)


TELL = """
import pathlib, sys, urllib.parse
source = pathlib.Path(sys.argv[-1])
profile = urllib.parse.unquote(sys.argv[1].removeprefix("-env:UserInstallation=file://"))
settings = pathlib.Path(profile, "user", "registrymodifications.xcu").read_text()
pathlib.Path({note!r}).write_text(source.name + "\\n" + settings)
"""


def test_the_copy_has_a_neutral_name_and_macros_are_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    note = tmp_path / "told"
    program(tmp_path, monkeypatch, TELL.format(note=str(note)))
    refusal(RTF)
    name, settings = note.read_text().split("\n", 1)
    assert name == "source.doc"
    assert '"DisableMacrosExecution" oor:op="fuse"><value>true<' in settings


# --- told by content ------------------------------------------------------------------------------


def test_a_word_file_of_another_kind_is_told_by_its_content() -> None:
    """What is named .doc may be a page, an RTF or a .docx: no name is asked for."""
    page = "<html><body><table><tr><td>规章</td><td>1</td></tr></table></body></html>"
    assert read(page.encode()) == read(page.encode("gb18030"))
    assert read(docx(paragraph(run("规章"))))
    with pytest.raises(UnreadableDocument, match=r"\.mht.*另存为"):
        read(b"MIME-Version: 1.0\r\nContent-Type: multipart/related\r\n\r\n")
