#ifndef WEIR_PIPELINE_WEIR_H
#define WEIR_PIPELINE_WEIR_H

/* weir: the public header of libweir.
 *
 * Names     weir_<noun>_<verb>; all that weir defines begins with weir_ or
 *           WEIR_.
 * Errors    a function that can fail returns 0 or more, or -errno with a text
 *           in the caller's struct weir_err (which may be NULL).  Misuse is
 *           an error too: a NULL, a handle that is not open, one that is used
 *           by two threads at once.
 * Owner     who opens closes.  A handle begins as NULL, and open refuses
 *           another, which would be lost (-EBUSY).  Close takes the address of
 *           the handle and sets it to NULL, so that a second close is harmless.
 * Threads   a handle is one thread's at a time, if its noun says nothing else.
 *           Nothing in weir prints, exits, or installs a signal handler, and
 *           nothing is global.  But a mistake of weir's own, which no argument,
 *           file or frame can bring about, ends the program: by abort, with a
 *           line on the standard error.
 * Units     in names: _ns, _ms, _bytes. */

#include "base/address.h"
#include "base/err.h"
#include "base/format.h"
#include "base/linktype.h"
#include "base/version.h"
#include "ring/event.h"
#include "ring/frame.h"
#include "ring/ledger.h"

#include "capture/network.h"

#include "dissect/checksum.h"
#include "dissect/dissect.h"
#include "dissect/fields.h"
#include "dissect/options.h"
#include "dissect/text.h"

#include "sink/build.h"
#include "sink/dump.h"
#include "sink/sender.h"

#include "pipeline/delivery.h"
#include "pipeline/next.h"
#include "pipeline/pipeline.h"
#include "pipeline/progress.h"
#include "pipeline/reader.h"
#include "pipeline/socket.h"
#include "pipeline/tap.h"
#include "pipeline/writer.h"

#endif
