/* SPDX-License-Identifier: MIT */
/*
 * What is committed before what goes out. Nodes of a BM-SC that share one record
 * by compare-and-swap, and the MGV-F of a UE with a store; both fall at any
 * moment, and all that is in memory is gone then. The network keeps whatever
 * was ever sent, and hands any of it over, in any order, as often as it likes,
 * or never: that is loss, copies, change of order, and replay, in one.
 *
 * Safety alone, as assertions. doc/decisions.md 3, 7, 9, 11, 15.
 */
#ifndef COUNTERS
#define COUNTERS 3 /* MIKEY messages that the BM-SC can send */
#endif
#ifndef NUMBERS
#define NUMBERS 3 /* MSKs that it makes */
#endif
#ifndef NODES
#define NODES 2
#endif

#define PULL 255

/* The record of the subscriber and of the Key Group; durable. */
byte version, counter, current, owed;

/* The store of the MGV-F; durable. Newest first; the third must stay empty. */
byte taken; /* the last counter, 0: none yet */
byte first, second, third;

byte net[COUNTERS + 1];     /* by counter: nothing, the number of an MSK, PULL */
bool acked[NUMBERS + 1];    /* by MSK: acknowledgements that were ever sent */
bool accepted[COUNTERS + 1], stored[COUNTERS + 1]; /* for the assertions */

inline send(c, what)
{
    assert(counter >= c);       /* nothing goes out that is not committed */
    assert(net[c] == 0);        /* and no counter twice */
    net[c] = what
}

/* Load, change, commit if nobody else has, send. A node may fall after any of
 * its steps: then it begins anew. */
proctype node()
{
    byte v, c, cur, owe, out;

    do
    :: atomic {
            v = version;
            c = counter;
            cur = current;
            owe = owed;
            if
            :: cur < NUMBERS -> /* re-key; what is owed of older ones is not */
                cur++;
                owe = cur
            :: owe != 0 && c < COUNTERS ->
                c++;
                out = owe
            :: cur != 0 && c < COUNTERS ->
                c++;
                out = PULL
            :: cur > 1 && c < COUNTERS -> /* asked for by its number */
                c++;
                out = cur - 1
            :: owe != 0 && acked[owe] -> /* one of its messages was acknowledged */
                owe = 0
            fi
        };
        atomic {
            if
            :: version == v ->
                version++;
                counter = c;
                current = cur;
                owed = owe
            :: version != v -> out = 0 /* a conflict: all is thrown away */
            fi;
            v = 0;
            cur = 0;
            owe = 0
        };
        atomic {
            if
            :: out != 0 -> send(c, out)
            :: skip /* nothing is to be sent, or it falls */
            fi;
            c = 0;
            out = 0
        }
    od
}

/* The rule of two (CR 6.3.2.1): a number that is held becomes the newest. */
inline deliver(number)
{
    if
    :: number == first -> skip
    :: number == second -> second = first; first = number
    :: number != first && number != second ->
        third = second;
        second = first;
        first = number;
        third = 0 /* the older of the two goes */
    fi
}

inline commit(c, what)
{
    assert(!accepted[c]); /* no replay is accepted */
    accepted[c] = true;
    taken = c;
    if
    :: what != PULL -> deliver(what); stored[c] = true
    :: else -> skip /* an authentic message counts, whatever it says */
    fi;
    assert(third == 0); /* never three MSKs of a Key Group, nor one twice */
    assert(first != second || first == 0)
}

inline acknowledge(c)
{
    assert(stored[c]); /* no acknowledgement before the commit */
    acked[net[c]] = true
}

/* It may fall between its steps. */
proctype mgvf()
{
    byte c;

    do
    :: atomic {
            select(c : 1 .. COUNTERS);
            if
            :: net[c] != 0 && c > taken
            :: else -> goto dropped
            fi;
            commit(c, net[c])
        };
        atomic {
            if
            :: net[c] != PULL -> acknowledge(c)
            :: skip /* nothing to acknowledge, or it falls */
            fi;
dropped:    c = 0
        }
    od
}

init
{
    byte i;

    atomic {
        for (i : 1 .. NODES) {
            run node()
        }
        run mgvf()
    }
}
