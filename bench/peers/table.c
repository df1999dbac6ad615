/* The peers.  Their flags are the best that we know of: what their settings
 * can avoid is never counted against them. */

#include "bench/peers/peer.h"

#include <assert.h>
#include <signal.h>

const char *const weir_peer_task_names[WEIR_PEER_TASKS + 1] = {
    [WEIR_PEER_LIVE] = "live",
    [WEIR_PEER_COPY] = "copy",
    [WEIR_PEER_COUNT] = "count",
    [WEIR_PEER_FLOWS] = "flows",
};

#define RECORDS "records"

const struct weir_peer weir_peers[] = {
    /* Live: each with a ring of 512 MiB, if it has such an option. */
    {
        .name = "tcpdump",
        .task = WEIR_PEER_LIVE,
        .argv = {"tcpdump", "-Z", "root", "-n", "-i", "{device}", "-B",
                 "524288", "-w", "{out}/tcpdump.pcap"},
        .package = "tcpdump",
        .does = RECORDS,
        .flags = "-B: 512 MiB, in KiB; no -U: its writes stay buffered; -n "
                 "asks no name server; -Z: it may write where root may",
        .proof = WEIR_PEER_MARKS,
        .says = " packets captured",
        .lost = " packets dropped by kernel",
        .asked = {"tcpdump", "--version"},
        .usual_ns = 200,
    },
    {
        .name = "dumpcap",
        .task = WEIR_PEER_LIVE,
        .argv = {"dumpcap", "-q", "-P", "-i", "{device}", "-B", "512", "-w",
                 "{out}/dumpcap.pcap"},
        .package = "wireshark-common",
        .does = RECORDS,
        .flags = "-B: 512 MiB, in MiB; -P: pcap, fewer bytes than its "
                 "pcapng; no -t: its queue between threads drops what does "
                 "not fit; -q: no running count",
        .proof = WEIR_PEER_MARKS,
        .says = "Packets captured: ",
        .says_before = true,
        .lost = " (pcap:",
        .lost_before = true,
        .asked = {"dumpcap", "--version"},
        .usual_ns = 300,
    },
    {
        .name = "netsniff-ng",
        .task = WEIR_PEER_LIVE,
        .argv = {"netsniff-ng", "-i", "{device}", "-o", "{out}/netsniff.pcap",
                 "-s", "-S", "512MiB", "-N", "-A", "-Q"},
        .package = "netsniff-ng",
        .does = RECORDS,
        .flags = "-S: 512 MiB; -s prints no frame; -m, a mapped file, costs it "
                 "a third for small frames, and more than gathered writes, "
                 "its default, for large ones; -N -A -Q leave clocks, limits "
                 "and interrupts of the machine as they are",
        .small = "-m",
        .proof = WEIR_PEER_MARKS,
        .says = "  packets incoming",
        .lost = "  packets failed filter",
        .asked = {"netsniff-ng", "-v"},
        .usual_ns = 150,
    },
    {
        .name = "stenotype",
        .task = WEIR_PEER_LIVE,
        .argv = {"stenotype", "--iface={device}", "--dir={out}", "--threads=1",
                 "--blocks=512", "--no_index", "--blockage_sec=1",
                 "--filesize_mb=4096", "--fileage_sec=3600",
                 "--preallocate_file_mb=0", "--seccomp=none", "--no_watchdogs",
                 "--uid=root", "--gid=root"},
        .package = "stenographer",
        .does = "records in a format of its own",
        .flags = "--blocks: 512 of 1 MiB; --no_index: the others build none; "
                 "one file, so that none is opened meanwhile; "
                 "--preallocate_file_mb=0: else the file ends with unused "
                 "blocks; its wrapper's user and sandbox are left out; "
                 "stopped by KILL when all is written: asked to stop, it "
                 "waits for a write that is not there",
        .proof = WEIR_PEER_MARKS,
        .folders = {"PKT0", "IDX0"},
        .stop_signal = SIGKILL,
        .ends_badly = true,
        .usual_ns = 100,
    },
    {
        .name = "daemonlogger",
        .task = WEIR_PEER_LIVE,
        .argv = {"daemonlogger", "-i", "{device}", "-l", "{out}", "-n",
                 "daemonlogger"},
        .package = "daemonlogger",
        .does = RECORDS,
        .flags = "it has no option for the ring: 2 MiB, libpcap's default; "
                 "no -F: its writes stay buffered",
        .proof = WEIR_PEER_MARKS,
        .asked = {"daemonlogger", "-v"},
        .usual_ns = 250,
    },
    {
        .name = WEIR_PEER_SELF,
        .task = WEIR_PEER_LIVE,
        .argv = {"{weir}", "record", "--stats", "0", "-i", "{device}", "-B",
                 "512", "-w", "{out}/weir.pcap"},
        .does = "records, dissects, accounts",
        .flags = "-B: 512 MiB",
        .proof = WEIR_PEER_MARKS,
        .says = " packets captured",
        .lost = " packets dropped by kernel",
        .asked = {"{weir}", "--version"},
        .usual_ns = 120,
    },

    {
        .name = "tcpdump",
        .task = WEIR_PEER_COPY,
        .argv = {"tcpdump", "-Z", "root", "-n", "-r", "{in}", "-w",
                 "{out}/tcpdump.pcap"},
        .package = "tcpdump",
        .does = "copies",
        .flags = "no -U: its writes stay buffered",
        .proof = WEIR_PEER_SAME,
        .asked = {"tcpdump", "--version"},
        .usual_ns = 170,
    },
    {
        .name = "editcap",
        .task = WEIR_PEER_COPY,
        .argv = {"editcap", "-F", "pcap", "{in}", "{out}/editcap.pcap"},
        .package = "wireshark-common",
        .does = "copies",
        .flags = "-F pcap: as it was read; fewer bytes than pcapng",
        .proof = WEIR_PEER_RECORDS,
        .asked = {"editcap", "--version"},
        .usual_ns = 280,
    },
    {
        .name = "tracesplit",
        .task = WEIR_PEER_COPY,
        .argv = {"tracesplit", "-Z", "none", "pcapfile:{in}",
                 "pcapfile:{out}/tracesplit.pcap"},
        .package = "libtrace-tools",
        .does = "copies",
        .flags = "pcapfile: its own reader and writer, with threads for "
                 "both, in place of libpcap's; -Z none: no compression",
        .proof = WEIR_PEER_RECORDS,
        .usual_ns = 200,
    },
    {
        .name = WEIR_PEER_SELF,
        .task = WEIR_PEER_COPY,
        .argv = {"{weir}", "record", "-q", "-r", "{in}", "-w",
                 "{out}/weir.pcap"},
        .does = "copies, dissects, accounts",
        .flags = "-q: no summary",
        .proof = WEIR_PEER_SAME,
        .asked = {"{weir}", "--version"},
        .usual_ns = 120,
    },

    {
        .name = "tracestats",
        .task = WEIR_PEER_COUNT,
        .argv = {"tracestats", "pcapfile:{in}"},
        .package = "libtrace-tools",
        .does = "counts",
        .flags = "pcapfile: its own reader, with a thread for it",
        .proof = WEIR_PEER_SAYS,
        .says = "Accepted Packets:",
        .says_before = true,
        .usual_ns = 70,
    },
    {
        .name = "tcpstat",
        .task = WEIR_PEER_COUNT,
        .argv = {"tcpstat", "-r", "{in}", "-o", "frames=%n\\n", "-1"},
        .package = "tcpstat",
        .does = "counts, by protocol",
        .flags = "one interval for the whole file",
        .proof = WEIR_PEER_SAYS,
        .says = "frames=",
        .says_before = true,
        .asked = {"tcpstat", "-h"},
        .usual_ns = 80,
    },
    {
        .name = "capinfos",
        .task = WEIR_PEER_COUNT,
        .argv = {"capinfos", "-c", "-M", "{in}"},
        .package = "wireshark-common",
        .does = "counts",
        .flags = "-c alone: no digests of the file; -M: the number in full",
        .proof = WEIR_PEER_SAYS,
        .says = "Number of packets:",
        .says_before = true,
        .asked = {"capinfos", "--version"},
        .usual_ns = 140,
    },
    {
        .name = WEIR_PEER_SELF,
        .task = WEIR_PEER_COUNT,
        .argv = {"{weir}", "record", "--stats", "0", "-r", "{in}"},
        .does = "counts, by protocol, size and address",
        .flags = "no -w: nothing is written",
        .proof = WEIR_PEER_SAYS,
        .says = " packets captured",
        .asked = {"{weir}", "--version"},
        .usual_ns = 80,
    },

    {
        .name = "nfpcapd",
        .task = WEIR_PEER_FLOWS,
        .argv = {"nfpcapd", "-r", "{in}", "-w", "{out}"},
        .package = "nfdump",
        .does = "finds flows, writes them",
        .flags = "no compression",
        .proof = WEIR_PEER_SAYS,
        .says = "Total: Processed: ",
        .says_before = true,
        .asked = {"nfpcapd", "-V"},
        .usual_ns = 500,
    },
    {
        .name = "softflowd",
        .task = WEIR_PEER_FLOWS,
        .argv = {"softflowd", "-d", "-r", "{in}", "-m", "1000000", "-p",
                 "{out}/pid", "-c", "{out}/control"},
        .package = "softflowd",
        .does = "finds flows, discards them",
        .flags = "-m: room for all flows, else it ends them early; -d: no "
                 "daemon; no -n: nothing is sent",
        .proof = WEIR_PEER_SAYS,
        .says = "Packets processed: ",
        .says_before = true,
        .asked = {"softflowd", "-h"},
        .usual_ns = 600,
    },
    {
        .name = "argus",
        .task = WEIR_PEER_FLOWS,
        .argv = {"argus", "-X", "-r", "{in}", "-w", "{out}/argus.out"},
        .package = "argus-server",
        .does = "finds flows with their states, writes them; sleeps for "
                "0.6 to 1 s of its time",
        .flags = "-X: the machine's configuration is left aside; its "
                 "sleeps do not depend on how many frames there are",
        .proof = WEIR_PEER_ARGUS,
        .asked = {"argus", "-h"},
        .usual_ns = 1500,
    },
    {
        .name = "ndpiReader",
        .task = WEIR_PEER_FLOWS,
        .argv = {"unshare", "-m", "sh", "-c",
                 "mount --bind \"$0\" /tmp && exec ndpiReader -i /dev/stdin",
                 "{out}"},
        .program = "ndpiReader",
        .package = "libndpi-bin",
        .needs = {"unshare", "-m", "true"},
        .lacks = "root, for a /tmp of its own",
        .does = "finds flows, looks into them for their applications",
        .flags = "it leaves files in /tmp, so /tmp is its working folder "
                 "here",
        .proof = WEIR_PEER_SAYS,
        .says = "IP packets:",
        .says_before = true,
        .usual_ns = 2200,
    },
    {
        .name = WEIR_PEER_SELF,
        .task = WEIR_PEER_FLOWS,
        .argv = {"{weir}", "record", "--stats", "0", "-r", "{in}"},
        .does = "accounts protocols, sizes and addresses: it has no flows "
                "yet, so no ratio is claimed",
        .flags = "no -w: nothing is written",
        .proof = WEIR_PEER_SAYS,
        .says = " packets captured",
        .asked = {"{weir}", "--version"},
        .usual_ns = 80,
    },
};

const size_t weir_peers_count = sizeof weir_peers / sizeof weir_peers[0];

static_assert(sizeof weir_peers / sizeof weir_peers[0] <= WEIR_PEERS_MAX,
              "all have a place in tables by peer");
