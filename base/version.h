#ifndef WEIR_BASE_VERSION_H
#define WEIR_BASE_VERSION_H

/* version: what `weir --version`, reports and the files' sections say, and
 * what a program was compiled with.
 *
 * Threads   any. */

#define WEIR_VERSION_MAJOR 0
#define WEIR_VERSION_MINOR 1
#define WEIR_VERSION_PATCH 0
#define WEIR_VERSION       "0.1.0"

/* weir_version: of the library that runs, in the form of WEIR_VERSION. */
const char *weir_version(void);

#endif
