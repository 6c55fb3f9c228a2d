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
