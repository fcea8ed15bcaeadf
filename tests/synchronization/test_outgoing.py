"""Requests to strangers: where they go, where they never go, and that they end."""

from __future__ import annotations

import gzip
import socket
import ssl
import time
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from synchronization.outgoing.addresses import is_allowed
from synchronization.outgoing.errors import AnswerUnusable, RequestRefused, Unreachable
from synchronization.outgoing.exchanges import Credentials, Limits, ask
from synchronization.outgoing.places import is_held, parse_place
from tests.synchronization.stranger import Reply, Stranger

LOOPBACK = (ip_network("127.0.0.0/8"),)
ALL_LOOPBACK = (*LOOPBACK, ip_network("::1/128"))
QUICK = Limits(connect=2, silence=0.3, total=1.0, size=10_000)
PRIVATE = (
    "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.1.1", "0.0.0.0", "224.0.0.1", "240.0.0.1",
    "255.255.255.255", "100.64.0.1", "192.0.2.1", "198.18.0.1", "::1", "::", "fe80::1", "fc00::1", "ff02::1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "2001:db8::1",
)  # fmt: skip
METADATA = ("169.254.169.254", "::ffff:169.254.169.254", "168.63.129.16", "100.100.100.200", "fd00:ec2::254")
# All of them are 127.0.0.1 to whoever connects.
SPELLINGS = ("127.1", "2130706433", "0177.0.0.1", "0x7f.0.0.1", "0x7f000001", "[::1]", "[::ffff:127.0.0.1]",
             "localhost", "LOCALHOST.")  # fmt: skip


@pytest.fixture
def stranger() -> Any:
    with Stranger().serving() as stranger:
        yield stranger


def get(stranger: Stranger, path: str = "/", limits: Limits = QUICK, **options: Any) -> Any:
    return ask(parse_place(stranger.url + path), limits=limits, allowed_networks=LOOPBACK, **options)


@pytest.mark.parametrize("text", [*PRIVATE, *METADATA])
def test_addresses_that_are_not_public_are_refused(text: str) -> None:
    assert not is_allowed(ip_address(text), ())


@pytest.mark.parametrize("text", ["8.8.8.8", "2001:4860:4860::8888", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_public_addresses_are_not(text: str) -> None:
    assert is_allowed(ip_address(text), ())


def test_networks_open_what_they_name_and_no_more() -> None:
    networks = (ip_network("10.20.0.0/16"), ip_network("169.254.0.0/16"))
    assert is_allowed(ip_address("10.20.3.4"), networks)
    assert is_allowed(ip_address("::ffff:10.20.3.4"), networks)
    assert not is_allowed(ip_address("10.21.3.4"), networks)
    assert not is_allowed(ip_address("169.254.169.254"), networks)


@pytest.mark.parametrize("host", SPELLINGS)
def test_no_spelling_of_an_address_leads_inwards(stranger: Stranger, host: str) -> None:
    with pytest.raises(RequestRefused):
        ask(parse_place(f"http://{host}:{stranger.port}/"), limits=QUICK)
    assert stranger.asked == []


def test_a_name_is_looked_up_once_and_connected_to_where_it_led(
    stranger: Stranger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever answers with another address the second time leads nobody there."""
    asked, real = [], socket.getaddrinfo

    def rebinding(host: str, *args: Any, **options: Any) -> Any:
        if host != "rebinding.test":
            return real(host, *args, **options)
        asked.append(host)
        return real("127.0.0.1" if len(asked) == 1 else "192.0.2.1", *args, **options)

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    stranger.replies["/x"] = Reply(200, b"here")
    answer = ask(parse_place(f"http://rebinding.test:{stranger.port}/x"), limits=QUICK, allowed_networks=LOOPBACK)

    assert (answer.body, asked) == (b"here", ["rebinding.test"])
    assert stranger.asked[0].headers["Host"] == f"rebinding.test:{stranger.port}"


def test_a_name_that_leads_both_outwards_and_inwards_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    both = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 80)) for address in ("8.8.8.8", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **options: both)
    with pytest.raises(RequestRefused):
        ask(parse_place("http://both.test/"), limits=QUICK)


@pytest.mark.parametrize("url", [
    "ftp://a.org/", "file:///etc/passwd", "//a.org", "a.org", "", "http://", "http://user:word@a.org/",
    "http://a.org\\@b.org/", "http://a.org/\r\nHost: b.org", "http://a.org:0/", "http://a.org:99999/",
    "http://a.org/%2e%2e/x", "http://a.org/a/../b", "http://a.org/%252e%252e/x", "http://[::1%25lo]/", "http://ä.org/",
    "http://" + "a" * 3000,
])  # fmt: skip
def test_what_is_no_plain_address_of_a_page_is_refused(url: str) -> None:
    with pytest.raises(RequestRefused):
        parse_place(url)


@pytest.mark.parametrize(("url", "held"), [
    ("https://a.org/x", True), ("https://A.ORG:443/x", True), ("https://a.org./x", True), ("http://a.org/x", False),
    ("https://a.org.evil/x", False), ("https://a.org:8443/x", False), ("https://b.org/https://a.org", False),
    ("https://b.org/demo", False), ("https://c.org/demo", True), ("https://c.org/demo/api", True),
    ("https://c.org/demolition", False), ("https://c.org/", False),
])  # fmt: skip
def test_the_allowlist_compares_scheme_host_port_and_whole_segments(url: str, held: bool) -> None:
    assert is_held(parse_place(url), ["https://a.org", "not a url", "https://c.org/demo/"]) is held


def test_redirects_are_answers_and_are_not_followed(stranger: Stranger) -> None:
    stranger.replies["/"] = Reply(302, b"", {"Location": f"{stranger.url}/elsewhere"})
    assert get(stranger, credentials=Credentials("u", "p")).status == 302
    assert stranger.paths() == ["/"]


def test_an_answer_that_is_too_large_is_not_read_to_its_end(stranger: Stranger) -> None:
    def endless(wire: Any) -> None:
        wire.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            wire.write(b"x" * 1000)

    stranger.replies["/"] = Reply(write=endless)
    with pytest.raises(AnswerUnusable, match="larger than 10000"):
        get(stranger)


def test_a_bomb_is_found_out_by_its_first_bytes(stranger: Stranger) -> None:
    bomb = gzip.compress(bytes(50_000_000))
    stranger.replies["/"] = Reply(200, bomb, {"Content-Encoding": "gzip"})
    with pytest.raises(AnswerUnusable, match="larger than 1000000"):
        get(stranger, limits=Limits(size=1_000_000))


@pytest.mark.parametrize(("headers", "body"), [
    ({"Content-Encoding": "gzip"}, b"no gzip"), ({"Content-Encoding": "gzip"}, gzip.compress(b"whole" * 99)[:-12]),
    ({"Content-Encoding": "br"}, b"x"),
])  # fmt: skip
def test_what_cannot_be_unpacked_is_refused(stranger: Stranger, headers: dict[str, str], body: bytes) -> None:
    stranger.replies["/"] = Reply(200, body, headers)
    with pytest.raises(AnswerUnusable):
        get(stranger)


def test_packed_answers_are_unpacked(stranger: Stranger) -> None:
    stranger.replies["/"] = Reply(200, gzip.compress(b"whole"), {"Content-Encoding": "gzip"})
    assert get(stranger).body == b"whole"


def _silent(wire: Any) -> None:
    time.sleep(3)


def _dripping(wire: Any) -> None:
    wire.write(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n")
    for _ in range(30):
        wire.write(b"x")
        wire.flush()
        time.sleep(0.1)


def _dripping_headers(wire: Any) -> None:
    for byte in b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 60:
        wire.write(bytes([byte]))
        wire.flush()
        time.sleep(0.1)


@pytest.mark.parametrize("write", [_silent, _dripping, _dripping_headers])
def test_a_slow_server_is_not_waited_for_for_ever(stranger: Stranger, write: Any) -> None:
    stranger.replies["/"] = Reply(write=write)
    with pytest.raises(Unreachable, match="too long"):
        get(stranger)


@pytest.mark.parametrize("raw", [
    b"no HTTP at all\r\n\r\n", b"HTTP/1.1 abc\r\n\r\n", b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 500 + b"\r\n",
    b"HTTP/1.1 200 OK\r\nX: " + b"y" * 100_000 + b"\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nshort", b"",
])  # fmt: skip
def test_broken_answers_are_refused(stranger: Stranger, raw: bytes) -> None:
    stranger.replies["/"] = Reply(write=lambda wire: wire.write(raw))
    with pytest.raises((AnswerUnusable, Unreachable)):
        get(stranger)


def test_nobody_there_is_unreachable() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        with pytest.raises(Unreachable, match="Network is unreachable"):
            ask(parse_place(f"http://127.0.0.1:{port}/"), limits=QUICK, allowed_networks=LOOPBACK)


def test_a_server_that_speaks_no_tls_is_not_talked_to(stranger: Stranger) -> None:
    place = parse_place(f"https://localhost:{stranger.port}/")
    with pytest.raises((Unreachable, AnswerUnusable)):
        ask(place, limits=QUICK, allowed_networks=ALL_LOOPBACK)
    assert stranger.asked == []


def test_a_certificate_must_be_for_the_name_and_from_somebody_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Stranger(self_signed("localhost", tmp_path)).serving() as stranger:
        stranger.replies["/"] = Reply(200, b"safe")

        def ask_as(host: str) -> bytes:
            place = parse_place(f"https://{host}:{stranger.port}/")
            return ask(place, limits=QUICK, allowed_networks=ALL_LOOPBACK).body

        with pytest.raises(Unreachable, match="cannot prove who it is"):
            ask_as("localhost")
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificate.pem"))
        assert ask_as("localhost") == b"safe"
        with pytest.raises(Unreachable, match="cannot prove who it is"):
            ask_as("127.0.0.1")
        stranger.replies["/"] = Reply(write=_dripping)
        with pytest.raises(Unreachable, match="too long"):
            ask_as("localhost")


def self_signed(name: str, folder: Path) -> ssl.SSLContext:
    """What a server of that name shows, and its certificate in the folder."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
        .serial_number(1).not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    pem = serialization.Encoding.PEM
    (folder / "certificate.pem").write_bytes(certificate.public_bytes(pem))
    plain = serialization.NoEncryption()
    (folder / "key.pem").write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "certificate.pem", folder / "key.pem")
    return context


def test_a_password_is_shown_by_nothing() -> None:
    assert "hush" not in repr(Credentials("me", "hush"))
