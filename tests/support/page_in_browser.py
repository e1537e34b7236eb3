"""Looks at a page in a real browser; runs in the browser's environment.

Usage: page_in_browser.py BROWSER PAGE FOLDER. Pictures and a PDF land in FOLDER. Prints a JSON
object: what the browser saw, by color scheme, width and language.
"""

import json
import sys
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

A4_PIXELS = 688
"""What is between the margins of the page's `@page`: 182 mm at 96 dots per inch."""
WIDTHS = (1280, 768, 390)

# Judges what is rendered: colors are those that the browser computed, over what lies behind.
LOOK = """() => {
  const rgb = text => text.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
    .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = element => {
    for (let e = element; e; e = e.parentElement) {
      const color = rgb(getComputedStyle(e).backgroundColor);
      if (color.length < 4 || color[3] === 1) return color;
      if (color[3] !== 0) return null;
    }
    return null;
  };
  const contrast = element => {
    const back = behind(element);
    if (!back) return 0;
    const [a, b] = [light(rgb(getComputedStyle(element).color)), light(back)];
    return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  };
  const seen = element => element.checkVisibility() && element.getClientRects().length;
  const texts = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; (node = walker.nextNode());)
    if (node.textContent.trim() && seen(node.parentElement)) texts.push(node);
  const elements = [...new Set(texts.map(node => node.parentElement))];
  const language = element => element.closest('[lang]')?.lang;
  const all = selector => [...document.querySelectorAll(selector)].filter(seen);
  return {
    overflow: document.documentElement.scrollWidth - innerWidth,
    texts: elements.length,
    contrast: Math.min(...elements.map(contrast)),
    pale: elements.filter(e => contrast(e) < 4.5).map(e => e.textContent.trim().slice(0, 60)),
    headings: all('h1,h2,h3').map(e => [Number(e.tagName[1]), e.innerText.trim()]),
    languages: [...new Set(elements.map(language))].sort(),
    spoken: all('h1 [lang], h2 [lang]').map(language),
    cut: all('th,td').filter(e => e.scrollWidth > e.clientWidth + 1)
      .map(e => e.textContent.trim().slice(0, 60)),
    rows: all('tr').map(e => [getComputedStyle(e).breakInside, e.getBoundingClientRect().height]),
    heads: [...new Set(all('thead').map(e => getComputedStyle(e).display))],
  };
}"""


def seen(browser: Browser, page: Path, folder: Path) -> dict[str, Any]:
    """Return what is seen on the page under every scheme, width and language."""
    found: dict[str, Any] = {}
    for scheme in ("light", "dark"):
        context = browser.new_context(color_scheme=scheme, offline=True)  # type: ignore[arg-type]
        tab = context.new_page()
        requests, said = watched(tab)
        tab.goto(page.as_uri())
        for language in ("de", "en"):
            tab.click(f"label[for={language}]")
            for width in WIDTHS:
                tab.set_viewport_size({"width": width, "height": 900})
                found[f"{scheme} {width} {language}"] = tab.evaluate(LOOK)
                tab.screenshot(path=folder / f"{scheme}-{width}-{language}.png")
            tab.emulate_media(media="print", color_scheme=scheme)  # type: ignore[arg-type]
            tab.set_viewport_size({"width": A4_PIXELS, "height": 900})
            found[f"{scheme} print {language}"] = tab.evaluate(LOOK)
            tab.emulate_media(media="screen", color_scheme=scheme)  # type: ignore[arg-type]
        if scheme == "light":
            tab.click("label[for=de]")
            tab.pdf(path=folder / "page.pdf", prefer_css_page_size=True, print_background=True)
            tab.emulate_media(media="print")
            tab.set_viewport_size({"width": A4_PIXELS, "height": 1000})
            tab.screenshot(path=folder / "print-de.png")
        found[f"{scheme} requests"], found[f"{scheme} console"] = requests, said
    return found


def watched(tab: Page) -> tuple[list[str], list[str]]:
    """Return lists that fill with what the page asks for, and what the browser complains of."""
    requests: list[str] = []
    said: list[str] = []
    tab.on("request", lambda request: requests.append(request.url))
    tab.on("console", lambda message: said.append(message.text))
    tab.on("pageerror", lambda error: said.append(str(error)))
    return requests, said


if __name__ == "__main__":
    program, given, target = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program)
        sys.stdout.write(json.dumps(seen(started, given, target)))
        started.close()
