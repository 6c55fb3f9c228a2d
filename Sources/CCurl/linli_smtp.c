#include "linli_smtp.h"
