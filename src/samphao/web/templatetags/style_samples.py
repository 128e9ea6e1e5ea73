"""What the style page shows: one invented order, told in three languages, whose figures are computed here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django import forms, template
from django.core.paginator import Paginator
from django.utils.translation import override

from samphao.web import charts, maps
from samphao.web.cards import MOTIFS
from samphao.web.templatetags import samphao as write

register = template.Library()

KUNMING, NANNING = maps.Place(25.04, 102.71), maps.Place(22.82, 108.32)
NANSHA, SHANGHAI = maps.Place(22.65, 113.60), maps.Place(31.15, 121.80)
LAEM_CHABANG, VIENTIANE = maps.Place(13.08, 100.88), maps.Place(17.97, 102.62)
MUKDAHAN, CHANTHABURI = maps.Place(16.54, 104.70), maps.Place(12.61, 102.10)
TONNES = {"TH-22": 96.0, "TH-86": 70.0, "TH-80": 58.0, "TH-33": 44.0, "TH-21": 30.0, "TH-23": 22.0, "TH-50": 12.0}


@dataclass(frozen=True, slots=True)
class Words:
    """One text in the three languages of the hub."""

    th: str
    zh: str
    en: str

    def __getitem__(self, code: str) -> str:
        return {"th": self.th, "zh-hans": self.zh, "en": self.en}[code]


W = Words
PARTS = (  # label, rule, amount in fen, is an estimate
    (W("ค่าสินค้า FCA ท่าใหม่", "货款 FCA 他迈", "Goods, FCA Tha Mai"), "฿ 165 × 72 kg × 0.2190", 260172, False),
    (W("ค่าขนส่งถึงโมฮาน", "至磨憨运费", "Carriage to Mohan"), "฿ 6.20 / kg", 9776, True),
    (W("ประกันภัย", "保险费", "Insurance"), "0.3 %", 810, False),
    (W("อากร 0 %", "关税 0 %", "Duty 0 %"), "ACFTA, Form E, HS 0810.60", 0, False),
    (W("ภาษีมูลค่าเพิ่ม 9 %", "增值税 9 %", "VAT 9 %"), "2026-01-01", 24368, False),
    (W("ค่าขนส่งโมฮาน–คุนหมิง", "磨憨至昆明运费", "Carriage Mohan–Kunming"), "", 3895, True),
    (W("ผู้นำเข้า การตรวจ", "进口商、查验", "Importer, inspection"), "¥ 0.60 / kg", 4320, True),
    (W("ค่าบริการฮับ", "平台服务费", "Hub fee"), "1.8 %", 4683, False),
)
ROAD = (
    (
        "done",
        datetime(2026, 4, 24, 2, 0, tzinfo=UTC),
        W("สั่งซื้อแล้ว", "已下单", "Order placed"),
        W("¥ 3,080.24 ถึงมือผู้ซื้อ", "到手价 ¥ 3,080.24", "¥ 3,080.24 to the door"),
        None,
    ),
    (
        "done",
        datetime(2026, 4, 29, 23, 40, tzinfo=UTC),
        W("ตัด ชั่ง และคัดเกรด", "已采收、过磅、分级", "Cut, weighed and graded"),
        W(
            "เนื้อแห้ง 34.1 % ใบชั่งลงชื่อทั้งสองฝ่าย",
            "干物质 34.1 %，过磅单双方已签",
            "dry matter 34.1 %, ticket signed by both",
        ),
        None,
    ),
    (
        "done",
        datetime(2026, 5, 3, 11, 10, tzinfo=UTC),
        W("ยื่นใบขนและตรวจปล่อย", "已申报并放行", "Declared and released"),
        W("เอกสารครบ ผู้ส่งออกที่รู้จัก", "单证齐全，出口商信誉良好", "complete papers, known exporter"),
        ("ok", W("ช่องเขียว", "绿色通道", "green line")),
    ),
    (
        "now",
        None,
        W("บนรถไฟ เวียงจันทน์ → โมฮาน", "中老铁路运输中：万象 → 磨憨", "On the train, Vientiane → Mohan"),
        W("ตู้ TCLU 482913-2 อุณหภูมิ 13.6 °C", "冷柜 TCLU 482913-2，13.6 °C", "container TCLU 482913-2, 13.6 °C"),
        None,
    ),
    (
        "later",
        datetime(2026, 5, 8, 4, 0, tzinfo=UTC),
        W("ส่งถึงมือ แล้วผู้ขายได้รับเงิน", "送达；理赔期后结款给卖家", "Delivered, then the seller is paid"),
        W("แจ้งเคลมของเสียได้ภายใน 48 ชั่วโมง", "48 小时内可申请坏果包赔", "48 hours to claim for bad fruit"),
        None,
    ),
)


class SampleForm(forms.Form):
    """Three questions of a new lot, filled in wrongly, so that the page shows how a mistake is told."""

    def __init__(self, code: str) -> None:
        super().__init__(
            data={"mass": "", "variety": "", "note": "", f"s{code[:2]}-port": "CNMHN"}, prefix=f"s{code[:2]}"
        )
        say = W(
            "กรอกน้ำหนักเป็นกิโลกรัม เช่น 1,400",
            "请填写重量（公斤），例如 1,400",
            "Enter the mass in kilograms, such as 1,400",
        )[code]
        pick = W("เลือกพันธุ์ทุเรียน", "请选择榴莲品种", "Choose the variety")[code]
        fields = self.fields
        fields["mass"] = forms.DecimalField(
            label=W("จะตัดได้กี่กิโลกรัม", "预计采收多少公斤？", "How many kilograms will be cut?")[code],
            help_text=W(
                "ประมาณไว้ก่อน แก้ได้จนถึงวันตัด",
                "先估计，采收前可以修改",
                "An estimate; it can change until the day of the cut",
            )[code],
            error_messages={"required": say},
        )
        names = (W("หมอนทอง", "金枕", "Monthong"), W("ชะนี", "青尼", "Chanee"), W("ก้านยาว", "干尧", "Kanyao"))
        fields["variety"] = forms.ChoiceField(
            label=W("พันธุ์", "品种", "Variety")[code],
            choices=[(str(n), name[code]) for n, name in enumerate(names)],
            widget=forms.RadioSelect,
            error_messages={"required": pick},
        )
        fields["port"] = forms.ChoiceField(
            label=W("ด่านนำเข้า", "入境口岸", "Port of entry")[code],
            choices=[
                ("CNMHN", W("โมฮาน", "磨憨", "Mohan")[code]),
                ("CNNSA", W("หนานซา", "广州南沙港", "Nansha port, Guangzhou")[code]),
            ],
        )
        fields["note"] = forms.CharField(label=W("หมายเหตุ", "备注", "Note")[code], required=False)


def _price(code: str) -> dict[str, Any]:
    total = sum(amount for _, _, amount, _ in PARTS)
    per_kg = write.money(round(total / 72), "CNY")
    per_jin = write.money(round(total / 144), "CNY")
    return {
        "lines": [
            {"label": label[code], "rule": rule, "amount": write.amount(fen, "CNY"), "is_estimate": estimate}
            for label, rule, fen, estimate in PARTS
        ],
        "foot": {
            "label": W("ถึงมือผู้ซื้อในคุนหมิง", "到手价（昆明，含税到门）", "To the door in Kunming")[code],
            "rule": f"{per_kg} / kg = {per_jin} / 斤",
            "amount": write.amount(total, "CNY"),
        },
    }


def _card(code: str) -> dict[str, Any]:
    return {
        "title": W("ทุเรียนหมอนทอง เกรด A", "金枕榴莲，A 级", "Monthong durian, grade A")[code],
        "subtitle": "" if code == "th" else "ทุเรียนหมอนทอง",
        "subtitle_lang": "th",
        "motif": "durian",
        "by": W(
            "ชาวสวนท่าใหม่ จันทบุรี · ตัด 2–9 พ.ค.",
            "尖竹汶府他迈果农 · 5 月 2–9 日采收",
            "Tha Mai growers, Chanthaburi · harvest 2–9 May",
        )[code],
        "price": "฿\u00a0165",
        "per": W("/ กก. ที่โรงคัดบรรจุ", "/ 公斤（包装厂交货）", "/ kg at the packing house")[code],
        "door": W(
            "¥ 42.78 / กก. ถึงมือผู้ซื้อในคุนหมิง",
            "到手价 ¥ 42.78 / 公斤（¥ 21.39 / 斤），昆明",
            "¥ 42.78 / kg (¥ 21.39 / 斤) to the door in Kunming",
        )[code],
        "tags": [
            {
                "kind": "ok",
                "label": W("สวนและโรงคัดบรรจุขึ้นทะเบียนแล้ว", "果园与包装厂已注册", "orchard and packing house listed")[
                    code
                ],
            },
            {"kind": "warn", "label": W("ผลตรวจครบกำหนด 2 พ.ค.", "检测 5 月 2 日到期", "tests due 2 May")[code]},
        ],
        "left": 0.66,
        "left_label": W("เหลือ 9.2 ตัน จาก 14 ตัน", "剩余 9.2 吨，共 14 吨", "9.2 t left of 14 t")[code],
        "url": "#cards",
    }


def _account(code: str) -> dict[str, Any]:
    links = (W("การแจ้งเตือน", "通知", "Notices"), W("องค์กรของคุณ", "您的组织", "Your organisation"))
    return {
        "name": "somchai",
        "organisation": W("กลุ่มชาวสวนท่าใหม่", "他迈果农组", "Tha Mai growers")[code],
        "unread": 3,
        "unread_label": W("การแจ้งเตือนที่ยังไม่อ่าน 3 รายการ", "3 条未读通知", "3 unread notices")[code],
        "notices_url": "#menu",
        "links": [{"label": name[code], "url": "#menu"} for name in links],
    }


def _files(code: str) -> dict[str, Any]:
    names = (
        ("lab_report", W("ผลตรวจห้องปฏิบัติการ", "检测报告", "laboratory report")),
        ("photo", W("รูปถ่าย", "照片", "photo")),
    )
    kinds = [(kind, name[code]) for kind, name in names]
    lots = [
        (lot, f"{lot} · {title[code]}")
        for lot, title in (
            ("CTI-MT-0430", W("หมอนทอง", "金枕", "Monthong")),
            ("CTI-CN-0402", W("ชะนี", "青尼", "Chanee")),
        )
    ]
    file = {
        "code": f"FL-{code[:2]}",
        "name": "BY2-0430.pdf",
        "url": "#files",
        "subject": "CTI-MT-0430",
        "kind": kinds[0][1],
        "size": "184 kB",
        "by": "house",
        "at": write.day(datetime(2026, 5, 2, tzinfo=UTC)),
    }
    return {
        "files": [file],
        "upload": {
            "subjects": lots,
            "kinds": kinds,
            "next": "/design/",
            "accept": "application/pdf",
            "prefix": f"{code[:2]}-",
        },
    }


def _modes(code: str) -> list[dict[str, Any]]:
    rule = W("ห้ามส่งผลไม้สดไปจีนทางไปรษณีย์", "鲜果不得邮寄至中国", "Fresh fruit may not be posted to China")
    return [
        {
            "kind": "ok",
            "title": W("การค้าทั่วไป", "一般贸易", "General trade")[code],
            "label": W("ได้", "可用", "open")[code],
            "text": W("ผู้นำเข้าเป็นผู้ยื่นใบขน", "由进口商申报", "An importer of record declares the goods")[code],
        },
        {
            "kind": "bad",
            "title": W("ไปรษณีย์ไทย", "泰国邮政", "By Thailand Post")[code],
            "label": W("ไม่ได้", "不可用", "refused")[code],
            "refusals": [
                {
                    "rule": rule[code],
                    "found": W("ทุเรียนสด", "鲜榴莲", "fresh durian")[code],
                    "source": "MARA/GACC 470",
                    "is_estimate": True,
                }
            ],
        },
    ]


def _gates(code: str) -> list[dict[str, Any]]:
    names = (
        W("ลงขาย", "上架", "to list"),
        W("ตัด", "采收", "to cut"),
        W("ขึ้นตู้", "装柜", "to load"),
        W("เข้าประเทศ", "入境", "to enter"),
    )
    reasons = (
        W("GAP ถึง 30 มิ.ย.", "GAP 有效期至 6 月 30 日", "GAP valid to 30 June"),
        W("เนื้อแห้ง 34.1 % (เกณฑ์ 32 %)", "干物质 34.1 %（标准 32 %）", "dry matter 34.1 % (32 % asked)"),
        W("พบ Basic Yellow 2 ในตัวอย่าง", "样品检出碱性嫩黄（BY2）", "Basic Yellow 2 found in the sample"),
        W("รอใบรับรองสุขอนามัยพืช", "等待植物检疫证书", "waits for the phytosanitary certificate"),
    )
    labels = {
        "ok": W("ผ่านแล้ว", "已通过", "passed"),
        "bad": W("ปิด", "关闭", "closed"),
        "idle": W("ยังไม่ถึง", "未到", "not yet"),
    }
    said = {
        "ok": W("เป็นไปตามกฎ", "符合", "met"),
        "bad": W("ไม่เป็นไปตามกฎ", "不符合", "not met"),
        "idle": W("ยังไม่ทราบ", "尚未知晓", "not known yet"),
    }
    source = W(
        "พิธีสารว่าด้วยการตรวจสอบและกักกันผลไม้ที่ส่งออกผ่านประเทศที่สาม 13 ก.ย. 2564",
        "2021年9月13日关于经第三国过境水果检验检疫要求的议定书",
        "Protocol of 13 September 2021 on inspection and quarantine of fruit through third countries",
    )[code]
    return [
        {
            "state": state, "name": name[code], "label": labels[state][code], "when": write.day(datetime(2026, 5, 2, tzinfo=UTC)),
            "summary": W("การตรวจ 1 ข้อ", "1 项检查", "1 check")[code], "is_unfolded": state != "ok",
            "checks": [
                {"kind": state, "label": said[state][code], "name": reason[code], "found": "", "dates": "", "source": source, "is_long": state == "bad"}
            ],
        }
        for state, name, reason in zip(("ok", "ok", "bad", "idle"), names, reasons, strict=True)
    ]  # fmt: skip


def _lists(code: str) -> dict[str, Any]:
    tasks = (
        ("done", W("บอกแปลงและเลข GAP", "填写果园与 GAP 编号", "Say which orchard, and its GAP number"), ""),
        (
            "todo",
            W("ใส่ราคาและจำนวน", "填写价格与数量", "Set price and quantity"),
            W("สามคำถาม", "三个问题", "three questions")[code],
        ),
        ("wrong", W("แนบใบขึ้นทะเบียนโรงคัดบรรจุ", "上传包装厂注册证明", "Attach the packing house's listing"), ""),
        (
            "later",
            W("เปิดขาย", "开始销售", "Open the sale"),
            W("หลังประตู “ลงขาย” เปิด", "“上架”关口打开后", "after the gate to list is open")[code],
        ),
    )
    rows = (
        (W("สินค้า", "商品", "Goods"), W("ทุเรียนหมอนทอง เกรด A", "金枕榴莲 A 级", "Monthong durian, grade A")[code]),
        (W("น้ำหนัก", "重量", "Mass"), write.kg(1400)),
        (W("วันตัด", "采收日", "Day of the cut"), write.day(datetime(2026, 5, 2, tzinfo=UTC))),
        (W("โรงคัดบรรจุ", "包装厂", "Packing house"), ""),
    )
    return {
        "tasks": [
            {"state": state, "title": title[code], "hint": hint, "url": "#tasks", "id": f"t{n}-{code[:2]}"}
            for n, (state, title, hint) in enumerate(tasks)
        ],
        "rows": [{"term": term[code], "value": value, "url": "#rows"} for term, value in rows],
    }


def _exceptions(code: str) -> list[dict[str, Any]]:
    return [
        {
            "kind": "bad",
            "label": W("ไม่ทันเวลาปิดรับ", "错过截关", "missed cut-off")[code],
            "reference": "CSG-20418",
            "url": "#exceptions",
            "text": W("จันทบุรี → หนานซา 18.4 ตัน", "尖竹汶 → 广州南沙港，18.4 吨", "Chanthaburi → Nansha port, 18.4 t")[
                code
            ],
            "next": W("จองเรือลำถัดไป ถึงช้า 2 วัน", "改订下一班船，晚到 2 天", "booked on the next sailing, 2 days later")[
                code
            ],
            "options": W("ใบขน DX-20418", "报关单 DX-20418", "declaration DX-20418")[code],
            "owner": W("ผู้วางแผน", "计划员", "planner")[code],
            "due": W("ภายใน 16:00", "16:00 前", "due 16:00")[code],
        },
        {
            "kind": "warn",
            "label": W("อุณหภูมิ", "温度", "temperature")[code],
            "reference": "TCLU 482913-2",
            "text": W("17.1 °C สูงกว่าช่วง 13–15 °C", "17.1 °C，高于 13–15 °C", "17.1 °C, above the band of 13–15 °C")[
                code
            ],
            "owner": W("ผู้ขนส่ง", "承运人", "carrier")[code],
            "due": W("ภายใน 14:30", "14:30 前", "due 14:30")[code],
        },
    ]


def _charts(code: str) -> dict[str, Any]:
    grower, house = 1029600, 158400
    of = W("แบ่งเงินค่าสินค้า", "货款的分配", "who gets what of the goods' price")[code]
    shares = [
        charts.Part(W("ชาวสวน", "果农", "growers")[code], grower, write.money(grower)),
        charts.Part(W("โรงคัดบรรจุ (ล้ง)", "包装厂", "packing house")[code], house, write.money(house)),
    ]
    modes = (
        (W("ทางเรือ", "海运", "sea"), 64),
        (W("ทางถนน", "公路", "road"), 40),
        (W("ทางราง", "铁路", "rail"), 22),
        (W("ทางอากาศ", "空运", "air"), 4),
    )
    bars = [charts.Bar(name[code], count, write.number(count)) for name, count in modes]
    weeks = [f"W{n}" for n in range(14, 22)]
    sold: list[float | None] = [12, 18, 31, 44, 52, None, None, None]
    ahead: list[float | None] = [None, None, None, None, 52, 61, 58, 40]
    lines = [
        charts.Series(W("ขายแล้ว", "已售", "sold")[code], sold),
        charts.Series(W("คาดการณ์", "预测", "forecast")[code], ahead),
    ]
    return {
        "share": charts.share_bar(shares, label=of),
        "share_label": of,
        "bars": charts.bar_chart(bars, label=W("ตู้ต่อวิธีขนส่ง", "各运输方式的柜数", "containers by mode")[code]),
        "bar_rows": [[bar.label, bar.text] for bar in bars],
        "line": charts.line_chart(
            lines, places=weeks, unit="t", label=W("ตันต่อสัปดาห์", "每周吨数", "tonnes a week")[code]
        ),
        "line_rows": [[week, write.number(a), write.number(b)] for week, a, b in zip(weeks, sold, ahead, strict=True)],
    }


def _map(code: str) -> dict[str, Any]:
    unit = W("ตัน", "吨", "t")[code]
    shown = maps.Choropleth(TONNES)
    flows = [
        maps.Flow(VIENTIANE, KUNMING, "rail", 60, bend=0.1),
        maps.Flow(CHANTHABURI, MUKDAHAN, "road", 40, bend=0.1),
        maps.Flow(MUKDAHAN, NANNING, "road", 40, bend=-0.1),
        maps.Flow(LAEM_CHABANG, NANSHA, "sea", 64),
        maps.Flow(LAEM_CHABANG, SHANGHAI, "air", 4, bend=0.14),
    ]
    pins = [
        maps.Pin(KUNMING, W("คุนหมิง", "昆明", "Kunming")[code]),
        maps.Pin(NANNING, W("หนานหนิง", "南宁", "Nanning")[code]),
        maps.Pin(
            NANSHA,
            W("ท่าเรือหนานซา", "广州南沙港", "Nansha port, Guangzhou")[code],
            short=W("หนานซา", "广州南沙港", "Nansha port")[code],
        ),
        maps.Pin(SHANGHAI, W("เซี่ยงไฮ้", "上海", "Shanghai")[code]),
        maps.Pin(LAEM_CHABANG, W("แหลมฉบัง", "林查班", "Laem Chabang")[code]),
        maps.Pin(VIENTIANE, W("เวียงจันทน์", "万象", "Vientiane")[code], is_minor=True),
        maps.Pin(MUKDAHAN, W("มุกดาหาร", "莫拉限", "Mukdahan")[code], kind="warn", is_minor=True),
        maps.Pin(CHANTHABURI, W("จันทบุรี", "尖竹汶", "Chanthaburi")[code], is_strong=True),
    ]
    modes = {
        "sea": W("ทางเรือ", "海运", "sea"),
        "rail": W("ทางราง", "铁路", "rail"),
        "road": W("ทางถนน", "公路", "road"),
        "air": W("ทางอากาศ", "空运", "air"),
    }
    label = W("การขนส่งจากจังหวัดของไทยไปจีน", "泰国各府发往中国的货流", "Flows from Thai provinces to China")[code]
    return {
        "label": label,
        "svg": maps.corridor_map(label, choropleth=shown, flows=flows, pins=pins),
        "key": maps.flow_key({mode: name[code] for mode, name in modes.items()}),
        "classes": maps.choropleth_key(shown, unit=unit, none_label=W("ไม่มีข้อมูล", "无数据", "no data")[code]),
        "rows": [[place, write.number(tonnes, 0)] for place, tonnes in TONNES.items()],
        "unit": unit,
    }


WORDS = {
    "name": W("ไทย", "中文", "English"),
    "from": W("ต้นทาง", "起点", "From"),
    "count": W("จำนวน", "数量", "Count"),
    "buy": W("ซื้อล็อตนี้", "购买此批次", "Buy this lot"),
    "look": W("ดูราคาทีละบรรทัด", "查看价格明细", "See every line"),
    "withdraw": W("ถอนออกจากการขาย", "撤销销售", "Withdraw from sale"),
    "closed": W("ยังซื้อไม่ได้", "尚不能购买", "Not for sale yet"),
    "ok": W("ตรงเวลา", "准时", "on time"),
    "warn": W("ใกล้ครบกำหนด", "即将到期", "due soon"),
    "bad": W("ถูกระงับ", "已暂停", "suspended"),
    "info": W("ระหว่างตรวจ", "审核中", "under review"),
    "idle": W("ยังไม่เริ่ม", "未开始", "not started"),
    "plain": W("18 กก. ต่อกล่อง", "每件 18 公斤", "18 kg cartons"),
    "confirmed": W("สั่งซื้อสำเร็จ", "下单成功", "Order placed"),
    "confirmed_text": W("เราส่งรายละเอียดไปที่ LINE ของคุณแล้ว", "详情已发送到您的微信", "We have sent the details to you"),
    "held": W("คำสั่งซื้อ 3 รายการถูกพักไว้", "3 个订单已暂缓", "3 orders are held"),
    "held_text": W(
        "ผลตรวจของโรงคัดบรรจุ DOA-2214 พบสารต้องห้าม",
        "包装厂 DOA-2214 的检测发现禁用物质",
        "A test of packing house DOA-2214 found a forbidden dye",
    ),
    "saved": W("บันทึกแล้ว", "已保存", "Saved"),
    "none": W("ยังไม่มีล็อต", "还没有批次", "No lots yet"),
    "none_text": W(
        "ลงขายผลผลิตแรก ใช้เวลาราวสามนาที",
        "发布您的第一批货，约三分钟",
        "List a first harvest: it takes about three minutes",
    ),
    "none_action": W("ลงขายล็อต", "发布批次", "List a lot"),
    "import": W("นำเข้าคำสั่งซื้อ", "导入订单", "Importing orders"),
    "tab_all": W("ทั้งหมด", "全部", "All"),
    "tab_paid": W("ชำระแล้ว", "已付款", "Paid"),
    "tab_held": W("พักไว้", "暂缓", "Held"),
    "why": W("ราคานี้คิดอย่างไร", "价格如何计算？", "How is this price computed?"),
    "why_text": W(
        "ทุกบรรทัดบอกกฎ แหล่งที่มา และวันที่ บรรทัดที่ไม่รู้จะเขียนว่าไม่รู้ ไม่ใช่ศูนย์",
        "每一行都注明规则、来源和日期；未知就写未知，不写零。",
        "Every line names its rule, source and date; what is unknown says so and is never zero.",
    ),
    "service": W("เที่ยว", "班次", "Service"),
    "cutoff": W("ปิดรับ", "截关", "Cut-off"),
    "fill": W("บรรทุก", "装载率", "Fill"),
    "boxes": W("ตู้", "柜数", "Containers"),
    "orders": W("คำสั่งซื้อฤดูนี้", "本季订单", "orders this season"),
    "oversold": W("ขายเกิน", "超卖", "oversold"),
    "within": W("แผนห่างดีที่สุดไม่เกิน", "方案距最优不超过", "plan within, proven"),
    "search": W("ค้นหาในตลาด", "搜索市场", "Search the market"),
    "market": W("ตลาด", "市场", "Market"),
}


def _sample(code: str) -> dict[str, Any]:
    say = {key: value[code] for key, value in WORDS.items()}
    return (
        {
            "code": code,
            "lang": "zh-Hans" if code == "zh-hans" else code,
            "say": say,
            "price": _price(code),
            "card": _card(code),
            "gates": _gates(code),
            "steps": [
                {
                    "state": state,
                    "at": at,
                    "when": write.moment(at) if at else W("ขณะนี้", "现在", "now")[code],
                    "title": title[code],
                    "text": text[code],
                    "tag": {"kind": tag[0], "label": tag[1][code]} if tag else None,
                }
                for state, at, title, text, tag in ROAD
            ],
            "sold_card": _card(code)
            | {
                "title": W("ผ้าไหมย้อมคราม", "靛蓝染丝绸", "Indigo-dyed silk")[code],
                "motif": "silk",
                "left": 0,
                "left_value": "",
                "left_label": W("ขายหมดแล้ว", "已售罄", "sold out")[code],
                "door": "",
                "tags": [{"kind": "idle", "label": W("ขายหมดแล้ว", "已售罄", "sold out")[code]}],
            },
            "account": _account(code),
            "modes": _modes(code),
            "actions": [{"label": say["look"], "url": "#notices"}],
            "exceptions": _exceptions(code),
            "form": SampleForm(code),
            "charts": _charts(code),
            "map": _map(code),
            "figures": [
                {"label": say["orders"], "value": write.number(60000)},
                {"label": say["oversold"], "value": "0", "kind": "ok"},
                {"label": say["within"], "value": "0.9", "unit": "%"},
            ],
            "tabs": [
                {"label": say["tab_all"], "url": "#tabs", "count": 412, "current": True},
                {"label": say["tab_paid"], "url": "#tabs", "count": 380},
                {"label": say["tab_held"], "url": "#tabs", "count": 3},
            ],
            "crumbs": [{"label": say["market"], "url": "#crumbs"}, {"label": "SO-7F3K-2QJ9"}],
            "columns": [
                {"label": say["cutoff"]},
                {"label": say["service"], "wide": True},
                {"label": say["fill"]},
                {"label": say["boxes"], "numeric": True},
            ],
            "departures": [
                ["14:00", "VTE → KMG", {"share": 0.94}, "22"],
                ["16:00", "THLCH → CNNSA", {"share": 0.81}, "64"],
                ["18:30", "R12 → NNG", {"share": 0.97, "kind": "warn"}, "9"],
            ],
            "two_columns": [{"label": say["from"]}, {"label": say["count"], "numeric": True}],
            "three_columns": [
                {"label": say["from"]},
                {"label": say["count"], "numeric": True},
                {"label": say["count"], "numeric": True},
            ],
            "thing": {"name_th": "ผ้าไหมย้อมคราม"} if code != "th" else {"name_en": "Indigo-dyed silk"},
            "moment": datetime(2026, 11, 23, 10, 20, tzinfo=UTC),
        }
        | _lists(code)
        | _files(code)
    )


@register.simple_tag
def style_samples() -> list[dict[str, Any]]:
    """Return the samples in Thai, Chinese and English."""
    found = []
    for code in ("th", "zh-hans", "en"):
        with override(code):
            found.append(_sample(code))
    return found


@register.simple_tag
def sample_motifs() -> list[str]:
    """Return the drawings that stand for goods."""
    return sorted({*MOTIFS.values(), "goods"})


@register.simple_tag
def sample_page() -> Any:
    """Return the third of some pages of a list."""
    return Paginator(range(412), 20).page(3)
