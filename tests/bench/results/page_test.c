/* The page of the sample, of hostile results, and the command. */

#include "bench/results/page.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "bench/results/page_cmd.h"
#include "bench/results/plot.h"
#include "tests/bench/results/fixture.h"
#include "tests/support/random.h"

TestSuite(page, .init = fixture_open, .fini = fixture_close);

static struct weir_doc build(const char *results)
{
    struct weir_lines lines = fixture_lines(results);
    struct weir_doc doc;
    weir_doc_open(&doc);
    weir_page_build(&lines, &doc);
    weir_lines_close(&lines);
    cr_assert_not(weir_doc_failed(&doc));
    return doc;
}

/* Made anew by
 *   weir bench page --markdown - tests/bench/results/sample.jsonl \
 *       >tests/bench/results/sample.md */
Test(page, the_sample_has_its_tables)
{
    char *results = fixture_read(SAMPLE);
    char *expected = fixture_read(SAMPLE_TABLES);
    struct weir_doc doc = build(results);
    char *got = fixture_markdown(&doc);
    cr_assert_str_eq(got, expected);
    free(got);
    free(expected);
    free(results);
    weir_doc_close(&doc);
}

static size_t plots_of(const struct weir_doc *doc)
{
    size_t plots = 0;
    for (size_t i = 0; i < doc->count; i++)
        plots += doc->blocks[i].kind == WEIR_DOC_PLOT;
    return plots;
}

Test(page, the_sample_has_its_plots)
{
    char *results = fixture_read(SAMPLE);
    struct weir_doc doc = build(results);
    /* 3 of loss, scaling, CPU; 3 stacks; live: 3 of CPU, 3 of loss, CPU by
     * size; copy: 2 and CPU by size; count, flows. */
    cr_assert_eq(plots_of(&doc), 20);
    free(results);
    weir_doc_close(&doc);
}

static void assert_says(const char *results, const char *words, bool says)
{
    struct weir_doc doc = build(results);
    char *text = fixture_markdown(&doc);
    cr_assert_eq(strstr(text, words) != NULL, says, "%s\n%s", words, text);
    free(text);
    weir_doc_close(&doc);
}

#define TRIAL(sent, seen, received, file, valid)                               \
    "{\"type\":\"trial\",\"row\":\"r\",\"sent\":" sent                         \
    ",\"before\":{\"backlog\":2},\"kernel_seen\":" seen                        \
    ",\"kernel_dropped\":3,\"received\":" received ",\"excluded\":1,"          \
    "\"distinct\":" file ",\"valid\":" valid "}\n"

Test(page, counts_that_do_not_agree_are_said_aloud)
{
    const char broken[] = "not to be trusted";
    assert_says(TRIAL("10", "8", "5", "4", "true"), broken, false);
    assert_says(TRIAL("11", "8", "5", "4", "true"), broken, true);
    assert_says(TRIAL("10", "8", "6", "5", "true"), broken, true);
    assert_says(TRIAL("10", "8", "5", "5", "true"), broken, true);
    assert_says(TRIAL("10", "8", "5", "null", "true"), broken, false);
    assert_says(TRIAL("11", "8", "5", "4", "false"), broken, false);
}

Test(page, the_counts_that_there_are_are_said)
{
    const char four[] = "In 1 with a file four independent counts agree";
    const char three[] = "In 2 without a file three do";
    const char both[] =
        TRIAL("10", "8", "5", "4", "true") TRIAL("10", "8", "5", "null", "true")
            TRIAL("10", "8", "5", "null", "true")
                TRIAL("11", "8", "5", "4", "false");
    assert_says(both, "3 of 4 trials are valid. In 1 with", true);
    assert_says(both, four, true);
    assert_says(both, three, true);
    assert_says(both, "missing", false);
    assert_says(TRIAL("10", "8", "5", "4", "true"), "without a file three",
                false);
    assert_says(TRIAL("10", "8", "5", "4", "true"), "1 of 1 trial is valid",
                true);
    assert_says(TRIAL("10", "8", "5", "null", "true"), four, false);
    assert_says(TRIAL("null", "8", "5", "4", "true"),
                "In 1 some counts are missing", true);
    assert_says(TRIAL("11", "8", "5", "4", "false"), "Not one of 1 trials",
                true);
    assert_says(TRIAL("11", "8", "5", "4", "false"), "to the frame", false);
}

#define RATIO(least, most)                                                     \
    "{\"type\":\"ratio\",\"name\":\"60: weir over tcpdump\",\"value\":1.1,"    \
    "\"least\":" least ",\"most\":" most                                       \
    ",\"rounds\":1,\"better\":\"more\"}\n"

Test(page, a_spread_with_1_in_it_shows_no_order)
{
    const char none[] = "the spread includes 1: no order shown";
    assert_says(RATIO("0.9", "1.2"), none, true);
    assert_says(RATIO("1.05", "1.2"), none, false);
    assert_says(RATIO("0.8", "0.9"), none, false);
    assert_says(RATIO("null", "1.2"), none, false);
    assert_says(RATIO("0.9", "1.2"), "in 1 round;", true);
}

Test(page, commands_can_be_given_again)
{
    const char results[] =
        "{\"type\":\"bench\",\"command\":\"./dev bench --quick\"}\n"
        "{\"type\":\"run\",\"command\":\"weir bench limit --weir "
        "bazel-bin/cli/weir -w none,bench-results/scratch.a1B2c3 "
        "--results 'a b.jsonl' --time 5\"}\n"
        "{\"type\":\"run\",\"command\":\"weir bench stages --results=r -w "
        "/x/scratch.nothing --weir\"}\n"
        "{\"type\":\"run\",\"command\":\"\"}\n";
    assert_says(results, "```\n./dev bench --quick\n\n# Its parts.", true);
    assert_says(results,
                "\nweir bench limit -w none,bench-results --time 5\n"
                "weir bench stages -w /x/scratch.nothing\n",
                true);
    assert_says("{\"type\":\"run\",\"command\":\"weir bench self\"}\n",
                "```\nweir bench self\n```", true);
}

#define STAGE(frame, stage)                                                    \
    "{\"type\":\"stage\",\"stage\":\"" stage "\",\"frame\":\"" frame           \
    "\",\"ns\":{\"p50\":1}}\n"

Test(page, stages_of_small_frames_come_first)
{
    struct weir_doc doc =
        build(STAGE("imix", "walk") STAGE("1514", "walk") STAGE("60", "walk")
                  STAGE("1514", "link") STAGE("60", "link"));
    char *text = fixture_markdown(&doc);
    const char *const order[] = {"| 60 B   | walk", "| 60 B   | link",
                                 "| 1514 B | walk", "| 1514 B | link",
                                 "| IMIX   | walk"};
    const char *at = text;
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
        at = strstr(at, order[i]);
        cr_assert_not_null(at, "%s: %s", order[i], text);
    }
    cr_assert_not_null(strstr(text, "for a frame of 60 bytes: 80 ns"));
    free(text);
    weir_doc_close(&doc);
    assert_says(STAGE("1514", "walk"), "80 ns", false);
}

#define PEER(name, does)                                                       \
    "{\"type\":\"peer\",\"task\":\"flows\",\"frame\":\"60\",\"peer\":\"" name  \
    "\",\"does\":\"" does "\",\"median\":{\"pps\":1e6,\"cpu_ns\":1,"           \
    "\"memory_bytes\":2097152}}\n"

static size_t bars_of(const char *results)
{
    struct weir_doc doc = build(results);
    size_t bars = 0;
    for (size_t i = 0; i < doc.count; i++)
        if (doc.blocks[i].kind == WEIR_DOC_PLOT)
            bars += doc.blocks[i].plot->bars_count;
    weir_doc_close(&doc);
    return bars;
}

Test(page, who_finds_no_flows_is_not_drawn_beside_who_does)
{
    const char others[] = PEER("a", "finds flows") PEER("b", "finds flows");
    const char weir[] = PEER("a", "finds flows") PEER("b", "finds flows")
        PEER("weir", "accounts: it has no flows yet");
    const char later[] = PEER("a", "finds flows") PEER("b", "finds flows")
        PEER("weir", "finds flows, dissects");
    cr_assert_eq(bars_of(others), 2);
    cr_assert_eq(bars_of(weir), 2);
    cr_assert_eq(bars_of(later), 3);
    assert_says(weir, "it has no flows yet", true);
    assert_says(weir, "Memory, MiB |", true);
    assert_says(weir, " 2.0 |", true);
}

#define LIMIT(folder)                                                          \
    "{\"type\":\"limit\",\"row\":1,\"frame\":\"60\",\"target\":\"ext4\","      \
    "\"folder\":\"" folder "\",\"workers\":1,\"ndr_pps\":1e6}\n"

Test(page, two_folders_of_one_type_are_two)
{
    const char results[] = LIMIT("/a/scratch.123abc") LIMIT("/b");
    assert_says(results, "without loss, to ext4 (/a);", true);
    assert_says(results, "without loss, to ext4 (/b);", true);
    assert_says(results, "| ext4 (/a) |", true);
    assert_says(results, "| Row ", false);
}

Test(page, a_bound_of_the_generator_is_marked)
{
    assert_says("{\"type\":\"limit\",\"row\":\"r\",\"frame\":\"60\","
                "\"target\":\"none\",\"workers\":1,\"ndr_pps\":2e6,"
                "\"generator_limited\":true}\n",
                "≥ 2.000 |", true);
    assert_says("{\"type\":\"limit\",\"row\":\"r\",\"frame\":\"60\","
                "\"target\":\"none\",\"workers\":1,\"ndr_pps\":null,"
                "\"generator_limited\":false}\n",
                "| ≥", false);
}

Test(page, runs_of_two_hosts_are_said)
{
    const char results[] = "{\"type\":\"run\",\"host\":{\"kernel\":\"1\"}}\n"
                           "{\"type\":\"run\",\"host\":{\"kernel\":\"2\"}}\n";
    assert_says(results, "another host or kernel", true);
}

Test(page, lines_without_anything_make_a_page)
{
    assert_says("{\"type\":\"run\"}\n{\"type\":\"trial\"}\n"
                "{\"type\":\"limit\"}\n{\"type\":\"stage\"}\n"
                "{\"type\":\"peer\"}\n{\"type\":\"ratio\"}\n"
                "{\"type\":\"note\"}\n{\"type\":\"skip\"}\nbroken\n",
                "line 9", true);
}

/* Each text of the sample, replaced by a hostile one; and numbers by others
 * that hurt. */
Test(page, hostile_results_stay_text)
{
    char *sample = fixture_read(SAMPLE);
    char *text = NULL;
    size_t size = 0;
    FILE *memory = open_memstream(&text, &size);
    const char *hostile = "</td><script>x()</script>`id`|";
    for (const char *c = sample; *c != '\0'; c++) {
        bool value = c > sample && c[-1] == ':';
        const char *end = value && *c == '"' ? strchr(c + 1, '"') : NULL;
        /* Types stay. */
        if (end == NULL || strncmp(c - 7, "\"type\":", 7) == 0) {
            (void)fputc(*c, memory);
        } else {
            (void)fprintf(memory, "\"%s\"", hostile);
            c = end;
        }
    }
    cr_assert_eq(fclose(memory), 0);
    struct weir_doc doc = build(text);
    char *html = fixture_html(&doc);
    cr_assert_null(strstr(html, "<script"));
    free(html);
    free(text);
    free(sample);
    weir_doc_close(&doc);
}

Test(page, any_bytes_make_a_page)
{
    char *sample = fixture_read(SAMPLE);
    size_t len = strlen(sample);
    struct random random = random_start("page", 0x77656972);
    static const char what[] = "0123456789-e.\"{}[],:nulltrue\\";
    for (int round = 0; round < 40; round++) {
        char *text = strdup(sample);
        for (int i = 0; i < 200; i++)
            text[random_below(&random, (uint32_t)len)] =
                what[random_below(&random, sizeof what - 1)];
        struct weir_doc doc = build(text);
        char *html = fixture_html(&doc);
        cr_assert_not_null(strstr(html, "</html>"));
        free(html);
        free(text);
        weir_doc_close(&doc);
    }
    free(sample);
}

static int command(const char *option, const char *path, const char *results)
{
    char name[] = "page";
    char *argv[] = {name, strdup(option), strdup(path), strdup(results), NULL};
    int status = weir_bench_page(4, argv);
    for (int i = 1; i < 4; i++)
        free(argv[i]);
    return status;
}

Test(page, markdown_goes_between_its_marks)
{
    fixture_write("r", "{\"type\":\"run\"}\n");
    fixture_write("doc.md", "before\n" WEIR_PAGE_BEGIN "\nold\n" WEIR_PAGE_END
                            "\nbehind\n");
    char doc[512];
    (void)snprintf(doc, sizeof doc, "%s", fixture_path("doc.md"));
    for (int i = 0; i < 2; i++) {
        cr_assert_eq(command("--markdown", doc, fixture_path("r")), 0);
        char *text = fixture_read(doc);
        const char start[] = "before\n" WEIR_PAGE_BEGIN "\n\n**weir bench";
        cr_assert_eq(strncmp(text, start, strlen(start)), 0, "%s", text);
        cr_assert_not_null(strstr(text, "\n" WEIR_PAGE_END "\nbehind\n"));
        cr_assert_null(strstr(text, "old"));
        free(text);
    }
}

static void assert_refused(const char *text)
{
    char doc[512];
    fixture_write("r", "{\"type\":\"run\"}\n");
    fixture_write("doc.md", text);
    (void)snprintf(doc, sizeof doc, "%s", fixture_path("doc.md"));
    cr_assert_eq(command("--markdown", doc, fixture_path("r")), 1);
    char *now = fixture_read(doc);
    cr_assert_str_eq(now, text);
    free(now);
}

Test(page, markdown_of_somebody_else_is_left_as_it_is)
{
    assert_refused("my notes\n");
    assert_refused("a\n" WEIR_PAGE_BEGIN "\nb\n");
    assert_refused("a\n" WEIR_PAGE_END "\nb\n");
    assert_refused("a\n" WEIR_PAGE_END "\n" WEIR_PAGE_BEGIN "\nb\n");
    assert_refused("a\n" WEIR_PAGE_BEGIN " \n" WEIR_PAGE_END "\n");
}

Test(page, markdown_that_was_made_is_made_again)
{
    char doc[512];
    fixture_write("r", "{\"type\":\"run\"}\n");
    (void)snprintf(doc, sizeof doc, "%s", fixture_path("doc.md"));
    char *first = NULL;
    for (int i = 0; i < 3; i++) {
        cr_assert_eq(command("--markdown", doc, fixture_path("r")), 0);
        char *text = fixture_read(doc);
        const char start[] = WEIR_PAGE_BEGIN "\n\n# weir bench";
        cr_assert_eq(strncmp(text, start, strlen(start)), 0, "%s", text);
        if (first == NULL)
            first = strdup(text);
        cr_assert_str_eq(text, first);
        free(text);
    }
    free(first);
}

Test(page, a_folder_is_made)
{
    char folder[512];
    fixture_write("r", "{\"type\":\"run\"}\n");
    (void)snprintf(folder, sizeof folder, "%s", fixture_path("out"));
    cr_assert_eq(command("-o", folder, fixture_path("r")), 0);
    struct stat st;
    cr_assert_eq(stat(fixture_path("out/index.html"), &st), 0);
    cr_assert_eq(stat(fixture_path("out/tables.md"), &st), 0);
    /* An older page's tables have no marks. */
    fixture_write("out/tables.md", "# weir bench\n");
    cr_assert_eq(command("-o", folder, fixture_path("r")), 0);
    cr_assert_gt(stat(fixture_path("out/tables.md"), &st) == 0 ? st.st_size : 0,
                 50);
}

Test(page, results_come_by_the_standard_input)
{
    fixture_write("r", "{\"type\":\"run\"}\n");
    cr_assert_not_null(freopen(fixture_path("r"), "r", stdin));
    cr_assert_eq(command("--markdown", fixture_path("doc.md"), "-"), 0);
    char *text = fixture_read(fixture_path("doc.md"));
    cr_assert_not_null(strstr(text, "weir bench"));
    free(text);
}

Test(page, what_cannot_be_read_or_written_fails)
{
    fixture_write("r", "{\"type\":\"run\"}\n");
    fixture_write("nothing", "broken\n");
    cr_assert_eq(command("-o", "/nowhere/p.html", fixture_path("r")), 1);
    cr_assert_eq(command("-o", "/nowhere/p/q", fixture_path("r")), 1);
    cr_assert_eq(command("--markdown", "/dev/full", fixture_path("r")), 1);
    cr_assert_eq(command("--markdown", "/dev/null", "/nowhere/r"), 1);
    cr_assert_eq(command("--markdown", "/dev/null", fixture_path("nothing")),
                 1);
    cr_assert_eq(command("--bad", "x", fixture_path("r")), 2);
}
