"""Whether a page can be read and used by everybody, as far as a program can tell."""

from pathlib import Path

from playwright.async_api import Page

AXE = Path(__file__).parents[2] / "dispatch/console/node_modules/axe-core/axe.min.js"


async def check(page: Page) -> None:
    """No violation that axe finds."""
    await page.evaluate(AXE.read_text(encoding="utf-8"))
    found = await page.evaluate(
        """async () => (await axe.run(document, {
             runOnly: ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]
           })).violations.map(({id, nodes}) => id + ": " + nodes.map(({html}) => html.slice(0, 150)).join(" | "))"""
    )
    assert found == []
