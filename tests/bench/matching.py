"""Rounds of 100 to 100,000 people: who is matched, how well, how fast; beside shuffling, greedy and an exact solver.

Everything of one size is done by a process of its own, on one core. People, organisations and earlier rounds are
invented.
"""

import csv
import io
import json
import os
import resource
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from typing import Any

from qibot.introductions.rounds import engine
from qibot.introductions.rounds.likeness import likeness, rarity
from qibot.introductions.rounds.matching import Plan, plan
from tests.bench import machine
from tests.bench.matching_crowd import MIXES, earlier, greedy, judged, people, shuffled

PEOPLE, MIXED, ROUNDS = (100, 1_000, 10_000, 100_000), (1_000, 10_000), 12
GREEDY, EXACT = 10_000, 1_000
"""Up to so many people these are measured beside."""
AIM_WEIGHT, AIM_SECONDS, AIM_MB = 0.995, {10_000: 4.0, 100_000: 90.0}, 1_500


def main(*, quick: bool, seed: int, as_json: bool = False) -> None:
    """Measure, print (as JSON when asked), write out/bench/matching.json."""
    sizes, mixed, crowd = (PEOPLE[:2], MIXED[:1], 100) if quick else (PEOPLE, MIXED, 240)
    cases = [(count, MIXES[0]) for count in sizes] + [(count, mix) for mix in MIXES[1:] for count in mixed]
    figures = {
        "bench": "matching",
        "seed": seed,
        **machine.facts("numpy", "rustworkx"),
        "figures": [_alone(measure, count, seed, mix) for count, mix in cases],
        "rounds": [_alone(successive, crowd, seed, largest) for largest in (0.0, 0.6)],
    }
    file = machine.write("matching", figures)
    print(json.dumps(figures, indent=1) if as_json else said(figures))
    if not as_json:
        print(f"\nWritten to {file.relative_to(machine.ROOT)}")


def _alone(what: Callable[..., dict[str, Any]], *given: Any) -> dict[str, Any]:
    """Done by a process of its own, so that its memory is its own, and on one core."""
    # Inherited, and read when numpy is imported: as in the process in which many are matched.
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    with ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=_on_one_core) as pool:
        return pool.submit(what, *given).result()


def _on_one_core() -> None:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def measure(count: int, seed: int, mix: str) -> dict[str, Any]:
    """Figures of every way for so many people. Seconds are of the processor, for others may be using the machine."""
    crowd = people(count, seed, mix)
    met = earlier(crowd, seed)
    alike = likeness(crowd, rarity(crowd))
    text = _as_csv(crowd, met)
    reading, _ = _timed(lambda: [row for part in text for row in csv.reader(io.StringIO(part))])
    before = _memory()
    seconds, done = _timed(lambda: plan(crowd, met, seed=seed))
    found = {
        "people": count,
        "mix": mix,
        "reading_seconds": reading,
        "memory_mb": _memory(),
        "memory_before_mb": before,
        "bound": done.bound,
        "trios": len(done.trios),
        "qibot": {"seconds": seconds, **judged(crowd, met, _groups(done), alike)},
    }
    seconds, pairs = _timed(lambda: shuffled(crowd, seed))
    found["shuffled"] = {"seconds": seconds, **judged(crowd, met, pairs, alike)}
    if count <= GREEDY:
        seconds, pairs = _timed(lambda: greedy(crowd, met, seed))
        found["greedy"] = {"seconds": seconds, **judged(crowd, met, pairs, alike)}
    if count <= EXACT:
        engine.EXACT = count
        seconds, best = _timed(lambda: plan(crowd, met, seed=seed))
        found["exact"] = {"seconds": seconds, **judged(crowd, met, _groups(best), alike)}
    return found


def successive(count: int, seed: int, largest: float) -> dict[str, Any]:
    """Twelve rounds of the same people, one after the other: whom they meet, and who sits out how often."""
    crowd = people(count, seed, largest=largest)
    met, out, new = dict[tuple[str, str], float](), Counter[str](), Counter[str]()
    sizes = Counter(one.organisation for one in crowd)
    repeats = same = 0
    of = {one.id: one.organisation for one in crowd}
    last = set[str]()
    for number in range(ROUNDS):
        now = [replace(one, waited=out[one.id], sat_out_last=one.id in last) for one in crowd]
        done = plan(now, met, seed=seed + number)
        last = {one.person for one in done.left}
        out.update(last)
        for group in _groups(done):
            for a, b in ((a, b) for a in group for b in group if a < b):
                repeats += (a, b) in met
                same += of[a] == of[b]
                met[a, b] = float(ROUNDS - number)
                new.update((a, b))
    apart = [[out[one.id] for one in crowd if one.organisation == name] for name in sizes]
    return {
        "people": count,
        "largest": round(max(sizes.values()) / count, 3),
        "met": {"fewest": min(new[one.id] for one in crowd), "mean": sum(new.values()) / count},
        "sat_out": {"most": max(out.values(), default=0), "difference": max(max(one) - min(one) for one in apart)},
        "repeats": repeats,
        "same": same,
    }


def _as_csv(crowd: Sequence[Any], met: Mapping[tuple[str, str], float]) -> tuple[str, str]:
    who, pairs = io.StringIO(), io.StringIO()
    csv.writer(who).writerows((one.id, one.organisation, "|".join(sorted(one.topics)), one.waited) for one in crowd)
    csv.writer(pairs).writerows((*both, weeks) for both, weeks in met.items())
    return who.getvalue(), pairs.getvalue()


def _groups(done: Plan) -> list[tuple[str, ...]]:
    return [group.people for group in (*done.pairs, *done.trios)]


def _timed(what: Callable[[], Any]) -> tuple[float, Any]:
    began = time.process_time()
    found = what()
    return time.process_time() - began, found


def _memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def said(figures: Mapping[str, Any]) -> str:
    """The figures as tables: by size and way, then twelve rounds, then the aims."""
    lines = [
        f"Rounds: seconds of one core, Python {figures['python']}; weight over the exact best, else the proved bound\n",
        f"{'topics':18}{'people':>8}  {'way':9}{'matched':>9}{'across':>8}{'repeats':>9}{'weight':>8}{'seconds':>9}"
        f"{'x reading':>10}{'MB':>6}",
    ]
    for row in figures["figures"]:
        for way in ("qibot", "shuffled", "greedy", "exact"):
            if way in row:
                one = row[way]
                ratio = f"{one['seconds'] / max(row['reading_seconds'], 1e-6):>10.0f}"
                memory = f"{row['memory_mb']:>6.0f}" if way == "qibot" else ""
                lines.append(
                    f"{row['mix']:18}{row['people']:>8,}  {way:9}{one['matched']:>9.2%}{one['across']:>8.1%}"
                    f"{one['repeats']:>9,}{one['weight'] / _best(row):>8.4f}{one['seconds']:>9.2f}{ratio}{memory}"
                )
    lines.append(f"\n{ROUNDS} rounds, one after the other")
    for row in figures["rounds"]:
        sat_out, new, of_all = row["sat_out"], row["met"], f"{row['largest']:.0%} in one organisation"
        lines.append(
            f"{row['people']:,} people, {of_all}: met {new['mean']:.1f} new people "
            f"(fewest {new['fewest']}), sat out {sat_out['most']} times at most, in one organisation they differ by "
            f"{sat_out['difference']}; repeats {row['repeats']}, of one organisation {row['same']}"
        )
    return "\n".join([*lines, "", *_aims(figures)])


def _best(row: Mapping[str, Any]) -> float:
    """The weight of the exact best where it was worked out, else what no round can pass."""
    return float(max(row["exact"]["weight"] if "exact" in row else row["bound"], 1))


def _aims(figures: Mapping[str, Any]) -> list[str]:
    rows = figures["figures"]
    least = min(row["qibot"]["weight"] / _best(row) for row in rows)
    wrong = sum(row["qibot"]["repeats"] + row["qibot"]["same"] for row in rows)
    fair = max(row["sat_out"]["difference"] for row in figures["rounds"])
    lines = [
        f"Aim: nobody meets the same or their own again: {wrong} times ({_met(wrong == 0)})",
        f"Aim: weight at least {AIM_WEIGHT}: {least:.4f} ({_met(least >= AIM_WEIGHT)})",
        f"Aim: within an organisation they sit out equally often but for one: {fair} ({_met(fair <= 1)})",
    ]
    for row in rows:
        if row["mix"] == MIXES[0] and row["people"] in AIM_SECONDS:
            seconds, memory = row["qibot"]["seconds"], row["memory_mb"]
            within = seconds < AIM_SECONDS[row["people"]] and memory < AIM_MB
            lines.append(
                f"Aim: {row['people']:,} in {AIM_SECONDS[row['people']]:.0f} s and {AIM_MB:,} MB: "
                f"{seconds:.1f} s, {memory:.0f} MB ({_met(within)})"
            )
    return lines


def _met(met: bool) -> str:
    return "met" if met else "not met"
