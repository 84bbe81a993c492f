/* SPDX-License-Identifier: MIT */
#include "msk/body.h"

#include <stdio.h>
#include <string.h>

#include "fake_heap.h"
#include "msk/xml_expat.h"
#include "support.h"

/* What a sink took, one line for each item. */
struct taken {
    char text[MSK_BODY_ITEMS_MAX * (MSK_SERVICE_ID_MAX + 32)];
    size_t n, items, refuse_at;
};

static int
take_item(void *arg, const struct msk_body_item *item)
{
    struct taken *taken = arg;
    const uint8_t *d = item->domain, *m = item->msk_id;
    char *at = taken->text + taken->n;
    size_t room_left = sizeof taken->text - taken->n;

    if (++taken->items == taken->refuse_at)
        return MSK_ERR_NOT_MINE;
    if (item->service.n > 0)
        taken->n +=
            (size_t)snprintf(at, room_left, "%.*s %d\n", (int)item->service.n,
                             (const char *)item->service.p, item->code);
    else
        taken->n += (size_t)snprintf(
            at, room_left, "%02x%02x%02x %02x%02x%02x%02x %d\n", d[0], d[1],
            d[2], m[0], m[1], m[2], m[3], item->code);
    assert_true(taken->n < sizeof taken->text);
    return MSK_OK;
}

/* Reads on a heap that must be whole again afterwards. */
static int
read_body(enum msk_body_kind kind, const char *type, struct msk_bytes body,
          struct taken *taken)
{
    struct fake_heap fake;
    struct msk_xml xml;
    int err;

    fake_heap_init(&fake);
    assert_int_equal(msk_xml_expat_init(&xml, &fake.heap), MSK_OK);
    taken->n = 0;
    taken->items = 0;
    taken->text[0] = '\0';
    err = msk_body_read(&xml, kind, chars(type), body, take_item, taken);
    assert_int_equal(fake.blocks, 0);
    assert_true(fake.peak <= MSK_XML_EXPAT_HEAP_MAX);
    return err;
}

#define REG "urn:3GPP:metadata:2005:MBMS:securityRegistration"
#define DEREG "urn:3GPP:metadata:2005:MBMS:securityDeregistration"
#define REG_R "urn:3GPP:metadata:2005:MBMS:securityRegistrationResponse"
#define MSK "urn:3GPP:metadata:2005:MBMS:mskRequest"
#define MSK_R "urn:3GPP:metadata:2005:MBMS:mskResponse"

static const struct {
    enum msk_body_kind kind;
    const char *type, *ns;
} kinds[] = {
    { MSK_BODY_REGISTER, "application/mbms-register+xml", REG },
    { MSK_BODY_DEREGISTER, "application/mbms-deregister+xml", DEREG },
    { MSK_BODY_REGISTER_RESPONSE, "application/mbms-register-response+xml",
      REG_R },
    { MSK_BODY_MSK_REQUEST, "application/mbms-msk+xml", MSK },
    { MSK_BODY_MSK_RESPONSE, "application/mbms-msk-response+xml", MSK_R },
};

static const char *
type_of(enum msk_body_kind kind)
{
    return kinds[kind - MSK_BODY_REGISTER].type;
}

#define KEY(domain, id) \
    "<keyDomainID>" domain "</keyDomainID><MSKID>" id "</MSKID>"
#define ONE_KEY "<MSK>" KEY("uHCd", "aMkAAA==") "</MSK>"
#define REQUEST(content) \
    "<mbmsMSKRequest xmlns='" MSK "'>" content "</mbmsMSKRequest>"
#define RESPONSE(content) \
    "<mbmsMSKResponse xmlns='" MSK_R "'>" content "</mbmsMSKResponse>"
#define REGISTER(content) \
    "<mbmsSecurityRegister xmlns='" REG "'>" content "</mbmsSecurityRegister>"
#define ANSWER(content)                                        \
    "<mbmsSecurityRegisterResponse xmlns='" REG_R "'>" content \
    "</mbmsSecurityRegisterResponse>"
#define ONE_ANSWER(code)                                        \
    "<Response><serviceID>urn:a</serviceID><ResponseCode>" code \
    "</ResponseCode></Response>"

static const struct {
    const char *what;
    enum msk_body_kind kind;
    const char *body, *want;
} good[] = {
    { "two services", MSK_BODY_REGISTER,
      REGISTER("<serviceID>urn:a</serviceID><serviceID>urn:b</serviceID>"),
      "urn:a 0\nurn:b 0\n" },
    { "a service to leave", MSK_BODY_DEREGISTER,
      "<x:mbmsSecurityDeregister xmlns:x='" DEREG
      "'><x:serviceID> urn:a\n</x:serviceID></x:mbmsSecurityDeregister>",
      "urn:a 0\n" },
    { "a service that is escaped", MSK_BODY_REGISTER,
      REGISTER("<serviceID>http://a/?b=c&amp;d=&lt;\xC3\xA4></serviceID>"),
      "http://a/?b=c&d=<\xC3\xA4> 0\n" },
    { "answers", MSK_BODY_REGISTER_RESPONSE,
      ANSWER("<Response><serviceID>urn:a</serviceID><ResponseCode>200 OK"
             "</ResponseCode></Response><Response><ResponseCode>\n403\n"
             "</ResponseCode><serviceID>urn:b</serviceID></Response>"),
      "urn:a 200\nurn:b 403\n" },
    { "a code with a text of its own", MSK_BODY_REGISTER_RESPONSE,
      ANSWER(ONE_ANSWER("599: later")), "urn:a 599\n" },
    { "a code and a letter", MSK_BODY_REGISTER_RESPONSE,
      ANSWER(ONE_ANSWER("100x")), "urn:a 100\n" },
    { "a key", MSK_BODY_MSK_REQUEST, REQUEST(ONE_KEY), "b8709d 68c90000 0\n" },
    { "two keys", MSK_BODY_MSK_REQUEST,
      REQUEST(ONE_KEY "<MSK>" KEY("AAEC", "AwQFBg==") "</MSK>"),
      "b8709d 68c90000 0\n000102 03040506 0\n" },
    { "the same key twice", MSK_BODY_MSK_REQUEST, REQUEST(ONE_KEY ONE_KEY),
      "b8709d 68c90000 0\nb8709d 68c90000 0\n" },
    { "more of what is unknown than any limit", MSK_BODY_MSK_REQUEST,
      REQUEST("<u a='' b='' c='' d='' e='' f='' g='' h='' i='' j='' k='' l='' "
              "m='' n='' o='' p='' q='' r=''><u><u><u><u><u><u><u><u><MSK/>"
              "</u></u></u></u></u></u></u></u></u>" ONE_KEY),
      "b8709d 68c90000 0\n" },
    { "a key in another order", MSK_BODY_MSK_REQUEST,
      REQUEST("<MSK><MSKID>aMkAAA==</MSKID><keyDomainID>uHCd</keyDomainID>"
              "</MSK>"),
      "b8709d 68c90000 0\n" },
    { "base64 with white space", MSK_BODY_MSK_REQUEST,
      REQUEST("<MSK>" KEY(" uH\n  Cd\t", "aM kAAA=\r\n=") "</MSK>"),
      "b8709d 68c90000 0\n" },
    { "base64 in pieces", MSK_BODY_MSK_REQUEST,
      REQUEST(
          "<MSK>" KEY("u<!-- -->H<![CDATA[C]]>&#x64;", "aMkAAA==") "</MSK>"),
      "b8709d 68c90000 0\n" },
    { "answers for keys", MSK_BODY_MSK_RESPONSE,
      RESPONSE("<Response>" ONE_KEY "<ResponseCode>204 No Content"
               "</ResponseCode></Response><Response><MSK>" KEY(
                   "uHCd", "JMtEAA==") "</MSK><ResponseCode>403 "
                                       "Forbidden</ResponseCode></Response>"),
      "b8709d 68c90000 204\nb8709d 24cb4400 403\n" },
    { "text between elements, as printed", MSK_BODY_MSK_REQUEST,
      "<mbmsMSKRequest\nxmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\""
      "\nxmlns=\"" MSK "\">\nxsi:schemaLocation=\"" MSK
      " mskRequest.xsd\">\n" ONE_KEY "</mbmsMSKRequest>",
      "b8709d 68c90000 0\n" },
    { "unknown attributes", MSK_BODY_REGISTER,
      "<mbmsSecurityRegister a='b' xmlns='" REG
      "' xmlns:v='urn:v' v:c='d'><serviceID v:e='f' g='h'>urn:a</serviceID>"
      "</mbmsSecurityRegister>",
      "urn:a 0\n" },
    { "unknown elements", MSK_BODY_REGISTER,
      REGISTER("<v:x xmlns:v='urn:v'>y</v:x><serviceID>urn:<z/>a</serviceID>"
               "<later/>"),
      "urn:a 0\n" },
    { "known names inside of unknown elements", MSK_BODY_REGISTER,
      REGISTER("<x><serviceID>urn:x</serviceID></x>"
               "<serviceID>urn:a</serviceID>"
               "<serviceID xmlns='urn:v'>urn:y</serviceID>"),
      "urn:a 0\n" },
    { "known names where they do not belong", MSK_BODY_MSK_REQUEST,
      REQUEST("<keyDomainID>AAAA</keyDomainID><MSKID>x</MSKID>"
              "<Response>" ONE_KEY "</Response>" ONE_KEY),
      "b8709d 68c90000 0\n" },
    { "unknown elements in a response", MSK_BODY_MSK_RESPONSE,
      RESPONSE("<v:a xmlns:v='urn:v'><v:b/></v:a><Response><v:c xmlns:v='urn:v'"
               ">1</v:c>" ONE_KEY
               "<ResponseCode>200</ResponseCode></Response>"),
      "b8709d 68c90000 200\n" },
};

static void
reads_what_stands_in_a_body(void **state)
{
    static struct taken taken;

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        check_int(good[i].what,
                  read_body(good[i].kind, type_of(good[i].kind),
                            chars(good[i].body), &taken),
                  MSK_OK);
        check_octets(good[i].what, chars(taken.text), chars(good[i].want));
    }
}

static const struct {
    const char *what;
    enum msk_body_kind kind;
    const char *body;
    int want;
} bad[] = {
    { "nothing", MSK_BODY_REGISTER, "", MSK_ERR_XML },
    { "no service", MSK_BODY_REGISTER, REGISTER(""), MSK_ERR_MISSING },
    { "no key", MSK_BODY_MSK_REQUEST, REQUEST("<x/>"), MSK_ERR_MISSING },
    { "no response", MSK_BODY_MSK_RESPONSE, RESPONSE(ONE_KEY),
      MSK_ERR_MISSING },
    { "an empty service", MSK_BODY_REGISTER, REGISTER("<serviceID/>"),
      MSK_ERR_VALUE },
    { "a service of white space", MSK_BODY_REGISTER,
      REGISTER("<serviceID> \n </serviceID>"), MSK_ERR_VALUE },
    { "a service with a line end", MSK_BODY_REGISTER,
      REGISTER("<serviceID>urn:a&#10;b</serviceID>"), MSK_ERR_VALUE },
    { "a service with DEL", MSK_BODY_REGISTER,
      REGISTER("<serviceID>urn:a\x7F</serviceID>"), MSK_ERR_VALUE },
    { "an empty key", MSK_BODY_MSK_REQUEST, REQUEST("<MSK/>"), MSK_ERR_VALUE },
    { "a key without domain", MSK_BODY_MSK_REQUEST,
      REQUEST("<MSK><MSKID>aMkAAA==</MSKID></MSK>"), MSK_ERR_VALUE },
    { "a key without MSK ID", MSK_BODY_MSK_REQUEST,
      REQUEST("<MSK><keyDomainID>uHCd</keyDomainID></MSK>"), MSK_ERR_VALUE },
    { "the second key without domain", MSK_BODY_MSK_REQUEST,
      REQUEST(ONE_KEY "<MSK><MSKID>aMkAAA==</MSKID></MSK>"), MSK_ERR_VALUE },
    { "two domains", MSK_BODY_MSK_REQUEST,
      REQUEST("<MSK><keyDomainID>uHCd</keyDomainID>" KEY("uHCd",
                                                         "aMkAAA==") "</MSK>"),
      MSK_ERR_VALUE },
    { "two MSK IDs", MSK_BODY_MSK_REQUEST,
      REQUEST("<MSK>" KEY("uHCd", "aMkAAA==") "<MSKID>aMkAAA==</MSKID></MSK>"),
      MSK_ERR_VALUE },
    { "a domain of 2 octets", MSK_BODY_MSK_REQUEST,
      REQUEST("<MSK>" KEY("uHA=", "aMkAAA==") "</MSK>"), MSK_ERR_VALUE },
    { "a domain of 4 octets", MSK_BODY_MSK_REQUEST,
      REQUEST("<MSK>" KEY("uHCdAA==", "aMkAAA==") "</MSK>"), MSK_ERR_VALUE },
    { "an MSK ID of 3 octets", MSK_BODY_MSK_REQUEST,
      REQUEST("<MSK>" KEY("uHCd", "aMkA") "</MSK>"), MSK_ERR_VALUE },
    { "an MSK ID of 5 octets", MSK_BODY_MSK_REQUEST,
      REQUEST("<MSK>" KEY("uHCd", "aMkAAAA=") "</MSK>"), MSK_ERR_VALUE },
    { "an MSK ID that is not base64", MSK_BODY_MSK_REQUEST,
      REQUEST("<MSK>" KEY("uHCd", "68c90000") "x</MSK>"), MSK_ERR_VALUE },
    { "a response without a code", MSK_BODY_MSK_RESPONSE,
      RESPONSE("<Response>" ONE_KEY "</Response>"), MSK_ERR_VALUE },
    { "a response without a key", MSK_BODY_MSK_RESPONSE,
      RESPONSE("<Response><ResponseCode>200</ResponseCode></Response>"),
      MSK_ERR_VALUE },
    { "a response with two keys", MSK_BODY_MSK_RESPONSE,
      RESPONSE("<Response>" ONE_KEY "<MSK/><ResponseCode>200</ResponseCode>"
               "</Response>"),
      MSK_ERR_VALUE },
    { "a response with two codes", MSK_BODY_MSK_RESPONSE,
      RESPONSE("<Response>" ONE_KEY "<ResponseCode>200</ResponseCode>"
               "<ResponseCode>200</ResponseCode></Response>"),
      MSK_ERR_VALUE },
    { "an answer without a service", MSK_BODY_REGISTER_RESPONSE,
      ANSWER("<Response><ResponseCode>200</ResponseCode></Response>"),
      MSK_ERR_VALUE },
    { "an empty code", MSK_BODY_REGISTER_RESPONSE, ANSWER(ONE_ANSWER("")),
      MSK_ERR_VALUE },
    { "a code of two digits", MSK_BODY_REGISTER_RESPONSE,
      ANSWER(ONE_ANSWER("20")), MSK_ERR_VALUE },
    { "a code of two digits and a text", MSK_BODY_REGISTER_RESPONSE,
      ANSWER(ONE_ANSWER("20 OK")), MSK_ERR_VALUE },
    { "a code of four digits", MSK_BODY_REGISTER_RESPONSE,
      ANSWER(ONE_ANSWER("2000")), MSK_ERR_VALUE },
    { "a code below 100", MSK_BODY_REGISTER_RESPONSE, ANSWER(ONE_ANSWER("099")),
      MSK_ERR_VALUE },
    { "a code above 599", MSK_BODY_REGISTER_RESPONSE, ANSWER(ONE_ANSWER("600")),
      MSK_ERR_VALUE },
    { "a negative code", MSK_BODY_REGISTER_RESPONSE, ANSWER(ONE_ANSWER("-20")),
      MSK_ERR_VALUE },
    { "a text instead of a code", MSK_BODY_REGISTER_RESPONSE,
      ANSWER(ONE_ANSWER("OK 200")), MSK_ERR_VALUE },
    { "another root", MSK_BODY_REGISTER,
      "<mbmsSecurityRegistration xmlns='" REG "'/>", MSK_ERR_KIND },
    { "the root of another kind", MSK_BODY_MSK_RESPONSE, REQUEST(ONE_KEY),
      MSK_ERR_KIND },
    { "the namespace of another kind", MSK_BODY_DEREGISTER,
      "<mbmsSecurityDeregister xmlns='" REG
      "'><serviceID>urn:a</serviceID></mbmsSecurityDeregister>",
      MSK_ERR_KIND },
    { "no namespace", MSK_BODY_MSK_REQUEST,
      "<mbmsMSKRequest>" ONE_KEY "</mbmsMSKRequest>", MSK_ERR_KIND },
    { "a namespace in another case", MSK_BODY_MSK_REQUEST,
      "<mbmsMSKRequest xmlns='urn:3gpp:metadata:2005:MBMS:mskRequest'>" ONE_KEY
      "</mbmsMSKRequest>",
      MSK_ERR_KIND },
    { "a body inside of something else", MSK_BODY_MSK_REQUEST,
      "<x>" REQUEST(ONE_KEY) "</x>", MSK_ERR_KIND },
    { "a DOCTYPE", MSK_BODY_MSK_REQUEST,
      "<!DOCTYPE mbmsMSKRequest>" REQUEST(ONE_KEY), MSK_ERR_XML },
    { "a body cut short", MSK_BODY_MSK_REQUEST,
      "<mbmsMSKRequest xmlns='" MSK "'>" ONE_KEY, MSK_ERR_XML },
};

static void
refuses_what_is_not_as_the_schema_says(void **state)
{
    static struct taken taken;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        check_int(bad[i].what,
                  read_body(bad[i].kind, type_of(bad[i].kind),
                            chars(bad[i].body), &taken),
                  bad[i].want);
}

static void
goes_by_the_media_type(void **state)
{
    static struct taken taken;
    struct msk_bytes body = chars(REQUEST(ONE_KEY));
    struct msk_bytes response = chars(RESPONSE(
        "<Response>" ONE_KEY "<ResponseCode>200</ResponseCode></Response>"));

    (void)state;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        check_octets("type", msk_body_media_type(kinds[i].kind),
                     chars(kinds[i].type));
        check_int(kinds[i].type,
                  read_body(kinds[i].kind, "application/mbms-msk+xml",
                            chars("<a/>"), &taken),
                  kinds[i].kind >= MSK_BODY_MSK_REQUEST ? MSK_ERR_KIND
                                                        : MSK_ERR_MEDIA_TYPE);
        check_int(kinds[i].type,
                  read_body(MSK_BODY_MSK_REQUEST, kinds[i].type, body, &taken),
                  kinds[i].kind == MSK_BODY_MSK_REQUEST ? MSK_OK
                                                        : MSK_ERR_MEDIA_TYPE);
    }
    assert_int_equal(msk_body_media_type((enum msk_body_kind)0).n, 0);
    assert_int_equal(msk_body_media_type((enum msk_body_kind)6).n, 0);
    assert_int_equal(read_body(MSK_BODY_MSK_REQUEST,
                               "Application/MBMS-msk+xml; charset=\"UTF-8\"",
                               body, &taken),
                     MSK_OK);
    assert_int_equal(read_body(MSK_BODY_MSK_REQUEST,
                               "application/mbms-msk+xml; charset=utf-16", body,
                               &taken),
                     MSK_ERR_MEDIA_TYPE);
    assert_int_equal(read_body(MSK_BODY_MSK_REQUEST, "", body, &taken),
                     MSK_ERR_MEDIA_TYPE);
    /* TS 33.246 H.2.1 prints a response with the type of the request. */
    assert_int_equal(read_body(MSK_BODY_MSK_RESPONSE,
                               "application/mbms-msk+xml", response, &taken),
                     MSK_OK);
    assert_int_equal(read_body(MSK_BODY_MSK_RESPONSE,
                               "application/mbms-register+xml", response,
                               &taken),
                     MSK_ERR_MEDIA_TYPE);
}

/* n services of m octets each, numbered so that they differ. */
static struct msk_body_item *
make_items(size_t n, size_t m)
{
    struct msk_body_item *items = (void *)room(n * sizeof *items + 16);

    items = (void *)(((uintptr_t)items + 15) / 16 * 16);
    memset(items, 0, n * sizeof *items);
    for (size_t i = 0; i < n; i++) {
        uint8_t *service = room(m);

        memset(service, 'a', m);
        service[0] = (uint8_t)('A' + i % 26);
        service[m - 1] = (uint8_t)('0' + i % 10);
        items[i].service = (struct msk_bytes){ service, m };
        items[i].domain[0] = (uint8_t)i;
        items[i].domain[2] = 0xFF;
        items[i].msk_id[1] = (uint8_t)(i + 1);
        items[i].msk_id[3] = 0xFE;
        items[i].code = 200 + (int)i;
    }
    return items;
}

/* What read_body should say of them. */
static void
expect(enum msk_body_kind kind, const struct msk_body_item *items, size_t n,
       struct taken *want)
{
    want->n = 0;
    want->items = 0;
    want->refuse_at = 0;
    for (size_t i = 0; i < n; i++) {
        struct msk_body_item item = items[i];

        if (kind == MSK_BODY_MSK_REQUEST || kind == MSK_BODY_MSK_RESPONSE)
            item.service.n = 0;
        if (kind != MSK_BODY_REGISTER_RESPONSE && kind != MSK_BODY_MSK_RESPONSE)
            item.code = 0;
        take_item(want, &item);
    }
}

static void
reads_what_it_has_written(void **state)
{
    static struct taken want, got;
    static uint8_t buf[MSK_HTTP_BODY_MAX];
    size_t len, counted;

    (void)state;
    for (size_t k = 0; k < 5; k++)
        for (size_t n = 1; n <= MSK_BODY_ITEMS_MAX; n += n < 3 ? 1 : 61) {
            struct msk_body_item *items = make_items(n, 64);
            enum msk_body_kind kind = kinds[k].kind;

            assert_int_equal(
                msk_body_write(kind, items, n, buf, sizeof buf, &len), MSK_OK);
            assert_int_equal(msk_body_write(kind, items, n, NULL, 0, &counted),
                             MSK_OK);
            assert_int_equal(counted, len);
            assert_int_equal(
                read_body(kind, kinds[k].type, exact(buf, len), &got), MSK_OK);
            assert_int_equal(got.items, n);
            expect(kind, items, n, &want);
            assert_string_equal(got.text, want.text);
        }
}

static void
writes_each_kind_octet_for_octet(void **state)
{
    static const char head[] = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
    static const char *const want[] = {
        "<mbmsSecurityRegister xmlns=\"" REG
        "\"><serviceID>urn:&lt;a&gt;&amp;&quot;</serviceID>"
        "</mbmsSecurityRegister>",
        "<mbmsSecurityDeregister xmlns=\"" DEREG
        "\"><serviceID>urn:&lt;a&gt;&amp;&quot;</serviceID>"
        "</mbmsSecurityDeregister>",
        "<mbmsSecurityRegisterResponse xmlns=\"" REG_R
        "\"><Response><serviceID>urn:&lt;a&gt;&amp;&quot;</serviceID>"
        "<ResponseCode>403 Forbidden</ResponseCode></Response>"
        "</mbmsSecurityRegisterResponse>",
        "<mbmsMSKRequest xmlns=\"" MSK "\">" ONE_KEY "</mbmsMSKRequest>",
        "<mbmsMSKResponse xmlns=\"" MSK_R "\"><Response>" ONE_KEY
        "<ResponseCode>403 Forbidden</ResponseCode></Response>"
        "</mbmsMSKResponse>",
    };
    struct msk_body_item item = { .service = chars("urn:<a>&\""), .code = 403 };
    size_t len;

    (void)state;
    memcpy(item.domain, "\xB8\x70\x9D", 3);
    memcpy(item.msk_id, "\x68\xC9\x00\x00", 4);
    for (size_t k = 0; k < 5; k++) {
        size_t cap = strlen(head) + strlen(want[k]);
        uint8_t *buf = room(cap);

        assert_int_equal(
            msk_body_write(kinds[k].kind, &item, 1, buf, cap, &len), MSK_OK);
        check_octets("head", exact(buf, strlen(head)), chars(head));
        check_octets(kinds[k].type,
                     exact(buf + strlen(head), len - strlen(head)),
                     chars(want[k]));
        for (size_t n = 0; n < cap; n++)
            assert_int_equal(
                msk_body_write(kinds[k].kind, &item, 1, room(n), n, &len),
                MSK_ERR_SPACE);
        release(NULL);
        item.service = chars("urn:<a>&\"");
    }
}

static void
refuses_to_write_what_may_not_be_read(void **state)
{
    static uint8_t buf[2 * MSK_HTTP_BODY_MAX];
    struct msk_body_item *items = make_items(65, 10);
    struct msk_body_item *long_ones = make_items(64, MSK_SERVICE_ID_MAX + 1);
    static const char *const services[] = {
        "",     "a\r\nX: y", "a\n",          "\x7F",
        "\xC3", "\xC0\x80",  "\xED\xA0\x80", "a\tb"
    };
    size_t len;

    (void)state;
    for (size_t i = 0; i < sizeof services / sizeof services[0]; i++) {
        struct msk_body_item item = { .service = chars(services[i]),
                                      .code = 200 };

        check_int(
            services[i],
            msk_body_write(MSK_BODY_REGISTER, &item, 1, buf, sizeof buf, &len),
            MSK_ERR_ARGUMENT);
        check_int(services[i],
                  msk_body_write(MSK_BODY_MSK_REQUEST, &item, 1, buf,
                                 sizeof buf, &len),
                  MSK_OK);
    }
    assert_int_equal(
        msk_body_write(MSK_BODY_REGISTER, items, 65, buf, sizeof buf, &len),
        MSK_ERR_ARGUMENT);
    assert_int_equal(
        msk_body_write(MSK_BODY_REGISTER, items, 0, buf, sizeof buf, &len),
        MSK_ERR_ARGUMENT);
    assert_int_equal(
        msk_body_write(MSK_BODY_REGISTER, NULL, 1, buf, sizeof buf, &len),
        MSK_ERR_ARGUMENT);
    assert_int_equal(
        msk_body_write(MSK_BODY_REGISTER, items, 1, buf, sizeof buf, NULL),
        MSK_ERR_ARGUMENT);
    assert_int_equal(
        msk_body_write((enum msk_body_kind)0, items, 1, buf, sizeof buf, &len),
        MSK_ERR_ARGUMENT);
    assert_int_equal(
        msk_body_write((enum msk_body_kind)6, items, 1, buf, sizeof buf, &len),
        MSK_ERR_ARGUMENT);
    assert_int_equal(
        msk_body_write(MSK_BODY_REGISTER, long_ones, 1, buf, sizeof buf, &len),
        MSK_ERR_ARGUMENT);
    for (size_t i = 0; i < 64; i++)
        long_ones[i].service.n = MSK_SERVICE_ID_MAX;
    assert_int_equal(
        msk_body_write(MSK_BODY_REGISTER, long_ones, 50, buf, sizeof buf, &len),
        MSK_OK);
    assert_int_equal(
        msk_body_write(MSK_BODY_REGISTER, long_ones, 64, buf, sizeof buf, &len),
        MSK_ERR_SPACE);
    for (int code = 98; code <= 601; code++) {
        items[0].code = code;
        check_int("code",
                  msk_body_write(MSK_BODY_MSK_RESPONSE, items, 1, buf,
                                 sizeof buf, &len),
                  code < 100 || code > 599 ? MSK_ERR_ARGUMENT : MSK_OK);
    }
}

/* The longest services, as many as fit, and as many keys as may be. */
static void
reads_the_largest_bodies(void **state)
{
    static struct taken taken;
    static char body[MSK_XML_DOCUMENT_MAX + 512];
    char *at;

    (void)state;
    at = body + sprintf(body, "<mbmsMSKResponse xmlns='" MSK_R "'>");
    for (size_t i = 0; i < MSK_BODY_ITEMS_MAX; i++)
        at +=
            sprintf(at, "\n    <Response>\n        <MSK>\n            "
                        "<keyDomainID>uHCd</keyDomainID>\n            "
                        "<MSKID>aMkAAA==</MSKID>\n        </MSK>\n        "
                        "<ResponseCode>200 OK</ResponseCode>\n    </Response>");
    strcpy(at, "</mbmsMSKResponse>");
    assert_true(strlen(body) <= MSK_XML_DOCUMENT_MAX);
    assert_int_equal(read_body(MSK_BODY_MSK_RESPONSE,
                               type_of(MSK_BODY_MSK_RESPONSE), chars(body),
                               &taken),
                     MSK_OK);
    assert_int_equal(taken.items, MSK_BODY_ITEMS_MAX);
    at = body + sprintf(body, "<mbmsMSKRequest xmlns='" MSK "'>");
    for (size_t i = 0; i < MSK_BODY_ITEMS_MAX + 1; i++)
        at += sprintf(at, ONE_KEY);
    strcpy(at, "</mbmsMSKRequest>");
    assert_int_equal(read_body(MSK_BODY_MSK_REQUEST,
                               type_of(MSK_BODY_MSK_REQUEST), chars(body),
                               &taken),
                     MSK_ERR_MANY);
    assert_int_equal(taken.items, MSK_BODY_ITEMS_MAX);
    at = body + sprintf(body, "<mbmsSecurityRegister xmlns='" REG "'>");
    at += sprintf(at, "<serviceID>%0255d</serviceID>", 7);
    strcpy(at, "</mbmsSecurityRegister>");
    assert_int_equal(read_body(MSK_BODY_REGISTER, type_of(MSK_BODY_REGISTER),
                               chars(body), &taken),
                     MSK_OK);
    strcpy(at - 12, "0</serviceID></mbmsSecurityRegister>");
    assert_int_equal(read_body(MSK_BODY_REGISTER, type_of(MSK_BODY_REGISTER),
                               chars(body), &taken),
                     MSK_ERR_VALUE);
}

static void
ends_with_what_the_sink_returns(void **state)
{
    static struct taken taken;
    struct msk_bytes body = chars(REQUEST(ONE_KEY ONE_KEY ONE_KEY));

    (void)state;
    for (size_t i = 1; i <= 3; i++) {
        taken.refuse_at = i;
        assert_int_equal(read_body(MSK_BODY_MSK_REQUEST,
                                   type_of(MSK_BODY_MSK_REQUEST), body, &taken),
                         MSK_ERR_NOT_MINE);
        assert_int_equal(taken.items, i);
    }
    taken.refuse_at = 0;
}

static void
survives_every_allocation_that_fails(void **state)
{
    static struct taken taken;
    struct msk_bytes type = msk_body_media_type(MSK_BODY_MSK_RESPONSE);
    struct msk_bytes body = chars(RESPONSE(
        "<Response>" ONE_KEY "<ResponseCode>200</ResponseCode></Response>"));
    struct fake_heap fake;
    struct msk_xml xml;
    unsigned calls;

    (void)state;
    fake_heap_init(&fake);
    assert_int_equal(msk_xml_expat_init(&xml, &fake.heap), MSK_OK);
    assert_int_equal(msk_body_read(&xml, MSK_BODY_MSK_RESPONSE, type, body,
                                   take_item, &taken),
                     MSK_OK);
    calls = fake.calls;
    assert_true(calls > 0);
    for (unsigned i = 1; i <= calls; i++) {
        fake_heap_init(&fake);
        fake.fail_at = i;
        taken.n = 0;
        assert_int_equal(msk_body_read(&xml, MSK_BODY_MSK_RESPONSE, type, body,
                                       take_item, &taken),
                         MSK_ERR_SPACE);
        assert_int_equal(fake.blocks, 0);
    }
}

/* Each octet changed: read or refused as a message is, and never the caller's
 * mistake. */
static void
survives_every_changed_octet(void **state)
{
    static struct taken taken;
    const char *text = RESPONSE("<Response>" ONE_KEY
                                "<ResponseCode>200</ResponseCode></Response>");
    static const uint8_t by[] = { 0x01, 0x20, 0x80, '<' ^ 'a', 0xFF };

    (void)state;
    for (size_t i = 0; i < strlen(text); i++)
        for (size_t j = 0; j < sizeof by; j++) {
            uint8_t *copy = room(strlen(text));
            struct msk_bytes body = { copy, strlen(text) };
            int err;

            memcpy(copy, text, body.n);
            copy[i] ^= by[j];
            err = read_body(MSK_BODY_MSK_RESPONSE,
                            type_of(MSK_BODY_MSK_RESPONSE), body, &taken);
            assert_true(err == MSK_OK || msk_err_kind(err) == MSK_KIND_DROP);
            release(NULL);
        }
}

static void
refuses_what_is_not_given(void **state)
{
    static struct taken taken;
    struct msk_bytes type = msk_body_media_type(MSK_BODY_MSK_REQUEST);
    struct msk_bytes body = chars(REQUEST(ONE_KEY));
    struct msk_xml xml;

    (void)state;
    assert_int_equal(msk_xml_expat_init(&xml, NULL), MSK_OK);
    assert_int_equal(msk_body_read(NULL, MSK_BODY_MSK_REQUEST, type, body,
                                   take_item, &taken),
                     MSK_ERR_ARGUMENT);
    assert_int_equal(msk_body_read(&xml, (enum msk_body_kind)0, type, body,
                                   take_item, &taken),
                     MSK_ERR_ARGUMENT);
    assert_int_equal(msk_body_read(&xml, (enum msk_body_kind)6, type, body,
                                   take_item, &taken),
                     MSK_ERR_ARGUMENT);
    assert_int_equal(
        msk_body_read(&xml, MSK_BODY_MSK_REQUEST, type, body, NULL, &taken),
        MSK_ERR_ARGUMENT);
    xml.size--;
    assert_int_equal(msk_body_read(&xml, MSK_BODY_MSK_REQUEST, type, body,
                                   take_item, &taken),
                     MSK_ERR_ARGUMENT);
    xml.size++;
    xml.read = NULL;
    assert_int_equal(msk_body_read(&xml, MSK_BODY_MSK_REQUEST, type, body,
                                   take_item, &taken),
                     MSK_ERR_ARGUMENT);
}

/* Text between elements and after a code, and unknown elements, of which there
 * may be as many as fit into a body. */
static void
ignores_any_amount_of_what_is_of_no_use(void **state)
{
    static char body[MSK_HTTP_BODY_MAX];
    static struct taken taken;
    char *at = body;

    (void)state;
    at += sprintf(at, "<mbmsMSKResponse xmlns='%s'>",
                  "urn:3GPP:metadata:2005:MBMS:mskResponse");
    for (int i = 0; i < 600; i++)
        at += sprintf(at, "text<u/>");
    at += sprintf(at, "<Response><MSK>%s</MSK><ResponseCode>200 ",
                  KEY("uHCd", "aMkAAA=="));
    for (int i = 0; i < 600; i++)
        at += sprintf(at, "OK ");
    (void)sprintf(at, "</ResponseCode></Response></mbmsMSKResponse>");
    assert_int_equal(read_body(MSK_BODY_MSK_RESPONSE,
                               type_of(MSK_BODY_MSK_RESPONSE), chars(body),
                               &taken),
                     MSK_OK);
    assert_string_equal(taken.text, "b8709d 68c90000 200\n");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(ignores_any_amount_of_what_is_of_no_use,
                                  release),
        cmocka_unit_test_teardown(reads_what_stands_in_a_body, release),
        cmocka_unit_test_teardown(refuses_what_is_not_as_the_schema_says,
                                  release),
        cmocka_unit_test_teardown(goes_by_the_media_type, release),
        cmocka_unit_test_teardown(reads_what_it_has_written, release),
        cmocka_unit_test_teardown(writes_each_kind_octet_for_octet, release),
        cmocka_unit_test_teardown(refuses_to_write_what_may_not_be_read,
                                  release),
        cmocka_unit_test_teardown(reads_the_largest_bodies, release),
        cmocka_unit_test_teardown(ends_with_what_the_sink_returns, release),
        cmocka_unit_test_teardown(survives_every_allocation_that_fails,
                                  release),
        cmocka_unit_test_teardown(survives_every_changed_octet, release),
        cmocka_unit_test_teardown(refuses_what_is_not_given, release),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
