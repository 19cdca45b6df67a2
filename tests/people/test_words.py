"""Somebody whose name may not be told."""

import pytest

from qibot.people.words import somebody


@pytest.mark.parametrize(
    ("role", "said"),
    [
        ("Ward sister", "a ward sister"),
        ("Improvement lead", "an improvement lead"),
        ("GP lead", "a GP lead"),
        ("NHS manager", "an NHS manager"),
        ("QI facilitator", "a QI facilitator"),
        ("University tutor", "a university tutor"),
        ("A carer", "a carer"),
    ],
)
def test_a_role_gets_its_article_and_keeps_its_capitals(role: str, said: str) -> None:
    assert somebody(role) == said
