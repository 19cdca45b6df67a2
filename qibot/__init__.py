"""qibot: connects quality-improvement people across an integrated care system, in the chat they already use."""

import sys

if "structlog" not in sys.modules and "rich" not in sys.modules:
    # structlog loads rich and its syntax highlighter for tracebacks that qibot never shows: at each start a tenth of a
    # second, and 12 MB for as long as it runs. Whoever imports rich later gets it.
    sys.modules["rich"] = None  # type: ignore[assignment]
    import structlog  # noqa: F401

    del sys.modules["rich"]
