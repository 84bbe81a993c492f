# SPDX-License-Identifier: MIT
"""What speed and size are to be, each a ratio of two figures of one run, and why it is not so.

Set by hand, on one machine; ratios carry over to another. The reason is printed where an aim is
missed. It is what was measured: take it out, or find the next one, when that changes.
"""
import collections

# what: "A / B", the operations; least: the ratio is at least the limit, not at most.
Aim = collections.namedtuple("Aim", "what over under provider limit least why")

FIRST, OPENSSL, NONE = "first", "OpenSSL", ""

WALK = ("The walk hands out each payload with its fields and knows the rules of all types, which "
        "is three quarters of it: see the bare walk.")
PROTECTED = ("Beside its cryptography: the message is read or made, labels and sums of the PRF "
             "are put together, keys and states are cleared.")
SEAL = PROTECTED + " On OpenSSL it took 800 ns in some runs, and it is not known why."
UE = ("Nothing is derived twice. Two records are loaded, checked, stored and wiped, the message is "
      "read, the host is told: none of it is a tenth of what is above the floor.")
PUSH = ("The record of the subscriber is read and written, a third of it; the message is made, a "
        "quarter; the delivery is noted, the outbox filled. What is the same for a group is 400 of "
        "43,000 instructions: no template of it pays.")
DIGEST = "A header of 600 octets is cut, unescaped and compared by a reader that stays in bounds."
REQUEST = ("Floor and expat are more than the aim: expat reads the body with 29 allocations, and "
           "draws a salt from the kernel for each parser. The header is cut to say who asks, and "
           "again to check it, 3 %. The aim is half of 22.9 us where the floor took 7.95 us.")

OTHER, LIBMSK, FLOOR = "other", "libmsk", "floor"


def floor(name, provider, limit, why):
    return Aim(name + " / floor", (LIBMSK, name), (FLOOR, name), provider, limit, False, why)


AIMS = [
    # Its own message, which is smaller; and the same octets.
    Aim("live555 parses it / walk", (OTHER, "live555 parses it"), (LIBMSK, "walk"), NONE, 3.5,
        True, WALK),
    Aim("GStreamer parses it / walk a smaller message", (OTHER, "GStreamer parses it"),
        ("beside", "walk a smaller message"), NONE, 14, True, WALK),
    floor("seal", FIRST, 1.11, SEAL),
    floor("open", FIRST, 1.11, PROTECTED),
    floor("seal", OPENSSL, 1.11, SEAL),
    floor("open", OPENSSL, 1.11, PROTECTED),
    Aim("reject forged / open", (LIBMSK, "reject forged"), (LIBMSK, "open"), FIRST, 0.65, False,
        PROTECTED),
    floor("UE takes an MSK", FIRST, 1.35, UE),
    floor("BM-SC pushes to a UE", FIRST, 1.20, PUSH),
    floor("check Digest", FIRST, 1.25, DIGEST),
    floor("check Digest", OPENSSL, 2.2, DIGEST),
    floor("BM-SC answers an MSK request", FIRST, 1.44, REQUEST),
]

# Octets on a Cortex-M0+ with -Os: what a UE that only receives links of the library.
RECEIVER = 18404
RECEIVER_WHY = ("An MSK may come without a RAND, with an MTK and with an end, as 5G hands it over: "
                "992 octets to import it, keep it and hand it out.")
