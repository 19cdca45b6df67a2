"""A round worked out in a process of its own, so that chat stays quick while it is."""

import asyncio
import os
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

from qibot.introductions.rounds.matching import Plan, Taker, plan


async def ask(people: tuple[Taker, ...], met: Mapping[tuple[str, str], float], asked: Mapping[str, Any]) -> Plan:
    """What `plan` gives. A caller who is cancelled does not wait for it."""
    # Spawned, not forked: a fork would take the database's thread and the event loop's files with it.
    pool = ProcessPoolExecutor(1, mp_context=get_context("spawn"))
    try:
        return await asyncio.get_running_loop().run_in_executor(pool, _plan, people, met, asked)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _plan(people: tuple[Taker, ...], met: Mapping[tuple[str, str], float], asked: Mapping[str, Any]) -> Plan:
    # Before numpy is imported. One thread: the others would take the cores that chat answers on.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    return plan(people, met, **asked)
