// Everything is in the header, so that it becomes one instruction where it is used.
#include "linli_prefetch.h"
