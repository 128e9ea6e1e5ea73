"""What has come to Anong on the morning: longan with a claim, longan that she reviewed, silk that she may send back, and a task for Somchai."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO

from PIL import Image

from samphao.accounts.models import User
from samphao.accounts.queries import viewer
from samphao.core import clock
from samphao.payments.services import record_payments
from samphao.payments.types import BankReport
from samphao.trade import services
from samphao.trade.models import Order
from samphao.trade.types import ClaimSpec, NoteSpec, OrderRequest, Stars
from samphao.workflows import claims, reviews
from worlds.market_morning import World


@dataclass(frozen=True)
class Things:
    claimed: str
    fresh: str
    silk: str
    claim: str
    review: str


def add(world: World) -> Things:
    """Add the orders to a morning; `settings.FILES_FOLDER` takes the claim's photo."""
    longan, silk = (world.lots[code].offers for code in ("CPN-LG-0718", "UDN-SK-0102"))
    claimed = delivered(world, "came-1", longan.get(destination="SHA", kind="wholesale").pk, 3)
    fresh = delivered(world, "came-2", longan.get(destination="KMG", kind="wholesale").pk, 2)
    posted = delivered(world, "came-3", silk.get(destination="KMG", trade_mode="post").pk, 1)
    buyer = viewer(User.objects.get(username="anong"))
    spec = ClaimSpec(claimed, "mouldy", 8, "replacement", "ลำไยขึ้นราที่ขั้ว แปดกิโลกรัมจากสามกล่อง")
    claim = claims.open_claim(spec, [picture()], viewer=buyer, by="anong")
    stars = Stars(5, 4, 3, 4, "真丝很好，颜色比照片深一些。")
    review = reviews.write(posted, stars, language="zh-hans", viewer=buyer, by="anong")
    services.note_products([NoteSpec("WT-SPOILT", "rejects", "CPN-LG-0718", 61, 900)])
    return Things(claimed, fresh, posted, claim, review)


def delivered(world: World, key: str, offer: int, quantity: int) -> str:
    answer = services.place_order(OrderRequest(world.parties["anong"].pk, key, offer, quantity))
    assert answer.is_order, answer
    order = Order.objects.select_related("lot").get(code=answer.order)
    record_payments(
        "simulator", [BankReport(order.code, f"B-{key}", order.amount_minor, order.currency, order.lot.code)]
    )
    services.mark_paid([order.code])
    services.ship_orders([order.code])
    services.deliver_orders({order.code: clock.now()})
    return order.code


def picture() -> tuple[str, bytes]:
    buffer = BytesIO()
    Image.new("RGB", (900, 700), "#6b4a2b").save(buffer, "JPEG")
    return "3307", buffer.getvalue()
