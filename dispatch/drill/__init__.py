"""A drill: people who call, people at a desk and crews on their way, played as programs that hold logins like anybody.

They use the feed and the HTTP API and nothing else; the service does not know of them. Everything they make belongs to
an exercise, and they play only at a service whose clock is a drill's.
"""

from dispatch.drill.command import add_arguments, run

__all__ = ["add_arguments", "run"]
