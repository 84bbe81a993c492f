# SPDX-License-Identifier: MIT
"""One page, whole in itself: what was done, step by step, and the octets of every message."""
import html
import json
import os
import subprocess

import ladder
import picture

HERE = os.path.dirname(os.path.abspath(__file__))

MEANING = {
    "HDR": "version, kind of message, V flag, CSB ID, map",
    "EXT": "general extension: names the keys (RFC 4563)",
    "T": "counter; what is not newer is dropped",
    "RAND": "MIKEY-RAND: goes into the keys of this message",
    "ID": "identity",
    "SP": "SRTP policy",
    "KEMAC": "the encrypted key, and the MAC over all of it",
    "V": "the MAC that proves that the UE has the key",
}

INTRODUCTION = """
<p>A BM-SC broadcasts a service under keys that change. This is how it brings
them to one UE (3GPP TS 33.246, 6.3.2), as three programs did it just now, over UDP
and HTTP on this machine: UE, BM-SC and BSF.</p>
<p>It begins with what a SIM and its operator share, K and OPc, and ends with <a
href="#picture">a picture</a> that nobody else can see.</p>
<ul>
<li><b>Ks</b>: what UE and BSF make of K, OPc and a challenge (GBA). From it comes the
key for one BM-SC.</li>
<li><b>MUK</b>: that key, which UE and BM-SC share now. It protects <b>MSK</b>
messages.</li>
<li><b>MSK</b>: the key of a Key Group of services. A UE holds two of each. It protects
<b>MTK</b> messages.</li>
<li><b>MTK</b>: the key of the traffic itself.</li>
</ul>
<p>An MSK is named domain/group/number: 216354/18cf/0001. Tap a message to see its
octets.</p>
"""

LAYOUTS = {
    "csb": ("Layout csb: the change request", """
<p>The change request to 6.3.2 names a key in three places of a message: the Network
ID is the identity of the sender (IDi), the Key Group is the CSB ID of the header, and
the MSK ID alone is in the extension (EXT). The UE need not register: it asks for its
MSKs.</p>"""),
    "keyid": ("Layout keyid: the published standard", """
<p>TS 33.246 as it is published names a key in one place: the extension (EXT) has the
Key Domain ID and, in four octets, the Key Group and the Key Number. The identity of the
sender (IDi) is the name of the BM-SC. The UE registers for a service, and is given its
MSKs.</p>"""),
    "5g": ("5G MBS: the control plane", """
<p>TS 33.501 W.4.1.2 has another way for multicast sessions: the MBSF makes an MSK and
says it, in MbsSecurityContext (TS 29.571), to the MBSTF and, through SMF and NAS, to the
UE; here pipes stand for these. MTKs come in MIKEY as ever, multicast, each with the RAND
that it was made with. Four processes play it; keys in their JSON are hidden here.</p>"""),
}

ENDS = {"5g": "MBSF, MBSTF"}

NAMES = """
<table>
<caption>One name of a key, two ways to carry it</caption>
<thead><tr><th scope="col">What</th><th scope="col">csb</th><th scope="col">keyid</th></tr></thead>
<tbody>
<tr><th scope="row">Key Domain ID, or Network ID</th><td>IDi</td><td>EXT</td></tr>
<tr><th scope="row">Key Group</th><td>CSB ID</td><td>EXT</td></tr>
<tr><th scope="row">Key Number, or MSK ID</th><td>EXT, alone</td><td>EXT</td></tr>
<tr><th scope="row">the BM-SC</th><td>known from HTTP</td><td>IDi</td></tr>
</tbody>
</table>
"""

FROM_TO = {ladder.TO_BMSC: "UE to %s: ", ladder.TO_UE: "%s to UE: ",
           ladder.NOTE_UE: "UE: ", ladder.NOTE_BMSC: "%s: "}


# --- what is on the ladder -----------------------------------------------------------------------

def sent(event):
    """Did somebody send octets then, which may get lost?"""
    return event["who"] != "relay" and event.get("octets")


def lose(events):
    """The indices of what was sent and lost, and of events that say so and need no row."""
    lost, spare = set(), set()
    for i, event in enumerate(events):
        if (event["who"], event["event"]) == ("relay", "lost"):
            near = [k for k, other in enumerate(events) if k not in lost and sent(other) and
                    other["octets"] == event["octets"]]
            if near:  # told by two programs, in any order
                lost.add(min(near, key=lambda k: abs(k - i)))
                spare.add(i)
        elif (event["who"], event["event"]) == ("ue", "http_response") and not event.get("status"):
            lost |= unanswered(events[:i])
    return lost, spare


def unanswered(events):
    """The last request, if it never came to the BM-SC."""
    for i in reversed(range(len(events))):
        if events[i]["event"] == "http_request":
            return {i} if events[i]["who"] == "ue" else set()
    return set()


def steps(events):
    """(what, rows) of each step; a row is an event, its arrow, and how far that goes."""
    lost, spare = lose(events)
    found = [("", [])]
    for i, event in enumerate(events):
        if event["event"] == "step":
            found.append((event["what"], []))
        drawn = ladder.arrow(event)
        if drawn and i not in spare:
            far = ladder.LOST if i in lost else ladder.reach(event)
            found[-1][1].append((event, drawn, far))
    return found[1:]


# --- rows ----------------------------------------------------------------------------------------

def tag(name, kind, content):
    return '<%s class="%s">%s</%s>' % (name, kind, content, name)


def row(event, drawn, far, msktool):
    direction, what, detail, colour, clause = drawn
    is_arrow = direction in (ladder.TO_BMSC, ladder.TO_UE)
    colour = ladder.BAD if far == ladder.LOST else colour
    body, chip = inside(event, msktool)
    lane = FROM_TO[direction].replace("%s", ladder.end_of(event))
    lane = tag("span", "unseen", lane if far != ladder.STRANGE else "to the UE: ")
    lane = tag("span", "what " + colour, lane + html.escape(what))
    lane += tag("div", "arrow", "") if is_arrow else ""
    aside = [tag("span", "time", "%.3f s" % (event["seen"] / 1000))]
    aside += [tag("span", "bad", "lost on the way")] if far == ladder.LOST else []
    aside += [tag("span", "bsf", "BSF")] if ladder.end_of(event) == "BSF" else []
    aside += [tag("span", kind, html.escape(text)) for kind, text in
              (("detail", detail if detail != chip else ""), ("clause", clause), ("chip", chip)) if text]
    line = tag("div", "lane", lane) + tag("div", "aside", " ".join(aside))
    if body:
        line = "<details><summary>%s</summary>%s</details>" % (line, tag("div", "octets", body))
    else:
        line = tag("div", "grid", line)
    return tag("li", "row %s %s" % (direction, far), line)


def inside(event, msktool):
    """What a touch shows, and the word that offers it."""
    if event.get("octets"):
        return explain(msktool, event["octets"]), "%d octets" % (len(event["octets"]) // 2)
    if event["event"] == "http_request":
        text = "%s %s\n" % (event.get("method", "POST"), event.get("target", ""))
        return said(text + headers(event) + "\n" + event.get("body", "")), "request"
    if event["event"] == "http_response" and event["who"] == "bsf" and event["at"] == "ub":
        return said(headers(event) + "\n" + event.get("body", "")), "response"
    if event["event"] in ("http_response", "context") and event.get("body"):
        return said(event["body"]), "body"
    if event["event"] == "srtp":
        return explain_srtp(event["packets"]), "the first packet"
    return "", ""


def said(text):
    return "<pre><code>%s</code></pre>" % html.escape(text)


def headers(event):
    """Those of Digest, of events that have them."""
    names = (("authorization", "Authorization"), ("challenge", "WWW-Authenticate"),
             ("info", "Authentication-Info"))
    return "".join("%s: %s\n" % (name, event[member]) for member, name in names
                   if isinstance(event.get(member), str))


# --- octets --------------------------------------------------------------------------------------

def spaced(hexes):
    return " ".join(hexes[i:i + 2] for i in range(0, len(hexes), 2))


def explain(msktool, octets):
    """Each payload of a message, its octets, what it is for."""
    done = subprocess.run([msktool, "decode", octets], capture_output=True, text=True)
    if done.returncode != 0:
        return "<p>%s</p><p><code>%s</code></p>" % (html.escape(done.stderr.strip()), spaced(octets))
    payloads = json.loads(done.stdout)["payloads"]
    first = payloads[0]["off"] if payloads else len(octets) // 2
    out = ["<dl>"]
    for name, at, n in [("HDR", 0, first)] + [(p["type"], p["off"], p["len"]) for p in payloads]:
        of = "%s; %d octets from %d" % (MEANING.get(name, ""), n, at)
        out.append("<dt><b>%s</b> %s</dt>" % (html.escape(name), tag("span", "of", html.escape(of))))
        out.append("<dd><code>%s</code></dd>" % spaced(octets[2 * at:2 * (at + n)]))
    return "\n".join(out + ["</dl>"])


def explain_srtp(packets):
    """RFC 3711 3.1, of the first one: the others are like it."""
    octets, tail = packets[0], len(packets[0]) // 2 - 16
    out = ["<dl>"]
    for name, at, end, what in (("RTP header", 0, 12, "in clear: a number, and whose stream it is"),
                                ("payload", 12, tail, "lines of the picture, encrypted with the MTK"),
                                ("MKI", tail, tail + 6, "names Key Group, MSK and MTK"),
                                ("tag", tail + 6, tail + 16, "the MAC over all of it")):
        of = "%s; %d octets from %d" % (what, end - at, at)
        out.append("<dt><b>%s</b> %s</dt>" % (name, tag("span", "of", of)))
        shown = spaced(octets[2 * at:2 * min(end, at + 48)]) + (" ..." if end > at + 48 else "")
        out.append("<dd><code>%s</code></dd>" % shown)
    return "\n".join(out + ["</dl>"])


# --- the picture ---------------------------------------------------------------------------------

def figure(event, name):
    """What was received, and what it is with the key."""
    out = ['<div class="pictures" id="%s">' % name]
    for member, what in (("without", "What crossed the network, an octet a point: "
                                     "all that anybody has without the MTK"),
                         ("with", "The same packets, opened with the MTK of the UE")):
        out.append('<figure><img width="%d" height="%d" alt="%s" src="%s"><figcaption>%s</figcaption>'
                   "</figure>" % (2 * picture.WIDTH, 2 * picture.HEIGHT,
                                  "noise" if member == "without" else "a mast that sends, at sunset",
                                  picture.url(bytes.fromhex(event[member])), what))
    return "\n".join(out + ["</div>"])


def figures(layout, rows, first):
    """Those of a step; the first one of the page is `picture`."""
    shown = [event for event, _, _ in rows if event["event"] == "picture"]
    return [figure(event, "picture" if first else "picture-" + layout) for event in shown]


# --- the page ------------------------------------------------------------------------------------

def verdict(result):
    if result == "ok":
        return tag("span", "good", "\u2713 done")
    return tag("span", "bad", "\u2717 " + html.escape(result or "not reached"))


def overview(acts, results):
    """How it went, and a way to each step."""
    good = sum(result == "ok" for result in results.values())
    out = ["<p><b>%d of %d steps came out as they must.</b></p>" % (good, len(results)), "<nav>"]
    for layout, events in acts:
        out.append("<details><summary>Steps in layout %s</summary><ol>" % tag("span", "chip", layout))
        for i, (what, _) in enumerate(steps(events), 1):
            out.append('<li><a href="#%s-%d">%s</a> %s</li>' % (
                layout, i, html.escape(what), verdict(results.get((layout, what)))))
        out.append("</ol></details>")
    return out + ["</nav>"]


def act(layout, events, msktool, results, first):
    title, about = LAYOUTS[layout]
    out = ['<section id="%s"><h2>%s</h2>' % (layout, title), about,
           '<div class="ends"><span>UE</span><span>%s</span></div>' % ENDS.get(layout, "BM-SC, BSF")]
    for i, (what, rows) in enumerate(steps(events), 1):
        out.append('<h3 id="%s-%d">%d. %s %s</h3>' % (
            layout, i, i, html.escape(what), verdict(results.get((layout, what)))))
        out.append('<ol class="ladder">')
        out += [row(event, drawn, far, msktool) for event, drawn, far in rows]
        out.append("</ol>")
        out += figures(layout, rows, first)
        out += [] if rows else [tag("p", "quiet", "Nothing goes between them yet.")]
    return out + ["</section>"]


def write(path, acts, msktool, table):
    """acts: (layout, events) in their order; table: rows (layout, step, result)."""
    results = {(layout, step): result for layout, step, result in table}
    with open(os.path.join(HERE, "page.css"), encoding="utf-8") as file:
        style = file.read()
    out = ['<!doctype html><html lang="en"><head><meta charset="utf-8">',
           '<meta name="viewport" content="width=device-width, initial-scale=1">',
           "<title>libmsk: an MSK on its way</title><style>%s</style></head><body>" % style,
           "<h1>How an MSK comes from a BM-SC to a UE</h1>", INTRODUCTION, NAMES]
    out += overview(acts, results)
    for layout, events in acts:
        out += act(layout, events, msktool, results, events is acts[0][1])
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join(out + ["</body></html>"]) + "\n")
