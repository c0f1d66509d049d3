import type { Ground, Reader } from './noninterference-ground';
import type { Ask, Known } from './noninterference-requests';

const NOTHING = 'aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa';

export interface Request {
  readonly route: string;
  readonly reader: Reader;
  readonly ask: Ask;
}

export interface Exchange extends Request {
  readonly answer: Told;
}

/** Everything of an answer but its date, which the operating system's clock tells. */
export interface Told {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What a reader has learnt in the course of a trace. */
export class Memory {
  private readonly answers = new Map<Reader, Map<string, { status: number; json: unknown; etag: string }>>();
  private readonly ids = new Map<string, string[]>();

  knownTo(reader: Reader, ground: Ground, turn: number): Known {
    const answers = this.answers.get(reader) ?? new Map<string, never>();
    return {
      ground,
      reader,
      nothing: NOTHING,
      turn,
      answers,
      made: (route) => this.ids.get(`${reader} ${route}`) ?? [],
    };
  }

  learn({ route, reader, ask: { method = 'GET', path } }: Request, { status, headers, body }: Told): void {
    const json = jsonOf(body);
    const id = (json as { id?: unknown } | undefined)?.id;
    if (method === 'POST' && status < 300 && typeof id === 'string') {
      const key = `${reader} ${route}`;
      this.ids.set(key, [...(this.ids.get(key) ?? []), id]);
    }
    if (method !== 'GET' || status === 304) return;
    const known = this.answers.get(reader) ?? new Map<string, { status: number; json: unknown; etag: string }>();
    known.set(path, { status, json, etag: headers['etag'] ?? '' });
    this.answers.set(reader, known);
  }
}

function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    return undefined;
  }
}

/** The request for the page that follows, if the answer says that there is one. */
export function nextPage(asked: Ask, { status, body }: Told): Ask | undefined {
  const next = status === 200 ? (jsonOf(body) as { next?: unknown } | undefined)?.next : undefined;
  if (typeof next !== 'string') return undefined;
  const url = new URL(asked.path, 'http://house');
  url.searchParams.set(url.pathname === '/api/access-lists' ? 'after' : 'cursor', next);
  return { ...asked, path: `${url.pathname}${url.search}` };
}
