/* The targets' checks.  Names are those that the other commands give their
 * ratios and tasks. */

#include "bench/targets/target.h"

#define FULL    "live, full speed"
#define TO_DISK "live, * kpps, to *"
#define CPU     ", CPU per frame"

const struct weir_target_check weir_target_checks[] = {
    {
        .target = 1,
        .of = WEIR_TARGET_LOSS,
        .text = "60 B live at full speed to memory: frames lost",
        .against = "none",
        .name = FULL,
        .peer = "weir",
        .frame = "60",
        .key = "loss_fraction",
    },
    {
        .target = 1,
        .text = "60 B live at full speed, pcapng: CPU per frame",
        .against = "tcpdump -w",
        .name = FULL ", 60 bytes: weir over tcpdump" CPU,
        .bound = 0.6,
    },
    {
        .target = 1,
        .text = "60 B live at full speed, pcap: CPU per frame",
        .against = "tcpdump -w",
        .name = FULL ", 60 bytes: weir-pcap over tcpdump" CPU,
        .bound = 0.6,
    },
    {
        .target = 1,
        .text = "60 B live at full speed, by libpcap: CPU per frame",
        .against = "tcpdump -w",
        .name = FULL ", 60 bytes: weir-libpcap over tcpdump" CPU,
        .shown = true,
    },
    {
        .target = 2,
        .text = "1514 B live to a disk, highest load without loss: bytes of "
                "the file",
        .against = "the disk's O_DIRECT bandwidth",
        .name = "disk, 1514 bytes: weir over raw O_DIRECT, file bytes",
        .bound = 0.95,
        .at_least = true,
    },
    {
        .target = 2,
        .of = WEIR_TARGET_LOSS,
        .text = "1514 B live to a disk, half of that load: frames lost",
        .against = "none",
        .name = TO_DISK,
        .peer = "weir",
        .frame = "1514",
        .key = "loss_fraction",
    },
    {
        .target = 2,
        .text = "1514 B live to a disk, half of that load: CPU per frame",
        .against = "tcpdump -w",
        .name = TO_DISK ", 1514 bytes: weir over tcpdump" CPU,
        .bound = 1.0 / 5,
    },
    {
        .target = 2,
        .text = "the same",
        .against = "netsniff-ng",
        .name = TO_DISK ", 1514 bytes: weir over netsniff-ng" CPU,
        .bound = 1.0 / 3,
    },
    {
        .target = 2,
        .text = "the same",
        .against = "stenotype",
        .name = TO_DISK ", 1514 bytes: weir over stenotype" CPU,
        .shown = true,
    },
    {
        .target = 2,
        .of = WEIR_TARGET_LOSS,
        .text = "the same: frames that tcpdump lost",
        .against = "none",
        .name = TO_DISK,
        .peer = "tcpdump",
        .frame = "1514",
        .key = "loss_fraction",
        .shown = true,
    },
    {
        .target = 3,
        .text = "60 B from the page cache to memory, with flows: rate",
        .against = "tcpdump -r -w",
        .name = "copy, 60 bytes: weir-flows over tcpdump, rate",
        .bound = 3.4,
        .at_least = true,
    },
    {
        .target = 3,
        .of = WEIR_TARGET_TIME,
        .text = "the same: time",
        .against = "cp",
        .name = "copy, 60 bytes: weir-flows over cp, rate",
        .bound = 1.6,
    },
    {
        .target = 4,
        .text = "60 B from the page cache, flows alone, the same ones: rate",
        .against = "nfpcapd",
        .name = "flows, 60 bytes: weir over nfpcapd, rate",
        .bound = 15,
        .at_least = true,
    },
    {
        .target = 4,
        .text = "the same, and all of them written: rate",
        .against = "nfpcapd",
        .name = "flows, 60 bytes: weir-flows over nfpcapd, rate",
        .shown = true,
    },
    {
        .target = 5,
        .text = "60 B in memory, dissected and counted by two workers: rate",
        .against = "one worker",
        .name = "stage account: 2 over 1, rate",
        .bound = 1.8,
        .at_least = true,
    },
    {
        .target = 5,
        .text = "the same, and their flows found: rate",
        .against = "one worker",
        .name = "stage account_flows: 2 over 1, rate",
        .shown = true,
    },
    {
        .target = 5,
        .text = "work in registers by two cores: the most that can be",
        .against = "one core",
        .name = "stage cores: 2 over 1, rate",
        .shown = true,
    },
    {
        .target = 5,
        .of = WEIR_TARGET_PEER,
        .text = "60 B live at 2 Mpps: the capture thread's share of a core",
        .against = "a core",
        .name = "live, 2000 kpps",
        .peer = "weir",
        .frame = "60",
        .key = "capture_fraction",
        .bound = 0.05,
    },
    {
        .target = 6,
        .text = "20 times as many frames: memory",
        .against = "as many",
        .name = "self: many over few frames, memory",
        /* What is first touched later: pages of tables, of stacks. */
        .bound = 1.02,
    },
    {
        .target = 6,
        .text = "60 B live: resident memory, the ring's included",
        .against = "what the ring and the pool may take",
        .name = "memory, live: weir over what was asked for",
        .bound = 1,
    },
};

const size_t weir_target_checks_count =
    sizeof weir_target_checks / sizeof weir_target_checks[0];
