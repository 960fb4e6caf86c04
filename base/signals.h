/* signals.h - SIGINT and SIGTERM ask the run to end with what it has */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BASE_SIGNALS_H
#define BASE_SIGNALS_H

/* Installs the handlers. A second signal of the same kind kills as usual. */
void signals_install(void);

/* 0, or the signal (SIGINT, SIGTERM) that was received. Thread-safe. */
int signals_received(void);

#endif
