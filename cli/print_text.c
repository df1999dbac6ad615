#include "cli/print_text.h"

#include "cli/time_text.h"
#include "dissect/text.h"

void weir_print_text(FILE *out, const struct weir_frame *frame,
                     uint16_t linktype,
                     const struct weir_dissection *dissection)
{
    char time[WEIR_TIME_TEXT] = "--:--:--.------";
    char text[WEIR_FRAME_TEXT_MAX];
    if ((frame->flags & WEIR_FRAME_NO_TIME) == 0)
        weir_time_local(time, frame->time_ns);
    weir_frame_text(text, sizeof text, frame, linktype, dissection);
    fprintf(out, "%s %s\n", time, text);
}
