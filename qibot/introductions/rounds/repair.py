"""Who was left although more could meet, or before somebody whose turn it is to sit out: put right one by one."""

import numpy as np

from qibot.introductions.rounds.field import Field
from qibot.introductions.rounds.likeness import Ints

ALONE = -1
_TRIES = 40


def repaired(field: Field, mate: Ints, spare: int) -> None:
    """Change `mate` until no more than `spare` are left, as far as taking one pair apart for two of them can, and until
    nobody is left before somebody who comes later in the queue.
    """
    everybody = np.arange(field.count)
    alone = _alone(field, mate)
    while len(alone) > max(spare, 1):
        one = alone[0]
        _find(field, mate, int(one), alone, everybody)
        alone = alone[(mate[alone] == ALONE) & (alone != one)]
    for one in _alone(field, mate):
        _take_turn(field, mate, int(one), everybody)


def _alone(field: Field, mate: Ints) -> Ints:
    """Who is left, those who come first in the queue first."""
    alone = np.flatnonzero(mate == ALONE)
    return alone[np.lexsort([alone, -field.turn[alone]])]


def _join(mate: Ints, one: int, two: int) -> None:
    mate[one], mate[two] = two, one


def _find(field: Field, mate: Ints, one: int, alone: Ints, everybody: Ints) -> None:
    """`one` gets another who is left, or one of a pair whose other takes another who is left; or stays alone."""
    others = alone[alone != one]
    free = others[field.may(np.full(len(others), one), others)]
    if len(free):
        gains = field.alike.weights(np.full(len(free), one), free)
        _join(mate, one, int(free[gains.argmax()]))
        return
    matched = everybody[(mate != ALONE) & (mate != everybody)]
    first = matched[field.may(np.full(len(matched), one), matched)]
    gain = field.alike.weights(np.full(len(first), one), first) - field.alike.weights(first, mate[first])
    for two in others[:_TRIES].tolist():
        second = mate[first]
        fits = np.flatnonzero(field.may(np.full(len(first), two), second))
        if len(fits):
            gains = gain[fits] + field.alike.weights(np.full(len(fits), two), second[fits])
            best = int(first[fits[gains.argmax()]])
            other = int(mate[best])
            _join(mate, one, best)
            _join(mate, two, other)
            return


def _take_turn(field: Field, mate: Ints, one: int, everybody: Ints) -> None:
    """`one` takes the place of somebody who comes later in the queue, of the latest the one who has least to lose."""
    later = everybody[(mate != ALONE) & (mate != everybody) & (field.turn < field.turn[one])]
    later = later[field.may(np.full(len(later), one), mate[later])]
    if not len(later):
        return
    later = later[field.turn[later] == field.turn[later].min()]
    gains = field.alike.weights(np.full(len(later), one), mate[later]) - field.alike.weights(later, mate[later])
    goes = int(later[gains.argmax()])
    other = int(mate[goes])
    mate[goes] = ALONE
    _join(mate, one, other)
