"""Letting time go by in the demo, step by step, so that everything is sent when it would have been."""

from datetime import datetime, timedelta

from qibot.demo.world import World

STEP = timedelta(hours=6)
"""The longest step: the planner looks at the time at least this often. Messages stop the clock where they are due."""
FARTHEST = timedelta(days=120)


async def go_to(world: World, target: datetime) -> int:
    """Let time go by until `target`; how many messages went out."""
    sent = await world.tick()
    while world.clock.now() < target:
        sent += await _step(world, target)
    return sent


async def to_the_next(world: World) -> int:
    """Let time go by until something goes out; how many did. 0 when nothing does within `FARTHEST`."""
    sent, last = await world.tick(), world.clock.now() + FARTHEST
    start = world.clock.now()
    while not sent and world.clock.now() < last:
        sent = await _step(world, last)
    if not sent:
        world.clock.set(start)
    return sent


async def _step(world: World, target: datetime) -> int:
    now, due = world.clock.now(), await world.next_due()
    steps = [target, now + STEP]
    # What is due already and was not sent waits for something else than the time.
    if due is not None and due > now:
        steps.append(due)
    world.clock.set(min(steps))
    return await world.tick()
