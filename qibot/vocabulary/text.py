"""Words of a sentence, and how two of them are compared: without case, accents, plural or ending."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache

LONGEST = 600
"""Characters of a question that are read; nobody says more in one."""

_AMPERSAND = re.compile(r"\b([A-Za-z]) ?& ?([A-Za-z])\b")
_WORD = re.compile(r"[^\W_]+(?:&[^\W_]+|'[^\W_]+)*")
_BRITISH = tuple(
    (re.compile(american), british)
    for american, british in (
        (r"^pediatr", "paediatr"),
        (r"orthopedi", "orthopaedi"),
        (r"^an(?:e|ae)sthe[sz]iolog(?:y|ist)", "anaesthetist"),
        (r"^anesth", "anaesth"),
        (r"^gynec", "gynaec"),
        (r"^hem(?=o|at|or)", "haem"),
        (r"^anemi", "anaemi"),
        (r"emia(?=$|s$)", "aemia"),
        (r"aaemia", "aemia"),
        (r"^edema", "oedema"),
        (r"^esoph", "oesoph"),
        (r"^estrogen", "oestrogen"),
        (r"rrhea", "rrhoea"),
        (r"^fet(?=us|al)", "foet"),
        (r"^leuk(?=e)", "leuka"),
        (r"leukaaemia", "leukaemia"),
        (r"ization", "isation"),
        (r"(?<=[a-z]{3})iz(?=e$|ed$|es$|ing$|er$|ers$)", "is"),
        (r"^center", "centre"),
        (r"^(behavi|col|fav|lab|neighb|tum|hum|rum|hon)or(?!at|iu|y|al\b)", r"\1our"),
        (r"^program$", "programme"),
    )
)
"""American spellings, for phones that correct people into them."""
_NUMBERS = {
    word: str(number)
    for number, word in enumerate("zero one two three four five six seven eight nine ten eleven twelve".split())
}

_STAY_APART = {
    **dict.fromkeys(("pensioner", "pensioners"), "pensioner"),
    **dict.fromkeys(("minority", "minorities"), "minority"),
    **dict.fromkeys(("consultant", "consultants"), "consultant"),
    **dict.fromkeys(("experience", "experiences", "experienced"), "experience"),
    **dict.fromkeys(("emergency", "emergencies"), "emergency"),
    **dict.fromkeys(("community", "communities"), "community"),
    **dict.fromkeys(("opinion", "opinions"), "opinion"),
    **dict.fromkeys(("organisation", "organisations", "organisational"), "organisation"),
    **dict.fromkeys(("relative", "relatives"), "relative"),
    **dict.fromkeys(("operation", "operations"), "operation"),
    **dict.fromkeys(("generalist", "generalists"), "generalist"),
    **dict.fromkeys(("universal", "universally"), "universal"),
    **dict.fromkeys(("policy", "policies"), "policy"),
    **dict.fromkeys(("parking",), "parking"),
    **dict.fromkeys(("meeting", "meetings"), "meeting"),
    **dict.fromkeys(("dressing", "dressings"), "dressing"),
}
"""Words from which the stemmer takes too much, so that they would be another word: pensions are not for pensioners."""

STOP = frozenset(
    """
    a about above after again all also am an and any anybody anyone anything are aren't around as ask asking at away be
    because been before being below between both but by came can can't cannot come could couldn't did didn't do does
    doesn't doing don't done down during each either else etc ever every everybody everyone everything few for from
    further gave get gets getting give gives go goes going gone got had hadn't has hasn't have haven't having he hello
    help helping her here hers hi him his how however i i'd i'll i'm i've if in into is isn't it it's its itself just
    keep keeps know knows let like likes look looking looks lots made make makes making many may maybe me might more
    most much must my myself near need needs never new no nobody none nor not nothing now of off often ok on once one
    only onto or other others our ours out over own particularly per please possible probably put quite rather really
    recently said same say says see seem seems seen several shall she should shouldn't since so some somebody someone
    something somewhere soon still such take taken takes tell than thank thanks that that's the their theirs them then
    there there's these they they're thing things think this those though through thus till to together too took toward
    towards try trying under until up upon us use used using usually very via want wanted wants was wasn't way ways we
    we'd we'll we're we've well went were weren't what what's whatever when whenever where where's whether which while
    who who's whoever whole whose why will with within without won't wonder wondering would wouldn't yes yet you you'd
    you'll you're you've your yours yourself
    """.split()
)
"""Words that say nothing about what a question is about."""


@dataclass(frozen=True, slots=True)
class Token:
    """A word as typed (`raw`), in lower case (`word`) and without its ending (`stem`)."""

    raw: str
    word: str
    stem: str


def fold(text: str) -> str:
    """Lower case, without accents and typographic quotes."""
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKD", text.replace("’", "'").replace("‘", "'"))
    return "".join(c for c in plain if not unicodedata.combining(c)).casefold()


def tokens(text: str, *, longest: int = LONGEST) -> list[Token]:
    """The words of `text`, of its first `longest` characters."""
    return [token for raw in typed(text, longest=longest) if (token := read(raw)) is not None]


def typed(text: str, *, longest: int = LONGEST) -> list[str]:
    """The words of `text`, of its first `longest` characters, as they were typed."""
    joined = _AMPERSAND.sub(r"\1&\2", unicodedata.normalize("NFKC", text[:longest]).replace("’", "'"))
    return _WORD.findall(joined)


def read(raw: str) -> Token | None:
    """A word as it was typed; None when nothing is left of it."""
    word = fold(raw).removesuffix("'s")
    word = _NUMBERS.get(word) or _british(word)
    return Token(raw, word, stem(word)) if word else None


@lru_cache(maxsize=50_000)
def _british(word: str) -> str:
    for american, british in _BRITISH:
        word = american.sub(british, word)
    return word


def stems(text: str) -> list[str]:
    """The words of `text` without their endings, in order."""
    return [token.stem for token in tokens(text)]


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """A word in lower case without its ending; what is not made of letters stays as it is."""
    if len(word) < 4 or not word.isalpha():
        return word
    return _STAY_APART.get(word) or _stemmer()(word)


@cache
def _stemmer() -> Callable[[str], str]:
    # Whoever never looks for anything does not load it.
    from snowballstemmer import stemmer

    made: Callable[[str], str] = stemmer("english").stemWord
    return made
