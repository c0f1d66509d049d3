import { z } from 'zod';

/** What runs and can be stopped in order. */
export interface Running {
  close(): Promise<void>;
}

const STOP_WITHIN_MS = 9_000;

/**
 * Runs one process of the house: starts it, tells the supervisor that it is ready, and stops it in order on SIGTERM, SIGINT
 * or when the supervisor is gone. A start that fails prints one line and exits with 1; nothing half started stays.
 */
export function runProcess(name: string, start: () => Promise<Running>): void {
  let running: Running | undefined;
  let stopping = false;
  const stop = (code: number): void => {
    if (stopping) return;
    stopping = true;
    setTimeout(() => process.exit(code), STOP_WITHIN_MS).unref();
    void (running?.close() ?? Promise.resolve()).then(
      () => process.exit(code),
      () => process.exit(1),
    );
  };
  process.on('SIGTERM', () => {
    stop(0);
  });
  process.on('SIGINT', () => {
    stop(0);
  });
  // A supervisor that was killed cannot say goodbye: the closed channel does.
  process.on('disconnect', () => {
    stop(0);
  });
  process.on('unhandledRejection', (error) => {
    logLine(name, 'error', error instanceof Error ? (error.stack ?? error.message) : String(error));
    stop(1);
  });
  start().then(
    (started) => {
      running = started;
      if (stopping) void started.close();
      process.send?.({ ready: true });
      logLine(name, 'info', 'ready');
    },
    (error: unknown) => {
      logLine(name, 'error', error instanceof Error ? error.message : String(error));
      process.exit(1);
    },
  );
}

/** One JSON line on the process's own log. Ids only, never text of a document. */
export function logLine(name: string, level: 'info' | 'warn' | 'error', message: string): void {
  process.stdout.write(`${JSON.stringify({ at: new Date().toISOString(), process: name, level, message })}\n`);
}

/** The settings of a process from its environment, or one line that says which is wrong. */
export function settingsOf<Schema extends z.ZodType>(schema: Schema, environment: NodeJS.ProcessEnv): z.output<Schema> {
  const parsed = schema.safeParse(environment);
  if (parsed.success) return parsed.data;
  const wrong = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
  throw new Error(`the settings are not valid: ${wrong}`);
}
