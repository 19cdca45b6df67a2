"""What comes back about calls for help."""

from qibot.chat.forms import Answers, form, hidden, text


@form("projects.call", title="Call for help", submit="Ask champions")
class CallForHelp(Answers):
    """What exactly is needed. `project` is its id."""

    words: str = text(
        "What exactly would help?",
        longest=300,
        help="Precise enough that somebody knows whether it is them. No patient details.",
        placeholder="Somebody who has put call bells on a rota: half an hour on the phone before Christmas.",
    )
    project: str = hidden()
