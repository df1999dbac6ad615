#ifndef WEIR_TESTS_SINK_REPORT_FIXTURE_H
#define WEIR_TESTS_SINK_REPORT_FIXTURE_H

/* report_fixture: summaries and reports for the tests of report. */

#include "sink/report.h"

/* Protocols and outcomes of the tests' own: sink knows dissect's only by the
 * functions that it is given. */
enum { ETH = 1, VLAN, IP, IPV6, TCP, UDP, ARP, SLL, SLL2 };
enum { OK = 0, TRUNCATED, BAD_TOTAL_LENGTH, UNNAMED };

/* fixture_path: outermost first, 8 of them or ended by 0. */
weir_path fixture_path(const uint8_t *protos);

/* fixture_count: n frames of len bytes from 10.0.0.<host>, or without a
 * talker if host is 0. */
void fixture_count(struct weir_summary *summary, weir_path path, uint32_t len,
                   uint32_t n, uint8_t host, uint8_t outcome);

/* fixture_open: a report of an empty summary, with everything balanced;
 * fixture_fill: some traffic, and a ledger that fits it. */
void fixture_open(struct weir_report *report);
void fixture_fill(struct weir_report *report);
void fixture_close(struct weir_report *report);

struct weir_summary *fixture_summary(const struct weir_report *report);

#endif
