/* Each frame in memory of exactly its size, so that a sanitizer sees a read
 * behind its end. */

#include <criterion/criterion.h>

#include <stdlib.h>
#include <string.h>

#include "bench/trial/mark_find.h"
#include "tests/bench/trial/marked.h"

#define NUMBER UINT64_C(0x0123456789abcdef)

static bool find(const uint8_t *frame, size_t len, uint64_t *number)
{
    uint8_t *exact = malloc(len > 0 ? len : 1);
    cr_assert_not_null(exact);
    memcpy(exact, frame, len);
    bool found = weir_mark_find(exact, (uint32_t)len, number);
    free(exact);
    return found;
}

Test(mark_find, at_every_length)
{
    uint8_t frame[200];
    for (int tags = 0; tags <= 4; tags++)
        for (int ip = 4; ip <= 6; ip += 2) {
            const size_t udp =
                marked_frame(frame, sizeof frame, tags, ip, NUMBER);
            for (size_t len = 0; len <= sizeof frame; len++) {
                uint64_t number = 0;
                bool found = find(frame, len, &number);
                cr_assert_eq(found, len >= udp + 8 + 10, "%d %d %zu", tags, ip,
                             len);
                cr_assert_eq(number, found ? NUMBER : 0);
            }
        }
}

Test(mark_find, behind_ip_options)
{
    uint8_t frame[120];
    uint64_t number = 0;
    const size_t udp = marked_frame(frame, 80, 0, 4, NUMBER);
    memmove(frame + udp + 40, frame + udp, 26);
    memset(frame + udp, 1, 40);
    frame[14] = 0x4f;
    for (size_t len = 0; len < sizeof frame; len++)
        cr_assert_eq(find(frame, len, &number), len >= udp + 40 + 18, "%zu",
                     len);
    cr_expect_eq(number, NUMBER);
}

/* One byte is another: no mark. */
Test(mark_find, only_in_what_the_generator_makes)
{
    static const struct {
        size_t at;
        uint8_t value;
    } v4[] = {{12, 0x09}, {14, 0x55}, {14, 0x44}, {20, 0x00}, {21, 0x01},
              {23, 6},    {37, 10},   {42, 0},    {43, 0}};
    uint8_t frame[60];
    uint64_t number = 0;
    for (size_t i = 0; i < sizeof v4 / sizeof v4[0]; i++) {
        (void)marked_frame(frame, sizeof frame, 0, 4, NUMBER);
        bool same = frame[v4[i].at] == v4[i].value;
        frame[v4[i].at] = v4[i].value;
        cr_expect_eq(find(frame, sizeof frame, &number), same, "%zu", i);
    }
    uint8_t tall[120];
    (void)marked_frame(tall, sizeof tall, 5, 4, NUMBER);
    cr_expect_not(find(tall, sizeof tall, &number));
    (void)marked_frame(tall, sizeof tall, 0, 6, NUMBER);
    tall[20] = 6;
    cr_expect_not(find(tall, sizeof tall, &number));
    (void)marked_frame(tall, sizeof tall, 0, 6, NUMBER);
    tall[14] = 0x40;
    cr_expect_not(find(tall, sizeof tall, &number));
}
