/* Preloaded into the program under test and what it starts: counts the calls that change the disk
   and the messages to a database. From the n-th on,

   FAULT_KIND=kill  the process is killed there;
   FAULT_KIND=full  every call that needs space fails as on a full disk;
   FAULT_KIND=gone  every call that changes the disk fails, as when a disk is pulled out;
   FAULT_KIND=cut   every message to the database fails, and its connection is closed.

   FAULT_AT      the number n; without it calls are counted only
   FAULT_ARM     a file: calls before it exists do not count
   FAULT_SEEN    a file that is made at the first fault
   FAULT_COUNT   a file that gets the number of calls at the end */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

enum what { CHANGES, NEEDS_SPACE, MESSAGE };

static atomic_long calls;

static int is_kind(const char *kind) {
    const char *wanted = getenv("FAULT_KIND");
    return wanted && strcmp(wanted, kind) == 0;
}

static int counts(enum what what) {
    const char *arm = getenv("FAULT_ARM");
    if (arm && syscall(SYS_faccessat, AT_FDCWD, arm, F_OK) != 0) return 0;
    if (is_kind("cut")) return what == MESSAGE;
    if (is_kind("full")) return what == NEEDS_SPACE;
    return what != MESSAGE || !getenv("FAULT_KIND") || is_kind("kill");
}

/* Whether the call is to fail; says why in errno. */
static int fault(enum what what) {
    int before = errno;
    if (!counts(what)) {
        errno = before;
        return 0;
    }
    const char *at = getenv("FAULT_AT");
    long number = atomic_fetch_add(&calls, 1) + 1;
    errno = before;
    if (!at || number < atol(at)) return 0;
    if (getenv("FAULT_SEEN")) {
        long seen = syscall(SYS_openat, AT_FDCWD, getenv("FAULT_SEEN"), O_CREAT | O_WRONLY, 0644);
        if (seen >= 0) syscall(SYS_close, seen);
    }
    if (is_kind("kill")) kill(getpid(), SIGKILL);
    errno = is_kind("full") ? ENOSPC : what == MESSAGE ? EPIPE : EIO;
    return 1;
}

__attribute__((destructor)) static void report(void) {
    const char *path = getenv("FAULT_COUNT");
    FILE *file = path ? fopen(path, "w") : NULL;
    if (!file) return;
    fprintf(file, "%ld", (long)calls);
    fclose(file);
}

#define REAL(name) static __typeof__(&name) real; if (!real) real = dlsym(RTLD_NEXT, #name)
#define CALL(name, what, parameters, arguments) \
    int name parameters { REAL(name); return fault(what) ? -1 : real arguments; }

CALL(rename, CHANGES, (const char *a, const char *b), (a, b))
CALL(unlink, CHANGES, (const char *a), (a))
CALL(rmdir, CHANGES, (const char *a), (a))
CALL(unlinkat, CHANGES, (int d, const char *a, int f), (d, a, f))
CALL(mkdir, NEEDS_SPACE, (const char *a, mode_t m), (a, m))
CALL(linkat, NEEDS_SPACE, (int c, const char *a, int d, const char *b, int f), (c, a, d, b, f))
CALL(link, NEEDS_SPACE, (const char *a, const char *b), (a, b))
CALL(symlink, NEEDS_SPACE, (const char *a, const char *b), (a, b))
CALL(chmod, CHANGES, (const char *a, mode_t m), (a, m))
CALL(fchmod, CHANGES, (int d, mode_t m), (d, m))
CALL(fsync, CHANGES, (int d), (d))
CALL(fdatasync, CHANGES, (int d), (d))
CALL(ftruncate, CHANGES, (int d, off_t size), (d, size))
CALL(ftruncate64, CHANGES, (int d, off64_t size), (d, size))

/* Whether a descriptor leads to PostgreSQL. */
static int is_database(int d) {
    struct sockaddr_storage peer;
    socklen_t size = sizeof peer;
    if (getpeername(d, (struct sockaddr *)&peer, &size) != 0) return 0;
    const struct sockaddr_un *name = (const struct sockaddr_un *)&peer;
    return peer.ss_family == AF_UNIX && size > sizeof(sa_family_t) && strstr(name->sun_path, ".s.PGSQL");
}

/* Whether writing to a descriptor is to fail. */
static int writing(int d) {
    int before = errno;
    struct stat found;
    if (fstat(d, &found) != 0) return 0;
    if (S_ISREG(found.st_mode)) return fault(NEEDS_SPACE);
    int database = S_ISSOCK(found.st_mode) && is_database(d);
    errno = before;
    if (!database || !fault(MESSAGE)) return 0;
    shutdown(d, SHUT_RDWR);
    errno = EPIPE;
    return 1;
}

#define WRITE(name, parameters, arguments) \
    ssize_t name parameters { REAL(name); return writing(d) ? -1 : real arguments; }

WRITE(write, (int d, const void *bytes, size_t size), (d, bytes, size))
WRITE(pwrite, (int d, const void *bytes, size_t size, off_t at), (d, bytes, size, at))
WRITE(pwrite64, (int d, const void *bytes, size_t size, off64_t at), (d, bytes, size, at))
WRITE(writev, (int d, const struct iovec *parts, int count), (d, parts, count))
WRITE(send, (int d, const void *bytes, size_t size, int flags), (d, bytes, size, flags))
WRITE(sendmsg, (int d, const struct msghdr *message, int flags), (d, message, flags))

static int opened(int d, const char *path, int flags, mode_t mode) {
    static int (*real)(int, const char *, int, ...);
    if (!real) real = dlsym(RTLD_NEXT, "openat");
    if ((flags & (O_CREAT | O_TRUNC)) && fault(NEEDS_SPACE)) return -1;
    return real(d, path, flags, mode);
}

#define MODE(flags) mode_t mode = 0; va_list rest; va_start(rest, flags); \
    if (flags & O_CREAT) { mode = va_arg(rest, int); } va_end(rest)

int open(const char *path, int flags, ...) { MODE(flags); return opened(AT_FDCWD, path, flags, mode); }
int open64(const char *path, int flags, ...) { MODE(flags); return opened(AT_FDCWD, path, flags, mode); }
int openat(int d, const char *path, int flags, ...) { MODE(flags); return opened(d, path, flags, mode); }
int openat64(int d, const char *path, int flags, ...) { MODE(flags); return opened(d, path, flags, mode); }
