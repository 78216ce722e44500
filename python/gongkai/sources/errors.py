"""A failure -> the stage that failed and one sentence about it."""

from __future__ import annotations

import re
import socket
from typing import TYPE_CHECKING

from gongkai.model import FetchError
from gongkai.system import system_error, system_reason

if TYPE_CHECKING:
    import ssl

BY_HAND = "在浏览器中打开网址并另存为网页"
SAVE = f"请{BY_HAND}，再导入该文件"
OR_SAVE = f"或{SAVE[1:]}"
ADDRESS = "请从浏览器的地址栏完整复制 http 或 https 网址"
# Numbers of OpenSSL's X509_V_ERR_*.
CERTIFICATES = (
    ("是自签名的，不能证明网站的身份", (18,)),
    ("已过期", (10,)),
    ("还没有生效，也可能是本机的日期不对", (9,)),
    ("与网址不符", (62, 64)),
    ("已被吊销", (23,)),
)
OLD_TLS = "网站只支持过时的加密方式"
WEAK_CERTIFICATES = (66, 67, 68)  # keys too small, or signed by a digest that has been broken
# Parts of OpenSSL's reasons; what a server of the last decade answers to a client of this one.
OUTDATED = (
    "UNSUPPORTED_PROTOCOL",
    "PROTOCOL_VERSION",
    "LEGACY_RENEGOTIATION",
    "DH_KEY_TOO_SMALL",
    "HANDSHAKE_FAILURE",
    "WRONG_SSL_VERSION",
    "INSUFFICIENT_SECURITY",
    "BAD_ECPOINT",
    "WRONG_SIGNATURE_TYPE",
    "KEY_TOO_SMALL",
    "MD_TOO_WEAK",
    "NO_SHARED_SIGNATURE",
    "WRONG_CIPHER_RETURNED",
    "LEGACY_SIGALG",
)
PLAIN = ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE", "UNKNOWN_PROTOCOL")


def failure(origin: str, error: Exception, hop: bool, insecure: bool) -> FetchError:
    """The sentence on what httpx or the system raised.

    ``hop`` where the address came from a redirect; ``insecure`` where certificates were not checked
    anyway.
    """
    import httpx

    if isinstance(error, httpx.TimeoutException):
        what = "连接网站" if isinstance(error, httpx.ConnectTimeout) else "等待网站答复"
        return FetchError(f"{origin}：{what}超时；请检查网络后重试，{OR_SAVE}。", "timeout")
    if is_tls(error):
        return unsafe(origin, error, insecure)
    if is_redirect(error):
        return leads_nowhere(origin)
    broken_off = (httpx.NetworkError, httpx.RemoteProtocolError, httpx.ProxyError, OSError)
    if isinstance(error, broken_off):
        return unconnected(origin, error)
    if hop:
        return leads_nowhere(origin)
    return wrong_address(origin)


def unconnected(origin: str, error: Exception) -> FetchError:
    """No connection, or one that broke."""
    import httpx

    if isinstance(error, httpx.ConnectError):
        said = f"{origin}：连接不上网站（{network_reason(error)}）；请检查网址和网络后重试。"
    elif isinstance(error, httpx.ProxyError):
        said = f"{origin}：代理服务器拒绝了连接；请检查系统的代理设置后重试。"
    elif isinstance(error, OSError):
        said = f"{origin}：不能使用网络（{network_reason(error)}）；请检查系统的网络设置后重试。"
    else:
        return broken(origin)
    return FetchError(said, "connect")


def network_reason(error: Exception) -> str:
    """``system_reason``; of a name that nobody knows that it is unknown."""
    if isinstance(system_error(error), socket.gaierror):
        return "找不到这个网站的地址"
    return system_reason(error)


def is_redirect(error: Exception) -> bool:
    """Whether httpx refuses the address of a redirect, which it looks at though it does not follow
    it.
    """
    import httpx

    if isinstance(error, httpx.InvalidURL | httpx.UnsupportedProtocol):
        return True
    return "location header" in str(error)


def wrong_address(origin: str) -> FetchError:
    return FetchError(f"{origin}：网址不完整或写法不对；{ADDRESS}。", "address")


def empty(origin: str) -> FetchError:
    return FetchError(f"{origin}：读到的内容是空的；请检查网址或文件后重试。", "read")


def not_plain(origin: str, kind: str) -> FetchError:
    """A pipe, a device or a socket. What a pipe gives, a shell can give as standard input."""
    pipe = "，read、check、fill也可用 - 从标准输入读取" if kind == "管道" else ""
    return FetchError(
        f"{origin}：这是{kind}，不是普通文件，没有读取；请给出报告文件的路径{pipe}。", "read"
    )


def too_large(origin: str, size: int) -> FetchError:
    return FetchError(
        f"{origin}：内容超过 {size / 1_000_000:g} MB，不会是年度报告；请检查网址或文件是否正确。",
        "size",
    )


def too_slow(origin: str, seconds: float) -> FetchError:
    told = f"{max(round(seconds, 1), 0.1):g}秒内没有读取完毕，已停止"
    return FetchError(
        f"{origin}：{told}；请稍后重试，{OR_SAVE}。",
        "timeout",
    )


def broken(origin: str) -> FetchError:
    return FetchError(f"{origin}：网页没有传输完毕即断开，或内容损坏；请重试，{OR_SAVE}。", "read")


def unknown_encoding(origin: str, encoding: str) -> FetchError:
    return FetchError(f"{origin}：服务器用了不能识别的压缩方式 {encoding[:40]}；{SAVE}。", "read")


def without_end(origin: str) -> FetchError:
    return FetchError(f"{origin}：网站反复跳转，没有取得网页；{SAVE}。", "redirect")


def leads_nowhere(origin: str) -> FetchError:
    return FetchError(f"{origin}：网站跳转到不能打开的地址；{SAVE}。", "redirect")


def refused(origin: str, status: int, wait: float = 0) -> FetchError:
    """An answer that gives no page.

    ``wait`` is the seconds after which the server wants to be asked again, or 0.
    """
    if status in (404, 410):
        advice = "请检查网址是否正确"
    elif wait:
        advice = f"网站要求{wait:.0f}秒后再访问，请到时重试，{OR_SAVE}"
    else:
        advice = f"请稍后重试，{OR_SAVE}"
    return FetchError(
        f"{origin}：服务器答复状态 {status}，没有给出网页；{advice}。", "status", status, wait
    )


def wants_proof(origin: str, status: int) -> FetchError:
    """A page whose script is to prove that a browser asks."""
    return FetchError(
        f"{origin}：网站要求先通过浏览器的验证（状态 {status}），没有给出网页；{SAVE}。",
        "status",
        status,
    )


def not_kept(origin: str, off: bool) -> FetchError:
    why = "本机缓存已关闭" if off else "本机缓存中没有这个网址的内容"
    return FetchError(f"{origin}：{why}，也没有联网；请联网后去掉 --offline 重试。", "cache")


def with_kept(error: FetchError, when: str) -> FetchError:
    """The same failure, with the advice that the cache holds what was fetched at ``when``."""
    told = str(error).removesuffix("。")
    return FetchError(
        f"{told}；本机缓存中有{when}取得的内容，可在命令行加 --offline 使用。",
        error.stage,
        error.status,
        error.retry_after,
    )


# --- TLS ------------------------------------------------------------------------------------------


def tls_error(error: BaseException | None) -> ssl.SSLError | None:
    """The error of ssl that a failure goes back to."""
    import ssl

    while error is not None:
        if isinstance(error, ssl.SSLError):
            return error
        error = error.__cause__ or error.__context__
    return None


def is_tls(error: BaseException) -> bool:
    return tls_error(error) is not None


def is_cut(error: BaseException) -> bool:
    """Whether a server closed while encryption was being agreed upon: an old one, or one that is
    busy.
    """
    return "EOF" in reason_of(error)


def speaks_tls(error: BaseException) -> bool:
    """Whether a failure shows that the server does speak TLS, only not such as we accept."""
    return bool(matter_of(error))


def unsafe(origin: str, error: Exception, insecure: bool) -> FetchError:
    reason = reason_of(error)
    cut = "加密连接刚开始就被网站断开，可能是网站只支持过时的加密方式"
    matter = cut if is_cut(error) else matter_of(error)
    if matter and not insecure:
        advice = f"确认网址可信时可在命令行加 --insecure 重试，{OR_SAVE}"
        return FetchError(f"{origin}：{matter}，没有取得网页；{advice}。", "tls")
    if any(part in reason for part in PLAIN):
        return FetchError(
            f"{origin}：网站的这个端口不支持 https；请核对网址，或改用以 http:// 开头的网址。",
            "tls",
        )
    return FetchError(f"{origin}：与网站的加密连接出错（{reason}）；请重试，{OR_SAVE}。", "tls")


def matter_of(error: BaseException) -> str:
    """What is wrong with a site's certificate or encryption that --insecure would let through, or
    "".
    """
    import ssl

    found = tls_error(error)
    if isinstance(found, ssl.SSLCertVerificationError):
        return matter_of_certificate(found.verify_code)
    if any(part in reason_of(error) for part in OUTDATED):
        return OLD_TLS
    return ""


def matter_of_certificate(code: int) -> str:
    if code in WEAK_CERTIFICATES:
        return OLD_TLS
    for matter, codes in CERTIFICATES:
        if code in codes:
            return f"网站的安全证书{matter}"
    return "网站的安全证书不是受信任的机构颁发的"


def reason_of(error: BaseException) -> str:
    """OpenSSL's name for what is wrong, "" where encryption is not the matter.

    Python 3.11.2 has no name for some, only a text: "[SSL] legacy sigalg disallowed or unsupported
    (_ssl.c:992)" becomes "LEGACY_SIGALG_DISALLOWED_OR_UNSUPPORTED".
    """
    found = tls_error(error)
    if found is None:
        return ""
    text = re.sub(r"\[\w*\]|\(\S*\)", "", str(found)).strip()
    return found.reason or text.upper().replace(" ", "_") or type(found).__name__
