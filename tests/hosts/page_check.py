#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The page of the demo in a browser, on a phone and on a screen, by day and by night.

usage: page_check.py BROWSER PAGE FOLDER

Nothing may stand out to the side, everything must be readable, what is lost must not arrive, and
a tap must open what a message says. The browser runs PROBE in a copy of the page, which
writes what it found into the document; the pictures in FOLDER are for people. The faults that
SEEDS plants in the style must be found out.
"""
import html
import json
import pathlib
import re
import subprocess
import sys

STEPS = 32
WIDTHS, SCHEMES = [360, 1280], {"dark": 0, "light": 1}

PROBE = r"""
const found = [], say = (what, e) => found.push(what + ": " + (e ? e.className + " " +
    e.textContent.trim().slice(0, 40) : ""));
const all = (s) => Array.from(document.querySelectorAll(s));
const light = (c) => { const l = c.map(v => { v /= 255;
    return v <= 0.03928 ? v / 12.92 : Math.pow((v + 0.055) / 1.055, 2.4); });
    return 0.2126 * l[0] + 0.7152 * l[1] + 0.0722 * l[2]; };
const parts = (text) => text.match(/[\d.]+/g).map(Number);
const under = (e) => { for (; e; e = e.parentElement) {
    const c = parts(getComputedStyle(e).backgroundColor);
    if (c.length < 4 || c[3] > 0) return c; }
    return [255, 255, 255]; };
const contrast = (e) => { const a = light(parts(getComputedStyle(e).color)), b = light(under(e));
    return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05); };

let taps = 0;
for (const s of all("summary")) {
    if (s.getBoundingClientRect().height < 40 && innerWidth < 400) say("small to tap", s);
    s.click();
    if (s.parentElement.lastElementChild.getBoundingClientRect().height > 0) taps++;
    else say("does not open", s);
}
for (const e of all("body *")) {
    const box = e.getBoundingClientRect(), style = getComputedStyle(e);
    if (e.closest(".unseen") || box.width === 0) continue;
    if (box.right > innerWidth + 0.5 || box.left < -0.5) say("stands out", e);
    if (!Array.from(e.childNodes).some(n => n.nodeType === 3 && n.data.trim())) continue;
    if (contrast(e) < 4.5) say("hard to read", e);
    if (parseFloat(style.fontSize) < 12) say("too small", e);
}
if (document.documentElement.scrollWidth > innerWidth) say("scrolls sideways");
let lost = 0, whole = 0;
for (const arrow of all(".arrow")) {
    const row = arrow.closest(".row"), at = arrow.getBoundingClientRect();
    const lane = row.querySelector(".lane").getBoundingClientRect();
    const gap = [at.left - lane.left, lane.right - at.right];
    const [begins, arrives] = row.classList.contains("to_ue") ? [gap[1], gap[0]] : gap;
    if (row.classList.contains("lost")) {
        lost++;
        if (begins > 3 || arrives < lane.width / 5) say("lost, but arrives", row);
    } else if (row.classList.contains("strange")) {
        if (arrives > 3 || begins < lane.width / 5) say("a stranger's, but of the BM-SC", row);
    } else {
        whole++;
        if (begins > 3 || arrives > 3) say("does not arrive", row);
    }
}
const dark = light(parts(getComputedStyle(document.body).backgroundColor)) < 0.2;
const out = document.createElement("pre");
out.id = "found";
out.textContent = JSON.stringify({ found: found, taps: taps, lost: lost, whole: whole,
    width: innerWidth, dark: dark, wanted: matchMedia("(prefers-color-scheme: dark)").matches,
    headings: all("h3").length });
document.body.appendChild(out);
"""

SEEDS = [  # what must be found, in which scheme, and the fault
    ("stands out", "light", (r"\.what \{", ".what { width: 30rem;")),
    ("lost, but arrives", "light", (r"\.lost\.to_ue \.arrow \{ margin-left: 35%", ".x { top: 0")),
    ("hard to read", "light", (r"--quiet: #57606a", "--quiet: #b0b8c0")),
    ("the wrong scheme", "dark", (r"@media \(prefers-color-scheme: dark\)", "@media print")),
]


def browse(browser, page, width, scheme, *more):
    return subprocess.run(
        [browser, "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--disable-extensions",
         "--window-size=%d,2400" % width,
         "--blink-settings=preferredColorScheme=%d" % SCHEMES[scheme], *more, page.as_uri()],
        capture_output=True, text=True, timeout=120, check=True).stdout


def probe(browser, text, folder, width, scheme):
    """What the browser found in the page, and what of it is not as it must be."""
    copy = folder / "probed.html"
    copy.write_text(text.replace("</body>", "<script>%s</script></body>" % PROBE), encoding="utf-8")
    told = re.search(r'<pre id="found">(.*?)</pre>', browse(browser, copy, width, scheme, "--dump-dom"),
                     re.DOTALL)
    if not told:
        sys.exit("FAIL: the browser did not run the probe")
    found = json.loads(html.unescape(told.group(1)))
    wrong = found["found"]
    if found["width"] != width:
        wrong.append("another width: %d" % found["width"])
    if found["dark"] != found["wanted"] or found["wanted"] != (scheme == "dark"):
        wrong.append("the wrong scheme")
    if found["headings"] != STEPS or found["lost"] < 2 or found["whole"] < 80 or found["taps"] < 80:
        wrong.append("not the whole demo: %s" % found)
    return found, wrong


def main():
    browser, page, folder = sys.argv[1], pathlib.Path(sys.argv[2]).resolve(), pathlib.Path(sys.argv[3])
    folder = folder.resolve()
    text = page.read_text(encoding="utf-8")
    for width in WIDTHS:
        for scheme in SCHEMES:
            found, wrong = probe(browser, text, folder, width, scheme)
            picture = folder / ("page-%d-%s.png" % (width, scheme))
            browse(browser, page, width, scheme, "--screenshot=%s" % picture)
            if wrong:
                sys.exit("FAIL: %d %s: %s" % (width, scheme, "\n".join(wrong[:20])))
            if picture.stat().st_size < 20000:
                sys.exit("FAIL: the picture of it shows nothing")
            print("%4d %-5s: %d arrows, %d lost, %d taps" % (
                width, scheme, found["whole"], found["lost"], found["taps"]))
    for what, scheme, (old, new) in SEEDS:
        seeded, n = re.subn(old, new, text)
        _, wrong = probe(browser, seeded, folder, 360, scheme)
        if n != 1 or not any(what in line for line in wrong):
            sys.exit("FAIL: '%s' was not seen (%d planted): %s" % (what, n, wrong[:5]))
    return 0


sys.exit(main())
