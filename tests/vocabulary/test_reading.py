"""Which topics words speak of. Quality on many queries is `./qi bench finding`; here is what must never break."""

import pytest

from qibot.vocabulary import phrases
from qibot.vocabulary.phrases import CAPITALS_ONLY
from qibot.vocabulary.shipped import shipped
from qibot.vocabulary.spelling import Speller, sound
from qibot.vocabulary.text import stem, tokens
from qibot.vocabulary.vocabulary import Parts, Vocabulary


def best(words: str) -> str:
    found = shipped().match(words)
    return found[0].slug if found else ""


@pytest.mark.parametrize(
    ("words", "slug"),
    [
        ("sepsis", "sepsis"),
        ("anyone leading on hip fractures", "falls"),
        ("demensia", "dementia"),
        ("numonia", "respiratory"),
        ("pressuresores", "pressure-ulcers"),
        ("out patients", "outpatients"),
        ("pediatrics", "children-young-people"),
        ("c. diff", "infection-prevention"),
        ("A & E", "urgent-emergency-care"),
        ("four hour standard", "urgent-emergency-care"),
        ("sick leave is through the roof", "staff-wellbeing"),
        ("ambulance crews calling the GP before conveying", "ambulance"),
        ("fall in referrals", "referrals"),
        ("a fall in the bathroom", "falls"),
    ],
)
def test_words_people_type_lead_to_their_topic(words: str, slug: str) -> None:
    assert best(words) == slug


@pytest.mark.parametrize(
    ("words", "slug"),
    [
        ("end of life", "end-of-life"),
        ("end of life care", "end-of-life"),
        ("end my life", "suicide-prevention"),
    ],
)
def test_what_is_wholly_one_saying_is_not_read_as_another_that_is_alike(words: str, slug: str) -> None:
    assert [match.slug for match in shipped().read(words).topics] == [slug]


@pytest.mark.parametrize("short", sorted(CAPITALS_ONLY))
def test_short_forms_that_are_also_words_count_in_capitals_only(short: str) -> None:
    assert best(short), short
    assert best(short) != best(short.lower())


def test_whoever_shouts_says_nothing_by_capitals() -> None:
    assert best("PLEASE ACT NOW, THIS MUST BE DONE") == ""


@pytest.mark.parametrize(
    ("words", "whose"),
    [
        ("printer jam", "the IT service desk"),
        ("where can I park", "estates and facilities"),
        ("xmas party", "a chat with your colleagues"),
        ("what dose should I give", "the team looking after them"),
        ("the gentleman in bed 6 has a rash, what should I do", "the team looking after them"),
    ],
)
def test_what_is_not_ours_gets_no_topics(words: str, whose: str) -> None:
    reading = shipped().read(words)
    assert reading.topics == ()
    assert reading.elsewhere == whose


def test_a_shipped_topic_is_found_by_its_label_and_every_synonym() -> None:
    wrong = []
    for row in phrases.shipped("topics.csv"):
        for words in (row["label"], *row["synonyms"].split("|")):
            if row["slug"] not in {m.slug for m in shipped().match(words)}:
                wrong.append((row["slug"], words))
    assert wrong == []


def test_the_lists_speak_of_topics_that_there_are() -> None:
    slugs = {row["slug"] for row in phrases.shipped("topics.csv")}
    assert set(phrases.everyday()) == slugs
    assert all(said == said.strip() and said for some in phrases.everyday().values() for said in some)
    assert not slugs & {area.slug for area in phrases.elsewhere()}


def test_words_of_organisers_lead_to_a_topic_like_the_shipped_ones() -> None:
    made = Vocabulary([(7, "zebra-crossing", "Zebra crossings")], [(7, "belisha beacons")])
    assert [m.topic_id for m in made.match("where are the belisha beacons")] == [7]
    assert made.match("giraffes") == []
    assert Vocabulary([], []).match("sepsis") == []


def test_without_a_part_the_rest_still_reads() -> None:
    assert shipped(Parts(meaning=False)).match("sepsis")[0].slug == "sepsis"
    assert shipped(Parts(spelling=False)).match("demensia") == []
    assert shipped(Parts(shorts=False)).match("MUST") == []


def test_the_same_words_are_read_the_same_way() -> None:
    words = "young carers in schools with low mood"
    assert shipped().read(words) == shipped().read(words)


def test_a_word_that_is_right_is_left_alone() -> None:
    speller = Speller({"dementia": 1.0, "falls": 0.9}, {"calls", "dimension"})
    assert speller.repair("dementia") == ""
    assert speller.repair("calls") == ""
    assert speller.repair("demenita") == "dementia"
    assert speller.repair("xy") == ""


def test_words_that_sound_alike_have_one_sound() -> None:
    assert sound("numonia") == sound("pneumonia")
    assert sound("sykosis") == sound("psychosis")
    assert sound("falls") != sound("sepsis")


def test_endings_go_and_what_they_would_confuse_stays_apart() -> None:
    assert stem("discharges") == stem("discharged") == stem("discharge")
    assert stem("pensions") != stem("pensioners")
    assert [t.word for t in tokens("“Ward’s” café, PLEASE")] == ["ward", "cafe", "please"]
