"""One walk through everything the bot does, by the same people on either platform."""

from dataclasses import fields
from datetime import timedelta
from typing import Any

from qibot.features import router
from tests.cast import (
    AMINA,
    EVERYBODY,
    JONAS,
    LENA,
    OWEN,
    PRIYA,
    RUTH,
    STRANGER,
    TOMASZ,
    Character,
)
from tests.platforms.parity_broadcasts import BroadcastStories
from tests.platforms.parity_champion_life import ChampionLife
from tests.platforms.parity_day import DayStories
from tests.platforms.parity_finding import Finding
from tests.platforms.parity_one_to_one import OneToOne
from tests.platforms.parity_projects import NHS_NUMBER, ProjectStories
from tests.platforms.parity_rounds import RoundStories
from tests.talk import ORGANISATIONS

EVERYTHING = ["findable", "introductions", "nudges", "broadcasts"]
WHY = "We start a sepsis trolley in March"
CODE = "QI27"
JONAS_UNNAMED = "An improvement lead"
"""As he is shown before he says yes."""


NEED_NO_OFFER = {"people.leave", "people.erase", "champions.ask_organisers", "champions.look_for"}
"""Buttons that a member may press whatever they carry: made up, they would be answered as any other."""


class Stories(Finding, ChampionLife, OneToOne, RoundStories, ProjectStories, BroadcastStories, DayStories):
    """What happens, in an order in which one leads to the next."""

    async def everything(self) -> None:
        """All of it."""
        await self.arriving()
        await self.joining()
        await self.vocabulary()
        await self.champions()
        await self.finding()
        await self.coaches_and_partners()
        await self.projects()
        await self.showing_projects()
        await self.working_on_a_project()
        await self.calling_for_help()
        await self.projects_in_files()
        await self.stories()
        await self.event()
        await self.pairs()
        await self.stalls()
        await self.questions_from_the_room()
        await self.organising()
        await self.introductions()
        await self.writing()
        await self.nobody_fits()
        await self.the_gap_map()
        await self.following()
        await self.people_to_ask()
        await self.somebody_else()
        await self.kept_apart()
        await self.misuse()
        await self.told_too_late()
        await self.reminders()
        await self.a_week_later()
        await self.the_day_after()
        await self.weeks()
        # Who has had three messages in a week gets no invitation in it.
        await self.days(4)
        await self.rounds()
        await self.days(8)
        await self.broadcasts()
        await self.stalled_projects()
        await self.story_prompts()
        await self.changing_their_minds()
        await self.refusals()
        await self.a_year_later()
        await self.leaving()

    async def arriving(self) -> None:
        """Everybody meets the bot; Sam looks around without joining."""
        for who in EVERYBODY:
            await self.arrives(who)
        await self.presses(STRANGER, "What can you do?")
        for words in (
            "help",
            "help find",
            "help nonsense",
            "me",
            "topics",
            "topics falling over",
            "topics printer jam",
        ):
            await self.says(STRANGER, words)
        for words in ("organisations", "organisation RD8", "organisation hospital", "organisation nowhere", "find", ""):
            await self.says(STRANGER, words)
        for words in ("find sepsis", "find printer jam", "projects", "who", "who sepsis", "fnd sepsis", "tea & <cake>"):
            await self.says(STRANGER, words)
        await self.says(STRANGER, NHS_NUMBER)
        for words in ("find sepsis", "/qi help find", "join"):
            await self.writes(STRANGER, words)

    async def joining(self) -> None:
        """Amina joins after two corrections; the others at once."""
        await self.says(AMINA, "join")
        about = {"role": "Ward sister", "place": "Milton Keynes", "topics": ["sepsis", "falls"], "purposes": EVERYTHING}
        where = {"organisation": ORGANISATIONS["RD8"], "contact": AMINA.email}
        await self.fills(AMINA, name="", **about, **where)
        await self.fills(AMINA, **{**about, **where, "name": AMINA.name, "role": NHS_NUMBER})
        await self.fills_well(AMINA, **about, **where, name=AMINA.name)
        for who in (RUTH, JONAS, TOMASZ, PRIYA, OWEN, LENA):
            await self._joins(who)
        await self.says(AMINA, "join")
        await self.fills_well(AMINA, role="Ward sister *on* 7_B")
        await self.says(AMINA, "me")
        for who in (AMINA, OWEN):
            await self.looks(who)
            await self.says(who, "home")
            await self.says(who, "help")
        await self.presses(OWEN, self.at[OWEN.name].buttons[0].label)

    async def _joins(self, who: Character) -> None:
        await self.says(who, "join")
        await self.fills_well(
            who, name=who.name, role=who.role, place=who.place, organisation=ORGANISATIONS[who.organisation],
            contact=who.email, topics=["sepsis"], purposes=EVERYTHING,
        )  # fmt: skip

    async def vocabulary(self) -> None:
        """Owen keeps topics and organisations, and makes Priya an organiser."""
        await self.says(OWEN, "topic add Tea rounds")
        await self.fills(OWEN, label=NHS_NUMBER, group=self.at[OWEN.name].fields[1].choices[0][0])
        await self.fills_well(OWEN, label="Tea rounds", words="tea trolley, tea & biscuits")
        for words in ("topic word “brew” tea rounds", "topics tea", *["topic retire tea rounds"] * 2):
            await self.says(OWEN, words)
        await self.says(OWEN, "organisation add St Bride’s Hospice")
        await self.fills_well(OWEN, kind="Hospice", place="Luton")
        for words in (
            "organisation domain stbride.example bride", "organisation domain nhs.net bride",
            "organisation workspace bride", "organisation bride", "organiser add priya", "organiser add nobody",
        ):  # fmt: skip
            await self.says(OWEN, words)

    async def champions(self) -> None:
        """Offers of every kind of visibility, a pause, and a change."""
        for who, visibility in ((TOMASZ, "open"), (JONAS, "ask"), (PRIYA, "hidden")):
            await self.says(who, "champion")
            await self.says(who, "champion join")
            if who is TOMASZ:
                await self.fills(who, topics=[], asks_a_month="12", visibility=visibility)
            await self.fills(who, topics=["sepsis"], offer=NHS_NUMBER, asks_a_month="12", visibility=visibility)
            await self.fills_well(who, topics=["sepsis"], offer="A chat\nor a *visit*", asks_a_month="12")
        await self.says(JONAS, "champion pause in 2 weeks")
        await self.presses(JONAS, "Be asked again")
        await self.says(JONAS, "champion pause 3 january")
        await self.says(JONAS, "champion pause yesterday")
        await self.says(JONAS, "champion resume")
        await self.says(TOMASZ, "champion")
        await self.presses(TOMASZ, "Change")
        await self.says(LENA, "champion join")
        await self.fills_well(LENA, topics=["falls"])
        await self.presses(LENA, "Stop")

    async def projects(self) -> None:
        """Two that look alike: joined, said to be different, changed, helped, stopped."""
        for row in router.commands.values():
            if row.shortcut:
                await self.chooses(TOMASZ, row.name)
        await self.says(TOMASZ, "project register Sepsis trolley")
        await self.fills(TOMASZ, title="Sepsis trolley", aim=NHS_NUMBER)
        await self.fills_well(TOMASZ, title="Sepsis trolley", aim="Antibiotics in an hour\n<!channel> & *all*")
        await self.says(AMINA, "project register")
        mine = {"title": "Sepsis trolley on ward 7", "topics": ["sepsis"], "helpers": "Everybody"}
        await self.fills_well(AMINA, **mine)
        await self.presses(AMINA, "Join theirs")
        await self.says(AMINA, "project register")
        await self.fills_well(AMINA, **mine)
        await self.presses(AMINA, "Mine is different…")
        await self.fills(AMINA, because=NHS_NUMBER)
        await self.fills_well(AMINA, because="Ours is for *children* & <young> people")
        await self.presses(AMINA, "Show the project")
        for words in ("project show trolley", "project show #1", "project show #99", "project edit #1"):
            await self.says(AMINA, words)
        for words in ("who sepsis", "who zebra", "projects"):
            await self.says(AMINA, words)
        await self.says(AMINA, "project help #1")
        await self.says(AMINA, "project show #1")
        await self.presses(AMINA, "I can no longer help")
        await self.says(AMINA, "project show #1")
        await self.presses(AMINA, "Offer to help")
        await self.says(AMINA, "project edit #2")
        await self.fills_well(AMINA, title="Sepsis six on ward 7", stage="under way")
        await self.says(STRANGER, "project show #1")
        await self.says(AMINA, "project stop #1")
        await self.says(AMINA, "project register Falls, day and night")
        await self.fills_well(AMINA)
        await self.says(AMINA, "project stop #3")
        await self.presses(AMINA, "Stop with thanks")
        await self.looks(AMINA)
        await self.presses(AMINA, "Find somebody")
        await self.says_in_company(AMINA, "project show #1")
        await self.presses(AMINA, "Who else works on this")
        await self.says_in_company(AMINA, "project register")
        await self.fills_well(AMINA, title="Quiet nights")

    async def event(self) -> None:
        """An event, what people take from it, and what they promise."""
        await self.says(AMINA, "event")
        await self.says(OWEN, "event create")
        await self.fills(OWEN, title="Improving together", day="2019-11-27", code="!")
        await self.fills_well(OWEN, title="Improving together", day="2019-11-27", place="Milton Keynes", code=CODE)
        await self.says(OWEN, f"event qr {CODE}")
        await self.says(OWEN, f"event show {CODE}")
        await self.presses(OWEN, "Link and picture")
        await self.says(OWEN, "event join")
        await self.fills(OWEN, code="NOSUCH")
        await self.fills_well(OWEN, code=f"event join {CODE}")
        await self.says(STRANGER, CODE.lower())
        await self.presses(STRANGER, "Join the event")
        await self.says(STRANGER, f"event join {CODE}")
        await self.says(STRANGER, "event join NOSUCH")
        for who in (AMINA, RUTH, LENA):
            await self.says(who, f"event join {CODE}")
        await self.says(AMINA, f"event join {CODE}")
        await self.says(AMINA, "event")
        await self.says(AMINA, f"event show {CODE}")
        await self.presses(AMINA, "Reflect")
        await self.presses(AMINA, "The two questions in pairs")
        await self.fills(AMINA, greatest_opportunities=NHS_NUMBER, no_name=True)
        await self.fills_well(AMINA, greatest_opportunities="Share what works\nStart small", no_name=True)
        await self.says(AMINA, "reflect")
        await self.says(AMINA, f"reflect closing {CODE}")
        await self.fills(AMINA, thinking="")
        await self.fills_well(AMINA, thinking="It can be done", energy="low")
        await self.says(RUTH, "reflect pairs")
        await self.fills_well(RUTH, what_will_we_do_next="Meet again", place="Luton")
        await self.says(RUTH, "reflect closing")
        await self.fills_well(RUTH, energy="good")
        await self.says(AMINA, "pledge Visit the team in Bedford")
        await self.says(AMINA, "pledge")
        await self.fills(AMINA, text=NHS_NUMBER)
        await self.fills_well(AMINA, text="Ask about *falls*")
        await self.says(AMINA, f"event pledge {CODE}")
        await self.fills_well(AMINA, text="Share our checklist")
        await self.says(RUTH, "pledge Try a huddle")
        await self.says(AMINA, "pledges")
        await self.says(RUTH, "pledges")
        await self.says(LENA, "pledges")

    async def organising(self) -> None:
        """Answers grouped under a theme, the report, and an event that is cancelled."""
        await self.says(OWEN, f"event themes {CODE}")
        await self.presses(OWEN, "Suggest themes")
        await self.fills(OWEN, themes="Small steps")
        await self.fills_well(OWEN, themes="Beginnings: start small")
        await self.presses(OWEN, "Group them")
        await self.fills(OWEN, theme=NHS_NUMBER, answers=["Start small"])
        await self.fills_well(OWEN, theme="Small steps", answers=["Start small", "Share what works"])
        await self.presses(OWEN, "Change the themes")
        await self.says(OWEN, f"event show {CODE}")
        await self.says(OWEN, "event report")
        await self.says(OWEN, f"event report {CODE}")
        await self.says(OWEN, "event create")
        await self.fills_well(OWEN, title="Sepsis day", day="2019-12-11", code="SEPSIS")
        await self.sharing_an_event()
        await self.says(OWEN, "event cancel SEPSIS")
        await self.presses(OWEN, "Yes, cancel it")
        await self.deliver()
        self.reads(AMINA, "will not take place")
        await self.says(OWEN, "event cancel SEPSIS")
        await self.says(AMINA, "event join SEPSIS")

    async def sharing_an_event(self) -> None:
        """Sepsis day gets another day, two places and an organiser of its own, for a while."""
        await self.says(OWEN, "event organiser Ruth SEPSIS")
        await self.says(AMINA, "event edit SEPSIS")
        await self.says(RUTH, "event edit SEPSIS")
        await self.fills(RUTH, place="Luton; *Bedford*", follow_up="soon")
        await self.fills_well(RUTH, place="Luton; *Bedford*", follow_up="1, 3")
        await self.says(RUTH, "event delegates SEPSIS")
        await self.fills(RUTH, rows="Lena Fischer")
        await self.fills_well(RUTH, rows=f"Lena Fischer, {LENA.email}, RYC\nKim *Lee*, kim@charity.example")
        await self.deliver()
        self.reads(LENA, "Are you coming to")
        await self.presses(LENA, "No, I am not")
        await self.presses(LENA, "I am there after all")
        await self.presses(LENA, "*Bedford*")
        await self.says(RUTH, "event edit SEPSIS")
        await self.fills_well(RUTH, day="2019-12-12")
        self.world.clock.forward(timedelta(minutes=6))
        await self.deliver()
        self.reads(LENA, "has another day")
        await self.presses(LENA, "*Bedford*")
        await self.says(RUTH, "event show SEPSIS")
        await self.says(RUTH, "event report SEPSIS docx")
        await self.says(RUTH, "event answers SEPSIS")
        await self.fills(RUTH, words=NHS_NUMBER)
        await self.fills_well(RUTH, words="More *time* -> an hour more\nTea")
        await self.presses(RUTH, "Send it to 1 person")
        await self.deliver()
        self.reads(LENA, "You said, we did")
        await self.says(OWEN, "event organiser SEPSIS")
        await self.presses(OWEN, "Take it back")
        await self.says(RUTH, "event show SEPSIS")
        await self.says(OWEN, "event organiser Ruth SEPSIS")
        await self.deliver()
        self.reads(RUTH, "You organise Sepsis day now")
        await self.presses(RUTH, "I would rather not")
        await self.says(AMINA, "event join SEPSIS")
        await self.presses(AMINA, "Leave me out of pairs")
        await self.says(AMINA, "pairs out SEPSIS")
        await self.presses(AMINA, "Include me again")

    async def _asks(self, who: Character, of: str, *reasons: str) -> None:
        """Ask whoever is shown so, for these reasons until one is taken."""
        await self.says(who, "find sepsis")
        cards = [line for line in self.at[who.name].lines if " – " in line]
        nth = next(n for n, line in enumerate(cards) if line.startswith(of))
        await self.presses(who, "Ask for an introduction", nth=nth)
        for reason in reasons or (WHY,):
            await self.fills(who, reason=reason)
        assert self.at[who.name].what == "message"

    async def introductions(self) -> None:
        """Yes across workspaces and within one; not this time; taken back; said hello."""
        await self.says(AMINA, "introductions")
        await self._asks(AMINA, TOMASZ.name, NHS_NUMBER, f"{WHY}\n& would <like> to hear")
        await self.deliver()
        self.reads(TOMASZ, "would like to be introduced")
        await self.presses(TOMASZ, "Accept")
        self.reads(TOMASZ, "would like to be introduced")
        await self.deliver()
        self.reads(AMINA, "You are introduced to Tomasz")
        await self._asks(RUTH, JONAS_UNNAMED)
        await self._asks(LENA, TOMASZ.name)
        await self.says(LENA, "introductions")
        await self.presses(LENA, "Withdraw")
        await self.deliver()
        self.reads(JONAS, "would like to be introduced")
        await self.presses(JONAS, "Accept")
        await self.deliver()
        await self.says(OWEN, "project show #1")
        await self.says(RUTH, "project show #1")
        await self.presses(RUTH, "Say hello")
        await self.fills_well(RUTH, reason="Your trolley")
        await self.deliver()
        self.reads(TOMASZ, "Your trolley")
        await self.presses(TOMASZ, "Later")
        await self.says(TOMASZ, "introductions")
        await self.presses(TOMASZ, "Not this time")
        await self.deliver()
        await self.says(RUTH, "introductions")

    async def writing(self) -> None:
        """Amina and Tomasz write to each other through the bot until he stops it."""
        self.reads(AMINA, "You are introduced to Tomasz")
        await self.presses(AMINA, "Write to Tomasz Nowak")
        await self.fills(AMINA, words=NHS_NUMBER)
        await self.fills_well(AMINA, words="Would Tuesday suit you?\n*By* the blue door")
        await self.deliver()
        self.reads(TOMASZ, "blue door")
        await self.presses(TOMASZ, "Write back")
        await self.fills_well(TOMASZ, words="Gladly")
        await self.deliver()
        self.reads(TOMASZ, "blue door")
        await self.presses(TOMASZ, "Stop these messages")
        await self.deliver()
        await self.says(AMINA, "introductions")
        await self.looks(TOMASZ)
        self.reads(AMINA, "Gladly")
        await self.presses(AMINA, "Write back")

    async def told_too_late(self) -> None:
        """Lena leaves before she hears of a yes, and before she gets what was written to her."""
        await self._asks(LENA, JONAS_UNNAMED)
        await self.deliver()
        self.reads(JONAS, "aramedic")
        await self.presses(JONAS, "Accept")
        await self.deliver()
        await self._asks(LENA, TOMASZ.name)
        await self.deliver()
        self.reads(TOMASZ, "aramedic")
        await self.presses(TOMASZ, "Accept")
        await self.says(JONAS, "introductions")
        await self.presses(JONAS, "Write to Lena Fischer")
        await self.fills_well(JONAS, words="Shall we talk?")
        await self.says(LENA, "leave")
        await self.presses(LENA, "Stay")
        await self.says(LENA, "leave")
        await self.presses(LENA, "Yes, leave")
        await self.deliver()
        self.reads(TOMASZ, "Your yes could not be passed on")
        self.reads(JONAS, "Your message was not delivered")
        await self.says(LENA, "me")

    async def reminders(self) -> None:
        """What is coming, stopped, started and paused."""
        for words in ("nudges", "nudges stop pledges", "nudges", "nudges start pledges", "nudges start cheese"):
            await self.says(AMINA, words)
        await self.says(AMINA, "nudges")
        await self.presses(AMINA, "Stop all")
        await self.presses(AMINA, "Start again")
        for words in ("stop", "start", "pause in 2 weeks", "", "resume", "pause"):
            await self.says(AMINA, f"nudges {words}".strip())

    async def weeks(self) -> None:
        """Two weeks, then three months, and what everybody answers."""
        await self._asks(AMINA, JONAS_UNNAMED)
        await self.days(16)
        self.reads(JONAS, "A question that waits for you")
        self.reads(AMINA, "Not available this time")
        self.reads(AMINA, "Did you meet?")
        await self.presses(AMINA, "Not yet")
        await self.presses(AMINA, "We have met")
        self.reads(AMINA, "How is it going")
        await self.presses(AMINA, "Changed")
        await self.fills(AMINA, text=NHS_NUMBER)
        await self.fills_well(AMINA, text="Visit two teams")
        for label in ("Done", "Let it go"):
            await self.says(AMINA, "pledges")
            await self.presses(AMINA, label)
        await self.presses(AMINA, "Take it up again")
        self.reads(RUTH, "How is it going")
        await self.presses(RUTH, "Remind me in a week")
        await self.days(9)
        self.reads(RUTH, "How is it going")
        await self.presses(RUTH, "Still going")
        self.reads(RUTH, "How is it going")
        await self.presses(RUTH, "Stop these")
        await self.days(80)
        self.reads(AMINA, "What came of it?")
        await self.presses(AMINA, "An idea")
        await self.looks(AMINA)

    async def changing_their_minds(self) -> None:
        """Consents withdrawn, and what that changes."""
        await self.says(RUTH, "me")
        await self.presses(RUTH, next(b.label for b in self.at[RUTH.name].buttons if b.label.startswith("Withdraw")))
        await self.says(RUTH, "me")

    async def refusals(self) -> None:
        """Every command, bare and with words that mean nothing, and every button and form: by one who has not joined,
        by a member, and by an organiser. None of it was offered.
        """
        for who in (STRANGER, RUTH, OWEN):
            for row in router.commands.values():
                for words in (row.name, f"{row.name} zzz"):
                    await self.says(who, words)
            for wire, action in router.actions.items():
                if wire not in NEED_NO_OFFER or (who is STRANGER and action.needs.label != "anybody"):
                    await self.forges(who, wire, _made_up(action.kind))
            await self.forges(who, "no.such", {})
            await self.forges(who, "introductions.accept", {"introduction": "x"})
            await self.forges_form(who, "no.such")
        for wire, form in router.submissions.items():
            if form.needs.label != "anybody":
                await self.forges_form(STRANGER, wire)
            if form.needs.label == "organisers":
                await self.forges_form(RUTH, wire)

    async def leaving(self) -> None:
        """The last ones to leave, and what is left of them."""
        await self.says(AMINA, "leave")
        await self.presses(AMINA, "Yes, leave")
        await self.presses(AMINA, "Join again")
        await self.looks(AMINA)
        await self.says(TOMASZ, "introductions")
        await self.deliver()
        await self.says(TOMASZ, "me")
        await self.presses(TOMASZ, "Erase")
        await self.presses(TOMASZ, "Yes, erase it")
        await self.looks(TOMASZ)
        await self.says(AMINA, "introductions")
        await self.deliver()


def _made_up(kind: type[Any]) -> dict[str, object]:
    return {f.name: 999_999 if f.type in (int, "int") else "zzz" for f in fields(kind)}
