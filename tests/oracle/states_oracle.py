#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What the texts say of each state machine of the library, against its table.

The tables in lib/ are pictures: events down, states across. Here nothing is
drawn. A state is a set of facts, and a sentence says of an event: if these facts
hold, that is done and these facts change. The next state is the one with the
facts that come out. The sentences were written from the change request to TS
33.246 6.3.2 ("CR"), the published text ("TS") and doc/decisions.md, and each
names the text that decides. Of each cell exactly one sentence speaks; those that
say "cannot" say why.

    states_oracle.py          compares cell by cell
    states_oracle.py --bite   changes the tables of lib/, one place at a time, and
                              counts what the comparison sees
"""
import argparse
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "gates"))
import states  # noqa: E402  pylint: disable=wrong-import-position

CANNOT = None  # no cell
NOTHING = ""   # what `keep` and a bare arrow do


class Machine:
    """States by their facts, and the sentences about them."""

    def __init__(self, title, facts):
        self.title = title
        self.facts = {}
        for line in facts.strip().splitlines():
            name, *held = line.split()
            self.facts[name.upper()] = frozenset(held)
        if len(set(self.facts.values())) != len(self.facts):
            raise SystemExit(f"{title}: two states have the same facts")
        self.sentences = []

    def say(self, event, condition, does, change, text, why):
        """event: or several. condition: facts that hold, or !fact. change: fact, -fact, or
        "-" for all. does: CANNOT, or the name of what is done."""
        self.sentences.append((event.split(), condition.split(), does, change.split(), text, why))

    def cannot(self, event, condition, text, why):
        self.say(event, condition, CANNOT, "", text, why)

    def state_with(self, facts, said):
        for name, held in self.facts.items():
            if held == facts:
                return name
        raise SystemExit(f"{self.title}: no state has {sorted(facts)} alone: {said}")

    def after(self, state, change, said):
        held = set() if "-" in change else set(self.facts[state])
        for word in change:
            if word.startswith("-"):
                held.discard(word[1:])
            else:
                held.add(word)
        return self.state_with(held, said)

    def applies(self, state, condition):
        held = self.facts[state]
        return all((word[1:] not in held) if word.startswith("!") else word in held
                   for word in condition)

    def cells(self, events):
        """{(state, event): (does, next, said)}; does is CANNOT where there is no cell."""
        found, used = {}, set()
        for number, (names, condition, does, change, text, why) in enumerate(self.sentences):
            said = f"{why} [{text}]"
            for event in names:
                if event.upper() not in events:
                    raise SystemExit(f"{self.title}: there is no event {event}")
                for state in self.facts:
                    if not self.applies(state, condition):
                        continue
                    key = state, event.upper()
                    if key in found:
                        raise SystemExit(f"{self.title}: two sentences of {event} in {state}:\n"
                                         f"  {found[key][2]}\n  {said}")
                    used.add(number)
                    found[key] = does, self.after(state, change, said), said
        for number, sentence in enumerate(self.sentences):
            if number not in used:
                raise SystemExit(f"{self.title}: of no cell: {sentence[-1]}")
        for event in events:
            for state in self.facts:
                if (state, event) not in found:
                    raise SystemExit(f"{self.title}: nothing is said of {event} in {state}")
        return found


# --- the HTTP exchange -------------------------------------------------------

EXCHANGE = Machine("UE: the HTTP exchange", """
    idle
    sent   out
    keys   lacking
    pause  told
""")
SAY, NOT = EXCHANGE.say, EXCHANGE.cannot
SAY("ask", "!out !lacking !told", "send", "out", "CR 6.3.2.2.1",
    "What is to be asked goes out by a POST.")
SAY("lack", "!out !lacking !told", "ask", "lacking", "TS 24.109 5.2.4; decision 14",
    "Who has no keys gets them first.")
SAY("fault", "!out !lacking !told", "hold", "told", "decision 13",
    "A retry is bounded and paced: also where it was not the server that failed.")
NOT("ask lack fault", "out", "decision 11",
    "One request is under way; what becomes due goes into the next one.")
NOT("ask lack fault", "lacking", "decision 11", "The same of one that waits for keys.")
NOT("ask lack fault", "told", "decision 13", "Retry-After is obeyed: nothing is asked meanwhile.")
SAY("repeat", "out", "send", "", "decision 14", "Another nonce or newer keys: the same request again.")
SAY("repeat", "lacking", "resume", "-lacking out", "decisions 14, 21",
    "New keys: the same request; bootstrapping was no time of waiting, which goes on now.")
NOT("repeat", "!out !lacking", "decision 14", "Only a request can be repeated.")
SAY("renew", "out", "ask", "-out lacking", "TS 24.109 5.2.5; decision 14",
    "A 401 without stale: new keys, for this request.")
NOT("renew", "!out", "decision 14", "A 401 answers a request.")
SAY("answered", "out", "end", "-out", "CR 6.3.2.2.1", "A verified answer ends the request.")
NOT("answered", "!out", "decision 13", "What nobody asked for is no answer.")
SAY("failed", "out", "end", "-out", "decision 13", "An answer that is none ends the request, too.")
SAY("failed", "lacking", "drop", "-lacking", "decisions 14, 21",
    "Keys came and could not be used: the request ends, and waits go on.")
NOT("failed", "!out !lacking", "decision 13", "Only a request can fail.")
SAY("after", "out", "hold", "-out told", "decision 13", "Retry-After: pause, and waits stand still.")
NOT("after", "!out", "decision 13", "Retry-After comes with an answer.")
SAY("due", "told", "drop", "-told", "decisions 13, 21", "The pause is over, and waits go on.")
NOT("due", "!told", "decision 13",
    "The timer of a request under way is that of its answer: then it failed.")
SAY("cancel", "lacking", "drop", "-lacking", "decision 14",
    "No keys are needed for what nobody wants any more.")
NOT("cancel", "out", "decision 11",
    "The host has one request under way, not two: its answer is awaited all the same.")
NOT("cancel", "!out !lacking", "decision 13", "There is no request; a pause holds whoever wants what.")

# --- a Key Group -------------------------------------------------------------

# asking: something is to be had. due: in the next request. sent: a request of it
# is under way. granted: its MSK was promised. doubt: that is not certain any
# more, and it is looked up what is held. older: an older MSK does meanwhile.
GROUP = Machine("UE: a Key Group", """
    rest
    backoff   asking
    ready     asking due
    asked     asking sent
    answered  sent
    wait      asking granted
    looking   doubt
    stay      older
""")
SAY, NOT = GROUP.say, GROUP.cannot
SAY("need", "!asking !sent", "begin", "asking -doubt -older", "CR 6.3.2.2.1; decision 20",
    "Who needs an MSK asks for it, after the back-off that was announced.")
SAY("need", "asking !due !sent !granted", "hasten", "", "decision 20",
    "What a service or the host needs waits for the announced back-off, not for what traffic added.")
SAY("need", "due", NOTHING, "", "decision 20", "It is about to be asked for.")
SAY("need", "sent", NOTHING, "", "decision 20", "It merges with the request in flight.")
SAY("need", "granted", NOTHING, "", "decision 21", "It was granted and is on its way.")
SAY("missed", "!asking !sent !doubt", "damp", "asking -older", "CR 6.3.2.2.3; decision 20",
    "Traffic may lead to a request, not too soon; also one who stays with an older MSK "
    "learns by it that there is a newer one.")
SAY("missed", "asking", NOTHING, "", "decision 20", "It merges with what is asked for.")
SAY("missed", "sent !asking", NOTHING, "", "CR 6.3.2.2.3", "It may: more traffic will come.")
SAY("missed", "doubt", NOTHING, "", "CR 6.3.2.2.3", "It may: first it is looked up what is held.")
SAY("pull", "!due !sent", "now", "asking -granted -doubt -older", "CR 6.3.2.2.4; decision 20",
    "Who is pulled shall ask, at once: whatever is held, awaited or planned.")
SAY("pull", "due", "join", "", "CR 6.3.2.2.4; decisions 17, 20",
    "It merges with the next request, which then asks for the current MSK, too.")
SAY("pull", "sent", "join", "", "CR 6.3.2.2.4; decisions 11, 17, 20",
    "It merges with the request in flight, if that asks for the current MSK and has not got it; else "
    "that is to be asked for after it.")
SAY("await", "!asking !sent", "hope", "asking granted -doubt -older", "decision 21",
    "Registration makes the BM-SC push: the wait for an MSK begins.")
SAY("await", "asking !sent", NOTHING, "", "decision 21", "It is asked for, or awaited, already.")
NOT("await", "sent", "decision 11",
    "One request is under way: while it asks for MSKs no registration can be answered.")
SAY("plan", "asking !due !sent !granted", "replan", "", "TS 26.346 11.3.1",
    "Another back-off computes a running one anew.")
SAY("plan", "due", NOTHING, "", "TS 26.346 11.3.1", "It runs no more.")
SAY("plan", "granted", NOTHING, "", "TS 26.346 11.3.1", "It runs no more.")
SAY("plan", "sent", NOTHING, "", "TS 26.346 11.3.1", "It runs no more.")
SAY("plan", "!asking !sent", NOTHING, "", "TS 26.346 11.3.1", "None runs.")
SAY("due", "asking !due !sent !granted", NOTHING, "due", "TS 6.3.2.2.1; decision 20",
    "After the back-off it goes into the next request.")
NOT("due", "due", "decision 20", "The back-off is over already.")
NOT("due", "sent", "decision 20", "No timer of the group runs while it is asked for.")
NOT("due", "granted", "decision 21", "The timer is that of the wait, which fails.")
NOT("due", "!asking !sent", "decision 20", "No timer of the group runs.")
SAY("sent", "due", "count", "-due sent", "decision 21", "One attempt more.")
NOT("sent", "!due", "decision 20", "Only what is due goes into a request.")
SAY("granted", "sent asking", "hope", "-sent granted", "CR 6.3.2.2.1; decision 21",
    "A verified 200: the wait for the MSK begins.")
NOT("granted confirmed refused", "!sent", "decision 13", "A verdict answers a request.")
NOT("granted confirmed refused", "sent !asking", "decision 11",
    "An MSK that overtook the answer has satisfied the request, whatever the answer says.")
SAY("done", "sent", "end", "-", "CR 6.3.2.2.1; decision 11",
    "Answered, and nothing is to come: the request is over.")
SAY("done", "granted", "end", "-", "decision 17",
    "An MSK by its number did not come, as often as it was asked for: a service goes on without.")
SAY("done", "doubt", "end", "-", "CR 6.3.2.2.1; decisions 16, 21",
    "A good MSK is held, and confirmed that none is newer.")
NOT("done", "asking !sent !granted", "decision 21", "Nothing was answered yet.")
NOT("done", "!asking !sent !doubt", "decision 21", "Nothing is asked.")
SAY("confirmed", "sent asking", "look", "-asking -sent doubt", "CR 6.3.2.2.1; decision 16",
    "None is newer than what? That is to be looked up.")
SAY("refused", "sent asking", "look", "-asking -sent doubt", "CR 6.3.2.2.1; decision 21",
    "No, verified: is there a still-valid, older MSK?")
SAY("retry", "sent asking", "again", "-sent", "CR 6.3.2.2.1; decision 13",
    "The UE may retry: later, and after the back-off.")
SAY("retry", "granted", "again", "-granted", "decision 21",
    "It was granted and did not come: asked for again, later.")
SAY("retry", "doubt", "again", "-doubt asking", "decisions 16, 21",
    "Nothing good is held, or not confirmed, and there is patience left: asked for again, later.")
NOT("retry", "asking !sent !granted", "decision 21", "Nothing failed.")
NOT("retry", "sent !asking", "decision 11", "The MSK is there: an answer that fails costs nothing.")
NOT("retry", "!asking !sent !doubt", "decision 21", "Nothing is asked.")
SAY("spent", "asking", "look", "- doubt", "CR 6.3.2.2.1; decision 21",
    "The UE failed to get hold of the MSK: is there a still-valid, older one?")
NOT("spent", "!asking !doubt !older !sent", "decision 21", "Nobody is impatient where nothing is asked.")
NOT("spent", "sent !asking", "decision 21", "The MSK is there.")
NOT("spent", "doubt", "decision 21", "It is being looked up already.")
NOT("spent", "older", "decision 21", "It stays until the older one is used up.")
SAY("lost", "!asking !sent !doubt !older", "look", "doubt", "decision 21",
    "No registration: the groups of the service are looked at.")
SAY("lost", "asking", NOTHING, "", "decision 21",
    "What is asked for has an end of its own, at which it is looked at.")
SAY("lost", "sent !asking", NOTHING, "", "decision 21", "The MSK has just come.")
SAY("lost", "doubt", NOTHING, "", "decision 21", "It is being looked at.")
SAY("lost", "older", NOTHING, "", "decision 21", "It was looked at, and an older one does.")
SAY("msk", "!asking !sent !doubt !older", NOTHING, "", "decision 11", "A push is taken in every state.")
SAY("msk", "asking !sent", "end", "-", "decision 11", "What was wanted came, asked for or not.")
SAY("msk", "asking sent", NOTHING, "-asking", "decision 11", "An MSK that overtakes the 200 satisfies the request.")
SAY("msk", "sent !asking", NOTHING, "", "decision 11", "The request is under way nevertheless.")
SAY("msk", "doubt", "end", "-", "decision 21", "It came after all.")
SAY("msk", "older", "end", "-", "decision 21", "A newer one came.")
SAY("good", "doubt", NOTHING, "-doubt older", "CR 6.3.2.2.1; decision 21",
    "A still-valid, older MSK: the UE stays until it is used up.")
SAY("good", "older", NOTHING, "", "decision 21", "It still is.")
SAY("nothing", "doubt", "leave", "-", "CR 6.3.2.2.1; decision 21", "The UE shall leave.")
SAY("nothing", "older", "begin", "-older asking", "decision 21",
    "It is used up: the UE asks anew, with all of its patience.")
NOT("good nothing", "!doubt !older", "decision 21", "It is looked up in doubt, or while an older one does.")
SAY("drop", "", "end", "-", "TS 6.3.2.1B", "Nobody needs the group: whatever was asked is over.")

# --- a service ---------------------------------------------------------------

# on: the host wants it. reg, dereg: that request is to be made or under way.
# out: it is under way. known: the BM-SC may have it registered. member: it said
# so. kept: it goes on without.
SERVICE = Machine("UE: a service", """
    free
    joined       on
    wants        on reg
    registering  on reg out
    later        on reg known
    registered   on known member
    unsure       on known kept
    quitting     reg out
    leaving      known dereg
    parting      known dereg out
    linger       known dereg tried
    again        on known dereg out
""")
SAY, NOT = SERVICE.say, SERVICE.cannot
SAY("join", "!on !reg !dereg", NOTHING, "on", "CR 6.3.2.2.2; decision 18", "No registration: it is started.")
SAY("join", "on !reg !known", NOTHING, "", "decision 18", "It is.")
NOT("join", "reg", "decision 18", "A session registers its services or it does not.")
NOT("join", "!reg known", "decision 18", "The same.")
NOT("start", "on !reg !known", "decision 18", "The same, the other way round.")
SAY("start", "!on !reg !dereg", "want", "on reg", "TS 6.3.2.1A", "Registered as soon as the user wants it.")
SAY("start", "on reg", NOTHING, "", "TS 6.3.2.1A", "That is to be done, or being done.")
SAY("start", "member", "anew", "-member reg", "TS 6.3.2.1A",
    "A new registration overrides the old; until then the BM-SC has the old one.")
SAY("start", "kept", "anew", "-kept reg", "decision 21",
    "It registers anew before it is left; the BM-SC may have the one before.")
SAY("start", "!on reg", "renew", "on", "decision 21",
    "The request under way is that of the new start, with patience of its own.")
SAY("start", "!on dereg !out", "anew", "-dereg -tried on reg", "TS 6.3.2.1A, 6.3.2.1B",
    "It was to be deregistered, and the BM-SC has not heard of it.")
SAY("start", "!on dereg out", NOTHING, "on", "TS 6.3.2.1B",
    "After the deregistration under way: else the BM-SC might see them in either order.")
SAY("start", "on dereg", NOTHING, "", "TS 6.3.2.1B", "That is to be done.")
SAY("sent", "on reg !out", "count", "-known out", "decision 21", "One attempt more.")
SAY("sent", "kept", "count", "-kept -known reg out", "decision 18", "A kept one registers again by itself.")
SAY("sent", "dereg !out", "part", "-tried out", "TS 6.3.2.1B", "One attempt more.")
NOT("sent", "out", "decision 11", "It is under way.")
NOT("sent", "!reg !dereg !kept", "TS 6.3.2.1A", "There is nothing to send.")
SAY("ok", "reg on out", "expect", "-reg -out known member", "TS 6.3.2.1A; decision 21",
    "Registered: the BM-SC pushes.")
SAY("ok", "reg !on out", "leave", "-reg -out known dereg", "TS 6.3.2.1B", "Registered, and left meanwhile.")
SAY("refused", "reg on out", "lose", "-reg -out known kept", "decisions 18, 21",
    "No: its groups are looked at, and with a good MSK it is kept; it may be registered from before.")
SAY("refused", "reg !on out", "end", "-", "TS 6.3.2.1B", "Not registered, and not wanted.")
SAY("retry", "reg on out", "pause", "-out known", "decision 21",
    "No answer: again, later; the BM-SC may have registered it.")
SAY("retry spent", "reg !on out", "leave", "-reg -out known dereg", "TS 6.3.2.1B",
    "No answer: the BM-SC may have registered what was left meanwhile.")
SAY("spent", "reg on out", "lose", "-reg -out known kept", "decisions 18, 21",
    "The patience is used up: its groups are looked at, and with a good MSK it is kept.")
SAY("spent", "reg known", "lose", "-reg kept", "decisions 18, 21", "The same, in a pause between attempts.")
SAY("ok", "dereg !on out", "end", "-", "TS 6.3.2.1B", "Deregistered.")
SAY("refused", "dereg !on out", "end", "-", "TS 6.3.2.1B; table G.2.4-1", "Not to be repeated.")
SAY("retry", "dereg !on out", "linger", "-out tried", "TS 6.3.2.1B", "Again, later.")
SAY("spent", "dereg !on out", "end", "-", "TS 6.3.2.1B", "Often enough: the BM-SC gives up by itself.")
SAY("ok refused", "dereg on out", "want", "-known -dereg -out reg", "TS 6.3.2.1A, 6.3.2.1B",
    "The BM-SC has dealt with it: now it is registered, as for the first time.")
SAY("retry spent", "dereg on out", "anew", "-dereg -out reg", "TS 6.3.2.1A",
    "It may not have heard: a new registration overrides the old.")
NOT("ok refused retry", "!out", "decision 13", "There is no request that could be answered.")
NOT("spent", "!out !reg", "decision 21", "There is patience for a registration alone.")
NOT("spent", "reg !known !out", "decision 21", "The patience begins with the first attempt.")
SAY("stop", "on !reg !known", "end", "-", "CR 6.3.2.2.2; decision 21", "Without registration it leaves in silence.")
SAY("stop", "on reg !known !out", "end", "-", "TS 6.3.2.1B", "The BM-SC has never heard of it.")
SAY("stop", "on reg out", NOTHING, "-on", "TS 6.3.2.1B",
    "The registration under way has to end first: else the BM-SC might see them in either order.")
SAY("stop", "on reg known", "leave", "-on -reg dereg", "TS 6.3.2.1B", "The BM-SC may have it registered.")
SAY("stop", "member", "leave", "-on -member dereg", "TS 6.3.2.1B", "It deregisters.")
SAY("stop", "kept", "leave", "-on -kept dereg", "TS 6.3.2.1B", "The BM-SC may have it registered.")
SAY("stop", "on dereg", NOTHING, "-on", "TS 6.3.2.1B", "The deregistration under way serves.")
NOT("stop", "!on", "TS 6.3.2.1B", "It was left already.")

# --- a Key Group in the MGV-F ------------------------------------------------

# there: a service needs it, or may. terms: they are to be told. look: what is
# held is to be looked up. going: to be forgotten. counted: what goes is known.
HOLDING = Machine("UE: a Key Group in the MGV-F", """
    free
    ask     there terms
    both    there terms look
    in      there
    look    there look
    last    going
    forget  going counted
""")
SAY, NOT = HOLDING.say, HOLDING.cannot
SAY("named", "!there !going", NOTHING, "there terms", "decision 4",
    "An MSK is accepted only for a group that was allowed.")
SAY("named", "there", NOTHING, "terms", "decision 23",
    "What must stay on is told before the start is whole, and what has to be told is told until it is.")
SAY("named", "going !counted", NOTHING, "-going there terms look", "decisions 21, 29",
    "It stays after all; what is held of it may have changed.")
SAY("named", "counted", "back", "-going -counted there terms look", "decisions 21, 29",
    "The same; nothing goes with it.")
SAY("fits", "there", NOTHING, "-terms", "decision 23", "The terms that it was told are those of now.")
SAY("differs", "there", NOTHING, "terms", "decision 23", "Other terms are to be told.")
SAY("unneeded", "there", NOTHING, "- going", "decision 29", "No service needs it: this owner lets it go.")
SAY("void", "terms", NOTHING, "-", "decision 29", "Nothing was told, so nothing is to be taken back.")
NOT("void", "there !terms", "decision 29", "It was told.")
NOT("fits differs unneeded void", "!there", "decision 29",
    "The terms are those of what is needed; what goes, goes.")
SAY("stirred", "there", NOTHING, "look", "decisions 21, 29",
    "What is held may have changed: it is to be looked up.")
NOT("stirred", "!there", "decision 29", "Nobody asks what is held of a group that is not needed.")
SAY("allowed", "terms", NOTHING, "-terms", "decision 29", "It is allowed.")
NOT("allowed", "!terms", "decision 29", "Nothing was asked.")
SAY("looked", "look !terms", NOTHING, "-look", "decision 21", "What is held is known.")
NOT("looked", "terms", "decision 23", "To allow comes first.")
NOT("looked", "!look !terms", "decision 21", "Nothing was to be looked up.")
SAY("lost", "there !terms !look", NOTHING, "terms", "decision 29",
    "Somebody made the MGV-F forget it: it is allowed anew.")
NOT("lost", "!there", "decision 29", "That is seen by looking at one that is needed,")
NOT("lost", "terms", "decision 29", "which is not done while the terms are to be told;")
NOT("lost", "there look !terms", "decision 29", "then it was looked up.")
SAY("counted", "going !counted", NOTHING, "counted", "decision 29",
    "A session tells its host which MSKs are gone, so it has to know before.")
NOT("counted", "counted", "decision 29", "It was.")
NOT("counted", "!going", "decision 29", "Nothing goes.")
SAY("recount", "counted", "again", "-counted", "decision 29",
    "Forgetting failed, or a message came: another one may be held now.")
NOT("recount", "!counted", "decision 29", "It was not counted.")
SAY("forgotten", "counted", NOTHING, "-", "decision 29", "It is gone.")
NOT("forgotten", "!counted", "decision 29", "What goes with it is told, so that is known first.")

# --- a delivery --------------------------------------------------------------

DELIVERY = Machine("BM-SC: a delivery", """
    free
    queued  owed
    sent    owed waiting
""")
SAY, NOT = DELIVERY.say, DELIVERY.cannot
SAY("push", "!owed", "queue", "owed", "TS 6.3.2.3.1; decision 11",
    "It waits for its turn, under a CSB ID that it keeps over retransmissions.")
SAY("push", "owed", "hurry", "-waiting", "decision 11", "Asked for again: due at once, in its turn.")
SAY("turn", "owed !waiting", "send", "waiting", "TS 6.4.2; decision 11", "One message is in flight.")
SAY("turn_plain", "owed !waiting", "last", "-", "TS 6.3.2.3.1; decision 11",
    "Without V nothing comes back, and it is not sent again.")
SAY("yield", "waiting", "wait", "-waiting", "decision 11",
    "No acknowledgement in time: it makes way, and keeps its intervals and the number of its sendings.")
SAY("spent", "owed !waiting", "give_up", "-", "decision 18", "Sent as often as may be: a delivery without an answer.")
SAY("ack", "owed", "done", "-", "decision 11", "An acknowledgement of any of its messages completes it.")
SAY("newer", "owed", "drop", "-", "decision 9", "Deliveries of an older MSK of the group are cancelled.")
SAY("later", "owed !waiting", "later", "", "decision 30", "Not now: it waits for an interval and is asked for then.")
NOT("turn turn_plain", "!owed", "decision 11", "Nothing is owed.")
NOT("turn turn_plain", "waiting", "decision 11", "It is in flight.")
NOT("yield", "!waiting", "decision 11", "It is not in flight.")
NOT("spent", "!owed", "decision 18", "Nothing is owed.")
NOT("spent", "waiting", "decision 18", "The last sending may yet be acknowledged.")
NOT("ack newer", "!owed", "decision 11", "Nothing is owed.")
NOT("later", "!owed", "decision 30", "Nothing is owed.")
NOT("later", "waiting", "decision 30", "It is asked for at a turn.")


# --- the comparison ----------------------------------------------------------

MACHINES = [EXCHANGE, GROUP, SERVICE, HOLDING, DELIVERY]


def check_texts():
    """The decisions that sentences name are there."""
    page = (ROOT / "doc" / "decisions.md").read_text(encoding="utf-8")
    there = set(re.findall(r"^### (\d+)\. ", page, re.MULTILINE))
    for machine in MACHINES:
        for sentence in machine.sentences:
            for part in sentence[4].split(";"):
                if "decision" in part and not set(re.findall(r"\d+", part)) <= there:
                    raise SystemExit(f"there is no such decision: {sentence[4]}")


def behaviour(action, state, following):
    """What a cell of a table does, and the state after it, as sentences have it."""
    return NOTHING if action in ("", "KEEP") else action.lower(), following or state


def behaviours(table):
    return {(state, event): behaviour(action, state, following)
            for (state, event), (action, following) in table.items()}


def differences(machine, names, table):
    """What the texts and a table say of a cell, where they differ."""
    listed = [name for name, _ in names["state"]]
    if listed != list(machine.facts):
        raise SystemExit(f"{machine.title}: its states are {listed}")
    found, there = [], behaviours(table)
    for (state, event), (does, following, said) in machine.cells([e for e, _ in names["event"]]).items():
        text = None if does is CANNOT else (does, following)
        if there.get((state, event)) != text:
            found.append((state, event, there.get((state, event)), text, said))
    return found


def told(cell):
    if cell is None:
        return "not defined"
    return f"{cell[0] or 'nothing'} -> {cell[1].lower()}"


def compare():
    check_texts()
    bad = cells = 0
    for title, _, headers, source in states.MACHINES:
        machine = next(m for m in MACHINES if m.title == title)
        names, table = states.read_machine(headers, source)
        cells += len(names["state"]) * len(names["event"])
        for state, event, cell, text, said in differences(machine, names, table):
            bad += 1
            print(f"{title}: {event.lower()} in {state.lower()}\n"
                  f"    lib/{source}: {told(cell)}\n    the texts: {told(text)}. {said}")
    print(f"{cells} cells, {bad} differ from the texts")
    return 1 if bad else 0


# --- does it bite? -----------------------------------------------------------

def places(text):
    """(kind, span, words that may stand there) of each cell, and of each next state."""
    panels = states.PANELS.search(text)
    after = states.NEXT.search(text)
    actions = re.findall(r"\[([A-Z]A_\w+)\] = ", after.group(1))
    following = re.compile(r"\[([A-Z]A_\w+)\] = (MSK_\w+)")
    nexts = sorted({word for _, word in following.findall(after.group(1))} - {"MSK_SAME_STATE"})
    for row in states.LINE.finditer(text, *panels.span(1)):
        for word in re.compile(r"\w+").finditer(text, *row.span(2)):
            yield "action", word.span(), ["0", *actions]
    for entry in following.finditer(text, *after.span(1)):
        yield "next", entry.span(2), [*nexts, "MSK_SAME_STATE"]


def bite():
    tried = seen = equal = 0
    for title, _, headers, source in states.MACHINES:
        machine = next(m for m in MACHINES if m.title == title)
        text = states.read_file(source)
        _, table = states.read_machine(headers, source)
        for kind, (begin, end), words in places(text):
            for word in words:
                if word == text[begin:end]:
                    continue
                changed = text[:begin] + word + text[end:]
                names, other = states.read_machine(headers, source, changed)
                tried += 1
                if differences(machine, names, other):
                    seen += 1
                elif behaviours(other) == behaviours(table):
                    equal += 1
                else:
                    line = text[:begin].count("\n") + 1
                    print(f"not seen: lib/{source}:{line}: {kind} {text[begin:end]} -> {word}")
    print(f"{tried} changes, {seen} seen, {equal} change nothing that is done")
    return 0 if seen + equal == tried else 1


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bite", action="store_true")
    arguments = parser.parse_args()
    return bite() if arguments.bite else compare()


if __name__ == "__main__":
    sys.exit(main())
