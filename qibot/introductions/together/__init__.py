"""Two who have both said yes: what each of them gets, and one conversation of both where that is possible."""
