/* Every way through the file source, so that a leak sanitizer can look. */

#include <unistd.h>

#include "base/pcapng.h"
#include "capture/source_file.h"
#include "tests/capture/file_rig.h"
#include "tests/check/check.h"

/* Opens, takes a lease, gives it back, and closes in the middle. */
static void in_the_middle(const struct made *made, const char *filter)
{
    const struct weir_source_config config = {
        .leases = 2,
        .block_bytes = 4096,
        .filter = filter,
    };
    char path[64];
    int fd = made_memfd(made, made->n, path);
    struct weir_source *source;
    int rc = weir_file_source_open(&source, path, &config, NULL);
    check(rc == 0, "open");
    if (rc == 0) {
        struct weir_lease lease;
        rc = source->ops->next(source, &lease, NULL);
        check(rc == WEIR_SOURCE_LEASE, "a lease");
        if (rc == WEIR_SOURCE_LEASE)
            source->ops->reclaim(source, &lease);
        source->ops->close(source);
    }
    (void)close(fd);
}

int main(void)
{
    struct made pcap = {0};
    made_pcap(&pcap, 0xa1b2c3d4, 4, 0, 1);
    for (uint32_t i = 0; i < 200; i++)
        made_record(&pcap, i, 0, made_frame(i, 60), 60, 60);
    struct made pcapng = {0};
    for (uint32_t i = 0; i < 200; i++) {
        made_shb(&pcapng);
        made_idb(&pcapng, (uint16_t)(i % 2 == 0 ? 1 : 101), 0, NULL);
        made_epb(&pcapng, 0, i, made_frame(i, 60), 60, 60, NULL);
    }
    in_the_middle(&pcap, NULL);
    in_the_middle(&pcap, "ip");
    in_the_middle(&pcapng, NULL);
    in_the_middle(&pcapng, "ip");

    struct seen seen;
    for (size_t n = 0; n < 400; n++) {
        (void)seen_made(&seen, &pcap, n, 4096);
        seen_free(&seen);
        (void)seen_made(&seen, &pcapng, n, 4096);
        seen_free(&seen);
    }
    const struct weir_source_config wrong = {
        .leases = 2,
        .block_bytes = 4096,
        .filter = "((",
    };
    struct weir_source *source;
    char path[64];
    int fd = made_memfd(&pcapng, pcapng.n, path);
    check(weir_file_source_open(&source, path, &wrong, NULL) < 0,
          "a wrong filter");
    (void)close(fd);
    check(weir_file_source_open(&source, path, &wrong, NULL) < 0, "no file");
    made_free(&pcap);
    made_free(&pcapng);
    return check_end();
}
