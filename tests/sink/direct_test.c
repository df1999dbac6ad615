#include "sink/direct.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/pcapng.h"

/* To the byte, so that a sanitizer sees what is written behind it. */
static void try_padding(uint32_t len)
{
    uint32_t padded = weir_direct_padded(len);
    uint8_t *bytes = malloc(padded > 0 ? padded : 1);
    cr_assert_not_null(bytes);
    memset(bytes, 0xee, padded);
    cr_assert_eq(weir_direct_pad(bytes, len), padded);
    cr_assert_eq(padded % WEIR_LEASE_ALIGN, 0);
    cr_assert_leq(padded - len, WEIR_DIRECT_PAD_MAX);
    for (uint32_t i = 0; i < len; i++)
        cr_assert_eq(bytes[i], 0xee);
    uint32_t total = padded - len;
    if (total > 0) {
        const uint8_t *block = bytes + len;
        cr_assert_geq(total, 16);
        cr_assert_eq(weir_load_32(block), WEIR_PCAPNG_CUSTOM_LOCAL);
        cr_assert_eq(weir_load_32(block + 4), total);
        cr_assert_eq(weir_load_32(block + 8), WEIR_PCAPNG_PEN);
        cr_assert_eq(weir_load_32(block + total - 4), total);
        for (uint32_t i = 12; i < total - 4; i++)
            cr_assert_eq(block[i], 0, "old bytes in the padding");
    }
    free(bytes);
}

Test(direct, padding_of_every_remainder_is_one_block)
{
    for (uint32_t len = 0; len <= 2 * WEIR_LEASE_ALIGN; len += 4)
        try_padding(len);
}

Test(direct, a_probe_leaves_no_trace)
{
    char folder[] = "/tmp/directXXXXXX";
    cr_assert_not_null(mkdtemp(folder));
    weir_direct_probe(folder, true);
    cr_assert_eq(rmdir(folder), 0);
    cr_assert_not(weir_direct_probe(folder, true), "there is no such folder");
}

Test(direct, a_pipe_cannot_be_direct)
{
    int ends[2];
    cr_assert_eq(pipe2(ends, O_CLOEXEC), 0);
    cr_assert_not(weir_direct_is_memory(ends[1]));
    close(ends[0]);
    close(ends[1]);
}

Test(direct, a_file_enters_and_leaves)
{
    char name[] = "./directXXXXXX";
    int fd = mkostemp(name, O_CLOEXEC);
    cr_assert_geq(fd, 0);
    bool can = weir_direct_enter(fd);
    cr_assert_eq((fcntl(fd, F_GETFL) & O_DIRECT) != 0, can);
    cr_assert_eq(lseek(fd, 0, SEEK_END), 0, "the probe left bytes");
    weir_direct_leave(fd);
    cr_assert_eq(fcntl(fd, F_GETFL) & O_DIRECT, 0);
    cr_assert_eq(write(fd, "x", 1), 1);
    close(fd);
    unlink(name);
}
