"""The pages speak Thai and Chinese completely, with the words of the trade, and keep to them."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from types import ModuleType

import pytest
from babel.messages.catalog import Catalog, Message
from django.test import Client
from django.utils.translation import gettext, ngettext, override
from worlds import market_morning

ROOT = Path(__file__).resolve().parents[2]
LOCALES = ("th", "zh_Hans")
LANGUAGE_OF = {"th": "th", "zh_Hans": "zh-hans"}
PLACE = re.compile(r"%\(\w+\)[sd]|%[sd]")
# English word, what it must not be called, and what the same letters may stand in without meaning that.
FORBIDDEN = {
    "zh_Hans": (
        (r"to the door|landed price", "到岸价", ()),
        (r"customs value", "海关价值", ()),
        (r"\blots?\b", "地段", ()),
        (r"grower", "农夫", ()),
        (r"declar", "声明", ()),
        (r"release", "释放", ()),
        (r"advance payment|pre-order", "定金", ()),
        (r"rush", "匆忙", ()),
        (r"secondary cit", "二线城市", ()),
        (r"", "南沙", ("广州南沙港",)),
        (r"", "贸易保障", ()),
        (r"", "淘宝村", ()),
        (r"", "飞猪", ()),
    ),
    "th": ((r"grower", "ชาวนา", ()), (r"secondary cit", "เมืองชั้นสอง", ())),
}
WANTED = {
    "Grower": ("ชาวสวน", "果农"),
    "Lot": ("ล็อต", "批次"),
    "Packing house": ("โรงคัดบรรจุ", "包装厂"),
    "Exporter of record": ("ผู้ส่งออกตามใบขน", "境外发货人"),
    "Importer of record": ("ผู้นำเข้า", "境内收货人"),
    "To the door": ("ถึงมือผู้ซื้อ", "到手价"),
    "Price to the door": ("ราคาถึงมือผู้ซื้อ (รวมขนส่งและภาษี)", "到手价（含税到门）"),
    "Declared and released": ("ยื่นใบขนและตรวจปล่อย", "申报并放行"),
}
# Latin letters that stay as they are in every language: names, codes, units, terms and what the data itself says.
LATIN = re.compile(
    r"Samphao|English|Apache|Natural Earth|Sarabun|SIL Open Font License|API|FCA|kg|CO2e|TTW|tank-to-wheel|GAP|Basic Yellow 2|BY2|UTC|"
    r"durian|longan|Hom mali rice|silk|\bAA?\b|\b[A-Z]{2,4}-[\w-]+|\bs\b|Form E|GACC Announcement \(demo\)|"
    r"\bSIL\b|DDP|DAP|CBEC|CN23|the hub's own definition \(demo\)|\b[A-Z]{5}\b|THB|CNY|JPY|FOB|CIF|HS|VAT|anong|somchai|hub|malee|house|"
    r"[\w.]+@village\.example|TCLU\d+|40' reefer|LINE|exporter|importer"
)
PAGES = (
    "/",
    "/market/",
    "/market/CTI-MT-0430/?to=KMG",
    "/market/?q=nothing-of-that-name",
    "/sign-in/",
    "/password/",
    "/password/sent/",
    "/password/MQ/used/",
)
PAGES_OF_ANONG = (
    "/orders/", "/notices/", "/account/", "/account/password/", "/organisation/", "/organisation/invite/", "/organisation/anong/people/anong/",
)  # fmt: skip
PAGES_OF_HUB = ("/freight/",)


def load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def messages() -> ModuleType:
    return load(ROOT / "scripts" / "collect_messages.py")


@pytest.fixture(scope="module")
def code(messages: ModuleType) -> Catalog:
    return messages.collected()


@pytest.fixture(scope="module", params=LOCALES)
def catalogue(request: pytest.FixtureRequest, messages: ModuleType) -> Catalog:
    return messages.read(request.param, messages.catalogues()[request.param])


def texts(message: Message) -> list[str]:
    return [message.id] if isinstance(message.id, str) else list(message.id)


def strings(message: Message) -> list[str]:
    return [message.string] if isinstance(message.string, str) else list(message.string)


def real(catalogue: Catalog) -> Iterator[Message]:
    return (message for message in catalogue if message.id)


def test_texts_are_found_where_they_hide(messages: ModuleType) -> None:
    python = """
f"{a} {_('in an f-string')}"
pgettext("gate", "to list")
ngettext("one", "many", n)
gettext_lazy("late " "text")
_(variable)
"""
    template = """{% load i18n %}
      {{ title|default:_("a default") }} {% include "x" with y=_("handed on") %}
  {% blocktranslate count n=n trimmed %}
    {{ n }} lot{% plural %}{{ n }} lots{% endblocktranslate %}{% translate "open" context "a gate" %}"""
    assert set(messages.texts_of_python(python)) == {
        ("in an f-string", None), ("to list", "gate"), (("one", "many"), None), ("late text", None),
    }  # fmt: skip
    assert set(messages.texts_of_template(template)) == {
        ("a default", None), ("handed on", None), (("%(n)s lot", "%(n)s lots"), None), ("open", "a gate"),
    }  # fmt: skip


def test_every_text_of_the_code_is_translated_and_none_is_guessed(catalogue: Catalog, code: Catalog) -> None:
    known = {(message.id, message.context) for message in real(catalogue)}
    missing = [message.id for message in real(code) if (message.id, message.context) not in known]
    assert not missing, f"run scripts/messages, then translate: {missing}"
    empty = [
        message.id for message in real(catalogue) if message.fuzzy or not all(strings(message)) or not strings(message)
    ]
    assert not empty, f"translate in {catalogue.locale}: {empty}"


def test_no_text_stays_in_the_catalogue_that_no_page_says(catalogue: Catalog, code: Catalog) -> None:
    said = {(message.id, message.context) for message in real(code)}
    assert [message.id for message in real(catalogue) if (message.id, message.context) not in said] == []


def test_placeholders_are_kept_and_ends_agree(catalogue: Catalog) -> None:
    # A language without plurals says every count with the form of many.
    faults = [
        (message.id, string)
        for message in real(catalogue)
        for string in strings(message)
        if sorted(PLACE.findall(string)) != sorted(PLACE.findall(texts(message)[-1])) or string != string.strip()
    ]
    assert faults == []


def test_words_of_the_trade_are_not_mistaken(catalogue: Catalog) -> None:
    faults = []
    for message in real(catalogue):
        said = " ".join(strings(message))
        for english, wrong, allowed in FORBIDDEN[str(catalogue.locale)]:
            rest = said
            for whole in allowed:
                rest = rest.replace(whole, "")
            if wrong in rest and re.search(english, " ".join(texts(message)), re.IGNORECASE):
                faults.append((message.id, wrong))
    assert faults == []


@pytest.mark.parametrize(("english", "thai", "chinese"), [(text, *words) for text, words in WANTED.items()])
def test_the_words_of_the_trade_are_those_of_the_glossary(english: str, thai: str, chinese: str) -> None:
    with override("th"):
        assert gettext(english) == thai
    with override("zh-hans"):
        assert gettext(english) == chinese


def test_one_and_many_are_said_alike_where_a_language_counts_so() -> None:
    with override("zh-hans"):
        assert ngettext("%(n)s lot", "%(n)s lots", 1) == ngettext("%(n)s lot", "%(n)s lots", 2) == "%(n)s 个批次"


class Words(HTMLParser):
    """Collects what a page says to people: its texts, and the attributes that are read aloud or shown."""

    SILENT = frozenset({"script", "style", "svg"})

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self.open: list[str] = []
        self.foreign: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        self.said += [value for name in ("title", "alt", "aria-label", "placeholder") if (value := named.get(name))]
        if tag not in ("meta", "link", "input", "br", "hr", "img", "path", "rect", "circle"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self.open:
            while self.open.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if data.strip() and not self.SILENT & set(self.open):
            self.said.append(data.strip())


def leftovers(html: str) -> list[str]:
    """Return the texts of a page in which an English word stands that is no name, code or unit."""
    words = Words()
    words.feed(html)
    return [said for said in words.said if re.search(r"[A-Za-z]{3,}", LATIN.sub("", said))]


def test_a_leftover_is_seen_and_a_name_is_none() -> None:
    assert leftovers('<p>ราคา <b>Sold out</b></p><p title="Close">SO-7F3K 18 kg Samphao</p><script>let word</script>') == [
        "Sold out", "Close",
    ]  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("locale", LOCALES)
def test_a_page_in_a_language_holds_no_english_leftovers(locale: str) -> None:
    world = market_morning.make()
    asked = (
        [("", path) for path in PAGES]
        + [("anong", path) for path in PAGES_OF_ANONG]
        + [("hub", path) for path in PAGES_OF_HUB]
    )
    asked += [("hub", f"/freight/loads/{world.loads[0]}/"), ("", f"/invitations/{world.invitation}/")]
    found = {}
    for name, path in asked:
        client = Client(headers={"accept-language": LANGUAGE_OF[locale]})
        if name:
            assert client.login(username=name, password=market_morning.PASSWORD)
        answer = client.get(path)
        assert answer.status_code == 200
        html = answer.content.decode()
        # The rule and source of a price line are the data's own words, in the language of their source.
        html = re.sub(r"<td[^>]*>[^<]*(illustrative|Bank of Thailand|FTA|VAT Law|price list)[^<]*</td>", "", html)
        if left := leftovers(html):
            found[path] = left
    assert found == {}
