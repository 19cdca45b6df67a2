"""The cast: invented people, the same in every test, each with a reason to be here."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Character:
    """An account in a workspace, and what they say when they join."""

    name: str
    workspace: str
    account: str
    organisation: str
    role: str
    place: str
    zone: str = "Europe/London"
    platform: str = "paper"

    @property
    def email(self) -> str:
        return f"{self.name.lower().replace(' ', '.')}@{self.organisation.lower()}.example"


MK, BEDS = "T0MK", "T0BEDS"

AMINA = Character("Amina Okafor", MK, "U0AMINA", "RD8", "Ward sister", "Milton Keynes")
RUTH = Character("Ruth Bell", MK, "U0RUTH", "RD8", "Matron", "Milton Keynes")
JONAS = Character("Jonas Weber", MK, "U0JONAS", "RV3", "Improvement lead", "Milton Keynes")
TOMASZ = Character("Tomasz Nowak", BEDS, "U0TOMASZ", "RC9", "Consultant nurse", "Bedford")
PRIYA = Character("Priya Raman", BEDS, "U0PRIYA", "RWK", "Occupational therapist", "Luton")
OWEN = Character("Owen Hughes", BEDS, "U0OWEN", "RC9", "QI facilitator", "Luton")
"""Owen organises: his address is in the settings of every test."""
LENA = Character("Lena Fischer", BEDS, "U0LENA", "RYC", "Paramedic", "Bedford")
STRANGER = Character("Sam Stranger", MK, "U0SAM", "RD8", "Porter", "Milton Keynes")
NADIA = Character("Nadia Khan", "tenant-luton", "29:nadia", "RYC", "Paramedic", "Luton", platform="paper2")
"""Nadia's organisation is on another platform."""

ELSEWHERE = (NADIA,)
EVERYBODY = (AMINA, RUTH, JONAS, TOMASZ, PRIYA, OWEN, LENA, STRANGER)
WORKSPACES = {MK: "Milton Keynes Together", BEDS: "Bedfordshire Improvers"}
