#include "base/output.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/args.h"

#define BUFFER_BYTES 262144

/* Why standard output failed first; 0: it has not. */
static int reason;

/* The kernel gives out the lowest number that is free. */
void weir_output_reserve(void)
{
    int fd = -1;
    do
        fd = open("/dev/null", O_RDWR);
    while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd >= 0)
        (void)close(fd);
}

static ssize_t put(void *cookie, const char *bytes, size_t n)
{
    (void)cookie;
    size_t done = 0;
    while (done < n && reason == 0) {
        ssize_t written = write(STDOUT_FILENO, bytes + done, n - done);
        if (written >= 0)
            done += (size_t)written;
        else if (errno != EINTR)
            reason = errno;
    }
    return (ssize_t)done;
}

void weir_output_start(void)
{
    (void)signal(SIGPIPE, SIG_IGN);
    /* stdio forgets the errno of a write that it did on its own, so it gets a
     * stream whose writes are ours.  glibc's stdout is a variable. */
    FILE *stream =
        fopencookie(NULL, "w", (cookie_io_functions_t){.write = put});
    if (stream == NULL)
        return;
    (void)setvbuf(stream, NULL, isatty(STDOUT_FILENO) ? _IOLBF : _IOFBF,
                  BUFFER_BYTES);
    stdout = stream;
}

bool weir_output_flush(void)
{
    return fflush(stdout) == 0 && ferror(stdout) == 0;
}

int weir_output_finish(const char *command, int status)
{
    if (weir_output_flush() || reason == EPIPE)
        return status;
    fprintf(stderr, "%s: standard output: %s\n", command,
            strerror(reason != 0 ? reason : EIO));
    return WEIR_EXIT_FAILED;
}
