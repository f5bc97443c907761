/* While the file named by SYNC_FAILS is there, no write-ahead log of SQLite can be brought to the disk: EIO, as from one
   that fails. Loaded before the C library (LD_PRELOAD). */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int fails(int file) {
  const char *flag = getenv("SYNC_FAILS");
  char name[64], path[4096];
  if (flag == NULL || access(flag, F_OK) != 0) return 0;
  snprintf(name, sizeof name, "/proc/self/fd/%d", file);
  ssize_t length = readlink(name, path, sizeof path - 1);
  return length >= 4 && memcmp(path + length - 4, "-wal", 4) == 0;
}

static int sync_by(const char *function, int file) {
  if (fails(file)) {
    errno = EIO;
    return -1;
  }
  int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, function);
  return real(file);
}

int fsync(int file) { return sync_by("fsync", file); }
int fdatasync(int file) { return sync_by("fdatasync", file); }
