"""The design system: how numbers and dates are written, what components say, what drawings refuse, what is translated."""

from __future__ import annotations

import csv
import random
import re
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from importlib.resources import files
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from django.contrib.auth.models import AnonymousUser
from django.core.handlers.wsgi import WSGIRequest
from django.core.paginator import Paginator
from django.template import Context, Template
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils.translation import override

from samphao.core.dates import LOCALES
from samphao.web import charts, maps
from samphao.web.cards import MOTIFS, motif
from samphao.web.templatetags import samphao as write
from samphao.web.templatetags.style_samples import style_samples
from samphao.web.views import problems

WEB = Path(str(files("samphao.web")))
CSS = (WEB / "static/web/samphao.css").read_text(encoding="utf-8")
LANGUAGES = ("th", "zh-hans", "en")
BANGKOK_EVENING = datetime(2026, 11, 23, 10, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    ("minor", "currency", "written"),
    [
        (1_188_000, "THB", "฿\u00a011,880.00"),
        (260_172, "CNY", "¥\u00a02,601.72"),
        (5, "THB", "฿\u00a00.05"),
        (-5, "THB", "\u2212฿\u00a00.05"),
        (1_500_000, "VND", "₫\u00a01,500,000"),
        (1_234, "KWD", "KWD\u00a01.234"),
        (980, "JPY", "JP¥\u00a0980"),
    ],
)
@pytest.mark.parametrize("language", LANGUAGES)
def test_money_shows_its_currency_and_as_many_digits_as_its_minor_unit_has(language, minor, currency, written):
    with override(language):
        assert write.money(minor, currency) == written


def test_an_unknown_amount_is_a_dash_and_never_zero():
    assert write.money(None, "THB") == write.number("") == write.day(None) == "–"
    assert write.money(0, "THB") == "฿\u00a00.00"


def test_large_sums_may_leave_out_their_minor_units_by_rounding_half_to_even():
    assert write.money_whole(5_173_040_050, "THB") == "฿\u00a051,730,400"
    assert write.money_whole(150, "THB") == write.money_whole(250, "THB") == "฿\u00a02"


def test_numbers_are_grouped_and_keep_the_digits_that_they_have():
    assert write.number(51730400) == "51,730,400"
    assert write.number("0.1") == "0.1"
    assert write.number(9.25, 1) == "9.2"
    assert write.percent("0.009") == "0.9\u00a0%"
    assert write.percent(1) == "100\u00a0%"
    with override("en"):
        assert write.kg("18400") == "18,400\u00a0kg"
        assert write.tonnes(18400) == "18.4\u00a0t"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("digits", [None, 0, 1, 2, 4])
def test_numbers_are_written_as_babel_writes_them_in_each_language(language, digits):
    pattern = "#,##0.######" if digits is None else "#,##0" + ("." + "0" * digits if digits else "")
    draws = random.Random(7)
    values = [Decimal(draws.randrange(-(10**9), 10**9)).scaleb(-draws.randrange(7)) for _ in range(200)]
    with override(language):
        for value in [*values, Decimal("0.5"), Decimal("1.5"), Decimal("-0.0000004"), Decimal("1E+3"), Decimal("0.30")]:
            exact = round(value, 6 if digits is None else digits)
            known = format_decimal(abs(exact), format=pattern, locale=LOCALES[language], decimal_quantization=False)
            assert write.number(value, digits).lstrip(write.MINUS) == known, value


@pytest.mark.parametrize(
    ("language", "written", "in_china"),
    [
        ("th", "23\u00a0พ.ย.\u00a02569", "23\u00a0พ.ย.\u00a02569 18:20\u00a0(UTC+8)"),
        ("zh-hans", "2026年11月23日", "2026年11月23日 18:20\u00a0(UTC+8)"),
        ("en", "23\u00a0Nov\u00a02026", "23\u00a0Nov\u00a02026 18:20\u00a0(UTC+8)"),
    ],
)
def test_dates_are_written_as_each_language_writes_them(language, written, in_china):
    with override(language):
        assert write.day(date(2026, 11, 23)) == write.day(BANGKOK_EVENING) == written
        assert write.moment(BANGKOK_EVENING, "Asia/Shanghai") == in_china
        assert write.clock_time(BANGKOK_EVENING) == "17:20"


def test_a_day_is_the_day_where_the_hub_is():
    assert write.day(datetime(2026, 11, 23, 18, 0, tzinfo=UTC)) == "24\u00a0Nov\u00a02026"


def test_a_time_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="aware"):
        write.moment(datetime(2026, 11, 23, 10, 20))  # noqa: DTZ001 - that is the point


def test_a_name_is_shown_in_the_language_of_the_page():
    thing = {"name_th": "จันทบุรี", "name_zh": "尖竹汶府", "name_en": "Chanthaburi"}
    shown = {}
    for language in LANGUAGES:
        with override(language):
            shown[language] = write.in_language(thing)
    assert shown == {"th": "จันทบุรี", "zh-hans": "尖竹汶府", "en": "Chanthaburi"}


def test_a_name_lent_from_another_language_says_so_and_is_escaped():
    with override("zh-hans"):
        shown = write.in_language({"name_th": "<b>ผ้า</b>"})
    assert '<span lang="th">&lt;b&gt;ผ้า&lt;/b&gt;</span>' in shown
    assert "ไทย" in shown
    assert write.in_language({}) == "–"


def test_a_code_is_kept_whole_and_what_stands_around_it_is_escaped():
    assert write.kept("<i> SO-7F3K-2QJ9, CTI-MT-0430") == (
        '&lt;i&gt; <span class="k">SO-7F3K-2QJ9</span>, <span class="k">CTI-MT-0430</span>'
    )
    assert write.kept("至2026年4月24日止") == '至<span class="k">2026年4月24日</span>止'
    assert write.kept("DDP, so-called, Hom-Mali") == "DDP, so-called, Hom-Mali"
    assert write.kept(write.in_language({"name_en": "A"})) == "A"


@pytest.mark.parametrize("kind", ["ok", "warn", "bad", "info", "idle"])
def test_a_status_is_word_shape_and_colour(kind):
    shown = Template("{% load samphao %}{% tag kind 'a word' %}").render(Context({"kind": kind}))
    assert "a word" in shown
    assert f"tag {kind}" in shown
    assert "<svg" in shown


def test_every_kind_of_status_has_a_shape_of_its_own():
    shapes = [shape for shape in write.SHAPES.values() if shape]
    assert len(set(shapes)) == len(shapes) == 5


def test_a_task_that_cannot_start_is_no_link():
    tasks = [{"title": "Sell", "url": "/sell", "state": "later"}, {"title": "List", "url": "/list", "state": "todo"}]
    shown = render_to_string("components/task_list.html", {"tasks": tasks})
    assert 'href="/list"' in shown
    assert "/sell" not in shown
    assert "Cannot start yet" in shown
    assert "Incomplete" in shown


def test_an_unknown_price_line_says_unknown():
    lines = [{"label": "Duty", "rule": "", "amount": None}, {"label": "VAT", "rule": "9 %", "amount": "0.00"}]
    shown = render_to_string("components/price_lines.html", {"lines": lines})
    assert shown.count("unknown") == 1
    assert "0.00" in shown


def test_a_table_aligns_its_numbers_and_scrolls_in_its_own_box():
    columns = [{"label": "Place"}, {"label": "Tonnes", "numeric": True}]
    shown = render_to_string("components/table.html", {"columns": columns, "rows": [["<Nan>", "12"]], "label": "t"})
    assert '<td class="n">12</td>' in shown
    assert '<th scope="row">&lt;Nan&gt;</th>' in shown
    assert 'tabindex="0"' in shown
    assert "Nothing here yet." in render_to_string("components/table.html", {"columns": columns, "rows": []})


def test_a_wide_table_names_the_column_in_each_cell_and_keeps_its_roles_when_it_becomes_cards():
    columns = [
        {"label": "Load", "whole": True}, {"label": "Lane", "wide": True}, {"label": "Leaves", "whole": True}, {"label": "Mass", "numeric": True},
    ]  # fmt: skip
    foot = ["", "Together", "", "12 t"]
    shown = render_to_string(
        "components/table.html", {"columns": columns, "rows": [["LD-1", "a → b", "1 May", "12 t"]], "foot": foot, "label": "t"}
    )  # fmt: skip
    assert '<table class="deck" role="table">' in shown
    assert '<th scope="row" class="k" role="rowheader"><span class="k">LD-1</span></th>' in shown
    assert '<td class="w" role="cell" data-label="Lane">a → b</td>' in shown
    assert '<td class="n" role="cell" data-label="Mass">12 t</td>' in shown
    assert '<td class="w" role="cell">Together</td>' in shown
    assert shown.count('role="columnheader"') == 4
    assert shown.count('role="row"') == 3
    assert '<caption class="vh">t</caption>' in shown


@pytest.mark.parametrize(
    ("numeric", "is_deck"),
    [("w", False), ("wn", False), ("wnn", False), ("wwn", True), ("www", True), ("wnnn", True)],
)
def test_a_table_becomes_cards_when_a_telephone_would_squeeze_its_words(numeric, is_deck):
    assert write.is_deck([{"label": "x", "numeric": letter == "n"} for letter in numeric]) is is_deck


def test_every_good_has_a_drawing_and_every_drawing_a_good():
    drawn = {path.stem for path in (WEB / "static/web/motifs").glob("*.svg")}
    assert drawn == {*MOTIFS.values(), "goods"}
    with (WEB.parent / "reference/data/goods.csv").open(encoding="utf-8") as file:
        goods = [row["code"] for row in csv.DictReader(file)]
    assert {key for key in MOTIFS if not any(good.startswith(key) for good in goods)} == set()
    assert [motif(good) for good in ("mangosteen", "mango-dried", "celadon", "sugar")] == ["mangosteen", "mango", "celadon", "goods"]  # fmt: skip


def test_pagination_keeps_the_rest_of_the_address():
    request = RequestFactory().get("/market/", {"q": "金枕 & more", "page": "2"})
    page = Paginator(range(60), 10).page(2)
    shown = Template("{% load samphao %}{% pagination page %}").render(Context({"page": page, "request": request}))
    assert "?q=%E9%87%91%E6%9E%95+%26+more&amp;page=3" in shown
    assert "11 to 20 of 60" in shown
    one = Template("{% load samphao %}{% pagination page %}").render(Context({"page": Paginator([], 10).page(1)}))
    assert one.strip() == ""


def test_the_error_summary_leads_to_the_fields():
    sample = next(sample for sample in style_samples() if sample["code"] == "en")
    form = sample["form"]
    summary = render_to_string("components/error_summary.html", {"form": form})
    assert f'href="#{form["mass"].id_for_label}"' in summary
    field = render_to_string("components/field.html", {"field": form["mass"]})
    assert 'aria-invalid="true"' in field
    for described in re.findall(r'aria-describedby="([^"]+)"', field):
        assert all(f'id="{name}"' in field for name in described.split())


def test_the_sample_price_on_the_style_page_adds_up():
    for sample in style_samples():
        lines = [round(float(line["amount"].replace(",", "")) * 100) for line in sample["price"]["lines"]]
        assert sum(lines) == round(float(sample["price"]["foot"]["amount"].replace(",", "")) * 100) == 308_024


def test_bars_start_at_zero_and_are_as_long_as_their_values():
    svg = charts.bar_chart([charts.Bar("a", 50, "50"), charts.Bar("b", 25, "25")], label="x")
    assert re.findall(r'fill="var\(--sea\)" x="0" y="\d+" width="([\d.]+)%"', svg) == ["100.00", "50.00"]
    with pytest.raises(ValueError, match="below zero"):
        charts.bar_chart([charts.Bar("a", -1, "-1")], label="x")


def test_shares_fill_the_whole_bar():
    parts = [charts.Part(name, value, str(value)) for name, value in (("a", 3.0), ("b", 1.0), ("c", 2.0))]
    widths = re.findall(
        r'class="cut" fill="var\(--\w+\)" x="[\d.]+%" y="0" width="([\d.]+)%"', charts.share_bar(parts, label="x")
    )
    assert sum(map(float, widths)) == pytest.approx(100, abs=0.02)


def test_a_bar_of_shares_uses_no_colour_twice():
    svg = charts.share_bar([charts.Part(str(n), 1, "1") for n in range(5)], label="x")
    assert len(set(re.findall(r'class="cut" fill="(.*?)"', svg))) == 5
    with pytest.raises(ValueError, match="bar chart"):
        charts.share_bar([charts.Part(str(n), 1, "1") for n in range(6)], label="x")


def test_a_line_leaves_a_gap_where_nothing_is_known():
    svg = charts.line_chart([charts.Series("a", [1, 2, None, 4, 5])], places=list("abcde"), label="x")
    assert svg.count("<polyline") == 2


NASTY = '"><script>alert(1)</script>'


def drawings(text: str) -> Mapping[str, str]:
    here = maps.Place(13.0, 101.0)
    return {
        "bar": charts.bar_chart([charts.Bar(text, 1, text, text)], label=text),
        "share": charts.share_bar([charts.Part(text, 1, text)], label=text),
        "line": charts.line_chart([charts.Series(text, [1, 2])], places=[text, text], label=text, unit=text),
        "map": maps.corridor_map(
            text,
            choropleth=maps.Choropleth({"TH-22": 1}, titles={"TH-22": text}, hrefs={"TH-22": text}),
            flows=[maps.Flow(here, maps.Place(25, 102), "rail", 1, title=text)],
            pins=[maps.Pin(here, text, title=text, href=text)],
        ),
        "keys": maps.flow_key({"sea": text}) + maps.choropleth_key(maps.Choropleth({}), unit=text, none_label=text),
    }


@pytest.mark.parametrize("name", sorted(drawings("x")))
def test_no_text_can_break_out_of_a_drawing(name):
    drawn = drawings(NASTY)[name]
    assert "<script" not in drawn
    assert '">&lt;' not in drawn
    assert " style=" not in drawn


def test_the_map_draws_the_seventy_seven_provinces_once_each():
    codes = maps.province_codes()
    assert len(codes) == len(set(codes)) == 77
    assert all(re.fullmatch(r"TH-\d\d", code) for code in codes)
    assert maps.corridor_map("x").count('class="prov') == 77


def test_a_place_is_drawn_in_its_own_province():
    """Chanthaburi town lies within the box of its province's outline, by the projection that the data names."""
    path = str(maps._outlines()["provinces"]["TH-22"])
    x, y, xs, ys = 0.0, 0.0, [], []
    for command, run in re.findall(r"([Ml])([^MlzZ]+)", path):
        numbers = [float(number) for number in re.findall(r"-?\d*\.?\d+", run)]
        for dx, dy in zip(numbers[::2], numbers[1::2], strict=True):
            x, y = (dx, dy) if command == "M" else (x + dx, y + dy)
            xs.append(x)
            ys.append(y)
    at_x, at_y = maps.project(maps.Place(12.61, 102.10))
    assert min(xs) < at_x < max(xs)
    assert min(ys) < at_y < max(ys)


def test_borders_outside_the_corridor_are_drawn_only_when_asked_for():
    corridor, everything, nothing = (maps.corridor_map("x", outlines=how) for how in ("corridor", "all", "none"))
    assert 'class="border"' not in nothing
    assert len(nothing) < len(corridor) < len(everything)


def test_a_map_is_drawn_again_when_anything_that_it_shows_has_changed():
    def drawn(sold=5.0, title="Chanthaburi", volume=9.0):
        shown = maps.Choropleth({"TH-22": sold, "TH-21": 2.0}, {"TH-22": title})
        flows = [maps.Flow(maps.Place(12.6, 102.1), maps.Place(25.0, 102.7), "rail", volume, f"{volume} t")]
        return maps.corridor_map("x", choropleth=shown, flows=flows)

    assert drawn() is drawn()
    assert len({drawn(), drawn(sold=1.0), drawn(title="จันทบุรี"), drawn(volume=8.0)}) == 4


def test_classes_of_the_map_hold_as_many_provinces_each_and_end_at_round_numbers():
    values = {f"TH-{n:02}": float(n * n) for n in range(1, 11)} | {"TH-11": 0.0, "TH-12": 987_654.0}
    shown = maps.Choropleth(values)
    assert shown.breaks == (9.0, 25.0, 49.0, 81.0, 990_000.0)
    assert Counter(map(shown.class_of, values)) == {"q1": 3, "q2": 2, "q3": 2, "q4": 2, "q5": 2, "q0": 1}
    assert shown.class_of("TH-99") == "none"
    key = maps.choropleth_key(shown, unit="t", none_label="no data")
    assert re.findall(r"</svg>(.*?)</li>", key) == ["0", "0–9", "9–25", "25–49", "49–81", "81–990,000 t", "no data"]


def test_a_map_of_few_values_has_few_classes_and_a_dark_one():
    shown = maps.Choropleth({"TH-22": 5.0, "TH-50": 5.0})
    assert (shown.breaks, shown.class_of("TH-22")) == ((5.0,), "q5")
    assert maps.Choropleth({}).bounds() == []


def test_a_wider_flow_carries_more_and_a_closed_one_looks_closed():
    here, there = maps.Place(13, 101), maps.Place(25, 102)
    svg = maps.corridor_map(
        "x", flows=[maps.Flow(here, there, "road", 1), maps.Flow(here, there, "sea", 9, is_closed=True)]
    )
    widths = {mode: float(width) for mode, width in re.findall(r'class="flow (\w+)[^"]*" stroke-width="([\d.]+)"', svg)}
    assert widths["sea"] > widths["road"]
    assert 'class="flow sea closed"' in svg


def test_every_text_of_the_components_is_translated_and_keeps_its_places():
    """The components' own texts; a page's texts are that page's test."""
    wanted: set[str] = set()
    for path in [*(WEB / "templates").glob("*.html"), *(WEB / "templates/components").glob("*.html")]:
        source = path.read_text(encoding="utf-8")
        wanted |= {found[1] for found in re.findall(r"""\{% translate (["'])(.*?)\1""", source)}
        wanted |= {found[1] for found in re.findall(r"""_\((["'])(.*?)\1\)""", source)}
        for text in re.findall(r"\{% blocktranslate.*?%\}(.*?)\{% endblocktranslate %\}", source):
            wanted.add(re.sub(r"\{\{ (\w+) \}\}", r"%(\1)s", text))
    assert len(wanted) > 50
    for locale in ("th", "zh_Hans"):
        with (WEB / f"locale/{locale}/LC_MESSAGES/django.po").open("rb") as file:
            catalog = read_po(file, locale=locale)
        entries = {message.id: message for message in catalog if message.id}
        assert not wanted - set(entries), locale
        for message in entries.values():
            assert not message.fuzzy
            ids = [message.id] if isinstance(message.id, str) else list(message.id)
            strings = [message.string] if isinstance(message.string, str) else list(message.string)
            assert all(strings), message.id
            places = set(re.findall(r"%\(\w+\)s", " ".join(ids)))
            assert all(set(re.findall(r"%\(\w+\)s", string)) <= places for string in strings)


def colours(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+):(#[0-9A-F]{6})", block))


def luminance(colour: str) -> float:
    channels = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a: str, b: str) -> float:
    low, high = sorted((luminance(a), luminance(b)))
    return (high + 0.05) / (low + 0.05)


LIGHT = colours(CSS.split("prefers-color-scheme:dark")[0])
DARK = LIGHT | colours(CSS.split("prefers-color-scheme:dark")[1].split("}")[0])


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("ground", ["paper", "sheet"])
def test_text_has_a_contrast_of_four_and_a_half_and_drawings_of_three(scheme, ground):
    for text in ("ink", "ink-soft", "sea", "sail", "leaf", "rice-deep"):
        assert contrast(scheme[text], scheme[ground]) >= 4.5, text
    for stroke in ("road", "edge"):
        assert contrast(scheme[stroke], scheme[ground]) >= 3, stroke
    for wash in ("leaf-wash", "sail-wash", "rice-wash", "sea-wash"):
        assert contrast(scheme["ink"], scheme[wash]) >= 4.5, wash
    assert contrast(scheme["on-fill"], scheme["sail"]) >= 4.5
    assert contrast(scheme["on-fill"], scheme["sea"]) >= 4.5


def test_the_style_sheet_and_the_map_stay_small_and_call_nobody():
    assert len(CSS.encode()) < 40_000
    assert "http" not in CSS
    assert (WEB / "static/web/map/corridor.json").stat().st_size < 80_000
    for weight in ("regular", "bold"):
        assert (WEB / f"static/web/fonts/sarabun-{weight}.woff2").stat().st_size < 24_000


def test_an_error_page_needs_no_request_and_no_database():
    shown = render_to_string("500.html")
    assert "The hub made a mistake" in shown
    assert 'href="/"' in shown


class FramelessRequest(WSGIRequest):
    """A request whose hub cannot be read, as when the database is away."""

    @property
    def hub(self):
        raise RuntimeError("the database is away")


def test_an_error_page_stands_in_the_frame_and_without_it_when_the_frame_breaks():
    request = RequestFactory().get("/x/")
    request.user = AnonymousUser()
    assert 'class="brand" href="/setup/"' in problems.server_error(request).content.decode()
    answer = problems.server_error(FramelessRequest(request.environ))
    assert answer.status_code == 500
    assert "The hub made a mistake" in answer.content.decode()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_style_page_shows_every_component(language):
    with override(language):
        shown = render_to_string("design.html", request=None)
    for lang in ("th", "zh-Hans", "en"):
        assert shown.count(f'class="sheet" lang="{lang}"') == 26
    assert len(re.findall(r'class="road"', shown)) == 3
    places = set(re.findall(r'id="([^"]+)"', shown))
    assert set(re.findall(r'href="#([^"]+)"', shown)) <= places


def test_the_style_page_leaves_no_component_out():
    folder = WEB / "templates"
    sources = {path.name: path.read_text(encoding="utf-8") for path in (folder / "components").glob("*.html")}
    shown, wanted = set(), [(folder / "design.html").read_text(encoding="utf-8")]
    tags = {"pagination.html": "{% pagination "}
    while wanted:
        source = wanted.pop()
        for name in sources.keys() - shown:
            if f'"components/{name}"' in source or (name in tags and tags[name] in source):
                shown.add(name)
                wanted.append(sources[name])
    assert sources.keys() - shown == PAGES_OWN


# These stand in the frame of problem pages, which the browser photographs as pages.
PAGES_OWN = {"ways_on.html"}
