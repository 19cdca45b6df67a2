"""Days that go by beside the conversations."""

from tests.introductions.conftest import days

__all__ = ["days"]
