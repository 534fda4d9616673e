"""What the commands of `python -m geo` share: languages, exit codes, and how one says that it cannot be done."""

from __future__ import annotations

import argparse
import os

from rich.console import Console

DONE, FAULTY, USAGE = 0, 1, 2


class Refused(Exception):
    """The command cannot be done; its sentence, Chinese and English, is for the person who gave it."""

    def __init__(self, zh: str, en: str, code: int = USAGE) -> None:
        self.zh, self.en, self.code = zh, en, code
        super().__init__(en)


def add_language(parser: argparse.ArgumentParser) -> None:
    """The argument that chooses the language of the messages."""
    parser.add_argument(
        "--language",
        choices=["zh", "en"],
        default=language_of_environment(),
        help="language of the messages (default: the terminal's, else zh) / 提示语言",
    )


def language_of_environment() -> str:
    """The language the terminal asks for; Chinese where it asks for none."""
    asked = next((value for name in ("LC_ALL", "LC_MESSAGES", "LANG") if (value := os.environ.get(name))), "")
    return "en" if asked.lower().startswith("en") else "zh"


def either(language: str, zh: str, en: str) -> str:
    """The Chinese for `zh`, the English for anything else."""
    return zh if language.startswith("zh") else en


def errors() -> Console:
    """Where complaints and progress go, so that what is asked for can be piped."""
    return Console(stderr=True, soft_wrap=True)
