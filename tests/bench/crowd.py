"""An invented network of up to a million people, as rows by table: what searches look in, and nothing else.

Popular topics, large organisations and common words are far more so than others (Zipf), as they are anywhere. One in
three champions cannot be offered to everybody, for one reason or another. The same seed makes the same network.
"""

import random
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import accumulate
from typing import Any

from qibot.champions.models import ASK_FIRST, HIDDEN, OPEN, Ask, Champion, ChampionTopic
from qibot.database import Base
from qibot.people.models import Consent, Organisation, Person
from qibot.people.service import WORDING
from qibot.projects.models import HELPER, LEAD, STAGES, Project, ProjectMember, ProjectTopic
from qibot.projects.words import fold, fold_title
from tests.bench import network

COLUMNS: dict[type[Base], tuple[str, ...]] = {
    Organisation: ("id", "name", "short_name", "kind", "place"),
    Person: ("id", "name", "role", "place", "organisation_id", "joined_at", "left_at"),
    Consent: ("person_id", "purpose", "wording", "given_at", "withdrawn_at"),
    Champion: (
        "person_id", "offer", "asks_a_month", "visibility", "paused_until", "since", "stopped_at", "confirmed_at",
    ),
    ChampionTopic: ("person_id", "topic_id"),
    Ask: ("person_id", "at"),
    Project: (
        "id", "title", "folded", "aim", "words", "place", "organisation_id", "lead_id", "stage",
        "created_at", "updated_at",
    ),
    ProjectTopic: ("project_id", "topic_id"),
    ProjectMember: ("project_id", "person_id", "role", "since"),
}  # fmt: skip
"""What is written, in an order that foreign keys allow. Columns that are not here get the model's own default."""

Row = tuple[Any, ...]
ASKER = 1
"""The person who only asks."""

ORGANISATIONS = 40
_PEOPLE_AT_ONCE = 10_000
_PEOPLE_A_PROJECT = 4
_WORDS, _WRITTEN = 30_000, 2_000_000
_SYLLABLES = [c + v for c in "b d f g k l m n p r s t v z".split() for v in "a e i o u".split()]


class Crowd:
    """`people` people, number 1 of whom only asks. `places` are the shipped organisations: id and place.

    `topics` are ids. What happened, did so before `now`.
    """

    def __init__(
        self, people: int, seed: int, topics: Sequence[int], places: Sequence[tuple[int, str]], now: datetime
    ) -> None:
        self.people, self._topics = people, list(topics)
        self._dice = random.Random(seed)
        self._names, self._now = network.names(), now
        self._dice.shuffle(self._topics)
        self._popular = _zipf(len(self._topics), 0.8)
        self._shipped, self._places = list(places), [*places, *self._new_places(places)]
        self._large = _zipf(len(self._places), 1.0)
        self._stream = self._text()

    def batches(self) -> Iterator[tuple[type[Base], list[Row]]]:
        """Rows in the order of `COLUMNS`, some thousand people at a time."""
        yield Organisation, self._organisations()
        for first in range(1, self.people + 1, _PEOPLE_AT_ONCE):
            rows: dict[type[Base], list[Row]] = {model: [] for model in COLUMNS}
            for number in range(first, min(first + _PEOPLE_AT_ONCE, self.people + 1)):
                self._person(rows, number)
            yield from ((model, some) for model, some in rows.items() if some)

    def _person(self, rows: dict[type[Base], list[Row]], number: int) -> None:
        dice = self._dice
        organisation, place = dice.choices(self._places, cum_weights=self._large)[0]
        state = dice.random() if number != ASKER else 1.0
        since = self._days_ago(dice.randint(1, 900))
        recently = self._days_ago(dice.randint(1, 25))
        left = recently if state < 0.03 else None
        name, role = dice.choice(self._names), dice.choice(network.ROLES)
        rows[Person].append((number, name, role, place, organisation, since, left))
        for purpose in ("findable", "introductions"):
            withdrawn = recently if 0.03 <= state < 0.06 and dice.random() < 0.6 else None
            rows[Consent].append((number, purpose, WORDING, since, withdrawn))
        # One in ten is a member and no champion.
        if number != ASKER and dice.random() < 0.9:
            self._champion(rows, number, state, since)
        if number % _PEOPLE_A_PROJECT == 0:
            self._project(rows, number, organisation, place, since)

    def _champion(self, rows: dict[type[Base], list[Row]], number: int, state: float, since: datetime) -> None:
        dice = self._dice
        asks = dice.randint(1, 4)
        stopped = self._days_ago(3) if 0.06 <= state < 0.09 else None
        paused = self._now.date() + timedelta(days=dice.randint(1, 60)) if 0.09 <= state < 0.13 else None
        visibility = HIDDEN if 0.13 <= state < 0.16 else ASK_FIRST if 0.16 <= state < 0.28 else OPEN
        offer = self._phrase(dice.randint(4, 16)).capitalize() if dice.random() < 0.85 else ""
        rows[Champion].append((number, offer, asks, visibility, paused, since, stopped, since))
        rows[ChampionTopic].extend((number, topic) for topic in self._some_topics(dice.randint(1, 4)))
        asked = asks if 0.28 <= state < 0.33 else dice.randint(0, asks - 1) if state > 0.85 else 0
        rows[Ask].extend((number, self._days_ago(dice.randint(1, 25))) for _ in range(asked))

    def _project(
        self, rows: dict[type[Base], list[Row]], lead: int, organisation: int, place: str, since: datetime
    ) -> None:
        dice, number = self._dice, lead // _PEOPLE_A_PROJECT
        title = self._phrase(dice.randint(2, 6)).capitalize()
        aim = self._phrase(dice.randint(6, 24)).capitalize()
        folded, words = fold_title(title), fold(f"{title} {aim}")
        stage = dice.choice(STAGES)
        rows[Project].append((number, title, folded, aim, words, place, organisation, lead, stage, since, since))
        rows[ProjectTopic].extend((number, topic) for topic in self._some_topics(dice.randint(1, 2)))
        helpers = {dice.randint(1, self.people) for _ in range(dice.randint(0, 3))} - {lead}
        rows[ProjectMember].append((number, lead, LEAD, since))
        rows[ProjectMember].extend((number, helper, HELPER, since) for helper in helpers)

    def _organisations(self) -> list[Row]:
        new = self._places[len(self._shipped) :]
        return [(number, f"Organisation {number} of {place}", f"Org {number}", "trust", place) for number, place in new]

    @staticmethod
    def _new_places(shipped: Sequence[tuple[int, str]]) -> list[tuple[int, str]]:
        places = sorted({place for _, place in shipped})
        first = max(number for number, _ in shipped) + 1
        return [(first + i, places[i % len(places)]) for i in range(ORGANISATIONS - len(shipped))]

    def _some_topics(self, count: int) -> set[int]:
        return set(self._dice.choices(self._topics, cum_weights=self._popular, k=count))

    def _days_ago(self, days: int) -> datetime:
        return self._now - timedelta(days=days)

    def _phrase(self, words: int) -> str:
        start = int(self._dice.random() * (len(self._stream) - words))
        return " ".join(self._stream[start : start + words])

    def _text(self) -> list[str]:
        """What everybody writes, word after word: phrases are cut from it, which is far quicker than drawing words."""
        made = dict.fromkeys("".join(self._dice.choices(_SYLLABLES, k=3)) for _ in range(_WORDS))
        written = min(_WRITTEN, max(20_000, self.people * 30))
        return self._dice.choices(list(made), cum_weights=_zipf(len(made), 1.05, 2.7), k=written)


def _zipf(count: int, power: float, shift: float = 0.0) -> list[float]:
    """Weights of the first, second, third… of `count`, added up."""
    return list(accumulate((rank + shift) ** -power for rank in range(1, count + 1)))
