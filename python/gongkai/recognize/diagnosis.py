"""Blocks without a report -> one sentence why, that names what they do hold."""

from __future__ import annotations

import re
from collections.abc import Sequence

from gongkai.model import Block, Link, Prose

ATTACHMENT = re.compile(r"\.(pdf|docx?|xlsx?|wps|et|ofd|rtf|zip|rar)(?:$|[?#])", re.IGNORECASE)
REPORT = re.compile(r"信息公开.{0,10}(?:年度?报告|年报)|年报")
LOGIN = re.compile(r"登录|登陆|统一身份认证|用户名|密码")
VERIFY = re.compile(r"验证码|安全验证|人机验证|访问过于频繁|请开启\s*JavaScript|正在检查您的浏览器", re.IGNORECASE)
NAMED = re.compile(r"h[1-3]")
DATED = re.compile(r"20[0-4]\d.{0,20}信息公开.{0,10}(?:年度?报告|年报)")  # the title of one report, not of a list
PICTURES = "：页面中没有三张表，报告可能是图片，不能读取；请向发布机关索取文字版，或手工填表。"
DOWNLOAD = "请下载附件，再导入该文件"
UNREADABLE = {  # suffix of an attachment that cannot be read -> what to do with it
    "ofd": "请下载附件，打开后另存为网页，再导入该文件",
    "zip": "请下载附件并解压，再导入其中的报告",
    "rar": "请下载附件并解压，再导入其中的报告",
}
GONE = re.compile(r"404|页面不存在|页面没有找到|网页无法访问|您访问的页面|已被删除")


def why_unreadable(blocks: Sequence[Block], origin: str) -> str:
    """One Chinese sentence: what the document is instead of a report, and what to do."""
    links = [block for block in blocks if isinstance(block, Link)]
    prose = [block for block in blocks if isinstance(block, Prose)]
    text = "\n".join(block.text for block in prose)
    start = text[:3000]
    if any(link.kind == "password" for link in links) or (LOGIN.search(start) and len(text) < 600):
        return f"{origin}：这是登录页面，不是年度报告；请在浏览器中登录后把报告网页另存为文件，再导入该文件。"
    if VERIFY.search(start) and len(text) < 1500:
        return f"{origin}：网站要求验证后才能访问，没有得到年度报告；请在浏览器中打开网页并另存为文件，再导入该文件。"
    attached = [link for link in links if link.kind == "link" and is_attachment(link)]
    named = [link for link in attached if REPORT.search(link.text + link.target)] or attached
    if named:
        name, text = short(named[0].text or named[0].target), named[0].target + named[0].text
        several = f"等{len(named)}个附件" if len(named) > 1 else ""
        advice = next((advice for suffix, advice in UNREADABLE.items() if f".{suffix}" in text.lower()), "")
        return (
            f"{origin}：页面中没有三张表，报告可能在附件“{name}”{several}中；{advice or '请下载附件，再导入该文件'}。"
        )
    pictures = any(link.kind == "image" for link in links)
    if pictures and any(NAMED.fullmatch(block.heading) and DATED.search(block.text) for block in prose):
        return f"{origin}{PICTURES}"
    reports = [link for link in links if link.kind == "link" and REPORT.search(link.text)]
    if len(reports) >= 3:
        example = short(reports[0].text)
        return f"{origin}：这是目录页，列有{len(reports)}个年度报告链接（如“{example}”）；请导入其中一个链接的网址。"
    frames = [link for link in links if link.kind == "frame" and link.target]
    if frames:
        return f"{origin}：页面中没有三张表，内容在内嵌网页 {short(frames[0].target)} 中；请导入内嵌网页的网址。"
    if pictures and REPORT.search(text):
        return f"{origin}{PICTURES}"
    if GONE.search(start) and len(text) < 1500:
        return f"{origin}：页面不存在或已删除；请检查网址。"
    if not text.strip():
        return f"{origin}：没有可读的文字，网页可能要在浏览器中才显示内容；请在浏览器中打开并另存为网页，再导入该文件。"
    return f"{origin}：没有找到政府信息公开工作年度报告的三张表（开头是“{short(text)}”）；请检查网址或文件是否正确。"


def is_attachment(link: Link) -> bool:
    """By where it leads, or by its text, which may be all that a page says of a link that a script opens."""
    return any(ATTACHMENT.search(text) for text in (link.target, link.text))


def short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 40 else line[:40] + "…"
