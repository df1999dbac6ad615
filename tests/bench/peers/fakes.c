#include "tests/bench/peers/fakes.h"
#include "tests/support/tree.h"

#include <criterion/criterion.h>

#include <glob.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define BENCH "bench/weir-bench"
#define WEIR  "cli/weir"

char fakes_folder[] = "/tmp/weir-peers-XXXXXX";
static char results[64];
static char words[64];
const char *fakes_patience = "60";
const char *fakes_rate = "5k";
bool fakes_unprivileged;

void fakes_setup(void)
{
    char path[4096];
    cr_assert_not_null(mkdtemp(fakes_folder));
    snprintf(results, sizeof results, "%s/results", fakes_folder);
    snprintf(words, sizeof words, "%s/words", fakes_folder);
    snprintf(path, sizeof path, "%s:%s", fakes_folder, getenv("PATH"));
    cr_assert_eq(setenv("PATH", path, 1), 0);
}

void fakes_teardown(void)
{
    tree_remove(fakes_folder);
}

void fakes_make(const char *name, const char *script)
{
    char path[96];
    snprintf(path, sizeof path, "%s/%s", fakes_folder, name);
    FILE *file = fopen(path, "we");
    cr_assert_not_null(file);
    fprintf(file,
            "#!/bin/sh\ncase \"$*\" in --version | -h) echo 9.8.7; exit;; "
            "esac\n%s\n",
            script);
    cr_assert_eq(fclose(file), 0);
    cr_assert_eq(chmod(path, 0755), 0);
}

/* Behind the next exec there are none, of root neither (capabilities(7)); one
 * who has not the right to take them away has none to begin with. */
static void capabilities_drop(void)
{
    for (unsigned long i = 0; i < 64; i++)
        (void)prctl(PR_CAPBSET_DROP, i, 0, 0, 0);
}

pid_t fakes_start(const char *task, const char *peers)
{
    pid_t pid = fork();
    cr_assert_geq(pid, 0);
    if (pid == 0) {
        cr_assert_not_null(freopen(words, "w", stdout));
        if (fakes_unprivileged)
            capabilities_drop();
        execl(BENCH, BENCH, "peers", "--task", task, "--peer", peers,
              "--frames", "1000", "--rounds", "2", "--frame", "60", "--rate",
              fakes_rate, "--seconds", "100ms", "--patience", fakes_patience,
              "-w", fakes_folder, "--results", results, "--weir", WEIR,
              (char *)NULL);
        _exit(127);
    }
    return pid;
}

int fakes_finish(pid_t pid)
{
    int status = 0;
    cr_assert_eq(waitpid(pid, &status, 0), pid);
    cr_assert(WIFEXITED(status));
    return WEXITSTATUS(status);
}

const char *fakes_words(void)
{
    static char text[16384];
    FILE *file = fopen(words, "re");
    cr_assert_not_null(file);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    (void)fclose(file);
    return text;
}

int fakes_lines(const char *type, const char *key, const char *text)
{
    char line[65536];
    int n = 0;
    FILE *file = fopen(results, "re");
    cr_assert_not_null(file);
    while (fgets(line, sizeof line, file) != NULL) {
        json_t *object = json_loads(line, 0, NULL);
        cr_assert_not_null(object, "%s", line);
        const char *is = json_string_value(json_object_get(object, "type"));
        const char *value = json_string_value(json_object_get(object, key));
        n += strcmp(is, type) == 0 && value != NULL &&
             strstr(value, text) != NULL;
        json_decref(object);
    }
    (void)fclose(file);
    return n;
}

/* Nothing but the fakes and the results is left in the fakes_folder. */
bool fakes_something_is_left(void)
{
    char pattern[96];
    glob_t found;
    snprintf(pattern, sizeof pattern, "%s/weir-bench-*", fakes_folder);
    int ret = glob(pattern, 0, NULL, &found);
    if (ret == 0)
        globfree(&found);
    return ret != GLOB_NOMATCH;
}

long long fakes_round_number(const char *peer, const char *key)
{
    char line[65536];
    long long number = -1;
    FILE *file = fopen(results, "re");
    cr_assert_not_null(file);
    while (fgets(line, sizeof line, file) != NULL) {
        json_t *object = json_loads(line, 0, NULL);
        const char *is = json_string_value(json_object_get(object, "peer"));
        const json_t *rounds = json_object_get(object, "rounds");
        size_t n = json_array_size(rounds);
        if (is != NULL && strcmp(is, peer) == 0 && n > 0)
            number = json_integer_value(
                json_object_get(json_array_get(rounds, n - 1), key));
        json_decref(object);
    }
    (void)fclose(file);
    return number;
}
