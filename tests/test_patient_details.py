"""The patient-detail guard: what must stop, what must pass, and that hostile texts cost no more than long ones."""

import csv
import importlib
import json
import random
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qibot import patient_details
from qibot.patient_details import check, is_nhs_number

DATA = Path(__file__).parent / "data"
TOPICS = Path(patient_details.__file__).parent / "vocabulary" / "data" / "topics.csv"
GUARD_CASES = list(csv.DictReader((DATA / "pii_guard_cases.csv").read_text(encoding="utf-8").splitlines()))
NUMBERS = json.loads((DATA / "nhs_number_vectors.json").read_text(encoding="utf-8"))["cases"]
VALID = [case["input"] for case in NUMBERS if case["valid"] and re.fullmatch("[0-9]{10}", case["input"])]

STOPS = {
    "nhs-number": [
        "Patient NHS no 999 000 0018",
        "NHS 9990000018 needs a call",
        "nhs-number 9990000018",
        "N.H.S. number 1234567890",
        "hospital number: 1234567890",
        "Hosp no. 1234567890 was moved twice",
        "MRN 1234567890",
        "mrn: 123 456 7890",
        "pt9990000018 is home",
        "9990000018 (patient)",
        "the patients were 9990000018 and another",
        "Mrs Invented, 9990000018, went home",
        "readmitted: 9990000018",
        "[9990000050]",
        "943 476 5870",
        "943\u00a0476\u00a05870",
        "943\u2011476\u20115870",
        "943\u2013476\u20135870",
        "943\u2212476\u22125870",
        "943  476  5870",
        "943 - 476 - 5870",
        "943\u00b7476\u00b75870",
        "943_476_5870",
        "94\u200b3 4\u206076 58\u00ad70",
        "9\ufe0f\u20e343 476 5870",
        "\u0669\u0664\u0663 \u0664\u0667\u0666 \u0665\u0668\u0667\u0660",
        "https://life.example/p/1 943 476 5870",
        "ring 01908 660033 about 943 476 5870",
        "NHS no 999 000 0O18",
        "patient\n9990000018",
        "NHS number 99 9000 0018",
        "NHS number 9990 000 018",
        "NHS no 9 9 9 0 0 0 0 0 1 8",
        "NHS no: 999/000/0018",
        "patient: 999,000,0018",
        "bed 0 943 476 5870",
        "060 723 0002",
        "patient     \t      \t      \t        \t     9990000018",
        "a" * 20_000 + " 943 476 5870",
    ],
    "dob": [
        "DOB 12/03/1948",
        "dob: 12.3.48",
        "D. O. B. 12-03-48",
        "(12/03/1948, dob)",
        "12 March 1948 is her date of birth",
        "date of birth 12th of March 1948",
        "date of birth: March 12, 1948",
        "DoB12031948",
        "dob 120348",
        "dob 1948/03/12",
        "she was born on 12 Mar 1948",
        "born in Luton on 12/03/1948",
        "birthday 12/03/48",
        "dob 03APR1950",
        "date of birth of the patient 3/4/1950",
        "\uff44\uff4f\uff42 \uff11\uff12/\uff10\uff13/\uff14\uff18",
    ],
    "address": [
        "she lives at 12 High Street",
        "he lives in MK6 5LD",
        "home address 7 Rowan Way, Luton",
        "Home address: 7 rowan road",
        "the gentleman from 4 Station Road, Bedford",
        "pt of 3a Invented Close, MK40 1AA",
        "patient's postcode is mk40 1aa",
        "the lady living at 12, The Avenue",
    ],
    "re-identifiable": [
        "The lady in bed 4 has dementia",
        "HIV positive gentleman in side room 2",
        "patient in Bay C, diagnosed with TB last week",
        "side room 3 is MRSA positive",
        "bed 12 has c diff",
        "Gentleman, bed 12, HIV",
    ],
    "age-over-89": [
        "she was 92 years old",
        "a 101-year-old man fell",
        "pt aged 95 with a hip fracture",
        "the lady, 94, waited",
        "a gentleman of 97 who lives alone",
        "Mrs Invented (91) went home",
        "a ninety-two year old lady",
        "pt 92F",
        "a 93 y/o gentleman",
        "the patient was 96.",
    ],
}

ASKS = [
    "9990000018",
    "the code is 9434765870, I think",
    "patient safety incident 9990000018",
    "999\u200b000\u200b0018",
    "123 456 7890",
]

PASSES = [
    "",
    " \n ",
    "1234567890",
    "1111111111",
    "The patient in bed 4 said thank you",
    "patients in side rooms",
    "the patient waited 4 hours in this way",
    "we saw 92 patients",
    "patience 1234567890",
    "optimal 1234567890",
    "patient safety team, budget code 1234567890",
    "Ring the patient experience team on 01908 660033",
    "patient line 0800 123 456",
    "call +44 7700 900123",
    "call +44 (0)1908 660033 or 0044 7700 900123",
    "ring 020 7946 0018 or (01908) 660033",
    "ring 07700-900-123, patient or staff",
    "mobile 7700900019",
    "bleep 4321",
    "1,234,567,890 pounds",
    "£9990000018 for patients",
    "2016-2019",
    "from 4.2 to 3.1 per 1,000 bed days",
    "by 31 March 2020",
    "reduce falls by 20% by 31/03/2020 for every patient",
    "we will record date of birth on every form by 31 March 2020",
    "date of birth is missing in 12 of 40 notes",
    "babies born before 1 April 2020",
    "children born between 1 September 2015 and 31 August 2016",
    "the network was born on 27 November 2019",
    "newborn screening: 12 March 2020",
    "born in 1948",
    "every patient has a date of birth; the pilot starts on 1 April 2020",
    "we record date of birth. The pilot starts 1 April 2020",
    "our resident doctor in room 4 leads the stroke project",
    "the lady who chairs the forum said 100 things",
    "orders 4500012345",
    "https://life.example/projects/9990000018?patient=1",
    "see www.life.example/9434765870",
    "write to 9990000018@example.org",
    "<@U9990000018> asked the patient group",
    "https://chat.example/archives/C01/p1574850000123456",
    "10.1136/bmjqs-9990000018",
    "ISBN 0-470-90258-5",
    "order AB9990000018",
    "points 112 340 5600 7800 912",
    "people aged 90 and over",
    "patients over 90 years old",
    "a 95 year old hospital building",
    "the patient was 95 minutes late",
    "the patient is 92% satisfied",
    "one man in 100",
    "NEWS2 and RESTORE2 for each patient",
    "vitamin B12 5mg for the patient",
    "The hub is at 12 High Street, Bedford MK40 1AA",
    "patient participation group, 12 High Street, MK40 1AA",
    "the patient was seen at Bedford Hospital, Kempston Road, MK42 9DJ",
    "our clinic is at 3 Station Road",
    "Mrs Invented leads the falls project",
    "Dr Invented, ward 4, bleep 1234",
    "we put a sepsis board beside bed 4",
    "bed 4 is for patients with sepsis",
    "the patient in bed 4 was moved. Sepsis training is on Monday",
    "an older lady told us her story",
    "2020-03-12 09:15 patient forum",
    "111 or 999 calls by patients",
    "A&E attendances of 12345 and 23456 patients",
    "PDSA cycle 3, version 1.2.3",
    "10\u2079 cells per patient",
]


@pytest.mark.parametrize("case", GUARD_CASES, ids=[case["id"] for case in GUARD_CASES])
def test_every_labelled_message_stops_or_passes_as_labelled(case: dict[str, str]) -> None:
    found = check(case["text"])
    if case["should_stop"] == "0":
        assert found is None
    else:
        assert found is not None
        assert not found.ask
        assert found.kind == case["kind"].removesuffix("-cue")


@pytest.mark.parametrize("case", NUMBERS, ids=[repr(case["input"]) for case in NUMBERS])
def test_every_number_vector_is_judged_as_published(case: dict[str, Any]) -> None:
    assert is_nhs_number(case["input"]) is case["valid"]


@pytest.mark.parametrize("number", VALID)
def test_a_published_number_stops_grouped_or_with_a_cue_and_is_asked_about_alone(number: str) -> None:
    hard = [f"{number[:3]} {number[3:6]} {number[6:]}", f"NHS no {number}", f"{number} is the patient"]
    assert [found.kind for text in hard if (found := check(text))] == ["nhs-number"] * 3
    asked = check(number)
    assert asked is not None
    assert asked.ask


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in STOPS.items() for text in texts])
def test_patient_details_stop(kind: str, text: str) -> None:
    found = check(text)
    assert found is not None
    assert (found.kind, found.ask) == (kind, False)


@pytest.mark.parametrize("text", ASKS)
def test_a_doubtful_number_is_asked_about(text: str) -> None:
    found = check(text)
    assert found is not None
    assert (found.kind, found.ask) == ("maybe-nhs-number", True)


@pytest.mark.parametrize("text", PASSES)
def test_everyday_words_pass(text: str) -> None:
    assert check(text) is None


def test_everything_said_at_the_event_and_every_topic_passes() -> None:
    statements = list(csv.DictReader((DATA / "seed_reflections.csv").read_text(encoding="utf-8").splitlines()))
    topics = list(csv.DictReader(TOPICS.read_text(encoding="utf-8").splitlines()))
    assert (len(statements), len(topics)) == (69, 71)
    words = [word for topic in topics for word in (topic["label"], *topic["synonyms"].split("|"))]
    words += [topic["synonyms"].replace("|", " ") for topic in topics]
    assert [text for text in [*words, *(said["text"] for said in statements)] if check(text)] == []


def test_the_cue_reaches_forty_characters_and_no_further() -> None:
    assert check("patient" + " x" * 19 + "  1234567890") is not None
    assert check("patient" + " x" * 20 + " 1234567890") is None


def test_what_surely_stops_comes_before_what_is_asked() -> None:
    found = check("the code is 9990000018; " + "and so on " * 5 + "the lady was 92 years old")
    assert found is not None
    assert found.kind == "age-over-89"


def test_the_answer_never_repeats_what_was_typed() -> None:
    sentences = {found.sentence for texts in STOPS.values() for text in texts if (found := check(text))}
    assert len(sentences) == len(STOPS)
    assert not any(re.search("[0-9]{3}", sentence) for sentence in sentences)


SEPARATORS = [" ", "-", ".", "\u00a0", "\u2009", "\u202f", "\u3000", "\u2010", "\u2011", "\u2013", "\u2014", "\u2212"]
SEPARATORS += ["\u00b7", "\u2022", " - ", "\t", "  ", "\u200b \u200b", "\uff0e", "\ufe63"]


@st.composite
def valid_numbers(draw: st.DrawFn) -> str:
    nine = draw(st.integers(100_000_000, 999_999_999))
    ten = [f"{nine}{last}" for last in range(10) if is_nhs_number(f"{nine}{last}")]
    return ten[0] if ten else "9990000018"


@given(st.text(st.characters(exclude_categories=["Nd", "No", "Nl", "Cs"])))
def test_text_without_digits_is_never_a_number(text: str) -> None:
    found = check(text)
    assert found is None or "number" not in found.kind


@given(
    number=valid_numbers(),
    separators=st.tuples(st.sampled_from(SEPARATORS), st.sampled_from(SEPARATORS)),
    zero=st.sampled_from("0\uff10\u0660\u0966\U0001d7ce"),
    hidden=st.sampled_from(["", "\u200b", "\u2060", "\ufeff", "\u00ad"]),
    before=st.text(st.characters(categories=["L", "P", "Zs"], exclude_characters="/@<[(:.+"), max_size=60),
    after=st.text(st.characters(categories=["L", "P", "Zs"], exclude_characters="@%"), max_size=60),
)
def test_a_grouped_number_stops_in_any_surroundings(
    number: str, separators: tuple[str, str], zero: str, hidden: str, before: str, after: str
) -> None:
    odd = hidden.join(chr(ord(zero) + int(digit)) for digit in number)
    step = 3 * (1 + len(hidden))
    groups = odd[:step], odd[step : 2 * step], odd[2 * step :]
    typed = groups[0] + separators[0] + groups[1] + separators[1] + groups[2]
    found = check(f"{before} {typed} {after}")
    assert found is not None
    assert (found.kind, found.ask) == ("nhs-number", False)


def test_ten_thousand_random_solid_numbers_never_stop_without_a_cue() -> None:
    dice = random.Random(20191127)
    found = [check(f"the figure {dice.randrange(10**9, 10**10)} came up") for _ in range(10_000)]
    assert all(finding is None or finding.ask for finding in found)
    assert 700 < sum(finding is not None for finding in found) < 1_100  # the one in eleven that the rule predicts


@settings(max_examples=300)
@given(st.text(st.sampled_from("0123456789 .-/,()<@>:patienhsdobrMK\u200b\uff11"), max_size=300))
def test_any_text_gets_an_answer_that_spelling_does_not_change(text: str) -> None:
    wide = "".join(chr(ord(c) + 0xFEE0) if c.isascii() and c.isdigit() else c for c in text)
    assert check(text) == check(wide)


HOSTILE = [
    *(
        "1 ",
        "1",
        "pt ",
        "nhs no 1 1 1 1 1 1 1 1 1 ",
        "dob ",
        "born before 12 march 2020 ",
        "a.",
        "a@",
        "<@",
        "https://",
    ),
    *("12 aa aa aa ", "mk9 3xx hub ", "she ", "lives mk6 5ld ", "man in bed 4 ", "hiv bed 4 ok ", "92 year old "),
    *("123 456 7891 ", "\ufdfa", "a\u0300\u0316", " ", "isbn 1", "01908 ", "+44 0", "10.1234/", "d. o. b. "),
]


def _patterns() -> Iterator[re.Pattern[str]]:
    return (held for held in vars(patient_details).values() if isinstance(held, re.Pattern))


def test_no_expression_can_match_without_bound() -> None:
    """Bounded patterns try a bounded number of characters from each place: the time is linear in the text."""
    parser = importlib.import_module("re._parser")
    widths = {pattern.pattern: parser.parse(pattern.pattern).getwidth()[1] for pattern in _patterns()}
    assert len(widths) > 15
    assert max(widths.values()) <= 2_100


def _steps(text: str) -> int:
    """How many calls, of Python or C, checking `text` makes."""
    counted = 0

    def count(_frame: FrameType, event: str, _arg: object) -> None:
        nonlocal counted
        counted += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        check(text)
    finally:
        sys.setprofile(None)
    return counted


@pytest.mark.parametrize("piece", HOSTILE)
def test_twice_the_text_takes_at_most_twice_the_steps(piece: str) -> None:
    once, twice = (piece * (length // len(piece)) for length in (10_000, 20_000))
    assert _steps(twice) <= 2 * _steps(once) + 100
    assert _steps(twice) <= 20 * 20_000


def test_a_question_is_answered_by_saying_so_and_a_certainty_is_not() -> None:
    asked = check("9434765870")
    assert asked is not None
    assert asked.ask
    assert check("order 9434765870, not a patient") is None
    assert check("NHS no 9434765870, not a patient") is not None
    assert check("943 476 5870 (Not a patient)") is not None
