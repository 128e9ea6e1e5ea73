"""The pages speak Thai and Chinese completely, with the words of the trade, and keep to them."""

from __future__ import annotations

import csv
import importlib.util
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from babel.messages.catalog import Catalog, Message
from browser.visits import visits
from django.test import Client
from django.urls import reverse
from django.utils.translation import gettext, ngettext, override
from worlds import after_delivery, market_morning
from worlds.market_morning import World

from samphao.accounts.services import in_three_languages
from samphao.customs.adapters.entry_simulator import COUNTRIES
from samphao.customs.adapters.officer_simulator import ISSUERS, OFFICER
from samphao.freight.carrier_simulator import REPORTED_BY
from samphao.insight.queries import Impact
from samphao.trade.rush.server import REFUSALS, UNREADABLE
from samphao.web.cards import door_text, unit_count
from samphao.web.impact_page import concentration_text
from samphao.web.sources import source_text
from samphao.web.stored_texts import problem_text, stored_text
from samphao.web.templatetags import samphao
from samphao.workflows.declaring import MADE_HERE
from samphao.workflows.notices import _sold

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
    "Producer": ("ผู้ผลิต", "生产者"),
    "Lot": ("ล็อต", "批次"),
    "Packing house": ("โรงคัดบรรจุ", "包装厂"),
    "Exporter of record": ("ผู้ส่งออกตามใบขน", "境外发货人"),
    "Importer of record": ("ผู้นำเข้า", "境内收货人"),
    "To the door": ("ถึงมือผู้ซื้อ", "到手价"),
    "Price to the door": ("ราคาถึงมือผู้ซื้อ (รวมขนส่งและภาษี)", "到手价（含税到门）"),
    "Declared and released": ("ยื่นใบขนและตรวจปล่อย", "申报并放行"),
}
# Latin letters that stay as they are in every language: names, codes, terms of trade, and what people wrote themselves.
LATIN = re.compile(
    r"GACC Announcement \(demo\)|Samphao|English|Apache|Natural Earth|Sarabun|SIL Open Font License|API|FCA|FOB|CIF|DDP|DAP|CBEC|CN23|ACFTA|GACC|GAP|Form E|Basic Yellow 2|BY2|"
    r"CO2e|UTC|LINE|HS|PDF|CSV|BIC|KASITHBK|PromptPay|\bSO[0-9A-Z]{8}\b|\bR\d{8}\b|payment:\S+|JPEG|PNG|WebP|Idempotency-Key|sold-out|\b[A-Z]{2,4}-[\w-]+|TCLU\d+|THB|CNY|JPY|SEAL \d+|"
    r"OTOP|DBD|DOA|\bGI\b|MST|SME|Registered|Fa Sai longan orchard|\(Mueang Lamphun\)|\(Umong\)|"  # registers, and a name with its place
    r"durian|longan|Hom mali rice|silk|\bAA\b|\bAB\b|CSV|AC 03-[\d-]+|Hill orchard \(demo\)|lots-of-the-hill-orchard\.csv|JP¥|\bSIL\b|cceeccic|lexiscn|\bMB\b|\bKB\b|\b[A-Z]{2}-…|http://\S+|[\w.]+@[\w.]+\.example"
)


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

    SILENT = frozenset({"script", "style", "svg", "code"})

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
    return [said for said in words.said if re.search(r"[A-Za-z]{2,}", LATIN.sub("", said))]


def test_a_leftover_is_seen_and_a_name_is_none() -> None:
    assert leftovers('<p>ราคา <b>Sold out</b></p><p title="Close">SO-7F3K Form E Samphao</p><script>let word</script>') == [
        "Sold out", "Close",
    ]  # fmt: skip


def pages(world: World) -> Iterator[tuple[str, str]]:
    """Yield log-in and address of every page that one language speaks, as the browser visits them."""
    for visit in visits():
        if visit.status == 200 and not visit.speaks_all:
            address = visit.path or reverse(visit.name, kwargs=visit.arguments(world))
            yield visit.as_, address + (f"?{visit.query}" if visit.query else "")


@pytest.mark.django_db
@pytest.mark.parametrize("locale", LOCALES)
def test_no_page_in_a_language_holds_english_leftovers(locale: str, tmp_path: Path, settings: Any) -> None:
    settings.FILES_FOLDER = tmp_path
    world = market_morning.make()
    after_delivery.add(world)
    names = re.compile(
        "|".join(sorted((*world.parties, "newcomer", "beginner", "finisher", "season-[0-9]+"), key=len, reverse=True))
    )  # log-ins and plans are names
    found = {}
    for name, path in pages(world):
        client = Client(headers={"accept-language": LANGUAGE_OF[locale]})
        if name:
            assert client.login(username=name, password=market_morning.PASSWORD)
        answer = client.get(path)
        assert answer.status_code == 200, path
        said = leftovers(answer.content.decode())
        if left := [text for text in said if re.search(r"[A-Za-z]{2,}", names.sub("", LATIN.sub("", text)))]:
            found[f"{name} {path}"] = left
    assert found == {}


def table(path: str, root: Path = ROOT / "src" / "samphao") -> list[dict[str, str]]:
    with (root / path).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


SHOWN = (
    "gate_rules",
    "trade_mode_rules",
    "tariff_rates",
    "tax_categories",
    "taxes",
    "price_rules",
    "exchange_rates",
    "documents",
    "cbec_list",
)


def texts_of_data() -> dict[str, set[str]]:
    """Return, by where they stand, the texts of the reference data that pages show and that are English there."""
    titles = {row["key"]: row["title"] for row in table("reference/data/sources.csv")}
    papers = [
        row for row in table("reference/data/documents.csv") if row["needed"] in ("mandatory", "to_claim_preference")
    ]
    return {
        "sources.csv": {titles[key.strip()] for name in SHOWN for row in table(f"reference/data/{name}.csv") for key in row["source"].split(";")},
        "documents.csv": {row["condition"] for row in papers} | {row["issuer"] for row in papers if row["code"] not in MADE_HERE},
        "tariff_rates.csv": {row["condition_text"] for row in table("reference/data/tariff_rates.csv")},
        "customs/data": {row["source"] for name in ("offices", "entry_sampling", "risk_rules") for row in table(f"customs/data/{name}.csv")},
        "season": {row["source"] for name in ("importers", "post_tariff", "permits") for row in table(f"{name}.csv", ROOT / "examples" / "season")},
        "simulators": {REPORTED_BY, OFFICER, ISSUERS, *(f"entry inspection simulator ({name})" for name in COUNTRIES.values())},
        "order counter": {title for _status, _code, title in REFUSALS.values()} | {title for _status, title in UNREADABLE.values()},
    }  # fmt: skip


@pytest.mark.parametrize("locale", LOCALES)
def test_every_text_of_the_data_that_pages_show_is_said_in_the_language(locale: str) -> None:
    with override(LANGUAGE_OF[locale]):
        untold = {
            where: sorted(text for text in texts if text and problem_text(stored_text(source_text(text))) == text)
            for where, texts in texts_of_data().items()
        }
    assert {where: texts for where, texts in untold.items() if texts} == {}


def test_a_source_that_names_several_is_said_one_by_one() -> None:
    with override("th"):
        said = source_text("Estimate of this project; Some newspaper of tomorrow")
    assert said == "ค่าประมาณของโครงการนี้; Some newspaper of tomorrow"
    assert source_text("an estimated 5") == "an estimated 5", "phrases are found as whole words"


@pytest.mark.parametrize(
    ("language", "day", "moment", "amount"),
    [
        ("th", "23 พ.ย. 2569", "23 พ.ย. 2569 09:05", "฿ 1,234.50"),
        ("zh-hans", "2026年11月23日", "2026年11月23日 09:05", "฿ 1,234.50"),
        ("en", "23 Nov 2026", "23 Nov 2026 09:05", "฿ 1,234.50"),
    ],
)
def test_days_times_and_amounts_are_written_as_people_of_a_language_write_them(
    language: str, day: str, moment: str, amount: str
) -> None:
    at = datetime(2026, 11, 23, 2, 5, tzinfo=UTC)
    with override(language):
        written = (
            samphao.day(at.date()),
            samphao.moment(at),
            samphao.money(123_450, "THB"),
            samphao.day_of("2026-11-23"),
        )
    assert tuple(text.replace(samphao.NBSP, " ") for text in written) == (day, moment, amount, day)


@pytest.mark.parametrize(("count", "said"), [(1, "1 metre"), (2, "2 metres"), (1_400, "1,400 metres")])
def test_one_and_many_are_told_apart(count: int, said: str) -> None:
    with override("en"):
        assert unit_count(count, "m").replace(samphao.NBSP, " ") == said
        sold = in_three_languages(_sold(count), orders=f"{count:,}")["text_en"]
    assert sold.startswith(
        f"{count:,} order{'' if count == 1 else 's'} of your lots {'was' if count == 1 else 'were'} paid"
    )


def test_a_price_is_told_by_what_the_good_is_sold_by() -> None:
    with override("en"):
        silk = door_text(241_432, "CNY", SimpleNamespace(unit="m", unit_mass_g=180), 20, "Kunming")
        durian = door_text(12_797, "CNY", SimpleNamespace(unit="fruit", unit_mass_g=3000), 1, "Kunming")
    assert silk.replace(samphao.NBSP, " ") == "¥ 120.72 / metre to the door in Kunming"
    assert durian.replace(samphao.NBSP, " ") == "¥ 42.66 / kg (¥ 21.33 / 斤) to the door in Kunming"


def test_concentration_of_nothing_is_said_in_words() -> None:
    nothing = Impact(0, 0, 0, 0, 0, 0, 0.0, (), ())
    with override("en"):
        assert "0.0000" not in concentration_text(nothing)
