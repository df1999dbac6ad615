/* copy_arp: the ARP frames of a capture file, to a new one.
 *
 *     copy_arp FROM TO
 *
 * Headers, times and bytes are those of FROM.  A frame is never copied but
 * into TO; a file of any size takes the same memory. */

#include <inttypes.h>
#include <stdio.h>

#include <weir.h>

static int copy(struct weir_reader *reader, struct weir_err *err)
{
    struct weir_dump *dump = weir_reader_dump(reader);
    const struct weir_frame *frames;
    uint32_t count;
    int rc;

    while ((rc = weir_reader_next_batch(reader, &frames, &count, err)) ==
           WEIR_NEXT_FRAME)
        for (uint32_t i = 0; i < count; i++)
            if ((rc = weir_dump_frame(dump, &frames[i], NULL, err)) < 0)
                return rc;
    return rc;
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: copy_arp FROM TO\n");
        return 2;
    }
    const struct weir_reader_config config = {.path = argv[1], .filter = "arp"};
    /* Times as fine as FROM may have them. */
    const struct weir_dump_config to = {.format = WEIR_FORMAT_PCAPNG};
    struct weir_reader *reader = NULL;
    uint64_t given = 0;
    uint64_t filtered = 0;
    struct weir_err err;

    int rc = weir_reader_open(&reader, &config, &err);
    if (rc >= 0)
        rc = weir_dump_open(weir_reader_dump(reader), argv[2], &to, &err);
    if (rc >= 0)
        rc = copy(reader, &err);
    weir_reader_count(reader, &given, &filtered, NULL);
    /* Closes the new file, too. */
    int closed = weir_reader_close(&reader, rc < 0 ? NULL : &err);
    if (rc < 0 || closed < 0) {
        fprintf(stderr, "copy_arp: %s\n", err.text);
        return 1;
    }
    printf("%" PRIu64 " of %" PRIu64 " frames\n", given, given + filtered);
    return 0;
}
