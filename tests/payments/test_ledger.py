import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from samphao.payments import queries, services
from samphao.payments.models import Account, Entry, Transfer
from samphao.payments.types import AccountSpec, BankReport, Posting

pytestmark = pytest.mark.django_db
AT = datetime(2026, 4, 24, 2, 0, tzinfo=UTC)
BANK = AccountSpec("bank", "CNY", owner="simulator", side="debit", may_go_negative=True, keeps_balance=False)
HELD = AccountSpec("held", "CNY", subject="LOT-1")
GROWER = AccountSpec("payable", "CNY", owner="somchai")


def commit_checks() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def move(key: str, debit: AccountSpec, credit: AccountSpec, amount: int) -> Posting:
    return Posting("test", key, "LOT-1", AT, ((debit.code, amount), (credit.code, -amount)))


@pytest.fixture
def purses() -> None:
    services.open_accounts([BANK, HELD, GROWER])


def balance(spec: AccountSpec) -> int:
    return Account.objects.get(code=spec.code).balance_minor


def test_money_moves_and_balances_follow(purses: None) -> None:
    assert services.post([move("in", BANK, HELD, 500), move("out", HELD, GROWER, 200)]) == 2
    commit_checks()
    assert (balance(HELD), balance(GROWER)) == (300, 200)
    assert queries.check().faults == ()


def test_the_same_key_posts_once(purses: None) -> None:
    assert [services.post([move("in", BANK, HELD, 500)]) for _ in range(3)] == [1, 0, 0]
    assert balance(HELD) == 500


def test_entries_that_do_not_sum_to_zero_are_refused_by_the_database(purses: None) -> None:
    with pytest.raises(IntegrityError, match="leave"), transaction.atomic():
        services.post([Posting("test", "crooked", "", AT, ((BANK.code, 500), (HELD.code, -499)))])
        commit_checks()


def test_currencies_do_not_balance_each_other(purses: None) -> None:
    baht = AccountSpec("payable", "THB", owner="somchai")
    services.open_accounts([baht])
    with pytest.raises(IntegrityError, match="leave"), transaction.atomic():
        services.post([move("mixed", BANK, baht, 500)])
        commit_checks()


def test_an_advance_cannot_exceed_what_is_held(purses: None) -> None:
    services.post([move("in", BANK, HELD, 100)])
    with pytest.raises(IntegrityError, match="account_not_negative"), transaction.atomic():
        services.post([move("advance", HELD, GROWER, 101)])
    assert balance(HELD) == 100


def test_a_transfer_without_entries_is_refused(purses: None) -> None:
    with pytest.raises(IntegrityError, match="no entries"), transaction.atomic():
        Transfer.objects.create(kind="test", key="empty", subject="", at=AT)
        commit_checks()


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE payments_entry SET amount_minor = 1",
        "DELETE FROM payments_entry",
        "TRUNCATE payments_entry",
        "UPDATE payments_transfer SET memo = 'x'",
    ],
)
def test_what_was_posted_stays(purses: None, change: str) -> None:
    services.post([move("in", BANK, HELD, 100)])
    commit_checks()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE payments_entry ENABLE TRIGGER entry_no_truncate")
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)


def test_a_balance_cannot_be_written_by_hand(purses: None) -> None:
    with pytest.raises(DatabaseError, match="posted entries only"), transaction.atomic():
        Account.objects.filter(code=HELD.code).update(balance_minor=10**9)


def test_an_entry_of_another_currency_than_its_account_is_refused(purses: None) -> None:
    services.post([move("in", BANK, HELD, 100)])
    transfer, account = Transfer.objects.get(), Account.objects.get(code=HELD.code)
    with pytest.raises(IntegrityError, match="entry_in_the_currency"), transaction.atomic():
        Entry.objects.create(transfer=transfer, account=account, currency="THB", amount_minor=5)
        commit_checks()


def test_a_bank_that_reports_twice_pays_once() -> None:
    report = BankReport("SO-1", "REF-1", 12_834, "CNY", "LOT-1")
    assert (services.record_payments("simulator", [report]), services.record_payments("simulator", [report])) == (1, 0)
    assert balance(HELD) == 12_834


def test_a_bank_statement_that_names_a_payment_twice_pays_once() -> None:
    report = BankReport("SO-1", "REF-1", 12_834, "CNY", "LOT-1")
    assert services.record_payments("simulator", [report, report]) == 1
    assert balance(HELD) == 12_834


def test_one_key_for_two_different_transfers_is_refused(purses: None) -> None:
    with pytest.raises(services.TwoForOneKey):
        services.post([move("in", BANK, HELD, 100), move("in", BANK, HELD, 200)])


def test_the_check_finds_a_balance_that_lies(purses: None) -> None:
    services.post([move("in", BANK, HELD, 100)])
    commit_checks()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE payments_account DISABLE TRIGGER account_guard")
        cursor.execute("UPDATE payments_account SET balance_minor = 99 WHERE code = %s", [HELD.code])
        cursor.execute("ALTER TABLE payments_account ENABLE TRIGGER account_guard")
    assert queries.check().faults == (f"account {HELD.code} says CNY 0.99, its entries say CNY 1.00",)


DEBT = AccountSpec("receivable", "CNY", owner="somchai", side="debit")


def waits_for_a_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        )
        return bool(cursor.fetchone()[0])


def beside(work: Callable[[], object]) -> threading.Thread:
    """Begin work on a connection of its own, and go on when it waits for a lock that this connection holds."""

    def run() -> None:
        try:
            work()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    until = time.monotonic() + 10
    while not waits_for_a_lock() and time.monotonic() < until:
        time.sleep(0.02)
    return thread


@pytest.mark.django_db(transaction=True)
def test_what_becomes_payable_while_a_debt_is_being_booked_is_kept_back() -> None:
    services.open_accounts([BANK, HELD, GROWER, DEBT])
    services.post([move("in", BANK, HELD, 500)])
    with transaction.atomic():
        services.post([move("claim", DEBT, BANK, 100)])
        earner = beside(lambda: services.post([move("share", HELD, GROWER, 70)]))
    earner.join(20)
    assert (balance(DEBT), balance(GROWER)) == (30, 0)
    assert queries.check().faults == ()


def test_somebody_who_owes_is_paid_the_difference_only(purses: None) -> None:
    services.open_accounts([DEBT])
    services.post([move("in", BANK, HELD, 500)])
    for key, debit, credit, amount in (("claim", DEBT, BANK, 100), ("share", HELD, GROWER, 170)):
        transfer = Transfer.objects.create(
            kind="test", key=key, subject="", at=AT
        )  # as two that did not see each other
        for account, signed in ((debit, amount), (credit, -amount)):
            Entry.objects.create(
                transfer=transfer, account=Account.objects.get(code=account.code), currency="CNY", amount_minor=signed
            )
    assert (balance(DEBT), balance(GROWER)) == (100, 170)
    assert services.pay_out("simulator", "day-1", AT) == 1
    commit_checks()
    assert (balance(DEBT), balance(GROWER)) == (0, 0)
    sums = queries.earned_by(["somchai"])["CNY"]
    assert (sums.earned_minor, sums.kept_back_minor, sums.sent_minor) == (170, 100, 70)
    assert services.pay_out("simulator", "day-2", AT) == 0


@pytest.mark.django_db(transaction=True)
def test_a_debt_that_is_being_booked_while_money_goes_to_the_bank_is_kept_back_from_it() -> None:
    services.open_accounts([BANK, HELD, GROWER, DEBT])
    services.post([move("in", BANK, HELD, 500), move("share", HELD, GROWER, 170)])
    with transaction.atomic():
        services.post([move("claim", DEBT, BANK, 100)])
        payer = beside(lambda: services.pay_out("simulator", "day-1", AT))
    payer.join(20)
    assert (balance(DEBT), balance(GROWER)) == (0, 0)
    assert queries.earned_by(["somchai"])["CNY"].sent_minor == 70
    assert queries.check().faults == ()


class Conservation(TestCase):
    """Whatever is posted or refused, nothing appears or vanishes."""

    @settings(max_examples=25, deadline=None)
    @given(st.lists(st.tuples(st.sampled_from(["in", "advance", "back"]), st.integers(1, 1000)), max_size=12))
    def test_money_is_conserved(self, moves: list[tuple[str, int]]) -> None:
        services.open_accounts([BANK, HELD, GROWER])
        sides = {"in": (BANK, HELD), "advance": (HELD, GROWER), "back": (HELD, BANK)}
        for number, (kind, amount) in enumerate(moves):
            try:
                with transaction.atomic():
                    services.post([move(f"{number}", *sides[kind], amount)])
            except IntegrityError:
                assert kind != "in"
        checked = queries.check()
        assert checked.faults == ()
        assert sum(b.debit_minor for b in checked.balances) == sum(b.credit_minor for b in checked.balances)
