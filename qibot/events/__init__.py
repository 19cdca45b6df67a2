"""Events: days on which people meet, what they said there, what they promised, and what came of it."""
