/* replay: runs kept inputs through a fuzz target, without a fuzzer.
 *
 * Arguments are files and folders of files.  Each input runs in a process of
 * its own, so that one that crashes is named and the rest are run too.  The
 * last line is "N passed, N failed"; an input that cannot be read, and having
 * none at all, are failures. */

#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned long passed;
static unsigned long failed;

/* Returns the file's bytes in a block of exactly their number, or NULL. */
static uint8_t *file_read(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return NULL;

    struct stat st;
    uint8_t *data = NULL;
    if (fstat(fileno(file), &st) == 0) {
        *size = (size_t)st.st_size;
        data = malloc(*size == 0 ? 1 : *size);
    }
    if (data != NULL && fread(data, 1, *size, file) != *size) {
        free(data);
        data = NULL;
    }
    (void)fclose(file);
    return data;
}

/* The child: its exit runs the leak check where there is one. */
static _Noreturn void input_run(const char *path)
{
    size_t size = 0;
    uint8_t *data = file_read(path, &size);

    if (data == NULL) {
        perror(path);
        exit(1);
    }
    (void)LLVMFuzzerTestOneInput(data, size);
    free(data);
    exit(0);
}

static void file_replay(const char *path)
{
    int status = 0;

    (void)fflush(NULL);
    pid_t pid = fork();
    if (pid == 0)
        input_run(path);
    if (pid > 0 && waitpid(pid, &status, 0) == pid && status == 0) {
        passed++;
        return;
    }
    (void)fprintf(stderr, "failed: %s\n", path);
    failed++;
}

static int name_compare(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int name_shown(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static void folder_replay(const char *path)
{
    struct dirent **entries = NULL;
    int n = scandir(path, &entries, name_shown, name_compare);

    for (int i = 0; i < n; i++) {
        char *file = NULL;
        if (asprintf(&file, "%s/%s", path, entries[i]->d_name) < 0)
            abort();
        file_replay(file);
        free(file);
        free(entries[i]);
    }
    free(entries);
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        struct stat st;
        if (stat(argv[i], &st) == 0 && S_ISDIR(st.st_mode))
            folder_replay(argv[i]);
        else
            file_replay(argv[i]);
    }
    if (passed + failed == 0) {
        (void)fprintf(stderr, "no inputs\n");
        failed++;
    }
    printf("%lu passed, %lu failed\n", passed, failed);
    return failed == 0 ? 0 : 1;
}
