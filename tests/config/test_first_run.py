"""What `samphao up` writes into an empty database."""

from __future__ import annotations

import pytest

from samphao.accounts.models import Organisation
from samphao.config import first_run
from samphao.customs.models import CustomsOffice
from samphao.reference.models import Good


@pytest.mark.django_db
def test_an_empty_hub_gets_reference_rows_and_customs_offices_once(capsys: pytest.CaptureFixture[str]) -> None:
    Good.objects.all().delete()
    first_run.prepare(8000)
    assert "reference rows published" in capsys.readouterr().out
    offices = CustomsOffice.objects.filter(country="TH").values_list("code", flat=True)
    assert set(offices) <= set(Organisation.objects.filter(kind="office").values_list("code", flat=True))
    CustomsOffice.objects.filter(code=offices[0]).update(name_en="As the hub calls it")
    first_run.prepare(8000)
    assert CustomsOffice.objects.filter(name_en="As the hub calls it").exists()
    assert "published" not in capsys.readouterr().out
