#include "sink/file_lock.h"

#include <errno.h>
#include <sys/file.h>

bool weir_file_lock(int fd)
{
    return flock(fd, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK;
}
