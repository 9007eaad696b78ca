import { z } from 'zod';

export { z };

/**
 * Reads the environment by a schema. An empty variable counts as not set. Throws one error that
 * lists every invalid variable.
 *
 * @example
 * const { PORT } = readConfig(z.object({ PORT: z.coerce.number().int() }));
 */
export function readConfig<T extends z.ZodType>(
  schema: T,
  environment: Record<string, string | undefined> = process.env,
): z.output<T> {
  const variables = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== ''),
  );
  const parsed = schema.safeParse(variables);
  if (parsed.success) return parsed.data;
  throw new Error(`Invalid environment variables:\n${z.prettifyError(parsed.error)}`);
}

/** The environment variables of every process of the platform. */
export const processConfig = z.object({
  NODE_ENV: z.enum(['development', 'production', 'test']).default('development'),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  HOST: z
    .string()
    .default('127.0.0.1')
    .describe('Address to listen on. Subgraphs belong on a private one.'),
  PORT: z.coerce.number().int().min(0).max(65_535),
  INTERNAL_SECRET: z
    .string()
    .min(32)
    .describe('Signs the tokens between gateway and services; the same for all processes.'),
});
