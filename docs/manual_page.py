"""docs/manual.zh.md -> python/gongkai/manual.html, one file with its pictures in it; ``--check``
compares.

The ribbon's 使用手册 opens it on a machine that has no checkout, and maybe no network.
"""

from __future__ import annotations

import sys
from base64 import b64encode
from collections.abc import Iterator, Sequence
from html import escape
from itertools import pairwise
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

from made_page import kept

ROOT = Path(__file__).resolve().parents[1]
MANUAL = ROOT / "docs" / "manual.zh.md"
PAGE = ROOT / "python" / "gongkai" / "manual.html"
TYPES = {".png": "image/png", ".svg": "image/svg+xml"}
STYLE = """
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; line-height: 1.7; color: #1f2328;
  font-family: "Microsoft YaHei", "PingFang SC", "Noto Sans CJK SC", sans-serif; }
h1, h2 { border-bottom: 1px solid #d8dee4; padding-bottom: .3em; }
h2 { margin-top: 2.5em; }
img { max-width: 100%; border: 1px solid #d8dee4; border-radius: 6px; }
pre { background: #f6f8fa; padding: .8em 1em; border-radius: 6px; overflow: auto; }
code { font-family: Consolas, Menlo, "Noto Sans Mono CJK SC", monospace;
       background: #f6f8fa; padding: .1em .3em; }
pre code { padding: 0; }
table { border-collapse: collapse; }
th, td { border: 1px solid #d8dee4; padding: .35em .7em; text-align: left; vertical-align: top; }
nav { background: #f6f8fa; padding: .6em 1.2em; border-radius: 6px; }
nav a { margin-right: 1.2em; white-space: nowrap; }
@media print { nav { display: none; } }
""".strip()


def main(arguments: list[str]) -> int:
    page = render(MANUAL.read_text(encoding="utf-8"), MANUAL.parent)
    return kept(PAGE, page, arguments, "make manual")


def render(text: str, folder: Path) -> str:
    """The page; pictures are looked for in ``folder``."""
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = markdown.parse(text)
    heads = list(heads_of(tokens))
    for number, (token, _) in enumerate(heads, 1):
        token.attrSet("id", f"part-{number}")
    for token in tokens:
        for child in token.children or ():
            if child.type == "image":
                child.attrSet("src", as_data(folder / str(child.attrGet("src"))))
    links = "\n".join(
        f'<a href="#part-{number}">{escape(title)}</a>'
        for number, (_, title) in enumerate(heads, 1)
    )
    title, _, body = markdown.renderer.render(tokens, markdown.options, {}).partition("</h1>\n")
    return (
        '<!DOCTYPE html>\n<html lang="zh-CN">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>gongkai 使用手册</title>\n<style>\n{STYLE}\n</style>\n</head>\n<body>\n"
        f"{title}</h1>\n<nav>\n{links}\n</nav>\n{body}</body>\n</html>\n"
    )


def heads_of(tokens: Sequence[Token]) -> Iterator[tuple[Token, str]]:
    """Each heading of the second level with its text."""
    for token, following in pairwise(tokens):
        if token.type == "heading_open" and token.tag == "h2":
            yield token, following.content


def as_data(picture: Path) -> str:
    content = b64encode(picture.read_bytes()).decode("ascii")
    return f"data:{TYPES[picture.suffix]};base64,{content}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
