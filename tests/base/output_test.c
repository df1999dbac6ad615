#include "base/output.h"

#include <criterion/criterion.h>

#include <errno.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

static int lowest_free(void)
{
    int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    (void)close(fd);
    return fd;
}

/* Without those of the three that are in `closed`: whether all are there
 * then, and no other is. */
static int reserve(unsigned closed)
{
    int free_before = lowest_free();
    for (int fd = 0; fd <= STDERR_FILENO; fd++)
        if ((closed & 1u << fd) != 0)
            (void)close(fd);
    weir_output_reserve();
    for (int fd = 0; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) != 0)
            return 1;
    return lowest_free() == free_before ? 0 : 2;
}

Test(output, a_file_never_gets_a_standard_number)
{
    for (unsigned closed = 0; closed < 8; closed++) {
        int status = 0;
        pid_t child = fork();
        cr_assert_geq(child, 0);
        if (child == 0)
            _exit(reserve(closed));
        while (waitpid(child, &status, 0) < 0)
            cr_assert_eq(errno, EINTR);
        cr_expect(WIFEXITED(status));
        cr_expect_eq(WEXITSTATUS(status), 0, "%u", closed);
    }
}
