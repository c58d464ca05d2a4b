/* SPDX-License-Identifier: Apache-2.0 */
/* The program's start, its signals and its end. */
#include <signal.h>
#include <stddef.h>
#include <unistd.h>

#include "cli/command.h"

/* Nothing half-written is left: files under way are written with these signals blocked (write.c). */
static void on_signal(int number)
{
	_exit(128 + number);
}

/* A signal that was ignored when we were started (nohup, a job in the background) stays so. */
static void catch_signal(int number)
{
	struct sigaction old, action = { .sa_handler = on_signal };
	sigemptyset(&action.sa_mask);
	if (sigaction(number, NULL, &old) == 0 && old.sa_handler != SIG_IGN)
		sigaction(number, &action, NULL);
}

int main(int argc, char **argv)
{
	catch_signal(SIGINT);
	catch_signal(SIGTERM);
	/* Both become errors of write(2). */
	signal(SIGPIPE, SIG_IGN);
#ifdef SIGXFSZ
	signal(SIGXFSZ, SIG_IGN);
#endif
	return command_run(argc, (const char *const *)argv);
}
