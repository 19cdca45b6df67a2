"""How somebody is spoken of when their name may not be told: by their role, within a sentence."""


def within(role: str) -> str:
    """A role within a sentence: "Ward sister" -> "ward sister", "GP" and "QI lead" as they are."""
    return role[0].lower() + role[1:] if role[1:2].islower() else role


def somebody(role: str) -> str:
    """With its article: "Ward sister" -> "a ward sister", "NHS manager" -> "an NHS manager"."""
    if role.lower().startswith(("a ", "an ", "the ")):
        return role[0].lower() + role[1:]
    role = within(role)
    spelt = role.split()[0].isupper()
    vowel = role[0] in "AEFHILMNORSX" if spelt else role[0].lower() in "aeiou" and not role.startswith(("uni", "use"))
    return f"{'an' if vowel else 'a'} {role}"
