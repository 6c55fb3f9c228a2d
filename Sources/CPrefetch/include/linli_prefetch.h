// The one instruction that Swift cannot say: fetch a cache line that will be needed soon, without waiting for it.
#ifndef LINLI_PREFETCH_H
#define LINLI_PREFETCH_H

/// Any address will do; one that is not mapped does nothing.
static inline void linli_prefetch(const void *address) { __builtin_prefetch(address); }

#endif
