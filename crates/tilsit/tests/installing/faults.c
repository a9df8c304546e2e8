/* Preloaded into the program under test and what it starts: counts the calls that change the disk,
   and at the n-th kills the process (and leaves a file that says so), or lets this and every later
   call that needs space fail as on a full disk. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static atomic_long calls;

/* Whether the call is to fail for want of space. */
static int fault(int needs_space) {
    const char *at = getenv("FAULT_AT");
    long number = atomic_fetch_add(&calls, 1) + 1;
    if (!at || number < atol(at)) return 0;
    if (strcmp(getenv("FAULT_KIND"), "kill") == 0) {
        syscall(SYS_openat, AT_FDCWD, getenv("FAULT_SEEN"), O_CREAT | O_WRONLY, 0644);
        kill(getpid(), SIGKILL);
    }
    if (needs_space) errno = ENOSPC;
    return needs_space;
}

__attribute__((destructor)) static void report(void) {
    const char *path = getenv("FAULT_COUNT");
    FILE *file = path ? fopen(path, "w") : NULL;
    if (!file) return;
    fprintf(file, "%ld", (long)calls);
    fclose(file);
}

#define REAL(name) static __typeof__(&name) real; if (!real) real = dlsym(RTLD_NEXT, #name)
#define CALL(name, needs_space, parameters, arguments) \
    int name parameters { REAL(name); return fault(needs_space) ? -1 : real arguments; }

CALL(rename, 0, (const char *a, const char *b), (a, b))
CALL(unlink, 0, (const char *a), (a))
CALL(rmdir, 0, (const char *a), (a))
CALL(unlinkat, 0, (int d, const char *a, int f), (d, a, f))
CALL(mkdir, 1, (const char *a, mode_t m), (a, m))
CALL(linkat, 1, (int c, const char *a, int d, const char *b, int f), (c, a, d, b, f))
CALL(link, 1, (const char *a, const char *b), (a, b))
CALL(symlink, 1, (const char *a, const char *b), (a, b))
CALL(chmod, 0, (const char *a, mode_t m), (a, m))
CALL(fchmod, 0, (int d, mode_t m), (d, m))

ssize_t write(int d, const void *bytes, size_t size) {
    REAL(write);
    struct stat found;
    int is_file = fstat(d, &found) == 0 && S_ISREG(found.st_mode);
    return is_file && fault(1) ? -1 : real(d, bytes, size);
}

static int opened(const char *name, int d, const char *path, int flags, mode_t mode) {
    static int (*real)(int, const char *, int, ...);
    (void)name;
    if (!real) real = dlsym(RTLD_NEXT, "openat");
    if ((flags & (O_CREAT | O_TRUNC)) && fault(1)) return -1;
    return real(d, path, flags, mode);
}

#define MODE(flags) mode_t mode = 0; va_list rest; va_start(rest, flags); \
    if (flags & O_CREAT) mode = va_arg(rest, int); va_end(rest)

int open(const char *path, int flags, ...) { MODE(flags); return opened("open", AT_FDCWD, path, flags, mode); }
int open64(const char *path, int flags, ...) { MODE(flags); return opened("open64", AT_FDCWD, path, flags, mode); }
int openat(int d, const char *path, int flags, ...) { MODE(flags); return opened("openat", d, path, flags, mode); }
int openat64(int d, const char *path, int flags, ...) { MODE(flags); return opened("openat64", d, path, flags, mode); }
