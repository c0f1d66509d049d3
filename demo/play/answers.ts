import { same } from './deviation';

/** An answer as it came over the wire, without what differs from one request to the next (date, request id). */
export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const PASSING = ['date', 'x-request-id', 'keep-alive', 'connection'];
const REQUEST_ID = /"requestId":"[^"]*"/;

/** Asks for an address, as a session or as an outsider. */
export async function rawAnswer(url: string, session?: string): Promise<RawAnswer> {
  const response = await fetch(url, {
    redirect: 'manual',
    headers: session === undefined ? {} : { authorization: `Bearer ${session}` },
  });
  const body = (await response.text()).replace(REQUEST_ID, '"requestId":"…"');
  const headers = Object.fromEntries([...response.headers].filter(([name]) => !PASSING.includes(name)));
  return { status: response.status, headers, body };
}

/** Throws a deviation unless two addresses are answered alike: status, headers and body. Answers the status. */
export async function answeredAlike(one: string, other: string, session?: string): Promise<number> {
  const [first, second] = [await rawAnswer(one, session), await rawAnswer(other, session)];
  same('the same answer,', second, first);
  return first.status;
}
