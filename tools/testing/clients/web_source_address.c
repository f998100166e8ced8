/* Loaded before a program (LD_PRELOAD) whose connections are to come from the address in SOURCE_ADDRESS: on one machine
   every connection would come from 127.0.0.1, and nobody could tell which of the loopback hosts a client runs on. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dlfcn.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>

int connect(int socket, const struct sockaddr *to, socklen_t length) {
  static int (*next)(int, const struct sockaddr *, socklen_t);
  if (next == NULL) next = (int (*)(int, const struct sockaddr *, socklen_t))dlsym(RTLD_NEXT, "connect");
  const char *address = getenv("SOURCE_ADDRESS");
  struct sockaddr_in own = {0};
  socklen_t size = sizeof own;
  if (address != NULL && to->sa_family == AF_INET && getsockname(socket, (struct sockaddr *)&own, &size) == 0 &&
      own.sin_family == AF_INET && own.sin_addr.s_addr == INADDR_ANY && own.sin_port == 0) {
    inet_pton(AF_INET, address, &own.sin_addr);
    bind(socket, (struct sockaddr *)&own, sizeof own);
  }
  return next(socket, to, length);
}
