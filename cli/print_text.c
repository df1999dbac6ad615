#include "cli/print_text.h"

#include <stdbool.h>
#include <string.h>

#include "cli/address.h"
#include "cli/text.h"

uint32_t weir_text_rest(const struct weir_text *text, uint32_t offset)
{
    return text->end > offset ? (uint32_t)(text->end - offset) : 0;
}

const uint8_t *weir_text_bytes(const struct weir_text *text, uint32_t offset,
                               uint32_t n)
{
    uint32_t caplen = text->frame->caplen;
    if (offset > caplen || caplen - offset < n)
        return NULL;
    return text->frame->data + offset;
}

/* eth, llc and null say nothing if another layer follows. */
static weir_text_layer_fn *const print_layer[WEIR_PROTO_COUNT] = {
    [WEIR_PROTO_VLAN] = weir_text_vlan,     [WEIR_PROTO_MPLS] = weir_text_mpls,
    [WEIR_PROTO_ARP] = weir_text_arp,       [WEIR_PROTO_IP] = weir_text_ip,
    [WEIR_PROTO_IPV6] = weir_text_ipv6,     [WEIR_PROTO_TCP] = weir_text_tcp,
    [WEIR_PROTO_UDP] = weir_text_udp,       [WEIR_PROTO_ICMP] = weir_text_icmp,
    [WEIR_PROTO_ICMPV6] = weir_text_icmpv6, [WEIR_PROTO_SCTP] = weir_text_sctp,
    [WEIR_PROTO_SLL] = weir_text_sll,       [WEIR_PROTO_SLL2] = weir_text_sll,
};

/* What tells a payload that is not dissected. */
static weir_text_layer_fn *const print_end[WEIR_PROTO_COUNT] = {
    [WEIR_PROTO_ETH] = weir_text_link_end,
    [WEIR_PROTO_LLC] = weir_text_link_end,
    [WEIR_PROTO_VLAN] = weir_text_link_end,
    [WEIR_PROTO_MPLS] = weir_text_link_end,
    [WEIR_PROTO_SLL] = weir_text_link_end,
    [WEIR_PROTO_SLL2] = weir_text_link_end,
    [WEIR_PROTO_NULL] = weir_text_link_end,
    [WEIR_PROTO_IP] = weir_text_ip_end,
    [WEIR_PROTO_IPV6] = weir_text_ip_end,
};

/* What stands in front of a fault: as tcpdump does it, the protocol whose
 * header is at fault, or else who talks to whom. */
static void print_lead(struct weir_text *text, const char *wanted)
{
    if (strcmp(wanted, "ip") == 0)
        fputs("IP ", text->out);
    else if (strcmp(wanted, "ip6") == 0)
        fputs("IP6 ", text->out);
    else if (strcmp(wanted, "arp") == 0)
        fputs("ARP, ", text->out);
    else
        weir_text_macs(text);
}

static void print_fault(struct weir_text *text, const struct weir_layer *last)
{
    uint8_t outcome = text->dissection->outcome;
    const char *wanted = weir_text_wanted(text);
    if (last == NULL || print_end[last->proto] == weir_text_link_end)
        print_lead(text, wanted);
    else if (print_end[last->proto] == NULL)
        putc(' ', text->out);
    if (outcome == WEIR_OUTCOME_TRUNCATED)
        fprintf(text->out, "[|%s]", wanted);
    else
        fprintf(text->out, "[malformed: %s]", weir_outcome_name(outcome));
}

static void print_layers(struct weir_text *text)
{
    const struct weir_dissection *dissection = text->dissection;
    const struct weir_layer *last = NULL;
    for (text->at = 0; text->at < dissection->layers_count; text->at++) {
        last = &dissection->layers[text->at];
        if (print_layer[last->proto] != NULL)
            print_layer[last->proto](text, last);
    }
    if (dissection->outcome != WEIR_OUTCOME_OK)
        print_fault(text, last);
    else if (last != NULL && print_end[last->proto] != NULL)
        print_end[last->proto](text, last);
    fputs(text->tail, text->out);
}

void weir_print_text(FILE *out, const struct weir_frame *frame,
                     uint16_t linktype,
                     const struct weir_dissection *dissection)
{
    char time[WEIR_TIME_TEXT] = "--:--:--.------";
    if ((frame->flags & WEIR_FRAME_NO_TIME) == 0)
        weir_time_local(time, frame->time_ns);
    fprintf(out, "%s ", time);
    if (dissection->known_link) {
        struct weir_text text = {
            .out = out,
            .frame = frame,
            .linktype = linktype,
            .dissection = dissection,
            .end = frame->len > frame->caplen ? frame->len : frame->caplen,
        };
        print_layers(&text);
    } else {
        fprintf(out, "link-type %u, caplen %u, length %u", linktype,
                frame->caplen, frame->len);
    }
    putc('\n', out);
}
