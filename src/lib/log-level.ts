/** How much is logged, from all to nothing. Apart from the log itself, so that who reads the option does not load what writes it. */
export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];
