#include "capture/afxdp_news.h"

#include "base/err.h"

static bool is_news(bool *told, bool so)
{
    if (*told || !so)
        return false;
    *told = true;
    return true;
}

bool weir_afxdp_news_next(struct weir_afxdp_news *news,
                          const struct weir_afxdp_program_facts *facts,
                          const struct weir_afxdp_losses *losses,
                          struct weir_err *text)
{
    const char *name = news->name;
    /* In copy mode each frame that finds no chunk is counted as both. */
    const bool too_long =
        !news->zero_copy && losses->dropped > losses->chunks_none;
    if (is_news(&news->told_passed, facts->passed > 0))
        weir_err_set(text, 0,
                     "%s: frames come in on other queues than %u: they are "
                     "not recorded",
                     name, news->queue);
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
                     name, name);
    else if (is_news(&news->told_long, too_long))
        weir_err_set(text, 0,
                     "%s: frames of more than %u bytes come, and are lost",
                     name, news->frame_max);
    else
        return false;
    return true;
}
