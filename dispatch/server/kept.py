"""Answers kept for whoever asks again, read by a release that may tell more than the one that kept them."""

from collections.abc import Mapping
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin

import msgspec
from msgspec import NODEFAULT, structs

A = TypeVar("A")


def read(kept: Any, kind: type[A]) -> A:
    """The kept answer as one of that kind. What the kind tells only since is not known of it: null, or an empty list,
    or false. Raises ``msgspec.ValidationError`` for what cannot be so.
    """
    return msgspec.convert(_filled(kept, kind), kind)


def _filled(kept: Any, kind: Any) -> Any:
    if get_origin(kind) in (Union, UnionType):
        [*others] = (each for each in get_args(kind) if each is not NoneType)
        return _filled(kept, others[0]) if len(others) == 1 else kept
    if get_origin(kind) is list and isinstance(kept, list):
        return [_filled(each, get_args(kind)[0]) for each in kept]
    if not (isinstance(kind, type) and issubclass(kind, msgspec.Struct) and isinstance(kept, Mapping)):
        return kept
    filled = dict(kept)
    for each in structs.fields(kind):
        if each.encode_name in filled:
            filled[each.encode_name] = _filled(filled[each.encode_name], each.type)
        elif each.default is NODEFAULT and each.default_factory is NODEFAULT:
            filled.update(_nothing(each))
    return filled


def _nothing(missing: structs.FieldInfo) -> dict[str, Any]:
    if NoneType in get_args(missing.type):
        return {missing.encode_name: None}
    if get_origin(missing.type) is list:
        return {missing.encode_name: []}
    return {missing.encode_name: False} if missing.type is bool else {}
