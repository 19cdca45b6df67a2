"""What a database holds, looked at from outside while others use it."""

import contextlib
import sqlite3
from typing import Any

import psycopg
from sqlalchemy import make_url

ANNOUNCED = "(kind LIKE 'prove.%' OR kind = 'broadcasts.message')"
"""Rows of what everybody is to get, as a condition."""


class Ledger:
    """Reads the database at an SQLAlchemy `url`, and never writes."""

    def __init__(self, url: str) -> None:
        self._url = make_url(url)

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        """All rows of a query that both databases understand."""
        if self._url.get_backend_name() == "sqlite":
            address = f"file:{self._url.database}?mode=ro"
            with contextlib.closing(sqlite3.connect(address, uri=True, timeout=30)) as file:
                return file.execute(query).fetchall()
        plain = self._url.set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(plain, autocommit=True) as server:
            return server.execute(query.encode()).fetchall()

    def states(self) -> dict[str, int]:
        """Announcements by state."""
        rows = self.ask(f"SELECT state, count(*) FROM deliveries WHERE {ANNOUNCED} GROUP BY state")
        return dict(rows)

    def open(self) -> int:
        """How many announcements have not come to an end."""
        waiting = f"SELECT count(*) FROM deliveries WHERE state IN ('pending', 'sending') AND {ANNOUNCED}"
        to_start = "SELECT count(*) FROM broadcasts WHERE state = 'ready'"
        return int(self.ask(waiting)[0][0]) + int(self.ask(to_start)[0][0])

    def in_flight(self) -> list[str]:
        """Those that were handed to a platform, the end not written yet."""
        return [
            row[0] for row in self.ask("SELECT id FROM deliveries WHERE state = 'sending' AND handed_at IS NOT NULL")
        ]
