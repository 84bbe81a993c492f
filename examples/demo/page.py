# SPDX-License-Identifier: MIT
"""One page, whole in itself: the ladder as SVG, and the octets of messages explained."""
import html
import json
import subprocess

import ladder

COLOURS = {ladder.GOOD: "#1a7f37", ladder.BAD: "#c4302b", ladder.PLAIN: "#333"}
STEP = 26
LEFT, RIGHT = 170, 650

MEANING = {
    "EXT": "general extension: names the keys (RFC 4563)",
    "T": "counter; what is not newer is dropped",
    "RAND": "MIKEY-RAND: goes into the keys of this message",
    "ID": "identity",
    "SP": "SRTP policy",
    "KEMAC": "the encrypted key, and the MAC over all of it",
    "V": "the MAC that proves that the UE has the key",
}


def svg(events):
    rows = [(event, ladder.arrow(event)) for event in events]
    rows = [(event, drawn) for event, drawn in rows if drawn]
    height = STEP * (len(rows) + 2)
    out = ['<svg xmlns="http://www.w3.org/2000/svg" width="1000" height="%d" font-size="13" '
           'font-family="sans-serif">' % height,
           '<defs><marker id="a" markerWidth="9" markerHeight="8" refX="8" refY="4" orient="auto">'
           '<path d="M0,0 L9,4 L0,8 z" fill="#555"/></marker></defs>']
    for x, name in (LEFT, "UE"), (RIGHT, "BM-SC"):
        out.append('<text x="%d" y="16" text-anchor="middle" font-weight="bold">%s</text>' % (x, name))
        out.append('<line x1="%d" y1="22" x2="%d" y2="%d" stroke="#999"/>' % (x, x, height))
    for i, (event, (direction, what, detail, colour, clause)) in enumerate(rows):
        out += row(STEP * (i + 2), event, direction, what, detail, COLOURS[colour], clause)
    return "\n".join(out + ["</svg>"])


def row(y, event, direction, what, detail, colour, clause):
    what, detail = html.escape(what), html.escape(detail)
    out = ['<text x="10" y="%d" fill="#888">%.3f s</text>' % (y, event["seen"] / 1000)]
    if direction in (ladder.TO_BMSC, ladder.TO_UE):
        a, b = (LEFT, RIGHT) if direction == ladder.TO_BMSC else (RIGHT, LEFT)
        out.append('<line x1="%d" y1="%d" x2="%d" y2="%d" stroke="#555" marker-end="url(#a)"/>'
                   % (a, y, b, y))
        out.append('<text x="%d" y="%d" text-anchor="middle" fill="%s">%s</text>'
                   % ((LEFT + RIGHT) // 2, y - 5, colour, what))
    else:
        ue = direction == ladder.NOTE_UE
        out.append('<text x="%d" y="%d" text-anchor="%s" fill="%s">%s</text>'
                   % (LEFT + 10 if ue else RIGHT - 10, y, "start" if ue else "end", colour, what))
    out.append('<text x="%d" y="%d" fill="#555">%s <tspan fill="#999">%s</tspan></text>'
               % (RIGHT + 20, y, detail, html.escape(clause)))
    return out


def explain(msktool, octets):
    """A table: each payload of a message, its octets, what it is for."""
    done = subprocess.run([msktool, "decode", octets], capture_output=True, text=True, check=True)
    message = json.loads(done.stdout)
    payloads = message["payloads"]
    first = payloads[0]["off"] if payloads else len(octets) // 2
    rows = [("HDR", 0, first, "version, kind, V flag, CSB ID, map")]
    rows += [(p["type"], p["off"], p["len"], MEANING.get(p["type"], "")) for p in payloads]
    out = ["<table><tr><th>payload</th><th>at</th><th>octets</th><th>meaning</th></tr>"]
    for name, at, n, meaning in rows:
        hexes = octets[2 * at:2 * (at + n)]
        spaced = " ".join(hexes[i:i + 2] for i in range(0, len(hexes), 2))
        out.append("<tr><td>%s</td><td>%d</td><td><code>%s</code></td><td>%s</td></tr>"
                   % (html.escape(name), at, spaced, html.escape(meaning)))
    return "\n".join(out + ["</table>"])


def samples(events):
    """The first message of each kind that the BM-SC sent or the UE answered with."""
    found = {}
    for event in events:
        kind = {("bmsc", "pushed"): "MSK message", ("bmsc", "pull"): "pull",
                ("bmsc", "mtk"): "MTK message",
                ("ue", "ack_sent"): "verification message"}.get((event["who"], event["event"]))
        if kind and event.get("octets"):
            found.setdefault(kind, event["octets"])
    return found


def write(path, acts, msktool, table):
    """acts: (layout, events) in their order; table: rows of the result."""
    out = ["<!doctype html><meta charset=utf-8><title>libmsk: what happened</title>",
           "<style>body{font-family:sans-serif;max-width:1020px;margin:2em auto}code{word-break:break-all}"
           "td,th{border:1px solid #ccc;padding:3px 6px;text-align:left;vertical-align:top}"
           "table{border-collapse:collapse}</style>",
           "<h1>MSK procedures of TS 33.246 6.3.2, on loopback</h1>", "<table>"]
    out += ["<tr>" + "".join("<td>%s</td>" % html.escape(str(cell)) for cell in line) + "</tr>"
            for line in table]
    out.append("</table>")
    for layout, events in acts:
        out.append("<h2>%s</h2>" % html.escape(layout))
        out.append(svg(events))
        for kind, octets in samples(events).items():
            out += ["<h3>%s</h3>" % kind, explain(msktool, octets)]
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join(out) + "\n")
