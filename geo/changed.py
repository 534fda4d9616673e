"""A long array of which a few entries are others: what stays is shared, so that a change costs what it touches."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

Scalar = TypeVar("Scalar", np.int64, np.float64, np.bool_)


class Changed(Generic[Scalar]):
    """An array but for the entries `at` (numbers, each once), which are `to`; those beyond its end make it longer."""

    def __init__(self, of: NDArray[Scalar] | Changed[Scalar], at: NDArray[np.int64], to: NDArray[Scalar]) -> None:
        self._few: dict[int, Any] = {**(of._few if isinstance(of, Changed) else {}), **_pairs(at, to)}
        self._of: NDArray[Scalar] = of._of if isinstance(of, Changed) else of
        order = sorted(self._few)
        self.at = np.array(order, dtype=np.int64)
        self.to: NDArray[Scalar] = np.array([self._few[number] for number in order], dtype=self._of.dtype)

    def __len__(self) -> int:
        return max(len(self._of), self.at.item(-1) + 1) if len(self.at) else len(self._of)

    def item(self, number: int) -> Any:
        """The entry of that number."""
        return self._few[number] if number in self._few else self._of.item(number)

    def __getitem__(self, numbers: NDArray[np.int64]) -> NDArray[Scalar]:
        taken = self._of.take(numbers, mode="clip")
        if len(self.at):
            near = np.minimum(np.searchsorted(self.at, numbers), len(self.at) - 1)
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


def _pairs(at: NDArray[np.int64], to: NDArray[Scalar]) -> dict[int, Any]:
    return dict(zip(at.tolist(), to.tolist(), strict=True))
