#include "bench/host/room.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>
#include <sys/vfs.h>

#include "base/err.h"

Test(room, a_trial_that_fits_is_as_long_as_asked)
{
    /* 1 Mpps of 100 bytes for 2 s is 200 MB. */
    cr_expect_eq(weir_room_fit(200000000, 2000000000, 1e6, 100), 2000000000);
    cr_expect_eq(weir_room_fit(UINT64_MAX, INT64_MAX, 1, 1), INT64_MAX);
}

Test(room, else_it_is_shortened)
{
    cr_expect_eq(weir_room_fit(100000000, 2000000000, 1e6, 100), 1000000000);
    cr_expect_eq(weir_room_fit(0, 2000000000, 1e6, 100), 0);
}

Test(room, a_folder_has_half_of_what_is_free)
{
    struct weir_room room;
    struct statfs fs;
    cr_assert_eq(weir_room_of(&room, "/tmp", NULL), 0);
    cr_assert_eq(statfs("/tmp", &fs), 0);
    cr_expect_leq(room.bytes, (uint64_t)fs.f_blocks * (uint64_t)fs.f_bsize / 2);
    cr_expect_neq(room.type[0], '\0');
}

Test(room, the_kernel_names_a_type)
{
    struct weir_room room;
    cr_assert_eq(weir_room_of(&room, "/proc", NULL), 0);
    cr_expect_str_eq(room.type, "proc");
    cr_expect_eq(room.bytes, 0);
}

Test(room, a_line_of_mountinfo)
{
    char type[16] = "?";
    static const char line[] =
        "36 35 98:0 /a /b rw,noatime master:1 - fuse.sshfs-with-more x rw\n";
    cr_expect_not(weir_room_mount_type(type, sizeof type, line, 35));
    cr_expect_not(weir_room_mount_type(type, sizeof type, "", 0));
    cr_expect_not(weir_room_mount_type(type, sizeof type, "36 35 98:0 /", 36));
    cr_expect_str_eq(type, "?");
    cr_expect(weir_room_mount_type(type, sizeof type, line, 36));
    cr_expect_str_eq(type, "fuse.sshfs-with");
    cr_expect(
        weir_room_mount_type(type, sizeof type, "7 1 0:5 / /p rw - proc", 7));
    cr_expect_str_eq(type, "proc");
}

Test(room, what_is_no_folder_is_named)
{
    struct weir_room room;
    struct weir_err err = {.text = ""};
    cr_expect_eq(weir_room_of(&room, "/nonexistent", &err), -ENOENT);
    cr_expect_str_eq(err.text, "/nonexistent: No such file or directory");
    cr_expect_eq(weir_room_of(&room, "/etc/passwd", &err), -ENOTDIR);
}
