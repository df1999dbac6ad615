#include "cli/privileges.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stddef.h>
#include <unistd.h>

#include "base/err.h"

int weir_privileges_drop(const char *user, struct weir_err *err)
{
    errno = 0;
    const struct passwd *entry = getpwnam(user);
    if (entry == NULL)
        return weir_err_set(err, -ENOENT, "-Z %s: no such user", user);
    uid_t uid = entry->pw_uid;
    gid_t gid = entry->pw_gid;
    if (uid == geteuid() && uid == getuid())
        return 0;
    if (initgroups(user, gid) != 0 || setresgid(gid, gid, gid) != 0 ||
        setresuid(uid, uid, uid) != 0)
        return weir_err_sys(err, -errno, "-Z %s", user);
    /* A way back would mean that it was not for good. */
    if (uid != 0 && setresuid(0, 0, 0) == 0)
        return weir_err_set(err, -EPERM, "-Z %s: root came back", user);
    return 0;
}
