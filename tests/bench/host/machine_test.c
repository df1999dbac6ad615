#include <criterion/criterion.h>

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "bench/host/machine.h"

static const char cpuinfo[] = "processor\t: 0\n"
                              "model\t\t: 1\n"
                              "model name\t: Some CPU @ 2.00GHz\n"
                              "flags\t\t: fpu vme\n"
                              "power management:\n"
                              "\n"
                              "processor\t: 1\n"
                              "model name\t: Another";

static const char *line(const char *text, const char *name)
{
    static char out[64];
    weir_machine_line(text, name, out, sizeof out);
    return out;
}

Test(machine, lines_of_a_text)
{
    cr_expect_str_eq(line(cpuinfo, "model name"), "Some CPU @ 2.00GHz");
    cr_expect_str_eq(line(cpuinfo, "model"), "1");
    cr_expect_str_eq(line(cpuinfo, "power management"), "");
    cr_expect_str_eq(line(cpuinfo, "proc"), "");
    cr_expect_str_eq(line(cpuinfo, "name"), "");
    cr_expect_str_eq(line("", "model"), "");
    cr_expect_str_eq(line("x: last", "x"), "last");
    char small[5];
    weir_machine_line(cpuinfo, "model name", small, sizeof small);
    cr_expect_str_eq(small, "Some");
}

Test(machine, commands_come_back_from_a_shell)
{
    char *argv[] = {"limit", "-i", "eth0", "", "a b", "it's", "$x", NULL};
    char *text = weir_machine_command("weir bench", 7, argv);
    cr_assert_not_null(text);
    cr_expect_str_eq(text, "weir bench limit -i eth0 '' 'a b' "
                           "'it'\\''s' '$x'");
    free(text);
}

static const char *hypervisor(const char signature[12])
{
    static char out[64];
    weir_machine_hypervisor(signature, out, sizeof out);
    return out;
}

Test(machine, hypervisors_by_their_signature)
{
    cr_expect_str_eq(hypervisor("KVMKVMKVM\0\0\0"), "KVM");
    cr_expect_str_eq(hypervisor("Microsoft Hv"), "Hyper-V");
    cr_expect_str_eq(hypervisor("bhyve bhyve "), "bhyve");
    cr_expect_str_eq(hypervisor("SomeOth\n\x80 x!"), "SomeOthx!");
    cr_expect_str_eq(hypervisor("\0\0\0\0\0\0\0\0\0\0\0\0"), "unknown");
}

static bool is_text(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text != NULL && text[0] != '\0';
}

Test(machine, the_host_has_what_the_results_ask_for)
{
    json_t *host = weir_machine_host();
    const char *key;
    json_t *value;
    cr_assert_not_null(host);
    cr_expect_eq(json_object_size(host), 6);
    cr_expect(is_text(host, "kernel"));
    cr_expect_gt(json_integer_value(json_object_get(host, "cores")), 0);
    cr_expect_gt(json_integer_value(json_object_get(host, "memory_bytes")),
                 1000000);
    cr_expect_not_null(json_object_get(host, "cpu"));
    cr_expect_not_null(json_object_get(host, "hypervisor"));
    json_t *settings = json_object_get(host, "settings");
    cr_expect(json_is_object(settings));
    json_object_foreach(settings, key, value)
    {
        cr_expect(json_is_string(value), "%s", key);
    }
    json_decref(host);
}

Test(machine, the_run_line)
{
    char *argv[] = {"limit", "--frame", "60", NULL};
    json_t *run = weir_machine_run("limit", 3, argv);
    cr_assert_not_null(run);
    cr_expect_eq(json_object_size(run), 7);
    cr_expect_str_eq(json_string_value(json_object_get(run, "type")), "run");
    cr_expect_str_eq(json_string_value(json_object_get(run, "bench")), "limit");
    cr_expect_str_eq(json_string_value(json_object_get(run, "command")),
                     "weir bench limit --frame 60");
    cr_expect(is_text(run, "weir"));
    const char *when = json_string_value(json_object_get(run, "time"));
    cr_expect_eq(strlen(when), sizeof "2026-01-02T03:04:05Z" - 1);
    /* Where there is a commit it is a whole one. */
    const json_t *commit = json_object_get(run, "commit");
    const char *text = json_string_value(commit);
    cr_expect(json_is_null(commit) || text != NULL);
    if (text != NULL) {
        size_t digits = strspn(text, "0123456789abcdef");
        cr_expect_geq(digits, 40);
        cr_expect(text[digits] == '\0' || strcmp(text + digits, "-dirty") == 0);
    }
    cr_expect(json_is_object(json_object_get(run, "host")));
    json_decref(run);
}
