import { Queue, Worker, createPostgresBackend, withBackend } from 'bullmq';
import { Redis } from 'ioredis';
import type { Enqueue } from './relay';

/** The queue that carries outbox ids. It holds nothing that would be missed: losing it delays work and loses none. */
export interface JobQueue {
  readonly enqueue: Enqueue;
  readonly close: () => Promise<void>;
}

export interface QueueSettings {
  /** The relay's database; the queue lives in its schema `queue` unless Redis is named. */
  readonly databaseUrl: string;
  readonly redisUrl?: string | undefined;
  readonly concurrency: number;
}

const NAME = 'duties';
const JOB_OPTIONS = {
  attempts: 5,
  backoff: { type: 'exponential', delay: 500 },
  removeOnComplete: true,
  removeOnFail: true,
} as const;

interface JobData {
  readonly outboxId: string;
}

/** Opens the queue and runs its jobs. A job that fails for good is carried again when its lease in the outbox ends. */
export async function openQueue(
  settings: QueueSettings,
  run: (outboxId: string) => Promise<void>,
  onFault: (error: Error) => void,
): Promise<JobQueue> {
  const { queue, worker, close } =
    settings.redisUrl === undefined ? onPostgres(settings, run) : onRedis(settings.redisUrl, settings, run);
  queue.on('error', onFault);
  worker.on('error', onFault);
  worker.on('failed', (_job, error) => {
    onFault(error);
  });
  await Promise.all([queue.waitUntilReady(), worker.waitUntilReady()]);
  return {
    enqueue: async ({ outboxId, topic, jobId }) => {
      await queue.add(topic, { outboxId }, { ...JOB_OPTIONS, jobId });
    },
    close: async () => {
      await worker.close();
      await queue.close();
      await close();
    },
  };
}

/** What both backends offer. */
interface Parts {
  readonly queue: Pick<Queue<JobData>, 'add' | 'on' | 'close' | 'waitUntilReady'>;
  readonly worker: Pick<Worker<JobData>, 'on' | 'close' | 'waitUntilReady'>;
  readonly close: () => Promise<void>;
}

function onPostgres(settings: QueueSettings, run: (outboxId: string) => Promise<void>): Parts {
  const classes = withBackend(createPostgresBackend);
  const connection = { connectionString: settings.databaseUrl, schema: 'queue', max: 4 };
  const queue = new classes.Queue<JobData>(NAME, { connection });
  const worker = new classes.Worker<JobData>(NAME, (job) => run(job.data.outboxId), {
    connection,
    concurrency: settings.concurrency,
  });
  return {
    queue: queue as unknown as Parts['queue'],
    worker: worker as unknown as Parts['worker'],
    close: async () => undefined,
  };
}

function onRedis(url: string, settings: QueueSettings, run: (outboxId: string) => Promise<void>): Parts {
  // A producer must fail while Redis is away, a worker must wait for it.
  const producing = new Redis(url, { maxRetriesPerRequest: 1, enableOfflineQueue: false, lazyConnect: true });
  const working = new Redis(url, { maxRetriesPerRequest: null });
  void producing.connect().catch(() => undefined);
  return {
    queue: new Queue<JobData>(NAME, { connection: producing }),
    worker: new Worker<JobData>(NAME, (job) => run(job.data.outboxId), {
      connection: working,
      concurrency: settings.concurrency,
    }),
    close: async () => {
      producing.disconnect();
      working.disconnect();
    },
  };
}
