/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Output. A file is there whole or not at all: it is written beside its place and then renamed, with SIGINT and SIGTERM
 * held back meanwhile. What is no regular file (a terminal, a pipe) is written as it is.
 *
 * Every function gives 0, or the number of the fault (errno).
 */
#ifndef ING2GW_CLI_WRITE_H
#define ING2GW_CLI_WRITE_H

#include "base/arena.h"

/* All of text to a descriptor. */
int write_fd(int fd, str text);

int write_file(struct arena *scratch, str path, str text);

/* The folder and those above it, where they are missing. */
int write_make_folder(struct arena *scratch, str path);

#endif
