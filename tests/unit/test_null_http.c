/* SPDX-License-Identifier: MIT */
/* NULL for each pointer of the public functions of HTTP and stores. */
#include <string.h>

#include "fake_xml.h"
#include "msk/announcement.h"
#include "msk/body.h"
#include "msk/digest.h"
#include "msk/store_ram.h"
#include "null_suite.h"
#include "provider.h"

static struct msk_bytes two[2];
static uint8_t octets[4096];
static size_t len;
static struct msk_bytes none;

NULL_INT(msk_http_target, MSK_PROCEDURE_REGISTER, none, p[0], sizeof octets,
         p[1])
NULL_INT(msk_http_procedure, p[0], p[1])
NULL_INT(msk_body_write, MSK_BODY_REGISTER, p[0], 1, p[1], sizeof octets, p[2])
NULL_INT(msk_service_pick, p[0], p[1], p[2], p[3])
NULL_INT(msk_service_base, chars("http://b/c"), p[0])
NULL_INT(msk_announcement_write, p[0], p[1], sizeof octets, p[2])
NULL_INT(msk_store_ram_init, p[0], p[1], p[2], 1)
NULL_VOID(msk_store_ram_wipe, p[0])
NULL_VOID(msk_digest_seen_expire, p[0], 1)
NULL_INT(msk_digest_server_btid, p[0], p[1], sizeof octets, p[2])
NULL_INT(msk_digest_client_init, p[0], p[1])

static int
take_item(void *arg, const struct msk_body_item *item)
{
    (void)arg;
    (void)item;
    return MSK_OK;
}

NULL_INT(msk_digest_response, p[0], p[1], p[2], p[3])
NULL_INT(msk_digest_client_challenge, p[0], p[1], true, p[2])
NULL_INT(msk_digest_client_authorise, p[0], p[1], p[2], p[3], sizeof octets,
         p[4])
NULL_INT(msk_digest_client_verify, p[0], p[1], chars("/"), p[2])
NULL_INT(msk_digest_server_check, p[0], p[1], p[2], 1000, p[3], p[4], p[5])
NULL_INT(msk_digest_server_challenge, p[0], p[1], p[2], sizeof octets, p[3])
NULL_INT(msk_digest_server_info, p[0], p[1], p[2], none, p[3], sizeof octets,
         p[4])
NULL_INT(msk_body_read, p[0], MSK_BODY_REGISTER, chars("text/plain"), none,
         take_item, p[1])
NULL_INT(msk_announcement_read, p[0], none, chars("s"), p[1], sizeof octets,
         p[2])

static int
fill(void *user, uint8_t *out, size_t n)
{
    (void)user;
    memset(out, 1, n);
    return 0;
}

static void
says_so_of_http_and_stores(void **state)
{
    struct msk_http_request request = { .size = sizeof request,
                                        .method = chars("POST"),
                                        .target = chars("/") };
    struct msk_body_item item = { .service = chars("s") };
    struct msk_random random = { .size = sizeof random, .fill = fill };
    struct msk_bytes server = chars("http://b");
    struct msk_flow flow = { .id = chars("1.2.3.4/5"),
                             .group = { { 0, 0, 0 }, 6 } };
    struct msk_service service = { .size = sizeof service,
                                   .id = chars("s"),
                                   .servers = &server,
                                   .n_servers = 1,
                                   .flows = &flow,
                                   .n_flows = 1 };
    struct msk_digest_seen seen = { 0 };
    struct msk_store store = { .size = sizeof store };
    struct msk_ram ram;
    struct msk_ram_record record;
    enum msk_procedure procedure;
    const struct null_call call[] = {
        REFUSES(msk_http_target, 0, octets, &len),
        REFUSES(msk_http_procedure, 0, &request, &procedure),
        REFUSES(msk_body_write, 2, &item, octets, &len),
        REFUSES(msk_service_pick, 0, &service, &random, &two[0], &two[1]),
        REFUSES(msk_service_base, 0, &two[0]),
        REFUSES(msk_announcement_write, 2, &service, octets, &len),
        REFUSES(msk_store_ram_init, 0, &store, &ram, &record),
        SAYS(msk_store_ram_wipe, 0, &ram),
        SAYS(msk_digest_seen_expire, 0, &seen),
        REFUSES(msk_digest_server_btid, 0, &request, octets, &len),
    };

    (void)state;
    null_check(call, sizeof call / sizeof call[0]);
}

static void
says_so_of_digest_and_xml(void **state)
{
    void *crypto = (void *)(uintptr_t)host_crypto();
    struct msk_random random = { .size = sizeof random, .fill = fill };
    struct msk_credentials credentials = { chars("b"), chars("m") };
    struct msk_http_request request = { .size = sizeof request,
                                        .method = chars("POST"),
                                        .target = chars("/") };
    struct msk_http_response response = { .size = sizeof response,
                                          .status = 401 };
    struct msk_digest_input input = { .size = sizeof input,
                                      .algorithm = MSK_ALGORITHM_MD5,
                                      .qop = MSK_QOP_AUTH };
    struct msk_digest_server server = { .size = sizeof server,
                                        .crypto = crypto,
                                        .random = &random,
                                        .fqdn = chars("bmsc.example.org"),
                                        .nonce_key =
                                            chars("sixteen octets..") };
    struct msk_digest_client_config config = { .size = sizeof config,
                                               .crypto = crypto,
                                               .random = &random,
                                               .fqdn = server.fqdn };
    struct msk_digest_offer offer = { .size = sizeof offer };
    struct msk_digest_client client;
    struct msk_digest_seen seen = { 0 };
    struct msk_auth_context context = { .algorithm = MSK_ALGORITHM_MD5,
                                        .qop = MSK_QOP_AUTH_INT };
    struct msk_service service = { .size = sizeof service };
    struct fake_xml xml;
    enum msk_challenge what;
    enum msk_auth auth;
    const struct null_call call[] = {
        REFUSES(msk_digest_response, 0, crypto, &input, octets, &len),
        REFUSES(msk_digest_client_challenge, 0, &client, &response, &what),
        REFUSES(msk_digest_client_authorise, 0, &client, &credentials, &request,
                octets, &len),
        REFUSES(msk_digest_client_verify, 0, &client, &credentials, &response),
        REFUSES(msk_digest_client_init, 0, &client, &config),
        REFUSES(msk_digest_server_check, 0x0A, &server, &credentials, &request,
                &seen, &auth, &context),
        REFUSES(msk_digest_server_challenge, 0, &server, &offer, octets, &len),
        REFUSES(msk_digest_server_info, 0, &server, &credentials, &context,
                octets, &len),
        REFUSES(msk_body_read, 2, &xml.xml, octets),
        REFUSES(msk_announcement_read, 0, &xml.xml, octets, &service),
    };

    (void)state;
    fake_xml_start(&xml);
    assert_int_equal(msk_digest_client_init(&client, &config), MSK_OK);
    null_check(call, sizeof call / sizeof call[0]);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(says_so_of_http_and_stores, release),
        cmocka_unit_test_teardown(says_so_of_digest_and_xml, release),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
