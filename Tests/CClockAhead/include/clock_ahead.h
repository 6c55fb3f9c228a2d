// Seconds that the wall clock of this process is ahead.
long linli_clock_ahead(void);
