"""A person keeps his own log-in; a forgotten password is replaced by a letter that says nothing to strangers."""

from __future__ import annotations

import pytest
from worlds import three_people

from samphao.accounts import services
from samphao.accounts.models import Letter, User
from samphao.accounts.types import AccountSpec
from samphao.core.errors import NotAllowed
from samphao.core.models import AuditEntry

pytestmark = pytest.mark.django_db
LINK = "https://hub.example/password/{uid}/{token}/"


def reset(email: str) -> int:
    return services.send_reset_letters(email, address=LINK, network="203.0.113.7")


@pytest.fixture(autouse=True)
def world() -> three_people.World:
    return three_people.make()


def test_language_phone_and_channels_change_without_a_password() -> None:
    services.change_account(
        AccountSpec("zh-hans", "nok@village.example", "+66 81 000 0000", wants_email=True), by="nok"
    )
    nok = User.objects.get(username="nok")
    assert (nok.language, nok.phone) == ("zh-hans", "+66 81 000 0000")


def test_another_e_mail_address_needs_the_password_and_the_old_one_is_told() -> None:
    spec = AccountSpec("en", "new@village.example", "", wants_email=True)
    for wrong in ("", "guessed"):
        with pytest.raises(NotAllowed):
            services.change_account(spec, by="nok", password=wrong)
    assert User.objects.get(username="nok").email == "nok@village.example"
    services.change_account(spec, by="nok", password="three words here")
    assert User.objects.get(username="nok").email == "new@village.example"
    assert (Letter.objects.get().address, Letter.objects.get().purpose) == ("nok@village.example", "address_changed")
    assert AuditEntry.objects.get().action == "account.change_email"


def test_a_known_address_gets_a_letter_and_an_unknown_one_nothing() -> None:
    assert reset(" NOK@village.example ") == 1
    assert reset("stranger@village.example") == 0
    assert "https://hub.example/password/" in Letter.objects.get().text


def test_who_may_not_sign_in_gets_no_letter() -> None:
    User.objects.filter(username="nok").update(is_active=False)
    assert reset("nok@village.example") == 0


def test_nobody_floods_a_mailbox() -> None:
    assert [reset(email) for email in ("nok@village.example", "NOK@village.example") * 3] == [1, 1, 1, 0, 0, 0]
