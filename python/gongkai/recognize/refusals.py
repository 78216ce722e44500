"""A document that holds no report -> what it is instead, and what to do: one Chinese sentence.

The kinds stand in one table, ``KINDS``, in the order in which they are asked; each has its sentence
and a test.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from gongkai import editions, figures, wording
from gongkai.model import Block, Grid, Link, Prose
from gongkai.recognize.cover.titles import (
    LONGEST_TITLE,
    REPORT,
    SITE_SUFFIX,
    YEAR,
    is_of_a_report,
    is_title,
    links_of,
    own_titles,
    prose_of,
)

SHORT = 600  # characters of a page that says little but its one thing
FEW = 1_500
START = 3_000
MOST_LINKS = 200  # whose texts are taken out of a page's
FIRST_LINES = 6  # among which a page without titles may have one
LAST_OF_OLD_FORM = 2018
OWN_TITLE = re.compile(r"h[1-3]|meta:(?:ArticleTitle|og:title)")
TITLES = re.compile(r"title|h[1-3]|meta:(?:ArticleTitle|og:title)")
LOGIN = re.compile(r"登\s*[录陆]|身份认证|sign\s?in|log\s?in", re.IGNORECASE)
LOGIN_WORDS = re.compile(r"登\s*[录陆]|失效|用户名|账号|帐号|密\s*码|扫码|未登录")
VERIFY = re.compile(
    r"验证码|安全验证|人机验证|访问过于频繁|请开启\s*JavaScript|正在(?:检查您的浏览器|验证您)|"
    r"真人|滑块|访问(?:拦截|被阻断|被拦截)"
    r"|Just a moment|安全威胁",
    re.IGNORECASE,
)
ERROR = re.compile(
    r"\b(?:40[0-9]|50[0-9])\b|页面不存在|页面没有找到|找不到(?:页面|文件|该页)|无法找到|"
    r"网页无法访问|您访问的页面"
    r"|(?:文章|信息|内容|页面).{0,4}不存在"
    r"|已(?:被)?删除|系统维护|正在维护|维护中|服务器(?:内部)?错误|Bad Gateway|Not Found|"
    r"Forbidden|签名|参数错误|无权限",
    re.IGNORECASE,
)
ANSWER = re.compile(r"\s*(?:[\w$.]+\s*\(\s*)?\{")
ANSWERED = re.compile(
    r"\"(?:msg|message|error|errmsg|info|detail)\"\s*:\s*\"([^\"]{1,60})\"", re.IGNORECASE
)
STATUS = re.compile(r"\b([45]\d\d)\b")
NO_TEXT = re.compile(r"\"\w*(?:content|text|body|html|txt)\"\s*:\s*(?:null|\"\s*\")", re.IGNORECASE)
OLD_LIST = re.compile(
    r"指\s*标.{0,20}单\s*位.{0,20}统\s*计\s*数|主动公开政府信息数|依申请公开信息目录数", re.DOTALL
)
UNIVERSITY = re.compile(
    r"高等学校信息公开|高校信息公开|学年.{0,12}信息公开|(?:大学|学院|职业技术学校).{0,20}信息公开"
)
UTILITY = re.compile(
    r"公共企事业单位信息公开|(?:有限|集团|股份|自来水|供水|供电|燃气)公司.{0,20}信息公开|"
    r"医院.{0,16}信息公开"
)
CIRCULAR = re.compile(
    r"通\s*知$|的通知|(?:格式|填报|编制).{0,6}说明|印发.{0,30}(?:格式|办法)|报告格式"
)
PUBLISHES = re.compile(r"(?:公布|公开|发布|印发).{2,40}20\d\d.{2,20}年度?报告.{0,4}的(?:通知|公告)")
OTHER_REPORT = re.compile(
    r"(?:法治政府|依法行政|政府网站|网站工作|行政执法|部门|预算|决算|企业|环境|绩效|社会责任|"
    r"统计|国民经济|政府工作|工作)"
    r".{0,24}(?:报告|年报|报表|公报|公示|公开)|年度报告|年报|工作要点|统计公报|政府工作报告|决算|"
    r"预算|要点$|公报$|总结$"
)
ATTACHMENT = re.compile(r"\.(pdf|docx?|xlsx?|wps|et|ofd|rtf|zip|rar)(?:$|[?#\"])", re.IGNORECASE)
ATTACHED = re.compile(
    r"[^\s\"'/\\]{0,80}\.(?:pdf|docx?|xlsx?|wps|et|ofd|rtf|zip|rar)(?=[\"'?#])", re.IGNORECASE
)
NAMES_REPORT = re.compile(r"信息公开.{0,10}(?:年度?报告|年报)|年报")
ONLY_YEAR = re.compile(r"20[0-4]\d\s*年?度?(?:年报|报告)?")
NO_ADDRESS = re.compile(r"\s*(?:javascript|file|data|about|blob):", re.IGNORECASE)
FURNITURE = re.compile(
    r"logo|icon|gaba|ewm|qr|erweima|weixin|wechat|beian|jiucuo|dzjg|red\.png|badge|banner|"
    r"loading|blank|arrow|share|print"
    r"|二维码|标识|备案|政府网站找错|党政机关|适老|无障碍",
    re.IGNORECASE,
)
ADVICE = {  # suffix of an attachment that cannot be read as it is -> what to do with it
    "ofd": f"请下载附件，{wording.OFD_AS_PDF}",
    "zip": "请下载附件并解压，再导入其中的报告",
    "rar": "请下载附件并解压，再导入其中的报告",
}
DOWNLOAD = "请下载附件，再导入该文件"
SAVE_PAGE = "请在浏览器中打开网页，等内容显示后另存为网页，再导入该文件"


@dataclass(frozen=True)
class Unread:
    """What is known of a document without a report."""

    blocks: Sequence[Block]

    @cached_property
    def prose(self) -> list[Prose]:
        return prose_of(self.blocks)

    @cached_property
    def text(self) -> str:
        return "\n".join(block.text for block in self.prose)

    @property
    def start(self) -> str:
        return self.text[:START]

    @cached_property
    def own_text(self) -> str:
        """Its text without titles and the texts of its links: what is left of a page's frame is
        short.
        """
        lines = []
        for block in self.prose:
            if not TITLES.fullmatch(block.heading):
                lines.append(block.text)
        text = "\n".join(lines)
        links = {link.text for link in self.links}
        for link in sorted(links, key=len, reverse=True)[:MOST_LINKS]:
            text = text.replace(link, "")
        return text

    @cached_property
    def titles(self) -> list[str]:
        """The page's own titles, without the names of column and site; where it has none, its first
        lines.
        """
        heads = []
        for block in self.prose:
            if OWN_TITLE.fullmatch(block.heading):
                heads.append(figures.clean(block.text))
        page = [SITE_SUFFIX.split(title)[0] for title in own_titles(self.prose)]
        return [*heads, *page] or self.first_lines

    @property
    def first_lines(self) -> list[str]:
        """Those among its first lines that are as long as a title."""
        found = []
        for line in map(figures.clean, self.own_text.split("\n")[:FIRST_LINES]):
            if 4 < len(line) <= LONGEST_TITLE:
                found.append(line)
        return found

    @cached_property
    def links(self) -> list[Link]:
        found = []
        for block in self.blocks:
            if isinstance(block, Link):
                found.append(block)
        return found

    def linked(self, *kinds: str) -> list[Link]:
        return list(links_of(self.links, *kinds))

    def has_data(self, name: str) -> bool:
        """Whether the reader noted something of that name: a challenge, a feed."""
        return name in {link.text for link in self.linked("data")}

    def names(self, pattern: re.Pattern[str]) -> bool:
        """Whether one of its titles has such words."""
        return any(map(pattern.search, self.titles))

    @property
    def has_title(self) -> bool:
        """Whether it says that it is a report."""
        return any(map(is_title, self.titles))

    @property
    def is_short(self) -> bool:
        return len(self.own_text) < SHORT


class Refusal(NamedTuple):
    """A kind of document that is no report; ``told`` is its sentence without the source's name, ""
    for others.
    """

    kind: str
    told: Callable[[Unread], str]


def why_unreadable(blocks: Sequence[Block], origin: str) -> str:
    """One Chinese sentence: what the document is instead of a report, and what to do."""
    page = Unread(blocks)
    told = next(filter(None, (kind.told(page) for kind in KINDS)), "") or nothing(page)
    if not origin.startswith("http"):
        told = told.replace("网址或文件", "文件")
    return f"{origin}：{told}。"


def is_login(blocks: Sequence[Block]) -> bool:
    return bool(login(Unread(blocks)))


# --- what stands in the way -----------------------------------------------------------------------


def login(page: Unread) -> str:
    """A field for a password with little else, or a short page that speaks of nothing but logging
    in.
    """
    if page.has_title or not is_of_login(page):
        return ""
    return "这是登录页面，不是年度报告；请在浏览器中登录后把报告网页另存为文件，再导入该文件"


def is_of_login(page: Unread) -> bool:
    """登录 in the title of a short page; 用户名 and 密码 in one; a field for a password."""
    if page.linked("password") and len(page.own_text) < FEW:
        return True
    if not page.is_short:
        return False
    return page.names(LOGIN) or len(set(LOGIN_WORDS.findall(page.own_text))) > 1


def verification(page: Unread) -> str:
    """请输入验证码, Just a moment: what stands before the page that was asked for."""
    is_challenge = page.is_short and page.has_data("challenge")
    asks = len(page.own_text) < FEW and VERIFY.search(page.start)
    stands_before = is_challenge or asks
    if page.has_title or not stands_before:
        return ""
    return (
        "网站要求验证后才能访问，没有得到年度报告；请在浏览器中打开网页并另存为文件，再导入该文件"
    )


def answer(page: Unread) -> str:
    """What an interface said in place of a report: {"code": 401, "msg": "未登录"}."""
    if not ANSWER.match(page.text) or len(page.text) > START:
        return ""
    attached = ATTACHED.search(page.text)
    if attached:
        file = short_text(attached[0])
        advice = advice_for(attached[0])
        return f"网站接口返回的数据中没有正文，报告可能在附件“{file}”中；{advice}"
    if NO_TEXT.search(page.text):
        return f"网站接口返回的数据中正文（内容）是空的；{SAVE_PAGE}"
    what = answered(page.text)
    return f"网站接口返回的是错误信息（“{what}”），不是年度报告；{SAVE_PAGE}" if what else ""


def answered(text: str) -> str:
    """401 未登录; "" for an answer that tells of no error."""
    told = (STATUS.search(text), ANSWERED.search(text))
    return " ".join(match[1] for match in filter(None, told))


def error_page(page: Unread) -> str:
    """404, 页面不存在, 系统维护中 in a title or in the little that a page says."""
    found = ERROR.search("\n".join((*page.titles, page.own_text[:START])))
    if found is None or len(page.own_text) > FEW or page.names(REPORT):
        return ""
    return (
        f"这是出错页面（{short_text(found[0])}），页面不存在、已删除或暂时不能访问；请检查网址，"
        f"或稍后重试"
    )


def feed(page: Unread) -> str:
    if not page.has_data("feed"):
        return ""
    return "这是网站的订阅或目录文件（RSS、XML），不是报告；请导入其中一篇报告的网址"


# --- another document -----------------------------------------------------------------------------


def old_form(page: Unread) -> str:
    """Reports for 2008 to 2018, by title or by their list 指标·单位·统计数."""
    years = years_named(page.titles)
    if max(years, default=0) > LAST_OF_OLD_FORM:
        return ""
    if not years and not OLD_LIST.search(whole_text(page)):
        return ""
    of_year = f"{years[0]}年的" if years else ""
    return (
        f"这是{of_year}年度报告，用的是2019年以前的旧格式（没有现在的三张表），不能读取；"
        "本工具读取2019年及以后的年度报告"
    )


def years_named(titles: Sequence[str]) -> list[int]:
    """The years of the reports that titles name: 2014 of 瑞安市2014年政府信息公开年度报告."""
    years = []
    for title in filter(is_of_a_report, titles):
        year = YEAR.search(title)
        if year:
            years.append(int(year[1]))
    return years


def university(page: Unread) -> str:
    """中山大学2021—2022学年信息公开年度报告; a water company's."""
    heads = "\n".join(page.titles)
    of_a_year = [title for title in page.titles if "学年" not in title]
    if not any(map(is_title, of_a_year)):
        heads += f"\n{page.own_text[:SHORT]}"
    school = UNIVERSITY.search(heads)
    company = UTILITY.search(heads)
    if not (school or company) or "报告" not in heads:
        return ""
    whose = "高等学校" if school else "公共企事业单位"
    return (
        f"这是{whose}的信息公开年度报告，格式与行政机关的不同，没有三张表，不能读取；"
        f"请导入行政机关的年度报告"
    )


def circular(page: Unread) -> str:
    """关于做好2023年…年度报告编制工作的通知; not a notice that publishes a report."""
    if not editions.ABOUT_REPORTS.search(page.text):
        return ""
    for title in page.titles:
        if CIRCULAR.search(title) and not PUBLISHES.search(title):
            return (
                f"这是关于年度报告的通知或格式说明（“{short_text(title)}”），没有填好的报告；"
                "请导入某一机关年度报告的网址或文件"
            )
    return ""


def other_report(page: Unread) -> str:
    """法治政府建设年度报告, 部门决算, 统计公报: by its own title."""
    if page.names(REPORT) or any(map(NAMES_REPORT.fullmatch, page.titles)):
        return ""
    for title in page.titles:
        if OTHER_REPORT.search(title) and "目录" not in title:
            return (
                f"这是“{short_text(title)}”，不是政府信息公开工作年度报告；"
                "请检查网址或文件，导入政府信息公开工作年度报告"
            )
    return ""


# --- the report is elsewhere ----------------------------------------------------------------------


def attachment(page: Unread) -> str:
    attached = list(filter(is_attachment, page.linked("link")))
    found = list(filter(is_named_as_report, attached)) or attached
    if not found:
        return ""
    link = min(found, key=needs_more)
    several = f"等{len(found)}个附件" if len(found) > 1 else ""
    return (
        f"页面中没有三张表，报告可能在附件“{name_of(link)}”{several}中；{advice_for(said_of(link))}"
    )


def is_named_as_report(link: Link) -> bool:
    """2023年年报.pdf, by its text or its address."""
    return NAMES_REPORT.search(link.text + link.target) is not None


def needs_more(link: Link) -> bool:
    """Whether an attachment cannot be imported as it is: an OFD file, an archive."""
    return advice_for(said_of(link)) != DOWNLOAD


def name_of(link: Link) -> str:
    """Its text, and the file's name where that does not tell it: 点击下载（年报.docx）."""
    name = short_text(link.text or link.target)
    if ATTACHMENT.search(name) or not link.target:
        return name
    return f"{name}（{short_text(file_name(link.target))}）"


def pictures(page: Unread) -> str:
    """A report whose pages, or whose tables, are pictures: how many there are, 3 of 1.jpg, 2.jpg
    and 3.jpg below 瑞安市2021年政府信息公开年报.
    """
    found = set()
    for number, link in enumerate(page.linked("image")):
        if is_content(link):
            found.add(link.target or number)
    if not found or not page.names(NAMES_REPORT):
        return ""
    return (
        f"页面中没有文字的三张表，只有{len(found)}张图片，报告（或其中的表）是图片或扫描件，"
        f"不能读取；{wording.TEXT_VERSION}"
    )


def index(page: Unread) -> str:
    """A list of reports: links named as such, or by their years alone below 政府信息公开年报."""
    found = listed_in(page)
    is_of_one_report = any(map(is_dated, filter(is_title, page.titles)))
    if is_of_one_report or not found:
        return ""
    first = found[0]
    where = f"，地址 {short_text(first.target, 100)}" if first.target else ""
    return (
        f"这是目录页，列有{len(found)}个年度报告链接（如“{short_text(first.text)}”{where}）；"
        f"请导入其中一个链接的网址"
    )


def listed_in(page: Unread) -> list[Link]:
    """The links to reports: 青溪县2023年政府信息公开年报; 2023年 alone below 政府信息公开年报."""
    links = page.linked("link")
    by_name = []
    for link in links:
        if is_dated(link.text):
            by_name.append(link)
    if by_name or not page.names(NAMES_REPORT):
        return by_name
    by_year = []
    for link in links:
        if ONLY_YEAR.fullmatch(link.text.strip()):
            by_year.append(link)
    return by_year


def is_dated(text: str) -> bool:
    """青溪县2023年政府信息公开年报."""
    return NAMES_REPORT.search(text) is not None and YEAR.search(text) is not None


def frame(page: Unread) -> str:
    for link in page.linked("frame"):
        if link.target and not NO_ADDRESS.match(link.target):
            address = short_text(link.target, 100)
            return f"页面中没有三张表，内容在内嵌网页 {address} 中；请导入内嵌网页的网址"
    return ""


def script_content(page: Unread) -> str:
    """A page that a browser fills in: it says from where, if it shows that: /api/1.json."""
    addresses = []
    for link in page.linked("data"):
        if link.text in ("address", "script"):
            addresses.append(link.target)
    if not addresses or not page.is_short:
        return ""
    address = next(filter(None, addresses), "")
    shown = f"（数据地址 {short_text(address, 100)}）" if address else ""
    return f"网页的内容由脚本载入{shown}，没有读出报告；{SAVE_PAGE}"


def nothing(page: Unread) -> str:
    text = whole_text(page).strip()
    if not text:
        return f"内容是空的，没有可读的文字，网页可能要在浏览器中才显示内容；{SAVE_PAGE}"
    start = short_text(text)
    return f"没有找到政府信息公开工作年度报告的三张表（开头是“{start}”）；请检查网址或文件是否正确"


KINDS = (
    Refusal("answer", answer),
    Refusal("login", login),
    Refusal("verification", verification),
    Refusal("error page", error_page),
    Refusal("feed", feed),
    Refusal("old form", old_form),
    Refusal("university", university),
    Refusal("circular", circular),
    Refusal("other report", other_report),
    Refusal("attachment", attachment),
    Refusal("index", index),
    Refusal("pictures", pictures),
    Refusal("frame", frame),
    Refusal("content by script", script_content),
)


# --- helpers --------------------------------------------------------------------------------------


def whole_text(page: Unread) -> str:
    """Its text, that of tables too."""
    cells = []
    for block in page.blocks:
        if isinstance(block, Grid):
            for row in block.rows:
                cells += [cell.text for cell in row]
    return f"{page.text}\n{' '.join(cells)}"


def is_attachment(link: Link) -> bool:
    """By where it leads, or by its text, which may be all that a page says of a link that a script
    opens.
    """
    return any(map(ATTACHMENT.search, (link.target, link.text)))


def said_of(link: Link) -> str:
    return f"{link.target} {link.text}".lower()


def advice_for(text: str) -> str:
    for suffix, advice in ADVICE.items():
        if f".{suffix}" in text.lower():
            return advice
    return DOWNLOAD


def file_name(target: str) -> str:
    return target.partition("?")[0].rpartition("/")[2] or target


def is_content(link: Link) -> bool:
    """Whether a picture may be a page of the report, and is none of the site's own: a logo, a code
    to be scanned.
    """
    return not FURNITURE.search(f"{link.target[:300]} {link.text}")


def short_text(text: str, longest: int = 40) -> str:
    """On one line, cut where it is long."""
    line = " ".join(text.split())
    return line if len(line) <= longest else line[:longest] + "…"
