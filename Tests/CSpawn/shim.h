// What of <spawn.h> Swift's Glibc module leaves out: glibc shows it to programs that ask for GNU's additions only (2.34).
#include <spawn.h>

extern int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int from);
