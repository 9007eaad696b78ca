import { type Logger, pino } from 'pino';

export type Log = Logger;

/** A logger that writes one JSON line per entry. Tokens and secrets are redacted. */
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
