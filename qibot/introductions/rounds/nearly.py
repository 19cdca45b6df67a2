"""A matching of very many people, near the best, and how near is proved.

Prices say which pairs are worth a look. From a first matching along the surest pairs, hundreds of people at a time are
matched anew, exactly, with what they have now among the choices: so it never gets worse.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import rustworkx as rx

from qibot.introductions.rounds.candidates import Edges, candidates, sorted_by_topics
from qibot.introductions.rounds.exact import heaviest
from qibot.introductions.rounds.field import Field, spread
from qibot.introductions.rounds.likeness import Ints
from qibot.introductions.rounds.prices import Prices, moved, priced
from qibot.introductions.rounds.proof import hold
from qibot.introductions.rounds.repair import repaired

ALONE = -1
_WARM = ((40.0, 15, 0), (20.0, 20, 0), (10.0, 30, 0), (5.0, 30, 1), (2.5, 30, 1))
_COOL = ((1.2, 40, 4), (0.6, 50, 4))
_COOL_OF_MANY = ((1.2, 30, 2), (0.6, 30, 2))
_MANY = 20_000
"""Among so many nearly everybody finds somebody alike, and less will do."""
_LAST = ((0.6, 40, 1),)
_FAR = 150.0
"""Pairs that lack so much are not in the best round, as far as prices can say."""
_TOGETHER = 350
_SKIPPED = 0.7
"""Of pairs that could not be better, this share is left alone in all rounds of improving but the first."""
_LIKELY = 0.02
_AT_ONCE = 2000
"""So few people are matched anew all at once in the end."""
_LOOKED_AT = 200_000
_TURNS = (0, 1, 0, None)
"""Each round of improving: sorted by which topic; None for clusters of pairs that are likely."""


@dataclass(frozen=True)
class Near:
    """For everybody whom they meet, `ALONE`, or themselves for those of `three`; and the bound of the weight."""

    mate: Ints
    three: tuple[int, ...]
    bound: float


def near(field: Field, numbers: np.random.Generator, spare: int, *, odd: bool) -> Near:
    """A round for these people. `spare`: how many are left at least; when `odd`, three are put together instead."""
    edges = candidates(field, numbers)
    prices = priced(field, edges, _WARM)
    edges = edges.more(field, *hold(field, prices))
    close = edges.only(moved(prices, edges).lack(edges) < _FAR)
    many = field.count > _MANY
    prices = priced(field, close, _COOL_OF_MANY if many else _COOL, prices)
    mate = _surest(field, close, prices)
    likely = close.only(prices.share > _LIKELY)
    if not many:
        close = close.more(field, *hold(field, prices))
        prices = priced(field, close, _LAST, prices)
    lack = moved(prices, edges).lack(edges)
    three = _three(field, edges.only(lack < _FAR), prices) if odd else ()
    chosen = np.array(three, np.int64)
    lack[np.isin(edges.one, chosen) | np.isin(edges.two, chosen)] = np.inf
    mate[np.isin(mate, chosen)] = ALONE
    mate[chosen] = chosen
    wide, narrow = edges.only(lack < 2 * _FAR), edges.only(lack < _FAR)
    for turn, side in enumerate(_TURNS):
        if turn == len(_TURNS) - 2:
            repaired(field, mate, 0 if three else spare)
        if side is None:
            _improve(field, narrow, mate, _clusters(field, mate, likely, numbers))
        else:
            _improve(field, wide, mate, _stretches(field, mate, numbers, side, first=turn == 0))
    if field.count <= _AT_ONCE:
        _improve(field, narrow, mate, [np.flatnonzero(mate != np.arange(field.count))])
    hold(field, prices)
    # The third of three adds two pairs to a matching of the others.
    return Near(mate, three, prices.bound() + (2000 - prices.person.min() if three else 0))


def _three(field: Field, edges: Edges, prices: Prices) -> tuple[int, ...]:
    """Three who may all meet, of whom most like to be three, and who gain most by it over what each is worth alone."""
    lack = moved(prices, edges).lack(edges)
    edges = edges.only(lack <= np.sort(lack)[:_LOOKED_AT][-1]) if len(lack) else edges
    start = np.searchsorted(edges.one, np.arange(field.count + 1))
    edge, place = spread(start, edges.two)
    one, two, three = edges.one[edge], edges.two[edge], edges.two[place]
    key = edges.one * field.count + edges.two
    at = np.minimum(np.searchsorted(key, one * field.count + three), max(len(key) - 1, 0))
    closed = key[at] == one * field.count + three
    if not closed.any():
        return ()
    edge, place, at = edge[closed], place[closed], at[closed]
    groups = np.column_stack([one[closed], two[closed], three[closed]])
    gain = edges.weight[edge] + edges.weight[place] + edges.weight[at] - prices.person[groups].sum(axis=1)
    best = np.lexsort([-gain, -field.likes[groups].sum(axis=1)])[0]
    return tuple(groups[best].tolist())


def _surest(field: Field, edges: Edges, prices: Prices) -> Ints:
    """Everybody with the one they share most with, where that is so from both sides; and again without them."""
    mate = np.full(field.count, ALONE)
    # Which of equal ones comes first has been shuffled with the blocks, and is as good as any other.
    order = np.argsort(-prices.share, kind="stable")
    one, two = edges.one[order], edges.two[order]
    while len(one):
        first = np.full(field.count, len(one))
        places = np.arange(len(one))
        np.minimum.at(first, one, places)
        np.minimum.at(first, two, places)
        both = (first[one] == places) & (first[two] == places)
        mate[one[both]], mate[two[both]] = two[both], one[both]
        free = (mate[one] == ALONE) & (mate[two] == ALONE)
        one, two = one[free], two[free]
    return mate


def _improve(field: Field, edges: Edges, mate: Ints, parts: Iterable[Ints]) -> None:
    """Match each of these parts anew. Both of a pair are in the same."""
    start = np.searchsorted(edges.one, np.arange(field.count + 1))
    at = np.full(field.count, -1)
    for people in parts:
        at[people] = np.arange(len(people))
        inside = spread(start, people)[1]
        inside = inside[at[edges.two[inside]] >= 0]
        now = people[mate[people] > people]
        one = np.concatenate([edges.one[inside], now])
        two = np.concatenate([edges.two[inside], mate[now]])
        weight = np.concatenate([edges.weight[inside], field.alike.weights(now, mate[now])]).astype(np.int64)
        pairs = heaviest(len(people), at[one], at[two], weight, field.turn[people])
        mate[people[mate[people] != people]] = ALONE
        mate[people[pairs[:, 0]]], mate[people[pairs[:, 1]]] = people[pairs[:, 1]], people[pairs[:, 0]]
        at[people] = -1


def _stretches(field: Field, mate: Ints, numbers: np.random.Generator, side: int, *, first: bool) -> Iterator[Ints]:
    """Everybody in the order of their topics, each pair where one of them stands, in stretches of some hundreds."""
    everybody = np.arange(field.count)
    partner = np.where(mate == ALONE, everybody, mate)
    coin = numbers.random(field.count)
    stands = coin <= coin[partner]
    if not first:
        perfect = (partner != everybody) & (field.alike.weights(everybody, partner) == 1000)
        stands &= ~(perfect & (np.minimum(coin, coin[partner]) < _SKIPPED / 2))
    order = sorted_by_topics(field, side, numbers)
    order = order[stands[order]]
    parts = max(1, round(len(order) * 2 / _TOGETHER))
    for part in np.array_split(order, parts):
        yield np.unique(np.concatenate([part, partner[part]]))


def _clusters(field: Field, mate: Ints, likely: Edges, numbers: np.random.Generator) -> Iterator[Ints]:
    """Some hundreds of people at a time who might well meet each other, both of a pair always in one of them."""
    graph = rx.PyGraph(multigraph=False)
    graph.add_nodes_from(range(field.count))
    now = np.flatnonzero(mate > np.arange(field.count))
    one, two = np.concatenate([likely.one, now]), np.concatenate([likely.two, mate[now]])
    graph.add_edges_from_no_data(list(zip(one.tolist(), two.tolist(), strict=True)))
    clusters = sorted(sorted(cluster) for cluster in rx.connected_components(graph))
    partner, waiting = mate.tolist(), list[int]()
    for which in numbers.permutation(len(clusters)).tolist():
        cluster = clusters[which]
        if len(cluster) > _TOGETHER:
            yield from _pieces(graph, cluster, partner, int(numbers.integers(len(cluster))))
        elif len(cluster) > 2 or partner[cluster[0]] == ALONE:
            waiting += cluster
        if len(waiting) >= _TOGETHER:
            yield np.array(waiting)
            waiting = []
    if waiting:
        yield np.array(waiting)


def _pieces(graph: "rx.PyGraph[int, None]", cluster: list[int], partner: list[int], first: int) -> Iterator[Ints]:
    """A cluster that is too large, in pieces of neighbours."""
    done, piece = set[int](), list[int]()
    reached = deque([cluster[first]])
    known = set(reached)
    while reached:
        one = reached.popleft()
        if one not in done:
            both = [one] if partner[one] == ALONE else [one, partner[one]]
            done.update(both)
            piece += both
        if len(piece) >= _TOGETHER:
            yield np.array(piece)
            piece = []
        for other in sorted(graph.neighbors(one)):
            if other not in known:
                known.add(other)
                reached.append(other)
    if piece:
        yield np.array(piece)
