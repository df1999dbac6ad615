#include "bench/host/machine.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void weir_machine_line(const char *text, const char *name, char *out,
                       size_t size)
{
    const size_t len = strlen(name);
    const char *at = text;
    out[0] = '\0';
    while (at != NULL && *at != '\0') {
        size_t blanks =
            strncmp(at, name, len) == 0 ? strspn(at + len, " \t") : 0;
        if (strncmp(at, name, len) == 0 && at[len + blanks] == ':') {
            at += len + blanks + 1;
            at += strspn(at, " \t");
            snprintf(out, size, "%.*s", (int)strcspn(at, "\n"), at);
            return;
        }
        at = strchr(at, '\n');
        at = at != NULL ? at + 1 : NULL;
    }
}

/* What no shell touches. */
static bool is_plain(const char *word)
{
    return word[0] != '\0' &&
           strspn(word, "abcdefghijklmnopqrstuvwxyz"
                        "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                        "0123456789-_=+:,./@%") == strlen(word);
}

static void put_word(FILE *out, const char *word)
{
    if (is_plain(word)) {
        (void)fputs(word, out);
        return;
    }
    (void)fputc('\'', out);
    for (; *word != '\0'; word++)
        if (*word == '\'')
            (void)fputs("'\\''", out);
        else
            (void)fputc(*word, out);
    (void)fputc('\'', out);
}

char *weir_machine_command(const char *program, int argc, char **argv)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (out == NULL)
        return NULL;
    (void)fputs(program, out);
    for (int i = 0; i < argc; i++) {
        (void)fputc(' ', out);
        put_word(out, argv[i]);
    }
    bool whole = ferror(out) == 0;
    if (fclose(out) != 0 || !whole) {
        free(text);
        return NULL;
    }
    return text;
}

void weir_machine_hypervisor(const char signature[12], char *out, size_t size)
{
    /* Each vendor's documentation; also in Linux, arch/x86/kernel/cpu/. */
    static const struct {
        char signature[13];
        const char *name;
    } known[] = {
        {"KVMKVMKVM\0\0\0", "KVM"},     {"VMwareVMware", "VMware"},
        {"Microsoft Hv", "Hyper-V"},    {"XenVMMXenVMM", "Xen"},
        {"VBoxVBoxVBox", "VirtualBox"}, {"TCGTCGTCGTCG", "QEMU (TCG)"},
        {"ACRNACRNACRN", "ACRN"},       {"bhyve bhyve ", "bhyve"},
        {" lrpepyh  vr", "Parallels"},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (memcmp(signature, known[i].signature, 12) == 0) {
            snprintf(out, size, "%s", known[i].name);
            return;
        }
    char letters[13] = "";
    size_t n = 0;
    for (int i = 0; i < 12; i++)
        if (signature[i] > ' ' && signature[i] <= '~')
            letters[n++] = signature[i];
    snprintf(out, size, "%s", n > 0 ? letters : "unknown");
}
