"""Logs: JSON for machines, coloured lines for people. What people write, their names and tokens are never logged.

Of an exception its type and the place are kept, and its own words are not: a fault in reading what somebody typed
quotes what they typed.
"""

import logging
import sys
import traceback
from types import TracebackType

import structlog


def configure(style: str = "auto", level: str = "INFO") -> None:
    """`style` is "json", "pretty" or "auto" (pretty on a terminal). Other people's loggers join in with warnings only:

    at the lower levels they quote whole requests and statements, and an address may hold a token.
    """
    pretty = style == "pretty" or (style == "auto" and sys.stderr.isatty())
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[_first_line, *shared],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _place_only,
                structlog.dev.ConsoleRenderer() if pretty else structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(max(logging.WARNING, logging.getLevelNamesMapping()[level]))
    logging.getLogger("qibot").setLevel(level)
    # It warns at every tick that finds the last one still at work, as every tick of a large announcement does.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    logging.getLogger("uvicorn.error").setLevel(max(logging.INFO, logging.getLevelNamesMapping()[level]))


def _first_line(_: object, __: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    # asyncio and others add the representation of whatever went wrong below it.
    event["event"] = str(event["event"]).strip().partition("\n")[0]
    return event


def _place_only(_: object, __: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    error = event.pop("exc_info", None)
    if error is True:
        error = sys.exc_info()
    if isinstance(error, tuple):
        error = error[1]
    if isinstance(error, BaseException):
        event["exception"] = "\n".join(_places(error))
    return event


def _places(error: BaseException) -> list[str]:
    """Each exception of the chain: its type, and the lines of code that led to it."""
    lines: list[str] = []
    seen: set[int] = set()
    one: BaseException | None = error
    while one is not None and id(one) not in seen:
        seen.add(id(one))
        lines += [f"{type(one).__module__}.{type(one).__qualname__}", *_frames(one.__traceback__)]
        if isinstance(one, BaseExceptionGroup):
            lines += [line for part in one.exceptions for line in _places(part)]
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)
    return lines


def _frames(trace: TracebackType | None) -> list[str]:
    return [f"  {frame.filename}:{frame.lineno} in {frame.name}" for frame in traceback.extract_tb(trace)]
