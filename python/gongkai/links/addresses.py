"""The links of a page -> where they lead, and which of these places are the site's own."""

from __future__ import annotations

import ipaddress
import posixpath
import re
import socket
from html import unescape
from urllib.parse import SplitResult, unquote, unquote_to_bytes, urldefrag, urljoin, urlsplit

from gongkai.model import Document

SAVED_FROM = re.compile(rb"<!--\s*saved from url=\(\d+\)(https?://[^\s>]+)")
SAVED_WITHIN = 4_096  # bytes at the start of a saved page where browsers note its address
BASE = re.compile(rb"<base\s(?:[^>]{0,500}?\s)?href\s*=\s*[\"']?\s*([^\"'\s>]+)", re.IGNORECASE)
BASE_WITHIN = 65_536
# Before .cn they are no site's name.
KINDS_OF_BODIES = ("ac", "com", "edu", "gov", "mil", "net", "org")
WIDE_HOST = re.compile(rf"\.(?:{'|'.join(KINDS_OF_BODIES)}|[^.]{{2}})\.cn$")  # a.gov.cn, a.zj.cn
OUTSIDE = re.compile(r"/|\.\.|.*[:\0]", re.DOTALL)  # of a page's folder: /etc, ../a, C:/a
FILE_HOSTS = ".gov.cn"  # many sites keep their files on a host of the province's


def address_of(target: str, base: str) -> str:
    """Where a link leads, without its fragment; "" where a report cannot be."""
    try:
        if base.startswith(("http:", "https:")):
            found = urlsplit(urldefrag(urljoin(base, slashed(target)))[0])
            return found.geturl() if is_open(found, urlsplit(base).hostname) else ""
        found = urlsplit(urldefrag(target.strip())[0])
        if found.scheme or found.netloc:
            return found.geturl() if is_open(found, None) else ""
        return file_beside(unquote(found.path), base)
    except ValueError:
        return ""


def is_open(address: SplitResult, home: str | None) -> bool:
    """Whether a page from ``home`` may send us to an address: not from outside into a private
    network.
    """
    if address.scheme not in ("http", "https") or not address.hostname:
        return False
    if address.hostname == home:
        return True
    host = address.hostname.rstrip(".")
    number = number_of(host)
    if number:
        return number.is_global
    return not f".{host}".endswith(".localhost")


def number_of(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The IP address that a host is written as, also as 2130706433 or 0x7f.1; None for a name."""
    try:
        return ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        pass
    try:
        return ipaddress.ip_address(socket.inet_aton(host))
    except (OSError, ValueError):
        return None


def slashed(target: str) -> str:
    """A link with slashes for backslashes, as browsers take them; those after ``?`` are its own."""
    path, mark, query = target.strip().partition("?")
    return path.replace("\\", "/") + mark + query


def file_beside(path: str, page: str) -> str:
    """A file in the folder of a saved page or below; "" for any other."""
    inside = posixpath.normpath(path.replace("\\", "/"))
    if not path or OUTSIDE.match(inside):
        return ""
    folder = re.sub(r"[^/\\]*$", "", page)
    return folder + inside


def is_beside(path: str, page: str) -> bool:
    """Whether a path is one to which a saved page may lead: /年报/files/1.pdf from /年报/1.html."""
    folder = re.sub(r"[^/\\]*$", "", page)
    return path.startswith(folder) and path == file_beside(path.removeprefix(folder), page)


def base_of(document: Document) -> str:
    """What a page's links start from: the address that it names itself, else its own."""
    own = own_address(document)
    match = BASE.search(document.content[:BASE_WITHIN])
    named = address_of(unescape(match[1].decode("ascii", "ignore")), own) if match else ""
    return named if named.startswith(("http:", "https:")) else own


def unquoted(text: str) -> str:
    """The characters behind %XX, in UTF-8 or else in GBK."""
    content = unquote_to_bytes(text)
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("gb18030", "replace")


def own_address(document: Document) -> str:
    """Where a page was fetched from, the address that a browser noted when saving, else the
    file.
    """
    if document.url:
        return document.url
    match = SAVED_FROM.search(document.content[:SAVED_WITHIN])
    return match[1].decode("ascii", "ignore") if match else document.origin


# --- the site of a page ---------------------------------------------------------------------------


def is_of_site(source: str, base: str) -> bool:
    """Whether an address belongs to the site of a page; files beside a saved page do."""
    if not source.startswith(("http:", "https:")):
        return not base.startswith(("http:", "https:"))
    home = host_of(base)
    return home != "" and site_of(host_of(source)) == site_of(home)


def is_of_file_host(source: str, base: str) -> bool:
    """Whether an address is one where a page's site may keep its files: on the site, or both on
    government hosts.
    """
    has_file_hosts = host_of(source).endswith(FILE_HOSTS) and host_of(base).endswith(FILE_HOSTS)
    return has_file_hosts or is_of_site(source, base)


def host_of(source: str) -> str:
    try:
        found = urlsplit(source)
        return (found.hostname or "") if found.scheme in ("http", "https") else ""
    except ValueError:
        return ""


def site_of(host: str) -> str:
    """``www.qingxi.gov.cn`` -> ``qingxi.gov.cn``; an IP address is a site of its own."""
    labels = host.split(".")
    if ":" in host or labels[-1].isdigit():
        return host
    size = 3 if WIDE_HOST.search(host) else 2
    return ".".join(labels[-size:])
