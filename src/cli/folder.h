/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A folder of manifests. All files are written beside their places first, and renamed when every one of them is there: a run that fails
 * leaves the old ones. Nothing is written through a symbolic link below the folder, and no file is replaced or removed that does not
 * begin with LAYOUT_MARK, unless force is given.
 */
#ifndef ING2GW_CLI_FOLDER_H
#define ING2GW_CLI_FOLDER_H

#include "lib/layout.h"

struct folder {
	str path;
	struct layout_files files;
	bool force;                  /* foreign files are replaced, never removed */
	bool partial;                /* input is missing: files of earlier runs that are not written now stay, and stay listed */
};

/* The objects in files of earlier runs, see layout_objects(). */
struct str_list folder_objects(struct arena *arena, str path);

/* True when all is written, and *kept is how many files stay for `partial`; else error says what is wrong, in one clause that names the file. */
bool folder_write(struct arena *arena, const struct folder *folder, size_t *kept, str *error);

#endif
