"""The search from one position against all arcs, over weights that the graphs under any closures share."""

from __future__ import annotations

from collections.abc import Mapping
from math import inf
from threading import Lock

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from geo.changed import Changed
from geo.coordinates import Floats
from geo.parted import Parted
from geo.stretches import Sparse

_MOST_ENDS = 4  # either end of a stretch, on foot or driving
_ROOM = 4096


class Backward:
    """The reversed graph, with one more row that every query fills anew: the ends from which its position is reached.

    To copy the graph for every query would cost more than searching it, and so would a copy for every closure; so one
    searches at a time, and what is other under closures is written for that search alone. Where stretches are parted,
    arcs have to come in between, so there it is a copy: one, where the last one was, as fresh memory costs most of all.
    """

    def __init__(self, reverse: Sparse, quickest_s: Floats) -> None:
        states, count = len(reverse.rows) - 1, len(reverse.columns)
        self._matrix: csr_array[np.float64] = csr_array(
            (
                np.concatenate([quickest_s[reverse.take], np.full(_MOST_ENDS, inf)]),
                np.concatenate([reverse.columns, np.full(_MOST_ENDS, states)]).astype(np.int32),
                np.append(reverse.rows, count + _MOST_ENDS).astype(np.int32),
            ),
            shape=(states + 1, states + 1),
        )
        self._lock = Lock()
        self._room: tuple[Floats, NDArray[np.int32], NDArray[np.int32]] | None = None
        self._last: tuple[Parted, csr_array[np.float64]] | None = None

    def search(
        self, ends: Mapping[int, float], limit_s: float, other_s: Changed[np.float64], parted: Parted | None
    ) -> tuple[Floats, NDArray[np.int32]]:
        """The seconds from every state to the position with these ends, and the state that follows each.

        `other_s` are the weights that are other, by the numbers of their groups of arcs; `parted` the stretches, where
        they are other too.
        """
        with self._lock:
            if parted is not None:
                return _found(self._with(parted, other_s), ends, limit_s)
            weights = self._matrix.data
            before = weights[other_s.at]
            weights[other_s.at] = other_s.to  # a weight has the number of its group
            try:
                return _found(self._matrix, ends, limit_s)
            finally:
                weights[other_s.at] = before

    def filled(self, ends: Mapping[int, float]) -> csr_array[np.float64]:
        """What is searched, with these ends."""
        return _filled(self._matrix, ends)

    def _with(self, parted: Parted, other_s: Changed[np.float64]) -> csr_array[np.float64]:
        """The matrix of these stretches; kept until other ones are asked for."""
        if self._last is None or self._last[0] is not parted:
            more, own = parted.backward, self._matrix
            count, rows = len(own.data) + len(more.columns), parted.states + 2
            if self._room is None or len(self._room[0]) < count or len(self._room[2]) < rows:
                self._room = (
                    np.empty(count + _ROOM),
                    np.empty(count + _ROOM, dtype=np.int32),
                    np.empty(rows + _ROOM, dtype=np.int32),
                )
            weights, columns, starts = self._room[0][:count], self._room[1][:count], self._room[2][:rows]
            more.into(own.data, other_s[more.groups], weights)
            old = other_s.at < parted.first_more
            weights[more.moved(other_s.at[old])] = other_s.to[old]
            more.into(own.indices, more.columns, columns)
            more.rows(own.indptr[:-1], starts[:-1])
            starts[-1] = count
            self._last = parted, csr_array((weights, columns, starts), shape=(parted.states + 1,) * 2)
        return self._last[1]


def _found(
    matrix: csr_array[np.float64], ends: Mapping[int, float], limit_s: float
) -> tuple[Floats, NDArray[np.int32]]:
    root = matrix.shape[0] - 1
    seconds, after = dijkstra(_filled(matrix, ends), indices=[root], return_predecessors=True, limit=limit_s)
    return seconds[0], after[0]


def _filled(matrix: csr_array[np.float64], ends: Mapping[int, float]) -> csr_array[np.float64]:
    spare = _MOST_ENDS - len(ends)
    matrix.data[-_MOST_ENDS:] = [*ends.values(), *[inf] * spare]
    matrix.indices[-_MOST_ENDS:] = [*ends, *[matrix.shape[0] - 1] * spare]
    return matrix
