"""`./qi prove NAME…|all`: hold qibot to what it promises. Without a name, lists what there is."""

import argparse
import asyncio
import importlib
import random
import sys
import time
from pathlib import Path

from tests.bench import machine
from tests.prove import outcome, page
from tests.prove.outcome import Outcome

NAMES = ("kill", "storm", "drop", "replicas", "clock", "full", "stop", "forged", "fuzz", "model")


def main(words: list[str]) -> int:
    """Run the proofs named, one after the other. 1 when a promise was broken."""
    given = _parser().parse_args(words)
    names = NAMES if "all" in given.names else tuple(given.names)
    if not names and not given.readme:
        _parser().print_help()
        return 0
    found = []
    for name in names:
        seed = random.SystemRandom().randrange(10**6) if given.seed is None else given.seed
        one = run(name, seed, quick=given.quick, part=given.part)
        print(one.line, flush=True)
        found.append(one)
        if not given.quick:
            outcome.write(outcome.OUT / f"{name}.json", {**one.as_json(), **machine.facts()})
    if given.json:
        outcome.write(given.json, {**machine.facts(), "proofs": [one.as_json() for one in found]})
    if given.readme:
        print(f"In the README now, with figures of: {', '.join(page.publish(NAMES)) or 'none'}")
    return 1 if any(one.broken for one in found) else 0


def run(name: str, seed: int, *, quick: bool, part: float = 1.0) -> Outcome:
    """One proof."""
    found = Outcome(name, seed, 0.0 if quick else part)
    module = importlib.import_module(f"tests.prove.{name}")
    began = time.monotonic()
    asyncio.run(module.prove(found, quick=quick))
    found.seconds = time.monotonic() - began
    return found


def _parser() -> argparse.ArgumentParser:
    about = "\n".join(f"  {name}" for name in NAMES)
    parser = argparse.ArgumentParser(
        prog="./qi prove", epilog=about, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="NAME", choices=[*NAMES, "all", []])
    parser.add_argument("--quick", action="store_true", help="the smallest that can still find something")
    parser.add_argument("--part", type=float, default=1.0, help="of the full size, such as 0.1")
    parser.add_argument("--seed", type=int, help="the same choices as in a run before (default: a new one)")
    parser.add_argument(
        "--readme", action="store_true", help="then put the newest figures of all full runs into the README"
    )
    parser.add_argument("--json", type=Path, help="write everything to this file, too")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
