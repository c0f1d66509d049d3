/** An answer as it came over the wire. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Buffer;
  /** The bytes as UTF-8. */
  readonly body: string;
}

export interface Asking {
  readonly method?: string;
  /** The secret of a session or a token. */
  readonly as?: string | undefined;
  readonly json?: unknown;
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One request, and the whole answer as the wire gave it: for what the typed client would hide. `path` begins with a slash. */
export async function ask(base: string, path: string, asking: Asking = {}): Promise<Answer> {
  const { method = 'GET', as, json, text, headers = {} } = asking;
  const type = text === undefined ? (json === undefined ? undefined : 'application/json') : 'text/markdown';
  const body = text ?? (json === undefined ? undefined : JSON.stringify(json));
  const response = await fetch(`${base}${path}`, {
    method,
    headers: {
      ...(as === undefined ? {} : { authorization: `Bearer ${as}` }),
      ...(type === undefined ? {} : { 'content-type': type }),
      ...headers,
    },
    ...(body === undefined ? {} : { body }),
    redirect: 'manual',
  });
  const bytes = Buffer.from(await response.arrayBuffer());
  return {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    bytes,
    body: bytes.toString('utf8'),
  };
}
