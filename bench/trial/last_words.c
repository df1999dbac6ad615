#include "bench/trial/last_words.h"

#include <errno.h>
#include <string.h>

#include "base/err.h"
#include "bench/host/job.h"

/* The last line that is not empty. */
static const char *last_line(const char *text, int *len)
{
    size_t end = strlen(text);
    while (end > 0 && (text[end - 1] == '\n' || text[end - 1] == '\r'))
        end--;
    size_t begin = end;
    while (begin > 0 && text[begin - 1] != '\n')
        begin--;
    *len = (int)(end - begin);
    return text + begin;
}

int weir_last_words(const struct weir_job_end *end, const char *name,
                    struct weir_err *err)
{
    int len = 0;
    const char *line = last_line(end->words, &len);
    if (end->timed_out)
        return weir_err_set(err, -ETIMEDOUT, "%s: did not end in time", name);
    if (end->signal != 0)
        return weir_err_set(err, -ESRCH, "%s: killed by signal %d (%s)", name,
                            end->signal, strsignal(end->signal));
    size_t known = strlen(name);
    if ((size_t)len > known && strncmp(line, name, known) == 0)
        return weir_err_set(err, -EIO, "%.*s", len, line);
    if (len > 0)
        return weir_err_set(err, -EIO, "%s: %.*s", name, len, line);
    return weir_err_set(err, -EIO, "%s: ended with status %d", name,
                        end->status);
}
