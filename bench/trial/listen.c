#include "bench/trial/listen.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SOCKETS_MAX  128
#define CHILDREN_MAX 16
#define TEXT_MAX     32768

/* As /proc/PID/fd shows one. */
#define SOCKET "socket:["

/* The word of that number, from 0, in a line. */
static const char *word(const char *line, int number)
{
    line += strspn(line, " ");
    while (number-- > 0) {
        line += strcspn(line, " \n");
        line += strspn(line, " ");
    }
    return line;
}

/* packet_seq_show in net/packet/af_packet.c: after a head line, the words are
 * sk, references, type, protocol (hexadecimal), interface, running, memory,
 * user, inode. */
enum { PROTOCOL = 3, RUNNING = 5, INODE = 8 };

size_t weir_listen_parse(const char *text, uint64_t *inodes, size_t max)
{
    size_t count = 0;
    for (const char *line = strchr(text, '\n'); line != NULL && count < max;
         line = strchr(line, '\n')) {
        line++;
        uint64_t inode = strtoull(word(line, INODE), NULL, 10);
        if (inode != 0 && strtoul(word(line, PROTOCOL), NULL, 16) != 0 &&
            strtoul(word(line, RUNNING), NULL, 10) != 0)
            inodes[count++] = inode;
    }
    return count;
}

static void read_text(const char *path, char *out, size_t size)
{
    size_t n = 0;
    FILE *file = fopen(path, "re");
    if (file != NULL) {
        n = fread(out, 1, size - 1, file);
        (void)fclose(file);
    }
    out[n] = '\0';
}

/* How many of the inodes are open in the process. */
static uint32_t owned(pid_t pid, const uint64_t *inodes, size_t count)
{
    char path[64];
    uint32_t found = 0;
    snprintf(path, sizeof path, "/proc/%d/fd", (int)pid);
    DIR *dir = opendir(path);
    const struct dirent *entry;
    while (dir != NULL && (entry = readdir(dir)) != NULL) {
        char target[64];
        ssize_t n =
            readlinkat(dirfd(dir), entry->d_name, target, sizeof target - 1);
        target[n > 0 ? n : 0] = '\0';
        if (strncmp(target, SOCKET, strlen(SOCKET)) != 0)
            continue;
        uint64_t inode = strtoull(target + strlen(SOCKET), NULL, 10);
        for (size_t i = 0; i < count; i++)
            found += inodes[i] == inode;
    }
    if (dir != NULL)
        (void)closedir(dir);
    return found;
}

static size_t children(pid_t pid, pid_t *out, size_t max)
{
    char path[64], text[512];
    snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)pid,
             (int)pid);
    read_text(path, text, sizeof text);
    size_t count = 0;
    char *at = text, *end;
    for (long child = strtol(at, &end, 10); end != at && count < max;
         child = strtol(at, &end, 10)) {
        out[count++] = (pid_t)child;
        at = end;
    }
    return count;
}

uint32_t weir_listen_sockets(pid_t pid)
{
    char path[64];
    uint64_t inodes[SOCKETS_MAX];
    pid_t below[CHILDREN_MAX];
    if (pid <= 0)
        return 0;
    char *text = malloc(TEXT_MAX);
    if (text == NULL)
        return 0;
    snprintf(path, sizeof path, "/proc/%d/net/packet", (int)pid);
    read_text(path, text, TEXT_MAX);
    size_t count = weir_listen_parse(text, inodes, SOCKETS_MAX);
    free(text);
    uint32_t found = owned(pid, inodes, count);
    size_t n = children(pid, below, CHILDREN_MAX);
    for (size_t i = 0; i < n; i++)
        found += owned(below[i], inodes, count);
    return found;
}
