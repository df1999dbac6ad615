#ifndef WEIR_CLI_FLOW_TEXT_H
#define WEIR_CLI_FLOW_TEXT_H

/* flow_text: rows of flows as they are made, for flow_data.c.  There may be a
 * million of them, and printf takes longer than all that was done to count
 * them.
 *
 * What is put must fit: before each row flow_text_row makes room for one.
 *
 * Threads   one at a time.
 * Errors    of writes are told by the stream. */

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define FLOW_TEXT_BYTES 65536
#define FLOW_TEXT_ROW   1024 /* no row is longer */

struct flow_text {
    FILE *out;
    char *at;
    char text[FLOW_TEXT_BYTES];
};

static inline void flow_text_begin(struct flow_text *t, FILE *out)
{
    t->out = out;
    t->at = t->text;
}

static inline void flow_text_end(struct flow_text *t)
{
    (void)fwrite(t->text, 1, (size_t)(t->at - t->text), t->out);
    t->at = t->text;
}

static inline void flow_text_row(struct flow_text *t)
{
    if (t->at - t->text > FLOW_TEXT_BYTES - FLOW_TEXT_ROW)
        flow_text_end(t);
}

static inline void flow_text_put(struct flow_text *t, const char *text)
{
    size_t n = strlen(text); /* a constant, where the text is */
    memcpy(t->at, text, n);
    t->at += n;
}

static inline unsigned flow_text_digits(uint64_t n)
{
    static const uint64_t tens[20] = {
        0, /* 0 has a digit, too */
        UINT64_C(10),
        UINT64_C(100),
        UINT64_C(1000),
        UINT64_C(10000),
        UINT64_C(100000),
        UINT64_C(1000000),
        UINT64_C(10000000),
        UINT64_C(100000000),
        UINT64_C(1000000000),
        UINT64_C(10000000000),
        UINT64_C(100000000000),
        UINT64_C(1000000000000),
        UINT64_C(10000000000000),
        UINT64_C(100000000000000),
        UINT64_C(1000000000000000),
        UINT64_C(10000000000000000),
        UINT64_C(100000000000000000),
        UINT64_C(1000000000000000000),
        UINT64_C(10000000000000000000),
    };
    /* 1233 / 4096 is a little more than the logarithm of 2. */
    unsigned bits = 64 - (unsigned)__builtin_clzll(n | 1);
    unsigned most = bits * 1233 >> 12;
    return most + (n >= tens[most]);
}

static inline void flow_text_number(struct flow_text *t, uint64_t n)
{
    static const char pairs[] = "00010203040506070809"
                                "10111213141516171819"
                                "20212223242526272829"
                                "30313233343536373839"
                                "40414243444546474849"
                                "50515253545556575859"
                                "60616263646566676869"
                                "70717273747576777879"
                                "80818283848586878889"
                                "90919293949596979899";
    char *at = t->at += flow_text_digits(n);
    for (; n >= 100; n /= 100)
        memcpy(at -= 2, pairs + n % 100 * 2, 2);
    if (n >= 10)
        memcpy(at - 2, pairs + n * 2, 2);
    else
        at[-1] = (char)('0' + n);
}

static inline void flow_text_time(struct flow_text *t, int64_t ns)
{
    if (ns < 0)
        *t->at++ = '-';
    flow_text_number(t, ns < 0 ? 0 - (uint64_t)ns : (uint64_t)ns);
}

#endif
