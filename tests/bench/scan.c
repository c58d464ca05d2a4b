/* SPDX-License-Identifier: Apache-2.0 */
/* Reads a file with libyaml's event parser and does nothing with the events: what reading YAML costs at least (tests/bench.py). */
#include <stdbool.h>
#include <stdio.h>
#include <yaml.h>

int main(int argc, char **argv)
{
	yaml_parser_t parser;
	yaml_event_t event;
	FILE *file = argc == 2 ? fopen(argv[1], "rb") : NULL;
	unsigned long events = 0;
	bool end = false;
	if (!file || !yaml_parser_initialize(&parser)) {
		fprintf(stderr, "scan FILE\n");
		return 2;
	}
	yaml_parser_set_input_file(&parser, file);
	while (!end && yaml_parser_parse(&parser, &event)) {
		end = event.type == YAML_STREAM_END_EVENT;
		yaml_event_delete(&event);
		events++;
	}
	yaml_parser_delete(&parser);
	fclose(file);
	printf("%lu events\n", events);
	return end ? 0 : 1;
}
