#ifndef WEIR_BASE_VERSION_H
#define WEIR_BASE_VERSION_H

/* version: what `weir --version`, reports and the files' sections say.
 *
 * Threads   any; a constant. */

#define WEIR_VERSION "0.1.0"

#endif
