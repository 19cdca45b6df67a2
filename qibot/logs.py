"""Logs: JSON for machines, coloured lines for people. What people write, their names and tokens are never logged."""

import logging
import sys

import structlog


def configure(style: str = "auto", level: str = "INFO") -> None:
    """`style` is "json", "pretty" or "auto" (pretty on a terminal). The standard library's loggers join in."""
    pretty = style == "pretty" or (style == "auto" and sys.stderr.isatty())
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    # Tracebacks without local variables: those hold what people typed.
    plain = structlog.dev.plain_traceback
    end: list[structlog.types.Processor] = (
        [structlog.dev.ConsoleRenderer(exception_formatter=plain)]
        if pretty
        else [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *end],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    # These quote whole requests at the lower levels, and an address may hold a token.
    for name in ("slack_sdk", "slack_bolt", "aiohttp", "apscheduler", "uvicorn.access", "sqlalchemy", "alembic"):
        logging.getLogger(name).setLevel(logging.WARNING)
