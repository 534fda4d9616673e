"""The crew's side of the feed: orders kept on the device, steps sent until they are answered; a library and a command.

What the feed tells is stored together with the place it was told at, in one local transaction, and acknowledged only
after its commit: an order is *delivered* when this device cannot lose it any more. Nothing is shown that is not stored.
What the crew does goes into a queue in the same file and is sent in order, each with an id of its own, until it is
answered, however often the network or this program dies in between.
"""

from dispatch.terminal.device import Answered, Happening, Link, NoAnswer, SignInRefused, Terminal, Told, Withdrawn
from dispatch.terminal.screen import add_arguments, run
from dispatch.terminal.store import OtherOwner, Store, StoreInUse

__all__ = [
    "Answered",
    "Happening",
    "Link",
    "NoAnswer",
    "OtherOwner",
    "SignInRefused",
    "Store",
    "StoreInUse",
    "Terminal",
    "Told",
    "Withdrawn",
    "add_arguments",
    "run",
]
