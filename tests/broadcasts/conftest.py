"""Days that go by, as for introductions."""

from tests.introductions.conftest import days

__all__ = ["days"]
