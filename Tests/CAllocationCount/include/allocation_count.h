// Counts the calls of malloc on the calling thread, so that tests can hold the hot path to none.
#ifndef LINLI_ALLOCATION_COUNT_H
#define LINLI_ALLOCATION_COUNT_H
#include <stdbool.h>
/// False where malloc is not ours to count (sanitizers, other systems).
bool allocation_count_works(void);
unsigned long allocation_count(void);
#endif
