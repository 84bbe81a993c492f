# SPDX-License-Identifier: MIT
"""Events as arrows between a UE and a BM-SC: for the terminal, and for the page."""
import re

# Of the change request, or of TS 33.246 where it says so.
CLAUSES = {
    "register": "TS 33.246 6.3.2.1A",
    "deregister": "TS 33.246 6.3.2.1B",
    "msk-request": "6.3.2.2.1",
    "status": "6.3.2.2.1, TS 24.109 5.2",
    "push": "6.3.2.3.1, TS 33.246 6.4.5.1",
    "ack": "6.3.2.3.1, TS 33.246 6.4.5.2",
    "pull": "6.3.2.2.4",
    "mtk": "TS 33.246 6.4.5.3",
    "released": "TS 33.246 6.5.4",
    "stored": "TS 33.246 6.5.3",
    "oldest": "6.3.2.1, TS 33.246 6.5.3",
    "delivered": "6.3.2.3.1, TS 33.246 6.4.5.2",
    "refused": "TS 33.246 6.4.6, 6.5.3, 6.5.4",
    "left": "6.3.2.2.1",
    "barred": "6.3.2.2.1, 6.3.2.2.2",
    "new keys": "6.3.2.2.4, TS 33.246 6.1",
    "ub": "TS 33.220 4.5.2, TS 24.109 4",
    "bootstrapped": "TS 33.220 4.5.2",
    "nbsp": "TS 33.220 4.5.3, TS 29.309",
    "subscriber": "TS 33.246 6.1, Annex F",
    "srtp": "TS 33.246 6.6.2",
    "context": "TS 33.501 W.4.1.2, TS 29.571",
    "imported": "TS 33.501 W.4.1.2",
    "several": "TS 33.246 6.3.4.6",
}

TO_BMSC, TO_UE, NOTE_UE, NOTE_BMSC = "to_bmsc", "to_ue", "note_ue", "note_bmsc"
GOOD, BAD, PLAIN = "good", "bad", "plain"
# How far an arrow goes: from one end to the other, not to the other one, or from somewhere else.
WHOLE, LOST, STRANGE = "whole", "lost", "strange"


def name_of(event):
    return "%s/%04x/%04x" % (event.get("domain", "?"), event.get("group", 0), event.get("number", 0))


def procedure(event):
    match = re.search(r"requesttype=([a-z-]+)", event.get("target", ""))
    return match.group(1) if match else "?"


def refused_of(event):
    """What was refused: a message by the MSK that it names, or a command."""
    if event.get("what") != "datagram":
        return event.get("what", "?")
    return "message of MSK " + name_of(event) if event.get("group") else "message that names no MSK"


def ue_arrow(event):
    kind = event["event"]
    if kind == "http_request":
        how = "Digest" if event.get("authorization") else "no credentials"
        return TO_BMSC, "POST " + procedure(event), how, PLAIN, procedure(event)
    if kind == "http_response" and not event.get("status"):
        return NOTE_UE, "no answer", event.get("why", ""), BAD, ""
    if kind in ("msk", "validity"):
        return NOTE_UE, "MSK %s stored" % name_of(event), "MAC ok, counter newer", GOOD, "stored"
    if kind == "msk_deleted":
        oldest = event.get("reason") == "the oldest of three"
        return (NOTE_UE, "MSK %s deleted" % name_of(event), event.get("reason", ""), PLAIN,
                "oldest" if oldest else "")
    if kind == "mtk":
        return (NOTE_UE, "MTK %04x released" % event["mtk_id"], "MAC ok, in the interval", GOOD,
                "released")
    if kind == "ack_sent":
        return TO_BMSC, "ACK %s" % name_of(event), "verification message", PLAIN, "ack"
    if kind == "refused":
        return NOTE_UE, "refused: " + refused_of(event), event.get("reason", ""), BAD, "refused"
    if kind == "bootstrap_needed":
        return NOTE_UE, "new keys wanted", event.get("reason", ""), PLAIN, "new keys"
    if kind == "bootstrapped":
        return NOTE_UE, "Ks and a B-TID", "AUTN and the BSF's 200 verified", GOOD, "bootstrapped"
    if kind == "picture":
        return NOTE_UE, "the picture is there", "opened with MTK %04x" % event["mtk_id"], GOOD, "srtp"
    if kind == "confirmed":
        return NOTE_UE, "nothing newer", "confirmed", GOOD, "msk-request"
    if kind == "left":
        reason = event.get("reason", "")
        clause = "barred" if "SP" in reason else "left"
        if reason == "as told":
            clause = "deregister" if event["layout"] == "keyid" else ""
        return NOTE_UE, "left", reason, PLAIN, clause
    return None


def bmsc_arrow(event):
    kind = event["event"]
    if kind == "http_response":  # as it was sent: what is pushed for it leaves after it
        status = event.get("status", 0)
        return TO_UE, str(status), "", GOOD if status == 200 else PLAIN, "status"
    if kind == "pushed":
        return TO_UE, "MSK %s" % name_of(event), "MIKEY over UDP", PLAIN, "push"
    if kind == "pull":
        return TO_UE, "pull %s" % name_of(event), "MSK ID 0, MAC only", PLAIN, "pull"
    if kind == "mtk":
        return (TO_UE, "MTK %04x" % event["mtk_id"], "under MSK %04x" % event["number"], PLAIN,
                "mtk")
    if kind == "acked":
        return NOTE_BMSC, "MSK %s delivered" % name_of(event), "MAC ok", GOOD, "delivered"
    if kind == "bootstrapped":
        return NOTE_BMSC, "keys of a subscriber", "Ks_NAF: MUK and MRK", GOOD, "subscriber"
    if kind == "srtp":
        detail = "SRTP under MTK %04x" % event["mtk_id"]
        detail += ", %d lost" % event["lost"] if event["lost"] else ""
        return TO_UE, "picture, %d packets" % len(event["packets"]), detail, PLAIN, "srtp"
    if kind == "gave_up":
        return NOTE_BMSC, "MSK %s given up" % name_of(event), "", PLAIN, ""
    if kind == "parted":
        return NOTE_BMSC, "no member any more", event.get("reason", ""), PLAIN, ""
    return None


def bsf_arrow(event):
    """Over Ub from and to the UE; over Nbsp_GBA the BM-SC stands at the same end."""
    kind, at = event["event"], event.get("at")
    if kind == "http_request" and at == "ub":
        answers = re.search(r'response="[^"]', event.get("authorization", ""))
        how = "Ub: the answer, RES as the password" if answers else "Ub: the name in the SIM (IMPI)"
        return TO_BMSC, "GET /", how, PLAIN, "ub"
    if kind == "http_response" and at == "ub":
        good = event["status"] == 200
        return (TO_UE, str(event["status"]), "B-TID and lifetime, proved" if good else "RAND, AUTN",
                GOOD if good else PLAIN, "ub")
    if kind == "http_request" and at == "nbsp":
        return NOTE_BMSC, "asks the BSF", "Nbsp_GBA: whose is this B-TID?", PLAIN, "nbsp"
    if kind == "http_response" and at == "nbsp":
        return (NOTE_BMSC, "the BSF answers: %d" % event["status"], "IMPI, Ks_NAF, lifetime",
                GOOD if event["status"] == 200 else BAD, "nbsp")
    return None


def relay_arrow(event):
    if event["event"] == "lost":
        to = TO_UE if event["to"] == "ue" else TO_BMSC
        return to, "lost on the way", "", BAD, ""
    if event["event"] == "injected":
        return TO_UE, "a stranger's message", "%d octets" % (len(event["octets"]) // 2), BAD, ""
    return None


def mbs_arrow(event):
    """5G MBS: the MBSF and the MBSTFs stand at one end."""
    who, kind = event["who"], event["event"]
    if kind == "context" and "mtk_id" in event:
        return NOTE_BMSC, "MTK %04x for both MBSTFs" % event["mtk_id"], "MbsSecurityContext", PLAIN, "several"
    if kind == "context":
        return TO_UE, "MSK " + name_of(event), "MbsSecurityContext, by NAS", PLAIN, "context"
    if kind == "msk":
        return NOTE_UE, "MSK %s imported" % name_of(event), "no RAND yet", GOOD, "imported"
    if kind == "mtk" and who == "ue":
        return NOTE_UE, "MTK %04x released" % event["mtk_id"], "MAC ok, by the RAND in it", GOOD, "released"
    if kind == "mtk":
        how = "multicast" if who == "mbstf" else "multicast by the other one"
        return TO_UE, "MTK %04x" % event["mtk_id"], how, PLAIN, "mtk"
    if kind == "refused":
        return NOTE_UE, "passed over", "had it from the other one: " + event["reason"], PLAIN, "several"
    return None


def arrow(event):
    """(direction, what, detail, colour, clause) of an event, or None."""
    if event["layout"] == "5g":
        drawn = mbs_arrow(event)
        return drawn and drawn[:4] + (CLAUSES[drawn[4]],)
    makers = {"ue": ue_arrow, "bmsc": bmsc_arrow, "bsf": bsf_arrow, "relay": relay_arrow}
    maker = makers.get(event["who"])
    drawn = maker(event) if maker else None
    return drawn and drawn[:4] + (CLAUSES[drawn[4]] if drawn[4] else "",)


def end_of(event):
    """Who stands at the right, and tells or is told that."""
    if event["layout"] == "5g":
        return "MBSTF" if event["who"].startswith("mbstf") else "MBSF"
    return "BSF" if event["who"] == "bsf" and event.get("at") == "ub" else "BM-SC"


def reach(event):
    return {"lost": LOST, "injected": STRANGE}.get(event["event"], WHOLE)


class Terminal:
    """Prints arrows as they come. Colour and box lines on a terminal, ASCII elsewhere."""

    WIDTH = 44
    COLOURS = {GOOD: "\033[32m", BAD: "\033[31m", PLAIN: ""}

    def __init__(self, out, explain):
        self.out, self.explain = out, explain
        self.fancy = out.isatty()
        self.bar = "\u2502" if self.fancy else "|"

    def say(self, text=""):
        print(text, file=self.out, flush=True)

    def line(self, what, left, right, width):
        body, dash = " %s " % what, "\u2500" if self.fancy else "-"
        fill = max(2, width - len(body) - len(left) - len(right))
        return left + dash * (fill // 2) + body + dash * (fill - fill // 2) + right

    def draw(self, direction, what, far=WHOLE):
        """An arrow; one that is lost ends before the other end, a stranger's begins there."""
        width = self.WIDTH if far == WHOLE else 3 * self.WIDTH // 4
        if direction == TO_BMSC:
            head = "x" if far == LOST else "\u25b6" if self.fancy else ">"
            return self.line(what, "", head, width).ljust(self.WIDTH)
        if direction == TO_UE:
            head = "x" if far == LOST else "\u25c0" if self.fancy else "<"
            line = self.line(what, head, "", width)
            return line.rjust(self.WIDTH) if far == LOST else line.ljust(self.WIDTH)
        text = ("  " + what).ljust(self.WIDTH)
        return text if direction == NOTE_UE else ("  " + what + "  ").rjust(self.WIDTH)

    def show(self, event):
        drawn = arrow(event)
        if drawn is None:
            return
        direction, what, detail, colour, clause = drawn
        middle = self.draw(direction, what, reach(event))
        if self.fancy and self.COLOURS[colour]:
            middle = self.COLOURS[colour] + middle + "\033[0m"
        text = "%7.3f  UE %s%s%s %-5s  %s" % (event["seen"] / 1000, self.bar, middle, self.bar,
                                              end_of(event), detail)
        if self.explain and clause:
            text += "  [%s]" % clause
        self.say(text.rstrip())
