"""What is logged in earnest, kept for a test to read."""

import contextlib
import io
import logging
from collections.abc import Iterator

import structlog

from qibot import logs


class Logbook:
    """`logged()` is all that was logged so far."""

    def __init__(self) -> None:
        self._stream = io.StringIO()
        self.begin("json")

    def begin(self, style: str) -> None:
        """Log in that style, at the level that says most."""
        logs.configure(style, "DEBUG")
        for handler in logging.getLogger().handlers:
            assert isinstance(handler, logging.StreamHandler)
            handler.setStream(self._stream)
        self._stream.seek(0)
        self._stream.truncate()

    def __call__(self) -> str:
        return self._stream.getvalue()


@contextlib.contextmanager
def as_before() -> Iterator[None]:
    """Whatever is done to logging inside is undone."""
    loggers = [logging.getLogger(name) for name in ("", "qibot", "uvicorn.error")]
    handlers, levels, before = loggers[0].handlers[:], [one.level for one in loggers], structlog.get_config()
    try:
        yield
    finally:
        loggers[0].handlers[:] = handlers
        for one, level in zip(loggers, levels, strict=True):
            one.setLevel(level)
        structlog.configure(**before)
