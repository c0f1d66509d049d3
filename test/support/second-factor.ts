import { ApiClient } from '#client';
import { enrolSecondFactorOf, oneTimeCode } from '#people';
import { asSuperuser } from './admission';
import type { House } from './house';
import { ask } from './http';

/** What a try over HTTP comes back with, without the number of the request. */
export interface Tried {
  readonly status: number;
  readonly body: { readonly code?: string };
  readonly headers: readonly string[];
}

/** The second factor of somebody, as its holder, somebody who guesses and the owner of the database know it. EXERCISE. */
export class SecondFactorOf {
  private secret = '';

  constructor(
    private readonly house: House,
    readonly person: string,
  ) {}

  /** Gives it anew. Every session of the person ends. */
  async enrol(): Promise<void> {
    const registrar = await this.house.as('registrar');
    ({ secret: this.secret } = await enrolSecondFactorOf(registrar, { personId: this.person, label: 'exercise' }));
  }

  /** A session of the person that knows the password alone. */
  async signedIn(): Promise<{ readonly sid: string; readonly client: ApiClient }> {
    const sid = await this.house.openSession(this.person, { steppedUp: false });
    return { sid, client: new ApiClient(this.house.url, sid) };
  }

  /** The right code, so many seconds from now. */
  right(seconds = 0): string {
    return oneTimeCode(this.secret, new Date(Date.now() + seconds * 1_000));
  }

  wrong(): string {
    return String((Number(this.right()) + 1) % 1_000_000).padStart(6, '0');
  }

  async tries(sid: string, code: string): Promise<Tried> {
    const asked = { method: 'POST', as: sid, json: { code } } as const;
    const { status, body, headers } = await ask(this.house.url, '/api/session/step-up', asked);
    const told = { ...(JSON.parse(body) as { readonly code?: string }), requestId: '' };
    return { status, body: told, headers: Object.keys(headers).sort() };
  }

  /** The code of the problem, or that there was none. */
  async outcome(sid: string, code: string): Promise<string> {
    return (await this.tries(sid, code)).body.code ?? 'stepped up';
  }

  /** So many codes were tried, and whatever pause came with them is over. */
  async afterFailures(failures: number): Promise<void> {
    await asSuperuser(
      this.house,
      `UPDATE sec.second_factor SET failures = $2, locked_until = now() - interval '1 second' WHERE person_id = $1`,
      [this.person, failures],
    );
  }

  /** How it stands: codes that were counted, and for how many minutes from now none is taken. */
  async standing(): Promise<{ failures: number; minutes: number | null }> {
    const [row] = await asSuperuser<{ failures: number; minutes: number | null }>(
      this.house,
      `SELECT failures, ceil(extract(epoch FROM locked_until - now()) / 60)::int AS minutes FROM sec.second_factor WHERE person_id = $1`,
      [this.person],
    );
    return row!;
  }
}
