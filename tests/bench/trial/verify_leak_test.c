/* What verify takes it gives back, also when that goes wrong: memory by the
 * sanitizer's word, files by a count. */

#include <errno.h>
#include <stdlib.h>

#include "bench/trial/verify.h"
#include "tests/check/check.h"

int main(void)
{
    struct weir_verify *verify = NULL;
    const char *folder = getenv("TEST_TMPDIR");
    const unsigned before = check_files_open();
    check(weir_verify_open(&verify, UINT64_MAX, NULL) == -EINVAL, "too many");
    check(weir_verify_open(&verify, 1000, NULL) == 0, "open");
    check(weir_verify_file(verify, "/dev/null", NULL) == -EINVAL, "a device");
    check(weir_verify_file(verify, "/no/such", NULL) == -ENOENT, "no file");
    check(weir_verify_file(verify, "/proc/self/mem", NULL) == -EIO, "a hole");
    check(weir_verify_file(verify, "/proc/self/exe", NULL) == 0, "a program");
    check(weir_verify_folder(verify, "/no/such", NULL) == -ENOENT, "none");
    check(weir_verify_folder(verify, folder != NULL ? folder : "/proc/self/fd",
                             NULL) == 0,
          "a folder");
    weir_verify_close(verify);
    check(check_files_open() == before, "files are closed");
    return check_end();
}
