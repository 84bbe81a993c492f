/* SPDX-License-Identifier: MIT */
#include "msk/xml_expat.h"

#include <stdio.h>
#include <string.h>

#include "fake_heap.h"
#include "port/xml_expat_heap.h"
#include "support.h"

/* What a sink was told, as text: "<ns|name a='v'>", "text</name>". */
struct heard {
    char text[8192];
    size_t n;
    unsigned events, stop_at; /* the event that is refused; 0: none is */
};

static void
add(struct heard *heard, const char *before, struct msk_bytes octets)
{
    heard->n += (size_t)snprintf(
        heard->text + heard->n, sizeof heard->text - heard->n, "%s%.*s", before,
        (int)octets.n, octets.n > 0 ? (const char *)octets.p : "");
    assert_true(heard->n < sizeof heard->text);
}

static int
answer(struct heard *heard)
{
    return ++heard->events == heard->stop_at ? MSK_ERR_NOT_MINE : MSK_OK;
}

static int
hear_start(void *arg, struct msk_bytes ns, struct msk_bytes name,
           const struct msk_xml_attribute *attributes, size_t n)
{
    struct heard *heard = arg;

    if (name.n == 4 && memcmp(name.p, "pass", 4) == 0)
        return MSK_XML_PASS_BY;
    add(heard, "<", ns);
    add(heard, "|", name);
    for (size_t i = 0; i < n; i++) {
        add(heard, " ", attributes[i].name);
        add(heard, "='", attributes[i].value);
        add(heard, "'", chars(""));
    }
    add(heard, ">", chars(""));
    return answer(heard);
}

static int
hear_end(void *arg, struct msk_bytes ns, struct msk_bytes name,
         struct msk_bytes text)
{
    struct heard *heard = arg;

    add(heard, "", text);
    add(heard, "</", ns);
    add(heard, "|", name);
    add(heard, ">", chars(""));
    return answer(heard);
}

static const struct msk_xml_sink sink = { hear_start, hear_end };

/* Reads a document on a heap that must be whole again afterwards. */
static int
read_document(struct msk_bytes document, struct heard *heard)
{
    struct fake_heap fake;
    struct msk_xml xml;
    int err;

    fake_heap_init(&fake);
    heard->n = 0;
    heard->text[0] = '\0';
    heard->events = 0;
    assert_int_equal(msk_xml_expat_init(&xml, &fake.heap), MSK_OK);
    err = xml.read(xml.user, document, &sink, heard);
    assert_int_equal(fake.blocks, 0);
    assert_true(fake.peak <= MSK_XML_EXPAT_HEAP_MAX);
    return err;
}

static const struct {
    const char *what, *document, *want;
} good[] = {
    { "the smallest", "<a/>", "<|a></|a>" },
    { "a declaration", "<?xml version=\"1.0\" encoding=\"UTF-8\"?><a/>",
      "<|a></|a>" },
    { "its name in lower case", "<?xml version='1.0' encoding='utf-8'?><a/>",
      "<|a></|a>" },
    { "a declaration without encoding",
      "<?xml version='1.0' standalone='yes'?><a/>", "<|a></|a>" },
    { "a mark of UTF-8", "\xEF\xBB\xBF<a/>", "<|a></|a>" },
    { "a default namespace", "<a xmlns='urn:x'><b/></a>",
      "<urn:x|a><urn:x|b></urn:x|b></urn:x|a>" },
    { "a prefix", "<p:a xmlns:p='urn:x'><b/></p:a>",
      "<urn:x|a><|b></|b></urn:x|a>" },
    { "a namespace taken back", "<a xmlns='u'><b xmlns=''/></a>",
      "<u|a><|b></|b></u|a>" },
    { "attributes", "<a b='1' c=\"&lt;&#x41;\"/>", "<|a b='1' c='<A'></|a>" },
    { "attributes with a namespace",
      "<a xmlns:p='u' p:b='1' c='2' xml:lang='en'/>", "<|a c='2'></|a>" },
    { "text in pieces", "<a>x<!-- -->y<![CDATA[<z>]]>&amp;&#9731;<?p i?>.</a>",
      "<|a>xy<z>&\xE2\x98\x83.</|a>" },
    { "text around children", "<a>1<b>2</b>3<b>4<c>5</c>6</b>7</a>",
      "<|a><|b>2</|b><|b><|c>5</|c>46</|b>137</|a>" },
    { "white space at the ends", "<a> \n\tx y\r\n <b/> </a>",
      "<|a><|b></|b>x y</|a>" },
    { "white space alone", "<a> <b>\n</b> </a>", "<|a><|b></|b></|a>" },
    { "white space by number", "<a>&#32;&#9;&#10;&#13;x</a>", "<|a>x</|a>" },
    { "comments and instructions", "<!-- a --><?b c?><a/><!-- d --> <?e?>",
      "<|a></|a>" },
    { "as deep as may be",
      "<a><a><a><a><a><a><a><a>x</a></a></a></a></a></a></a></a>",
      "<|a><|a><|a><|a><|a><|a><|a><|a>x</|a></|a></|a></|a></|a></|a></|a>"
      "</|a>" },
    { "as many attributes as may be",
      "<a a='' b='' c='' d='' e='' f='' g='' h='' i='' j='' k='' l='' m='' "
      "n='' o='' p=''/>",
      "<|a a='' b='' c='' d='' e='' f='' g='' h='' i='' j='' k='' l='' m='' "
      "n='' o='' p=''></|a>" },
    { "more attributes with a namespace",
      "<a xmlns:x='u' x:a='' x:b='' x:c='' x:d='' x:e='' x:f='' x:g='' x:h='' "
      "x:i='' x:j='' x:k='' x:l='' x:m='' x:n='' x:o='' x:p='' x:q='' a=''/>",
      "<|a a=''></|a>" },
    { "elements that are passed by",
      "<a>1<pass b='c'>2<d>3</d><pass/>4</pass>5<e/><pass/>6</a>",
      "<|a><|e></|e>156</|a>" },
    { "the root passed by", "<pass><a/>b</pass>", "" },
    { "as deep as may be, and deeper what is passed by",
      "<a><a><a><a><a><a><a><a><pass><a>y</a></pass>x</a></a></a></a></a></a>"
      "</a></a>",
      "<|a><|a><|a><|a><|a><|a><|a><|a>x</|a></|a></|a></|a></|a></|a></|a>"
      "</|a>" },
    { "attributes of what is passed by",
      "<a><pass a='' b='' c='' d='' e='' f='' g='' h='' i='' j='' k='' l='' "
      "m='' n='' o='' p='' q=''/></a>",
      "<|a></|a>" },
};

static void
tells_what_stands_in_a_document(void **state)
{
    struct heard heard = { .n = 0 };

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        check_int(good[i].what, read_document(chars(good[i].document), &heard),
                  MSK_OK);
        check_octets(good[i].what, chars(heard.text), chars(good[i].want));
    }
}

#define LAUGHS                                                         \
    "<!DOCTYPE a [<!ENTITY b 'bbbbbbbb'><!ENTITY c '&b;&b;&b;&b;&b;'>" \
    "<!ENTITY d '&c;&c;&c;&c;&c;'><!ENTITY e '&d;&d;&d;&d;&d;'>]>"

static const struct {
    const char *what, *document;
    int want;
    unsigned events; /* the sink may have heard of */
} bad[] = {
    { "nothing", "", MSK_ERR_XML, 0 },
    { "white space", " \n ", MSK_ERR_XML, 0 },
    { "text", "hello", MSK_ERR_XML, 0 },
    { "JSON", "{\"a\":1}", MSK_ERR_XML, 0 },
    { "a document cut short", "<a><b></b>", MSK_ERR_XML, 3 },
    { "a tag cut short", "<a", MSK_ERR_XML, 0 },
    { "two roots", "<a/><b/>", MSK_ERR_XML, 2 },
    { "text after the root", "<a/>x", MSK_ERR_XML, 2 },
    { "elements across each other", "<a><b></a></b>", MSK_ERR_XML, 2 },
    { "an attribute twice", "<a b='1' b='2'/>", MSK_ERR_XML, 0 },
    { "an attribute twice by prefix",
      "<a xmlns:x='u' xmlns:y='u' x:b='1' y:b='2'/>", MSK_ERR_XML, 0 },
    { "a prefix of nothing", "<p:a/>", MSK_ERR_XML, 0 },
    { "the separator in a namespace", "<a xmlns='urn:x&#10;:y'/>", MSK_ERR_XML,
      0 },
    { "a DOCTYPE", "<!DOCTYPE a><a/>", MSK_ERR_XML, 0 },
    { "a DOCTYPE with an element", "<!DOCTYPE a [<!ELEMENT a ANY>]><a/>",
      MSK_ERR_XML, 0 },
    { "a DTD from elsewhere", "<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>",
      MSK_ERR_XML, 0 },
    { "an entity", "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", MSK_ERR_XML, 0 },
    { "an entity from elsewhere",
      "<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>",
      MSK_ERR_XML, 0 },
    { "a parameter entity",
      "<!DOCTYPE a [<!ENTITY % b SYSTEM 'http://x/'>%b;]><a/>", MSK_ERR_XML,
      0 },
    { "entities in entities", LAUGHS "<a>&e;</a>", MSK_ERR_XML, 0 },
    { "entities in entities in an attribute", LAUGHS "<a b='&e;'/>",
      MSK_ERR_XML, 0 },
    { "a default attribute", "<!DOCTYPE a [<!ATTLIST a b CDATA 'c'>]><a/>",
      MSK_ERR_XML, 0 },
    { "an unknown entity", "<a>&b;</a>", MSK_ERR_XML, 1 },
    { "a character that may not be", "<a>&#0;</a>", MSK_ERR_XML, 1 },
    { "Latin-1, declared", "<?xml version='1.0' encoding='ISO-8859-1'?><a/>",
      MSK_ERR_XML, 0 },
    { "ASCII, declared", "<?xml version='1.0' encoding='US-ASCII'?><a/>",
      MSK_ERR_XML, 0 },
    { "UTF-16, falsely declared", "<?xml version='1.0' encoding='UTF-16'?><a/>",
      MSK_ERR_XML, 0 },
    { "half a mark of UTF-16", "\xFE<a/>", MSK_ERR_XML, 0 },
    { "the other half", "\xFF<a/>", MSK_ERR_XML, 0 },
    { "an encoding that begins with UTF-8",
      "<?xml version='1.0' encoding='UTF-80'?><a/>", MSK_ERR_XML, 0 },
    { "an encoding that is its beginning",
      "<?xml version='1.0' encoding='UTF-'?><a/>", MSK_ERR_XML, 0 },
    { "an unknown encoding", "<?xml version='1.0' encoding='foo-42'?><a/>",
      MSK_ERR_XML, 0 },
    { "octets that are Latin-1", "<a>\xE9</a>", MSK_ERR_XML, 1 },
    { "overlong UTF-8", "<a>\xC0\xAF</a>", MSK_ERR_XML, 1 },
    { "a surrogate in UTF-8", "<a>\xED\xA0\x80</a>", MSK_ERR_XML, 1 },
    { "a control character", "<a>\x01</a>", MSK_ERR_XML, 1 },
    { "too deep",
      "<a><a><a><a><a><a><a><a><a/></a></a></a></a></a></a></a></a>",
      MSK_ERR_MANY, 9 },
    { "too many attributes",
      "<a a='' b='' c='' d='' e='' f='' g='' h='' i='' j='' k='' l='' m='' "
      "n='' o='' p='' q=''/>",
      MSK_ERR_MANY, 1 },
    { "DOCTYPE after what is passed by", "<a><pass/></a><!DOCTYPE a>",
      MSK_ERR_XML, 2 },
    { "an entity in what is passed by", "<a><pass>&b;</pass></a>", MSK_ERR_XML,
      1 },
    { "what is passed by, not well formed", "<a><pass><b></pass></a>",
      MSK_ERR_XML, 1 },
    { "what is passed by, not ended", "<a><pass><b></b>", MSK_ERR_XML, 1 },
};

static void
refuses_what_is_hostile_or_broken(void **state)
{
    struct heard heard = { .n = 0 };

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        check_int(bad[i].what, read_document(chars(bad[i].document), &heard),
                  bad[i].want);
        check_int(bad[i].what, heard.events, bad[i].events);
    }
}

static void
refuses_utf_16_and_utf_32(void **state)
{
    static const char *const documents[] = {
        "FEFF 003C 0061 002F 003E",
        "FFFE 3C00 6100 2F00 3E00",
        "003C 0061 002F 003E",
        "3C00 6100 2F00 3E00",
        "0000FEFF 0000003C",
        "FFFE0000 3C000000",
        "FEFF",
        "FFFE",
        "00",
        "3C61002F3E",
        "3C613E0078",
    };
    struct heard heard = { .n = 0 };

    (void)state;
    for (size_t i = 0; i < sizeof documents / sizeof documents[0]; i++)
        check_int(documents[i], read_document(hex(documents[i]), &heard),
                  MSK_ERR_XML);
}

static void
refuses_every_document_cut_short(void **state)
{
    struct msk_bytes whole =
        chars("<?xml version='1.0'?><p:a xmlns:p='u' b='&lt;'>"
              "<c>x<![CDATA[y]]></c>\xE2\x98\x83</p:a>");
    struct heard heard = { .n = 0 };

    (void)state;
    assert_int_equal(read_document(whole, &heard), MSK_OK);
    for (size_t n = 0; n < whole.n; n++)
        assert_int_equal(read_document(exact(whole.p, n), &heard), MSK_ERR_XML);
}

/* "<a>", n times `piece`, "</a>". */
static struct msk_bytes
filled(const char *piece, size_t n)
{
    size_t each = strlen(piece);
    uint8_t *p = room(3 + n * each + 4), *at = p + 3;

    memcpy(p, "<a>", 3);
    for (; n > 0; n--, at += each)
        memcpy(at, piece, each);
    memcpy(at, "</a>", 4);
    return (struct msk_bytes){ p, (size_t)(at - p) + 4 };
}

static int
read_filled(const char *piece, size_t n)
{
    static struct heard heard;

    return read_document(filled(piece, n), &heard);
}

static int
ignore_start(void *arg, struct msk_bytes ns, struct msk_bytes name,
             const struct msk_xml_attribute *attributes, size_t n)
{
    (void)ns;
    (void)name;
    (void)attributes;
    (void)n;
    ++*(unsigned *)arg;
    return MSK_OK;
}

static int
ignore_end(void *arg, struct msk_bytes ns, struct msk_bytes name,
           struct msk_bytes text)
{
    (void)ns;
    (void)name;
    (void)text;
    ++*(unsigned *)arg;
    return MSK_OK;
}

static const struct msk_xml_sink counter = { ignore_start, ignore_end };

/* Passes by all but the root. */
static int
pass_start(void *arg, struct msk_bytes ns, struct msk_bytes name,
           const struct msk_xml_attribute *attributes, size_t n)
{
    unsigned *events = arg;

    if (*events > 0)
        return MSK_XML_PASS_BY;
    return ignore_start(arg, ns, name, attributes, n);
}

static const struct msk_xml_sink passer = { pass_start, ignore_end };

/* Reads with a sink that counts, as many elements as may be. */
static int
count_events(struct msk_bytes document, struct fake_heap *fake,
             unsigned *events)
{
    struct msk_xml xml;

    *events = 0;
    assert_int_equal(msk_xml_expat_init(&xml, &fake->heap), MSK_OK);
    return xml.read(xml.user, document, &counter, events);
}

static void
holds_each_limit_exactly(void **state)
{
    struct fake_heap fake;
    unsigned events;

    (void)state;
    fake_heap_init(&fake);
    assert_int_equal(read_filled("\n", MSK_XML_DOCUMENT_MAX - 7), MSK_OK);
    assert_int_equal(read_filled("\n", MSK_XML_DOCUMENT_MAX - 6), MSK_ERR_MANY);
    assert_int_equal(
        count_events(filled("\n        <b/>", MSK_XML_ELEMENTS_MAX - 1), &fake,
                     &events),
        MSK_OK);
    assert_int_equal(events, 2 * MSK_XML_ELEMENTS_MAX);
    assert_int_equal(
        count_events(filled("<b/>", MSK_XML_ELEMENTS_MAX), &fake, &events),
        MSK_ERR_MANY);
    assert_int_equal(events, 2 * MSK_XML_ELEMENTS_MAX);
}

/* A text of 512 octets is whole; a longer one is cut after one more, which is
 * no blank if there is anything but blanks. */
static void
cuts_texts_at_their_limit(void **state)
{
    static const struct {
        const char *unit;
        size_t n;
        const char *tail;
        size_t want;
        char last;
    } rows[] = {
        { "x", 511, "", 511, 'x' },        { "x", 512, "", 512, 'x' },
        { "x", 513, "", 513, 'x' },        { "x", 514, "", 513, 'x' },
        { "x", 9000, "y", 513, 'y' },      { "x<!---->", 512, "", 512, 'x' },
        { "x<!---->", 513, "", 513, 'x' }, { "x", 512, " \n ", 512, 'x' },
        { "x", 512, "   y", 513, 'y' },    { "x", 513, "   ", 513, 'x' },
        { "x", 1, "   ", 1, 'x' },         { "x ", 256, "", 511, 'x' },
        { "x ", 256, "y", 513, 'y' },      { "x ", 257, " ", 513, 'x' },
        { "x", 512, " <b/> y", 513, 'y' },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++, release(NULL)) {
        static char text[MSK_XML_DOCUMENT_MAX + 1];
        static struct heard heard;
        char *at = text + sprintf(text, "<a>"), *end;

        for (size_t k = 0; k < rows[i].n; k++)
            at += sprintf(at, "%s", rows[i].unit);
        sprintf(at, "%s</a>", rows[i].tail);
        check_int(rows[i].tail, read_document(chars(text), &heard), MSK_OK);
        at = strchr(heard.text, 'x');
        end = strstr(heard.text, "</|a>");
        check_int(rows[i].tail, end - at, (long long)rows[i].want);
        check_int(rows[i].tail, end[-1], rows[i].last);
    }
}

static void
keeps_the_texts_of_all_depths_apart(void **state)
{
    char document[MSK_XML_DOCUMENT_MAX], *at = document;
    static struct heard heard;

    (void)state;
    for (int depth = 0; depth < MSK_XML_DEPTH_MAX; depth++) {
        at += sprintf(at, "<%c>", 'a' + depth);
        memset(at, 'A' + depth, MSK_XML_TEXT_MAX - 1);
        at += MSK_XML_TEXT_MAX - 1;
    }
    for (int depth = MSK_XML_DEPTH_MAX - 1; depth >= 0; depth--)
        at += sprintf(at, "%c</%c>", '0' + depth, 'a' + depth);
    assert_int_equal(read_document(chars(document), &heard), MSK_OK);
    assert_int_equal(heard.events, 2 * MSK_XML_DEPTH_MAX);
    at = heard.text;
    for (int depth = 0; depth < MSK_XML_DEPTH_MAX; depth++)
        at += strlen("<|a>");
    for (int depth = MSK_XML_DEPTH_MAX - 1; depth >= 0; depth--) {
        for (size_t i = 0; i < MSK_XML_TEXT_MAX - 1; i++)
            assert_int_equal(*at++, 'A' + depth);
        assert_int_equal(*at++, '0' + depth);
        at += strlen("</|a>");
    }
}

static void
stops_when_the_sink_says_so(void **state)
{
    const char *document = "<a><b c='d'>e</b><f/></a>";
    struct heard heard = { .n = 0 };

    (void)state;
    for (unsigned i = 1; i <= 6; i++) {
        heard.stop_at = i;
        assert_int_equal(read_document(chars(document), &heard),
                         MSK_ERR_NOT_MINE);
        assert_int_equal(heard.events, i);
    }
    heard.stop_at = 7;
    assert_int_equal(read_document(chars(document), &heard), MSK_OK);
}

/* Each call of the heap fails once; what was taken comes back. */
static void
survives_every_allocation_that_fails(void **state)
{
    struct msk_bytes document =
        chars("<?xml version='1.0' encoding='UTF-8'?><p:a xmlns:p='u' b='c'>"
              "<q:d xmlns:q='v' q:e='f'>g&lt;h</q:d><!-- i --></p:a>");
    static struct heard heard;
    struct fake_heap fake;
    struct msk_xml xml;
    unsigned calls;

    (void)state;
    fake_heap_init(&fake);
    assert_int_equal(msk_xml_expat_init(&xml, &fake.heap), MSK_OK);
    assert_int_equal(xml.read(xml.user, document, &sink, &heard), MSK_OK);
    calls = fake.calls;
    assert_in_range(calls, 10, 200);
    for (unsigned i = 1; i <= calls; i++) {
        fake_heap_init(&fake);
        fake.fail_at = i;
        heard.n = 0;
        assert_int_equal(xml.read(xml.user, document, &sink, &heard),
                         MSK_ERR_SPACE);
        assert_int_equal(fake.blocks, 0);
        fake.fail_at = 0; /* and the next read is as good as new */
        heard.n = 0;
        assert_int_equal(xml.read(xml.user, document, &sink, &heard), MSK_OK);
        assert_int_equal(fake.blocks, 0);
    }
}

#define HEAP MSK_XML_EXPAT_HEAP_MAX

static void
counts_each_octet_that_it_holds(void **state)
{
    struct msk_budget budget, *outer;
    struct fake_heap fake;
    uint8_t *a, *b;

    (void)state;
    fake_heap_init(&fake);
    outer = msk_budget_enter(&budget, &fake.heap);
    a = msk_budget_alloc(20000);
    b = msk_budget_suite.realloc_fcn(NULL, 10000);
    assert_true(a != NULL && b != NULL);
    assert_int_equal(budget.held, fake.held);
    memset(a, 1, 20000);
    a = msk_budget_suite.realloc_fcn(a, 40000);
    assert_non_null(a);
    assert_int_equal(a[19999], 1);
    assert_int_equal(budget.held, fake.held);
    assert_null(msk_budget_suite.realloc_fcn(a, HEAP - 9536)); /* and a stays */
    assert_int_equal(a[0], 1);
    a = msk_budget_suite.realloc_fcn(a, HEAP - 10536);
    assert_non_null(a);
    assert_int_equal(budget.held, fake.held);
    assert_null(msk_budget_alloc(1000));
    assert_null(msk_budget_alloc(SIZE_MAX));
    assert_null(msk_budget_suite.realloc_fcn(a, SIZE_MAX));
    a = msk_budget_suite.realloc_fcn(a, 10);
    assert_int_equal(budget.held, fake.held);
    msk_budget_release(a);
    msk_budget_release(b);
    msk_budget_release(NULL);
    assert_int_equal(budget.held, 0);
    assert_int_equal(fake.blocks, 0);
    a = msk_budget_alloc(MSK_XML_EXPAT_HEAP_MAX - 64);
    assert_non_null(a);
    msk_budget_release(a);
    msk_budget_leave(outer);
}

/* One attribute as long as a document may be. */
static void
reads_the_longest_attribute(void **state)
{
    size_t n = MSK_XML_DOCUMENT_MAX;
    uint8_t *p = room(n);
    struct msk_bytes document = { p, n };
    struct fake_heap fake;
    unsigned events;

    (void)state;
    memset(p, 'x', n);
    memcpy(p, "<a b='&lt;", 10);
    memcpy(p + n - 3, "'/>", 3);
    fake_heap_init(&fake);
    assert_int_equal(count_events(document, &fake, &events), MSK_OK);
    assert_true(fake.peak > MSK_XML_DOCUMENT_MAX);
    print_message("peak %zu octets\n", fake.peak);
}

/* Whatever stands in what is passed by: the size of the document alone is a
 * limit. These take most heap: much that is open, many names, many of all. */
static void
passes_by_whatever_fits_into_a_document(void **state)
{
    static const struct {
        const char *what, *begin, *head, *tail, *between, *back, *end;
        size_t each; /* octets of a unit and its end */
    } rows[] = {
        /* A unit is head, a number, tail; without a tail the head alone. */
        { "depth", "<a>", "<b>", NULL, "", "</b>", "</a>", 7 },
        { "depth with namespaces", "<a>", "<b xmlns='u", "'>", "", "</b>",
          "</a>", 24 },
        { "elements", "<a>", "<b", "/>", "", "", "</a>", 9 },
        { "attributes", "<a><b", " a", "=''", "/>", "", "</a>", 10 },
        { "namespaces", "<a><b", " xmlns:a", "='u'", "/>", "", "</a>", 18 },
        { "attributes of the root", "<a xmlns:p='u'", " p:a", "=''", ">", "",
          "</a>", 13 },
        { "text", "<a><b>", "text ", NULL, "</b>", "", "</a>", 5 },
        { "text of the root", "<a>", "text ", NULL, "", "", "</a>", 5 },
    };
    static char text[MSK_XML_DOCUMENT_MAX + 64];

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        size_t n = (MSK_XML_DOCUMENT_MAX - 40) / rows[i].each;
        char *at = text + sprintf(text, "%s", rows[i].begin);
        struct fake_heap fake;
        struct msk_xml xml;
        unsigned events = 0;

        for (unsigned k = 0; k < n; k++)
            at += rows[i].tail == NULL
                      ? sprintf(at, "%s", rows[i].head)
                      : sprintf(at, "%s%x%s", rows[i].head, k, rows[i].tail);
        at += sprintf(at, "%s", rows[i].between);
        for (unsigned k = 0; k < n; k++)
            at += sprintf(at, "%s", rows[i].back);
        at += sprintf(at, "%s", rows[i].end);
        assert_in_range(at - text, MSK_XML_DOCUMENT_MAX / 2,
                        MSK_XML_DOCUMENT_MAX);
        fake_heap_init(&fake);
        assert_int_equal(msk_xml_expat_init(&xml, &fake.heap), MSK_OK);
        check_int(rows[i].what,
                  xml.read(xml.user,
                           exact((const uint8_t *)text, (size_t)(at - text)),
                           &passer, &events),
                  MSK_OK);
        assert_int_equal(events, 2);
        print_message("%s: peak %zu octets\n", rows[i].what, fake.peak);
        release(NULL);
    }
}

/* Elements that nobody ends, with names that no other has: the last document
 * that is read to its end took most of the heap, and the first one that is not
 * took no more. Where a pointer has four octets, expat needs less, and the
 * longest document may be read to its end. */
static void
takes_all_of_its_heap_and_no_more(void **state)
{
    static char text[MSK_XML_DOCUMENT_MAX + 16];
    struct fake_heap fake;
    struct msk_xml xml;
    size_t peak = 0;
    unsigned n = 0;
    const bool narrow = sizeof(void *) == 4;
    int err = MSK_ERR_XML;

    (void)state;
    for (; err == MSK_ERR_XML && 3 + 4 * n <= MSK_XML_DOCUMENT_MAX; n += 50) {
        char *at = text + sprintf(text, "<a>");
        unsigned events = 0;

        for (unsigned k = 0; k < n; k++)
            at += sprintf(at, "<%c%c>", 'a' + k % 26, 'a' + k / 26 % 26);
        assert_in_range(at - text, 0, MSK_XML_DOCUMENT_MAX);
        peak = n > 0 ? fake.peak : 0;
        fake_heap_init(&fake);
        assert_int_equal(msk_xml_expat_init(&xml, &fake.heap), MSK_OK);
        err = xml.read(xml.user,
                       exact((const uint8_t *)text, (size_t)(at - text)),
                       &passer, &events);
        assert_int_equal(fake.blocks, 0);
        assert_true(fake.peak <= MSK_XML_EXPAT_HEAP_MAX);
        release(NULL);
    }
    print_message("%u elements: error %d, peak %zu octets, before %zu\n", n,
                  err, fake.peak, peak);
    if (err != MSK_ERR_SPACE) { /* not even the longest one */
        assert_true(narrow);
        assert_int_equal(err, MSK_ERR_XML);
        assert_true(3 + 4 * n > MSK_XML_DOCUMENT_MAX);
    }
    assert_in_range(peak, MSK_XML_EXPAT_HEAP_MAX / 4 * 3,
                    MSK_XML_EXPAT_HEAP_MAX);
}

/* Documents of n and of 2n elements: the heap is asked hardly more often, the
 * sink twice as often. */
static void
does_work_in_proportion_to_the_document(void **state)
{
    struct fake_heap once, twice;
    unsigned events;

    (void)state;
    fake_heap_init(&once);
    fake_heap_init(&twice);
    assert_int_equal(
        count_events(filled("<b c='d'>e</b>", 250), &once, &events), MSK_OK);
    assert_int_equal(events, 2 * 251);
    assert_int_equal(
        count_events(filled("<b c='d'>e</b>", 500), &twice, &events), MSK_OK);
    assert_int_equal(events, 2 * 501);
    assert_in_range(twice.calls, once.calls, 2 * once.calls);
}

/* Reads another document inside of an event. */
struct nested {
    struct msk_xml xml;
    struct fake_heap fake;
    unsigned left, inner;
};

static int
read_inside(void *arg, struct msk_bytes ns, struct msk_bytes name,
            struct msk_bytes text)
{
    struct nested *nested = arg;
    struct msk_bytes document = chars("<x><y>z</y></x>");

    (void)ns;
    (void)name;
    (void)text;
    if (nested->left == 0)
        return MSK_OK;
    nested->left--;
    return nested->xml.read(nested->xml.user, document, &counter,
                            &nested->inner);
}

static int
start_inside(void *arg, struct msk_bytes ns, struct msk_bytes name,
             const struct msk_xml_attribute *attributes, size_t n)
{
    (void)attributes;
    (void)n;
    return read_inside(arg, ns, name, ns);
}

static void
reads_one_document_inside_of_another(void **state)
{
    static const struct msk_xml_sink events = { start_inside, read_inside };
    struct fake_heap outer;
    struct nested nested = { .left = 3 };
    struct msk_xml xml;

    (void)state;
    fake_heap_init(&outer);
    fake_heap_init(&nested.fake);
    assert_int_equal(msk_xml_expat_init(&xml, &outer.heap), MSK_OK);
    assert_int_equal(msk_xml_expat_init(&nested.xml, &nested.fake.heap),
                     MSK_OK);
    assert_int_equal(
        xml.read(xml.user, chars("<a><b>c</b></a>"), &events, &nested), MSK_OK);
    assert_int_equal(nested.inner, 3 * 4);
    assert_int_equal(outer.blocks, 0);
    assert_int_equal(nested.fake.blocks, 0);
    assert_true(nested.fake.calls > 0 && outer.calls > 0);
}

static void
takes_the_heap_of_the_c_library_by_default(void **state)
{
    static struct heard heard;
    struct msk_xml xml;

    (void)state;
    assert_int_equal(msk_xml_expat_init(&xml, NULL), MSK_OK);
    assert_int_equal(xml.size, sizeof xml);
    heard.n = 0;
    assert_int_equal(xml.read(xml.user, chars("<a>b</a>"), &sink, &heard),
                     MSK_OK);
    assert_string_equal(heard.text, "<|a>b</|a>");
}

static void
refuses_a_heap_that_is_not_whole(void **state)
{
    struct fake_heap fake;
    struct msk_xml_heap heap;
    struct msk_xml xml;

    (void)state;
    fake_heap_init(&fake);
    assert_int_equal(msk_xml_expat_init(NULL, &fake.heap), MSK_ERR_ARGUMENT);
    heap = fake.heap;
    heap.size--;
    assert_int_equal(msk_xml_expat_init(&xml, &heap), MSK_ERR_ARGUMENT);
    heap = fake.heap;
    heap.alloc = NULL;
    assert_int_equal(msk_xml_expat_init(&xml, &heap), MSK_ERR_ARGUMENT);
    heap = fake.heap;
    heap.resize = NULL;
    assert_int_equal(msk_xml_expat_init(&xml, &heap), MSK_ERR_ARGUMENT);
    heap = fake.heap;
    heap.release = NULL;
    assert_int_equal(msk_xml_expat_init(&xml, &heap), MSK_ERR_ARGUMENT);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(tells_what_stands_in_a_document, release),
        cmocka_unit_test_teardown(refuses_what_is_hostile_or_broken, release),
        cmocka_unit_test_teardown(refuses_utf_16_and_utf_32, release),
        cmocka_unit_test_teardown(refuses_every_document_cut_short, release),
        cmocka_unit_test_teardown(holds_each_limit_exactly, release),
        cmocka_unit_test_teardown(keeps_the_texts_of_all_depths_apart, release),
        cmocka_unit_test_teardown(stops_when_the_sink_says_so, release),
        cmocka_unit_test_teardown(survives_every_allocation_that_fails,
                                  release),
        cmocka_unit_test_teardown(counts_each_octet_that_it_holds, release),
        cmocka_unit_test_teardown(reads_the_longest_attribute, release),
        cmocka_unit_test_teardown(cuts_texts_at_their_limit, release),
        cmocka_unit_test_teardown(passes_by_whatever_fits_into_a_document,
                                  release),
        cmocka_unit_test_teardown(takes_all_of_its_heap_and_no_more, release),
        cmocka_unit_test_teardown(does_work_in_proportion_to_the_document,
                                  release),
        cmocka_unit_test_teardown(reads_one_document_inside_of_another,
                                  release),
        cmocka_unit_test_teardown(takes_the_heap_of_the_c_library_by_default,
                                  release),
        cmocka_unit_test_teardown(refuses_a_heap_that_is_not_whole, release),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
