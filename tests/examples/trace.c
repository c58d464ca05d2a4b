/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Asks the library what becomes of requests: a small `ing2gw trace --requests -`.
 *
 *	trace FILE... < requests      requests and answers are lines of JSON
 *
 *	cc -o trace trace.c $(pkg-config --cflags --libs --static ing2gw)
 */
#include <ing2gw.h>

#include <stdio.h>
#include <stdlib.h>

/* What the command says for bad usage, unreadable input and a lack of memory. */
enum { BAD_USAGE = 2, UNREADABLE = 3, NO_MEMORY = 6 };

/* All that is left of a file in memory, which the caller frees; NULL when it cannot be read. */
static char *read_all(FILE *file, size_t *size)
{
	char *text = NULL;
	size_t capacity = 0, got;

	*size = 0;
	do {
		char *more = realloc(text, capacity + 65536);

		if (!more)
			goto failed;
		text = more;
		capacity += 65536;
		got = fread(text + *size, 1, capacity - *size, file);
		*size += got;
	} while (*size == capacity);
	if (!ferror(file))
		return text;
failed:
	free(text);
	return NULL;
}

static char *read_file(const char *name, size_t *size)
{
	FILE *file = fopen(name, "rb");
	char *text = file ? read_all(file, size) : NULL;

	if (file)
		fclose(file);
	return text;
}

static int trace(const struct ing2gw_input *inputs, size_t count, const char *requests, size_t size)
{
	/* What is not in the inputs is taken to exist. For all that runs in a cluster say
	 *	options.world_closed = 1; */
	struct ing2gw_options options = { 0 };
	struct ing2gw_answers answers;

	if (ing2gw_trace(inputs, count, &options, requests, size, &answers) != 0) {
		fprintf(stderr, "trace: %s\n", answers.exit_code == 2 ? "an option is no good" : "out of memory");
		return answers.exit_code;
	}

	/* {"status": 200, "backends": [{"namespace": "shop", "name": "cart", ...}], ...}, a line for each request. */
	fwrite(answers.answers, 1, answers.answers_size, stdout);
	fwrite(answers.messages, 1, answers.messages_size, stderr);

	int code = answers.exit_code;
	ing2gw_answers_free(&answers);
	return code;
}

int main(int argc, char **argv)
{
	size_t count = argc > 1 ? (size_t)argc - 1 : 0, size = 0;
	struct ing2gw_input *inputs = calloc(count + 1, sizeof *inputs);
	char *requests = NULL;
	int code = inputs ? 0 : NO_MEMORY;

	if (inputs && count == 0) {
		fprintf(stderr, "usage: trace FILE... < requests   (ing2gw %s)\n", ing2gw_version());
		code = BAD_USAGE;
	}
	for (size_t i = 0; code == 0 && i < count; i++) {
		inputs[i].name = argv[i + 1];
		inputs[i].text = read_file(argv[i + 1], &inputs[i].size);
		if (!inputs[i].text) {
			perror(argv[i + 1]);
			code = UNREADABLE;
		}
	}
	if (code == 0) {
		requests = read_all(stdin, &size);
		code = requests ? trace(inputs, count, requests, size) : UNREADABLE;
	}

	for (size_t i = 0; inputs && i < count; i++)
		free((char *)inputs[i].text);
	free(inputs);
	free(requests);
	return code;
}
