"""The page in a real headless Chromium: what a person clicks, types and sees."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import which

import pytest

from health_assets.grid.page import write_page
from health_assets_tests.grid.synthetic import HOSTILE, busy_grid

CHROMIUM, DRIVER = which("chromium"), which("chromedriver")
pytestmark = pytest.mark.skipif(
    not (CHROMIUM and DRIVER), reason="needs Chromium: apt-get install chromium chromium-driver"
)

webdriver = pytest.importorskip("selenium.webdriver", reason="needs selenium")
from selenium.webdriver.chrome.service import Service  # noqa: E402
from selenium.webdriver.common.by import By  # noqa: E402
from selenium.webdriver.common.keys import Keys  # noqa: E402

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)
RED = '.cell.red[data-day="6"]'


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[object]:
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(DRIVER))
    yield driver
    driver.quit()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    grid = busy_grid()
    hostile = replace(grid.rows[0].fom, label=HOSTILE[0], condition=HOSTILE[1], why=HOSTILE[2])
    write_page(replace(grid, rows=(replace(grid.rows[0], fom=hostile), *grid.rows[1:])), folder)
    return folder / "index.html"


@pytest.fixture
def page(browser, site: Path):
    """The page, freshly loaded at desktop width in the light scheme; afterwards the console must be clean."""
    shape(browser, width=1280, height=900)
    scheme(browser, "light")
    browser.get("about:blank")
    browser.get(site.as_uri())
    browser.get_log("browser")
    yield browser
    assert [] == [entry["message"] for entry in browser.get_log("browser")]


def shape(browser, *, width: int, height: int) -> None:
    metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)


def scheme(browser, name: str) -> None:
    media = {"features": [{"name": "prefers-color-scheme", "value": name}]}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", media)


def written(grid, folder: Path, *, age: timedelta) -> str:
    """The address of a page written that long ago by the clock of this machine, which the browser reads too."""
    write_page(replace(grid, generated_at=datetime.now(UTC) - age), folder)
    return (folder / "index.html").as_uri()


def test_a_fresh_page_does_not_call_itself_old(browser, tmp_path: Path) -> None:
    browser.get(written(busy_grid(), tmp_path, age=timedelta(minutes=10)))
    assert not one(browser, ".aged").is_displayed()


def test_a_page_that_nobody_refreshes_says_so(browser, tmp_path: Path) -> None:
    browser.get(written(busy_grid(), tmp_path, age=timedelta(hours=3)))
    assert "written 3 hours ago and has not been refreshed" in one(browser, ".aged").text


def test_the_running_day_of_a_page_too_old_to_be_true_has_no_colour_left(browser, tmp_path: Path) -> None:
    browser.get(written(busy_grid(), tmp_path, age=timedelta(hours=5)))
    cells = browser.find_elements(By.CSS_SELECTOR, ".now .cell")
    assert 1 == len({cell.value_of_css_property("background-color") for cell in cells})


def one(browser, selector: str):
    return browser.find_element(By.CSS_SELECTOR, selector)


def every(browser, selector: str) -> list:
    return browser.find_elements(By.CSS_SELECTOR, selector)


def dialog_is_open(browser) -> bool:
    return browser.execute_script("return document.getElementById('details').open")


def place_of_focus(browser) -> tuple[str, str]:
    focused = browser.switch_to.active_element
    return focused.get_attribute("data-row"), focused.get_attribute("data-day")


def background(browser, selector: str) -> str:
    return browser.execute_script(
        "return getComputedStyle(document.querySelector(arguments[0])).backgroundColor", selector
    )


def test_the_page_loads_without_a_word_on_the_console(browser, site: Path) -> None:
    browser.get("about:blank")
    browser.get_log("browser")
    browser.get(site.as_uri())
    assert [] == browser.get_log("browser")
    assert 42 * 7 == len(every(browser, ".cell"))


def test_the_page_loads_nothing_but_itself(page) -> None:
    assert [] == page.execute_script("return performance.getEntriesByType('resource').map((entry) => entry.name)")


def test_a_click_on_a_cell_opens_all_that_is_known_about_it(page) -> None:
    one(page, RED).click()
    assert dialog_is_open(page)
    text = one(page, "#details").text
    for expected in (
        "Main Branch - Tests Passing",
        "Wed 11 Mar",
        "0.00 red",
        "no",
        "all passing",
        "0 at <= 0, rising to 1 at >= 1; no -> 0.00",
        "2026-03-11 14:35 UTC",
        "Provisional",
        "github.ci.tests_passing_on_main",
        "acme/lander decides",
        "1.00 green",
    ):
        assert expected in text


def test_a_grey_cell_says_why(page) -> None:
    one(page, '.cell.grey[data-day="0"]').click()
    assert "collected, nothing to measure" in one(page, "#details .note.reason").text
    assert "missing" in one(page, "#details .verdict").text


def test_evidence_shows_how_much_of_it_there_is(page) -> None:
    counts = []
    for cell in every(page, '.cell[data-day="6"]'):
        page.execute_script("arguments[0].click()", cell)
        counts += [heading.text for heading in every(page, "#details h4") if "shown" in heading.text]
        page.execute_script("document.getElementById('details').close()")
    assert any("10 of 2" in count or "10 of 1" in count for count in counts)


def test_evidence_opens_in_a_window_that_cannot_reach_back(page) -> None:
    one(page, RED).click()
    links = every(page, "#details .evidence a")
    assert links
    assert {"noopener noreferrer"} == {link.get_attribute("rel") for link in links}
    assert all(link.get_attribute("href").startswith("https://example.com/") for link in links)


def test_hostile_titles_are_text_and_nothing_else(page) -> None:
    for day in range(7):
        page.execute_script("document.querySelector(arguments[0]).click()", f'.cell[data-row="0"][data-day="{day}"]')
        shown = one(page, "#details")
        assert HOSTILE[0] in shown.text
        assert HOSTILE[1] in shown.text
        page.execute_script("document.getElementById('details').close()")
    one(page, RED).click()
    labels = [item.get_property("textContent") for item in every(page, "#details .evidence li > div:first-child")]
    assert list(HOSTILE) == labels[: len(HOSTILE)]
    assert [] == every(page, "img")
    assert 2 == len(every(page, "script"))
    assert "owned" not in page.title


def test_an_address_that_is_not_of_the_web_is_no_link(page) -> None:
    one(page, RED).click()
    first = one(page, "#details .evidence li")
    assert HOSTILE[0] in first.text
    assert [] == first.find_elements(By.TAG_NAME, "a")


def test_an_injected_script_is_stopped_by_the_policy(browser, page) -> None:
    inject = "const s = document.createElement('script'); s.textContent = arguments[0]; document.body.append(s)"
    page.execute_script(inject, "document.title = 'owned'")
    assert "owned" not in page.title
    (entry,) = browser.get_log("browser")
    assert "Content Security Policy" in entry["message"]


def test_arrow_keys_move_enter_opens_and_escape_returns(page) -> None:
    page.execute_script("document.querySelector('.cell[tabindex=\"0\"]').focus()")
    assert ("0", "6") == place_of_focus(page)
    page.switch_to.active_element.send_keys(Keys.ARROW_DOWN)
    page.switch_to.active_element.send_keys(Keys.ARROW_LEFT)
    page.switch_to.active_element.send_keys(Keys.ARROW_LEFT)
    page.switch_to.active_element.send_keys(Keys.ARROW_RIGHT)
    assert ("1", "5") == place_of_focus(page)
    page.switch_to.active_element.send_keys(Keys.ENTER)
    assert "Multigpu Arena - Hearts" in one(page, "#details").text
    page.switch_to.active_element.send_keys(Keys.ESCAPE)
    assert not dialog_is_open(page)
    assert ("1", "5") == place_of_focus(page)


def test_the_edges_of_the_grid_are_edges(page) -> None:
    page.execute_script("document.querySelector('.cell[tabindex=\"0\"]').focus()")
    page.switch_to.active_element.send_keys(Keys.ARROW_UP)
    page.switch_to.active_element.send_keys(Keys.ARROW_RIGHT)
    assert ("0", "6") == place_of_focus(page)
    page.switch_to.active_element.send_keys(Keys.CONTROL, Keys.END)
    assert ("41", "6") == place_of_focus(page)
    page.switch_to.active_element.send_keys(Keys.CONTROL, Keys.HOME)
    assert ("0", "0") == place_of_focus(page)


def test_the_whole_grid_is_one_stop_of_the_tab_key(page) -> None:
    assert 1 == len(every(page, '.cell[tabindex="0"]'))


def test_a_click_beside_the_dialog_closes_it_and_gives_the_focus_back(page) -> None:
    cell = one(page, RED)
    cell.click()
    page.execute_script("document.getElementById('details').click()")
    assert not dialog_is_open(page)
    assert cell == page.switch_to.active_element


def test_an_open_cell_has_an_address_that_opens_it_again(page) -> None:
    one(page, RED).click()
    address = page.current_url
    assert address.endswith("#health.ci.tests_passing.fom@2026-03-11")
    page.get("about:blank")
    page.get(address)
    assert "Main Branch - Tests Passing" in one(page, "#details").text


def test_a_row_that_needs_attention_leads_to_its_cell(page) -> None:
    one(page, ".attention a").click()
    assert dialog_is_open(page)


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_the_page_itself_never_scrolls_sideways(page, width: int) -> None:
    shape(page, width=width, height=844)
    assert page.execute_script("return document.documentElement.scrollWidth") <= width
    one(page, RED).send_keys(Keys.ENTER)
    assert page.execute_script("return document.documentElement.scrollWidth") <= width
    assert page.execute_script("const d = document.querySelector('.sheet'); return d.scrollWidth <= d.clientWidth")


def test_on_a_phone_the_names_stay_while_the_days_scroll(browser, page, site: Path) -> None:
    shape(page, width=390, height=844)
    page.get("about:blank")
    page.get(site.as_uri())
    left = "return document.querySelector('tbody th.name').getBoundingClientRect().left"
    at_today = page.execute_script(left)
    page.execute_script("document.querySelector('.scroll').scrollLeft = 0")
    assert at_today == page.execute_script(left)
    assert page.execute_script("const b = document.querySelector('.scroll'); return b.scrollWidth > b.clientWidth")


def test_on_a_phone_today_is_in_sight_first(page, site: Path) -> None:
    shape(page, width=390, height=844)
    page.get("about:blank")
    page.get(site.as_uri())
    right = page.execute_script("return document.querySelector('.cell[data-day=\"6\"]').getBoundingClientRect().right")
    assert right <= 390


def test_the_days_stay_in_sight_on_the_way_down(page) -> None:
    page.execute_script("document.querySelector('[data-row=\"30\"]').scrollIntoView({block: 'center'})")
    assert 0 == page.execute_script("return Math.round(document.querySelector('thead th').getBoundingClientRect().top)")


def test_the_dark_scheme_is_dark(page) -> None:
    light = {selector: background(page, selector) for selector in ("body", ".cell.green", ".cell.red")}
    scheme(page, "dark")
    dark = {selector: background(page, selector) for selector in ("body", ".cell.green", ".cell.red")}
    assert "rgb(15, 18, 22)" == dark["body"]
    assert "rgb(20, 63, 48)" == dark[".cell.green"]
    assert all(light[selector] != dark[selector] for selector in light)


def test_without_javascript_the_grid_is_there_to_read(browser, page, site: Path) -> None:
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        page.get("about:blank")
        page.get(site.as_uri())
        assert 42 * 7 == len(every(page, ".cell"))
        assert "■0.00" == one(page, RED).text.replace("\n", "").replace(" ", "")
    finally:
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
