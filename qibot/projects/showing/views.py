"""What the bot says about what an organisation shows of its projects."""

from qibot.chat.message import Button, Buttons, Message, Note, Text
from qibot.chat.router import Say
from qibot.people.models import Organisation
from qibot.projects.visibility import HIDDEN, LISTED, SHOWINGS, TITLE_ONLY

_SHOWN = {
    LISTED: "Everybody in the network sees them whole.",
    TITLE_ONLY: "Others see title and organisation, and can ask to be introduced to whoever leads it.",
    HIDDEN: "Others do not see them at all, also when they ask for one by its number.",
}
_AS = {LISTED: "listed", TITLE_ONLY: "shown by title only", HIDDEN: "hidden"}


def showing(organisation: Organisation, shown: str, *, new: bool) -> Message:
    """What others see of an organisation's projects, and how to choose differently."""
    asked = f" of:{organisation.ods_code}" if organisation.ods_code else ""
    others = (Button(x.capitalize(), Say(f"organisation projects {x}{asked}")) for x in SHOWINGS if x != shown)
    title = f"Projects of {organisation.short_name} are {'now ' if new else ''}{_AS[shown]}"
    return Message(
        title,
        Text(_SHOWN[shown]),
        Buttons(*others, Button("Projects", Say("projects"))),
        Note("Its own people, and those who are on a project, see all of it in any case."),
    )


_MKUH = Organisation(
    id=1, ods_code="RD8", name="Milton Keynes University Hospital NHS Foundation Trust", short_name="MKUH"
)
_BEDS = Organisation(id=2, name="Bedfordshire Hospitals NHS Foundation Trust", short_name="Beds Hospitals")

EXAMPLES: dict[str, Message] = {
    "showing": showing(_MKUH, LISTED, new=False),
    "showing_titles": showing(_MKUH, TITLE_ONLY, new=True),
    "showing_none": showing(_BEDS, HIDDEN, new=True),
}
