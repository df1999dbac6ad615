#include "bench/peers/peer.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/assert.h"
#include "base/err.h"

bool weir_peer_is_self(const struct weir_peer *peer)
{
    return strcmp(peer->name, WEIR_PEER_SELF) == 0;
}

bool weir_peer_is_weir(const struct weir_peer *peer)
{
    static const char prefix[] = WEIR_PEER_SELF "-";
    return weir_peer_is_self(peer) ||
           strncmp(peer->name, prefix, strlen(prefix)) == 0;
}

bool weir_peer_in(const char *list, const char *name)
{
    const size_t len = strlen(name);
    while (list != NULL) {
        if (strncmp(list, name, len) == 0 &&
            (list[len] == ',' || list[len] == '\0'))
            return true;
        list = strchr(list, ',');
        list += list != NULL;
    }
    return false;
}

const char *weir_peer_program(const struct weir_peer *peer)
{
    if (weir_peer_is_weir(peer))
        return NULL;
    return peer->program != NULL ? peer->program : peer->argv[0];
}

/* The text that stands for what begins at `word`, and how long that is; NULL
 * if it is no such word. */
static const char *filling(const struct weir_peer_fill *fill, const char *word,
                           size_t *len)
{
    const struct {
        const char *name;
        const char *text;
    } known[] = {
        {"{weir}", fill->weir},
        {"{device}", fill->device},
        {"{in}", fill->in},
        {"{out}", fill->out},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        *len = strlen(known[i].name);
        if (strncmp(word, known[i].name, *len) != 0)
            continue;
        WEIR_ASSERT(known[i].text != NULL);
        return known[i].text;
    }
    return NULL;
}

/* One word with its end, at *used; false if there is no room. */
static bool word_fill(struct weir_peer_argv *out, size_t *used,
                      const char *word, const struct weir_peer_fill *fill)
{
    while (*used < sizeof out->bytes) {
        size_t len = 1;
        const char *text = filling(fill, word, &len);
        if (text == NULL) {
            out->bytes[(*used)++] = *word;
            if (*word++ == '\0')
                return true;
            continue;
        }
        size_t n = strnlen(text, sizeof out->bytes - *used);
        memcpy(out->bytes + *used, text, n);
        *used += n;
        word += len;
    }
    return false;
}

int weir_peer_argv_make(struct weir_peer_argv *out, const char *const *words,
                        const struct weir_peer_fill *fill, struct weir_err *err)
{
    size_t used = 0;
    size_t count = 0;
    for (; count < WEIR_PEER_WORDS_MAX && words[count] != NULL; count++) {
        out->words[count] = out->bytes + used;
        if (!word_fill(out, &used, words[count], fill))
            return weir_err_set(err, -ENAMETOOLONG,
                                "the command line of %s is too long", words[0]);
    }
    out->words[count] = NULL;
    return 0;
}

int weir_peer_argv_of(struct weir_peer_argv *out, const struct weir_peer *peer,
                      uint32_t size, const struct weir_peer_fill *fill,
                      struct weir_err *err)
{
    const char *words[WEIR_PEER_WORDS_MAX];
    size_t count = 0;
    memcpy(words, peer->argv, sizeof words);
    while (count < WEIR_PEER_WORDS_MAX && words[count] != NULL)
        count++;
    if (peer->small != NULL && size <= WEIR_PEER_SMALL_MAX) {
        WEIR_ASSERT(count < WEIR_PEER_WORDS_MAX);
        words[count] = peer->small;
        if (count + 1 < WEIR_PEER_WORDS_MAX)
            words[count + 1] = NULL;
    }
    return weir_peer_argv_make(out, words, fill, err);
}

/* Whether a shell would take the word for itself. */
static bool is_plain(const char *word)
{
    return *word != '\0' &&
           strpbrk(word, " \t\n\"'\\$&|;<>()*?[]#~`{}!") == NULL;
}

char *weir_peer_argv_text(char *out, size_t size,
                          const struct weir_peer_argv *argv)
{
    size_t used = 0;
    out[0] = '\0';
    for (size_t i = 0; argv->words[i] != NULL && used < size; i++) {
        const char *quote = is_plain(argv->words[i]) ? "" : "'";
        int n = snprintf(out + used, size - used, "%s%s%s%s", i == 0 ? "" : " ",
                         quote, argv->words[i], quote);
        used += n > 0 ? (size_t)n : 0;
    }
    return out;
}
