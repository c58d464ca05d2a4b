/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Converts Ingress manifests with the library: a small `ing2gw convert`.
 *
 *	convert FILE...      manifests go to stdout, the report to stderr
 *
 *	cc -o convert convert.c $(pkg-config --cflags --libs --static ing2gw)
 *
 * The library works on memory only, so reading files and printing is what is left to do here.
 */
#include <ing2gw.h>

#include <stdio.h>
#include <stdlib.h>

/* What the command says for bad usage, unreadable input and a lack of memory. */
enum { BAD_USAGE = 2, UNREADABLE = 3, NO_MEMORY = 6 };

/* The whole file in memory, which the caller frees; NULL when it cannot be read. */
static char *read_file(const char *name, size_t *size)
{
	FILE *file = fopen(name, "rb");
	char *text = NULL;
	size_t capacity = 0, got;

	*size = 0;
	if (!file)
		return NULL;
	do {
		char *more = realloc(text, capacity + 65536);

		if (!more)
			goto failed;
		text = more;
		capacity += 65536;
		got = fread(text + *size, 1, capacity - *size, file);
		*size += got;
	} while (*size == capacity);
	if (ferror(file))
		goto failed;
	fclose(file);
	return text;
failed:
	fclose(file);
	free(text);
	return NULL;
}

static int convert(const struct ing2gw_input *inputs, size_t count)
{
	/* Everything that is not set is the default of `ing2gw convert`. A loss that you accept is listed by its name:
	 *	const char *const accept[] = { "auth.basic", NULL };
	 *	options.accept = accept; */
	struct ing2gw_options options = { .gateway_api = "1.5", .strict = "routing" };
	struct ing2gw_result result;

	/* All inputs are one set: a Service of one file is found by an Ingress of another. */
	if (ing2gw_convert(inputs, count, &options, &result) != 0) {
		fprintf(stderr, "convert: %s\n", result.exit_code == 2 ? "an option is no good" : "out of memory");
		return result.exit_code;
	}

	/* The exit code says how it went: 0 all is carried over, 1 with a loss that counts, 3 a part could not be read. In each
	 * case there are manifests and a report; result.report_json has the same for programs. */
	fwrite(result.manifests, 1, result.manifests_size, stdout);
	fwrite(result.report_text, 1, result.report_text_size, stderr);

	int code = result.exit_code;
	ing2gw_result_free(&result);
	return code;
}

int main(int argc, char **argv)
{
	size_t count = argc > 1 ? (size_t)argc - 1 : 0;
	struct ing2gw_input *inputs = calloc(count + 1, sizeof *inputs);
	int code = inputs ? 0 : NO_MEMORY;

	if (inputs && count == 0) {
		fprintf(stderr, "usage: convert FILE...   (ing2gw %s)\n", ing2gw_version());
		code = BAD_USAGE;
	}
	for (size_t i = 0; code == 0 && i < count; i++) {
		/* The name is what messages and comments call the text; size, not a zero byte, says where it ends. */
		inputs[i].name = argv[i + 1];
		inputs[i].text = read_file(argv[i + 1], &inputs[i].size);
		if (!inputs[i].text) {
			perror(argv[i + 1]);
			code = UNREADABLE;
		}
	}
	if (code == 0)
		code = convert(inputs, count);

	for (size_t i = 0; inputs && i < count; i++)
		free((char *)inputs[i].text);
	free(inputs);
	return code;
}
