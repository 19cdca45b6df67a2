"""/qi story add, find, show, edit, tried-before, and project learned."""

from collections.abc import Mapping
from dataclasses import replace

from qibot.chat.arguments import Rest
from qibot.chat.forms import Choice, Form
from qibot.chat.message import Message
from qibot.claims import row_id
from qibot.errors import Unclear
from qibot.people.commands import topic_choices
from qibot.people.turn import Turn, anybody, member, table
from qibot.projects import service as projects
from qibot.projects.commands import reader_of
from qibot.projects.models import Project
from qibot.projects.stories import service, views
from qibot.projects.stories.forms import ChangeStory, EndProject, RemoveStory, ShareStory, TellStory
from qibot.projects.stories.models import Story
from qibot.projects.stories.service import Telling
from qibot.projects.stories.things import without_mentions
from qibot.typed import Typed

commands = table("Stories")

_LAST_PAGE = 200
_LONGEST_WORDS = 200
_LONGEST_TRIED = 1500
_TRIED_BEFORE = 6


@commands.command(
    "story add",
    needs=member,
    help="Tell what was tried and learned, with or without your name.",
    reads=True,
    from_message="Save as a story",
)
async def add(turn: Turn, words: Rest) -> Form:
    return views.tell_form(without_mentions(words)[:_LONGEST_TRIED])


async def story_choices(turn: Turn, _: Mapping[str, object]) -> Mapping[str, tuple[Choice, ...]]:
    """Every topic."""
    return {"topics": await topic_choices(turn)}


@commands.submission(TellStory, needs=member, choices=story_choices)
async def told(turn: Turn, said: TellStory) -> Message:
    turn.leaves_no_name = said.no_name
    author = None if said.no_name else turn.member
    made = await service.tell(turn.db, author, _telling(said), turn.today)
    return views.shared(await service.show(turn.db, made.id, author))


@commands.command("story find", needs=anybody, help="Stories about your words, or the newest.", reads=True)
async def find(turn: Turn, words: Rest, *, page: int = 1) -> Message:
    asked, page = words[:_LONGEST_WORDS], max(1, min(page, _LAST_PAGE))
    results = await service.search(turn.db, asked, reader_of(turn), page=page)
    return views.found(asked, results, page=page, today=turn.today)


@commands.command(
    "tried-before", needs=anybody, help="What others tried, what got in the way, and who got past it.", reads=True
)
async def tried_before(turn: Turn, idea: Rest) -> Message:
    if not idea:
        raise Unclear(
            "Tell me your idea in a few words.",
            ("For example: ", Typed("tried-before a sepsis trolley")),
        )
    asked = idea[:_LONGEST_WORDS]
    results = await service.search(turn.db, asked, reader_of(turn), size=_TRIED_BEFORE)
    return views.tried_before(asked, results, turn.today)


@commands.command("story show", needs=anybody, help="One story, by its title.", reads=True)
async def show(turn: Turn, story: Story) -> Message:
    return views.shown(await service.show(turn.db, story.id, reader_of(turn)), turn.today)


@commands.command("story edit", needs=member, help="Change a story that you told.", reads=True)
async def edit(turn: Turn, story: Story) -> Form:
    found = await service.own(turn.db, story.id, turn.member)
    return views.change_form(found, await service.slugs_of(turn.db, found.id))


@commands.submission(ChangeStory, needs=member, choices=story_choices)
async def changed(turn: Turn, said: ChangeStory) -> Message:
    found = await service.change(turn.db, row_id(said.story), turn.member, _telling(said))
    return views.shown(await service.show(turn.db, found.id, turn.member), turn.today)


@commands.action(ShareStory, needs=member)
async def shared(turn: Turn, pressed: ShareStory) -> Message:
    found = await service.share(turn.db, pressed.story, turn.member, turn.now)
    return views.shared(await service.show(turn.db, found.id, turn.member))


@commands.action(RemoveStory, needs=member)
async def removed(turn: Turn, pressed: RemoveStory) -> Message:
    return views.removed(await service.remove(turn.db, pressed.story, turn.member))


@commands.command(
    "project learned", needs=member, help="Four questions about a project of yours, for its story.", reads=True
)
async def learned(turn: Turn, project: Project) -> Form:
    found = await projects.changeable(turn.db, project.id, turn.member)
    there = await service.of_project(turn.db, found.id)
    if there is None:
        return views.ending_form(found)
    mine = await service.own(turn.db, there.id, turn.member)
    return views.change_form(mine, await service.slugs_of(turn.db, mine.id))


@commands.submission(EndProject, needs=member)
async def drafted(turn: Turn, said: EndProject) -> Message:
    found = await projects.changeable(turn.db, row_id(said.project), turn.member)
    four = Telling("", "", said.tried, hoped=said.hoped, learned=said.learned, who_else=said.who_else)
    made = await service.draft(turn.db, found.id, turn.member, service.draft_of(found, four))
    return views.drafted(await service.show(turn.db, made.id, turn.member), turn.today)


def _telling(said: TellStory | ChangeStory) -> Telling:
    return replace(
        Telling(said.title, said.outcome, said.tried),
        hoped=said.hoped,
        in_the_way=said.in_the_way,
        got_past=said.got_past,
        learned=said.learned,
        who_else=said.who_else,
        topics=said.topics,
    )


async def _read_story(words: str, turn: Turn) -> Story:
    asked = words.replace('"', "").strip()[:_LONGEST_WORDS]
    found = await service.named(turn.db, asked, reader_of(turn))
    if len(found) == 1:
        return found[0]
    sentence = f"There is more than one story called “{asked}”." if found else f"I know no story called “{asked}”."
    raise Unclear(sentence, "Look for it by words:", (f"story find {asked}", "story find"))


commands.reader(Story, _read_story)
