"""The pages in a real browser: scripts run, nothing complains, light and dark are drawn.

Skipped where there is no Chromium.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageStat

from ..__main__ import main
from . import timing_samples, traces

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
PAGE_READY_MS = 4000  # of the browser's own clock, which runs ahead while the page is idle
BROWSER_LIMIT_S = 50
ACCENT, LOST = (0, 99, 138), (179, 38, 30)  # of bars, in the light theme
FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    *("--enable-logging=stderr", f"--virtual-time-budget={PAGE_READY_MS}", "--hide-scrollbars"),
)
# A name that leads nowhere for every host: a page that asked for anything would log an error.
OFFLINE = "--host-resolver-rules=MAP * ~NOTFOUND"

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium: apt install chromium")


def browse(page: str, profile: Path, *options: str) -> tuple[str, list[str]]:
    """Return what the browser printed, and the console lines of the page."""
    assert CHROMIUM is not None
    command = [CHROMIUM, *FLAGS, OFFLINE, f"--user-data-dir={profile}", *options, page]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=BROWSER_LIMIT_S, check=True
    )
    return done.stdout, [line for line in done.stderr.splitlines() if ":CONSOLE" in line]


def test_report_opens_with_the_differing_clauses_and_no_complaint(
    report: Path, tmp_path: Path
) -> None:
    """Scripts run to their end: the default view hides what every pool passes."""
    dom, console = browse(f"{report.as_uri()}?theme=light", tmp_path, "--dump-dom")
    assert console == []
    assert "4 of 6 clauses: those that not every pool passes." in dom
    hidden = re.findall(r'<tr id="([\w-]+)"[^>]*class="hidden"', dom)
    assert hidden == ["MAP-01", "CALL-02"]
    assert len(re.findall(r'<td [^>]*tabindex="0"', dom)) == 1, (
        "one cell of the grid is in the tab order"
    )


def test_address_opens_a_view_and_a_cell(report: Path, tmp_path: Path) -> None:
    """The state after # is restored, and hostile text in the detail stays text."""
    state = "view=all&level=MUST&cell=MAP-02/billiard:Pool/fork/3.13.0"
    dom, console = browse(f"{report.as_uri()}#{state}", tmp_path, "--dump-dom")
    assert console == []
    assert "3 of 6 clauses." in dom
    assert '<dialog id="detail" aria-labelledby="detail-title" open=""' in dom
    detail = dom[dom.index('<dialog id="detail"') :]
    assert "What the stdlib did" in detail
    assert "https://github.com/celery/billiard/issues/260" in detail
    assert "&lt;script&gt;alert" in detail


def test_light_and_dark_are_both_drawn(report: Path, tmp_path: Path) -> None:
    """The page is bright in one and dark in the other, charts included."""
    brightness = {}
    for theme in ("light", "dark"):
        shot = tmp_path / f"{theme}.png"
        options = ("--window-size=1200,3200", f"--screenshot={shot}")
        _, console = browse(f"{report.as_uri()}?theme={theme}", tmp_path / theme, *options)
        assert console == []
        with Image.open(shot) as picture:
            brightness[theme] = ImageStat.Stat(picture.convert("L")).mean[0]
    assert brightness["light"] > 225  # of 255
    assert brightness["dark"] < 60


def _timeline_pixels(trace: Any, folder: Path) -> dict[Any, int]:
    """Draw a trace in the light theme; return how many pixels have each colour."""
    written = timing_samples.write_json(folder / "trace.json", trace)
    page = folder / "timeline.html"
    assert main(["timeline", str(written), "--out", str(page)]) == 0
    shot = folder / "timeline.png"
    options = ("--window-size=1200,600", f"--screenshot={shot}")
    _, console = browse(f"{page.as_uri()}?theme=light", folder / "profile", *options)
    assert console == []
    with Image.open(shot) as picture:
        colours = picture.convert("RGB").getcolors(maxcolors=1 << 20) or []
    return {colour: count for count, colour in colours}


def test_timeline_of_100_000_items_is_drawn(tmp_path: Path) -> None:
    """The canvas is filled, and the page says nothing on the console."""
    assert _timeline_pixels(traces.many(100_000), tmp_path).get(ACCENT, 0) > 50_000


def test_timeline_draws_a_lost_item_in_a_colour_of_its_own(tmp_path: Path) -> None:
    """One second of three in one of two lanes is red; the rest of that lane is the accent."""
    pixels = _timeline_pixels(traces.with_a_death(), tmp_path)
    assert 0.4 < pixels[LOST] / pixels[ACCENT] < 0.6
