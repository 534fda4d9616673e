"""Names of the ground and what they may mean: Chinese, English, aliases, pinyin and its initials."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from functools import cached_property

from pypinyin import lazy_pinyin


class Kind(StrEnum):
    """What a name stands for, in the order in which an exact name is understood."""

    PLACE = "place"
    CALL_POINT = "call_point"
    POST = "post"
    CELL = "cell"


_RANK = {kind: number for number, kind in enumerate(Kind)}


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One named thing with its point (EPSG:4326); ``cell`` is the code of the cell it lies in."""

    kind: Kind
    code: str
    name_zh: str
    name_en: str
    aliases: tuple[str, ...] = ()
    lon: float
    lat: float
    elevation_m: float | None = None
    cell: str | None = None

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Everything the thing is called, folded for comparison."""
        return tuple(dict.fromkeys(fold(name) for name in (self.name_zh, self.name_en, *self.aliases)))

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """Its names and its code, folded for comparison."""
        return tuple(dict.fromkeys((*self.names, fold(self.code))))

    @cached_property
    def spelled(self) -> tuple[str, ...]:
        return tuple(_pinyin(name) for name in (self.name_zh, *self.aliases))

    @cached_property
    def initials(self) -> tuple[str, ...]:
        return tuple(_initials(name) for name in (self.name_zh, *self.aliases))


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """``score`` lies in (0, 1]; 1 is the exact name."""

    entry: Entry
    score: float


class Gazetteer:
    """All names of one area."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self.entries = tuple(entries)

    def exactly(self, text: str) -> Entry | None:
        """The thing with exactly that name, alias or code; None when there is none or two of a kind share it.

        A code in other letters than its own is not taken when it may be initials of another name: ``YJJ`` is 袁家界,
        but ``yjj`` is also how 杨家界 is typed.
        """
        key = fold(text)
        if not key:
            return None
        hits = [entry for entry in self.entries if key in entry.keys]
        if not hits:
            return None
        best = min(_RANK[hit.kind] for hit in hits)
        first = [hit for hit in hits if _RANK[hit.kind] == best]
        if len(first) > 1 or self._may_be_initials_of_another(first[0], text):
            return None
        return first[0]

    def _may_be_initials_of_another(self, hit: Entry, text: str) -> bool:
        key = fold(text)
        if text.strip() == hit.code or key in hit.names:
            return False
        others = (entry for entry in self.entries if entry.kind is hit.kind and entry is not hit)
        return any(each.startswith(key) for entry in others for each in entry.initials)

    def search(self, text: str, limit: int = 8) -> list[Match]:
        """What the words may mean, best first; nothing when they resemble no name."""
        key = fold(text)
        if not key:
            return []
        like = SequenceMatcher(b=key)
        found = [Match(entry=entry, score=score) for entry in self.entries if (score := _score(entry, key, like)) > 0]
        return sorted(found, key=lambda each: (-each.score, _RANK[each.entry.kind], each.entry.code))[:limit]


def fold(text: str) -> str:
    """Width, case, spaces and punctuation do not distinguish names."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text)).casefold()


LEAST_LIKENESS = 0.6

LEAST_LETTERS = 4
"""A shorter name in Latin letters, mostly a code, lies in many a longer word by chance (``gs`` in ``huangshizhai``)."""


def _score(entry: Entry, key: str, like: SequenceMatcher[str]) -> float:
    return max(
        _by_text(entry.keys, key, like),
        _by_spelling(entry.spelled, key, exact=0.9, start=0.7, inside=0.5),
        _by_spelling(entry.initials, key, exact=0.85, start=0.65, inside=0.0) if len(key) > 1 else 0.0,
    )


def _by_text(keys: Sequence[str], key: str, like: SequenceMatcher[str]) -> float:
    if key in keys:
        return 1.0
    longest = 0.0
    for name in keys:
        if name.startswith(key):
            longest = max(longest, 0.8 + 0.1 * len(key) / len(name))
        elif key in name:
            longest = max(longest, 0.6 + 0.1 * len(key) / len(name))
        elif len(name) >= (LEAST_LETTERS if name.isascii() else 2) and name in key:
            longest = max(longest, 0.6 + 0.2 * len(name) / len(key))
        else:
            longest = max(longest, 0.6 * _likeness(name, like))
    return longest


def _likeness(name: str, like: SequenceMatcher[str]) -> float:
    """How much the name and the key are alike, 0 when not enough; the quick bounds spare most names the slow answer."""
    like.set_seq1(name)
    if like.real_quick_ratio() < LEAST_LIKENESS or like.quick_ratio() < LEAST_LIKENESS:
        return 0.0
    likeness = like.ratio()
    return likeness if likeness >= LEAST_LIKENESS else 0.0


def _by_spelling(spelled: Sequence[str], key: str, *, exact: float, start: float, inside: float) -> float:
    if not key.isascii():
        return 0.0
    best = 0.0
    for name in spelled:
        if name == key:
            best = max(best, exact)
        elif name.startswith(key):
            best = max(best, start)
        elif inside and key in name:
            best = max(best, inside)
    return best


def _pinyin(name: str) -> str:
    return fold("".join(lazy_pinyin(name)))


def _initials(name: str) -> str:
    return fold("".join(syllable[:1] for syllable in lazy_pinyin(fold(name))))
