#ifndef WEIR_BENCH_HOST_MACHINE_H
#define WEIR_BENCH_HOST_MACHINE_H

/* machine: what the figures were measured on, by what, as the "run" line of
 * bench/results/results.h says it.
 *
 * Nothing of it is needed for measuring, so nothing of it fails: what cannot
 * be had is null or left out.
 *
 * Owner     the caller, of the object.
 * Threads   one; weir_machine_run starts git as a job. */

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

/* weir_machine_run: the first line of a command's results.  bench is the
 * command's name; argv as the command got it, argv[0] is its name too.  NULL
 * without memory. */
json_t *weir_machine_run(const char *bench, int argc, char **argv);

/* weir_machine_host: the "host" object: "cpu", "cores" (on line),
 * "memory_bytes", "kernel", "hypervisor", "settings".  NULL without
 * memory. */
json_t *weir_machine_host(void);

/* The parts, pure.  weir_machine_line: the value of "NAME<blanks>: VALUE" in
 * a text such as /proc/cpuinfo, into out; "" if there is no such line. */
void weir_machine_line(const char *text, const char *name, char *out,
                       size_t size);

/* weir_machine_command: argv as a shell takes it back, in memory from malloc,
 * or NULL. */
char *weir_machine_command(const char *program, int argc, char **argv);

/* weir_machine_hypervisor: its name by the signature that it puts in CPUID
 * leaf 0x40000000, 12 bytes: "KVM", or the signature's own letters. */
void weir_machine_hypervisor(const char signature[12], char *out, size_t size);

#endif
