"""`./qi bench NAME…`: measure something. Without a name, lists what there is."""

import argparse
import sys
from collections.abc import Callable

from tests.bench import command, delivery, finding, lookalikes, matching, search, start, teams

BENCHES = {
    "command": command,
    "delivery": delivery,
    "finding": finding,
    "lookalikes": lookalikes,
    "matching": matching,
    "search": search,
    "start": start,
}
RUNS: dict[str, Callable[[argparse.Namespace], None]] = {
    "command": lambda given: (teams if given.platform == "teams" else command).main(quick=given.quick, seed=given.seed),
    "delivery": lambda given: delivery.main(quick=given.quick),
    "finding": lambda given: finding.main(as_json=given.json, misses=given.misses),
    "lookalikes": lambda given: lookalikes.main(quick=given.quick, seed=given.seed, as_json=given.json),
    "matching": lambda given: matching.main(quick=given.quick, seed=given.seed, as_json=given.json),
    "search": lambda given: search.main(quick=given.quick, seed=given.seed, people=given.people, as_json=given.json),
    "start": lambda given: start.main(quick=given.quick, seed=given.seed),
}


def main(words: list[str]) -> int:
    """Run the benches named, one after the other. 0 when all ran, whatever the figures say."""
    about = "\n".join(f"  {name:12}{(bench.__doc__ or '').splitlines()[0]}" for name, bench in BENCHES.items())
    parser = argparse.ArgumentParser(
        prog="./qi bench", epilog=about, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="NAME", choices=[*BENCHES, []])
    parser.add_argument("--platform", choices=["slack", "teams"], default="slack", help="for command (default slack)")
    parser.add_argument("--quick", action="store_true", help="fewer and shorter rounds: a look, not a figure to quote")
    parser.add_argument("--seed", type=int, default=1, help="of the invented network (default 1)")
    parser.add_argument(
        "--json", action="store_true", help="for finding, lookalikes, matching and search: print the figures as JSON"
    )
    parser.add_argument(
        "--people", type=_sizes, default=search.PEOPLE, metavar="N[,N…]", help="for search: sizes of the network"
    )
    parser.add_argument("--misses", action="store_true", help="for finding: list what was missed of the dev queries")
    given = parser.parse_args(words)
    if not given.names:
        parser.print_help()
        return 0
    if given.platform == "teams" and given.names != ["command"]:
        parser.error("only command is measured in Teams")
    for name in given.names:
        RUNS[name](given)
    return 0


def _sizes(words: str) -> tuple[int, ...]:
    sizes = tuple(int(word) for word in words.split(","))
    if min(sizes) < 50:
        raise ValueError("a network of fewer than 50 people says nothing")
    return sizes


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
