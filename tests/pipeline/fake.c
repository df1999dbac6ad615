#include "tests/pipeline/fake.h"

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

uint64_t fake_mark(uint8_t lane, uint64_t number)
{
    return (uint64_t)lane << 56 | number;
}
