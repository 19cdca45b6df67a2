"""Stories of the walk about working on projects."""

from tests.cast import AMINA, OWEN, PRIYA, RUTH, STRANGER, TOMASZ
from tests.platforms.parity_walk import Walk

NHS_NUMBER = "the patient is 943 476 5919"


class ProjectStories(Walk):
    """What happens to projects once they are registered."""

    async def showing_projects(self) -> None:
        """An organisation chooses what others see of its projects."""
        await self.says(OWEN, "organisation projects")
        await self.presses(OWEN, "Title only")
        await self.says(AMINA, "project show #1")
        await self.says(AMINA, "who trolley")
        for words in ("secret", "hidden of:nowhere", "hidden"):
            await self.says(OWEN, f"organisation projects {words}")
        await self.says(STRANGER, "project show #1")
        await self.says(OWEN, "organisation projects listed")

    async def working_on_a_project(self) -> None:
        """Quiet nights (#4) is Amina's: said how it goes, joined, followed, and handed on to Priya."""
        await self.says(AMINA, "update #4 Two *wards* try it\n<!channel>")
        await self.says(AMINA, "update we began")
        await self.presses(AMINA, "update #4 we began")
        await self.says(AMINA, "update quiet nights")
        await self.fills(AMINA, words=NHS_NUMBER)
        await self.fills_well(AMINA, words="Lights off at eleven", progress="5")
        await self.presses(AMINA, "All updates")
        await self.says(STRANGER, "project updates #1")
        await self.says(RUTH, "project join #4")
        await self.fills_well(RUTH, role="coach")
        await self.says(PRIYA, "project join #4")
        await self.fills_well(PRIYA, role="experience")
        for who in (RUTH, PRIYA, AMINA, STRANGER):
            await self.says(who, "project show #4")
        await self.says(PRIYA, "project leave #4")
        await self.says(PRIYA, "project follow #4")
        await self.says(PRIYA, "projects")
        await self.says(PRIYA, "project show #4")
        await self.says(PRIYA, "project unfollow #4")
        await self.says(AMINA, "project team #4")
        await self.presses(AMINA, "Take off")
        await self.testing_changes()
        await self.says(AMINA, "project team #4")
        await self.presses(AMINA, "Hand on the lead")
        for name in ("Nobody Known", "Owen Hughes"):
            await self.says(AMINA, f"project hand-on #4 {name}")
        await self.deliver()
        self.reads(OWEN, "Would you lead")
        await self.presses(OWEN, "Not this time")
        await self.deliver()
        self.reads(AMINA, "Nobody could take on")
        await self.says(AMINA, "project hand-on #4 Priya Raman")
        await self.deliver()
        self.reads(PRIYA, "Would you lead")
        await self.presses(PRIYA, "Yes, I lead it")
        await self.deliver()
        self.reads(AMINA, "in good hands")
        await self.presses(AMINA, "Show the project")

    async def testing_changes(self) -> None:
        """Two cycles of Quiet nights (#4), its driver diagram, and small changes."""
        await self.says(AMINA, "pdsa #4")
        await self.says(AMINA, "pdsa plan #4")
        await self.fills(AMINA, objective="Lights off", prediction=NHS_NUMBER)
        await self.fills_well(AMINA, prediction="Fewer calls & *more* sleep", data="Calls")
        await self.presses(AMINA, "Say what happened")
        await self.fills(AMINA, happened=NHS_NUMBER, compared="in part", act="adapt")
        await self.fills_well(AMINA, happened="Fewer calls\nthe same sleep", learned="Doors bang")
        await self.presses(AMINA, "Plan the next cycle")
        await self.fills_well(AMINA, objective="Soft doors", prediction="More sleep")
        await self.says(AMINA, "pdsa result #4")
        await self.says(AMINA, "drivers #4")
        await self.says(AMINA, "drivers picture #4")
        await self.says(AMINA, "drivers edit #4")
        await self.fills(AMINA, diagram="More sleep\nLight")
        await self.fills_well(AMINA, diagram="More sleep\n- Light & noise\n-- *Soft* doors\n- Rounds")
        for who, words in (
            (STRANGER, "project show #4"), (STRANGER, "pdsa #4"), (STRANGER, "drivers #4"),
            (STRANGER, "drivers picture #4"), (AMINA, "project write-up #4"), (PRIYA, "project write-up #4"),
            (AMINA, "project show #4"),
            (RUTH, "pdsa plan #4"), (AMINA, "small"), (AMINA, "small Jugs stand on the <left>"), (RUTH, "small"),
            (RUTH, "projects"), (AMINA, "small page:9"), (AMINA, "small"),
        ):  # fmt: skip
            await self.says(who, words)
        await self.presses(AMINA, "Take it back")

    async def projects_in_files(self) -> None:
        """Rows that Owen pastes, looked at, left out and taken in; one of them given a lead; and all of it exported."""
        rows = "title\torganisation\tstatus\tlead\tid\nTea & *talk*\tRD8\tLive\tSam Elsewhere\tx-1\nNo\tNowhere\t\t\t"
        for answer in ("No, leave it", "Yes, import 1"):
            await self.says(OWEN, "project import")
            await self.fills(OWEN, rows="one\nof ours")
            await self.fills_well(OWEN, rows=rows)
            await self.presses(OWEN, answer)
        await self.says(OWEN, "project import")
        await self.fills_well(OWEN, rows=rows)
        for who in (OWEN, AMINA, STRANGER):
            await self.says(who, "project show tea talk")
        await self.says(OWEN, "project export")
        await self.says(OWEN, "project export pdf")
        await self.presses(OWEN, "project export xlsx")

    async def calling_for_help(self) -> None:
        """Sepsis six on ward 7 (#2) asks champions of sepsis for help, once."""
        await self.says(AMINA, "project call #1")
        await self.says(AMINA, "project call #2")
        await self.fills(AMINA, words="Help us")
        await self.fills(AMINA, words=NHS_NUMBER)
        await self.fills_well(AMINA, words="Somebody who has put *two* trolleys on one ward")
        await self.says(AMINA, "project call #2")
        await self.deliver()
        self.reads(TOMASZ, "asks for help")
        await self.presses(TOMASZ, "Show the project")

    async def stories(self) -> None:
        """Told with and without a name, found, and the end of Falls, day and night (#3)."""
        await self.says(AMINA, "story find")
        await self.says(AMINA, "story add Two *nurses* tried it\n<!channel>")
        await self.fills(AMINA, title="A trolley", outcome="worked", in_the_way="Our manager refused it")
        await self.fills_well(AMINA, in_the_way="No room & no time", learned="Put it where people walk")
        await self.presses(AMINA, "Change it")
        await self.fills_well(AMINA, outcome="partly", got_past="A hook by the door", topics=["sepsis"])
        await self.says(RUTH, "story add")
        await self.fills(RUTH, title="Huddles", outcome="did not", tried=NHS_NUMBER, no_name=True)
        await self.fills_well(RUTH, tried="Ten minutes at eight")
        await self.presses(RUTH, "Read it")
        for who, words in (
            (STRANGER, "story find sepsis"), (STRANGER, "tried-before a trolley"), (AMINA, "tried-before robots"),
            (AMINA, "story find huddles"), (AMINA, "tried-before"), (AMINA, "story show 1"),
            (STRANGER, "story show a trolley"), (RUTH, "story edit a trolley"), (AMINA, "story edit a trolley"),
        ):  # fmt: skip
            await self.says(who, words)
        await self.says(RUTH, "project follow #3")
        await self.says(AMINA, "project show #3")
        await self.presses(AMINA, "Tell what was learned")
        await self.fills(AMINA)
        await self.fills_well(AMINA, hoped="Fewer at night", learned="Light matters more")
        await self.presses(AMINA, "Share it")
        await self.deliver()
        self.reads(RUTH, "What came of it")
        await self.presses(RUTH, "Read it all")
        await self.says(AMINA, "project learned #3")
        await self.fills_well(AMINA, outcome="did not", tried="Socks")
        await self.presses(AMINA, "Take it back")

    async def story_prompts(self) -> None:
        """A week after its end, the lead of a project is asked for its story."""
        await self.says(AMINA, "project register Doors")
        await self.fills_well(AMINA)
        await self.says(AMINA, "project stop doors")
        await self.presses(AMINA, "Stop with thanks")
        await self.days(20)
        self.reads(AMINA, "teach you")
        await self.presses(AMINA, "The four questions")

    async def stalled_projects(self) -> None:
        """After three months without a word, what their leads answer."""
        self.reads(TOMASZ, "How shall it go on")
        await self.presses(TOMASZ, "Carry on")
        self.reads(PRIYA, "How shall it go on")
        await self.presses(PRIYA, "Pause until…")
        await self.fills(PRIYA, until="2019-01-01")
        await self.fills_well(PRIYA, until="2020-09-01")
        await self.says(PRIYA, "project pause #4")
        self.reads(PRIYA, "How shall it go on")
        await self.presses(PRIYA, "Hand it on")
        await self.presses(PRIYA, "Ask champions of its topics")
        self.reads(AMINA, "How shall it go on")
        await self.presses(AMINA, "Hand it on")
        await self.presses(AMINA, "Ask champions of its topics")
        await self.deliver()
        self.reads(TOMASZ, "Would you lead")
        await self.presses(TOMASZ, "Not this time")
