"""Places and organisations in somebody's words."""

from qibot.people.models import Organisation
from qibot.people.places import Gazetteer

GAZETTEER = Gazetteer(
    [
        Organisation(
            id=1, ods_code="RC9", name="Bedfordshire Hospitals Trust", short_name="Beds Hospitals", place="Bedford"
        ),
        Organisation(id=2, ods_code=None, name="Luton Council", short_name="Luton Council", place="Luton"),
        Organisation(id=3, ods_code="RD8", name="Milton Keynes Hospital", short_name="MKUH", place="Milton Keynes"),
        Organisation(id=4, ods_code=None, name="Hospice", short_name="Hospice", place=""),
    ]
)


def test_a_place_is_where_and_the_rest_is_what() -> None:
    found = GAZETTEER.read("wound dressings in milton keynes")
    assert found is not None
    assert (found.places, found.organisations) == (("Milton Keynes",), ())
    assert (found.said, found.rest) == ("Milton Keynes", "wound dressings")


def test_an_organisation_is_known_by_its_names_and_its_code() -> None:
    for words in ("sepsis at Beds Hospitals", "sepsis RC9", "sepsis bedfordshire hospitals trust"):
        found = GAZETTEER.read(words)
        assert found is not None
        assert (found.organisations, found.rest) == ((1,), "sepsis")


def test_a_longer_name_wins_over_a_place_in_it() -> None:
    found = GAZETTEER.read("carers at luton council")
    assert found is not None
    assert (found.places, found.organisations) == ((), (2,))


def test_general_words_and_a_place_alone_are_no_where() -> None:
    assert GAZETTEER.read("hospice links") is None
    assert GAZETTEER.read("Luton") is None
    assert GAZETTEER.read("sepsis") is None
