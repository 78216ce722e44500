"""An address to connect to -> allowed or refused: no public site leads into a private network.

A name is resolved once and the connection goes to an address that was checked, so a name that
resolves to something else a moment later gains nothing. Behind a proxy it is the proxy that
resolves and connects: there a name is looked up and checked as this machine sees it, and one that
this machine does not know is left to the proxy.
"""

from __future__ import annotations

import ipaddress
import os
import socket
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Self, cast

from gongkai.model import FetchError

if TYPE_CHECKING:
    import ssl

    import httpx

# never behind the proxy that the system may set
LOCAL = {"all://127.0.0.1": None, "all://localhost": None}
LEGACY_SERVER_CONNECT = 0x4  # ssl.OP_LEGACY_SERVER_CONNECT, which Python names from 3.12 on
NAT64 = ipaddress.ip_network("64:ff9b::/96")  # RFC 6052
# Where no site is, told here because Python's own lists differ from version to version: that of
# 3.11 calls 192.0.0.192 global, where a cloud answers its machines. Source: IANA IPv4 and IPv6
# Special-Purpose Address Registries, what they do not call globally reachable, or reachable for a
# protocol's own servers only (192.0.0.9, 2001:1::1).
NOT_PUBLIC = tuple(
    map(
        ipaddress.IPv4Network,
        (
            "0.0.0.0/8",  # this network, RFC 791
            "10.0.0.0/8",  # private use, RFC 1918
            "100.64.0.0/10",  # shared by the customers of a provider, RFC 6598
            "127.0.0.0/8",  # loopback, RFC 1122
            "169.254.0.0/16",  # link-local, RFC 3927
            "172.16.0.0/12",  # private use, RFC 1918
            "192.0.0.0/24",  # protocol assignments, RFC 6890
            "192.0.2.0/24",  # documentation, RFC 5737
            "192.88.99.0/24",  # relays of 6to4, given up by RFC 7526
            "192.168.0.0/16",  # private use, RFC 1918
            "198.18.0.0/15",  # benchmarks, RFC 2544
            "198.51.100.0/24",  # documentation, RFC 5737
            "203.0.113.0/24",  # documentation, RFC 5737
            "224.0.0.0/3",  # multicast, RFC 5771; reserved, RFC 1112; broadcast, RFC 8190
            "168.63.129.16/32",  # in no registry: where Azure's host answers its machines
        ),
    )
)
UNICAST = ipaddress.IPv6Network("2000::/3")  # all that was given to sites, RFC 4291
NOT_PUBLIC_6 = tuple(
    map(
        ipaddress.IPv6Network,
        (
            "2001::/23",  # protocol assignments, RFC 2928: Teredo, benchmarks, ORCHID
            "2001:db8::/32",  # documentation, RFC 3849
            "3fff::/20",  # documentation, RFC 9637
        ),
    )
)
SEEN: dict[str, bool] = {}  # host -> whether it was public when a fetch last asked it


def open_client(
    origin: str,
    headers: Mapping[str, str],
    timeout: httpx.Timeout,
    insecure: bool = False,
    referrer: str = "",
) -> httpx.Client:
    """A client for one fetch over all its hops.

    ``origin`` is what the user named. Redirects are left to the caller.

    A page that leads here (``referrer``) counts as the first hop.

    Raises, when used, FetchError for a hop that ``Guard`` forbids and otherwise what httpx raises.
    """
    from urllib.request import getproxies

    import httpx

    guard = Guard(origin)
    if referrer:
        guard.come_from(httpx.URL(referrer))
    if getproxies().keys().isdisjoint(("http", "https", "all")):
        transport = cast("httpx.BaseTransport", Direct(guard, insecure))
        return httpx.Client(headers=headers, timeout=timeout, transport=transport)
    hooks = {"request": [guard.look_up]}
    verify = context_for(insecure)
    return httpx.Client(
        headers=headers, timeout=timeout, mounts=LOCAL, event_hooks=hooks, verify=verify
    )


def context_for(insecure: bool) -> ssl.SSLContext:
    """The certificates that sites are checked against.

    Reading them takes longer than most pages.
    """
    if insecure:
        return unchecked()
    return trusted_by(os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR"))


@cache
def trusted_by(file: str | None, folder: str | None) -> ssl.SSLContext:
    import httpx

    return httpx.create_ssl_context()


@cache
def unused() -> ssl.SSLContext:
    """What httpx wants to have also for http: one that would trust nobody."""
    import ssl

    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


@cache
def unchecked() -> ssl.SSLContext:
    """For what a user vouches for: any certificate, and the encryption of servers that nobody has
    renewed.
    """
    import ssl

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.options |= LEGACY_SERVER_CONNECT
    context.set_ciphers("ALL:@SECLEVEL=0")
    return context


class Guard:
    """Remembers over the requests of one fetch whether its first host was public."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self.public: bool | None = None

    def addresses(self, url: httpx.URL) -> list[str]:
        """The addresses of a URL's host to which the fetch may connect.

        Raises FetchError, or OSError for none.
        """
        found = resolve(url)
        allowed = [address for address in found if not is_private(address)]
        if self.public is None:
            self.public = bool(allowed)
        elif self.public and len(allowed) < len(found):
            raise FetchError(
                f"{self.origin}：网站跳转到内部网络的地址（{url.host}），没有打开；"
                "请核对网址，确实需要时请直接给出跳转后的网址。",
                "redirect",
            )
        SEEN[url.host] = bool(allowed)
        return allowed or found

    def come_from(self, url: httpx.URL) -> None:
        """A page is what its host was when it was fetched: a name may have turned private since.

        A name that was never asked and cannot be looked up is taken for a public one.
        """
        try:
            self.public = SEEN.get(url.host)
            if self.public is None:
                self.public = not all(map(is_private, resolve(url)))
        except OSError:
            self.public = True

    def look_up(self, request: httpx.Request) -> None:
        try:
            self.addresses(request.url)
        except OSError:
            self.public = self.public is not False  # a name that only the proxy knows


class Direct:
    """Connects to the checked addresses of a host in turn.

    To the server, and for its certificate, it names the host. It is a transport of httpx by what it
    does and not by its class: httpx is loaded where a page is fetched.
    """

    def __init__(self, guard: Guard, insecure: bool) -> None:
        self.guard, self.insecure = guard, insecure
        self.inner: dict[str, httpx.HTTPTransport] = {}

    def transport(self, scheme: str) -> httpx.HTTPTransport:
        """One for each scheme, made when it is needed: http needs no certificates.

        Connections are kept by address: a second host at the same address must not reuse the first
        one's.
        """
        import httpx

        if scheme not in self.inner:
            verify = context_for(self.insecure) if scheme == "https" else unused()
            not_kept = httpx.Limits(max_keepalive_connections=0)
            self.inner[scheme] = httpx.HTTPTransport(verify=verify, limits=not_kept)
        return self.inner[scheme]

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        import httpx

        if request.url.scheme not in ("http", "https"):
            raise httpx.UnsupportedProtocol(request.url.scheme, request=request)
        try:
            addresses = self.guard.addresses(request.url)
        except OSError as error:
            raise httpx.ConnectError(str(error), request=request) from error
        transport = self.transport(request.url.scheme)
        for address in addresses[:-1]:
            try:
                return transport.handle_request(aimed(request, address))
            except (httpx.ConnectError, httpx.ConnectTimeout):
                continue
        return transport.handle_request(aimed(request, addresses[-1]))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        self.close()

    def close(self) -> None:
        for transport in self.inner.values():
            transport.close()


def aimed(request: httpx.Request, address: str) -> httpx.Request:
    """The same request, Host header and TLS name included, sent to an address."""
    import httpx

    return httpx.Request(
        request.method,
        request.url.copy_with(host=address),
        headers=request.headers,
        stream=request.stream,
        extensions={**request.extensions, "sni_hostname": request.url.raw_host.decode("ascii")},
    )


def resolve(url: httpx.URL) -> list[str]:
    """The addresses of a URL's host, as the system gives them.

    Never empty. Raises OSError, UnicodeError.
    """
    port = url.port or (443 if url.scheme == "https" else 80)
    found = socket.getaddrinfo(url.raw_host.decode("ascii"), port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def is_private(address: str) -> bool:
    """Whether an IP address is none of the public internet: private, loopback, link-local,
    reserved, multicast.

    An IPv4 address inside an IPv6 one (mapped, 6to4, NAT64) counts as itself: 2002:a00:1:: is
    10.0.0.1, and so is 64:ff9b::a00:1. ValueError where it is no address.
    """
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ipv4_within(ip)
        if inner is None:
            return ip not in UNICAST or any(ip in network for network in NOT_PUBLIC_6)
        ip = inner
    return any(ip in network for network in NOT_PUBLIC)


def ipv4_within(ip: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    if ip in NAT64:
        return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour
