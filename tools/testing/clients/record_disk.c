/* Loaded before a program (LD_PRELOAD): appends to the file RECORD_TO, in order, everything the program does to files
   below the folder RECORD_UNDER: writes with their data, cuts, creations, renames, removals, and the beginning and end
   of each sync. tools/testing/src/images rebuilds the disk from it as power loss may leave it.

   A call that changes something and its record are made under one lock, so the order of the records is that of the
   changes. A sync is none of these: it covers what was recorded before its beginning. A write through a descriptor with
   O_DSYNC is recorded before it is made, and a second record says when it had ended. Memory mapped for writing is not
   seen (LMDB maps only its lock file so), nor is what other calls than those below change: who reads the record compares
   its end with the folder.

   With RECORD_KILL_AT=N the program is killed behind its Nth record.

   A record: u32 length of what follows, u8 type, u64 handle, u64 number, then text or bytes (see recorded-disk.ts). */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define DESCRIPTORS 4096
#define NEXT(result, name, ...) \
  static result (*next)(__VA_ARGS__); \
  if (next == NULL) next = (result (*)(__VA_ARGS__))dlsym(RTLD_NEXT, name)

enum type { START = 1, OPEN, MAKE_FOLDER, WRITE, CUT, RENAME, REMOVE, SYNC_BEGINS, SYNC_ENDS, SYNCED_WRITE, SYNCED_WRITE_ENDS };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int record_to = -1;
static long recorded, kill_at;
static const char *under;
static size_t under_length;
/* Of each descriptor below the folder: its handle, its file, and whether it is opened with O_DSYNC. */
static uint64_t handles[DESCRIPTORS], files[DESCRIPTORS], numbers = 1;
static char dsync[DESCRIPTORS];

static void fail(const char *what) {
  dprintf(2, "record_disk: %s: %s\n", what, strerror(errno));
  _exit(97);
}

static void append(enum type type, uint64_t handle, uint64_t number, const struct iovec *parts, int count, size_t length) {
  static ssize_t (*next)(int, const struct iovec *, int);
  if (next == NULL) next = (ssize_t (*)(int, const struct iovec *, int))dlsym(RTLD_NEXT, "writev");
  uint8_t head[21];
  uint32_t size = 17 + length;
  memcpy(head, &size, 4);
  head[4] = type;
  memcpy(head + 5, &handle, 8);
  memcpy(head + 13, &number, 8);
  struct iovec all[IOV_MAX];
  size_t left = length;
  int used = 0;
  all[used++] = (struct iovec){head, sizeof head};
  for (int i = 0; i < count && left > 0; i++) {
    size_t part = parts[i].iov_len < left ? parts[i].iov_len : left;
    left -= part;
    all[used++] = (struct iovec){parts[i].iov_base, part};
    if (used == IOV_MAX || left == 0 || i == count - 1) {
      size_t wanted = 0;
      for (int j = 0; j < used; j++) wanted += all[j].iov_len;
      if (next(record_to, all, used) != (ssize_t)wanted) fail("the record");
      used = 0;
    }
  }
  if (used > 0 && next(record_to, all, used) != (ssize_t)sizeof head) fail("the record");
  if (++recorded == kill_at) kill(getpid(), SIGKILL);
}

static void append_text(enum type type, uint64_t handle, const char *text, const char *more) {
  struct iovec parts[2] = {{(void *)text, strlen(text) + 1}, {(void *)more, more == NULL ? 0 : strlen(more) + 1}};
  append(type, handle, 0, parts, more == NULL ? 1 : 2, parts[0].iov_len + parts[1].iov_len);
}

__attribute__((constructor)) static void begin(void) {
  under = getenv("RECORD_UNDER");
  const char *to = getenv("RECORD_TO");
  if (under == NULL || to == NULL) fail("RECORD_UNDER and RECORD_TO are to be set");
  under_length = strlen(under);
  const char *at = getenv("RECORD_KILL_AT");
  if (at != NULL) kill_at = atol(at);
  int (*next)(const char *, int, ...) = (int (*)(const char *, int, ...))dlsym(RTLD_NEXT, "open");
  record_to = next(to, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
  if (record_to < 0) fail(to);
  append(START, 0, 0, NULL, 0, 0);
  /* Programs that this one starts are others. */
  unsetenv("LD_PRELOAD");
}

static int is_ours(const char *path) {
  return under != NULL && path != NULL && strncmp(path, under, under_length) == 0 &&
         (path[under_length] == '/' || path[under_length] == 0);
}

static uint64_t file_of(int fd) {
  struct stat status;
  return fstat(fd, &status) == 0 ? status.st_ino ^ (uint64_t)status.st_dev << 48 : 0;
}

/* 0 for what is not below the folder. libuv closes by a call that is not seen, so the number may be another file's. */
static uint64_t handle_of(int fd) {
  if (fd < 0 || fd >= DESCRIPTORS || handles[fd] == 0) return 0;
  return files[fd] == file_of(fd) ? handles[fd] : 0;
}

static int opened(const char *path, int fd, int flags) {
  if (fd < 0) return fd;
  if (fd >= DESCRIPTORS) fail("too many descriptors");
  handles[fd] = numbers++;
  files[fd] = file_of(fd);
  dsync[fd] = (flags & O_DSYNC) != 0;
  append_text(OPEN, handles[fd], path, NULL);
  if (flags & O_TRUNC) {
    uint64_t length = 0;
    struct iovec part = {&length, 8};
    append(CUT, handles[fd], 0, &part, 1, 8);
  }
  return fd;
}

#define OPENS(name) \
  int name(const char *path, int flags, ...) { \
    NEXT(int, #name, const char *, int, ...); \
    va_list rest; \
    va_start(rest, flags); \
    mode_t mode = (flags & (O_CREAT | O_TMPFILE)) ? va_arg(rest, mode_t) : 0; \
    va_end(rest); \
    if (!is_ours(path)) return next(path, flags, mode); \
    pthread_mutex_lock(&lock); \
    int fd = opened(path, next(path, flags, mode), flags); \
    int error = errno; \
    pthread_mutex_unlock(&lock); \
    errno = error; \
    return fd; \
  }
OPENS(open)
OPENS(open64)

#define OPENS_AT(name) \
  int name(int at, const char *path, int flags, ...) { \
    NEXT(int, #name, int, const char *, int, ...); \
    va_list rest; \
    va_start(rest, flags); \
    mode_t mode = (flags & (O_CREAT | O_TMPFILE)) ? va_arg(rest, mode_t) : 0; \
    va_end(rest); \
    if (!is_ours(path)) return next(at, path, flags, mode); \
    pthread_mutex_lock(&lock); \
    int fd = opened(path, next(at, path, flags, mode), flags); \
    int error = errno; \
    pthread_mutex_unlock(&lock); \
    errno = error; \
    return fd; \
  }
OPENS_AT(openat)
OPENS_AT(openat64)

/* A write of the parts at `at` (-1: where the descriptor stands), made by the statement ACT into `result`. */
#define RECORDED(parts, count, at, ACT) \
  do { \
    uint64_t handle = handle_of(fd); \
    if (handle == 0) { ACT; return result; } \
    size_t length = 0; \
    for (int i = 0; i < (count); i++) length += (parts)[i].iov_len; \
    pthread_mutex_lock(&lock); \
    uint64_t number = numbers++; \
    int64_t from = (at) < 0 ? lseek(fd, 0, SEEK_CUR) : (at); \
    struct iovec all[(count) + 1]; \
    all[0] = (struct iovec){&from, 8}; \
    memcpy(all + 1, (parts), sizeof(struct iovec) * (count)); \
    if (dsync[fd]) { \
      append(SYNCED_WRITE, handle, number, all, (count) + 1, 8 + length); \
      pthread_mutex_unlock(&lock); \
      ACT; \
      int error = errno; \
      if (result != (ssize_t)length) fail("a synced write was cut short"); \
      pthread_mutex_lock(&lock); \
      append(SYNCED_WRITE_ENDS, handle, number, NULL, 0, 0); \
      pthread_mutex_unlock(&lock); \
      errno = error; \
      return result; \
    } \
    ACT; \
    int error = errno; \
    if (result > 0) append(WRITE, handle, number, all, (count) + 1, 8 + result); \
    pthread_mutex_unlock(&lock); \
    errno = error; \
    return result; \
  } while (0)

ssize_t write(int fd, const void *data, size_t size) {
  NEXT(ssize_t, "write", int, const void *, size_t);
  struct iovec part = {(void *)data, size};
  ssize_t result;
  RECORDED(&part, 1, (int64_t)-1, result = next(fd, data, size));
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
  NEXT(ssize_t, "writev", int, const struct iovec *, int);
  ssize_t result;
  RECORDED(parts, count, (int64_t)-1, result = next(fd, parts, count));
}

#define PWRITES(name) \
  ssize_t name(int fd, const void *data, size_t size, off_t at) { \
    NEXT(ssize_t, #name, int, const void *, size_t, off_t); \
    struct iovec part = {(void *)data, size}; \
    ssize_t result; \
    RECORDED(&part, 1, (int64_t)at, result = next(fd, data, size, at)); \
  }
PWRITES(pwrite)
PWRITES(pwrite64)

#define PWRITEVS(name) \
  ssize_t name(int fd, const struct iovec *parts, int count, off_t at) { \
    NEXT(ssize_t, #name, int, const struct iovec *, int, off_t); \
    ssize_t result; \
    RECORDED(parts, count, (int64_t)at, result = next(fd, parts, count, at)); \
  }
PWRITEVS(pwritev)
PWRITEVS(pwritev64)

#define SYNCS(name) \
  int name(int fd) { \
    NEXT(int, #name, int); \
    uint64_t handle = handle_of(fd); \
    if (handle == 0) return next(fd); \
    pthread_mutex_lock(&lock); \
    uint64_t number = numbers++; \
    append(SYNC_BEGINS, handle, number, NULL, 0, 0); \
    pthread_mutex_unlock(&lock); \
    int result = next(fd), error = errno; \
    pthread_mutex_lock(&lock); \
    if (result == 0) append(SYNC_ENDS, handle, number, NULL, 0, 0); \
    pthread_mutex_unlock(&lock); \
    errno = error; \
    return result; \
  }
SYNCS(fsync)
SYNCS(fdatasync)

#define CUTS(name) \
  int name(int fd, off_t length) { \
    NEXT(int, #name, int, off_t); \
    uint64_t handle = handle_of(fd), size = length; \
    if (handle == 0) return next(fd, length); \
    pthread_mutex_lock(&lock); \
    int result = next(fd, length), error = errno; \
    struct iovec part = {&size, 8}; \
    if (result == 0) append(CUT, handle, 0, &part, 1, 8); \
    pthread_mutex_unlock(&lock); \
    errno = error; \
    return result; \
  }
CUTS(ftruncate)
CUTS(ftruncate64)

int rename(const char *from, const char *to) {
  NEXT(int, "rename", const char *, const char *);
  if (!is_ours(from) && !is_ours(to)) return next(from, to);
  pthread_mutex_lock(&lock);
  int result = next(from, to), error = errno;
  if (result == 0) append_text(RENAME, 0, from, to);
  pthread_mutex_unlock(&lock);
  errno = error;
  return result;
}

#define CHANGES(name, type) \
  int name(const char *path) { \
    NEXT(int, #name, const char *); \
    if (!is_ours(path)) return next(path); \
    pthread_mutex_lock(&lock); \
    int result = next(path), error = errno; \
    if (result == 0) append_text(type, 0, path, NULL); \
    pthread_mutex_unlock(&lock); \
    errno = error; \
    return result; \
  }
CHANGES(unlink, REMOVE)
CHANGES(rmdir, REMOVE)

int mkdir(const char *path, mode_t mode) {
  NEXT(int, "mkdir", const char *, mode_t);
  if (!is_ours(path)) return next(path, mode);
  pthread_mutex_lock(&lock);
  int result = next(path, mode), error = errno;
  if (result == 0) append_text(MAKE_FOLDER, 0, path, NULL);
  pthread_mutex_unlock(&lock);
  errno = error;
  return result;
}
