// What of the allocator Swift's Glibc module leaves out.
#include <stdlib.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

// Gives pages that were freed back to the system. A configuration's YAML takes many times what is kept of it.
static inline void linli_return_freed_memory(void) {
#ifdef __GLIBC__
  malloc_trim(0);
#endif
}

// Arrays of a quarter of a megabyte and more get pages of their own, always, and give them back when they are freed. Else
// glibc raises that limit with each such array it sees freed, and tables that outgrew their memory leave holes in the heap.
static inline void linli_keep_large_arrays_apart(void) {
#ifdef __GLIBC__
  mallopt(M_MMAP_THRESHOLD, 256 * 1024);
#endif
}
