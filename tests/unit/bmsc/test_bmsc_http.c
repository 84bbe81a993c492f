/* SPDX-License-Identifier: MIT */
/* MSK requests over HTTP: who is let in, what each item gets, what follows. */
#include <string.h>

#include "apart.h"
#include "bmsc/key_group.h"
#include "bmsc/subscriber.h"
#include "visit.h"

#define GROUP 0x18CF
#define OTHER 0x18D0

static struct office o;
static struct visit v;

#define IN_BOTH_LAYOUTS \
    for (int layout = 1; layout <= 2; layout++, release(NULL))

static void
start(int layout, void (*change)(struct msk_bmsc_config *config))
{
    office_start(&o, (enum msk_layout)layout, change);
    visit_start(&v, &o);
}

static void
without_acks(struct msk_bmsc_config *c)
{
    c->acks = MSK_ACK_NONE;
}

static void
sampled(struct msk_bmsc_config *c)
{
    c->acks = MSK_ACK_SAMPLED;
    c->ack_sample = 1000000000;
}

static struct msk_bytes
repeat(char what, size_t n)
{
    uint8_t *p = room(n);

    memset(p, what, n);
    return exact(p, n);
}

/* The first interval is longer than all of them take. */
static void
slowly(struct msk_bmsc_config *c)
{
    c->retry = 60000;
    c->spacing = 250;
}

static void
registered(struct msk_bmsc_config *c)
{
    c->registration = true;
}

static void
with_confirmation(struct msk_bmsc_config *c)
{
    c->confirm = MSK_CONFIRM_ON;
}

static void
without_confirmation(struct msk_bmsc_config *c)
{
    c->confirm = MSK_CONFIRM_OFF;
}

static void
from_akma(struct msk_bmsc_config *c)
{
    c->akma = true;
}

/* TS 33.501 W.4.1.3, TS 33.535 B.1.2.2. */
static void
says_that_keys_come_from_akma(void **state)
{
    (void)state;
    IN_BOTH_LAYOUTS
    {
        start(layout, from_akma);
        office_group_alone(&o, GROUP, true);
        assert_int_equal(visit_code(&v, GROUP), 200);
        assert_memory_equal(v.client.realm, "3GPP-bootstrapping-akma@", 24);
    }
}

/* The whole of it: 401, answer, 200, push, acknowledgement. */
static void
challenges_grants_and_delivers(void **state)
{
    (void)state;
    IN_BOTH_LAYOUTS
    {
        struct msk_body_item item = visit_msk(GROUP, 0);

        start(layout, NULL);
        office_group_alone(&o, GROUP, true);
        assert_int_equal(visit_once(&v, MSK_PROCEDURE_MSK_REQUEST, &item, 1),
                         MSK_OK);
        assert_int_equal(v.status, 401);
        assert_int_equal(v.challenge, MSK_CHALLENGE_ANSWER);
        assert_int_equal(o.effects, 1);
        assert_int_equal(o.questions, 0);
        assert_false(
            msk_subscriber_member(&o.subscriber, GROUP_ID(chip_domain, GROUP)));
        assert_int_equal(visit_once(&v, MSK_PROCEDURE_MSK_REQUEST, &item, 1),
                         MSK_OK);
        assert_int_equal(v.status, 200);
        assert_true(v.verified);
        assert_int_equal(v.n, 1);
        assert_int_equal(v.item[0].code, 200);
        assert_memory_equal(v.item[0].msk_id, item.msk_id, 4);
        /* The answer goes first. */
        assert_int_equal(o.effects, 3);
        assert_int_equal(o.kind[0], MSK_BMSC_EFFECT_SEND_HTTP);
        assert_int_equal(o.kind[1], MSK_BMSC_EFFECT_JOINED);
        assert_int_equal(o.kind[2], MSK_BMSC_EFFECT_SEND_MIKEY);
        assert_int_equal(office_arrives(&o, 0), MSK_OK);
        check_held(&o.chip, GROUP, "1 0..65534 -");
        assert_int_equal(office_ack(&o, o.ack), MSK_OK);
        assert_int_equal(o.delivered, 1);
        /* It need not be challenged again, and is a member now. */
        assert_int_equal(visit_code(&v, GROUP), 200);
        assert_int_equal(v.request.n_headers, 3);
        assert_int_equal(o.questions, 2); /* one for each request */
        assert_int_equal(o.joined, 0);
        assert_int_equal(o.sent, 1);
    }
}

static void
asks_for_an_acknowledgement_unless_there_are_none(void **state)
{
    static void (*const modes[])(struct msk_bmsc_config *) = { NULL, sampled,
                                                               without_acks };

    (void)state;
    for (size_t i = 0; i < 3; i++)
        IN_BOTH_LAYOUTS
        {
            start(layout, modes[i]);
            office_group_alone(&o, GROUP, false);
            assert_int_equal(visit_code(&v, GROUP), 200);
            assert_int_equal(o.sent, 1);
            assert_int_equal(office_arrives(&o, 0), MSK_OK);
            assert_int_equal(o.ack.n > 0, i < 2);
            assert_int_equal(msk_subscriber_due(&o.subscriber) == MSK_NEVER,
                             i == 2);
        }
}

/* Codes come in the order of the items; the same item twice is one. */
static void
answers_each_item_in_its_order(void **state)
{
    static const struct {
        uint16_t group, number;
        int csb, keyid;
    } asks[] = {
        { OTHER, 0, 403, 403 },     /* the host says no */
        { GROUP, 0, 200, 200 },     /* granted */
        { GROUP, 1, 400, 200 },     /* that number is the current one */
        { GROUP, 7, 400, 403 },     /* and that is not */
        { 0, 0, 400, 400 },         /* no group */
        { GROUP + 9, 0, 204, 503 }, /* granted, and there is no MSK */
        { GROUP + 9, 1, 400, 403 }, /* still none */
        { GROUP + 2, 0, 200, 200 },
    };
    enum { N = sizeof asks / sizeof asks[0] };

    (void)state;
    IN_BOTH_LAYOUTS
    {
        struct msk_body_item items[N + 2];

        start(layout, NULL);
        for (size_t i = 0; i < N; i++)
            items[i] = visit_msk(asks[i].group, asks[i].number);
        items[N] = items[1];
        items[N + 1] = items[0];
        office_group_alone(&o, GROUP, false);
        office_group_alone(&o, OTHER, false);
        office_group_alone(&o, GROUP + 2, false);
        o.odd_group = OTHER;
        o.odd_answer = MSK_PERMISSION_REFUSED;
        assert_int_equal(visit(&v, MSK_PROCEDURE_MSK_REQUEST, items, N + 2),
                         MSK_OK);
        assert_int_equal(v.n, N);
        for (size_t i = 0; i < N; i++) {
            assert_memory_equal(v.item[i].msk_id, items[i].msk_id, 4);
            assert_memory_equal(v.item[i].domain, chip_domain, 3);
            check_int("code", v.item[i].code,
                      layout == MSK_LAYOUT_CSB ? asks[i].csb : asks[i].keyid);
        }
        assert_false(
            msk_subscriber_member(&o.subscriber, GROUP_ID(chip_domain, OTHER)));
        assert_true(msk_subscriber_member(&o.subscriber,
                                          GROUP_ID(chip_domain, GROUP + 9)));
        assert_int_equal(o.joined, 3);
    }
}

/* The same number in another domain is another Key Group: it is another item,
 * and does not stand for the one that is asked for. */
static void
answers_for_the_group_of_the_domain(void **state)
{
    (void)state;
    IN_BOTH_LAYOUTS
    {
        struct msk_body_item items[2] = { visit_msk(GROUP, 0),
                                          visit_msk(GROUP, 0) };

        start(layout, NULL);
        office_group(&o, GROUP, false);
        memcpy(items[0].domain, office_twin_domain, 3);
        assert_int_equal(visit(&v, MSK_PROCEDURE_MSK_REQUEST, items, 1),
                         MSK_OK);
        assert_int_equal(o.sent, 1);
        assert_memory_equal(o.id[0].domain, office_twin_domain, 3);
        /* That one is not acknowledged, and makes way. */
        assert_int_equal(visit(&v, MSK_PROCEDURE_MSK_REQUEST, items + 1, 1),
                         MSK_OK);
        assert_int_equal(o.sent, 1);
        assert_memory_equal(o.id[0].domain, chip_domain, 3);
        assert_int_equal(office_arrives(&o, 0), MSK_OK);
        assert_int_equal(office_ack(&o, o.ack), MSK_OK);
        assert_int_equal(visit(&v, MSK_PROCEDURE_MSK_REQUEST, items, 2),
                         MSK_OK);
        assert_int_equal(v.n, 2);
        for (size_t i = 0; i < 2; i++)
            assert_int_equal(v.item[i].code, 200);
    }
}

/* Decision 16. */
static void
confirms_that_there_is_no_msk_where_it_is_told_to(void **state)
{
    static const struct {
        int layout;
        void (*change)(struct msk_bmsc_config *);
        int code;
    } cases[] = {
        { MSK_LAYOUT_CSB, NULL, 204 },
        { MSK_LAYOUT_KEYID, NULL, 503 },
        { MSK_LAYOUT_CSB, without_confirmation, 503 },
        { MSK_LAYOUT_KEYID, with_confirmation, 204 },
    };

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        start(cases[i].layout, cases[i].change);
        assert_int_equal(visit_code(&v, GROUP), cases[i].code);
        assert_int_equal(o.sent, 0);
        /* A push follows when there is one, for it is a member. */
        assert_true(
            msk_subscriber_member(&o.subscriber, GROUP_ID(chip_domain, GROUP)));
        office_group_alone(&o, GROUP, false);
        assert_int_equal(office_push(&o, &o.group[0]), MSK_OK);
        assert_int_equal(o.sent, 1);
        /* An acknowledgement confirms nothing. */
        assert_int_equal(office_arrives(&o, 0), MSK_OK);
        assert_int_equal(office_ack(&o, o.ack), MSK_OK);
        assert_int_equal(visit_code(&v, GROUP), 200);
        assert_int_equal(o.sent, 1);
    }
}

static void
says_what_the_host_says(void **state)
{
    static const struct {
        enum msk_permission answer;
        int code;
        bool member;
    } hosts[] = {
        { MSK_PERMISSION_GRANTED, 200, true },
        { MSK_PERMISSION_NO_MSK, 204, true },
        { MSK_PERMISSION_REFUSED, 403, false },
        { MSK_PERMISSION_NOT_NOW, 503, false },
        { (enum msk_permission)0, 503, false },
        { (enum msk_permission)6, 503, false },
        { (enum msk_permission)403, 503, false },
        { (enum msk_permission) - 1, 503, false },
    };

    (void)state;
    for (size_t i = 0; i < sizeof hosts / sizeof hosts[0]; i++)
        IN_BOTH_LAYOUTS
        {
            start(layout, NULL);
            office_group_alone(&o, GROUP, false);
            o.answer = hosts[i].answer;
            check_int("code", visit_code(&v, GROUP), hosts[i].code);
            assert_int_equal(msk_subscriber_member(
                                 &o.subscriber, GROUP_ID(chip_domain, GROUP)),
                             hosts[i].member);
            assert_int_equal(o.sent, hosts[i].code == 200 ? 1 : 0);
            assert_int_equal(o.joined, hosts[i].member ? 1 : 0);
        }
}

static void
waits_for_a_host_that_does_not_know_yet(void **state)
{
    (void)state;
    IN_BOTH_LAYOUTS
    {
        struct msk_body_item items[2] = { visit_msk(GROUP, 0),
                                          visit_msk(OTHER, 0) };
        struct msk_bytes before;

        start(layout, NULL);
        office_group_alone(&o, GROUP, false);
        office_group_alone(&o, OTHER, false);
        assert_int_equal(visit_once(&v, MSK_PROCEDURE_MSK_REQUEST, items, 2),
                         MSK_OK);
        before = office_packed(&o);
        o.odd_group = OTHER;
        o.odd_answer = MSK_PERMISSION_PENDING;
        assert_int_equal(visit_once(&v, MSK_PROCEDURE_MSK_REQUEST, items, 2),
                         MSK_PENDING);
        assert_int_equal(o.effects, 0);
        check_octets("record", office_packed(&o), before);
        /* The same request once more, and its nonce still counts. */
        o.odd_answer = MSK_PERMISSION_GRANTED;
        assert_int_equal(visit_again(&v), MSK_OK);
        assert_int_equal(v.status, 200);
        assert_true(v.verified);
        assert_int_equal(v.item[0].code + v.item[1].code, 400);
        assert_int_equal(o.sent, 1); /* the other one waits for its turn */
    }
}

static void
without_authorise(struct msk_bmsc_config *c)
{
    c->authorise = NULL;
}

static void
grants_only_members_without_authorise(void **state)
{
    static void (*const modes[])(
        struct msk_bmsc_config *) = { without_authorise, registered };

    (void)state;
    for (size_t i = 0; i < 2; i++)
        IN_BOTH_LAYOUTS
        {
            start(layout, modes[i]);
            office_group(&o, GROUP, false);
            office_group_alone(&o, OTHER, false);
            assert_int_equal(visit_code(&v, GROUP), 200);
            assert_int_equal(visit_code(&v, OTHER), 403);
            /* Whether a member still may is asked where there is somebody. */
            assert_int_equal(o.questions, i);
        }
}

/* --- who asks ------------------------------------------------------------ */

/* Makes the record in the subscriber's place one that lets nobody in. */
static void
spoil_record(int how)
{
    struct msk_sub *sub = msk_sub_of(&o.subscriber);

    switch (how) {
    case 0: o.unknown = true; break;
    case 1: v.mrk = chars("guessed, and as long as the other"); break;
    case 2: sub->expires = o.now; break;
    case 3:
        sub->muk.has_counter = true;
        sub->muk.counter = MSK_COUNTER_LAST_MSK;
        break;
    case 4: sub->rebootstrap = true; break;
    default: v.btid = chars("somebody-else"); break;
    }
}

/* Unknown, wrong and expired look the same and take the same work
 * (decision 14). */
static void
refuses_a_client_that_does_not_know_the_key(void **state)
{
    static struct call_record first, other;

    (void)state;
    IN_BOTH_LAYOUTS
    for (int how = 0; how < 6; how++) {
        struct msk_body_item item = visit_msk(GROUP, 0);
        struct call_record *record = how == 0 ? &first : &other;
        struct msk_bytes before;

        memset(record, 0, sizeof *record);
        start(layout, NULL);
        office_group_alone(&o, GROUP, false);
        assert_int_equal(visit_once(&v, MSK_PROCEDURE_MSK_REQUEST, &item, 1),
                         MSK_OK);
        v.peer = chars("evil");
        spoil_record(how);
        before = office_packed(&o);
        o.crypto.record = record;
        assert_int_equal(visit_once(&v, MSK_PROCEDURE_MSK_REQUEST, &item, 1),
                         MSK_OK);
        assert_int_equal(v.status, 401);
        assert_int_equal(v.challenge, MSK_CHALLENGE_BOOTSTRAP);
        assert_int_equal(o.response.n_headers, 2);
        assert_int_equal(o.response.body.n, 0);
        assert_int_equal(o.effects, 1);
        check_octets("record", office_packed(&o), before);
        if (how < 5) /* a name of another length is hashed */
            assert_string_equal(record->text, first.text);
    }
}

/* A nonce that a stranger gets in a B-TID's name lives as long as any, also
 * when that of the subscriber is of a day that the clock has left. */
static void
does_not_tell_that_a_nonce_of_tomorrow_was_seen(void **state)
{
    (void)state;
    IN_BOTH_LAYOUTS
    for (int known = 0; known < 2; known++) {
        struct msk_body_item item = visit_msk(GROUP, 0);

        start(layout, NULL);
        office_group_alone(&o, GROUP, false);
        o.unknown = known == 0;
        if (known)
            msk_sub_of(&o.subscriber)->seen.issued = o.now + 86400000;
        v.mrk = chars("guessed");
        (void)visit_once(&v, MSK_PROCEDURE_MSK_REQUEST, &item, 1);
        o.now += 300001; /* that nonce is over: it gets another one */
        (void)visit_once(&v, MSK_PROCEDURE_MSK_REQUEST, &item, 1);
        assert_int_equal(v.challenge, MSK_CHALLENGE_STALE);
        o.now += 300001;
        (void)visit_once(&v, MSK_PROCEDURE_MSK_REQUEST, &item, 1);
        assert_int_equal(v.challenge, MSK_CHALLENGE_STALE);
    }
}

/* The parts of an answer that nobody may tell from another's: all but the
 * nonce. */
static struct msk_bytes
look_of_answer(void)
{
    uint8_t *out = room(1024);
    size_t n = 0;

    out[n++] = (uint8_t)(o.response.status & 0xFF);
    for (size_t i = 0; i < o.response.n_headers; i++) {
        struct msk_bytes name = o.response.headers[i].name;
        struct msk_bytes value = o.response.headers[i].value;
        const char *text = (const char *)value.p;

        memcpy(out + n, name.p, name.n);
        n += name.n;
        out[n++] = (uint8_t)value.n;
        for (size_t k = 0, nonce = 0; k < value.n; k++) {
            if (nonce > 0 && text[k] == '"')
                nonce = 0;
            out[n++] = nonce > 0 ? '.' : value.p[k];
            if (k >= 6 && memcmp(text + k - 6, "nonce=\"", 7) == 0)
                nonce = 1;
        }
    }
    return exact(out, n);
}

/* Unknown, wrong, expired, told to bootstrap, counter used up: the same calls
 * of the providers in the same order, and the same answer. */
static void
does_the_same_for_all_that_it_refuses(void **state)
{
    (void)state;
    IN_BOTH_LAYOUTS
    {
        static struct call_record first, record;
        struct msk_bytes look = { NULL, 0 };

        for (int how = 0; how < 5; how++) {
            struct msk_body_item item = visit_msk(GROUP, 0);
            struct msk_sub *sub = msk_sub_of(&o.subscriber);

            start(layout, NULL);
            office_group(&o, GROUP, false);
            assert_int_equal(
                visit_once(&v, MSK_PROCEDURE_MSK_REQUEST, &item, 1), MSK_OK);
            v.mrk =
                how == 1 ? chars("guessed by somebody, of 32 octet") : v.mrk;
            assert_int_equal(
                visit_once(&v, MSK_PROCEDURE_MSK_REQUEST, &item, 1), MSK_OK);
            assert_int_equal(v.status, how == 1 ? 401 : 200);
            switch (how) {
            case 0: o.unknown = true; break;
            case 1: break;
            case 2: sub->expires = o.now; break;
            case 3: msk_subscriber_rebootstrap(&o.subscriber); break;
            default:
                sub->muk.has_counter = true;
                sub->muk.counter = MSK_COUNTER_LAST_MSK;
                break;
            }
            record.n = 0;
            o.record = o.crypto.record = &record;
            assert_int_equal(visit_again(&v), MSK_OK);
            o.record = o.crypto.record = NULL;
            assert_true(record.n > 0);
            assert_int_equal(v.challenge, MSK_CHALLENGE_BOOTSTRAP);
            if (how > 0) {
                assert_int_equal(record.n, first.n);
                assert_memory_equal(record.text, first.text, record.n);
                check_octets("answer", look_of_answer(), look);
            }
            first = record;
            look = look_of_answer();
        }
    }
}

/* How often a word stands in a record. */
static size_t
count_calls(const struct call_record *record, const char *word)
{
    const size_t n = strlen(word);
    size_t found = 0;

    for (size_t i = 0; i + n <= record->n; i++)
        found += memcmp(record->text + i, word, n) == 0;
    return found;
}

/* Keys of HMAC: one for both nonces, and MUK and authentication key of the MSK
 * message. Hashes of SHA-256: four for the request, three for the answer, and
 * those of the UE, which has the same provider. */
static void
makes_no_key_of_digest_twice(void **state)
{
    (void)state;
    IN_BOTH_LAYOUTS
    {
        static struct call_record record;
        struct msk_body_item item = visit_msk(GROUP, 0);

        start(layout, NULL);
        office_group_alone(&o, GROUP, true);
        assert_int_equal(visit_once(&v, MSK_PROCEDURE_MSK_REQUEST, &item, 1),
                         MSK_OK);
        assert_int_equal(v.status, 401);
        record.n = 0;
        o.crypto.record = &record;
        assert_int_equal(visit_once(&v, MSK_PROCEDURE_MSK_REQUEST, &item, 1),
                         MSK_OK);
        o.crypto.record = NULL;
        assert_int_equal(v.status, 200);
        assert_int_equal(o.kind[o.effects - 1], MSK_BMSC_EFFECT_SEND_MIKEY);
        assert_int_equal(count_calls(&record, "hmac_begin"), 3);
        assert_int_equal(count_calls(&record, "hash 3"), 4 + 3 + 8);
    }
}

/* A replay neither gets anything nor moves the address (decision 15). */
static void
refuses_a_request_that_comes_again(void **state)
{
    (void)state;
    IN_BOTH_LAYOUTS
    {
        struct msk_bytes before;

        start(layout, NULL);
        office_group_alone(&o, GROUP, false);
        assert_int_equal(visit_code(&v, GROUP), 200);
        before = office_packed(&o);
        v.peer = chars("evil");
        assert_int_equal(visit_again(&v), MSK_OK);
        assert_int_equal(v.status, 401);
        assert_int_equal(v.challenge, MSK_CHALLENGE_STALE);
        assert_int_equal(o.effects, 1);
        check_octets("record", office_packed(&o), before);
    }
}

static void
moves_the_address_with_a_request_that_verifies(void **state)
{
    (void)state;
    start(MSK_LAYOUT_CSB, NULL);
    office_group_alone(&o, GROUP, false);
    v.peer = chars("a much longer address, 32 octets");
    assert_int_equal(visit_code(&v, GROUP), 200);
    check_octets("address", msk_subscriber_address(&o.subscriber), v.peer);
    v.peer = chars("moved");
    assert_int_equal(visit_code(&v, GROUP), 200);
    check_octets("address", msk_subscriber_address(&o.subscriber), v.peer);
    assert_int_equal(o.sent, 1); /* to there: the office looks */
    v.peer.n = 0;
    assert_int_equal(visit_code(&v, GROUP), 200);
    check_octets("address", msk_subscriber_address(&o.subscriber),
                 chars("moved"));
}

static void
cannot_push_without_an_address(void **state)
{
    (void)state;
    start(MSK_LAYOUT_CSB, NULL);
    office_group_alone(&o, GROUP, false);
    msk_sub_of(&o.subscriber)->address_len = 0;
    v.peer.n = 0;
    assert_int_equal(visit_code(&v, GROUP), 503);
    assert_int_equal(o.sent, 0);
    assert_int_equal(office_push(&o, &o.group[0]), MSK_ERR_STATE);
}

/* Change request 6.3.2.2.4. */
static void
authenticates_again_when_told_to(void **state)
{
    (void)state;
    IN_BOTH_LAYOUTS
    {
        struct msk_body_item item = visit_msk(GROUP, 0);

        start(layout, NULL);
        office_group_alone(&o, GROUP, false);
        assert_int_equal(visit_code(&v, GROUP), 200);
        msk_subscriber_reauth(&o.subscriber);
        assert_int_equal(visit_once(&v, MSK_PROCEDURE_MSK_REQUEST, &item, 1),
                         MSK_OK);
        assert_int_equal(v.status, 401);
        assert_int_equal(v.challenge, MSK_CHALLENGE_STALE);
        assert_int_equal(visit_code(&v, GROUP), 200);
        assert_int_equal(visit_code(&v, GROUP), 200);
        /* Not even a clock that was set back makes old nonces new. */
        msk_subscriber_reauth(&o.subscriber);
        o.now -= 500000;
        assert_int_equal(visit_once(&v, MSK_PROCEDURE_MSK_REQUEST, &item, 1),
                         MSK_OK);
        assert_int_equal(v.challenge, MSK_CHALLENGE_STALE);
        assert_int_equal(visit_code(&v, GROUP), 200);
    }
}

/* Who names its B-TID and knows no key takes nothing of that away, and cannot
 * keep it up: one nonce that is newer is enough. */
static void
authenticates_again_after_guesses_of_a_stranger(void **state)
{
    (void)state;
    IN_BOTH_LAYOUTS
    {
        struct msk_body_item item = visit_msk(GROUP, 0);
        static struct visit own;

        start(layout, NULL);
        office_group_alone(&o, GROUP, false);
        assert_int_equal(visit_code(&v, GROUP), 200);
        msk_subscriber_reauth(&o.subscriber);
        own = v;
        v.mrk = chars("guessed by somebody, of 32 octet");
        for (int i = 0; i < 3; i++) {
            assert_int_equal(
                visit_once(&v, MSK_PROCEDURE_MSK_REQUEST, &item, 1), MSK_OK);
            assert_int_equal(v.status, 401);
        }
        v = own;
        assert_int_equal(visit_once(&v, MSK_PROCEDURE_MSK_REQUEST, &item, 1),
                         MSK_OK);
        assert_int_equal(v.status, 401);
        assert_int_equal(v.challenge, MSK_CHALLENGE_STALE);
        assert_int_equal(visit_once(&v, MSK_PROCEDURE_MSK_REQUEST, &item, 1),
                         MSK_OK);
        assert_int_equal(v.status, 200);
    }
}

static void
demands_new_keys_when_told_to(void **state)
{
    (void)state;
    IN_BOTH_LAYOUTS
    {
        struct msk_subscriber_config c = { .size = sizeof c };
        struct msk_body_item item = visit_msk(GROUP, 0);

        start(layout, NULL);
        office_group_alone(&o, GROUP, false);
        assert_int_equal(visit_code(&v, GROUP), 200);
        msk_subscriber_rebootstrap(&o.subscriber);
        for (int i = 0; i < 2; i++) {
            assert_int_equal(
                visit_once(&v, MSK_PROCEDURE_MSK_REQUEST, &item, 1), MSK_OK);
            assert_int_equal(v.status, 401);
            assert_int_equal(v.challenge, MSK_CHALLENGE_BOOTSTRAP);
        }
        c.btid = v.btid = muk_btid(0x20);
        c.id = chars("imsi-1");
        c.muk = muk_key(0x20);
        c.mrk = v.mrk = chars("another MRK");
        c.expires = MSK_NEVER;
        c.age = 1;
        assert_int_equal(msk_subscriber_rebind(&o.subscriber, &c), MSK_OK);
        assert_int_equal(visit_code(&v, GROUP), 200);
        assert_int_equal(o.sent, 1);
        assert_int_equal(chip_muk(&o.chip, 0x20), MSK_OK);
        assert_int_equal(office_arrives(&o, 0), MSK_OK);
        /* It has shown the new keys: the old ones are gone. */
        assert_int_equal(msk_subscriber_old_btid(&o.subscriber).n, 0);
        assert_int_equal(office_pull(&o, &o.group[0]), MSK_OK);
        assert_int_equal(office_arrives(&o, 0), MSK_OK);
        assert_int_equal(o.chip.result.outcome, MSK_OUTCOME_PULL);
    }
}

/* An expired MUK: pull, 401, bootstrap, and the MSK comes (decision 19). */
static void
brings_back_a_ue_whose_muk_has_expired(void **state)
{
    (void)state;
    IN_BOTH_LAYOUTS
    {
        struct msk_body_item item = visit_msk(GROUP, 0);
        struct msk_subscriber_config c = { .size = sizeof c };

        start(layout, NULL);
        office_group(&o, GROUP, false);
        o.now = 1000000000;
        assert_int_equal(office_push(&o, &o.group[0]), MSK_OK);
        assert_int_equal(office_arrives(&o, 0), MSK_OK);
        assert_int_equal(o.chip.result.outcome, MSK_OUTCOME_PULL);
        assert_int_equal(visit(&v, MSK_PROCEDURE_MSK_REQUEST, &item, 1),
                         MSK_OK);
        assert_int_equal(v.status, 401);
        assert_int_equal(v.challenge, MSK_CHALLENGE_BOOTSTRAP);
        c.btid = v.btid = muk_btid(0x20);
        c.id = chars("imsi-1");
        c.muk = muk_key(0x20);
        c.mrk = v.mrk = chars("another MRK");
        c.expires = MSK_NEVER;
        c.age = 1;
        assert_int_equal(msk_subscriber_rebind(&o.subscriber, &c), MSK_OK);
        assert_int_equal(chip_muk(&o.chip, 0x20), MSK_OK);
        assert_int_equal(visit_code(&v, GROUP), 200);
        assert_int_equal(o.joined, 0); /* its groups stayed */
        assert_int_equal(office_arrives(&o, 0), MSK_OK);
        check_held(&o.chip, GROUP, "1 0..65534 -");
    }
}

/* --- requests that are none ---------------------------------------------- */

static void
answers_what_is_no_request_with_a_status(void **state)
{
    static const struct {
        const char *method, *target;
        int status;
        const char *coding;
    } asks[] = {
        { "POST", "/", 404, NULL },
        { "POST", "/keymanagement", 404, NULL },
        { "GET", "/keymanagement?requesttype=msk-request", 405, NULL },
        { "POST", "/keymanagement?requesttype=tea", 501, NULL },
        { "POST", "/keymanagement?requesttype=register", 501, NULL },
        { "POST", "/keymanagement?requesttype=deregister", 501, NULL },
        { "POST", "/keymanagement?requesttype=msk-request", 401, NULL },
        { "POST", "/a/keymanagement?x=1&requesttype=msk-request", 401, NULL },
        { "POST", "/keymanagement?requesttype=msk-request", 415, "gzip" },
        { "POST", "/keymanagement?requesttype=msk-request", 401, "identity" },
        { "GET", "/keymanagement?requesttype=msk-request", 405, "gzip" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof asks / sizeof asks[0]; i++)
        IN_BOTH_LAYOUTS
        {
            struct msk_http_request r = { .size = sizeof r };
            struct msk_http_header coding = { msk_text("Content-Encoding"),
                                              { NULL, 0 } };

            start(layout, NULL);
            r.method = chars(asks[i].method);
            r.target = chars(asks[i].target);
            if (asks[i].coding != NULL) {
                coding.value = chars(asks[i].coding);
                r.headers = &coding;
                r.n_headers = 1;
            }
            assert_int_equal(office_http(&o, &r, chars("ue")), MSK_OK);
            check_int(asks[i].target, o.response.status, asks[i].status);
            assert_int_equal(o.effects, 1);
            assert_int_equal(o.response.body.n, 0);
            if (asks[i].status == 405)
                check_octets("Allow", o.response.headers[0].value,
                             chars("POST"));
            if (asks[i].status == 415)
                check_octets("Accept-Encoding", o.response.headers[0].value,
                             chars("identity"));
        }
}

/* The record is committed with each answer, so that its timers must be right:
 * no moment that the clock, set back, will not see for long. */
static void
begins_timers_anew_when_the_clock_was_set_back(void **state)
{
    (void)state;
    IN_BOTH_LAYOUTS
    {
        struct msk_http_request r = { .size = sizeof r };

        start(layout, NULL);
        office_group_alone(&o, GROUP, false);
        assert_int_equal(visit_code(&v, GROUP), 200);
        assert_int_equal(o.sent, 1);
        o.now -= 500000;
        r.method = chars("POST");
        r.target = chars("/keymanagement?requesttype=msk-request");
        assert_int_equal(office_http(&o, &r, chars("ue")), MSK_OK);
        assert_int_equal(o.response.status, 401);
        assert_true(msk_subscriber_due(&o.subscriber) <= o.now + 2500);
    }
}

static void
answers_credentials_that_are_none_with_400(void **state)
{
    static const char *const bad[] = {
        "Digest",

        "Digest username=\"btid-10",
        "Digest username=\"btid-10\", username=\"btid-10\"",
    };

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct msk_http_header h = { chars("Authorization"), chars(bad[i]) };
        struct msk_http_request r = { .size = sizeof r,
                                      .headers = &h,
                                      .n_headers = 1 };

        start(MSK_LAYOUT_CSB, NULL);
        r.method = chars("POST");
        r.target = chars("/keymanagement?requesttype=msk-request");
        assert_int_equal(office_http(&o, &r, chars("ue")), MSK_OK);
        check_int(bad[i], o.response.status, 400);
    }
}

/* It is the UE who says so: the answer is a verified one. */
static void
answers_bodies_that_are_none_with_a_verified_400(void **state)
{
    static const char good[] =
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<mbmsMSKRequest "
        "xmlns=\"urn:3GPP:metadata:2005:MBMS:mskRequest\"><MSK><keyDomainID>"
        "IWNU</keyDomainID><MSKID>GM8AAA==</MSKID></MSK></mbmsMSKRequest>";
    static const struct {
        const char *type, *body;
        int status;
    } asks[] = {
        { "application/mbms-msk+xml", good, 200 },
        { "application/mbms-register+xml", good, 400 },
        { "text/plain", good, 400 },
        { "application/mbms-msk+xml", "", 400 },
        { "application/mbms-msk+xml", "<x>", 400 },
        { "application/mbms-msk+xml",
          "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<mbmsMSKRequest "
          "xmlns=\"urn:3GPP:metadata:2005:MBMS:mskRequest\">"
          "</mbmsMSKRequest>",
          400 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof asks / sizeof asks[0]; i++)
        IN_BOTH_LAYOUTS
        {
            start(layout, NULL);
            office_group_alone(&o, GROUP, false);
            for (int k = 0; k < 2; k++)
                assert_int_equal(visit_body(&v, MSK_PROCEDURE_MSK_REQUEST,
                                            asks[i].type, chars(asks[i].body)),
                                 MSK_OK);
            check_int(asks[i].body, v.status, asks[i].status);
            assert_true(v.verified);
            assert_int_equal(o.sent, asks[i].status == 200 ? 1 : 0);
        }
}

static void
refuses_more_than_fits(void **state)
{
    struct msk_body_item items[MSK_BODY_ITEMS_MAX];
    uint8_t *much = room(MSK_HTTP_BODY_MAX + 1);

    (void)state;
    start(MSK_LAYOUT_KEYID, NULL);
    for (uint16_t i = 0; i < MSK_BODY_ITEMS_MAX; i++)
        items[i] = visit_msk((uint16_t)(i + 1), 0);
    assert_int_equal(
        visit(&v, MSK_PROCEDURE_MSK_REQUEST, items, MSK_BODY_ITEMS_MAX),
        MSK_OK);
    assert_int_equal(v.status, 200);
    assert_int_equal(v.n, MSK_BODY_ITEMS_MAX);
    for (size_t i = 0; i < MSK_BODY_ITEMS_MAX; i++)
        assert_int_equal(v.item[i].code, 503);
    assert_int_equal(o.joined, MSK_SUBSCRIBER_GROUPS_MAX);
    assert_int_equal(visit_body(&v, MSK_PROCEDURE_MSK_REQUEST, "text/plain",
                                exact(much, MSK_HTTP_BODY_MAX + 1)),
                     MSK_OK);
    assert_int_equal(v.status, 400);
    assert_false(v.verified);
}

/* Who cannot become a member gets nothing. */
static void
sends_no_msk_of_a_group_that_there_is_no_room_for(void **state)
{
    struct msk_body_item items[MSK_BODY_ITEMS_MAX];

    (void)state;
    start(MSK_LAYOUT_KEYID, without_acks);
    o.alone = true;
    for (uint16_t i = 0; i < 8; i++)
        assert_int_equal(
            msk_subscriber_join(&o.subscriber, GROUP_ID(chip_domain, 1 + i)),
            MSK_OK);
    for (uint16_t i = 0; i < MSK_BODY_ITEMS_MAX; i++) {
        office_group_alone(&o, (uint16_t)(GROUP + i), false);
        items[i] = visit_msk((uint16_t)(GROUP + i), 0);
    }
    assert_int_equal(
        visit(&v, MSK_PROCEDURE_MSK_REQUEST, items, MSK_BODY_ITEMS_MAX),
        MSK_OK);
    for (size_t i = 0; i < MSK_BODY_ITEMS_MAX; i++)
        assert_int_equal(v.item[i].code,
                         i < MSK_SUBSCRIBER_GROUPS_MAX - 8 ? 200 : 503);
    assert_int_equal(o.sent, MSK_SUBSCRIBER_GROUPS_MAX - 8);
    assert_true(msk_sub_at(&o.subscriber)->member[0].asked);
}

/* As many Key Groups as one can be a member of, in one request. */
static void
ask_for_all(bool backwards)
{
    struct msk_body_item items[MSK_SUBSCRIBER_GROUPS_MAX];

    o.alone = true;
    for (uint16_t i = 0; i < MSK_SUBSCRIBER_GROUPS_MAX; i++) {
        uint16_t k =
            backwards ? (uint16_t)(MSK_SUBSCRIBER_GROUPS_MAX - 1 - i) : i;

        if (o.n_groups < MSK_SUBSCRIBER_GROUPS_MAX)
            office_group_alone(&o, (uint16_t)(GROUP + i), false);
        items[i] = visit_msk((uint16_t)(GROUP + k), 0);
    }
    assert_int_equal(
        visit(&v, MSK_PROCEDURE_MSK_REQUEST, items, MSK_SUBSCRIBER_GROUPS_MAX),
        MSK_OK);
    assert_int_equal(v.n, MSK_SUBSCRIBER_GROUPS_MAX);
    for (size_t i = 0; i < MSK_SUBSCRIBER_GROUPS_MAX; i++)
        assert_int_equal(v.item[i].code, 200);
}

/* An acknowledgement of message i of the last call, of any UE that took it. */
static struct msk_bytes
ack_of(size_t i)
{
    uint8_t *ack = room(MSK_ACK_MAX);
    struct msk_message m;
    size_t n = 0;

    assert_int_equal(msk_message_read(o.config.layout, o.message[i], &m, NULL),
                     MSK_OK);
    assert_true(m.v);
    assert_int_equal(msk_verification_make(o.config.crypto, muk_key(OFFICE_MUK),
                                           &m, muk_btid(OFFICE_MUK), ack,
                                           MSK_ACK_MAX, &n),
                     MSK_OK);
    return exact(ack, n);
}

/* One is in flight, the others wait: there is room for all of them. */
static void
delivers_all_that_is_granted_in_the_order_asked(void **state)
{
    (void)state;
    IN_BOTH_LAYOUTS
    for (int backwards = 0; backwards < 2; backwards++) {
        start(layout, NULL);
        ask_for_all(backwards);
        assert_int_equal(o.joined, MSK_SUBSCRIBER_GROUPS_MAX);
        for (uint16_t i = 0; i < MSK_SUBSCRIBER_GROUPS_MAX; i++) {
            assert_int_equal(o.sent, 1);
            assert_int_equal(
                o.id[0].group,
                GROUP + (backwards ? MSK_SUBSCRIBER_GROUPS_MAX - 1 - i : i));
            assert_int_equal(office_ack(&o, ack_of(0)), MSK_OK);
            assert_int_equal(o.delivered, 1);
        }
        assert_int_equal(o.sent, 0);
        assert_true(msk_subscriber_due(&o.subscriber) == MSK_NEVER);
    }
}

/* The way is so long that each is no longer in flight before its answer comes:
 * each answer counts all the same, and nothing is sent twice. */
static void
takes_each_acknowledgement_however_late(void **state)
{
    struct msk_bytes ack[MSK_SUBSCRIBER_GROUPS_MAX];
    const msk_time began = 1000000;

    (void)state;
    IN_BOTH_LAYOUTS
    {
        start(layout, slowly);
        ask_for_all(false);
        for (size_t i = 0; i < MSK_SUBSCRIBER_GROUPS_MAX; i++) {
            assert_int_equal(o.sent, 1);
            assert_int_equal(o.id[0].group, GROUP + i);
            ack[i] = ack_of(0);
            if (i + 1 == MSK_SUBSCRIBER_GROUPS_MAX)
                break;
            o.now = msk_subscriber_due(&o.subscriber);
            assert_int_equal(office_timer(&o), MSK_OK);
        }
        assert_true(o.now - began <= MSK_SUBSCRIBER_GROUPS_MAX * 250);
        for (size_t i = MSK_SUBSCRIBER_GROUPS_MAX; i-- > 0;) {
            assert_int_equal(office_ack(&o, ack[i]), MSK_OK);
            assert_int_equal(o.delivered, 1);
            assert_int_equal(o.sent, 0);
        }
        assert_true(msk_subscriber_due(&o.subscriber) == MSK_NEVER);
    }
}

static void
sends_all_of_them_at_once_without_acknowledgements(void **state)
{
    struct msk_body_item items[MSK_SUBSCRIBER_GROUPS_MAX];

    (void)state;
    IN_BOTH_LAYOUTS
    {
        start(layout, without_acks);
        o.alone = true;
        for (uint16_t i = 0; i < MSK_SUBSCRIBER_GROUPS_MAX; i++) {
            office_group_alone(&o, (uint16_t)(GROUP + i), true);
            items[i] = visit_msk((uint16_t)(GROUP + i), 0);
        }
        assert_int_equal(visit(&v, MSK_PROCEDURE_MSK_REQUEST, items,
                               MSK_SUBSCRIBER_GROUPS_MAX),
                         MSK_OK);
        assert_int_equal(v.n, MSK_SUBSCRIBER_GROUPS_MAX);
        assert_int_equal(o.sent, MSK_SUBSCRIBER_GROUPS_MAX);
        assert_int_equal(o.joined, MSK_SUBSCRIBER_GROUPS_MAX);
        for (size_t i = 0; i < 7; i++) /* the UE has no room for more */
            assert_int_equal(office_arrives(&o, i), MSK_OK);
    }
}

static void
with_long_names(struct msk_bmsc_config *c)
{
    c->acks = MSK_ACK_NONE;
    c->fqdn = repeat('f', MSK_FQDN_MAX);
}

/* Two MSKs of each group, in messages as long as they can be: what the outbox
 * has no room for is due at once, and nothing is lost. */
static void
sends_what_the_outbox_has_no_room_for_in_the_next_call(void **state)
{
    const struct msk_outbox_limits limits = { .size = sizeof limits,
                                              .messages = 2 };
    const size_t size = msk_outbox_size(&limits);
    struct msk_sub *sub = msk_sub_of(&o.subscriber);
    size_t sent;

    (void)state;
    start(MSK_LAYOUT_KEYID, with_long_names);
    assert_int_equal(
        msk_digest_client_init(&v.client,
                               &(struct msk_digest_client_config){
                                   sizeof(struct msk_digest_client_config),
                                   &o.crypto.crypto, &o.random, o.config.fqdn,
                                   0, 0 }),
        MSK_OK);
    v.btid = repeat('b', MSK_BTID_MAX);
    memcpy(sub->muk.btid, v.btid.p, v.btid.n);
    sub->muk.btid_len = MSK_BTID_MAX;
    for (uint16_t i = 0; i < MSK_SUBSCRIBER_GROUPS_MAX; i++) {
        struct msk_group *g;

        o.alone = true;
        g = msk_group_of(office_group_alone(&o, (uint16_t)(GROUP + i), true));
        memset(g->sp, 0, sizeof g->sp);
        for (size_t k = 0; k < sizeof g->sp; k += 2)
            g->sp[k] = 0x0D;
        g->sp_len = MSK_SP_MAX;
        assert_int_equal(msk_key_group_prepare(&o.group[i], NULL, &o.random),
                         MSK_OK);
    }
    ask_for_all(false);
    sent = o.sent;
    assert_true(sent < 2 * MSK_SUBSCRIBER_GROUPS_MAX);
    assert_true(msk_subscriber_due(&o.subscriber) <= o.now);
    /* One for two messages, and for no answer. */
    assert_int_equal(msk_outbox_init(&o.outbox, room(size), size, &limits),
                     MSK_OK);
    apart_outbox(o.outbox);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(office_timer(&o), MSK_OK);
        assert_int_equal(o.sent, 2);
        sent += o.sent;
        assert_true(msk_subscriber_due(&o.subscriber) <= o.now);
    }
    assert_int_equal(visit_again(&v), MSK_ERR_SPACE);
    assert_int_equal(
        msk_outbox_init(&o.outbox, o.outbox_memory, MSK_OUTBOX_SIZE, NULL),
        MSK_OK);
    apart_outbox(o.outbox);
    assert_int_equal(office_timer(&o), MSK_OK);
    assert_int_equal(sent + o.sent, 2 * MSK_SUBSCRIBER_GROUPS_MAX);
    assert_true(msk_subscriber_due(&o.subscriber) == MSK_NEVER);
}

/* What is lost is asked for again, and the new counter is taken. */
static void
sends_again_what_is_asked_for_again(void **state)
{
    (void)state;
    IN_BOTH_LAYOUTS
    {
        start(layout, NULL);
        office_group_alone(&o, GROUP, false);
        for (int i = 0; i < 2 * MSK_COUNTERS_MAX; i++) {
            assert_int_equal(visit_code(&v, GROUP), 200);
            assert_int_equal(o.sent, 1);
        }
        assert_int_equal(office_arrives(&o, 0), MSK_OK);
        assert_int_equal(office_ack(&o, o.ack), MSK_OK);
        assert_int_equal(o.delivered, 1);
    }
}

/* A UE that left a group in silence does not acknowledge its MSK: that keeps
 * back nothing that the UE asks for. */
static void
sends_what_is_asked_for_before_what_is_not_acknowledged(void **state)
{
    (void)state;
    IN_BOTH_LAYOUTS
    {
        const uint16_t then[] = { OTHER, GROUP + 2, GROUP };
        struct msk_body_item both[2] = { visit_msk(OTHER, 0),
                                         visit_msk(GROUP + 2, 0) };

        start(layout, NULL);
        office_group_alone(&o, GROUP, false);
        office_group_alone(&o, OTHER, false);
        office_group_alone(&o, GROUP + 2, false);
        assert_int_equal(visit_code(&v, GROUP), 200);
        assert_int_equal(o.id[0].group, GROUP);
        assert_int_equal(visit(&v, MSK_PROCEDURE_MSK_REQUEST, both, 2), MSK_OK);
        for (size_t i = 0; i < 3; i++) {
            if (i == 2) { /* when it would have been sent again */
                assert_int_equal(o.sent, 0);
                o.now = msk_subscriber_due(&o.subscriber);
                assert_int_equal(office_timer(&o), MSK_OK);
            }
            assert_int_equal(o.sent, 1);
            assert_int_equal(o.id[0].group, then[i]);
            assert_int_equal(office_arrives(&o, 0), MSK_OK);
            assert_int_equal(office_ack(&o, o.ack), MSK_OK);
            assert_int_equal(o.delivered, 1);
        }
        assert_int_equal(o.sent, 0);
        assert_true(msk_subscriber_due(&o.subscriber) == MSK_NEVER);
    }
}

/* Asked for again, it does not wait for its interval. */
static void
sends_at_once_what_had_made_way_and_is_asked_for(void **state)
{
    (void)state;
    IN_BOTH_LAYOUTS
    {
        start(layout, NULL);
        office_group_alone(&o, GROUP, false);
        office_group_alone(&o, OTHER, false);
        for (int i = 0; i < 3; i++) {
            const uint16_t group = i % 2 == 0 ? GROUP : OTHER;

            assert_int_equal(visit_code(&v, group), 200);
            assert_int_equal(o.sent, 1);
            assert_int_equal(o.id[0].group, group);
        }
    }
}

/* Nor does what waits in front of it. */
static void
sends_what_is_asked_for_before_what_waits(void **state)
{
    (void)state;
    IN_BOTH_LAYOUTS
    {
        start(layout, NULL);
        for (uint16_t i = 0; i < 3; i++) {
            struct msk_key_group *g =
                office_group(&o, (uint16_t)(GROUP + 2 * i), false);

            assert_int_equal(office_push(&o, g), MSK_OK);
            assert_int_equal(o.sent, i == 0 ? 1 : 0);
        }
        for (int i = 0; i < 2; i++) { /* and once more */
            assert_int_equal(visit_code(&v, GROUP + 4), 200);
            assert_int_equal(o.sent, 1);
            assert_int_equal(o.id[0].group, GROUP + 4);
        }
    }
}

/* --- failures ------------------------------------------------------------ */

/* The n-th call fails, for every n, once or from then on: nothing is sent,
 * nothing is kept, and the same request works afterwards. */
static void
changes_nothing_when_a_provider_fails(void **state)
{
    (void)state;
    IN_BOTH_LAYOUTS
    for (int what = 0; what < 4; what++)
        for (int first = 0; first < 2; first++)
            for (size_t n = 1;; n++) {
                struct msk_body_item items[2] = { visit_msk(GROUP, 0),
                                                  visit_msk(OTHER, 0) };
                struct msk_bytes before;
                int err;

                start(layout, without_acks);
                office_group_alone(&o, GROUP, true);
                office_group_alone(&o, OTHER, true);
                if (first == 0)
                    assert_int_equal(
                        visit_once(&v, MSK_PROCEDURE_MSK_REQUEST, items, 2),
                        MSK_OK);
                before = office_packed(&o);
                office_fail(&o, what % 2, n, what >= 2);
                err = visit_once(&v, MSK_PROCEDURE_MSK_REQUEST, items, 2);
                office_fail(&o, 0, 0, false);
                assert_int_equal(o.crypto.open, 0);
                if (err == MSK_OK) {
                    assert_true(n > (what % 2 == 0 ? 2u : 4u));
                    break;
                }
                assert_int_equal(err, what % 2 == 0 ? MSK_ERR_RANDOM
                                                    : MSK_ERR_CRYPTO);
                check_octets("record", office_packed(&o), before);
                assert_int_equal(visit_again(&v), MSK_OK);
                assert_int_equal(v.status, first == 0 ? 200 : 401);
                assert_int_equal(o.sent, first == 0 ? 2 : 0);
                release(NULL);
            }
}

static void
says_it_is_busy_when_there_is_no_memory_for_xml(void **state)
{
    (void)state;
    start(MSK_LAYOUT_CSB, NULL);
    office_group(&o, GROUP, false);
    assert_int_equal(visit_code(&v, GROUP), 200);
    o.xml.fails = MSK_ERR_SPACE;
    assert_int_equal(visit_once(&v, MSK_PROCEDURE_MSK_REQUEST,
                                &(struct msk_body_item){ .msk_id = { 1 } }, 1),
                     MSK_OK);
    assert_int_equal(v.status, 503);
    assert_true(v.verified);
    o.xml.fails = MSK_ERR_CRYPTO; /* of no known kind */
    assert_int_equal(visit_once(&v, MSK_PROCEDURE_MSK_REQUEST,
                                &(struct msk_body_item){ .msk_id = { 1 } }, 1),
                     MSK_ERR_CRYPTO);
}

static void
no_xml(struct msk_bmsc_config *c)
{
    c->xml = NULL;
}

static void
no_nonce_key(struct msk_bmsc_config *c)
{
    c->nonce_key.n = 0;
}

static void
refuses_calls_that_are_none(void **state)
{
    struct msk_http_request r = { .size = sizeof r };
    struct msk_bytes ue = { (const uint8_t *)"ue", 2 }, nowhere = { NULL, 2 };
    uint8_t *much = room(MSK_PEER_MAX + 1);

    (void)state;
    start(MSK_LAYOUT_CSB, no_xml);
    r.method = chars("POST");
    r.target = chars("/keymanagement?requesttype=msk-request");
    assert_int_equal(office_http(&o, &r, ue), MSK_ERR_STATE);
    start(MSK_LAYOUT_CSB, no_nonce_key);
    assert_int_equal(office_http(&o, &r, ue), MSK_ERR_STATE);
    start(MSK_LAYOUT_CSB, NULL);
    r.method = chars("POST");
    r.target = chars("/keymanagement?requesttype=msk-request");
    assert_int_equal(office_http(&o, &r, nowhere), MSK_ERR_ARGUMENT);
    assert_int_equal(
        office_http(&o, &r, (struct msk_bytes){ much, MSK_PEER_MAX + 1 }),
        MSK_ERR_ARGUMENT);
    assert_int_equal(office_http(&o, NULL, ue), MSK_ERR_ARGUMENT);
    assert_int_equal(msk_bmsc_answer(NULL, &o, NULL, &r, ue, 0, o.outbox),
                     MSK_ERR_ARGUMENT);
    assert_int_equal(msk_bmsc_answer(o.bmsc, &o, NULL, &r, ue, 0, NULL),
                     MSK_ERR_ARGUMENT);
    r.n_headers = 1;
    assert_int_equal(office_http(&o, &r, ue), MSK_ERR_ARGUMENT);
    r.n_headers = 0;
    r.size = offsetof(struct msk_http_request, body);
    assert_int_equal(office_http(&o, &r, ue), MSK_ERR_ARGUMENT);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_teardown(name, release)
    const struct CMUnitTest tests[] = {
        TEST(says_that_keys_come_from_akma),
        TEST(challenges_grants_and_delivers),
        TEST(asks_for_an_acknowledgement_unless_there_are_none),
        TEST(answers_each_item_in_its_order),
        TEST(answers_for_the_group_of_the_domain),
        TEST(confirms_that_there_is_no_msk_where_it_is_told_to),
        TEST(says_what_the_host_says),
        TEST(waits_for_a_host_that_does_not_know_yet),
        TEST(grants_only_members_without_authorise),
        TEST(refuses_a_client_that_does_not_know_the_key),
        TEST(does_not_tell_that_a_nonce_of_tomorrow_was_seen),
        TEST(does_the_same_for_all_that_it_refuses),
        TEST(makes_no_key_of_digest_twice),
        TEST(refuses_a_request_that_comes_again),
        TEST(moves_the_address_with_a_request_that_verifies),
        TEST(cannot_push_without_an_address),
        TEST(authenticates_again_when_told_to),
        TEST(authenticates_again_after_guesses_of_a_stranger),
        TEST(demands_new_keys_when_told_to),
        TEST(brings_back_a_ue_whose_muk_has_expired),
        TEST(answers_what_is_no_request_with_a_status),
        TEST(begins_timers_anew_when_the_clock_was_set_back),
        TEST(answers_credentials_that_are_none_with_400),
        TEST(answers_bodies_that_are_none_with_a_verified_400),
        TEST(refuses_more_than_fits),
        TEST(sends_no_msk_of_a_group_that_there_is_no_room_for),
        TEST(delivers_all_that_is_granted_in_the_order_asked),
        TEST(takes_each_acknowledgement_however_late),
        TEST(sends_all_of_them_at_once_without_acknowledgements),
        TEST(sends_what_the_outbox_has_no_room_for_in_the_next_call),
        TEST(sends_again_what_is_asked_for_again),
        TEST(sends_what_is_asked_for_before_what_is_not_acknowledged),
        TEST(sends_at_once_what_had_made_way_and_is_asked_for),
        TEST(sends_what_is_asked_for_before_what_waits),
        TEST(changes_nothing_when_a_provider_fails),
        TEST(says_it_is_busy_when_there_is_no_memory_for_xml),
        TEST(refuses_calls_that_are_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
