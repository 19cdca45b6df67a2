"""Days that go by."""

from tests.introductions.conftest import days

__all__ = ["days"]
