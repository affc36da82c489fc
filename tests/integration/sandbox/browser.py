"""A browser tab; where no Chromium is installed, what needs one is skipped (see `tests/conftest.py` for where not)."""

from __future__ import annotations

import shutil
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

import pytest
from playwright.async_api import async_playwright

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from playwright.async_api import Page

CHROMIUM: Final = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS: Final = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking")


@asynccontextmanager
async def tab_on(url: str, *, width: int = 1280, height: int = 800) -> AsyncIterator[Page]:
    """Open a page in a browser of its own until the block ends; a fault in its scripts is a fault of the test."""
    if CHROMIUM is None:
        pytest.skip("no Chromium is installed")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        tab = await browser.new_page(viewport={"width": width, "height": height})
        problems: list[str] = []
        tab.on("pageerror", lambda problem: problems.append(str(problem)))
        try:
            await tab.goto(url)
            yield tab
        finally:
            await browser.close()
        assert problems == []
