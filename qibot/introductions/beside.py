"""Work that takes seconds, in a process of its own, so that chat stays quick while it is done."""

import asyncio
import os
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")


async def beside(work: Callable[..., T], *given: Any, **more: Any) -> T:
    """What `work`, a function of a module, gives for these. A caller who is cancelled does not wait for it."""
    # Not needed at every start.
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    # Spawned, not forked: a fork would take the database's thread and the event loop's files with it.
    pool = ProcessPoolExecutor(1, mp_context=get_context("spawn"))
    try:
        return await asyncio.get_running_loop().run_in_executor(pool, _do, work, given, more)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _do(work: Callable[..., T], given: tuple[Any, ...], more: dict[str, Any]) -> T:
    # Before numpy is imported. One thread: the others would take the cores that chat answers on.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    return work(*given, **more)
