import { Redis } from 'ioredis';

/** Throws one line when no Redis answers: the worker itself would wait for it for ever. */
export async function requireRedis(url: string | undefined): Promise<void> {
  if (url === undefined) return;
  const redis = new Redis(url, { lazyConnect: true, connectTimeout: 5_000, retryStrategy: () => null });
  // The event says why; the call that fails says only that the connection is closed.
  let why: string | undefined;
  redis.on('error', (error: Error) => {
    why = error.message;
  });
  try {
    await redis.connect();
    await redis.ping();
  } catch (error) {
    const { host } = new URL(url);
    throw new Error(
      `REDIS_URL: no Redis answers on ${host} (${why ?? (error as Error).message}): start it, or leave REDIS_URL unset`,
      {
        cause: error,
      },
    );
  } finally {
    redis.disconnect();
  }
}
