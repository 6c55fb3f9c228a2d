// malloc of the whole test process, counting per thread; glibc's own allocator does the work.
#include "allocation_count.h"

#include <stddef.h>

static __thread unsigned long calls;
unsigned long allocation_count(void) { return calls; }

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif

#if defined(__GLIBC__) && !defined(SANITIZED)
extern void *__libc_malloc(size_t);
void *malloc(size_t size) {
  calls++;
  return __libc_malloc(size);
}
bool allocation_count_works(void) { return true; }
#else
bool allocation_count_works(void) { return false; }
#endif
