"""What the front end holds of the service is what the service says: its OpenAPI document and its table of steps."""

import json
import subprocess
import sys
from pathlib import Path

from dispatch.assignment import TRANSITIONS, State, Step

CONSOLE = Path(__file__).parents[2] / "dispatch/console"


def test_the_openapi_document_is_the_services() -> None:
    said = subprocess.run(
        [sys.executable, "-m", "dispatch", "openapi"], capture_output=True, check=True, text=True
    ).stdout
    kept = (CONSOLE / "openapi.json").read_text(encoding="utf-8")
    assert json.loads(kept) == json.loads(said), (
        "python -m dispatch openapi > dispatch/console/openapi.json; npm run types"
    )


def test_the_steps_of_an_assignment_are_the_services_own_table() -> None:
    kept = json.loads((CONSOLE / "src/trade/assignment_steps.json").read_text(encoding="utf-8"))
    assert kept == {
        state: {step: TRANSITIONS[state, step] for step in Step if (state, step) in TRANSITIONS} for state in State
    }
