"""The patient-detail guard: finds what could identify a patient in what a person typed, before it is kept.

Look only at what people type, never at a platform's payload: timestamps have ten digits too. Every look is a
pass over the text with expressions of bounded length, so the time grows with the length of the text and with
nothing else. What was found is never part of the answer.
"""

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

_REACH = 40  # characters between a cue word and what it makes suspicious


@dataclass(frozen=True)
class Finding:
    """Something that should not be here.

    kind: "nhs-number", "dob", "address", "re-identifiable", "age-over-89" or "maybe-nhs-number".
    sentence: why, and how to say it instead. It never repeats what was found.
    ask: the person may say that it is nothing of the kind, and go on; without it they have to rephrase.
    """

    kind: str
    sentence: str
    ask: bool = False


_NHS_NUMBER = Finding(
    "nhs-number",
    "This looks like an NHS or hospital number, and patient details never belong here: we have not kept it. "
    "Please leave the number out and say it in general words, for example “a patient on our ward”.",
)
_DOB = Finding(
    "dob",
    "This looks like somebody’s date of birth, which could tell others who they are, so we have not kept it. "
    "Please leave it out, or give an age band instead, for example “in their seventies”.",
)
_ADDRESS = Finding(
    "address",
    "This looks like a patient’s home address, so we have not kept it. "
    "Please leave it out; the town or the team’s own area says enough.",
)
_RE_IDENTIFIABLE = Finding(
    "re-identifiable",
    "This tells where one person is and what they have, so others may recognise them even without a name. "
    "We have not kept it. Please say it in general words, for example “some patients in side rooms”.",
)
_AGE = Finding(
    "age-over-89",
    "So few people are over 89 that an exact age can tell others who is meant, so we have not kept it. "
    "Please write “over 89” or “an older patient” instead.",
)
_MAYBE = Finding(
    "maybe-nhs-number",
    "This could be an NHS number. If it belongs to a patient, please leave it out; "
    "if it is something else, such as an order number, write “not a patient” beside it and send it again.",
    ask=True,
)


_NOT_A_PATIENT = re.compile(r"\bnot a patient\b", re.IGNORECASE)


def is_nhs_number(digits: str) -> bool:
    """Whether `digits`, solid or grouped 3-3-4 by spaces or hyphens, form an NHS number with its check digit.

    Modulus 11 (NHS Data Dictionary): weights 10 to 2, r = 11 - sum mod 11; 11 counts as 0, 10 is never valid.
    About one in eleven random numbers passes, so this alone proves nothing.
    """
    found = re.fullmatch(r"([0-9]{3})([ -]?)([0-9]{3})\2([0-9]{4})", digits.strip(" "))
    return found is not None and _checks(found[1] + found[3] + found[4])


def _checks(ten: str) -> bool:
    total = sum(weight * int(digit) for weight, digit in zip(range(10, 1, -1), ten[:9], strict=True))
    return (11 - total % 11) % 11 == int(ten[9])  # a remainder of 10 equals no digit


def check(text: str) -> Finding | None:
    """The most serious patient detail in `text` (any length), or None. Questions come last.

    A question is answered by writing “not a patient” beside the number; what is certain is not open to that.
    """
    text, denied = _NOT_A_PATIENT.subn(" ", text)
    plain = _Plain(text)
    number = _nhs_number(plain)
    if number is _NHS_NUMBER:
        return number
    for look in (_dob, _address, _re_identifiable, _age):
        if finding := look(plain):
            return finding
    return None if denied and number is _MAYBE else number


# --- reading: one spelling for what looks the same ---

_DASHES = frozenset("\u2212\u2043\u02d7\u00af\u30fc")
_DOTS = frozenset("\u00b7\u2022\u2027\u2219\u22c5\u30fb\u3002\u06d4")
_UNSEEN = frozenset("\u115f\u1160\u3164\uffa0\u2800")  # letters and symbols that show as nothing


def _spelling(character: str) -> str:
    """How `character` is read: plain digits, "-", ".", " " or itself; "" for what is not seen.

    Character by character and short, because normalising whole strings takes quadratic time on hostile ones.
    """
    kind = unicodedata.category(character)
    if character in "\n\r\x85" or kind in ("Zl", "Zp"):
        return "\n"
    if kind == "Zs" or character in "\t\v\f" or character in _UNSEEN:
        return " "
    if kind in ("Cf", "Cc", "Mn", "Me"):
        return ""
    if kind == "Pd" or character in _DASHES:
        return "-"
    if character in _DOTS:
        return "."
    if kind == "Nd":
        return str(unicodedata.decimal(character))
    made_of = unicodedata.decomposition(character)
    if made_of.startswith(("<super>", "<fraction>")):
        return character  # a footnote mark is no digit of the number it stands beside
    folded = unicodedata.normalize("NFKC", character) if made_of else character
    return "'" if character in "\u2018\u2019" else folded if len(folded) <= 3 else character


# Addresses, mentions and codes of other kinds: their digits are their own.
_OTHER_THINGS = re.compile(
    r"https?://\S{1,2000}|\bwww\.\S{1,2000}|<[@#!][^<>\s]{1,200}>"
    r"|(?<![\w.+-])[\w.+-]{1,100}@[a-z][\w.-]{1,100}"
    r"|\b10\.[0-9]{4,9}/\S{1,200}"
    r"|\bisbn[^0-9a-z\n]{0,6}(?:1[03][^0-9a-z\n]{1,3})?[0-9][0-9 -]{8,16}[0-9x]"
    r"|(?:\+|\b00)44[ .()-]{0,2}(?:0[ .()-]{0,2})?[1-9](?:[ .()-]{0,2}[0-9]){8,9}(?![0-9])"
    r"|(?P<phone>(?<![0-9])(?<![0-9][ .-])0[1-9][0-9]{1,3}(?:[ .()-]{0,2}[0-9]){6,8}(?![0-9]))"
)
_OLD_PHONES = {(4, 6), (5, 5), (4, 3, 3)}  # the layouts of UK numbers one digit short of the usual eleven


def _blank(found: re.Match[str]) -> str:
    groups = tuple(len(group) for group in re.findall("[0-9]+", found["phone"] or ""))
    if found["phone"] and sum(groups) != 11 and groups not in _OLD_PHONES:
        return found[0]
    return "\0" * len(found[0])


class _Plain:
    """A text made plain: `cased` as typed and `text` in lower case, alike in length, other things blanked."""

    def __init__(self, typed: str) -> None:
        spellings = {ord(character): _spelling(character) for character in set(typed)}
        self.cased = re.sub(" {2,}", " ", typed.translate(spellings)).replace("\u0130", "I")
        # a letter O between digits is a slip for the nought
        self.text = _OTHER_THINGS.sub(_blank, re.sub("(?<=[0-9])o(?=[0-9])", "0", self.cased.lower()))
        self.has_digits = re.search("[0-9]", self.text) is not None

    def spans(self, pattern: re.Pattern[str]) -> "_Spans":
        """Everywhere that `pattern` occurs."""
        return _Spans(list(pattern.finditer(self.text)))


class _Spans:
    """Matches in order, none overlapping another, to be found again by position."""

    def __init__(self, matches: list[re.Match[str]]) -> None:
        self.matches = matches
        self._starts = [match.start() for match in matches]
        self._ends = [match.end() for match in matches]

    def before(self, at: int, reach: int = _REACH) -> list[re.Match[str]]:
        """Those that end at most `reach` characters before `at`, in order."""
        return self.matches[bisect_left(self._ends, at - reach) : bisect_right(self._ends, at)]

    def after(self, at: int, reach: int = _REACH) -> list[re.Match[str]]:
        """Those that begin at most `reach` characters after `at`, in order."""
        return self.matches[bisect_left(self._starts, at) : bisect_right(self._starts, at + reach)]

    def around(self, found: re.Match[str], reach: int = _REACH) -> list[re.Match[str]]:
        """Those near `found` on either side."""
        return self.before(found.start(), reach) + self.after(found.end(), reach)


def _words(alternatives: str) -> str:
    return rf"(?<![a-z])(?:{alternatives})(?![a-z])"


# "patient safety" speaks of a field of work and not of a patient
_OF_WORK = (
    r"(?![ -](?:safety|experience|flow|participation|surveys?|information|pathways?|facing|cent(?:red|ered)"
    r"|initiated|reported|transport|voices?|groups?|panels?|partners?|leaflets?|letters?|tracking|journeys?"
    r"|engagement|involvement|feedback|stor(?:y|ies)|representatives?|council|choice|education|activation"
    r"|leaders?|forums?|network|identifiable|advice|doctors?|satisfaction|access|lists?))"
)
_PATIENT = rf"(?:patient|pt|resident|service[ -]user|client)(?:'s)?{_OF_WORK}|lady|gentleman"
_PERSON = (
    rf"{_PATIENT}|woman|man|male|female|person|widow|widower|mother|father|mum|dad|gran|nan|grand(?:mother|father"
    r"|ma|dad|pa)|wife|husband|she|he|her|his|mr|mrs"
)

# --- NHS numbers ---

_GAP = r"[ .,/_()\n-]{1,3}"
_TEN = re.compile(rf"(?<![0-9])(?:[0-9]{{10}}|[0-9]{{3}}({_GAP})[0-9]{{3}}({_GAP})[0-9]{{4}})(?![0-9])")
_NUMBER_CUES = re.compile(
    _words(
        r"(?P<named>(?:(?:nhs|n\.h\.s\.?|chi|hospital|hosp\.?|case ?notes?|pas|patient|pt)[ -]?"
        r"(?:no(?! longer| more)|nos|num|numbers?|nr|id|identifier|#)|mrn))"
        rf"|(?P<sure>(?:patient|pt)(?:'s)?{_OF_WORK}|d\.? ?o\.? ?b\.?|date of birth"
        r"|nhs(?=[^a-z0-9\n]{1,3}[0-9]))"
        r"|(?P<person>patients|pts|residents?|service[ -]users?|clients?|lady|gentleman|woman|man|mr|mrs"
        r"|(?:re)?admitted|discharged)"
    )
)
_ODDLY_GROUPED = re.compile(r"[^0-9]{0,40}([0-9](?:[ .,/_()\n-]{0,3}[0-9]){9})(?![0-9])")
_NOT_GROUPS = {(1, 3, 3, 3), (4, 2, 2, 2), (2, 2, 4, 2)}  # thousands, and dates with an hour behind them
_PHONE_CUE = re.compile(_words("tel|telephone|phone|ring|call|mobile|mob|fax|ext|bleep|text") + r"[^0-9\n]{0,15}\Z")
_FIGURE_BEFORE = re.compile(r"(?:[0-9][ .,/\n-]{1,2}|[a-z_])\Z")
_FIGURE_AFTER = re.compile(r"[ .,/\n-]{1,2}[0-9]|[a-z_]")


def _nhs_number(plain: _Plain) -> Finding | None:
    if not plain.has_digits:
        return None
    cues = plain.spans(_NUMBER_CUES)
    asked = None
    for found in _TEN.finditer(plain.text):
        finding = _judge(plain.text, found, cues)
        if finding is _NHS_NUMBER:
            return finding
        asked = asked or finding
    return _NHS_NUMBER if any(_oddly_grouped(plain.text, cues)) else asked


def _judge(text: str, found: re.Match[str], cues: _Spans) -> Finding | None:
    """What ten digits are, by how they are grouped, what stands near them, and their check digit."""
    start, end = found.span()
    if text[max(0, start - 2) : start].strip()[-1:] in {"£", "$", "€"} or re.match(" ?%", text[end : end + 2]):
        return None
    digits = re.sub("[^0-9]", "", found[0])
    grouped = found[1] is not None and not re.search(r"[,/()\n]", found[1] + found[2])
    before, after = (cues.before(start), cues.after(end)) if cues.matches else ([], [])
    if any(cue["named"] for cue in before + after) or any(cue["sure"] for cue in before):
        return _NHS_NUMBER
    if _checks(digits):
        bracketed = text[start - 1 : start] in {"(", "["} and text[end : end + 1] in {")", "]"}
        if grouped or bracketed or before or after:
            return _NHS_NUMBER
    elif not grouped and not any(cue["sure"] for cue in after):
        return None
    return None if _is_other(text, start, end) else _MAYBE


def _is_other(text: str, start: int, end: int) -> bool:
    """Whether ten digits without a cue are one of many figures, part of a code, a phone or a filler."""
    before = text[max(0, start - 25) : start]
    return bool(
        _FIGURE_BEFORE.search(before)
        or _FIGURE_AFTER.match(text, end)
        or _PHONE_CUE.search(before)
        or len(set(re.sub("[^0-9]", "", text[start:end]))) == 1
    )


def _oddly_grouped(text: str, cues: _Spans) -> Iterator[bool]:
    """For each “NHS number” in so many words: do ten valid digits follow, however they are grouped?"""
    for cue in cues.matches:
        found = _ODDLY_GROUPED.match(text, cue.end()) if cue["named"] else None
        if found is not None:
            groups = re.findall("[0-9]+", found[1])
            yield tuple(map(len, groups)) not in _NOT_GROUPS and _checks("".join(groups))


# --- dates of birth ---

_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec)[a-z]{0,6}"
_DATE = re.compile(
    r"(?<![0-9])(?:[0-9]{1,2}([./ -])[01]?[0-9]\1(?:[0-9]{4}|[0-9]{2})"
    r"|(?:18|19|20)[0-9]{2}([./ -])[01]?[0-9]\2[0-9]{1,2}"
    rf"|[0-3]?[0-9](?:st|nd|rd|th)?[ .,/-]{{0,2}}(?:of )?{_MONTH}"
    r"(?:[ .,'/-]{0,3}(?:[0-9]{4}|[0-9]{2}))?)(?![0-9])"
    rf"|(?<![a-z]){_MONTH} [0-3]?[0-9](?:st|nd|rd|th)?,? [0-9]{{4}}(?![0-9])"
)
_BIRTH_CUES = re.compile(_words(r"(?P<dob>d\.? ?o\.? ?b\.?|(?:date of birth|birth ?date)|birthday)|born"))
_SOLID_BIRTH = re.compile(
    r"(?<![a-z])(?:d\.? ?o\.? ?b\.?|date of birth)[ :.=(-]{0,4}"
    r"(?:[0-3][0-9][01][0-9](?:[0-9]{4}|[0-9]{2})|(?:19|20)[0-9]{2}[01][0-9][0-3][0-9])(?![0-9])"
)
_BORN_IDEA = re.compile(
    _words(
        r"idea|project|network|group|team|plan|programme|initiative|scheme|collaborative|forum|service|event"
        r"|movement|hub|partnership|trust|charity|bot"
    )
    + r" (?:(?:that|which|was|is|has been|first) ){0,3}\Z"
)
_SPAN_OF_TIME = re.compile(
    _words(r"before|after|between|until|since|by the end") + "|" + _words(r"by|from|to") + r" (?:the )?\Z"
    r"|[;!?]|\. [a-z]"  # the date belongs to another sentence
)
_IS_BIRTH = re.compile(r"[ ()\[,:;=/-]{0,3}(?:(?:is|was) )?(?:(?:the|her|his|their) )?")


def _dob(plain: _Plain) -> Finding | None:
    cues = plain.spans(_BIRTH_CUES) if plain.has_digits else None
    if cues is None or not cues.matches:
        return None
    dates = _DATE.finditer(plain.text)
    if _SOLID_BIRTH.search(plain.text) or any(_is_birth(plain.text, day, cues) for day in dates):
        return _DOB
    return None


def _is_birth(text: str, day: re.Match[str], cues: _Spans) -> bool:
    """Whether a birth word belongs to this date: “born 1948-03-12”, and not “born before 31 March 2020”."""
    for cue in cues.before(day.start())[-1:]:
        idea = not cue["dob"] and _BORN_IDEA.search(text[max(0, cue.start() - _REACH) : cue.start()])
        if not idea and not _SPAN_OF_TIME.search(text[cue.end() : day.start()]):
            return True
    return any(cue["dob"] and _IS_BIRTH.fullmatch(text[day.end() : cue.start()]) for cue in cues.after(day.end())[:1])


# --- home addresses ---

_NEIGHBOURHOOD = 60  # characters: an address takes more room than a number
_STREET = re.compile(
    r"(?<![0-9a-z])[0-9]{1,4}[a-z]?,? (?P<name>(?:[a-z'.-]{2,20} ){1,3})"
    r"(?:(?P<plain>street|road|rd|avenue|ave|lane|crescent|cres|gardens|terrace|mews)"
    r"|st|ln|close|drive|dr|way|court|grove|place|square|hill|row|walk|park|green|rise|view)(?![a-z])"
)
_NO_NAMES = re.compile(
    _words(
        r"(?:hour|day|week|month|year|minute|patient|visit|team|site|project|bed|time)s?|people|staff"
        r"|of|in|on|to|at|for|by|per|and|this|that|with|from"
    )
)
_POSTCODE = re.compile(
    r"(?<![a-z0-9])[a-z]{1,2}[0-9][a-z0-9]? ?(?![0-9](?:st|nd|rd|th))[0-9][abd-hjlnp-uw-z]{2}(?![a-z0-9])"
)
_HOME = re.compile(
    _words(
        rf"(?P<address>home address|(?:{_PATIENT}|her|his)(?:'s)? (?:home )?(?:address|post ?code))"
        r"|(?:lives|living|lived|resides|residing)"
    )
)
_PATIENTS = re.compile(_words(_PATIENT))
_PEOPLE = re.compile(_words(_PERSON))
_ORGANISATION = re.compile(
    _words(
        r"hospital|clinic|surgery|practice|centre|hub|trust|offices?|venue|building|hospice|pharmacy|council"
        r"|university|college|school|church|library|headquarters|hq|care home|nursing home|icb"
    )
)


def _address(plain: _Plain) -> Finding | None:
    if not plain.has_digits:
        return None
    places = [found for found in _STREET.finditer(plain.text) if _names_a_street(plain, found)]
    places += _POSTCODE.finditer(plain.text)
    if not places:
        return None
    homes, patients, people = (plain.spans(pattern) for pattern in (_HOME, _PATIENTS, _PEOPLE))
    organisations = plain.spans(_ORGANISATION)
    for place in places:
        for home in homes.before(place.start(), _NEIGHBOURHOOD):
            if home["address"] or people.around(home, _NEIGHBOURHOOD):
                return _ADDRESS
        if patients.around(place, _NEIGHBOURHOOD) and not organisations.around(place, _NEIGHBOURHOOD):
            return _ADDRESS
    return None


def _names_a_street(plain: _Plain, found: re.Match[str]) -> bool:
    """“12 High Street”, but not “4 hours in this way”: what is also an ordinary word needs its capitals."""
    if _NO_NAMES.search(found["name"]):
        return False
    typed = plain.cased[found.start("name") : found.end()].split()
    return found["plain"] is not None or all(word[0].isupper() for word in typed)


# --- one person, where they are and what they have ---

_ONE_PERSON = re.compile(
    _words(rf"{_PATIENT}|woman|man|mother|boy|girl|baby") + r"(?:,? (?:who (?:is|was) )?(?:in|from|of|at|on) |, )"
    r"(?:the |our )?(?:side[ -]?room|bed|bay|cubicle|room) ?(?:no\.? ?|number )?"
    r"(?:[0-9]{1,3}[a-z]?|[a-z])(?![a-z0-9])"
    r"|" + _words(r"side[ -]?room|bed|cubicle") + r" ?[0-9]{1,3}[a-z]? (?:is|was|has|had) "
)
_ILLNESS = re.compile(
    _words(
        r"hiv|aids|hep(?:atitis)? ?[abc]|c\.? ?diff(?:icile)?|mrsa|tb|tuberculosis|cancer|leukaemia|lymphoma"
        r"|tumour|dementia|alzheimer's|schizophreni[ac]|psychosis|psychotic|bipolar|depression|depressed|overdose"
        r"|suicidal|suicide|self[ -]harm|epilepsy|epileptic|stroke|sepsis|septic|diabetes|diabetic|covid"
        r"|norovirus|pregnant|miscarriage|termination|syphilis|chlamydia|gonorrhoea|alcoholic|heroin|palliative"
        r"|dying|terminal|parkinson's|motor neurone|anorexi[ac]|copd|heart failure|heart attack|pneumonia"
    )
)
_LINK = re.compile(_words(r"who|with|is|was|has|had|having|diagnosed|positive|because of") + r"|,|\(|:|-")
_FOR_USE = re.compile(_words("for|where|used"))


def _re_identifiable(plain: _Plain) -> Finding | None:
    if not re.search("room|bed|bay|cubicle", plain.text):
        return None
    illnesses = plain.spans(_ILLNESS)
    for one in _ONE_PERSON.finditer(plain.text):
        said_of_bed = one[0].endswith(" ")  # “side room 2 is ”: what it has follows at once
        for illness in illnesses.after(one.end() - 1, 25 if said_of_bed else 80):
            between = plain.text[one.end() : illness.start()]
            linked = not _FOR_USE.search(between) if said_of_bed else _LINK.search(between)
            if linked and not re.search(r"[.!?] |\n", between):
                return _RE_IDENTIFIABLE
        if not said_of_bed and illnesses.before(one.start(), 12):  # “HIV positive gentleman in bed 4”
            return _RE_IDENTIFIABLE
    return None


# --- ages over 89 ---

_OLD = r"(?:9[0-9]|1[0-2][0-9]|ninety(?:[ -](?:one|two|three|four|five|six|seven|eight|nine))?|a hundred)"
_NOT_EXACT = r"(?<!over )(?<!above )(?<!under )(?<!below )(?<!than )(?<!least )(?<!to )(?<!-)(?<![0-9a-z.,£])"
_YEARS = re.compile(
    rf"{_NOT_EXACT}{_OLD}(?:[ -]?(?:years?|yrs?|y)[ -.]{{0,2}}(?:old|of age)|[ -]?y[./]?o)(?![a-z])"
    rf"|(?<![a-z])age[d]?:? {_OLD}(?![0-9a-z%+])(?! ?%| and over| or over| plus)"
)
_PERSON_OF = re.compile(
    _words(rf"{_PERSON}|(?:mr|mrs|ms|miss) [a-z'-]{{2,30}}")
    + rf"(?:,| of| \(|, aged| is| was| who is| who was) ?{_OLD}(?! ?[,.]?[0-9])"
    + r"(?=[,;:)!?.]|\Z|\n| (?:and|with|who|but|when|years|yrs|lives|living)(?![a-z]))"
    rf"|(?<![a-z])(?:patient|pt)[ ,:]{{1,2}}{_OLD} ?[fm](?![a-z])"
)


def _age(plain: _Plain) -> Finding | None:
    if not plain.has_digits and "ninety" not in plain.text and "a hundred" not in plain.text:
        return None
    if _PERSON_OF.search(plain.text):
        return _AGE
    people = plain.spans(_PEOPLE)
    return _AGE if any(people.around(age) for age in _YEARS.finditer(plain.text)) else None
