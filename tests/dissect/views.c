#include "tests/dissect/views.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/linktype.h"
#include "dissect/checksum.h"
#include "dissect/fields.h"
#include "dissect/options.h"
#include "dissect/text.h"

/* Keeps the reads: the sum goes where the compiler must write it. */
static volatile uint32_t sink;

static void bytes_read(const uint8_t *p, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        sink += p[i];
}

static const char *options_broken(const uint8_t *options, uint32_t n)
{
    struct weir_option at = {0};
    uint32_t end = 0;
    bytes_read(options, n);
    while (weir_option_next(&at, options, n)) {
        if (at.end <= end || at.end > n || at.bad)
            return "an option does not go on, or too far";
        if (at.value + at.length > options + n)
            return "an option's value reaches behind the options";
        bytes_read(at.value, at.length);
        end = at.end;
    }
    if (!at.bad && end != n)
        return "options end early";
    return weir_option_next(&at, options, n) ? "options go on behind their end"
                                             : NULL;
}

static const char *extensions_broken(const uint8_t *data,
                                     const struct weir_layer *layer)
{
    struct weir_extension at = {0};
    uint32_t end = 40;
    while (weir_extension_next(&at, data, layer)) {
        if (at.end != end + at.length || at.end > layer->header)
            return "an extension header is not behind the one before";
        if (at.header != data + layer->offset + end)
            return "an extension header is elsewhere";
        bytes_read(at.header, at.length);
        end = at.end;
    }
    return NULL;
}

static const char *behind_broken(const uint8_t *data,
                                 const struct weir_layer *layer)
{
    struct weir_ip_view ip;
    struct weir_tcp_view tcp;
    const char *broken = NULL;
    if (weir_ip_view_read(&ip, data, layer))
        broken = options_broken(ip.options, ip.options_length);
    else if (weir_tcp_view_read(&tcp, data, layer))
        broken = options_broken(tcp.options, tcp.options_length);
    else if (layer->proto == WEIR_PROTO_IPV6)
        broken = extensions_broken(data, layer);
    return broken;
}

static const char *payload_broken(const struct weir_dissection *d,
                                  const uint8_t *data, uint32_t caplen)
{
    struct weir_payload_view payload;
    if (!weir_payload_view_read(&payload, data, caplen, d))
        return "there is no payload";
    if (payload.captured > payload.length)
        return "more payload was captured than was there";
    if (payload.bytes + payload.captured > data + caplen)
        return "the payload reaches behind the captured bytes";
    bytes_read(payload.bytes, payload.captured);
    return NULL;
}

static const char *checksum_broken(const struct weir_dissection *d,
                                   const uint8_t *data, uint32_t caplen,
                                   uint32_t layer)
{
    struct weir_checksum sum;
    bool is = weir_checksum_read(&sum, data, caplen, d, layer);
    if (is != (sum.status != WEIR_CHECKSUM_NONE) ||
        *weir_checksum_name(sum.status) == '\0')
        return "a checksum's status is unknown";
    if (sum.status != weir_checksum_verify(data, caplen, d, layer))
        return "a checksum has two statuses";
    if (sum.status == WEIR_CHECKSUM_VALID && sum.stored != sum.computed)
        return "a valid checksum is not what it should be";
    if (sum.status == WEIR_CHECKSUM_INVALID && sum.stored != 0 &&
        sum.stored == sum.computed)
        return "an invalid checksum is what it should be";
    if (sum.status == WEIR_CHECKSUM_PARTIAL && sum.computed != 0)
        return "of a part, a checksum was computed";
    return NULL;
}

/* layer < 0: of the frame. */
static int text_make(char *to, size_t size, const struct weir_frame *frame,
                     const struct weir_dissection *d, int layer)
{
    if (layer < 0)
        return weir_frame_text(to, size, frame, WEIR_LINKTYPE_ETHERNET, d);
    return weir_layer_text(to, size, frame, d, (uint32_t)layer);
}

static const char *text_cut_broken(const char *whole, size_t size,
                                   const struct weir_frame *frame,
                                   const struct weir_dissection *d, int layer)
{
    char *cut = malloc(size);
    if (cut == NULL)
        abort();
    memset(cut, 'x', size);
    int n = text_make(cut, size, frame, d, layer);
    bool same = n == (int)strlen(whole) && strnlen(cut, size) == size - 1 &&
                memcmp(cut, whole, size - 1) == 0;
    free(cut);
    return same ? NULL : "a text that is cut is not the begin of the whole";
}

static const char *text_broken(const struct weir_frame *frame,
                               const struct weir_dissection *d, int layer)
{
    int n = text_make(NULL, 0, frame, d, layer);
    if (n < 0 || n >= (layer < 0 ? WEIR_FRAME_TEXT_MAX : WEIR_LAYER_TEXT_MAX))
        return "a text has no length, or one too great";
    char *text = malloc((size_t)n + 1);
    if (text == NULL)
        abort();
    const char *broken = NULL;
    if (text_make(text, (size_t)n + 1, frame, d, layer) != n ||
        strlen(text) != (size_t)n)
        broken = "a text is not as long as it said";
    for (int i = 0; i < n; i++)
        if (text[i] < ' ' || text[i] > '~')
            broken = "a text has a character that cannot be printed";
    for (size_t size = 1; broken == NULL && size <= (size_t)n;
         size += 1 + (size_t)n / 3)
        broken = text_cut_broken(text, size, frame, d, layer);
    free(text);
    return broken;
}

const char *weir_views_broken(const struct weir_dissection *d,
                              const uint8_t *data, uint32_t caplen,
                              uint32_t len)
{
    const struct weir_frame frame = {
        .data = data, .caplen = caplen, .len = len};
    const char *broken = payload_broken(d, data, caplen);
    for (int i = 0; broken == NULL && i < d->layers_count; i++) {
        broken = behind_broken(data, &d->layers[i]);
        if (broken == NULL)
            broken = checksum_broken(d, data, caplen, (uint32_t)i);
        if (broken == NULL)
            broken = text_broken(&frame, d, i);
    }
    return broken != NULL ? broken : text_broken(&frame, d, -1);
}
