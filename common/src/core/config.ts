import { z } from 'zod';

export { z };

/** Reads the environment by its declaration; every fault is told at once. Empty text counts as not set. */
export function readConfig<T extends z.ZodType>(
  declaration: T,
  environment: Record<string, string | undefined> = process.env,
): z.output<T> {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const read = declaration.safeParse(given);
  if (read.success) return read.data;
  throw new Error(`The environment is not right:\n${z.prettifyError(read.error)}`);
}

/** What every process of the platform reads. */
export const processConfig = z.object({
  NODE_ENV: z.enum(['development', 'production', 'test']).default('development'),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  HOST: z
    .string()
    .default('127.0.0.1')
    .describe('Address to listen on; subgraphs belong on a private one.'),
  PORT: z.coerce.number().int().min(0).max(65_535),
  INTERNAL_SECRET: z
    .string()
    .min(32)
    .describe('Signs the tokens between gateway and services; the same for all processes.'),
});
