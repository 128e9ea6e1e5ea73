"""Make the demo season again: `python examples/season/generate.py --seed 2026 --out DIR [--check]`.

Everything is invented: people, firms, numbers, prices. The same seed gives the same bytes, because only
`random.Random.random()` is drawn from, which Python promises never to change. Hand-written tables (destinations,
timetable, order mix, and those under seeds/) are read, never written.
"""

from __future__ import annotations

import argparse
import csv
import io
import random
import sys
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

HERE = Path(__file__).resolve().parent
REFERENCE = HERE.parents[1] / "src" / "samphao" / "reference" / "data"
HAND_WRITTEN = ("destinations.csv", "timetable.csv", "order_mix.csv", "post_tariff.csv")

RUSH_ON = date(2026, 4, 24)
HARVEST_FROM = date(2026, 4, 25)
HARVEST_TO = date(2026, 5, 20)
FRESH_TARGET_KG = 8_500_000
ORDERED_KG = 6_200_000

Row = dict[str, str]
T = TypeVar("T")

COLUMNS: dict[str, tuple[str, ...]] = {
    "organisations.csv": (
        "code", "kind", "legal_form", "name_en", "name_th", "name_zh", "country", "province_iso", "district_code",
        "tax_id", "language", "destination", "source",
    ),
    "registrations.csv": (
        "organisation", "scheme", "number", "status", "valid_from", "valid_to", "source", "note",
    ),
    "orchards.csv": (
        "code", "producer", "name_en", "name_th", "province_iso", "district_code", "area_rai", "trees", "gap_number",
        "gap_valid_from", "gap_valid_to", "lat", "lon", "source",
    ),
    "crop_calendar.csv": ("good", "province_iso", "month", "share", "source"),
    "lots.csv": (
        "code", "producer", "orchard", "packing_house", "exporter", "good", "variety", "grade", "harvest_from",
        "harvest_to", "unit", "unit_mass_g", "carton_units", "quantity", "price_minor", "currency", "dry_matter_pct",
        "lab_by2", "lab_cadmium_mg_kg", "lab_on", "laboratory", "title_en", "title_th", "title_zh", "is_hot", "source",
    ),
    "importers.csv": ("organisation", "destination", "fee_minor_per_kg", "currency", "source"),
    "permits.csv": ("importer", "good", "port", "kg", "valid_from", "valid_to", "number", "source"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class GoodTrade:
    """How a good is sold in this season: `price` in baht a kg for fresh fruit by weight, else baht a unit."""

    letters: str
    unit: str
    unit_mass_g: int
    carton_units: int
    price_low: int
    price_high: int
    quantity_low: int
    quantity_high: int


# Prices and sizes are invented round figures, fresh fruit sizes are scaled to FRESH_TARGET_KG afterwards.
GOODS: dict[str, GoodTrade] = {
    "durian-fresh": GoodTrade("DU", "fruit", 3000, 6, 120, 190, 4000, 18000),
    "mangosteen": GoodTrade("MG", "kg", 1000, 10, 55, 110, 9000, 36000),
    "rambutan-fresh": GoodTrade("RB", "kg", 1000, 10, 28, 45, 7000, 22000),
    "longan-fresh": GoodTrade("LG", "kg", 1000, 11, 32, 48, 12000, 40000),
    "mango-fresh": GoodTrade("MA", "kg", 1000, 10, 35, 80, 6000, 24000),
    "pomelo-fresh": GoodTrade("PO", "fruit", 1300, 12, 40, 75, 4000, 14000),
    "lychee-fresh": GoodTrade("LY", "kg", 1000, 10, 60, 110, 4000, 12000),
    "coconut-young": GoodTrade("CC", "fruit", 900, 18, 22, 34, 6000, 24000),
    "banana-fresh": GoodTrade("BA", "kg", 1000, 12, 18, 30, 5000, 14000),
    "pineapple-fresh": GoodTrade("PN", "fruit", 1500, 10, 14, 26, 5000, 14000),
    "roseapple-fresh": GoodTrade("RA", "kg", 1000, 8, 60, 110, 2000, 6000),
    "guava-fresh": GoodTrade("GV", "kg", 1000, 10, 25, 40, 3000, 8000),
    "rice-hommali": GoodTrade("HM", "kg", 1000, 25, 34, 42, 30000, 140000),
    "rice-glutinous": GoodTrade("GR", "kg", 1000, 25, 26, 34, 20000, 60000),
    "longan-dried": GoodTrade("LD", "kg", 1000, 10, 160, 260, 1500, 6000),
    "coffee-green": GoodTrade("CG", "kg", 1000, 30, 180, 320, 1200, 6000),
    "coffee-roasted": GoodTrade("CR", "kg", 1000, 10, 420, 760, 200, 900),
    "honey": GoodTrade("HN", "kg", 1000, 12, 180, 320, 300, 1500),
    "turmeric": GoodTrade("TM", "kg", 1000, 20, 60, 110, 800, 3000),
    "coconut-oil": GoodTrade("CO", "kg", 1000, 12, 190, 280, 400, 1600),
    "fruit-preserved": GoodTrade("FP", "kg", 1000, 10, 140, 260, 300, 1500),
    "rice-cracker": GoodTrade("RC", "kg", 1000, 8, 120, 190, 300, 1200),
    "sweet-chili-sauce": GoodTrade("SC", "kg", 1000, 12, 65, 110, 600, 3000),
    "rubber-rss": GoodTrade("RS", "kg", 1000, 100, 62, 78, 10000, 40000),
    "latex-pillow": GoodTrade("LP", "pc", 1200, 6, 520, 980, 200, 900),
    "silk-fabric": GoodTrade("SF", "m", 180, 20, 380, 1600, 60, 320),
    "garment-silk": GoodTrade("GS", "pc", 250, 20, 1400, 3200, 40, 160),
    "tshirt": GoodTrade("TS", "pc", 220, 40, 240, 480, 120, 500),
    "ceramic-tableware": GoodTrade("CT", "pc", 450, 24, 90, 380, 200, 1200),
    "celadon": GoodTrade("CE", "pc", 800, 8, 350, 1800, 60, 260),
    "basketry": GoodTrade("BK", "pc", 600, 12, 220, 1400, 60, 360),
    "jewellery-silver": GoodTrade("JS", "pc", 25, 100, 650, 3800, 40, 200),
    "jewellery-gold": GoodTrade("JG", "pc", 8, 100, 6800, 24000, 10, 40),
    "soap": GoodTrade("SO", "pc", 100, 72, 45, 120, 600, 3000),
}

# variety -> letters, th, zh, baht a kg low and high, masses of a fruit in grams, dry matter minimum
Variety = tuple[str, str, str, int, int, tuple[int, ...], int]
VARIETIES: dict[str, Variety] = {
    "Monthong": ("MT", "หมอนทอง", "金枕", 138, 188, (3000, 3600, 3000, 2250), 32),
    "Chanee": ("CN", "ชะนี", "青尼", 120, 138, (2250, 3000), 30),
    "Kanyao": ("KY", "ก้านยาว", "干尧", 165, 190, (2250, 3000), 32),
    "Kradum": ("KD", "กระดุม", "甲仑", 120, 140, (1800, 2250), 27),
    "Puangmanee": ("PM", "พวงมณี", "托曼尼", 140, 162, (1500, 1800), 30),
}
CARTON_DURIAN_G = 18_000

# code, province, district, weight among its region's lots
PACKING_HOUSES: tuple[tuple[str, str, str, float], ...] = (
    ("PKH-CTI-01", "TH-22", "2203", 1.4), ("PKH-CTI-02", "TH-22", "2203", 1.2), ("PKH-CTI-03", "TH-22", "2201", 1.0),
    ("PKH-CTI-04", "TH-22", "2202", 1.0), ("PKH-CTI-05", "TH-22", "2209", 0.9), ("PKH-CTI-06", "TH-22", "2210", 0.8),
    ("PKH-CTI-07", "TH-22", "2205", 0.7), ("PKH-CTI-08", "TH-22", "2208", 0.5), ("PKH-CTI-09", "TH-22", "2203", 0.1),
    ("PKH-RYG-01", "TH-21", "2101", 1.0), ("PKH-RYG-02", "TH-21", "2103", 0.9), ("PKH-RYG-03", "TH-21", "2105", 0.6),
    ("PKH-TRT-01", "TH-23", "2303", 1.0), ("PKH-TRT-02", "TH-23", "2301", 0.1),
    ("PKH-CPN-01", "TH-86", "8604", 1.0), ("PKH-CPN-02", "TH-86", "8607", 0.8),
    ("PKH-SNI-01", "TH-84", "8401", 1.0), ("PKH-SNI-02", "TH-84", "8413", 0.2),
    ("PKH-NRT-01", "TH-80", "8001", 0.8), ("PKH-LPN-01", "TH-51", "5101", 1.0), ("PKH-CMI-01", "TH-50", "5001", 0.8),
    ("PKH-PLK-01", "TH-65", "6501", 0.8), ("PKH-NPT-01", "TH-73", "7301", 1.0), ("PKH-CCO-01", "TH-24", "2401", 0.8),
)  # fmt: skip
HOUSES_OF: dict[str, tuple[str, ...]] = {
    "east": ("PKH-CTI-", "PKH-RYG-", "PKH-TRT-"),
    "central": ("PKH-NPT-", "PKH-CCO-"),
    "north": ("PKH-LPN-", "PKH-CMI-", "PKH-PLK-"),
    "northeast": ("PKH-PLK-", "PKH-CCO-"),
    "south": ("PKH-CPN-", "PKH-SNI-", "PKH-NRT-"),
}
HOUSES_BY_PROVINCE: dict[str, tuple[str, ...]] = {
    "TH-21": ("PKH-RYG-",), "TH-22": ("PKH-CTI-",), "TH-23": ("PKH-TRT-", "PKH-CTI-0"), "TH-24": ("PKH-CCO-",),
    "TH-25": ("PKH-CCO-",), "TH-26": ("PKH-CCO-",), "TH-27": ("PKH-CCO-",), "TH-20": ("PKH-CCO-",),
}  # fmt: skip

EXPORTERS: tuple[tuple[str, str, str, str, str, str, str], ...] = (
    ("EXP-01", "TH-22", "2203", "Tha Mai Fruit Export", "ท่าใหม่ผลไม้ส่งออก", "塔迈水果出口", "east"),
    ("EXP-02", "TH-22", "2201", "Chan Golden Husk Export", "จันท์เปลือกทองส่งออก", "尖竹汶金壳出口", "east"),
    ("EXP-03", "TH-22", "2202", "Khlung Harvest Trading", "ขลุงเก็บเกี่ยวการค้า", "空伦丰收贸易", "east"),
    ("EXP-04", "TH-21", "2103", "Rayong Orchard Export", "ระยองสวนผลไม้ส่งออก", "罗勇果园出口", "east"),
    ("EXP-05", "TH-23", "2303", "Trat Island Fruit Export", "ตราดผลไม้เกาะส่งออก", "桐艾海岛水果出口", "east"),
    ("EXP-06", "TH-86", "8604", "Chumphon South Fruit", "ชุมพรผลไม้ใต้", "春蓬南方水果", "south"),
    ("EXP-07", "TH-84", "8401", "Surat River Fruit", "สุราษฎร์ผลไม้ลุ่มน้ำ", "素叻河谷水果", "south"),
    ("EXP-08", "TH-50", "5001", "Lanna Fruit and Coffee", "ล้านนาผลไม้และกาแฟ", "兰纳果品咖啡", "north"),
    ("EXP-09", "TH-73", "7301", "Nakhon Chai Si Pomelo Export", "นครชัยศรีส้มโอส่งออก", "那空猜西柚出口", "central"),
    ("EXP-10", "TH-40", "4001", "Isan Rice and Silk Export", "อีสานข้าวและผ้าไหมส่งออก", "东北稻米丝绸出口", "northeast"),
    ("EXP-11", "TH-10", "1001", "Village Crafts of Siam", "หัตถกรรมหมู่บ้านสยาม", "暹罗乡村工艺", "crafts"),
    ("EXP-12", "TH-22", "2209", "Na Yai Am Quick Export", "นายายอามด่วนส่งออก", "纳艾安快捷出口", "none"),
)

# code, name en, th, zh, destinations served, entry ports with their share of the permit
IMPORTERS: tuple[tuple[str, str, str, str, str, str], ...] = (
    ("IMP-CN-01", "Kunming Yunguo Import", "คุนหมิงอวิ๋นกั๋ว นำเข้า", "昆明云果进口", "KMG CTU", "CNMHN=.6 CNMHR=.4"),
    ("IMP-CN-02", "Kunming Dianchi Fresh", "คุนหมิงเตียนฉือเฟรช", "昆明滇池鲜品", "KMG CKG", "CNMHN=.5 CNMHR=.5"),
    ("IMP-CN-03", "Nanning Yongjiang Fruit", "หนานหนิงยงเจียงผลไม้", "南宁邕江果业", "NIN WUH", "CNYYG=.7 CNDOX=.3"),
    ("IMP-CN-04", "Guangzhou Zhujiang Fruit", "กว่างโจวจูเจียงผลไม้", "广州珠江果品", "CAN WUH", "CNNSA=.7 CNYYG=.3"),
    ("IMP-CN-05", "Guangzhou Lizhiwan Trade", "กว่างโจวลี่จือวานเทรด", "广州荔枝湾贸易", "CAN BJS", "CNNSA=1"),
    ("IMP-CN-06", "Shenzhen Penghai Import", "เซินเจิ้นเผิงไห่นำเข้า", "深圳鹏海进口", "SZX", "CNSHK=.6 CNNSA=.4"),
    ("IMP-CN-07", "Shanghai Hushang Fresh", "เซี่ยงไฮ้หู้ซ่างเฟรช", "上海沪尚生鲜", "SHA BJS", "CNSHA=.9 CNPVG=.1"),
    ("IMP-CN-08", "Chongqing Shancheng Fruit", "ฉงชิ่งซานเฉิงผลไม้", "重庆山城果业", "CKG CTU", "CNMHR=.7 CNQZH=.3"),
    ("IMP-CN-09", "Hangzhou Xihu Taste", "หางโจวซีหูเทสต์", "杭州西湖味道", "HGH SHA", "CNSHA=.8 CNPVG=.2"),
    ("IMP-LA-01", "Vientiane Dok Champa Import", "เวียงจันทน์ดอกจำปานำเข้า", "万象占巴花进口", "VTE", "LATHG=1"),
    ("IMP-VN-01", "Saigon Sao Mai Import", "ไซ่ง่อนซาวมายนำเข้า", "西贡晨星进口", "SGN HAN", "VNCLI=.6 VNHPH=.4"),
    ("IMP-KH-01", "Phnom Penh Romduol Import", "พนมเปญรมดวลนำเข้า", "金边隆都花进口", "PNH", "KHKOS=1"),
    ("IMP-MM-01", "Yangon Padauk Import", "ย่างกุ้งประดู่นำเข้า", "仰光紫檀花进口", "RGN", "MMRGN=1"),
    ("IMP-SG-01", "Singapore Merah Fruit", "สิงคโปร์เมระห์ผลไม้", "新加坡红山果品", "SIN", "SGSIN=1"),
)  # fmt: skip
FEE_MINOR_PER_KG = {"CNY": 60, "LAK": 180_000, "VND": 2_200, "KHR": 35_000, "MMK": 18_000, "SGD": 12}
# share of the season's fresh mass that importers ask a permit for; nobody holds one for guava, on purpose
PERMIT_SHARES: dict[str, float] = {
    "durian-fresh": 0.72, "mangosteen": 0.14, "longan-fresh": 0.05, "mango-fresh": 0.06, "pomelo-fresh": 0.05,
    "rambutan-fresh": 0.03, "lychee-fresh": 0.02, "coconut-young": 0.03, "banana-fresh": 0.02, "pineapple-fresh": 0.03,
    "roseapple-fresh": 0.01,
}  # fmt: skip

LABORATORIES = (
    ("LAB-01", "TH-22", "2201", "Chanthaburi Residue Laboratory", "ห้องปฏิบัติการสารตกค้างจันทบุรี", "尖竹汶残留检测室"),
    ("LAB-02", "TH-10", "1018", "Bangkok Food Test Laboratory", "ห้องปฏิบัติการทดสอบอาหารกรุงเทพ", "曼谷食品检测室"),
    ("LAB-03", "TH-86", "8601", "Chumphon Fruit Laboratory", "ห้องปฏิบัติการผลไม้ชุมพร", "春蓬水果检测室"),
    ("LAB-04", "TH-21", "2101", "Rayong Metal Trace Laboratory", "ห้องปฏิบัติการโลหะหนักระยอง", "罗勇重金属检测室"),
)
CARRIERS = (
    ("CAR-01", "Sea line (simulator)", "สายเรือ (จำลอง)", "海运承运人（模拟）", "TH", "TH-20", "2001"),
    ("CAR-02", "Rail operator (simulator)", "ผู้ขนส่งทางราง (จำลอง)", "铁路承运人（模拟）", "LA", "", ""),
    ("CAR-03", "Thai road haulier (simulator)", "รถบรรทุกไทย (จำลอง)", "泰国公路承运人（模拟）", "TH", "TH-22", "2201"),
    ("CAR-04", "Chinese road haulier (simulator)", "รถบรรทุกจีน (จำลอง)", "中国公路承运人（模拟）", "CN", "", ""),
    ("CAR-05", "Air cargo (simulator)", "ขนส่งทางอากาศ (จำลอง)", "航空承运人（模拟）", "TH", "TH-10", "1001"),
    ("CAR-06", "Post (simulator)", "ไปรษณีย์ (จำลอง)", "邮政（模拟）", "TH", "TH-10", "1002"),
)  # fmt: skip

# The first producer of a province and good, where the pages tell a story about it.
NAMED_PRODUCERS: dict[tuple[str, str], tuple[str, str, str, str, str]] = {
    ("TH-22", "durian-fresh"): ("group", "Tha Mai growers", "กลุ่มชาวสวนท่าใหม่", "塔迈果农小组", "2203"),
    ("TH-47", "garment-silk"): (
        "community_enterprise", "Ban Don Kaeo weavers", "กลุ่มทอผ้าบ้านดอนแก้ว", "班东教织女组", "4701"),
    ("TH-45", "rice-hommali"): ("cooperative", "Thung Kula cooperative", "สหกรณ์ทุ่งกุลา", "通库拉合作社", "4502"),
    ("TH-55", "silk-fabric"): (
        "community_enterprise", "Ban Huai Sai Ngoen weavers", "กลุ่มทอผ้าบ้านห้วยทรายเงิน", "班怀赛恩织女组", "5501"),
}  # fmt: skip

TITLES: dict[tuple[str, str], tuple[str, str, str]] = {
    ("TH-47", "garment-silk"): ("Indigo-dyed silk blouse", "เสื้อผ้าไหมย้อมคราม", "蓝染真丝衬衫"),
    ("TH-64", "celadon"): ("Sangkhalok-style ornament", "เครื่องสังคโลก", "宋加洛风格瓷饰"),
    ("TH-74", "ceramic-tableware"): ("Benjarong bowl", "ถ้วยเบญจรงค์", "五彩瓷碗"),
    ("TH-65", "fruit-preserved"): ("Sun-dried banana", "กล้วยตาก", "日晒香蕉干"),
    ("TH-67", "fruit-preserved"): ("Sweet tamarind snack", "มะขามหวานแปรรูป", "甜罗望子零食"),
    ("TH-19", "fruit-preserved"): ("Taro chips", "เผือกทอดกรอบ", "芋头脆片"),
    ("TH-54", "tshirt"): ("Indigo cotton T-shirt", "เสื้อยืดย้อมหม้อห้อม", "蓝靛棉T恤"),
    ("TH-46", "silk-fabric"): ("Phrae Wa silk", "ผ้าไหมแพรวา", "帕哇丝绸"),
    ("TH-51", "silk-fabric"): ("Lamphun brocade silk", "ผ้าไหมยกดอกลำพูน", "南奔提花丝绸"),
    ("TH-51", "longan-dried"): ("Golden dried longan", "ลำไยอบแห้งสีทอง", "金色龙眼干"),
    ("TH-70", "ceramic-tableware"): ("Dragon-jar stoneware", "เครื่องปั้นลายมังกรราชบุรี", "龙纹陶器"),
    ("TH-96", "basketry"): ("Krajood basket", "ตะกร้ากระจูด", "蒲草编篮"),
    ("TH-93", "basketry"): ("Krajood basket", "ตะกร้ากระจูด", "蒲草编篮"),
    ("TH-56", "basketry"): ("Water-hyacinth basket", "ตะกร้าผักตบชวา", "水葫芦编篮"),
}

HOT_LOTS = 8
STAR_LOT = "CTI-MT-0430"
STAR_QUANTITY = 4_668


@dataclass(slots=True)
class Draw:
    """Draws that depend on nothing but the seed and the table's name."""

    source: random.Random

    def below(self, n: int) -> int:
        return int(self.source.random() * n)

    def between(self, low: int, high: int) -> int:
        return low + self.below(high - low + 1)

    def pick(self, options: tuple[T, ...] | list[T]) -> T:
        return options[self.below(len(options))]

    def weighted(self, options: list[tuple[T, float]]) -> T:
        at = self.source.random() * sum(w for _, w in options)
        for option, weight in options:
            at -= weight
            if at < 0:
                return option
        return options[-1][0]


@dataclass(slots=True)
class Season:
    """The tables while they are made."""

    seed: int
    provinces: dict[str, Row]
    goods: dict[str, Row]
    places: dict[str, list[Row]]
    specialities: list[Row]
    tables: dict[str, list[Row]] = field(default_factory=lambda: {name: [] for name in COLUMNS})
    # (province, good) -> producer codes
    makers: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    serial: int = 0

    def draw(self, table: str) -> Draw:
        return Draw(random.Random(f"{self.seed}:{table}"))

    def add(self, table: str, **cells: object) -> Row:
        row = {c: str(cells.get(c, "")) for c in COLUMNS[table]}
        unknown = set(cells) - set(row)
        if unknown:
            raise KeyError(f"{table} has no column {sorted(unknown)}")
        self.tables[table].append(row)
        return row

    def next_serial(self) -> int:
        self.serial += 1
        return self.serial


def read_table(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


# --- identifiers: valid check digits in ranges that no register has issued -------------------------------------------


def thai_number(first_twelve: str) -> str:
    """Append the check digit of a Thai personal or juristic number."""
    total = sum(int(d) * w for d, w in zip(first_twelve, range(13, 1, -1), strict=True))
    return first_twelve + str((11 - total % 11) % 10)


def thai_tax_id(legal_form: str, serial: int) -> str:
    """Province 98 and 99 and the year 2999 do not exist, so no such number was ever issued."""
    prefix = {"person": "89999", "group": "0992999", "community_enterprise": "0992999", "cooperative": "0994999",
              "sme": "0983999", "company": "0985999"}[legal_form]  # fmt: skip
    return thai_number(prefix + str(serial).zfill(12 - len(prefix)))


def uscc(serial: int) -> str:
    """A Chinese credit code of the region 999999, with both of its check characters."""
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    body = f"MA9{serial:05d}"
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    own = 11 - sum(letters.index(c) * w for c, w in zip(body, weights, strict=True)) % 11
    number = "91999999" + body + {10: "X", 11: "0"}.get(own, str(own))
    total = sum(alphabet.index(c) * pow(3, i, 31) for i, c in enumerate(number))
    return number + alphabet[(31 - total) % 31]


# --- organisations ---------------------------------------------------------------------------------------------------

FRESH_FORMS = [("person", 0.55), ("group", 0.2), ("community_enterprise", 0.12), ("cooperative", 0.05), ("sme", 0.08)]
CRAFT_FORMS = [("person", 0.12), ("group", 0.3), ("community_enterprise", 0.42), ("cooperative", 0.04), ("sme", 0.12)]
RICE_FORMS = [("cooperative", 0.4), ("community_enterprise", 0.4), ("group", 0.2)]
WORDS: dict[str, dict[str, tuple[str, str, str]]] = {
    "fresh": {
        "group": ("Ban {v} fruit growers", "กลุ่มผู้ปลูกผลไม้บ้าน{v}", "班{v}果农小组"),
        "community_enterprise": ("Ban {v} orchard enterprise", "วิสาหกิจชุมชนสวนผลไม้บ้าน{v}", "班{v}果园社区企业"),
        "cooperative": ("{v} growers' cooperative", "สหกรณ์ชาวสวน{v}", "{v}果农合作社"),
        "sme": ("{v} Orchard Partnership", "ห้างหุ้นส่วนจำกัด สวน{v}", "{v}果园合伙企业"),
    },
    "mill": {
        "group": ("Ban {v} rice growers", "กลุ่มชาวนาบ้าน{v}", "班{v}稻农小组"),
        "community_enterprise": ("Ban {v} mill enterprise", "วิสาหกิจชุมชนโรงสีบ้าน{v}", "班{v}碾米社区企业"),
        "cooperative": ("{v} rice cooperative", "สหกรณ์ข้าว{v}", "{v}稻米合作社"),
    },
    "craft": {
        "group": ("Ban {v} makers", "กลุ่มหัตถกรรมบ้าน{v}", "班{v}手工艺小组"),
        "community_enterprise": ("Ban {v} craft enterprise", "วิสาหกิจชุมชนบ้าน{v}", "班{v}手工艺社区企业"),
        "cooperative": ("{v} makers' cooperative", "สหกรณ์หัตถกรรม{v}", "{v}手工艺合作社"),
        "sme": ("{v} Workshop Partnership", "ห้างหุ้นส่วนจำกัด {v}เวิร์กช็อป", "{v}工坊合伙企业"),
    },
}


def demo(en: str, th: str, zh: str) -> dict[str, str]:
    """Say in each language that the name is invented."""
    return {"name_en": f"{en} (demo)", "name_th": f"{th} (ตัวอย่าง)", "name_zh": f"{zh}（示例）"}


@dataclass(frozen=True, slots=True)
class Names:
    villages: list[Row]
    given: list[Row]
    surnames: list[Row]


def producer_names(names: Names, draw: Draw, province: Row, legal_form: str, trade: str) -> dict[str, str]:
    if legal_form == "person":
        given, surname = draw.pick(names.given), draw.pick(names.surnames)
        number = draw.between(100, 999)
        calling = "果农" if trade == "fresh" else "匠人"
        return {
            "name_en": f"{given['name_en']} {surname['name_en']} (demo)",
            "name_th": f"คุณ{given['name_th']} {surname['name_th']} (ตัวอย่าง)",
            "name_zh": f"{province['name_zh']}{calling} 示例{number}",
        }
    village = draw.pick(names.villages)
    en, th, zh = WORDS[trade][legal_form]
    return demo(en.format(v=village["name_en"]), th.format(v=village["name_th"]), zh.format(v=village["name_zh"]))


def trade_of(season: Season, good: str) -> str:
    if season.goods[good]["is_fresh_fruit"] == "1":
        return "fresh"
    return "mill" if good.startswith("rice-") and good != "rice-cracker" else "craft"


def add_thai(season: Season, kind: str, code: str, legal_form: str, where: tuple[str, str], **names: str) -> Row:
    return season.add(
        "organisations.csv", code=code, kind=kind, legal_form=legal_form, country="TH", province_iso=where[0],
        district_code=where[1], tax_id=thai_tax_id(legal_form, season.next_serial()), language="th",
        source="invented", **names,
    )  # fmt: skip


def make_producers(season: Season) -> None:
    draw = season.draw("producers")
    names = Names(*(read_table(HERE / "seeds" / f"{n}.csv") for n in ("villages", "given_names", "surnames")))
    count: dict[str, int] = {}
    for spec in season.specialities:
        province, good, prefix = spec["province_iso"], spec["good"], spec["prefix"]
        trade = trade_of(season, good)
        forms = {"fresh": FRESH_FORMS, "mill": RICE_FORMS, "craft": CRAFT_FORMS}[trade]
        # about one producer in four has two lots; small provinces have one more who has not sold yet
        wanted = max(1, round(int(spec["lots"]) * 0.77))
        if prefix not in count:
            wanted += 1 if int(spec["lots"]) < 3 else 0
        codes = season.makers.setdefault((province, good), [])
        for i in range(wanted):
            count[prefix] = count.get(prefix, 0) + 1
            code = f"PRD-{prefix}-{count[prefix]:03d}"
            legal_form = draw.weighted(forms)
            district = draw.pick(season.places[province])["district_code"]
            cells = producer_names(names, draw, season.provinces[province], legal_form, trade)
            if i == 0 and (province, good) in NAMED_PRODUCERS:
                legal_form, en, th, zh, district = NAMED_PRODUCERS[province, good]
                cells = demo(en, th, zh)
            add_thai(season, "producer", code, legal_form, (province, district), **cells)
            codes.append(code)


def make_thai_firms(season: Season) -> None:
    for code, province, district, _ in PACKING_HOUSES:
        place = next(p for p in season.places[province] if p["district_code"] == district)
        number = code[-2:]
        zh = f"{season.provinces[province]['name_zh']}包装厂{number}"
        names = demo(f"{place['name_en']} Packing House {number}", f"ล้ง{place['name_th']} {number}", zh)
        add_thai(season, "packing_house", code, "company", (province, district), **names)
    for code, province, district, en, th, zh, _ in EXPORTERS:
        add_thai(season, "exporter", code, "company", (province, district), **demo(en, th, zh))
    for code, province, district, en, th, zh in LABORATORIES:
        add_thai(season, "laboratory", code, "company", (province, district), **demo(en, th, zh))
    add_thai(season, "hub", "HUB-EEC", "company", ("TH-24", "2401"), **demo("Samphao Hub", "ศูนย์กลางสำเภา", "暹帆枢纽"))
    for code, en, th, zh, country, province, district in CARRIERS:
        names = {"name_en": en, "name_th": th, "name_zh": zh}
        if country == "TH":
            add_thai(season, "carrier", code, "company", (province, district), **names)
            continue
        tax_id = uscc(season.next_serial()) if country == "CN" else ""
        season.add("organisations.csv", code=code, kind="carrier", legal_form="company", country=country,
                   tax_id=tax_id, language="zh" if country == "CN" else "en", source="invented", **names)  # fmt: skip


def make_foreign_firms(season: Season, destinations: list[Row]) -> None:
    by_code = {d["code"]: d for d in destinations}
    for code, en, th, zh, served, _ in IMPORTERS:
        at = by_code[served.split()[0]]
        add_foreign(season, "importer", code, at, demo(en, th, zh))
    per_city = {"KMG": 8, "CAN": 9, "SZX": 6, "SHA": 7, "HGH": 5, "CKG": 4, "CTU": 4, "BJS": 4, "WUH": 3, "NIN": 3}
    for at in destinations:
        if at["country"] == "TH":
            continue
        for i in range(1, per_city.get(at["code"], 1) + 1):
            if at["code"] == "SIN" and i == 1:
                per_city["SIN"] = 2
            names = demo(
                f"{at['city_en']} Fruit Wholesale {i:02d}", f"ค้าส่งผลไม้{at['city_th']} {i:02d}",
                f"{at['city_zh']}果品批发{i:02d}",
            )  # fmt: skip
            add_foreign(season, "buyer", f"BUY-{at['code']}-{i:02d}", at, names)
    at = by_code["SIN"]
    names = demo("Singapore Fruit Wholesale 02", "ค้าส่งผลไม้สิงคโปร์ 02", "新加坡果品批发02")
    add_foreign(season, "buyer", "BUY-SIN-02", at, names)


def add_foreign(season: Season, kind: str, code: str, at: Row, names: dict[str, str]) -> None:
    is_china = at["country"] == "CN"
    season.add(
        "organisations.csv", code=code, kind=kind, legal_form="company", country=at["country"],
        tax_id=uscc(season.next_serial()) if is_china else "", language="zh" if is_china else "en",
        destination=at["code"], source="invented", **names,
    )  # fmt: skip


# --- registrations ---------------------------------------------------------------------------------------------------

# (organisation, scheme) -> status, valid_from, valid_to, why. Every gate needs something to close.
FAULTS: dict[tuple[str, str], tuple[str, str, str, str]] = {
    ("PKH-CTI-09", "gacc_packing_house"): ("suspended", "2025-03-01", "2027-02-28", "on purpose: closes lots"),
    ("PKH-TRT-02", "doa_packing_house"): ("expired", "2024-04-01", "2026-03-31", "on purpose: closes lots"),
    ("PKH-SNI-02", "gacc_packing_house"): ("pending", "2026-04-01", "", "not yet listed, on purpose: closes lots"),
    ("EXP-12", "exporter_customs"): ("expired", "2024-04-01", "2026-03-31", "on purpose: closes lots"),
    ("IMP-CN-05", "gacc_importer"): ("pending", "2026-04-10", "", "not yet registered, on purpose"),
    ("LAB-04", "laboratory_gacc"): ("suspended", "2025-04-14", "2027-04-13", "on purpose: closes lots"),
}  # fmt: skip
PREFIX = {
    "gacc_packing_house": "DEMO-GACC-PH-{n:04d}", "doa_packing_house": "DEMO-DOA-{n:05d}",
    "exporter_customs": "DEMO-EXP-{n:05d}", "gacc_importer": "DEMO-IMP-{n:06d}", "otop": "DEMO-OTOP-{n:06d}",
    "community_enterprise": "DEMO-CE-9-99-99-{n:04d}", "farmer_register": "DEMO-99{n:010d}",
    "laboratory_gacc": "DEMO-LAB-{n:03d}",
}  # fmt: skip
SCHEMES = {
    "packing_house": ("gacc_packing_house", "doa_packing_house", "dbd"),
    "exporter": ("exporter_customs", "dbd"),
    "importer": ("gacc_importer",),
    "laboratory": ("laboratory_gacc", "dbd"),
    "hub": ("dbd",),
}


def producer_schemes(legal_form: str, is_grower: bool) -> list[str]:
    schemes = ["farmer_register"] if is_grower and legal_form in {"person", "group"} else []
    if legal_form == "community_enterprise":
        schemes.append("community_enterprise")
    if not is_grower:
        schemes.append("otop")
    if legal_form == "sme":
        schemes.append("dbd")
    return schemes


def make_registrations(season: Season) -> None:
    draw = season.draw("registrations")
    growers = {c for (_, good), codes in season.makers.items() if trade_of(season, good) != "craft" for c in codes}
    number: dict[str, int] = {}
    for org in season.tables["organisations.csv"]:
        if org["kind"] == "producer":
            schemes: list[str] = producer_schemes(org["legal_form"], org["code"] in growers)
        elif org["kind"] == "importer" and org["country"] != "CN":
            schemes = []
        else:
            schemes = list(SCHEMES.get(org["kind"], ()))
        for scheme in schemes:
            number[scheme] = number.get(scheme, 0) + 1
            shown = org["tax_id"] if scheme == "dbd" else PREFIX[scheme].format(n=number[scheme])
            year = draw.between(2021, 2025)
            month = draw.between(1, 12)
            open_ended = scheme in {"dbd", "farmer_register", "community_enterprise"}
            status, start, end, note = (
                "valid", f"{year}-{month:02d}-01", "" if open_ended else f"2027-{month:02d}-28", "",
            )  # fmt: skip
            if (org["code"], scheme) in FAULTS:
                status, start, end, note = FAULTS[org["code"], scheme]
            season.add("registrations.csv", organisation=org["code"], scheme=scheme, number=shown, status=status,
                       valid_from=start, valid_to=end, source="invented", note=note)  # fmt: skip


# --- orchards, calendar ----------------------------------------------------------------------------------------------


def make_orchards(season: Season) -> dict[str, str]:
    """Give every grower of fresh fruit one orchard; return producer -> orchard code."""
    draw = season.draw("orchards")
    of: dict[str, str] = {}
    organisations = {o["code"]: o for o in season.tables["organisations.csv"]}
    for spec in season.specialities:
        if trade_of(season, spec["good"]) != "fresh":
            continue
        for producer in season.makers[spec["province_iso"], spec["good"]]:
            org = organisations[producer]
            province = season.provinces[org["province_iso"]]
            code = producer.replace("PRD-", "ORC-")
            of[producer] = code
            area = draw.between(8, 60) if org["legal_form"] == "person" else draw.between(60, 420)
            season.add(
                "orchards.csv", code=code, producer=producer,
                name_en=org["name_en"].replace(" (demo)", " orchard (demo)"), name_th="สวน" + org["name_th"],
                province_iso=org["province_iso"], district_code=org["district_code"], area_rai=area,
                trees=area * draw.between(16, 24), gap_number=f"AC 03-9001-99{len(of):06d}",
                gap_valid_from=f"2024-{draw.between(1, 12):02d}-15", gap_valid_to=f"2027-{draw.between(1, 12):02d}-14",
                lat=f"{float(province['lat']) + (draw.below(201) - 100) / 1000:.4f}",
                lon=f"{float(province['lon']) + (draw.below(201) - 100) / 1000:.4f}", source="invented",
            )  # fmt: skip
    return of


MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def make_calendar(season: Season) -> None:
    profiles = {(p["good"], p["zone"]): p for p in read_table(HERE / "seeds" / "crop_profiles.csv")}
    for spec in season.specialities:
        profile = profiles.get((spec["good"], spec["zone"]))
        if profile is None:
            continue
        for month, name in enumerate(MONTHS, start=1):
            if Decimal(profile[name]):
                season.add("crop_calendar.csv", good=spec["good"], province_iso=spec["province_iso"], month=month,
                           share=profile[name], source="estimate from memory")  # fmt: skip


# --- lots ------------------------------------------------------------------------------------------------------------


def choose_variety(draw: Draw, zone: str) -> str:
    if zone != "east":
        return draw.weighted([("Monthong", 0.88), ("Chanee", 0.12)])
    return draw.weighted(
        [("Monthong", 0.74), ("Chanee", 0.1), ("Kradum", 0.06), ("Kanyao", 0.05), ("Puangmanee", 0.05)]
    )


def houses_for(province: str, zone: str) -> list[tuple[str, float]]:
    prefixes = HOUSES_BY_PROVINCE.get(province, HOUSES_OF[zone])
    return [(code, weight) for code, _, _, weight in PACKING_HOUSES if code.startswith(prefixes)]


def exporters_for(zone: str, trade: str) -> list[str]:
    wanted = zone if trade == "fresh" or zone in {"north", "northeast"} else "crafts"
    if trade == "fresh" and zone == "northeast":
        wanted = "central"
    return [e[0] for e in EXPORTERS if e[6] == wanted]


def harvest_window(draw: Draw) -> tuple[date, date]:
    start = HARVEST_FROM + timedelta(days=draw.below((HARVEST_TO - HARVEST_FROM).days - 3))
    return start, min(HARVEST_TO, start + timedelta(days=draw.between(3, 8)))


def durian_cells(draw: Draw, zone: str) -> tuple[str, int, int, dict[str, object]]:
    """Return the variety, the mass of a fruit, baht a kg, and what the laboratory found."""
    variety = choose_variety(draw, zone)
    _, _, _, low, high, masses, minimum = VARIETIES[variety]
    tests: dict[str, object] = {
        "dry_matter_pct": f"{minimum + 0.4 + draw.below(50) / 10:.1f}",
        "lab_by2": "not_detected",
        "lab_cadmium_mg_kg": f"0.{draw.between(4, 34):03d}",
        "laboratory": draw.weighted([("LAB-01", 0.6), ("LAB-02", 0.3), ("LAB-03", 0.1)])
        if zone != "south"
        else draw.weighted([("LAB-03", 0.8), ("LAB-02", 0.2)]),
    }
    return variety, draw.pick(masses), draw.between(low, high), tests


def title_cells(season: Season, lot: Row, province: str, district: str) -> None:
    zh_place = season.provinces[province]["name_zh"]
    place = next(p for p in season.places[province] if p["district_code"] == district)
    th_place = place["name_th"]
    good = season.goods[lot["good"]]
    if lot["variety"]:
        _, th, zh, *_ = VARIETIES[lot["variety"]]
        lot["title_en"] = f"{lot['variety']} durian, grade {lot['grade']}, {place['name_en']}"
        lot["title_th"] = f"ทุเรียน{th} เกรด {lot['grade']} {th_place}"
        lot["title_zh"] = f"{zh}榴莲 {lot['grade']}级 {zh_place}"
        return
    en, th, zh = TITLES.get((province, lot["good"]), (good["name_en"], good["name_th"], good["name_zh"]))
    grade = f" {lot['grade']}" if lot["grade"] else ""
    lot["title_en"] = f"{en}{', grade' if grade else ''}{grade}, {season.provinces[province]['name_en']}"
    lot["title_th"] = f"{th}{' เกรด' if grade else ''}{grade} {season.provinces[province]['name_th']}"
    lot["title_zh"] = f"{zh}{grade + '级' if grade else ''} {zh_place}"


def make_lot(season: Season, draw: Draw, spec: Row, producer: Row, orchard: str) -> Row:
    good, zone = spec["good"], spec["zone"]
    deal, trade = GOODS[good], trade_of(season, good)
    start, end = harvest_window(draw)
    variety, mass_g, carton = "", deal.unit_mass_g, deal.carton_units
    price = draw.between(deal.price_low, deal.price_high)
    tests: dict[str, object] = {}
    if good == "durian-fresh":
        variety, mass_g, price, tests = durian_cells(draw, zone)
        tests["lab_on"] = start  # before the first fruit is loaded
        carton = CARTON_DURIAN_G // mass_g
        price_minor = price * mass_g // 10
    else:
        price_minor = price * 100
    cartons = max(1, draw.between(deal.quantity_low, deal.quantity_high) // carton)
    return season.add(
        "lots.csv", code=VARIETIES[variety][0] if variety else deal.letters, producer=producer["code"], orchard=orchard,
        packing_house=draw.weighted(houses_for(spec["province_iso"], zone)) if trade == "fresh" else "",
        exporter=draw.pick(exporters_for(zone, trade)), good=good, variety=variety,
        grade=draw.weighted([("A", 0.6), ("AB", 0.25), ("B", 0.15)]) if trade == "fresh" else "",
        harvest_from=start, harvest_to=end, unit=deal.unit, unit_mass_g=mass_g, carton_units=carton,
        quantity=cartons * carton, price_minor=price_minor, currency="THB", is_hot=0, source="invented", **tests,
    )  # fmt: skip


def make_lots(season: Season, orchard_of: dict[str, str]) -> None:
    draw = season.draw("lots")
    organisations = {o["code"]: o for o in season.tables["organisations.csv"]}
    number: dict[str, int] = {}
    for spec in season.specialities:
        codes = season.makers[spec["province_iso"], spec["good"]]
        for i in range(int(spec["lots"])):
            producer = organisations[codes[i % len(codes)]]
            lot = make_lot(season, draw, spec, producer, orchard_of.get(producer["code"], ""))
            stem = f"{spec['prefix']}-{lot['code']}"
            number[stem] = number.get(stem, 400) + 1
            lot["code"] = f"{stem}-{number[stem]:04d}"
            if lot["code"] == STAR_LOT:
                set_star(lot, codes[0], orchard_of[codes[0]])
                producer = organisations[codes[0]]
            title_cells(season, lot, spec["province_iso"], producer["district_code"])
    set_hot(season)
    scale_fresh(season)
    plant_faults(season)


def set_star(lot: Row, producer: str, orchard: str) -> None:
    """The lot whose road the pages follow: 24 fruit of it are the four cartons of SO-7F3K-2QJ9."""
    lot.update(
        producer=producer, orchard=orchard, packing_house="PKH-CTI-01", exporter="EXP-01", grade="A",
        harvest_from="2026-04-30", harvest_to="2026-05-07", unit_mass_g="3000", carton_units="6",
        quantity=str(STAR_QUANTITY), price_minor="49500", dry_matter_pct="34.1", lab_by2="not_detected",
        lab_cadmium_mg_kg="0.011", lab_on="2026-04-30", laboratory="LAB-01", is_hot="1",
    )  # fmt: skip


def set_hot(season: Season) -> None:
    """Mark the dearest grade A Monthong and Kanyao of the east as hot and keep them small, so that they sell out."""
    faulty = {code for (code, scheme) in FAULTS if scheme != "gacc_importer"}
    able = [
        lot for lot in season.tables["lots.csv"]
        if lot["variety"] in {"Monthong", "Kanyao"} and lot["grade"] == "A" and lot["code"] != STAR_LOT
        and lot["code"][:3] in {"CTI", "RYG", "TRT"} and not faulty & {lot["packing_house"], lot["exporter"]}
    ]  # fmt: skip
    able.sort(key=lambda lot: (-int(lot["price_minor"]) * 1000 // int(lot["unit_mass_g"]), lot["code"]))
    for i, lot in enumerate(able[: HOT_LOTS - 1]):
        lot["is_hot"] = "1"
        cartons = 900 + 180 * i
        lot["quantity"] = str(cartons * int(lot["carton_units"]))


def mass_kg(lot: Row) -> int:
    return int(lot["quantity"]) * int(lot["unit_mass_g"]) // 1000


def scale_fresh(season: Season) -> None:
    """Stretch the ordinary fresh lots to the season's total, in whole cartons."""
    fresh = [lot for lot in season.tables["lots.csv"] if lot["orchard"]]
    hot = sum(mass_kg(lot) for lot in fresh if lot["is_hot"] == "1")
    plain = [lot for lot in fresh if lot["is_hot"] == "0"]
    total = sum(mass_kg(lot) for lot in plain)
    for lot in plain:
        carton = int(lot["carton_units"])
        cartons = int(lot["quantity"]) // carton * (FRESH_TARGET_KG - hot) // total
        lot["quantity"] = str(cartons * carton)


def plant_faults(season: Season) -> None:
    """Break a few ordinary lots on purpose, one gate each, so that the gates have something to close."""
    orchards = {o["code"]: o for o in season.tables["orchards.csv"]}
    durian = [lot for lot in season.tables["lots.csv"] if lot["variety"] and lot["is_hot"] == "0"]
    hot_orchards = {lot["orchard"] for lot in season.tables["lots.csv"] if lot["is_hot"] == "1"}
    step = len(durian) // 26
    chosen = durian[::step]
    for lot in chosen[0:7]:
        if lot["orchard"] in hot_orchards:
            continue
        orchard = orchards[lot["orchard"]]
        orchard["gap_valid_from"] = "2023-05-03"
        orchard["gap_valid_to"] = (date.fromisoformat(lot["harvest_to"]) - timedelta(days=2)).isoformat()
    for lot in chosen[7:11]:
        lot["dry_matter_pct"] = f"{VARIETIES[lot['variety']][6] - 1.3:.1f}"
    chosen[11]["lab_by2"] = "detected"
    chosen[12]["lab_cadmium_mg_kg"] = "0.062"
    for lot in chosen[13:19]:
        lot.update(lab_by2="", lab_cadmium_mg_kg="", lab_on="", laboratory="")
    for lot in chosen[19:23]:
        lot["laboratory"] = "LAB-04"
    for lot in chosen[23:25]:
        lot["exporter"] = "EXP-12"


PLANTS_A_RAI = {"banana-fresh": 300, "pineapple-fresh": 7500}
ROOM = Decimal("1.3")


def make_room(season: Season) -> None:
    """Let each orchard be large enough for what is declared of it: no more than 1/1.3 of what its trees bear at most."""
    bears = {row["good"]: row for row in read_table(REFERENCE / "tree_yields.csv")}
    declared: dict[str, int] = {}
    good_of: dict[str, str] = {}
    for lot in season.tables["lots.csv"]:
        if lot["orchard"]:
            declared[lot["orchard"]] = declared.get(lot["orchard"], 0) + mass_kg(lot)
            good_of[lot["orchard"]] = lot["good"]
    for orchard in season.tables["orchards.csv"]:
        good = good_of.get(orchard["code"])
        if good is None:
            continue
        area, trees = int(orchard["area_rai"]), int(orchard["trees"])
        on_a_rai = PLANTS_A_RAI.get(good, trees // area)
        needed = int(declared[orchard["code"]] * ROOM / Decimal(bears[good]["kg_per_tree"])) // on_a_rai + 1
        orchard.update(area_rai=str(max(area, needed)), trees=str(max(area, needed) * on_a_rai))


# --- importers, permits ----------------------------------------------------------------------------------------------


def make_importers(season: Season, destinations: list[Row]) -> None:
    by_code = {d["code"]: d for d in destinations}
    servers = {
        c: sum(1 for i in IMPORTERS if c in i[4].split() and (i[0], "gacc_importer") not in FAULTS) for c in by_code
    }
    number = 0
    for code, _, _, _, served, ports in IMPORTERS:
        weight = 0.0
        for at in served.split():
            currency = by_code[at]["currency"]
            season.add("importers.csv", organisation=code, destination=at, currency=currency,
                       fee_minor_per_kg=FEE_MINOR_PER_KG[currency], source="estimate")  # fmt: skip
            weight += float(by_code[at]["wholesale_weight"]) / servers[at]
        for good, share in PERMIT_SHARES.items():
            for port in ports.split():
                node, part = port.split("=")
                number += 1
                wanted = weight * share * float(part) * ORDERED_KG * 1.7 + 5000
                start, end = permit_dates(code, good)
                season.add("permits.csv", importer=code, good=good, port=node, kg=int(wanted // 1000) * 1000,
                           valid_from=start, valid_to=end, number=f"DEMO-QP-2026-{number:04d}",
                           source="invented")  # fmt: skip


def permit_dates(importer: str, good: str) -> tuple[str, str]:
    """One permit lapses in mid-season and one before the rush, on purpose."""
    if (importer, good) == ("IMP-CN-09", "rambutan-fresh"):
        return "2025-11-12", "2026-05-11"
    if (importer, good) == ("IMP-CN-08", "banana-fresh"):
        return "2025-10-01", "2026-03-31"
    return "2026-01-15", "2026-12-31"


# --- files -----------------------------------------------------------------------------------------------------------


def make_season(seed: int) -> Season:
    places: dict[str, list[Row]] = {}
    for place in read_table(HERE / "seeds" / "places.csv"):
        places.setdefault(place["province_iso"], []).append(place)
    season = Season(
        seed=seed,
        provinces={p["code_iso"]: p for p in read_table(REFERENCE / "provinces.csv")},
        goods={g["code"]: g for g in read_table(REFERENCE / "goods.csv")},
        places=places,
        specialities=read_table(HERE / "seeds" / "specialities.csv"),
    )
    destinations = read_table(HERE / "destinations.csv")
    make_producers(season)
    make_thai_firms(season)
    make_foreign_firms(season, destinations)
    make_registrations(season)
    orchard_of = make_orchards(season)
    make_calendar(season)
    make_lots(season, orchard_of)
    make_room(season)
    make_importers(season, destinations)
    return season


def render(season: Season) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    for name, columns in COLUMNS.items():
        text = io.StringIO(newline="")
        writer = csv.DictWriter(text, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(season.tables[name])
        files[name] = text.getvalue().encode("utf-8")
    return files


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Make the demo season's files.")
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--out", type=Path, default=HERE)
    parser.add_argument("--check", action="store_true", help="compare with the files in OUT, write nothing")
    options = parser.parse_args(argv)
    files = render(make_season(options.seed))
    out: Path = options.out
    if out.resolve() != HERE:
        files |= {name: (HERE / name).read_bytes() for name in HAND_WRITTEN}
    if options.check:
        there = {name: (out / name).read_bytes() for name in files if (out / name).is_file()}
        wrong = [name for name, data in files.items() if there.get(name) != data]
        for name in wrong:
            print(f"{name}: differs from seed {options.seed}; make it again without --check", file=sys.stderr)
        return 1 if wrong else 0
    out.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        (out / name).write_bytes(data)
        print(f"{name}: {data.count(10) - 1} rows, {len(data)} bytes")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
