#ifndef WEIR_BENCH_GEN_GEN_CMD_H
#define WEIR_BENCH_GEN_GEN_CMD_H

/* gen_cmd: `weir bench gen`, the generator alone; also what the other
 * benches start as a job, in the namespace and on the CPU that they chose.
 *
 *   -i DEVICE           where the frames go out; with --way xdp, where they
 *                       come in
 *   --way WAY           xdp, txring, mmsg, or auto: the fastest that works
 *                       for this device and frame, xdp first, so who has
 *                       to know on which side they appear asks for one; see
 *                       gen.h
 *   -c FRAMES, -a duration:SECONDS    when to end; one is needed
 *   --frame SPEC        a size without CRC, 60 to 9014 (up to 3000 or so by
 *                       xdp); "imix" (60, 590, 1514 at 7:4:1); or a file of
 *                       lines "SIZE WEIGHT"
 *   --flows N           different 5-tuples (1 to 65536), --skew S: their
 *                       frequency by Zipf's law with exponent S (0: in turn)
 *   --rate RATE         500k, 1.5M (frames a second), 10Gbit (bits a second
 *                       as on the wire, with preamble, gap and CRC); none:
 *                       full speed
 *   --burst N           N frames back to back, at that mean rate
 *   --vlan ID, --ip 4|6, --seed N
 *   --hold              when all is ready, print a line "ready" on standard
 *                       output, and send when a line (or the end) comes on
 *                       standard input
 *
 * INT and TERM end the sending early, which is no error.  The result is one
 * line on standard output:
 *
 *   { "type": "gen", "way", "frame", "sent", "refused", "duration_ns",
 *     "offered_pps", "offered_bits", "bytes", "late_frames", "late_most_ns",
 *     "limited" }
 *
 * sent: frames that the kernel took (by xdp: that went up the stack).
 * refused: tries that it did not take (ENOBUFS), made again.  late_frames:
 * sent more than 100 us behind their time.  limited: that the asked rate was
 * missed by more than 2 %.  duration_ns: from the first to the last frame.
 *
 * Threads   the main thread of a program.  By xdp it has a child process,
 *           which ends the kernel's BPF_PROG_TEST_RUN when it is time.
 * Errors    one line on stderr that names the thing, and an exit status of
 *           base/args.h. */

int weir_bench_gen(int argc, char **argv);

#endif
