"""A morning at the market: some lots on sale for three cities, Anong's orders in every state, a plan with its loads.

Every price is the sum of its lines; names and titles are as long as real ones, so that a page has something to bear.
People and firms are invented.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from io import BytesIO
from typing import Any

from PIL import Image

from samphao.accounts import services as accounts
from samphao.accounts.models import Membership, Orchard, Organisation, User
from samphao.accounts.queries import Viewer
from samphao.accounts.types import DelegationTerms
from samphao.core import clock, files
from samphao.freight.models import Consignment, Load, Plan, Shipment
from samphao.payments.services import record_payments
from samphao.payments.types import BankReport
from samphao.reference import services as reference
from samphao.reference.models import Destination
from samphao.trade import services
from samphao.trade.models import Basket, GateState, Listing, Lot, ModeState, Offer, Order, Purchase, TradeMode
from samphao.trade.types import CampaignSpec, CycleTerms, OrderRequest
from samphao.workflows.price_to_door import REGIMES
from worlds import customs_house, new_seller, open_hub

PASSWORD = "a morning at the market"
DESTINATIONS = (
    ("KMG", "CNKMG", "Kunming", "คุนหมิง", "昆明", "CN", "CNY"),
    ("SHA", "CNSHA", "Shanghai", "เซี่ยงไฮ้", "上海", "CN", "CNY"),
    ("TYO", "JPTYO", "Tokyo", "โตเกียว", "东京", "JP", "JPY"),
)
PARTIES = (
    ("somchai", "producer", "Tha Mai Durian Growers (demo)", "ชาวสวนทุเรียนท่าใหม่ (สาธิต)", "他迈榴莲果农（演示）", "TH-22"),
    ("malee", "producer", "Ban Na Kha Weavers (demo)", "กลุ่มทอผ้าบ้านนาข่า (สาธิต)", "班那卡织造组（演示）", "TH-41"),
    ("house", "packing_house", "Tha Mai Packing House (demo)", "โรงคัดบรรจุท่าใหม่ (สาธิต)", "他迈包装厂（演示）", "TH-22"),
    ("exporter", "exporter", "Chanthaburi Fruit Export Co. (demo)", "บริษัทส่งออกผลไม้จันทบุรี (สาธิต)", "尖竹汶水果出口公司（演示）", "TH-22"),
    ("importer", "importer", "Yunnan Fruit Import Co. (demo)", "บริษัทนำเข้าผลไม้ยูนนาน (สาธิต)", "云南水果进口公司（演示）", ""),
    ("anong", "buyer", "Anong's Fruit Shop (demo)", "ร้านผลไม้อนงค์ (สาธิต)", "阿侬水果店（演示）", ""),
    ("baisong", "buyer", "Baisong Kitchen (demo)", "ครัวใบสน (สาธิต)", "柏松厨房（演示）", ""),
    ("laboratory", "laboratory", "Rayong Food Laboratory (demo)", "ห้องปฏิบัติการอาหารระยอง (สาธิต)", "罗勇食品实验室（演示）", "TH-21"),
    ("carrier", "carrier", "Eastern Reefer Lines (demo)", "ตู้เย็นภาคตะวันออก (สาธิต)", "东部冷藏运输（演示）", "TH-20"),
    ("hub", "hub", "The hub (demo)", "ฮับ (สาธิต)", "平台（演示）", "TH-21"),
)  # fmt: skip
OFFICERS = {
    "office": "CO-THNOK",
    "elsewhere": "CO-THLCH",
}  # where the exports of the morning are declared, and where none is
GOODS = (  # code, seller, good, unit, mass in g, units in a carton, price in satang, titles
    ("CTI-MT-0430", "somchai", "durian-fresh", "fruit", 3000, 6, 49_500, "Monthong durian, grade A", "ทุเรียนหมอนทอง เกรด A", "金枕榴莲，A 级"),
    ("CPN-LG-0718", "somchai", "longan-fresh", "kg", 1000, 10, 6_200, "Longan, size AA", "ลำไย ขนาด AA", "龙眼，AA 级"),
    ("UDN-SK-0101", "malee", "silk-mudmee", "m", 180, 20, 145_000, "Mudmee silk, dyed with indigo", "ผ้าไหมมัดหมี่ย้อมคราม", "靛蓝扎染真丝"),
    ("UDN-SK-0102", "malee", "silk-mudmee", "m", 180, 20, 98_000, "Mudmee silk, natural white", "ผ้าไหมมัดหมี่สีธรรมชาติ", "本白扎染真丝"),
    ("CCO-MG-0322", "somchai", "mango-fresh", "kg", 1000, 5, 8_800, "Nam Dok Mai mango", "มะม่วงน้ำดอกไม้สีทอง", "水仙芒果"),
)  # fmt: skip
FINDINGS = (
    ("Orchard certificate (GAP) valid to the end of the harvest", "ใบรับรอง GAP ของสวนยังไม่หมดอายุจนสิ้นการเก็บเกี่ยว", "果园GAP证书有效期覆盖采收期"),
    ("Dry matter of the lot", "น้ำหนักเนื้อแห้งของล็อต", "该批次干物质含量"),
    ("No Basic Yellow 2 in the sample", "ไม่พบ Basic Yellow 2 ในตัวอย่าง", "样品未检出碱性嫩黄（BY2）"),
    ("Phytosanitary certificate", "ใบรับรองสุขอนามัยพืช", "植物检疫证书"),
)  # fmt: skip
LEGS = (("THCTI", "THNOK", "road", 14), ("THNOK", "LAVTE", "road", 3), ("LAVTE", "CNKMG", "rail", 15))


@dataclass(frozen=True)
class World:
    now: datetime
    parties: dict[str, Organisation]
    lots: dict[str, Lot]
    orders: dict[str, str] = field(default_factory=dict)
    loads: tuple[str, ...] = ()
    declarations: dict[str, str] = field(default_factory=dict)
    invitation: str = ""
    campaign: str = ""
    registration: str = ""
    delegation: str = ""
    draft: str = ""
    file: str = ""
    cycle: str = ""


def make() -> World:
    """Make the morning. The hub's clock is moved on past a hold, so pages also say that this is demo data."""
    open_hub.make()
    reference.publish()
    for code, node, english, thai, chinese, country, currency in DESTINATIONS:
        Destination.objects.create(
            code=code, node=node, city_en=english, city_th=thai, city_zh=chinese, country=country, currency=currency,
            source="illustrative",
        )  # fmt: skip
    parties = {row[0]: _party(*row) for row in PARTIES}
    now = clock.now()
    lots = {row[0]: _lot(parties, now, *row) for row in GOODS}
    for number in range(24):  # so that the market has a second page
        code, *rest = GOODS[number % 2]
        lots[f"{code}-{number}"] = _lot(parties, now, f"{code}-{number}", *rest)
    Lot.objects.filter(code="UDN-SK-0101").update(sold=40)
    orders = _orders(parties, lots, now)
    loads = _plan(orders["paid"], now)
    declarations = customs_house.make(parties, loads, now)
    parties |= {name: _officer(name, code) for name, code in OFFICERS.items()}
    told = _told(parties, orders)
    draft, file = _listing(parties, lots)
    return World(
        now,
        parties,
        lots,
        orders,
        loads,
        declarations,
        told,
        _campaign(parties, now),
        _registrations(),
        _delegation(),
        draft,
        file,
        _cycle(parties, now, orders),
    )


ADDRESS = {
    "name": "白松", "phone": "+86 138 0000 0000", "country": "CN", "country_area": "云南省", "city": "昆明市", "street_address": "示例路 1 号", "postal_code": "650000",
}  # fmt: skip


def basket(world: World) -> str:
    """Let Bai Song gather goods of two sellers, unless he has; return the basket that he has not ordered yet."""
    shopper = services.Shopper(world.parties["baisong"].pk)
    gathered = Basket.objects.filter(buyer=shopper.buyer, purchase=None).first()
    return gathered.code if gathered else _gather(world, shopper)


def _gather(world: World, shopper: services.Shopper) -> str:
    for lot in ("CTI-MT-0430", "CPN-LG-0718"):
        offer = world.lots[lot].offers.get(destination="KMG", kind="wholesale")
        code = services.put_in_basket(shopper, offer.pk, 1)
    return code


def purchase(world: World) -> str:
    """Let Bai Song order a basket, unless he has; return what it became."""
    buyer = world.parties["baisong"].pk
    bought = Purchase.objects.filter(buyer=buyer).first()
    if bought:
        return bought.code
    shopper = services.Shopper(buyer)
    return services.order_basket(shopper, _gather(world, shopper), services.Delivery(ADDRESS), buyer=buyer)


def _registrations() -> str:
    """Let one begin a registration, one finish it and one send it; return the code of the last, which waits."""
    for name in ("beginner", "finisher", "newcomer"):
        person = replace(new_seller.FA, username=name, password=PASSWORD)
        code = accounts.begin_registration(person, network="203.0.113.7")
        if name != "beginner":
            new_seller.answered(code, by=name)
    sent = accounts.send_registration(by="newcomer")
    accounts.save_answer("kind", {"kind": "producer"}, by="beginner")
    return sent


def _delegation() -> str:
    """Let Malee's weavers ask the exporter to sell for them."""
    today = clock.today()
    terms = DelegationTerms(("silk-fabric",), 300, 12_000_000, today, today + timedelta(days=120))
    return accounts.ask_delegation("malee", "exporter", terms, by="malee")


def _listing(parties: dict[str, Organisation], lots: dict[str, Lot]) -> tuple[str, str]:
    """Let Somchai begin a draft, say more of his durian, and send a file; return the codes of draft and file."""
    Orchard.objects.create(
        code="ORC-1", producer=parties["somchai"], name_en="Hill orchard (demo)", name_th="สวนบนเนิน (สาธิต)", province_iso="TH-22", area_rai=20,
        trees=400, gap_number="AC 03-9001-99000001", gap_valid_to=date(2027, 5, 1),
    )  # fmt: skip
    listing = lots["CTI-MT-0430"].listing
    listing.attributes, listing.variety, listing.grade = (
        {"variety": "monthong", "grade": "a", "package": "carton"},
        "monthong",
        "A",
    )
    listing.description_th, listing.monthly_capacity = "หวานมัน เนื้อแห้งพอดี จากสวนบนเนินเขา", 9000
    listing.save()
    who = {
        "viewer": Viewer((parties["somchai"].pk,), ("somchai",), frozenset({"producer"}), is_hub=False),
        "by": "somchai",
    }
    draft = services.start_draft(parties["somchai"].pk, **who)
    day = clock.today() + timedelta(days=12)
    answers = {
        "good": "durian-fresh", "attributes": {"variety": "monthong", "grade": "a", "package": "carton"}, "orchard": "ORC-1",
        "harvest_from": day.isoformat(), "harvest_to": (day + timedelta(days=2)).isoformat(), "closes_on": (day - timedelta(days=1)).isoformat(),
        "amount": 4000, "quantity": 4000, "flowering_on": (day - timedelta(days=122)).isoformat(), "trees": 100, "unit": "kg", "unit_mass_g": 1000,
        "carton_units": 18, "price_minor": 16_000, "minimum_units": 36, "steps": [[180, 15_000]], "has_seen_photo": True, "packing_house": "house",
        "exporter": "exporter", "description": ["", "หวานมัน", ""],
    }  # fmt: skip
    services.answer_draft(draft, answers, **who)
    row = "good,variety,harvest_from,harvest_to,closes_on,unit,unit_mass_g,carton_units,quantity,price,orchard,packing_house,exporter"
    content = f"{row}\ndurian-fresh,chanee,{day},{day},{day},kg,1000,18,1500,120.00,ORC-1,house,exporter\n"
    return draft, services.keep_import(content.encode(), "lots-of-the-hill-orchard.csv", parties["somchai"].pk, **who)


def _told(parties: dict[str, Organisation], orders: dict[str, str]) -> str:
    """Tell Anong about two orders, and let Somchai invite somebody; return the token of the invitation."""
    accounts.notify(
        [parties["anong"].pk],
        subject=orders["paid"],
        key="closed",
        text_en="The packing house of your order was suspended. Wait, take another lot, or have your money back.",
        text_th="โรงคัดบรรจุของคำสั่งซื้อนี้ถูกระงับ คุณจะรอ เปลี่ยนล็อต หรือรับเงินคืนก็ได้",
        text_zh="您订单的包装厂已被暂停。您可以等待、换一个批次，或退款。",
    )
    accounts.mark_read("anong")
    accounts.notify(
        [parties["anong"].pk],
        subject=orders["held"],
        key="hold",
        text_en="Your order waits for payment.",
        text_th="คำสั่งซื้อของคุณรอชำระเงิน",
        text_zh="您的订单等待付款。",
    )
    made = accounts.invite(
        "somchai", "fa.of.the.orchard.with.a.long.address@village.example", "member", by="somchai", address="x/{token}"
    )
    return accounts.invitation_token(made.secret)


def _campaign(parties: dict[str, Organisation], now: datetime) -> str:
    """Announce a campaign for tomorrow, with a lot of its own, and give Anong a place in its queue."""
    lot = _lot(parties, now, "CTI-MT-0512", *GOODS[0][1:])
    Lot.objects.filter(pk=lot.pk).update(opens_at=now + timedelta(days=1), closes_at=now + timedelta(days=2))
    spec = CampaignSpec(
        "Monthong of Tha Mai, in one minute", "หมอนทองท่าใหม่ ในหนึ่งนาที", "他迈金枕，一分钟开抢", now + timedelta(days=1), now + timedelta(days=2), 12,
        (lot.code,),
    )  # fmt: skip
    code = services.announce_campaign(spec, by="hub")
    services.take_place(code, parties["anong"].pk, address="127.0.0.1")
    return code


def _cycle(parties: dict[str, Organisation], now: datetime, orders: dict[str, str]) -> str:
    """Open an order cycle of a lot of its own: Anong has paid one deposit, and has not paid another yet."""
    lot = _lot(parties, now, "CTI-MT-0514", *GOODS[0][1:])
    first = (now + timedelta(days=7)).date()
    Lot.objects.filter(pk=lot.pk).update(
        harvest_from=first, harvest_to=first + timedelta(days=7), forecast_low=900, forecast_high=1500
    )
    terms = CycleTerms(
        now - timedelta(hours=1), now + timedelta(days=3), (first + timedelta(days=2), first + timedelta(days=5)), 80, 30, now + timedelta(days=5), 50,
        "pro_rata",
    )  # fmt: skip
    hub = Viewer((), (), frozenset(), is_hub=True)
    code = services.make_cycle(services.CycleSpec(terms, (lot.code,)), viewer=hub, by="hub")
    offer = lot.offers.get(destination="KMG", kind="household")
    for name, quantity in (("pre_order", 4), ("to_deposit", 2)):
        answer = services.place_order(OrderRequest(parties["anong"].pk, f"cycle-{name}", offer.pk, quantity))
        assert answer.is_order, answer
        orders[name] = answer.order
    order = Order.objects.get(code=orders["pre_order"])
    record_payments(
        "simulator",
        [BankReport(order.code, "B-0002", terms.deposit_minor(order.amount_minor), order.currency, lot.code)],
    )
    services.take_deposits([order.code])
    return code


def _party(code: str, kind: str, english: str, thai: str, chinese: str, province: str) -> Organisation:
    party = Organisation.objects.create(
        code=code, kind=kind, legal_form="person" if kind == "buyer" else "company", name_en=english, name_th=thai, name_zh=chinese,
        country="TH" if province or kind == "buyer" else "CN", province_iso=province, is_demo=True,
    )  # fmt: skip
    user = User.objects.create_user(code, password=PASSWORD)
    Membership.objects.create(user=user, organisation=party, role=Membership.Role.OWNER)
    return party


def _officer(name: str, office: str) -> Organisation:
    """Let somebody belong to a customs office: the organisation under its code."""
    party = Organisation.objects.get(code=office)
    user = User.objects.create_user(name, password=PASSWORD)
    Membership.objects.create(user=user, organisation=party, role=Membership.Role.OFFICER)
    return party


def _lot(
    parties: dict[str, Organisation], now: datetime, code: str, seller: str, good: str, unit: str, mass_g: int, carton: int, price: int,
    english: str, thai: str, chinese: str,
) -> Lot:  # fmt: skip
    is_fruit = good.endswith("fresh")
    listing = Listing.objects.create(
        code=f"L-{code}", producer=parties[seller], good=good, title_en=english, title_th=thai, title_zh=chinese
    )
    lot = Lot.objects.create(
        code=code, listing=listing, packing_house=parties["house"] if is_fruit else None, exporter=parties["exporter"],
        harvest_from=date(2026, 4, 30), harvest_to=date(2026, 5, 7), unit=unit, unit_mass_g=mass_g, carton_units=carton, price_minor=price,
        quantity=1200 if is_fruit else 40, opens_at=now - timedelta(hours=1), closes_at=now + timedelta(days=3),
        dry_matter_pct=Decimal("34.10") if good.startswith("durian") else None, is_demo=True,
    )  # fmt: skip
    for destination in DESTINATIONS:
        is_barred = good.startswith("mango") and destination[5] == "JP"
        _gates(lot, destination[0], now, is_barred=is_barred)
        if not is_barred:
            _offers(lot, destination[0], destination[6], parties, now)
        _modes(lot, destination[0], now, is_fruit=is_fruit, is_barred=is_barred)
    return lot


def _gates(lot: Lot, destination: str, now: datetime, *, is_barred: bool) -> None:
    states = ((False, None) if is_barred else (True, True), (True, True), (False, None), (False, None))
    for gate, (is_open, is_met), (english, thai, chinese) in zip(GateState.Gate, states, FINDINGS, strict=True):
        found = {
            "rule": gate,
            "name_en": english,
            "name_th": thai,
            "name_zh": chinese,
            "found": "34.1 %" if gate == "to_cut" else "",
        }
        met = False if is_barred and gate == "to_list" else is_met
        GateState.objects.create(
            lot=lot, destination=destination, gate=gate, is_open=is_open, decided_at=now,
            findings=[{**found, "is_met": met, "source": "GACC Announcement (demo)", "valid_from": None}],
        )  # fmt: skip


REFUSALS = {  # rule, names, source, first day
    "general": ("general-importer", "An importer of record serves this place", "มีผู้นำเข้าที่ให้บริการเมืองนี้", "有进口商服务该地", "This hub's own rule", None),
    "cbec": ("cbec-list", "The good is on the list of goods for cross-border retail", "สินค้าอยู่ในบัญชีสินค้า CBEC", "商品列入跨境电商零售进口商品清单", "GACC Announcement (demo)", "2019-01-01"),
    "post": ("post-fresh-fruit-cn", "Fresh fruit may not be posted to China", "ห้ามส่งผลไม้สดทางไปรษณีย์ไปจีน", "鲜果不得邮寄进境", "GACC Announcement (demo)", None),
    "domestic": ("domestic-thailand", "The buyer is in Thailand", "ผู้ซื้ออยู่ในประเทศไทย", "买家在泰国境内", "This hub's own rule", None),
}  # fmt: skip

SAID = {  # what a refusal says; states that were kept before rules said so have none
    "domestic": {"refusal_en": "This place is abroad. Choose general trade.", "refusal_th": "ปลายทางนี้อยู่ต่างประเทศ ให้เลือกการค้าทั่วไป", "refusal_zh": "该地在国外。请选择一般贸易。"},
}  # fmt: skip


def _modes(lot: Lot, destination: str, now: datetime, *, is_fruit: bool, is_barred: bool) -> None:
    """General trade is open unless the lot is barred; what is no fruit may be posted; the other ways are refused."""
    for mode, (rule, english, thai, chinese, source, since) in REFUSALS.items():
        is_open = (mode == "general" and not is_barred) or (mode == "post" and not is_fruit)
        finding = {
            "rule": rule, "measure": "country" if mode == "domestic" else "", "name_en": english, "name_th": thai, "name_zh": chinese, "found": "", "is_met": None if mode == "cbec" else False, **SAID.get(mode, {}),
            "source": source, "valid_from": since, "is_estimate": False,
        }  # fmt: skip
        ModeState.objects.create(
            lot=lot, destination=destination, trade_mode=mode, is_open=is_open, findings=[] if is_open else [finding], decided_at=now
        )  # fmt: skip
    if not is_fruit:
        gate = GateState.objects.get(lot=lot, destination=destination, gate="to_list", trade_mode="general")
        gate.pk, gate.trade_mode = None, "post"
        gate.save()
        _by_post(lot, destination, now)


def _by_post(lot: Lot, destination: str, now: datetime) -> None:
    """A parcel of three, whose buyer pays on delivery what his post collects: nobody here knows how much."""
    currency = next(row[6] for row in DESTINATIONS if row[0] == destination)
    lines = [line for line in price_lines(lot, 3, currency) if line["kind"] in ("goods", "hub_fee")]
    postage = {"kind": "postage", "amount_minor": 3_504, "rule": "฿ 160 × 0.219", "source": "illustrative", "receivers": {"carrier": 3_504}, "valid_on": None, "is_estimate": True}  # fmt: skip
    unknown = {"kind": "import_charges", "amount_minor": None, "rule": "", "source": "illustrative", "receivers": {}, "valid_on": None, "is_estimate": False}  # fmt: skip
    Offer.objects.create(
        lot=lot, destination=destination, kind="household", trade_mode=TradeMode.POST, incoterm="DAP", incoterm_place=destination, lot_units=3,
        price_minor=sum(line["amount_minor"] for line in [*lines, postage]), currency=currency, lines=[lines[0], postage, unknown, lines[1]],
        quantity_max=1, priced_at=now - timedelta(minutes=30), valid_to=now + timedelta(days=3), promised_days=19, carrier_service="epacket",
    )  # fmt: skip


def _offers(lot: Lot, destination: str, currency: str, parties: dict[str, Organisation], now: datetime) -> None:
    for kind, units in (("household", 1), ("wholesale", lot.carton_units)):
        lines = price_lines(lot, units, currency)
        Offer.objects.create(
            lot=lot, destination=destination, kind=kind, trade_mode=TradeMode.GENERAL, importer=parties["importer"], entry_node="CNKMG",
            incoterm="DDP", incoterm_place=destination, lot_units=units, price_minor=sum(line["amount_minor"] for line in lines),
            currency=currency, lines=lines, quantity_max=4 if kind == "household" else 500, priced_at=now - timedelta(minutes=30),
            valid_to=now + timedelta(days=3), promised_days=8,
        )  # fmt: skip


def price_lines(lot: Lot, units: int, currency: str) -> list[dict[str, Any]]:
    """Return the lines of one selling unit to the door, each with its rule in numbers and its receivers."""
    rate, minor = {"CNY": (Decimal("0.219"), 100), "JPY": (Decimal("4.61"), 1)}[currency]
    mass = Decimal(lot.unit_mass_g * units) / 1000

    def amount(value: Decimal) -> int:
        return int((value * minor).quantize(Decimal(1), ROUND_HALF_UP))

    goods = amount(Decimal(lot.price_minor) / 100 * units * rate)
    carriage, inland, importer = (
        amount(Decimal("6.20") * mass * rate),
        amount(Decimal("2.45") * mass * rate),
        amount(Decimal("0.6") * mass),
    )
    insurance = amount(Decimal(goods + carriage) / minor * Decimal("0.003"))
    value = goods + carriage + insurance
    vat, fee = amount(Decimal(value) / minor * Decimal("0.09")), amount(Decimal(goods) / minor * Decimal("0.018"))
    house = amount(Decimal(goods) / minor * Decimal("0.12"))
    dated = {"valid_on": "2026-04-24", "is_estimate": False}
    estimate = {"valid_on": None, "is_estimate": True}
    shown = f"{Decimal(value) / minor}"
    return [
        {"kind": "goods", "amount_minor": goods, "rule": f"฿ {Decimal(lot.price_minor) / 100} × {units} {lot.unit} × {rate}", "source": "illustrative, not a market rate", "receivers": {"producer": goods - house, "packing_house": house}, **dated},
        {"kind": "carriage_to_entry", "amount_minor": carriage, "rule": f"฿ 6.20 / kg × {mass} kg × {rate}", "source": "illustrative", "receivers": {"carrier": carriage}, **estimate},
        {"kind": "insurance", "amount_minor": insurance, "rule": f"0.3 % × ({Decimal(goods) / minor} + {Decimal(carriage) / minor})", "source": "illustrative", "receivers": {"insurer": insurance}, **estimate},
        {"kind": "duty", "amount_minor": 0, "rule": f"0 % × {shown}", "note": "%(rate)s, %(condition)s", "values": {"rate": REGIMES["acfta"], "condition": "with Form E and direct consignment"}, "source": "Known to the people who compiled the table; no page was checked", "receivers": {"customs": 0}, **dated},
        {"kind": "vat", "amount_minor": vat, "rule": f"9 % × ({shown} + 0.00)", "source": "VAT Law of China, article 10; announcement 9/2026 of the finance ministry and tax administration; GAC notice 15/2026 (copies at cceeccic, lexiscn)", "receivers": {"customs": vat}, **dated},
        {"kind": "inland_carriage", "amount_minor": inland, "rule": f"฿ 2.45 / kg × {mass} kg × {rate}", "source": "illustrative", "receivers": {"carrier": inland}, **estimate},
        {"kind": "importer", "amount_minor": importer, "rule": f"0.60 / kg × {mass} kg", "source": "illustrative", "receivers": {"importer": importer}, **estimate},
        {"kind": "hub_fee", "amount_minor": fee, "rule": f"1.8 % × {Decimal(goods) / minor}", "source": "Estimate of this project", "receivers": {"hub": fee}, **dated},
    ]  # fmt: skip


def _orders(parties: dict[str, Organisation], lots: dict[str, Lot], now: datetime) -> dict[str, str]:
    """Let Anong order four times: one hold runs out, one order is paid, two wait for payment."""
    durian = {offer.kind: offer for offer in lots["CTI-MT-0430"].offers.filter(destination="KMG")}

    def placed(key: str, offer: Offer, quantity: int) -> str:
        answer = services.place_order(OrderRequest(parties["anong"].pk, key, offer.pk, quantity))
        assert answer.is_order, answer
        return answer.order

    orders = {"expired": placed("first", durian["household"], 1)}
    clock.move_to(now + timedelta(minutes=20))
    services.expire_holds()
    longan = lots["CPN-LG-0718"].offers.get(destination="SHA", kind="wholesale")
    orders["paid"] = placed("second", durian["wholesale"], 40)
    orders["post"] = placed("fifth", lots["UDN-SK-0102"].offers.get(destination="SHA", trade_mode="post"), 1)
    orders["held"] = placed("third", longan, 12)
    orders["to_pay"] = placed("fourth", durian["household"], 2)
    paid = Order.objects.select_related("lot").get(code=orders["paid"])
    record_payments("simulator", [BankReport(paid.code, "B-0001", paid.amount_minor, paid.currency, paid.lot.code)])
    services.mark_paid([paid.code])
    return orders


def _plan(paid: str, now: datetime) -> tuple[str, ...]:
    """Plan the paid order into a shared reefer, with two containers of other goods beside it."""
    plan = Plan.objects.create(
        code="PLAN-2026-W18", starts_at=now, shipments=240, containers=3, unserved=0, seconds=18.4, cost_minor=51_730_400_00,
        lower_bound_minor=51_264_800_00, gap=0.00908, estimate_share=0.42, prices={}, is_checked=True,
    )  # fmt: skip
    order = Order.objects.select_related("lot").get(code=paid)
    mass_kg = order.lot_units * order.lot.unit_mass_g / 1000
    codes = []
    for number in range(3):
        departs = now + timedelta(days=6 + number, hours=4)
        at, legs = departs, []
        for start, end, mode, hours in LEGS:
            arrives = at + timedelta(hours=hours)
            legs.append({"link": f"{start}-{end}", "from": start, "to": end, "mode": mode, "departs_at": at.isoformat(), "arrives_at": arrives.isoformat(), "cost_minor": 1_250_000 * (number + 1), "emission_kg": 310.5})  # fmt: skip
            at = arrives
        load = Load.objects.create(
            code=f"LD-{number}-7F3K", plan=plan, service="THCTI-CNKMG", equipment="container_40_reefer", is_whole=True, origin="THCTI", destination="KMG",
            importer="importer", entry_node="CNKMG", legs=legs, mode="rail", departs_at=departs, arrives_at=at,
            mass_kg=mass_kg if number == 0 else 16_900.0, volume_m3=41.0 + number, capacity_kg=18_000.0, capacity_m3=60.0,
            cost_minor=3_750_000 * (number + 1), emission_kg=931.5, container_number="TCLU4829130" if number == 0 else "", seal_number="TH-88213",
        )  # fmt: skip
        Consignment.objects.create(
            code=f"CS-000{number + 1}-TEST",
            load=load,
            exporter="exporter",
            importer="importer",
            shipments=80,
            mass_kg=load.mass_kg,
        )
        codes.append(load.code)
    Shipment.objects.create(
        code="SH-7F3K-2QJ9", order_code=paid, lot_code=order.lot.code, good="durian-fresh", origin="THCTI", exporter="exporter",
        importer="importer", destination="KMG", is_chilled=True, mass_kg=mass_kg, volume_m3=2.4, ready_at=now + timedelta(days=5),
        due_at=now + timedelta(days=12), load=Load.objects.get(code=codes[0]),
    )  # fmt: skip
    return tuple(codes)


def add_files(world: World) -> None:
    """Let Anong add a payment slip, the packing house a report and a photo, the importer a paper; pictures are drawn here."""

    def picture(size: tuple[int, int], colour: str) -> bytes:
        buffer = BytesIO()
        Image.new("RGB", size, colour).save(buffer, "JPEG")
        return buffer.getvalue()

    photo, pdf = picture((1200, 900), "#8a9a3b"), b"%PDF-1.7\n%%EOF\n"
    files.store(
        picture((700, 1200), "#dfe7ee"),
        "สลิปโอนเงิน 24 พ.ย. 2569.jpg",
        subject=world.orders["held"],
        kind="slip",
        by="anong",
    )
    files.store(pdf, "cadmium-and-basic-yellow-2-report-0430.pdf", subject="CTI-MT-0430", kind="lab_report", by="house")
    files.store(photo, "IMG_2041.JPG", subject="CTI-MT-0430", kind="photo", by="house")
    files.store(pdf, "form-e-2026-0417.pdf", subject=world.declarations["entry"], kind="paper", by="importer")
