"""The three settings of Teams: all, or none."""

from typing import Any

import pytest
from pydantic import ValidationError

from qibot.doctor import examine
from qibot.settings import Settings

WHOLE = {
    "teams_client_id": "5f0c0de0-0000-4000-8000-000000000001",
    "teams_client_secret": "s",
    "teams_tenant_id": "t.example",
}


def settings(**given: Any) -> Settings:
    return Settings(_env_file=None, qibot_database_url="sqlite+aiosqlite:///:memory:", **given)


def test_all_three_switch_it_on_and_none_leaves_it_off() -> None:
    assert settings(**WHOLE).teams_on
    assert not settings().teams_on


@pytest.mark.parametrize("missing", list(WHOLE))
def test_a_part_of_them_is_an_error_that_names_what_is_missing(missing: str) -> None:
    with pytest.raises(ValidationError, match=f"go together, and {missing.upper()} is empty"):
        settings(**{**WHOLE, missing: ""})


@pytest.mark.parametrize("odd", ["../x", "a b", "x/y", "https://x", "?"])
def test_an_id_is_an_id(odd: str) -> None:
    with pytest.raises(ValidationError, match="the id on the app's Overview page"):
        settings(**{**WHOLE, "teams_tenant_id": odd})


def test_the_secret_is_shown_to_nobody() -> None:
    assert "very-secret" not in repr(settings(**{**WHOLE, "teams_client_secret": "very-secret"}))


async def test_doctor_says_when_nothing_is_connected() -> None:
    assert any("No chat platform is connected" in f.sentence for f in await examine(settings()))
