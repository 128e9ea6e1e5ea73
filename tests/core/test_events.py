from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.db import transaction

from samphao.core import clock, events
from samphao.core.models import Event

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class LotCut:
    lot: str

    @property
    def aggregate(self) -> str:
        return self.lot


@pytest.fixture
def heard() -> list[str]:
    said: list[str] = []
    events._handlers["LotCut"] = [lambda payload: said.append(payload["lot"])]
    yield said
    del events._handlers["LotCut"]


def test_an_event_of_a_transaction_that_fails_was_never_there(heard: list[str]) -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        events.publish(LotCut("A"))
        raise RuntimeError
    assert events.deliver() == 0
    assert heard == []


def test_events_are_delivered_in_order_and_once(heard: list[str]) -> None:
    for lot in "ABC":
        events.publish(LotCut(lot))
    assert (events.deliver(), events.deliver()) == (3, 0)
    assert heard == ["A", "B", "C"]


def test_a_failing_handler_leaves_its_event_waiting_and_others_pass(heard: list[str]) -> None:
    def fails(payload: dict[str, str]) -> None:
        if payload["lot"] == "A":
            raise ValueError("no scale")

    events._handlers["LotCut"].insert(0, fails)
    events.publish(LotCut("A"))
    events.publish(LotCut("B"))
    assert events.deliver() == 1
    assert heard == ["B"]
    assert Event.objects.get(payload__lot="A").last_error == "ValueError: no scale"


def test_the_effect_of_a_failing_handler_is_undone_with_it(heard: list[str]) -> None:
    def half(payload: dict[str, str]) -> None:
        Event.objects.filter(payload__lot="A").update(aggregate="half done")
        raise ValueError

    events._handlers["LotCut"] = [half]
    events.publish(LotCut("A"))
    assert events.deliver() == 0
    assert Event.objects.get(payload__lot="A").aggregate == "A"


def test_the_clock_moves_for_python_and_sql_alike() -> None:
    goal = clock.now() + timedelta(days=40)
    clock.move_to(goal)
    assert timedelta() <= clock.now() - goal < timedelta(seconds=5)
    clock.reset()
    assert not clock.is_moved()
