#include "bench/results/doc.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/results/markdown.h"
#include "tests/bench/results/fixture.h"

static const struct weir_doc_column columns[] = {{"Name", false},
                                                 {"Mpps", true}};

static void assert_number(double value, int decimals, const char *text)
{
    char out[WEIR_DOC_NUMBER_MAX];
    const char *got = weir_doc_number(out, value, decimals);
    if (text == NULL)
        cr_assert_null(got);
    else
        cr_assert_str_eq(got, text);
}

Test(doc, numbers_are_grouped)
{
    assert_number(0, 0, "0");
    assert_number(999, 0, "999");
    assert_number(1000, 0, "1,000");
    assert_number(1234567.891, 2, "1,234,567.89");
    assert_number(-1234.5, 1, "-1,234.5");
    assert_number(-0.001, 2, "0.00");
    assert_number(999.96, 1, "1,000.0");
    assert_number((double)NAN, 1, NULL);
    assert_number((double)INFINITY, 1, NULL);
    assert_number(1e300, 1, NULL);
}

Test(doc, a_table_is_aligned_in_markdown)
{
    struct weir_doc doc;
    weir_doc_open(&doc);
    weir_doc_table(&doc, "Rates", columns, 2);
    weir_doc_cell(&doc, "weir");
    weir_doc_figure(&doc, 12.5, 2);
    weir_doc_strong(&doc);
    weir_doc_cell(&doc, "é");
    weir_doc_figure(&doc, (double)NAN, 2);
    char *text = fixture_markdown(&doc);
    cr_assert_str_eq(text, "Rates\n\n"
                           "| Name     |      Mpps |\n"
                           "|----------|----------:|\n"
                           "| **weir** | **12.50** |\n"
                           "| é        |         - |\n\n");
    free(text);
    weir_doc_close(&doc);
}

Test(doc, items_and_cards_gather)
{
    struct weir_doc doc;
    weir_doc_open(&doc);
    weir_doc_item(&doc, "%s", "a");
    weir_doc_item(&doc, "%s", "b");
    weir_doc_card(&doc, "1.5", "Mpps", "recorded", "here");
    weir_doc_card(&doc, "2", "", "of them", NULL);
    weir_doc_item(&doc, "%s", "c");
    cr_assert_eq(doc.count, 3);
    char *text = fixture_markdown(&doc);
    cr_assert_str_eq(text, "- a\n- b\n\n"
                           "- **1.5 Mpps**: recorded; here\n"
                           "- **2**: of them\n\n"
                           "- c\n\n");
    free(text);
    weir_doc_close(&doc);
}

Test(doc, texts_are_printable_and_bounded)
{
    struct weir_doc doc;
    char text[3 * WEIR_DOC_TEXT_MAX];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    weir_doc_open(&doc);
    weir_doc_add(&doc, WEIR_DOC_TEXT, "a\x1b[1m\nb");
    cr_assert_str_eq(doc.blocks[0].text, "a?[1m?b");
    weir_doc_add(&doc, WEIR_DOC_CODE, "a\nb\xff\n\nc\x1b");
    cr_assert_str_eq(doc.blocks[1].text, "a\nb?\n\nc?");
    weir_doc_add(&doc, WEIR_DOC_TEXT, "%s", text);
    size_t len = strlen(doc.blocks[2].text);
    cr_assert_lt(len, WEIR_DOC_TEXT_MAX);
    cr_assert_str_eq(doc.blocks[2].text + len - 4, "x...");
    weir_doc_close(&doc);
}

static void assert_markdown(const char *text, const char *expected)
{
    char *escaped = weir_markdown_text(text);
    cr_assert_str_eq(escaped, expected);
    free(escaped);
}

Test(doc, markdown_shows_texts_as_they_are)
{
    assert_markdown("kernel_seen 1.5 x-y (a)", "kernel_seen 1.5 x-y (a)");
    assert_markdown("_a_ *b* `c` [d](e)|\\",
                    "\\_a\\_ \\*b\\* \\`c\\` \\[d\\](e)\\|\\\\");
    assert_markdown("<b> &amp;", "&lt;b> &amp;amp;");
    assert_markdown("# no heading", "\\# no heading");
    assert_markdown("- no item", "\\- no item");
    assert_markdown("12. no item", "12\\. no item");
    assert_markdown("http://a www.b c@d", "http\\://a www\\.b c\\@d");
}

Test(doc, a_fence_is_longer_than_what_it_holds)
{
    struct weir_doc doc;
    weir_doc_open(&doc);
    weir_doc_add(&doc, WEIR_DOC_CODE, "a\n````\nb");
    char *text = fixture_markdown(&doc);
    cr_assert_str_eq(text, "`````\na\n````\nb\n`````\n\n");
    free(text);
    weir_doc_close(&doc);
}

Test(doc, html_is_escaped_everywhere)
{
    struct weir_doc doc;
    weir_doc_open(&doc);
    weir_doc_add(&doc, WEIR_DOC_TITLE, "%s", fixture_hostile);
    weir_doc_add(&doc, WEIR_DOC_LEAD, "%s", fixture_hostile);
    weir_doc_add(&doc, WEIR_DOC_HEADING, "%s", fixture_hostile);
    weir_doc_add(&doc, WEIR_DOC_PART, "%s", fixture_hostile);
    weir_doc_add(&doc, WEIR_DOC_TEXT, "%s", fixture_hostile);
    weir_doc_add(&doc, WEIR_DOC_CODE, "%s", fixture_hostile);
    weir_doc_add(&doc, WEIR_DOC_FOLD, "%s", fixture_hostile);
    weir_doc_item(&doc, "%s", fixture_hostile);
    weir_doc_card(&doc, fixture_hostile, fixture_hostile, fixture_hostile,
                  fixture_hostile);
    weir_doc_table(&doc, fixture_hostile, columns, 2);
    weir_doc_cell(&doc, fixture_hostile);
    weir_doc_cell(&doc, fixture_hostile);
    weir_doc_add(&doc, WEIR_DOC_FOLD_END, "%s", "");
    char *text = fixture_html(&doc);
    cr_assert_null(strstr(text, "<script"));
    cr_assert_null(strstr(text, "\x1b"));
    cr_assert_null(strstr(text, "'`id`"));
    cr_assert_not_null(strstr(text, "&lt;/td&gt;&lt;script&gt;x()"));
    free(text);
    weir_doc_close(&doc);
}

Test(doc, html_asks_for_nothing_from_outside)
{
    struct weir_doc doc;
    weir_doc_open(&doc);
    weir_doc_add(&doc, WEIR_DOC_TITLE, "t");
    char *text = fixture_html(&doc);
    cr_assert_not_null(strstr(text, "default-src 'none'"));
    cr_assert_null(strstr(text, "src=\""));
    cr_assert_null(strstr(text, "url("));
    cr_assert_null(strstr(text, "http:"));
    cr_assert_null(strstr(text, "https:"));
    free(text);
    weir_doc_close(&doc);
}
