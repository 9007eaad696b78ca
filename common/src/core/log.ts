import { type Logger, pino } from 'pino';

export type Log = Logger;

/** One JSON line per fact; tokens and secrets never reach it. */
export const createLog = (name: string, level = 'info'): Log =>
  pino({
    name,
    level,
    redact: {
      paths: [
        'authorization',
        '*.authorization',
        'headers.authorization',
        'token',
        '*.token',
        'secret',
        '*.secret',
      ],
      censor: '[redacted]',
    },
    formatters: { level: (label) => ({ level: label }) },
  });
