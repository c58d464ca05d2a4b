/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading what the command line names: files, folders, standard input. What cannot be read is one diagnostic, and the rest
 * is read. The order of the arguments changes nothing: texts are added by name in byte order, and a file that is
 * named twice is read once.
 */
#ifndef ING2GW_CLI_FILES_H
#define ING2GW_CLI_FILES_H

#include "base/diag.h"

struct files {
	struct arena *arena;       /* names and texts, must live as long as sources */
	struct arena *scratch;
	struct sources *sources;
	struct diags *diags;
	str own_mark;              /* files that begin with it were written by ing2gw, and are passed over; empty: nothing is */
	size_t total_bytes;        /* over all files; after it nothing more is read */
};

/* paths are as the user gave them; "-" is standard input. False when something could not be read. */
bool files_read(const struct files *files, const struct str_list *paths);

#endif
