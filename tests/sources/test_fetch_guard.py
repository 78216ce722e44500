"""No public site sends a fetch into a private network: addresses, redirects, names that change,
proxies.

All of this machine's addresses are private, so the tests on redirects take 127.0.0.2 for a public
one.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import httpx
import pytest
import trustme

from gongkai.model import FetchError
from gongkai.sources import guard, load
from helpers.web.private import PAGE, PUBLIC, Names, both, only_public, resolved
from helpers.web.server import answer, redirect, serving
from helpers.web.site import PATIENT, context_of

ONCE = replace(PATIENT, tries=1)


@pytest.mark.parametrize(
    "address",
    [
        *(
            "127.0.0.1",
            "10.0.0.1",
            "172.16.3.4",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
        ),
        *("224.0.0.1", "240.0.0.1", "255.255.255.255", "198.18.0.1", "192.0.2.1"),
        *("::1", "::", "fe80::1", "fe80::1%2", "fd00::1", "fec0::1", "ff02::1", "2001:db8::1"),
        *(
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::127.0.0.1",
            "2002:7f00:1::",
            "64:ff9b::a00:1",
            "2001::1",
        ),
    ],
)
def test_private_addresses(address: str) -> None:
    assert guard.is_private(address)


@pytest.mark.parametrize(
    "address",
    [
        "8.8.8.8",
        "202.96.128.86",
        "2400:3200::1",
        "::ffff:8.8.8.8",
        "2002:808:808::",
        "64:ff9b::808:808",
    ],
)
def test_public_addresses(address: str) -> None:
    assert not guard.is_private(address)


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("http://2130706433/", "127.0.0.1"),
        ("http://0x7f.1/", "127.0.0.1"),
        ("http://0/", "0.0.0.0"),
        ("http://127.0.0.1./", "127.0.0.1"),
        ("http://[::ffff:127.0.0.1]:80/", "::ffff:127.0.0.1"),
        ("https://[::]/", "::"),
    ],
)
def test_every_spelling_of_an_address_is_seen_through(url: str, address: str) -> None:
    try:
        found = guard.resolve(httpx.URL(url))
    except OSError:
        return  # not an address to this system: then nothing is connected to
    assert found == [address]
    assert all(guard.is_private(each) for each in found)


# --- redirects ------------------------------------------------------------------------------------


@pytest.fixture
def one_public(monkeypatch: pytest.MonkeyPatch) -> None:
    only_public(monkeypatch)


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Names:
    return resolved(monkeypatch)


def refused(url: str) -> FetchError:
    with pytest.raises(FetchError) as caught:
        load(url, ONCE)
    assert caught.value.stage == "redirect"
    return caught.value


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "2130706433", "[::ffff:127.0.0.1]", "0.0.0.0", "127.1"]
)
@pytest.mark.usefixtures("one_public")
def test_a_public_site_does_not_lead_into_a_private_network(host: str) -> None:
    with both(lambda port: {"/": [redirect(f"http://{host}:{port}/secret")]}) as (private, public):
        error = refused(f"http://{PUBLIC}:{public.port}/")
        assert private.requests == []
    assert "内部网络" in str(error)


@pytest.mark.usefixtures("one_public")
def test_the_second_redirect_is_checked_as_the_first() -> None:
    with both(
        lambda port: {"/": [redirect("/b")], "/b": [redirect(f"http://127.0.0.1:{port}/secret")]}
    ) as servers:
        refused(f"http://{PUBLIC}:{servers[1].port}/")
        assert servers[0].requests == []


@pytest.mark.usefixtures("one_public")
def test_a_link_is_a_hop_from_its_page() -> None:
    with both(lambda _: {"/b": [answer(PAGE)]}) as (private, public):
        outside = f"http://{PUBLIC}:{public.port}"
        for page in (f"{outside}/page", "http://no-such-host.invalid/"):
            with pytest.raises(FetchError, match="内部网络"):
                load(private.url("/secret"), ONCE, referrer=page)
        assert private.requests == []
        assert load(private.url("/secret"), ONCE, referrer=private.url("/page")).content == PAGE
        assert load(f"{outside}/b", ONCE, referrer=private.url("/年.html#a")).content == PAGE
        assert f"Referer: {private.url('/%E5%B9%B4.html')}\r\n" in public.heads[-1]


@pytest.mark.usefixtures("one_public")
def test_other_redirects_are_followed() -> None:
    with both(lambda _: {"/": [redirect("/b")], "/b": [answer(PAGE)]}) as (private, public):
        assert load(f"http://{PUBLIC}:{public.port}/", ONCE).content == PAGE
        assert load(private.url("/secret"), ONCE).content == PAGE
    with both(lambda port: {"/b": [answer(PAGE)]}) as (_, public):
        into_public = {"/": [redirect(f"http://{PUBLIC}:{public.port}/b")], "/c": [redirect("/")]}
        with serving(into_public) as private:
            assert load(private.url("/c"), ONCE).content == PAGE


@pytest.mark.usefixtures("one_public")
def test_a_name_that_turns_private_meanwhile(names: Names) -> None:
    """The connection goes to the address that was checked; for the next request the name is checked
    anew.
    """
    with both(
        lambda port: {"/": [answer(PAGE)], "/b": [redirect(f"http://site.test:{port}/secret")]}
    ) as servers:
        private, public = servers
        names["site.test"] = [[PUBLIC], ["127.0.0.1"]]
        assert load(f"http://site.test:{public.port}/", ONCE).content == PAGE
        assert f"host: site.test:{public.port}" in public.heads[0].lower()
        names["other.test"], names["site.test"] = [[PUBLIC]], [["127.0.0.1"]]
        refused(f"http://other.test:{public.port}/b")
        assert private.requests == []


@pytest.mark.usefixtures("one_public")
def test_a_name_with_addresses_of_both_kinds(names: Names) -> None:
    with both(
        lambda port: {"/": [answer(PAGE)], "/b": [redirect(f"http://mixed.test:{port}/secret")]}
    ) as servers:
        private, public = servers
        names["mixed.test"] = [["127.0.0.1", PUBLIC]]
        assert load(f"http://mixed.test:{public.port}/", ONCE).content == PAGE
        refused(f"http://mixed.test:{public.port}/b")
        assert private.requests == []


def test_an_address_that_does_not_answer_is_passed_over(names: Names) -> None:
    names["site.test"] = [["127.0.0.3", "127.0.0.1"]]
    with serving({"/": [answer(PAGE)]}) as server:
        assert load(f"http://site.test:{server.port}/", ONCE).content == PAGE


def test_a_name_that_nobody_knows() -> None:
    with pytest.raises(FetchError) as caught:
        load("http://nobody.invalid/", ONCE)
    assert caught.value.stage in ("connect", "timeout")


def test_a_certificate_is_checked_for_the_name(
    names: Names, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "authority.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    context = context_of(authority.issue_cert("site.test"))
    names["site.test"] = names["other.test"] = [["127.0.0.1"]]
    with serving(
        {"/": [answer(PAGE)]}, wrap=lambda c: context.wrap_socket(c, server_side=True)
    ) as server:
        assert load(f"https://site.test:{server.port}/", ONCE).content == PAGE
        with pytest.raises(FetchError) as caught:
            load(f"https://other.test:{server.port}/", ONCE)
    assert caught.value.stage == "tls"


# --- behind a proxy -------------------------------------------------------------------------------


def test_a_proxy_does_not_lead_into_this_machine(
    names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The name is known to the proxy alone; what it redirects to is a private address all the
    same.
    """
    names["inside.test"] = [["10.0.0.7"]]
    answers = {
        "http://proxied.invalid/": [answer(PAGE)],
        "http://proxied.invalid/b": [redirect("http://10.0.0.7/")],
        "http://proxied.invalid/c": [redirect("http://inside.test/")],
        "http://proxied.invalid/d": [redirect("http://other.invalid/")],
        "http://other.invalid/": [answer(PAGE)],
    }
    with serving(answers) as proxy:
        monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{proxy.port}")
        assert load("http://proxied.invalid/", ONCE).content == PAGE
        assert load("http://proxied.invalid/d", ONCE).content == PAGE
        refused("http://proxied.invalid/b")
        refused("http://proxied.invalid/c")
        assert not any("10.0.0.7" in path or "inside" in path for path in proxy.requests)
