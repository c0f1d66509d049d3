import { z } from 'zod';
import { type Problem, problemSchema } from '#contracts';

/** The answer was a refusal: problem+json with its code and every reason. */
export class ApiProblem extends Error {
  constructor(readonly problem: Problem) {
    super(`${problem.code}: ${problem.detail ?? problem.title}`);
  }
}

/** A session's secret or an API token; both are presented as a bearer. */
export type Credential = string;

type Query = Readonly<Record<string, string | number | boolean | undefined>>;

interface Sent {
  readonly query?: Query;
  readonly json?: unknown;
  readonly text?: string | Uint8Array;
  /** The media type of the text, where it is not Markdown. */
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An answer of which nothing is asked. */
export const nothing = z.unknown();

/** Requests to the API, as somebody. */
export abstract class ApiConnection {
  constructor(
    protected readonly base: string,
    readonly credential?: Credential,
  ) {}

  protected async ask<Schema extends z.ZodType>(
    method: string,
    path: string,
    schema: Schema,
    sent: Sent = {},
  ): Promise<z.output<Schema>> {
    const response = await this.send(method, path, sent);
    const body = await response.text();
    return schema.parse(body === '' ? undefined : JSON.parse(body));
  }

  protected async send(
    method: string,
    path: string,
    { query = {}, json, text, type, headers = {} }: Sent = {},
  ): Promise<Response> {
    const url = new URL(`${this.base.replace(/\/$/, '')}/api/${path}`);
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) url.searchParams.set(name, String(value));
    }
    const sent = text === undefined ? (json === undefined ? undefined : 'application/json') : (type ?? 'text/markdown');
    const body = text ?? (json === undefined ? undefined : JSON.stringify(json));
    const response = await fetch(url, {
      method,
      headers: {
        ...(this.credential === undefined ? {} : { authorization: `Bearer ${this.credential}` }),
        ...(sent === undefined ? {} : { 'content-type': sent }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: body as NonNullable<RequestInit['body']> }),
    });
    if (!response.ok) throw await problemOf(response);
    return response;
  }
}

async function problemOf(response: Response): Promise<Error> {
  const text = await response.text();
  const parsed = problemSchema.safeParse(jsonOrUndefined(text));
  if (parsed.success) return new ApiProblem(parsed.data);
  return new Error(`${response.url} answered ${String(response.status)}, and not as this API does`);
}

function jsonOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
