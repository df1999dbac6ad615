#ifndef WEIR_CAPTURE_SCREEN_H
#define WEIR_CAPTURE_SCREEN_H

/* screen: a filter's text and a snapshot length, made ready to take the place
 * of a source's while it runs.
 *
 *   control thread: make -> [c] source->ops->screen_put(screen, generation)
 *   who walks a lease that was taken behind the put:
 *       lease.screened < generation: weir_screen_match each frame
 *       in any case: caplen is at most weir_screen_snaplen
 *
 * A source whose kernel filters gets the new program there at once, without a
 * moment in which nothing or everything passes.  What passed the old program
 * before lies in the kernel's ring for a while, so weir tests the new one
 * itself until a lease says that the kernel has tested all of its frames by
 * it.  Where the kernel cannot be asked that, or there is none, weir tests
 * always.  So no frame is lost that both programs accept, and none is taken
 * that the new one refuses.
 *
 * Generations are the caller's, from 1 on and rising; 0 is what the source was
 * opened with, by which the filters of the source and of its interface go.
 * They do not go for a batch of a later generation.
 *
 * weir tests as the kernel would have: a VLAN tag that came beside the frame is
 * no part of it (kernel_view.h), where the kernel filters.
 *
 * Frames that an old, shorter snapshot length has cut are tested by what there
 * is of them; a program that asks for more refuses them.
 *
 * Owner     who made it; free when no source has it put and nobody walks a
 *           lease by it any more.  A source keeps no pointer to it.
 * Threads   make: any, while the source runs.  The rest: immutable for all who
 *           see it; match compiles for a link type that it meets first.
 * Progress  match neither allocates nor sleeps but for such a link type. */

#include <stdbool.h>
#include <stdint.h>

#include "ring/frame.h"

struct weir_err;
struct weir_kernel_filter;
struct weir_screen;
struct weir_source;

struct weir_screen_config {
    const char *text; /* libpcap's language; NULL or blank: all; copied */
    uint32_t snaplen; /* 0 or too large: WEIR_SNAPLEN_MAX */
    /* Whose frames they will be, open; NULL: of no kernel. */
    const struct weir_source *source;
    /* The text is that which the source was opened with, and its kernel has
     * tested all frames by it since: only the length is new, and every frame
     * matches.  So a text that weir could not test will do. */
    bool tested;
    /* Link types to compile for at once, beside that of a live source.  With
     * none at all the text must be one that some link type has. */
    const uint16_t *linktypes;
    uint32_t linktype_count;
};

/* weir_screen_make: returns 0, -EINVAL (the text is wrong, or asks for what one
 * of the link types does not have), -ENOTSUP (only the kernel could test it,
 * and a frame does not tell afterwards: ifindex, and inbound and outbound where
 * the source does not mark frames, weir_kernel_filter_config) or -errno; *out
 * is set only on 0. */
int weir_screen_make(struct weir_screen **out,
                     const struct weir_screen_config *config,
                     struct weir_err *err);

/* weir_screen_match: the text takes the frame, which is of a LINKTYPE_ value.
 * A text that this link type does not have takes none of its frames.  Reads
 * nothing but data[0 .. caplen). */
bool weir_screen_match(const struct weir_screen *screen, uint16_t linktype,
                       const struct weir_frame *frame);

/* weir_screen_snaplen: 1 to WEIR_SNAPLEN_MAX.  weir_screen_text: the text, or
 * NULL: all frames. */
uint32_t weir_screen_snaplen(const struct weir_screen *screen);
const char *weir_screen_text(const struct weir_screen *screen);

/* weir_screen_tested: config.tested is so for the next screen of that text,
 * too.  False: the kernel could not be given the text anew, and takes all once
 * this screen is put. */
bool weir_screen_tested(const struct weir_screen *screen);

/* weir_screen_attach: for sources: gives the kernel the program by `attach`,
 * which returns 0 or -errno; if the kernel has no memory for it, and weir can
 * test the text, one that takes all.  Returns 1: the kernel tests the text; 0:
 * it only cuts; -errno: it has what it had. */
typedef int weir_screen_attach_fn(void *context,
                                  const struct weir_kernel_filter *program);
int weir_screen_attach(const struct weir_screen *screen,
                       weir_screen_attach_fn *attach, void *context);

/* weir_screen_free: accepts NULL. */
void weir_screen_free(struct weir_screen *screen);

#endif
