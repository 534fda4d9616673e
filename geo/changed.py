"""A long array of which a few entries are others: what stays is shared, so that a change costs what it touches."""

from __future__ import annotations

from functools import cached_property
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

Scalar = TypeVar("Scalar", np.int64, np.float64, np.bool_)


class Changed(Generic[Scalar]):
    """An array but for the entries `at` (numbers, each once), which are `to`; those beyond its end make it longer."""

    def __init__(self, of: NDArray[Scalar] | Changed[Scalar], at: NDArray[np.int64], to: NDArray[Scalar]) -> None:
        if isinstance(of, Changed):
            stays = ~np.isin(of.at, at)
            at, to = np.concatenate([of.at[stays], at]), np.concatenate([of.to[stays], to])
        order = at.argsort()
        self._of: NDArray[Scalar] = of._of if isinstance(of, Changed) else of
        self.at: NDArray[np.int64] = at[order]
        self.to: NDArray[Scalar] = to[order]

    @cached_property
    def _few(self) -> dict[int, Any]:
        return dict(zip(self.at.tolist(), self.to.tolist(), strict=True))

    def __len__(self) -> int:
        return max(len(self._of), self.at.item(-1) + 1) if len(self.at) else len(self._of)

    def item(self, number: int) -> Any:
        """The entry of that number."""
        return self._few[number] if number in self._few else self._of.item(number)

    def __getitem__(self, numbers: NDArray[np.int64]) -> NDArray[Scalar]:
        taken = self._of.take(numbers, mode="clip")
        if len(self.at):
            near = self.at.searchsorted(numbers)
            near[near == len(self.at)] = 0
            changed = self.at[near] == numbers
            taken[changed] = self.to[near[changed]]
        return taken

    def whole(self) -> NDArray[Scalar]:
        """All entries, as an array of their own."""
        every = np.empty(len(self), dtype=self._of.dtype)
        every[: len(self._of)] = self._of
        every[self.at] = self.to
        return every


IntColumn = NDArray[np.int64] | Changed[np.int64]
FloatColumn = NDArray[np.float64] | Changed[np.float64]
BoolColumn = NDArray[np.bool_] | Changed[np.bool_]


def whole(column: FloatColumn) -> NDArray[np.float64]:
    """All entries as an array; not to be written to, for it may be the column itself."""
    return column.whole() if isinstance(column, Changed) else column
