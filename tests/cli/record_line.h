#ifndef WEIR_TESTS_CLI_RECORD_LINE_H
#define WEIR_TESTS_CLI_RECORD_LINE_H

/* record_line: a command line of `weir record` in one text. */

struct record_options;

/* record_line_parse: words are parted by one blank; "_" in a word stands for a
 * blank.  Texts of the options are good until the next call.  Returns what
 * record_options_parse does. */
int record_line_parse(struct record_options *out, const char *text);

#endif
