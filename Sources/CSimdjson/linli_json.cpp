#include "linli_json.h"
