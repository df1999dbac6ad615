#ifndef WEIR_TESTS_SUPPORT_TREE_H
#define WEIR_TESTS_SUPPORT_TREE_H

/* tree: a folder of a test's own, and what is in it.
 *
 * Threads   any.
 * Errors    none: what the system refuses asserts. */

/* tree_put: writes root/path, and makes the folders before it. */
void tree_put(const char *root, const char *path, const char *text);

/* tree_remove: the folder, with all that is in it; links are not followed. */
void tree_remove(const char *root);

#endif
