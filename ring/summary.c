#include "ring/summary.h"
