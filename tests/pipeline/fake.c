#include "tests/pipeline/fake.h"

#include <stddef.h>

uint64_t fake_random(uint64_t *state)
{
    /* splitmix64 */
    uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

bool fake_is_second(uint64_t number)
{
    return number % 7 == 3;
}

bool fake_is_unwanted(uint64_t number)
{
    return number % 4 == 0;
}

static const struct {
    const char *text;
    uint8_t mask, least, most; /* of number & mask */
} filters[FAKE_FILTERS + 1] = {
    [1] = {"", 0, 0, 0},
    [2] = {"ip[5] & 3 != 0", 3, 1, 3},
    [3] = {"ip[5] & 3 != 3", 3, 0, 2},
    [4] = {"ip[5] & 15 < 9", 15, 0, 8},
    [5] = {"ip[5] & 7 = 5", 7, 5, 5},
    [6] = {"tcp", 0, 1, 0},
};

const char *fake_filter_text(uint32_t filter)
{
    return filters[filter].text;
}

bool fake_filter_takes(uint32_t filter, bool second, uint64_t number)
{
    uint8_t masked = (uint8_t)number & filters[filter].mask;
    if (second)
        return filters[filter].text[0] == '\0';
    return masked >= filters[filter].least && masked <= filters[filter].most;
}

struct fake_fate *fake_fates_of(const struct fake_fates *fates, uint8_t lane,
                                uint64_t number)
{
    return number < fates->frames_max ? &fates->lanes[lane][number] : NULL;
}

uint64_t fake_mark(uint8_t lane, uint64_t number)
{
    return (uint64_t)lane << 56 | number;
}
