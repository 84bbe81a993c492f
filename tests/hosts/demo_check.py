#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What the demo leaves behind: its capture, its events and its page say the same.

usage: demo_check.py FOLDER MBMS_LUA

FOLDER has msk-demo.pcapng, .jsonl, .keys and .html of a run without faults. tshark must read every
datagram as MIKEY and find nothing malformed; each message in the capture must be in the events
and each one in the events that crossed the BM-SC's port in the capture; the Lua post-dissector
must tell what the model reads; the picture in the page must be what the model makes of the SRTP in
the capture with the keys in the key log, and the noise beside it what crossed the network; the page
must need nothing from elsewhere, and neither it nor the programs' output may show a secret that was
not asked for. Exit status 77: no tshark.
"""
import base64
import collections
import html.parser
import json
import pathlib
import re
import shutil
import subprocess
import sys
import zlib

from model import oracle, srtp_oracle

DEMO = pathlib.Path(__file__).resolve().parents[2] / "examples" / "demo"
sys.path.append(str(DEMO))
import picture  # noqa: E402

INFO = "_ws.col.Info"
FIELDS = ["frame.number", "udp.srcport", "udp.dstport", "udp.payload", "mikey", "rtp.ssrc",
          "tcp.srcport", "tcp.dstport", "_ws.malformed",
          "http.request.method", "http.request.uri", "http.response.code", "mbms.kind",
          "mbms.layout", "mbms.domain", "mbms.group", "mbms.number", "mbms.mtk_id",
          "mbms.counter", "mbms.wants_ack", "mbms.download", "mbms.btid", INFO]
LAYOUTS = {"CSB (change request)": ["csb"], "KEYID (TS 33.246)": ["keyid", "5g"]}


def fail(why, *what):
    sys.exit("FAIL: " + why % what)


# --- what tshark says ----------------------------------------------------------------------------

def tshark(folder, ports, traffic, *more):
    """The frames, as a dict of FIELDS each; a field that is not there is empty."""
    decode = [x for port in ports for x in ("-d", "udp.port==%d,mikey" % port)]
    decode += [x for port in traffic for x in ("-d", "udp.port==%d,rtp" % port)]
    columns = [x for field in FIELDS if more or not field.startswith(("mbms.", INFO))
               for x in ("-e", field)]
    done = subprocess.run(["tshark", "-r", str(folder / "msk-demo.pcapng"), "-n", *decode, *more,
                           "-T", "fields", "-E", "separator=/t", *columns],
                          capture_output=True, text=True)
    if done.returncode != 0 or "rror" in done.stderr:
        fail("tshark: %s", done.stderr)
    names = columns[1::2]
    return [dict(zip(names, line.split("\t"))) for line in done.stdout.splitlines()]


def check_frames(frames, traffic):
    """Those of the traffic are taken out of them."""
    for frame in frames:
        of_traffic = frame["udp.dstport"] in {str(port) for port in traffic}
        if frame["_ws.malformed"]:
            fail("frame %s is malformed", frame["frame.number"])
        if frame["udp.payload"] and not frame["rtp.ssrc" if of_traffic else "mikey"]:
            fail("frame %s is not read as MIKEY, or as RTP", frame["frame.number"])
    return [f for f in frames if f["rtp.ssrc"]], [f for f in frames if not f["rtp.ssrc"]]


# --- events against the capture ------------------------------------------------------------------

def sent_by_bmsc(events):
    """Datagrams in their order; names of what each must be."""
    return [event for event in events if event["who"] == "bmsc" and "octets" in event]


def taken_by_bmsc(events):
    return [event for event in events if event["event"] == "ack_sent"]


def same_order(what, captured, told):
    if captured != told:
        fail("%s: the capture has %d, the events have %d, or they differ", what, len(captured),
             len(told))
    print("%3d %s, in the capture and in the events" % (len(told), what))


def sent_by_mbstf(events):
    return [event for event in events if event["who"].startswith("mbstf")]


def check_datagrams(frames, events, ports):
    multicast = {event["to"].rsplit(":", 1)[1] for event in sent_by_mbstf(events)}
    same_order("datagrams of MBSTFs", [f["udp.payload"] for f in frames
                                       if f["udp.dstport"] in multicast],
               [event["octets"] for event in sent_by_mbstf(events)])
    datagrams = [(int(f["udp.srcport"]) in ports, f["udp.payload"]) for f in frames
                 if f["udp.payload"] and f["udp.dstport"] not in multicast]
    same_order("datagrams of the BM-SC", [octets for sent, octets in datagrams if sent],
               [event["octets"] for event in sent_by_bmsc(events)])
    same_order("datagrams of the UE", [octets for sent, octets in datagrams if not sent],
               [event["octets"] for event in taken_by_bmsc(events)])


def check_http(frames, events):
    """At the BM-SC, at the BSF for UEs, and there for the BM-SC."""
    for name, who, at in ("http", "bmsc", None), ("ub", "bsf", "ub"), ("nbsp", "bsf", "nbsp"):
        ports = {event[name].rsplit(":", 1)[1] for event in events
                 if event["event"] == "ready" and event["who"] == who}
        told = [event for event in events if event["who"] == who and event.get("at") == at]
        requests = [(f["http.request.method"], f["http.request.uri"]) for f in frames
                    if f["http.request.method"] and f["tcp.dstport"] in ports]
        statuses = [int(f["http.response.code"]) for f in frames
                    if f["http.response.code"] and f["tcp.srcport"] in ports]
        same_order("requests (%s)" % name, requests, [(e["method"], e["target"]) for e in told
                                                      if e["event"] == "http_request"])
        same_order("responses (%s)" % name, statuses, [e["status"] for e in told
                                                       if e["event"] == "http_response"])
        if not requests:
            fail("nobody asks at %s", name)


# --- the picture ---------------------------------------------------------------------------------

def mtks(folder):
    """(key, salt) by MKI, of the key log."""
    lines = (folder / "msk-demo.keys").read_text(encoding="utf-8").splitlines()
    found = [line.split() for line in lines if line.startswith("MIKEY_MTK")]
    return [(bytes.fromhex("".join(words[2:5])), (bytes.fromhex(words[5]), bytes.fromhex(words[6])))
            for words in found]


def opens(packet, keys):
    """Both layouts name their first MTK alike, so it is one of several that opens it."""
    for mki, key in keys:
        try:
            return srtp_oracle.open_packet(packet, {mki: key})
        except oracle.Refused:
            continue
    return fail("a packet of the picture opens with no MTK of the key log")


def images(page):
    """What the PNGs of the page show, by the palette."""
    for text in re.findall(r'<img [^>]*src="data:image/png;base64,([^"]*)"', page):
        png = base64.b64decode(text)
        at, n = png.index(b"IDAT") + 4, int.from_bytes(png[png.index(b"IDAT") - 4:][:4], "big")
        lines = zlib.decompress(png[at:at + n])
        yield b"".join(lines[i + 1:i + 1 + picture.WIDTH]
                       for i in range(0, len(lines), picture.WIDTH + 1))


def check_picture(folder, traffic, events):
    packets = [bytes.fromhex(frame["udp.payload"]) for frame in traffic]
    same_order("packets of the picture", packets,
               [bytes.fromhex(p) for e in events if e["event"] == "srtp" for p in e["packets"]])
    keys, true = mtks(folder), picture.draw()
    shown = list(images((folder / "msk-demo.html").read_text(encoding="utf-8")))
    if len(packets) != picture.STRIPES * len(LAYOUTS) or len(shown) != 2 * len(LAYOUTS):
        fail("%d packets and %d images", len(packets), len(shown))
    for i in range(len(LAYOUTS)):
        mine = packets[i * picture.STRIPES:(i + 1) * picture.STRIPES]
        noise = b"".join(srtp_oracle.parts(packet)[0][srtp_oracle.HEADER:] for packet in mine)
        opened = b"".join(payload for _, payload in sorted(opens(packet, keys) for packet in mine))
        if any(stripe in noise for stripe in picture.stripes(true)):
            fail("the picture is sent unprotected")
        if opened != true:
            fail("the capture has another picture")
        if shown[2 * i:2 * i + 2] != [noise, true]:
            fail("the page shows another picture, or other noise")
    print("%3d images of the page are what the model makes of the capture" % len(shown))


def check_outcomes(events):
    """Whoever says that a key came, was acknowledged or was deleted names one that was pushed."""
    pushed = {(e["layout"], e["group"], e["number"]) for e in events
              if e["event"] in ("pushed", "context")}
    told = [e for e in events if e["event"] in ("msk", "acked", "msk_deleted", "ack_sent")
            and (e["who"] == "ue" or e["event"] == "acked")]
    for event in told:
        if (event["layout"], event["group"], event["number"]) not in pushed:
            fail("nobody pushed that: %s", event)
    if {e["event"] for e in told} != {"msk", "acked", "msk_deleted", "ack_sent"}:
        fail("the demo does not show everything")


# --- the post-dissector --------------------------------------------------------------------------

def expected(event):
    """What the post-dissector must say of that message, by the model."""
    message = bytes.fromhex(event["octets"])
    parsed = oracle.parse(message)
    ids = [data for _, data in oracle.every(parsed, oracle.ID)]
    want = {"mbms.counter": str(oracle.counter_of(parsed)),
            "mbms.wants_ack": str(int(message[3] >> 7)), "mbms.download": str(int(message[9] == 1))}
    if event["event"] == "ack_sent":
        return dict(want, **{"mbms.kind": "verification message", "mbms.btid": ids[0].decode()})
    want["mbms.kind"] = {"pushed": "MSK message", "mtk": "MTK message", "pull": "pull"}[
        event["event"]]
    want["mbms.domain"] = event["domain"]
    want["mbms.group"] = "0x%04x" % event["group"]
    want["mbms.number"] = "0x%04x" % (0 if event["event"] == "pull" else event["number"])
    if event["event"] == "mtk":
        want["mbms.mtk_id"] = "0x%04x" % event["mtk_id"]
    else:
        want["mbms.btid"] = ids[1].decode()
    return want


def info_of(want):
    """The end of the Info column: what a reader of the list of packets needs to know."""
    names = [want["mbms.domain"]] if "mbms.domain" in want else []
    names += [want[name][2:] for name in ("mbms.group", "mbms.number", "mbms.mtk_id") if name in want]
    return ", %s, counter %s" % (" ".join([want["mbms.kind"]] + ["/".join(names)] * bool(names)),
                                 want["mbms.counter"])


def check_lua(frames, events):
    told = {event["octets"]: event for event in sent_by_bmsc(events) + taken_by_bmsc(events)
            + sent_by_mbstf(events)}
    count = 0
    for frame in frames:
        if not frame["udp.payload"]:
            continue
        event = told[frame["udp.payload"]]
        want = expected(event)
        if not frame[INFO].endswith(info_of(want)):
            fail("frame %s: Info is '%s', not '...%s'", frame["frame.number"], frame[INFO],
                 info_of(want))
        for field, value in want.items():
            if frame[field].lower() != value.lower():
                fail("frame %s: %s is '%s', not '%s'", frame["frame.number"], field, frame[field],
                     value)
            count += 1
        if frame["mbms.layout"] and event["layout"] not in LAYOUTS[frame["mbms.layout"]]:
            fail("frame %s: layout %s", frame["frame.number"], frame["mbms.layout"])
    print("%3d fields of the post-dissector are what the model reads" % count)


# --- the page, and secrets -----------------------------------------------------------------------

class Page(html.parser.HTMLParser):
    """What a page loads, and what it is made of."""

    def __init__(self):
        super().__init__()
        self.loads, self.tags = [], collections.Counter()

    def handle_starttag(self, tag, attrs):
        self.tags[tag] += 1
        for name, value in attrs:
            if name in ("src", "href", "data", "action") and not (value or "").startswith(
                    ("#", "data:image/png;base64,")):
                self.loads.append("%s %s=%s" % (tag, name, value))


def check_page(folder, events):
    text = (folder / "msk-demo.html").read_text(encoding="utf-8")
    page = Page()
    page.feed(text)
    if page.loads or re.search(r'@import|url\((?!"?#)', text):
        fail("the page needs %s", page.loads or "a style sheet")
    steps = sum(event["event"] == "step" for event in events)
    messages = sum(bool(event.get("octets")) and event["who"] != "relay" for event in events)
    if page.tags["h3"] != steps or page.tags["h2"] != len({e["layout"] for e in events}) or page.tags["dl"] < messages:
        fail("%d steps and %d messages in the page's %s", steps, messages, dict(page.tags))


def secrets(events, story):
    """Hex and base64 of every key that a program told the demo or the demo told a program."""
    found = {event[name] for event in events for name in ("key", "salt", "ks", "ks_naf", "res", "ck")
             if event.get(name)}
    found |= set(re.findall(r'^(?:K|OPC) = "([0-9a-f]{32})"', story, re.M))
    if len(found) < 14:
        fail("only %d secrets are known", len(found))
    return found | {base64.b64encode(bytes.fromhex(secret)).decode() for secret in found}


# What --help says of a key log: a BM-SC's, of which every MTK is for streaming.
KEYLOG = (r"MIKEY_MUK [0-9a-f]+ [0-9a-f]{64}|MIKEY_MSK [0-9a-f]{6} [0-9a-f]{4} [0-9a-f]{4} "
          r"[0-9a-f]{32} [0-9a-f]{32}|MIKEY_MTK [0-9a-f]{6}( [0-9a-f]{4}){3} [0-9a-f]{32} [0-9a-f]{28}")


def check_secrets(folder, events, story, printed):
    """The events were asked for with --secrets, and the key log is one; the rest tells nothing."""
    page = (folder / "msk-demo.html").read_text(encoding="utf-8")
    known = secrets(events, story)
    for secret in known:
        if secret in page or secret in printed:
            fail("the secret %s... is shown", secret[:6])
    keys = (folder / "msk-demo.keys").read_text(encoding="utf-8")
    if not any(secret in keys for secret in known):
        fail("the key log has no key")
    wrong = [line for line in keys.splitlines() if not re.fullmatch(KEYLOG, line)]
    if wrong:
        fail("the key log has the line %s", wrong[0])


# --- what was printed with --explain -------------------------------------------------------------

CLAUSE = [  # of a line that has this in it, by their order
    (r"GET / .*BSF", "TS 33.220 4.5.2, TS 24.109 4"), (r"- (401|200) .*BSF ", "TS 33.220 4.5.2, TS 24.109 4"),
    (r"asks the BSF", "TS 33.220 4.5.3, TS 29.309"), (r"picture, 12 packets", "TS 33.246 6.6.2"),
    (r"the picture is there", "TS 33.246 6.6.2"), (r"POST register", "TS 33.246 6.3.2.1A"), (r"POST deregister", "TS 33.246 6.3.2.1B"),
    (r"POST msk-request", "6.3.2.2.1"), (r"MSK \S+ stored", "TS 33.246 6.5.3"),
    (r"MSK \S+ deleted.*the oldest of three", "6.3.2.1, TS 33.246 6.5.3"),
    (r"MSK \S+ delivered", "6.3.2.3.1, TS 33.246 6.4.5.2"), (r"MTK \S+ released", "TS 33.246 6.5.4"),
    (r"ACK \S+", "6.3.2.3.1, TS 33.246 6.4.5.2"), (r"- MSK \S+ -.*BM-SC", "6.3.2.3.1, TS 33.246 6.4.5.1"),
    (r"- MSK \S+ -.*MBSF", "TS 33.501 W.4.1.2, TS 29.571"), (r"passed over", "TS 33.246 6.3.4.6"),
    (r"- pull \S+ -", "6.3.2.2.4"), (r"- MTK \S+ -", "TS 33.246 6.4.5.3")]


def check_printed(printed):
    """Each kind of line is there, with its clause; and an MSK follows the 200 that grants it."""
    lines = printed.splitlines()
    for pattern, clause in CLAUSE:
        found = [line for line in lines if re.search(pattern, line)]
        wrong = [line for line in found if not line.endswith("[%s]" % clause)]
        if wrong or not found:
            fail("'%s' is not explained with [%s]: %s", pattern, clause, wrong[:1])
    for line in lines:
        if "used no longer" in line and "oldest" in line:
            fail("two reasons: %s", line)
    if not any("used no longer" in line for line in lines):
        fail("no MSK goes with its Key Group")
    arrows = [re.search(r"- (200|MSK) .*BM-SC|POST ([a-z-]+) .*Digest", line) for line in lines]
    first = [m.group(1) or m.group(2) for m in arrows if m][:3]
    if first[1:] != ["200", "MSK"]:
        fail("the request, the 200, and then the MSK: %s", first)
    print("%3d lines explained by their clause" % sum(line.endswith("]") for line in lines))


def main():
    folder, lua = pathlib.Path(sys.argv[1]), sys.argv[2]
    if not shutil.which("tshark"):
        print("SKIP: there is no tshark")
        return 77
    events = [json.loads(line) for line in
              (folder / "msk-demo.jsonl").read_text(encoding="utf-8").splitlines()]
    ports = {int(e["mikey"].rsplit(":", 1)[1]) for e in events
             if e["who"] == "bmsc" and e["event"] == "ready"}
    ports |= {int(e["to"].rsplit(":", 1)[1]) for e in sent_by_mbstf(events)}
    if {e["layout"] for e in events} != {"csb", "keyid", "5g"}:
        fail("the demo does not show all of it")
    to = {e["to"] for e in events if e["event"] == "srtp"}
    srtp_oracle.selftest()
    check_frames(tshark(folder, ports, to), to)
    traffic, frames = check_frames(tshark(folder, ports, to, "-X", "lua_script:" + lua), to)
    check_datagrams(frames, events, ports)
    check_http(frames, events)
    check_outcomes(events)
    check_lua(frames, events)
    check_picture(folder, traffic, events)
    check_page(folder, events)
    story = DEMO / "story.py"
    printed = (folder / "msk-demo.txt").read_bytes()
    check_secrets(folder, events, story.read_text(encoding="utf-8"), printed.decode("ascii"))
    check_printed(printed.decode("ascii"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
