"""Where a name leads: looked up once, checked, and connected to exactly there.

Who controls a name could otherwise have it lead to a harmless address while it is checked and to this machine when it
is connected to. Spellings of an address (decimal, octal, IPv6 with an IPv4 inside) end as the same numbers here.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from synchronization.outgoing.errors import RequestRefused, Unreachable

Address = IPv4Address | IPv6Address
Networks = Sequence[IPv4Network | IPv6Network]

# Services that tell a machine's own credentials to whoever asks from it: never, whatever is allowed.
METADATA_SERVICES = frozenset(map(ip_address, (
    "169.254.169.254", "169.254.170.2", "169.254.170.23", "168.63.129.16", "100.100.100.200", "192.0.0.192",
    "fd00:ec2::254", "fd00:ec2::23", "fd20:ce::254", "fe80::a9fe:a9fe",
)))  # fmt: skip
# IPv6 addresses that are another spelling of the IPv4 address in their last 32 bits: for gateways, and of old.
TRANSLATED, COMPATIBLE = IPv6Network("64:ff9b::/96"), IPv6Network("::/96")


def find_addresses(host: str, port: int, *, allowed_networks: Networks, seconds: float) -> list[str]:
    """The addresses of a name, each fit to be connected to.

    Errors: RequestRefused when one of them is not public and in none of the allowed networks: a name with both kinds
    is no accident. Unreachable when it has none, or nobody tells in time.
    """
    found = _look_up(host, port, seconds)
    if not all(is_allowed(address, allowed_networks) for address in found):
        raise RequestRefused("The host lies in a network that this server sends no requests to")
    return list(dict.fromkeys(str(address) for address in found))


def is_allowed(address: Address, allowed_networks: Networks) -> bool:
    """Whether requests may be sent to an address, and to those it stands for."""
    return all(_is_allowed_itself(meant, allowed_networks) for meant in _meant(address))


def _is_allowed_itself(address: Address, allowed_networks: Networks) -> bool:
    if address in METADATA_SERVICES:
        return False
    if any(address in network for network in allowed_networks):
        return True
    is_special = address.is_multicast or address.is_reserved or address.is_link_local or address.is_unspecified
    return address.is_global and not is_special


def _meant(address: Address) -> list[Address]:
    """The address itself, unless it only spells another, and the IPv4 addresses that it carries."""
    if isinstance(address, IPv4Address):
        return [address]
    if address.ipv4_mapped is not None:
        return [address.ipv4_mapped]
    if address in TRANSLATED:
        return [_last_part(address)]
    carried: list[Address] = [address]
    if address.sixtofour is not None:
        carried.append(address.sixtofour)
    if address.teredo is not None:
        carried.extend(address.teredo)
    if address in COMPATIBLE and int(address) > 1:  # `::` and `::1` carry none
        carried.append(_last_part(address))
    return carried


def _last_part(address: IPv6Address) -> IPv4Address:
    return IPv4Address(int(address) & 0xFFFFFFFF)


def _look_up(host: str, port: int, seconds: float) -> list[Address]:
    """In a thread: the resolver has no time limit of its own."""
    found: list[Address] = []

    def resolve() -> None:
        try:
            entries = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            found.extend(ip_address(entry[4][0].partition("%")[0]) for entry in entries)
        except (OSError, UnicodeError, ValueError):
            return

    thread = threading.Thread(target=resolve, name="resolver", daemon=True)
    thread.start()
    thread.join(seconds)
    if thread.is_alive() or not found:
        raise Unreachable("The host has no address")
    return list(found)
