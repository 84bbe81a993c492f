/* SPDX-License-Identifier: MIT */
/*
 * The procedures of both ends, with the tables of lib/ themselves: tables.h is
 * made from them (check.py). One UE in one Key Group without registration (CR
 * 6.3.2.2.2), a BM-SC, a network, and trouble: losses, falls, re-keys, pulls,
 * refusals, a patience that ends. All trouble has an end; then
 *
 *   - the UE has the current MSK, or has left by the rule, or stays by the rule:
 *     refused, with an older MSK that is still good, as far as it can see;
 *
 * and always no step is undefined, no UE leaves that holds a good MSK, and a
 * request that waits for its turn asks for something.
 *
 * Counters: of two messages the UE drops the older one once it took the newer.
 * commit.pml has them, and replay, in full. Time: whoever waits may go on
 * waiting or not, but not for ever. A copy of a message is dropped like a replay.
 */
#ifndef TROUBLES
#define TROUBLES 2 /* how many of them, in any order */
#endif
#ifndef NET
#define NET 2 /* messages in flight at a time */
#endif
#define RETRIES 1 /* of a delivery */
#define PULL 255

#include "tables.pml"
c_decl {
\#include "tables.h"
}

/* The UE: the store, then the session. Newest first, 0: none. */
byte held, older;
byte used; /* bit n: MSK n is used up, as far as the UE can see */
byte state = GROUP_REST;
bool wanted, asked, pulled, confirmed, ended, patient, over, looks, left;
bool undefined; /* a step that no table defines */

/* The request under way. */
byte http;
#define HTTP_IDLE 0
#define HTTP_SENT 1
#define HTTP_GRANTED 2
#define HTTP_NONE 3    /* 204: there is no MSK */
#define HTTP_REFUSED 4
#define HTTP_FAILED 5

/* The BM-SC. */
byte current, delivery = DELIVERY_FREE, number, n_sent;
bool member, denied;

/* The network: the oldest message first. mine: of the delivery of now. */
byte net_n, net[NET], ack; /* ack: 0 none, 1 mine, 2 of a delivery before */
bool mine[NET];

byte troubles = TROUBLES; /* to come */
bool tick;

#define good(n) (n != 0 && (used & (1 << n)) == 0)
#define has_good (good(held) || good(older))
#define has_current (current != 0 && (held == current || older == current))

/* --- the machines, as the library has them --------------------------------- */

hidden byte event;

/* lib/ue/group_machine.c, act_on_group; what is left out is time. */
c_code {
static void
act_on_group(int action)
{
    switch (action) {
    case DO_BEGIN:
    case DO_DAMP:
    case DO_NOW:
        now.patient = now.over = 0;
        now.wanted = 1;
        break;
    case DO_JOIN:
        if (now.state == STATE_READY)
            now.wanted = 1;
        else
            now.pulled = !(now.wanted && now.asked);
        break;
    case DO_COUNT: now.patient = 1; break;
    case DO_HOPE: now.wanted = now.patient = 1; break;
    case DO_AGAIN: now.wanted = 1; break;
    case DO_LOOK:
        now.looks = 1;
        now.wanted = 0;
        if (now.ended)
            now.patient = now.over = 0;
        break;
    case DO_END: now.patient = now.over = 0; break;
    case DO_LEAVE:
        now.patient = now.over = now.wanted = 0;
        now.left = 1;
        break;
    }
}
}

inline step_group(e)
{
    event = e;
    c_code {
        int does = step_group(&now.state, event);
        now.undefined |= does == 0;
        act_on_group(does);
    };
    assert(!undefined)
}

inline end_asking()
{
    patient = false;
    over = false
}

inline step_delivery(e)
{
    event = e;
    c_code { (void)step_delivery(&now.delivery, event); }
}

/* --- the UE: lib/ue/leave.c, group_answer.c, receive.c ----------------------- */

inline leave_failed()
{
    if
    :: !over -> step_group(GROUP_RETRY)
    :: else ->
        ended = true;
        confirmed = false;
        step_group(GROUP_SPENT)
    fi
}

inline end_answer()
{
    step_group(GROUP_DONE);
    if
    :: wanted -> step_group(GROUP_NEED)
    :: else
    fi
}

inline ask_after_pull()
{
    if
    :: pulled ->
        pulled = false;
        step_group(GROUP_PULL)
    :: else
    fi
}

inline take_failure()
{
    asked = false;
    if
    :: state == GROUP_ANSWERED -> end_answer()
    :: else -> leave_failed()
    fi;
    ask_after_pull()
}

inline conclude()
{
    if
    :: http == HTTP_REFUSED ->
        wanted = false;
        ended = true;
        confirmed = false;
        step_group(GROUP_REFUSED)
    :: http == HTTP_GRANTED -> step_group(GROUP_GRANTED)
    :: http == HTTP_NONE ->
        confirmed = true;
        ended = over;
        step_group(GROUP_CONFIRMED)
    fi
}

inline take_answer()
{
    if
    :: state != GROUP_ASKED && state != GROUP_ANSWERED -> asked = false
    :: else ->
        if
        :: http == HTTP_FAILED -> take_failure()
        :: else ->
            asked = false;
            if
            :: state == GROUP_ANSWERED -> end_answer()
            :: else -> conclude()
            fi;
            ask_after_pull()
        fi
    fi;
    http = HTTP_IDLE
}

inline look_up()
{
    looks = false;
    if
    :: state == GROUP_STAY && has_good -> step_group(GROUP_GOOD)
    :: state == GROUP_STAY && !has_good -> step_group(GROUP_NOTHING)
    :: state == GROUP_LOOKING && has_good && confirmed -> step_group(GROUP_DONE)
    :: state == GROUP_LOOKING && !(has_good && confirmed) && !ended -> step_group(GROUP_RETRY)
    :: state == GROUP_LOOKING && has_good && !confirmed && ended -> step_group(GROUP_GOOD)
    :: state == GROUP_LOOKING && !has_good && ended -> step_group(GROUP_NOTHING)
    :: else
    fi;
    assert(!left || !has_good) /* unless it has a still-valid, older MSK */
}

active proctype ue()
{
    atomic { wanted = true; step_group(GROUP_NEED) };
    do
    :: atomic { !left && state == GROUP_BACKOFF -> step_group(GROUP_DUE) }
    :: atomic { !left && state == GROUP_READY && http == HTTP_IDLE ->
            assert(wanted);
            asked = true;
            http = HTTP_SENT;
            step_group(GROUP_SENT)
        }
    :: atomic { !left && state == GROUP_WAIT -> leave_failed() }
    :: atomic { !left && looks -> look_up() }
    :: atomic { !left && http > HTTP_SENT -> take_answer() }
    od
}

/* What it receives is committed in the step in which it is taken. */
inline take_msk(n)
{
    if
    :: n == held
    :: n != held ->
        older = held;
        held = n
    fi;
    pulled = false;
    wanted = false;
    end_asking();
    step_group(GROUP_MSK)
}

/* The message at i, and with it all that are older: they come too late. */
inline drop_upto(i)
{
    if
    :: i + 1 < net_n ->
        net[0] = net[1];
        mine[0] = mine[1];
        net_n = 1
    :: else -> net_n = 0
    fi;
    if
    :: net_n < 2 -> net[1] = 0; mine[1] = false
    :: else
    fi;
    if
    :: net_n < 1 -> net[0] = 0; mine[0] = false
    :: else
    fi
}

inline receive(i)
{
    if
    :: left /* nobody listens */
    :: !left && net[i] == PULL -> step_group(GROUP_PULL)
    :: !left && net[i] != PULL ->
        if
        :: mine[i] -> ack = 1
        :: !mine[i] && ack == 0 -> ack = 2
        :: else
        fi;
        take_msk(net[i])
    fi;
    drop_upto(i)
}

active proctype network()
{
    do
    :: atomic { net_n > 0 -> receive(0) }
    :: atomic { net_n > 1 -> receive(1) }
    od
}

/* Traffic is under the current MSK: who lacks it may ask. */
active proctype traffic()
{
    do
    :: atomic { !left && current != 0 && !has_current &&
                (state == GROUP_REST || state == GROUP_STAY) ->
            wanted = true;
            step_group(GROUP_MISSED)
        }
    :: atomic { !left && state == GROUP_STAY && !has_good && !looks -> looks = true }
    od
}

/* --- the BM-SC ---------------------------------------------------------------- */

/* What was sent under the delivery before does not complete the next one. */
inline forget_sent()
{
    mine[0] = false;
    mine[1] = false;
    if
    :: ack == 1 -> ack = 2
    :: else
    fi
}

inline owe()
{
    if
    :: delivery != DELIVERY_FREE && number != current -> step_delivery(DELIVERY_NEWER)
    :: else
    fi;
    if
    :: delivery == DELIVERY_FREE ->
        forget_sent();
        number = current;
        n_sent = 0
    :: else ->
        if
        :: n_sent > RETRIES -> n_sent = 0
        :: else
        fi
    fi;
    step_delivery(DELIVERY_PUSH)
}

inline send_msk()
{
    net[net_n] = number;
    mine[net_n] = true;
    net_n++;
    n_sent++
}

inline turn()
{
    if
    :: denied -> step_delivery(DELIVERY_NEWER)
    :: else ->
        if
        :: number != current ->
            number = current;
            n_sent = 0;
            forget_sent()
        :: else
        fi;
        if
        :: n_sent > RETRIES -> step_delivery(DELIVERY_SPENT)
        :: else ->
            step_delivery(DELIVERY_TURN);
            send_msk()
        fi
    fi;
    if
    :: delivery == DELIVERY_FREE ->
        forget_sent();
        number = 0;
        n_sent = 0
    :: else
    fi
}

inline serve()
{
    if
    :: denied ->
        http = HTTP_REFUSED;
        member = false
    :: !denied && current == 0 -> http = HTTP_NONE
    :: !denied && current != 0 ->
        member = true;
        owe();
        http = HTTP_GRANTED
    fi
}

active proctype courier()
{
    do
    :: atomic { delivery == DELIVERY_QUEUED && net_n < NET -> turn() }
    :: atomic { delivery == DELIVERY_SENT && net_n == 0 && ack == 0 -> step_delivery(DELIVERY_YIELD) }
    od
}

active proctype office()
{
    do
    :: atomic { http == HTTP_SENT -> serve() }
    :: atomic { ack == 1 ->
            ack = 0;
            step_delivery(DELIVERY_ACK);
            number = 0;
            n_sent = 0;
            forget_sent()
        }
    :: atomic { ack == 2 -> ack = 0 }
    od
}

/* --- trouble, which ends --------------------------------------------------------- */

inline rekey()
{
    current++;
    if
    :: member && !denied -> owe()
    :: true /* the host tells nobody, or pulls */
    fi
}

inline pull()
{
    net[net_n] = PULL;
    mine[net_n] = false;
    net_n++
}

inline drop_last()
{
    net_n = 1;
    net[1] = 0;
    mine[1] = false
}

/* Patience: lib/ue/group_answer.c, msk_ue_group_impatient. */
inline lose_patience()
{
    over = true;
    if
    :: wanted && state == GROUP_ASKED -> take_failure()
    :: wanted && state != GROUP_ASKED -> leave_failed()
    :: else
    fi;
    end_asking()
}

/* The store stays; the session begins anew, and what was under way is nobody's. */
inline fall()
{
    if
    :: http == HTTP_SENT && !denied && current != 0 ->
        member = true;
        owe()
    :: true
    fi;
    http = HTTP_IDLE;
    asked = false;
    pulled = false;
    confirmed = false;
    ended = false;
    looks = false;
    end_asking();
    state = GROUP_REST;
    wanted = true;
    step_group(GROUP_NEED)
}

active proctype trouble()
{
    do
    :: atomic { current == 0 -> rekey() } /* the first MSK is none */
    :: atomic { troubles > 0 ->
            troubles--;
            if
            :: current > 0 -> rekey()
            :: net_n > 0 -> drop_upto(0)
            :: net_n > 1 -> drop_last()
            :: ack != 0 -> ack = 0
            :: http != HTTP_IDLE && http != HTTP_FAILED -> http = HTTP_FAILED
            :: !left -> fall()
            :: member && net_n < NET -> pull()
            :: current != 0 && !denied ->
                denied = true;
                member = false
            :: !left && patient && state != GROUP_LOOKING -> lose_patience()
            :: held != current && good(held) -> used = used | (1 << held)
            :: older != current && good(older) -> used = used | (1 << older)
            fi
        }
    :: tick = !tick /* time goes on, also where nothing happens any more */
    od
}

#define served (left || has_current || (denied && has_good) || current == 0)

ltl ends_well { <> [] served }
