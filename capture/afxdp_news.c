#include "capture/afxdp_news.h"

#include <inttypes.h>

#include "base/err.h"

static bool is_news(bool *told, bool so)
{
    if (*told || !so)
        return false;
    *told = true;
    return true;
}

/* In copy mode each frame that finds no chunk is counted as both. */
static uint64_t too_long(const struct weir_afxdp_news *news,
                         const struct weir_afxdp_losses *losses)
{
    return !news->zero_copy && losses->dropped > losses->chunks_none
               ? losses->dropped - losses->chunks_none
               : 0;
}

bool weir_afxdp_news_next(struct weir_afxdp_news *news,
                          const struct weir_afxdp_program_facts *facts,
                          const struct weir_afxdp_losses *losses,
                          struct weir_err *text)
{
    const char *name = news->name;
    if (is_news(&news->told_passed, facts->passed > 0))
        weir_err_set(text, 0,
                     "%s: frames come in on receive queues that are not "
                     "recorded: the host gets them",
                     name);
    else if (is_news(&news->told_unstamped, !facts->stamped))
        weir_err_set(text, 0,
                     "%s: the driver leaves no room for time stamps: frames "
                     "have the time at which they were taken",
                     name);
    else if (is_news(&news->told_tagless, news->takes_tags && !facts->tags))
        weir_err_set(text, 0,
                     "%s: the device takes VLAN tags out of frames, and its "
                     "driver does not give them back: they are not recorded "
                     "(ethtool -K %s rxvlan off)",
                     name, name);
    else if (is_news(&news->told_untagged, facts->untagged > 0))
        weir_err_set(text, 0,
                     "%s: the driver leaves no room to put VLAN tags back: "
                     "they are not recorded (ethtool -K %s rxvlan off)",
                     news->label, name);
    else if (is_news(&news->told_long, too_long(news, losses) > 0))
        weir_err_set(text, 0,
                     "%s: frames of more than %u bytes come, and are lost",
                     news->label, news->frame_max);
    else
        return false;
    return true;
}

bool weir_afxdp_news_last(const struct weir_afxdp_news *news,
                          const struct weir_afxdp_losses *losses,
                          struct weir_err *text)
{
    const uint64_t count = too_long(news, losses);
    if (count == 0)
        return false;
    weir_err_set(text, 0,
                 "%s: of the frames that the kernel dropped %" PRIu64
                 " had more than %u bytes",
                 news->label, count, news->frame_max);
    return true;
}
