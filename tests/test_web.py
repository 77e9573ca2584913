"""HTTP against a real server in the test that does what servers do: fail in passing, stall, lie, redirect."""

import gzip
import socket
import time
from email.utils import formatdate

import pytest

from kg.errors import WebError
from kg.web import Web


def send(body=b"fine", status=200, **headers):
    def move(handler):
        handler.send_response(status)
        for name, value in {"Content-Type": "text/plain", "Content-Length": str(len(body)), **headers}.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return move


def drop(handler):
    handler.connection.shutdown(socket.SHUT_RDWR)


def stall(handler):
    handler.send_response(200)
    handler.send_header("Content-Length", "10")
    handler.end_headers()
    handler.wfile.flush()
    time.sleep(2)


def drip(handler):
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    for _ in range(100):
        handler.wfile.write(b".")
        handler.wfile.flush()
        time.sleep(0.05)


@pytest.fixture
def waits():
    return []


@pytest.fixture
def web(waits):
    with Web(attempts=4, patience=0.3, limit=10_000, sleep=waits.append) as web:
        yield web


@pytest.mark.parametrize(
    "trouble",
    [send(b"slow down", 429), send(b"oops", 500), send(b"", 503), drop, stall, send(b"cut", Content_Length="4000")],
    ids=["429", "500", "503", "dropped", "stalled", "truncated"],
)
def test_what_passes_is_tried_again_with_growing_waits(server, web, waits, trouble):
    server.moves = [trouble, trouble, trouble, send()]
    assert web.ask(f"{server.url}/x").body == b"fine"
    assert len(server.asked) == 4
    assert [at <= wait <= at + 1 for at, wait in zip([1, 2, 4], waits, strict=True)] == [True] * 3


def test_it_gives_up_in_one_line(server, web):
    server.moves = [send(b"come back\nlater", 503)]
    with pytest.raises(WebError, match=rf"^{server.url}/x: 503: come back later$"):
        web.ask(f"{server.url}/x")
    assert len(server.asked) == 4


@pytest.mark.parametrize("asked", [lambda: "200", lambda: formatdate(time.time() + 200, usegmt=True)])
def test_it_waits_as_long_as_the_server_asks(server, web, waits, asked):
    server.moves = [send(b"", 429, Retry_After=asked()), send()]
    assert web.ask(server.url).status == 200
    assert 100 < waits[0] <= 200


@pytest.mark.parametrize("asked", ["soon", "-5", "Thu, 99 Foo 2026"])
def test_a_wait_that_is_none_is_not_taken(server, web, waits, asked):
    server.moves = [send(b"", 429, Retry_After=asked), send()]
    assert web.ask(server.url).status == 200
    assert waits[0] <= 2


def test_a_day_is_not_waited(server, web, waits):
    server.moves = [send(b"", 429, Retry_After="86400")]
    with pytest.raises(WebError, match="429: Too Many Requests; it asks to be left alone for 86400 s"):
        web.ask(server.url)
    assert (len(server.asked), waits) == (1, [])


def test_what_does_not_pass_is_given_back_at_once(server, web):
    server.moves = [send(b"no", 404)]
    assert web.ask(server.url).status == 404
    assert len(server.asked) == 1


def test_an_answer_that_the_check_refuses_is_asked_for_again(server, web):
    def whole(reply):
        if not reply.body.endswith(b"}"):
            raise ValueError("broken JSON")

    server.moves = [send(b"{"), send(b"<html>"), send(b"{}")]
    assert web.ask(server.url, check=whole).body == b"{}"
    server.moves = [send(b"{")]
    with pytest.raises(WebError, match="broken JSON"):
        web.ask(server.url, check=whole)


def test_a_drop_at_a_time_ends_too(server):
    server.moves = [drip]
    with Web(patience=0.1, sleep=lambda _: None) as web, pytest.raises(WebError, match="not complete after 1 s"):
        web.ask(server.url)


@pytest.mark.parametrize("headers", [{}, {"Content_Encoding": "gzip"}])
def test_an_answer_too_large_is_not_taken_in(server, web, headers):
    body = gzip.compress(bytes(10_000_000)) if headers else bytes(20_000)
    server.moves = [send(body, **headers)]
    with pytest.raises(WebError, match="an answer of more than 10,000 bytes"):
        web.ask(server.url)
    assert len(server.asked) == 1


def test_redirects_are_followed_on_the_server_and_to_its_hosts_only(server, waits):
    elsewhere = f"http://localhost:{server.server_port}/there"
    server.moves = [send(b"", 302, Location="/here"), send(b"", 301, Location=elsewhere), send(b"found")]
    with Web(hosts={"localhost"}) as web:
        reply = web.ask(f"{server.url}/x")
    assert (reply.url, reply.body) == (elsewhere, b"found")
    assert [path for path, *_ in server.asked] == ["/x", "/here", "/there"]
    for target in (elsewhere, "http://169.254.169.254/latest", "file:///etc/passwd", "//example.org/"):
        server.asked.clear()
        server.moves = [send(b"", 302, Location=target)]
        with Web() as web, pytest.raises(WebError, match=r"moved to .*; give that address if you trust it"):
            web.ask(f"{server.url}/x")
        assert len(server.asked) == 1


def test_redirects_in_a_circle_end(server, web):
    server.moves = [send(b"", 302, Location="/again")]
    with pytest.raises(WebError, match="redirects without end"):
        web.ask(server.url)


def test_what_is_sent_is_not_sent_on(server, web):
    server.moves = [send(b"", 307, Location="/elsewhere")]
    with pytest.raises(WebError, match="moved to"):
        web.ask(server.url, method="POST", content=b"secret")
    assert len(server.asked) == 1


def test_requests_keep_their_distance(server, waits):
    server.moves = [send(b"", 302, Location="/here"), send()]
    with Web(interval=100, sleep=waits.append) as web:
        web.ask(server.url)
        web.ask(server.url)
    assert [99 < wait <= 100 for wait in waits] == [True, True]


def test_a_key_is_sent_and_told_to_nobody(server, web):
    server.moves = [send(b"", 503)]
    with pytest.raises(WebError) as error:
        web.ask(f"{server.url}/works?search=x", params={"api_key": "geheim"})
    assert server.asked[0][0] == "/works?search=x&api_key=geheim"
    assert "geheim" not in str(error.value)


def test_it_says_who_asks(server):
    server.moves = [send()]
    with Web(contact="a@example.org") as web:
        web.ask(server.url)
    assert server.asked[0][1]["User-Agent"].startswith("paperkg/")
    assert "(mailto:a@example.org)" in server.asked[0][1]["User-Agent"]


def test_a_proxy_of_the_environment_is_asked_instead(server, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", server.url)
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    server.moves = [send(b"by proxy")]
    with Web() as web:
        assert web.ask("http://papers.invalid/x").body == b"by proxy"
    assert server.asked[0][0] == "http://papers.invalid/x"


def test_a_proxy_that_is_none_is_told(monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "gopher://example.org")
    with pytest.raises(WebError, match="environment"):
        Web()


@pytest.mark.parametrize("url", ["ftp://example.org/", "http://", "nothing", "http://[::1", "http://exa mple.org/"])
def test_an_address_that_is_none(web, url):
    with pytest.raises(WebError):
        web.ask(url)
