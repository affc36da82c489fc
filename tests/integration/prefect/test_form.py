"""The page on which a playbook is triggered in Prefect, in a browser."""

from __future__ import annotations

import shutil
from functools import partial
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import async_playwright, expect

from tests.integration.prefect.board import board

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.async_api import Locator, Page

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.browser,
    pytest.mark.timeout(300),
    pytest.mark.xdist_group("prefect"),
    pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium"),
]


def field(page: Page, label: str) -> Locator:
    """A field of the form, by the label that somebody reads."""
    named = page.locator(".schema-form-property__label").get_by_text(label, exact=True)
    return page.locator(".schema-form-property").filter(has=named).first


async def test_somebody_fills_in_the_form_and_an_incident_begins(home: Path, tmp_path: Path) -> None:
    """Empty, it says what is missing; filled in, the run's page names the incident that was declared."""
    async with board(home, tmp_path / "playbooks") as house:
        await house.serve()
        await house.seen(partial(house.offered, "asked", "lane"))
        site, asked = house.api.removesuffix("/api"), (await house.deployments())["asked"]
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            page = await browser.new_page(viewport={"width": 1200, "height": 2000})
            await page.goto(f"{site}/deployments/deployment/{asked['id']}/run")
            await expect(field(page, "Summary")).to_contain_text("One neutral sentence.", timeout=30_000)
            await expect(field(page, "Anyone minor (Optional)")).to_contain_text("unknown")
            await page.get_by_role("button", name="Submit").click()
            await expect(field(page, "Summary")).to_contain_text("is a required property")
            await field(page, "Summary").locator("textarea").fill("It is public")
            await field(page, "Urls").get_by_role("button", name="Add item").click()
            await field(page, "Urls").locator("textarea").fill("https://video.example/1")
            await page.screenshot(path=tmp_path / "form.png", full_page=True)
            async with page.expect_response(lambda reply: reply.url.endswith("/create_flow_run")) as coming:
                await page.get_by_role("button", name="Submit").click()
            run = await (await coming.value).json()
            kind, said = await house.ended(run["id"])
            assert (kind, said.partition(".")[0]) == ("COMPLETED", "INC-1 is declared")
            await page.goto(f"{site}/runs/flow-run/{run['id']}")
            await expect(page.get_by_text("INC-1 is declared.")).to_be_visible(timeout=30_000)
            await page.screenshot(path=tmp_path / "run.png", full_page=True)
            await browser.close()
        inputs = (await house.declared()).inputs
        assert (inputs["summary"], inputs["urls"]) == ("It is public", ["https://video.example/1"])
        assert "insured" not in inputs
