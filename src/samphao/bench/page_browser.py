"""What `bench pages` opens pages with: one connection of one log-in, and what a first visit of a page transfers."""

from __future__ import annotations

import gzip
import re
import time
from dataclasses import dataclass
from functools import cached_property
from html.parser import HTMLParser
from http.client import HTTPConnection, HTTPResponse
from urllib.parse import quote, urlencode, urljoin, urlsplit

IN_STYLES = re.compile(r"url\(['\"]?([^'\")]+)")
LOADED = frozenset({"src", "href", "poster", "data"})
NOT_LOADED = frozenset({"a", "form", "area"})


class CannotSignIn(RuntimeError):
    """The log-in was refused: it is not one of the demo's, or its password is another."""


@dataclass(frozen=True)
class Answer:
    """What came back, and when the last byte of it was there."""

    status: int
    kind: str
    sent: bytes
    is_packed: bool
    queries: int
    ms: float

    @cached_property
    def text(self) -> str:
        return (gzip.decompress(self.sent) if self.is_packed else self.sent).decode()


class Browser:
    """A log-in with its cookies on one connection that stays open."""

    def __init__(self, port: int, name: str = "", password: str = "") -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=60)
        self._cookies: dict[str, str] = {}
        self.name = name
        if name:
            self._sign_in(password)

    def connect(self) -> None:
        """Begin a new connection: a server closes one on which nobody asks for some seconds."""
        self._connection.close()
        self._connection.connect()

    def get(self, path: str, language: str) -> Answer:
        cookies = {**self._cookies, "django_language": language}
        headers = {
            "Accept-Encoding": "gzip",
            "Accept": "text/html",
            "Cookie": "; ".join(map("=".join, cookies.items())),
        }
        started = time.perf_counter()
        self._connection.request("GET", quote(path, safe="/?=&%"), headers=headers)
        answer = self._connection.getresponse()
        kind, queries = answer.headers.get_content_type(), int(answer.headers.get("x-queries", 0))
        body = b"" if kind == "text/event-stream" else answer.read()
        ms = (time.perf_counter() - started) * 1000
        self._keep_cookies(answer)
        if kind == "text/event-stream":
            self.connect()  # live numbers have no end: they are no part of a visit's weight
        return Answer(answer.status, kind, body, answer.headers.get("content-encoding") == "gzip", queries, ms)

    def close(self) -> None:
        self._connection.close()

    def _sign_in(self, password: str) -> None:
        self.get("/sign-in/", "en")
        token = self._cookies.get("csrftoken", "")
        form = urlencode({"username": self.name, "password": password, "csrfmiddlewaretoken": token})
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": f"csrftoken={token}"}
        self._connection.request("POST", "/sign-in/", form, headers)
        answer = self._connection.getresponse()
        answer.read()
        self._keep_cookies(answer)
        if answer.status != 302:
            self.close()
            raise CannotSignIn(f"the log-in `{self.name}` was not let in: `samphao demo --no-serve` makes it")

    def _keep_cookies(self, answer: HTTPResponse) -> None:
        for cookie in answer.headers.get_all("set-cookie", []):
            name, _, value = cookie.partition(";")[0].partition("=")
            self._cookies[name] = value


class _Links(HTMLParser):
    """Collects what a page makes a browser load: every address but those of links and forms, and of pages declared beside it."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, None] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in NOT_LOADED:
            return
        for name, value in attrs:
            if value and (name in LOADED or name.startswith("data-")) and value.startswith("/"):
                self.found[value] = None


def first_visit(browser: Browser, page: str, answer: Answer, *, kept: dict[str, Answer]) -> dict[str, int]:
    """Return the bytes of a page's HTML and of everything that it loads, as they were sent; photos are left out.

    A stylesheet counts with all its fonts, a script with nothing that it asks for later: the pages' scripts ask for nothing.
    What is not packed on its way counts as it is. `kept` saves asking for the same file for every page.
    """
    links = _Links()
    links.feed(answer.text)
    weights, waiting = {page: len(answer.sent)}, list(links.found)
    while waiting:
        address = urlsplit(waiting.pop()).path
        if address in weights or address.startswith("/files/"):
            continue
        if address not in kept:
            kept[address] = browser.get(address, "en")
        found = kept[address]
        if found.status != 200 or found.kind == "text/html":
            continue  # what a page only names, such as the address of a form
        weights[address] = len(found.sent)
        if found.kind == "text/css":
            waiting += [
                urljoin(address, part) for part in IN_STYLES.findall(found.text) if not part.startswith("data:")
            ]
    return weights
