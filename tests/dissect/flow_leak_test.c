/* What tables take, closes give back, and so do opens that fail. */

#include <errno.h>

#include "dissect/flow_table.h"
#include "tests/check/check.h"

int main(void)
{
    struct weir_flow_table *table = NULL;
    struct weir_flow_table_config config = {
        .flows = 100000,
        .idle_ns = WEIR_FLOW_TIMEOUT_MIN_NS,
        .active_ns = WEIR_FLOW_TIMEOUT_MIN_NS,
    };
    check(weir_flow_table_open(&table, &config, NULL) == 0, "a table");
    weir_flow_table_close(table);
    config.flows = WEIR_FLOW_TABLE_FLOWS_MIN - 1;
    check(weir_flow_table_open(&table, &config, NULL) == -EINVAL, "too few");
    config.flows = WEIR_FLOW_TABLE_FLOWS_MAX + 1;
    check(weir_flow_table_open(&table, &config, NULL) == -EINVAL, "too many");
    weir_flow_table_close(NULL);
    return check_end();
}
