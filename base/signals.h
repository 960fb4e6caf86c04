/* signals.h - SIGINT and SIGTERM ask the run to end with what it has */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BASE_SIGNALS_H
#define BASE_SIGNALS_H

/* Installs the handlers. Another signal a second or more after the first ends the program at once. */
void signals_install(void);

/* 0, or the signal (SIGINT, SIGTERM) that was received. Thread-safe. */
int signals_received(void);

#endif
