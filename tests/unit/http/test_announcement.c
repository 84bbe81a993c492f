/* SPDX-License-Identifier: MIT */
#include "msk/announcement.h"

#include <stdio.h>
#include <string.h>

#include "fake_heap.h"
#include "msk/xml_expat.h"
#include "support.h"

#define ID "urn:3gpp:1234567890coolcat"
#define NS "urn:3GPP:metadata:2005:MBMS:securityDescription"
#define DOC(content) \
    "<securityDescription xmlns='" NS "'>" content "</securityDescription>"
#define SERVERS "<serverURI>http://bmsc.example.com/</serverURI>"
#define MANAGED(attributes) \
    "<keyManagement " attributes ">" SERVERS "</keyManagement>"
#define MSK(domain, id) \
    "<MSK><keyDomainID>" domain "</keyDomainID><MSKID>" id "</MSKID></MSK>"
#define FLOW(id, key) "<mediaFlow flowID='" id "'>" key "</mediaFlow>"
#define ONE_FLOW FLOW("224.1.2.3/4002", MSK("uHCd", "aMkAAA=="))
#define KEYS "<keyId>" ONE_FLOW "</keyId>"

/* What the service says, as text. */
static const char *
tell(const struct msk_service *s)
{
    static char text[16384];
    static const char *const switches[] = { "default", "on", "off" };
    int n = snprintf(text, sizeof text, "%.*s uicc=%d conf=%s integ=%s %lu+%lu",
                     (int)s->id.n, (const char *)s->id.p, s->uicc_required,
                     switches[s->confidentiality], switches[s->integrity],
                     (unsigned long)s->offset_time,
                     (unsigned long)s->random_period);

    for (size_t i = 0; i < s->n_servers; i++)
        n += sprintf(text + n, "\n%.*s", (int)s->servers[i].n,
                     (const char *)s->servers[i].p);
    for (size_t i = 0; i < s->n_flows; i++) {
        const struct msk_flow *flow = &s->flows[i];

        n += sprintf(text + n, "\n%.*s %02x%02x%02x %04x", (int)flow->id.n,
                     (const char *)flow->id.p, flow->group.domain[0],
                     flow->group.domain[1], flow->group.domain[2],
                     flow->group.group);
    }
    if (s->has_fec)
        sprintf(text + n, "\nfec %llu %llu %.*s",
                (unsigned long long)s->fec_encoding,
                (unsigned long long)s->fec_instance, (int)s->fec_oti.n,
                s->fec_oti.n > 0 ? (const char *)s->fec_oti.p : "");
    return text;
}

/* Reads into an arena of n octets, on a heap that must be whole again. */
static int
read_into(struct msk_bytes document, size_t n, struct msk_service *service)
{
    struct fake_heap fake;
    struct msk_xml xml;
    int err;

    fake_heap_init(&fake);
    assert_int_equal(msk_xml_expat_init(&xml, &fake.heap), MSK_OK);
    memset(service, 0, sizeof *service);
    service->size = sizeof *service;
    err = msk_announcement_read(&xml, document, chars(ID), room(n), n, service);
    assert_int_equal(fake.blocks, 0);
    assert_int_equal(service->size, sizeof *service);
    return err;
}

#define ARENA 16384

/* 300 letters; more attributes, depth and text than are read. */
#define TEN "xxxxxxxxxx"
#define LONG                                                                \
    TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN \
        TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN
#define MORE_ATTRIBUTES                                               \
    "v:a='' v:b='' v:c='' v:d='' v:e='' v:f='' v:g='' v:h='' v:i='' " \
    "v:j='' v:k='' v:l='' v:m='' v:n='' v:o='' v:p='' v:q='' v:r=''"
#define UNKNOWN                                                           \
    "<u a='' b='' c='' d='' e='' f='' g='' h='' i='' j='' k='' l='' "     \
    "m='' n='' o='' p='' q='' r=''><u><u><u><u><u><u><u><u><u>" LONG LONG \
    "<keyManagement/></u></u></u></u></u></u></u></u></u></u>"

static const struct {
    const char *what, *document, *want;
} good[] = {
    { "two servers and two flows",
      DOC("<keyManagement offsetTime='5' randomTimePeriod='10' "
          "uiccKeyManagement='false'>"
          "<serverURI>http://register.operator.umts/</serverURI>"
          "<serverURI>\n http://register2.operator.umts/ </serverURI>"
          "</keyManagement><keyId>" FLOW("224.1.2.3/4002",
                                         MSK("aMoM", "aMoAAA=="))
              FLOW("224.1.2.3/4004", MSK("GM8M", "aMkAAA==")) "</keyId>"),
      ID " uicc=0 conf=default integ=default 5+10"
         "\nhttp://register.operator.umts/\nhttp://register2.operator.umts/"
         "\n224.1.2.3/4002 68ca0c 68ca\n224.1.2.3/4004 18cf0c 68c9" },
    { "nothing said", DOC(MANAGED("") KEYS),
      ID " uicc=1 conf=default integ=default 0+0\nhttp://bmsc.example.com/"
         "\n224.1.2.3/4002 b8709d 68c9" },
    { "switched off in words",
      DOC(MANAGED("uiccKeyManagement='false' confidentialityProtection='false' "
                  "integrityProtection='false'") KEYS),
      ID " uicc=0 conf=off integ=off 0+0\nhttp://bmsc.example.com/"
         "\n224.1.2.3/4002 b8709d 68c9" },
    { "switched on in numbers",
      DOC(MANAGED("uiccKeyManagement=' 1 ' confidentialityProtection='1' "
                  "integrityProtection='0'") KEYS),
      ID " uicc=1 conf=on integ=off 0+0\nhttp://bmsc.example.com/"
         "\n224.1.2.3/4002 b8709d 68c9" },
    { "switches of others",
      DOC(MANAGED("xmlns:v='urn:v' v:integrityProtection='false' "
                  "v:offsetTime='x'") KEYS),
      ID " uicc=1 conf=default integ=default 0+0\nhttp://bmsc.example.com/"
         "\n224.1.2.3/4002 b8709d 68c9" },
    { "the longest back-off",
      DOC(MANAGED("offsetTime='4294967295' randomTimePeriod='4294967295'")
              KEYS),
      ID " uicc=1 conf=default integ=default 4294967295+4294967295"
         "\nhttp://bmsc.example.com/\n224.1.2.3/4002 b8709d 68c9" },
    { "FEC",
      DOC(MANAGED("") KEYS "<fecProtection fecEncodingId='1' fecInstanceId='0' "
                           "fecOtiExtension='1SCxWEMNe397m24SwgyRhg=='/>"),
      ID " uicc=1 conf=default integ=default 0+0\nhttp://bmsc.example.com/"
         "\n224.1.2.3/4002 b8709d 68c9\nfec 1 0 1SCxWEMNe397m24SwgyRhg==" },
    { "FEC with nothing said", DOC(MANAGED("") KEYS "<fecProtection/>"),
      ID " uicc=1 conf=default integ=default 0+0\nhttp://bmsc.example.com/"
         "\n224.1.2.3/4002 b8709d 68c9\nfec 0 0 " },
    { "FEC in front and large",
      DOC("<fecProtection fecEncodingId='18446744073709551615' "
          "fecInstanceId='2'/>" MANAGED("") KEYS),
      ID " uicc=1 conf=default integ=default 0+0\nhttp://bmsc.example.com/"
         "\n224.1.2.3/4002 b8709d 68c9\nfec 18446744073709551615 2 " },
    { "two keyId", DOC(MANAGED("") KEYS KEYS),
      ID " uicc=1 conf=default integ=default 0+0\nhttp://bmsc.example.com/"
         "\n224.1.2.3/4002 b8709d 68c9\n224.1.2.3/4002 b8709d 68c9" },
    { "an MSKID whose end is not zero",
      DOC(MANAGED("") "<keyId>" FLOW("[ff3e::8000:1]/5000",
                                     MSK("uH\n Cd", "aMn//w==")) "</keyId>"),
      ID " uicc=1 conf=default integ=default 0+0\nhttp://bmsc.example.com/"
         "\n[ff3e::8000:1]/5000 b8709d 68c9" },
    { "prefixes and what is unknown",
      "<s:securityDescription xmlns:s='" NS "' xmlns:v='urn:v' v:flag='1'>"
      "<v:keyId/><keyManagement/><s:keyManagement v:x='2'><s:serverURI>"
      "https://bmsc.example.com</s:serverURI><v:gba2G>false</v:gba2G>"
      "</s:keyManagement><s:keyId><s:mediaFlow flowID='a/1' v:y='3'>"
      "<v:MSK/><s:MSK><s:keyDomainID>uHCd</s:keyDomainID>"
      "<s:MSKID>aMkAAA==</s:MSKID></s:MSK></s:mediaFlow></s:keyId>"
      "<v:more><s:keyManagement><s:serverURI>x</s:serverURI></s:keyManagement>"
      "</v:more></s:securityDescription>",
      ID " uicc=1 conf=default integ=default 0+0\nhttps://bmsc.example.com"
         "\na/1 b8709d 68c9" },
    { "text between elements",
      DOC("xsi:schemaLocation=\"x\">" MANAGED("") KEYS),
      ID " uicc=1 conf=default integ=default 0+0\nhttp://bmsc.example.com/"
         "\n224.1.2.3/4002 b8709d 68c9" },
    { "servers that cannot be asked beside one that can",
      DOC("<keyManagement><serverURI/><serverURI>http://[::1]/</serverURI>"
          "<serverURI>http://bmsc@evil/</serverURI><serverURI>http://a/&#13;"
          "&#10;X: y</serverURI><serverURI>http://a.." LONG "/</serverURI>"
          "<serverURI>http://a/" LONG LONG "</serverURI>" SERVERS
          "<serverURI>mailto:x</serverURI></keyManagement>" KEYS),
      ID " uicc=1 conf=default integ=default 0+0\nhttp://bmsc.example.com/"
         "\n224.1.2.3/4002 b8709d 68c9" },
    { "servers with a dot, a port and a path",
      DOC("<keyManagement><serverURI>https://bmsc.example.com./</serverURI>"
          "<serverURI>bmsc.example.com.:80/a/b</serverURI></"
          "keyManagement>" KEYS),
      ID " uicc=1 conf=default integ=default 0+0"
         "\nhttps://bmsc.example.com./\nbmsc.example.com.:80/a/b"
         "\n224.1.2.3/4002 b8709d 68c9" },
    { "more of what is unknown than any limit",
      DOC(UNKNOWN MANAGED("xmlns:v='urn:v' " MORE_ATTRIBUTES)
              UNKNOWN KEYS LONG LONG UNKNOWN),
      ID " uicc=1 conf=default integ=default 0+0\nhttp://bmsc.example.com/"
         "\n224.1.2.3/4002 b8709d 68c9" },
};

static void
reads_what_is_announced(void **state)
{
    struct msk_service service;

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        check_int(good[i].what,
                  read_into(chars(good[i].document), ARENA, &service), MSK_OK);
        check_octets(good[i].what, chars(tell(&service)), chars(good[i].want));
    }
}

static const struct {
    const char *what, *document;
    int want;
} bad[] = {
    { "nothing", "", MSK_ERR_XML },
    { "no key management", DOC(KEYS), MSK_ERR_MISSING },
    { "no server", DOC("<keyManagement/>" KEYS), MSK_ERR_MISSING },
    { "no keyId", DOC(MANAGED("")), MSK_ERR_MISSING },
    { "no flow", DOC(MANAGED("") "<keyId/>"), MSK_ERR_MISSING },
    { "no server with a name",
      DOC("<keyManagement><serverURI>http://[::1]/</serverURI><serverURI/>"
          "</keyManagement>" KEYS),
      MSK_ERR_MISSING },
    { "two keyManagement", DOC(MANAGED("") MANAGED("") KEYS), MSK_ERR_VALUE },
    { "keyManagement after the keys", DOC(KEYS MANAGED("")), MSK_ERR_VALUE },
    { "two fecProtection",
      DOC(MANAGED("") KEYS "<fecProtection/><fecProtection/>"), MSK_ERR_VALUE },
    { "a back-off that is none", DOC(MANAGED("offsetTime=''") KEYS),
      MSK_ERR_VALUE },
    { "a negative back-off", DOC(MANAGED("randomTimePeriod='-1'") KEYS),
      MSK_ERR_VALUE },
    { "a back-off of 33 bits", DOC(MANAGED("offsetTime='4294967296'") KEYS),
      MSK_ERR_VALUE },
    { "a random back-off of 33 bits",
      DOC(MANAGED("randomTimePeriod='4294967296'") KEYS), MSK_ERR_VALUE },
    { "a switch that is none", DOC(MANAGED("uiccKeyManagement='yes'") KEYS),
      MSK_ERR_VALUE },
    { "confidentiality that is none",
      DOC(MANAGED("confidentialityProtection='off'") KEYS), MSK_ERR_VALUE },
    { "integrity that is none", DOC(MANAGED("integrityProtection=''") KEYS),
      MSK_ERR_VALUE },
    { "an FEC ID that is none",
      DOC(MANAGED("") KEYS "<fecProtection fecEncodingId='a'/>"),
      MSK_ERR_VALUE },
    { "an FEC instance of 65 bits",
      DOC(MANAGED("") KEYS
          "<fecProtection fecInstanceId='18446744073709551616'/>"),
      MSK_ERR_VALUE },
    { "FEC information with a line end",
      DOC(MANAGED("") KEYS "<fecProtection fecOtiExtension='a&#10;b'/>"),
      MSK_ERR_VALUE },
    { "a flow without ID",
      DOC(MANAGED("") "<keyId><mediaFlow>" MSK(
          "uHCd", "aMkAAA==") "</mediaFlow></keyId>"),
      MSK_ERR_VALUE },
    { "an empty flow ID",
      DOC(MANAGED("") "<keyId>" FLOW("", MSK("uHCd", "aMkAAA==")) "</keyId>"),
      MSK_ERR_VALUE },
    { "a flow ID of 65 octets",
      DOC(MANAGED("") "<keyId>" FLOW("0123456789012345678901234567890123456789"
                                     "0123456789012345678901234",
                                     MSK("uHCd", "aMkAAA==")) "</keyId>"),
      MSK_ERR_VALUE },
    { "a flow ID with a tab",
      DOC(MANAGED("") "<keyId>" FLOW("a&#9;/1",
                                     MSK("uHCd", "aMkAAA==")) "</keyId>"),
      MSK_ERR_VALUE },
    { "a flow without a key",
      DOC(MANAGED("") "<keyId>" FLOW("a/1", "") "</keyId>"), MSK_ERR_VALUE },
    { "the second flow without a key",
      DOC(MANAGED("") "<keyId>" ONE_FLOW FLOW("a/1", "<MSK/>") "</keyId>"),
      MSK_ERR_VALUE },
    { "a flow with two keys",
      DOC(MANAGED("") "<keyId>" FLOW(
          "a/1", MSK("uHCd", "aMkAAA==") "<MSK/>") "</keyId>"),
      MSK_ERR_VALUE },
    { "a key without a domain",
      DOC(MANAGED("") "<keyId>" FLOW(
          "a/1", "<MSK><MSKID>aMkAAA==</MSKID></MSK>") "</keyId>"),
      MSK_ERR_VALUE },
    { "a key without an MSKID",
      DOC(MANAGED("") "<keyId>" FLOW(
          "a/1", "<MSK><keyDomainID>uHCd</keyDomainID></MSK>") "</keyId>"),
      MSK_ERR_VALUE },
    { "Key Group 0",
      DOC(MANAGED("") "<keyId>" FLOW("a/1",
                                     MSK("uHCd", "AAAAAQ==")) "</keyId>"),
      MSK_ERR_VALUE },
    { "a domain of 2 octets",
      DOC(MANAGED("") "<keyId>" FLOW("a/1",
                                     MSK("uHA=", "aMkAAA==")) "</keyId>"),
      MSK_ERR_VALUE },
    { "an MSKID of 2 octets",
      DOC(MANAGED("") "<keyId>" FLOW("a/1", MSK("uHCd", "aMk=")) "</keyId>"),
      MSK_ERR_VALUE },
    { "another root", "<bundleDescription xmlns='" NS "'/>", MSK_ERR_KIND },
    { "another namespace",
      "<securityDescription xmlns='urn:3gpp:metadata:2005:MBMS:"
      "securityDescription'/>",
      MSK_ERR_KIND },
    { "a DOCTYPE", "<!DOCTYPE a>" DOC(MANAGED("") KEYS), MSK_ERR_XML },
    { "cut short", "<securityDescription xmlns='" NS "'>" MANAGED("") KEYS,
      MSK_ERR_XML },
};

static void
refuses_what_is_not_as_the_schema_says(void **state)
{
    struct msk_service service;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        check_int(bad[i].what,
                  read_into(chars(bad[i].document), ARENA, &service),
                  bad[i].want);
}

static void
fills_what_is_there_when_servers_are_missing(void **state)
{
    struct msk_service service;

    (void)state;
    assert_int_equal(read_into(chars(DOC(KEYS)), ARENA, &service),
                     MSK_ERR_MISSING);
    assert_string_equal(tell(&service),
                        ID " uicc=1 conf=default integ=default 0+0"
                           "\n224.1.2.3/4002 b8709d 68c9");
}

#define FULL                                                               \
    DOC("<keyManagement offsetTime='1' randomTimePeriod='2'>" SERVERS      \
        "<serverURI>b:1</serverURI></keyManagement><keyId>" ONE_FLOW FLOW( \
            "c/2",                                                         \
            MSK("AAEC", "AQIAAA==")) "</keyId>"                            \
                                     "<fecProtection fecOtiExtension='x'/>")
#define FULL_TOLD                                                         \
    ID " uicc=1 conf=default integ=default 1+2\nhttp://bmsc.example.com/" \
       "\nb:1\n224.1.2.3/4002 b8709d 68c9\nc/2 000102 0102\nfec 0 0 x"

static void
lays_all_into_the_arena_wherever_it_begins(void **state)
{
    struct msk_service service;
    size_t needs = 0;

    (void)state;
    while (read_into(chars(FULL), needs, &service) == MSK_ERR_SPACE)
        needs++;
    assert_in_range(needs, 2 * sizeof(struct msk_bytes), 512);
    for (size_t n = needs; n < needs + 40; n++) {
        assert_int_equal(read_into(chars(FULL), n, &service), MSK_OK);
        assert_string_equal(tell(&service), FULL_TOLD);
    }
    for (size_t off = 0; off < 17; off++) {
        struct msk_bytes document = chars(FULL);
        uint8_t *arena = room(off + needs + 16) + off;
        struct msk_xml xml;

        assert_int_equal(msk_xml_expat_init(&xml, NULL), MSK_OK);
        assert_int_equal(msk_announcement_read(&xml, document, chars(ID), arena,
                                               needs + 16, &service),
                         MSK_OK);
        memset((void *)(uintptr_t)document.p, 0, document.n);
        assert_string_equal(tell(&service), FULL_TOLD);
        assert_true((const uint8_t *)service.servers >= arena);
        assert_true((const uint8_t *)(service.flows + 2) <= arena + needs + 16);
        assert_int_equal((uintptr_t)service.flows % sizeof(void *), 0);
        assert_int_equal((uintptr_t)service.servers % sizeof(void *), 0);
    }
}

static void
survives_every_allocation_that_fails(void **state)
{
    struct msk_service service = { .size = sizeof service };
    struct fake_heap fake;
    struct msk_xml xml;
    uint8_t *arena = room(ARENA);
    unsigned calls;

    (void)state;
    fake_heap_init(&fake);
    assert_int_equal(msk_xml_expat_init(&xml, &fake.heap), MSK_OK);
    assert_int_equal(msk_announcement_read(&xml, chars(FULL), chars(ID), arena,
                                           ARENA, &service),
                     MSK_OK);
    calls = fake.calls;
    assert_true(calls > 0);
    for (unsigned i = 1; i <= calls; i++) {
        fake_heap_init(&fake);
        fake.fail_at = i;
        assert_int_equal(msk_announcement_read(&xml, chars(FULL), chars(ID),
                                               arena, ARENA, &service),
                         MSK_ERR_SPACE);
        assert_int_equal(fake.blocks, 0);
    }
}

/* A service as a host fills it, and what is written of it. */
static struct msk_service
by_hand(void)
{
    static struct msk_bytes servers[2];
    static struct msk_flow flows[2];
    struct msk_service service = { .size = sizeof service };

    servers[0] = chars("http://a/?b&c");
    servers[1] = chars("d");
    flows[0] = (struct msk_flow){ chars("<1>/2"), { { 1, 2, 3 }, 0x0405 } };
    flows[1] = (struct msk_flow){ chars("[::1]/3"), { { 4, 5, 6 }, 0xFFFF } };
    service.id = chars(ID);
    service.servers = servers;
    service.n_servers = 2;
    service.flows = flows;
    service.n_flows = 2;
    return service;
}

#define HEAD                                                            \
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<securityDescription " \
    "xmlns=\"" NS "\"><keyManagement "
#define TAIL                                                            \
    "><serverURI>http://a/?b&amp;c</serverURI><serverURI>d</serverURI>" \
    "</keyManagement><keyId><mediaFlow flowID=\"&lt;1&gt;/2\"><MSK>"    \
    "<keyDomainID>AQID</keyDomainID><MSKID>BAUAAA==</MSKID></MSK>"      \
    "</mediaFlow><mediaFlow flowID=\"[::1]/3\"><MSK><keyDomainID>BAUG"  \
    "</keyDomainID><MSKID>//8AAA==</MSKID></MSK></mediaFlow></keyId>"

static void
writes_it_octet_for_octet(void **state)
{
    static uint8_t buf[4096];
    struct msk_service service = by_hand();
    size_t len, counted;

    (void)state;
    assert_int_equal(msk_announcement_write(&service, buf, sizeof buf, &len),
                     MSK_OK);
    check_octets("off", exact(buf, len),
                 chars(HEAD "offsetTime=\"0\" randomTimePeriod=\"0\" "
                            "uiccKeyManagement=\"false\"" TAIL
                            "</securityDescription>"));
    service.offset_time = UINT32_MAX;
    service.random_period = 10;
    service.uicc_required = true;
    service.confidentiality = MSK_SWITCH_ON;
    service.integrity = MSK_SWITCH_OFF;
    service.has_fec = true;
    service.fec_encoding = UINT64_MAX;
    service.fec_oti = chars("a\"b");
    assert_int_equal(msk_announcement_write(&service, buf, sizeof buf, &len),
                     MSK_OK);
    check_octets("on", exact(buf, len),
                 chars(HEAD
                       "offsetTime=\"4294967295\" randomTimePeriod=\"10\" "
                       "uiccKeyManagement=\"true\" "
                       "confidentialityProtection=\"true\" "
                       "integrityProtection=\"false\"" TAIL
                       "<fecProtection fecEncodingId=\"18446744073709551615\" "
                       "fecInstanceId=\"0\" fecOtiExtension=\"a&quot;b\"/>"
                       "</securityDescription>"));
    assert_int_equal(msk_announcement_write(&service, NULL, 0, &counted),
                     MSK_OK);
    assert_int_equal(counted, len);
    for (size_t n = 0; n < len; n++)
        assert_int_equal(msk_announcement_write(&service, room(n), n, &counted),
                         MSK_ERR_SPACE);
}

static void
reads_what_it_has_written(void **state)
{
    static uint8_t buf[MSK_XML_DOCUMENT_MAX];
    char want[1024];
    struct msk_service service = by_hand(), again;
    size_t len;

    (void)state;
    for (unsigned i = 0; i < 9; i++) {
        service.confidentiality = (enum msk_switch)(i % 3);
        service.integrity = (enum msk_switch)(i / 3);
        service.uicc_required = i % 2 == 0;
        service.has_fec = i % 2 == 0;
        service.fec_instance = i;
        service.offset_time = i * 100;
        assert_int_equal(
            msk_announcement_write(&service, buf, sizeof buf, &len), MSK_OK);
        strcpy(want, tell(&service));
        assert_int_equal(read_into(exact(buf, len), ARENA, &again), MSK_OK);
        assert_string_equal(tell(&again), want);
    }
}

static void
refuses_to_write_what_it_would_not_read(void **state)
{
    static uint8_t buf[4 * MSK_XML_DOCUMENT_MAX];
    static struct msk_bytes servers[600];
    static struct msk_flow flows[200];
    struct msk_bytes bad_server = chars("http://[::1]");
    struct msk_flow bad_flow = { chars("a/1"), { { 0, 0, 0 }, 0 } };
    struct msk_service service, again;
    uint8_t *long_server = room(MSK_XML_TEXT_MAX + 1);
    size_t len;

    (void)state;
    memset(long_server, '/', MSK_XML_TEXT_MAX + 1);
    long_server[0] = 'a';
#define REFUSED(change)                                                \
    service = by_hand();                                               \
    change;                                                            \
    check_int(#change,                                                 \
              msk_announcement_write(&service, buf, sizeof buf, &len), \
              MSK_ERR_ARGUMENT)
    REFUSED(service.n_servers = 0);
    REFUSED(service.servers = NULL);
    REFUSED(service.n_flows = 0);
    REFUSED(service.flows = NULL);
    REFUSED(service.size = 8);
    REFUSED(service.confidentiality = (enum msk_switch)3);
    REFUSED(service.integrity = (enum msk_switch)3);
    REFUSED(service.fec_oti = chars("a\nb"));
    REFUSED(service.servers = &bad_server; service.n_servers = 1);
    REFUSED(service.flows = &bad_flow; service.n_flows = 1);
    bad_flow.group.group = 1;
    bad_flow.id.n = 0;
    REFUSED(service.flows = &bad_flow; service.n_flows = 1);
    bad_flow.id = chars("a\r\nX: y");
    REFUSED(service.flows = &bad_flow; service.n_flows = 1);
    bad_server = (struct msk_bytes){ long_server, MSK_XML_TEXT_MAX + 1 };
    REFUSED(service.servers = &bad_server; service.n_servers = 1);
    bad_server.n--;
    service = by_hand();
    service.servers = &bad_server;
    service.n_servers = 1;
    assert_int_equal(msk_announcement_write(&service, buf, sizeof buf, &len),
                     MSK_OK);
    assert_int_equal(read_into(exact(buf, len), ARENA, &again), MSK_OK);
    assert_int_equal(msk_announcement_write(NULL, buf, sizeof buf, &len),
                     MSK_ERR_ARGUMENT);
    assert_int_equal(msk_announcement_write(&service, buf, sizeof buf, NULL),
                     MSK_ERR_ARGUMENT);

    for (size_t i = 0; i < 600; i++)
        servers[i] = chars("a");
    for (size_t i = 0; i < 200; i++)
        flows[i] = (struct msk_flow){ chars("a"), { { 0, 0, 0 }, 1 } };
    REFUSED(service.servers = servers; service.n_servers = 501);
    REFUSED(service.servers = servers; service.n_servers = 1;
            service.flows = flows; service.n_flows = 127);
    REFUSED(service.n_flows = SIZE_MAX);
    REFUSED(service.n_servers = SIZE_MAX);
    service = by_hand();
    service.servers = servers;
    service.n_servers = 4;
    service.flows = flows;
    service.n_flows = 126;
    assert_int_equal(msk_announcement_write(&service, buf, sizeof buf, &len),
                     MSK_OK);
    assert_int_equal(read_into(exact(buf, len), ARENA, &again), MSK_OK);
    assert_int_equal(again.n_flows, 126);
    for (size_t i = 0; i < 126; i++)
        flows[i].id = chars("0123456789012345678901234567890123456789");
    assert_int_equal(msk_announcement_write(&service, buf, sizeof buf, &len),
                     MSK_ERR_SPACE);
#undef REFUSED
}

static void
refuses_what_is_not_given(void **state)
{
    struct msk_service service = { .size = sizeof service };
    struct msk_bytes document = chars(FULL), id = chars(ID);
    struct msk_bytes long_id = { room(MSK_SERVICE_ID_MAX + 1),
                                 MSK_SERVICE_ID_MAX + 1 };
    uint8_t *arena = room(ARENA);
    struct msk_xml xml;

    (void)state;
    assert_int_equal(msk_xml_expat_init(&xml, NULL), MSK_OK);
#define REFUSED(xml, document, id, arena, service)                       \
    assert_int_equal(                                                    \
        msk_announcement_read(xml, document, id, arena, ARENA, service), \
        MSK_ERR_ARGUMENT)
    REFUSED(NULL, document, id, arena, &service);
    REFUSED(&xml, document, id, NULL, &service);
    REFUSED(&xml, document, id, arena, NULL);
    REFUSED(&xml, document, chars(""), arena, &service);
    REFUSED(&xml, document, long_id, arena, &service);
    service.size = 8;
    REFUSED(&xml, document, id, arena, &service);
    service.size = sizeof service;
    xml.size--;
    REFUSED(&xml, document, id, arena, &service);
    xml.size++;
    xml.read = NULL;
    REFUSED(&xml, document, id, arena, &service);
#undef REFUSED
}

static void
says_as_octets_what_the_header_says(void **state)
{
    (void)state;
    check_octets("text", msk_announcement_media_type(),
                 chars(MSK_ANNOUNCEMENT_MEDIA_TYPE));
    release(NULL);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(reads_what_is_announced, release),
        cmocka_unit_test_teardown(refuses_what_is_not_as_the_schema_says,
                                  release),
        cmocka_unit_test_teardown(fills_what_is_there_when_servers_are_missing,
                                  release),
        cmocka_unit_test_teardown(lays_all_into_the_arena_wherever_it_begins,
                                  release),
        cmocka_unit_test_teardown(survives_every_allocation_that_fails,
                                  release),
        cmocka_unit_test_teardown(writes_it_octet_for_octet, release),
        cmocka_unit_test_teardown(reads_what_it_has_written, release),
        cmocka_unit_test_teardown(refuses_to_write_what_it_would_not_read,
                                  release),
        cmocka_unit_test_teardown(refuses_what_is_not_given, release),
        cmocka_unit_test(says_as_octets_what_the_header_says),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
