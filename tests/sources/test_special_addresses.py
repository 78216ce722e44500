"""Which addresses are public, against the registries of IANA, Python's own lists, and IPv4 inside
IPv6.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongkai.sources.guard import is_private
from helpers.counts import properties

# IANA IPv4 and IPv6 Special-Purpose Address Registries, what is not globally reachable or no
# site's.
SPECIAL = (
    *(
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
    ),
    *(
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
    ),
    *(
        "224.0.0.0/4",
        "240.0.0.0/4",
        "255.255.255.255/32",
        "168.63.129.16/32",
        "192.0.0.0/29",
        "192.0.0.170/31",
    ),
    *(
        "::/128",
        "::1/128",
        "64:ff9b:1::/48",
        "100::/64",
        "100:0:0:1::/64",
        "2001::/23",
        "2001::/32",
        "2001:2::/48",
    ),
    *(
        "2001:10::/28",
        "2001:db8::/32",
        "3fff::/20",
        "5f00::/16",
        "fc00::/7",
        "fe80::/10",
        "fec0::/10",
        "ff00::/8",
    ),
    *("::/96", "::ffff:0:0:0/96", "200::/7", "400::/6", "4000::/3", "e000::/4"),
)
NETWORKS = [ip_network(text) for text in SPECIAL]
# What stands just outside of them, and hosts of sites.
PUBLIC = (
    *(
        "1.0.0.0",
        "9.255.255.255",
        "11.0.0.0",
        "100.63.255.255",
        "100.128.0.0",
        "126.255.255.255",
        "128.0.0.0",
    ),
    *(
        "169.253.255.255",
        "169.255.0.0",
        "172.15.255.255",
        "172.32.0.0",
        "191.255.255.255",
        "192.0.1.0",
    ),
    *(
        "192.0.3.0",
        "192.88.98.255",
        "192.88.100.0",
        "192.167.255.255",
        "192.169.0.0",
        "198.17.255.255",
        "198.20.0.0",
    ),
    *("198.51.99.255", "198.51.101.0", "203.0.112.255", "203.0.114.0", "223.255.255.255"),
    *("168.63.129.15", "168.63.129.17", "8.8.8.8", "202.96.128.86", "114.114.114.114"),
    *(
        "2001:200::",
        "2001:db7::1",
        "2001:db9::",
        "2003::1",
        "3ffe:ffff::1",
        "3fff:1000::",
        "2400:3200::1",
        "240e::1",
    ),
)


@st.composite
def special_addresses(draw: st.DrawFn) -> IPv4Address | IPv6Address:
    network: IPv4Network | IPv6Network = draw(st.sampled_from(NETWORKS))
    return network[draw(st.integers(0, network.num_addresses - 1))]


def embedded(address: IPv4Address) -> list[str]:
    """An IPv4 address in each of the IPv6 forms that leads to it."""
    number = int(address)
    high, low = number >> 16, number & 0xFFFF
    return [
        f"::ffff:{address}",
        f"64:ff9b::{address}",
        f"2002:{high:x}:{low:x}::1",
        f"2002:{high:x}:{low:x}:ffff:ffff:ffff:ffff:ffff",
    ]


@pytest.mark.parametrize("text", SPECIAL)
def test_first_and_last_of_a_special_network(text: str) -> None:
    network = ip_network(text)
    assert is_private(str(network[0]))
    assert is_private(str(network[-1]))


@pytest.mark.parametrize("address", PUBLIC)
def test_what_stands_beside_them(address: str) -> None:
    assert not is_private(address)


@given(special_addresses())
@properties(400)
def test_every_special_address(address: IPv4Address | IPv6Address) -> None:
    assert is_private(str(address))
    assert is_private(address.exploded)
    if isinstance(address, IPv4Address):
        assert all(map(is_private, embedded(address)))


@given(st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6)))
@properties(600)
def test_nothing_is_public_that_python_says_is_not(address: IPv4Address | IPv6Address) -> None:
    if not is_private(str(address)):
        assert address.is_global
        assert not address.is_multicast


@given(st.ip_addresses(v=4))
@properties(400)
def test_ipv4_inside_ipv6_is_what_it_is_alone(address: IPv4Address) -> None:
    assert {is_private(text) for text in embedded(address)} == {is_private(str(address))}


@given(st.ip_addresses(v=4))
@properties(200)
def test_teredo_is_no_sites(address: IPv4Address) -> None:
    """The address of the client stands in it inverted, that of its server plain."""
    client, server = int(address) ^ 0xFFFFFFFF, int(IPv4Address("65.54.227.120"))
    assert is_private(str(IPv6Address((0x20010000 << 96) | (server << 64) | client)))
    assert is_private(
        str(IPv6Address((0x20010000 << 96) | (int(address) << 64) | (int(IPv4Address("8.8.8.8")))))
    )


@given(st.ip_addresses(v=6, network="fe80::/10"), st.sampled_from(["eth0", "2", "以太网"]))
@properties(50)
def test_a_zone_changes_nothing(address: IPv6Address, zone: str) -> None:
    assert is_private(f"{address}%{zone}")


@pytest.mark.parametrize(
    "address",
    [
        *(
            "169.254.169.254",
            "100.100.100.200",
            "192.0.0.192",
            "168.63.129.16",
            "fd00:ec2::254",
            "::ffff:168.63.129.16",
        ),
        *("::ffff:168.63.129.16", "64:ff9b::a83f:8110", "2002:a83f:8110::", "fd20:ce::254"),
    ],
)
def test_what_clouds_tell_their_machines(address: str) -> None:
    assert is_private(address)
    assert ip_address(address)


def test_networks_of_translators_that_nobody_reserved_are_public() -> None:
    """A network's own prefix for NAT64 looks as any other address."""
    assert not is_private("2400:3200:64::8.8.8.8")
