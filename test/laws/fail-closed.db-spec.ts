import { Controller, Get } from '@nestjs/common';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { randomUUID } from 'node:crypto';
import {
  type AccessDecision,
  type AccessRules,
  type Actor,
  type Thing,
  decide,
  environmentOf,
  shippedRules,
} from '#access';
import { PUBLIC_LABEL, dominates } from '#marking';
import { type Outgoing, lintProcedure, verifyApproval } from '#workflow';
import { Permission } from '../../apps/api/src/platform/permission';
import { requireDeclaredPermissions } from '../../apps/api/src/platform/declared-routes';
import { type AllianceHouse, openAllianceHouse } from '../support/alliance';
import { PUBLIC_RELEASE, anAlliance, everyApproval } from '../support/authority';
import { type Captured, administrator, captured } from '../support/captured';
import { aDocument } from '../support/documents';
import { ask } from '../support/http';
import { takenAway, withdrawn } from '../support/taken-away';

/* An error, a missing attribute, an unknown policy, a zero quorum, an empty set of originators or an undeclared route means no. */

let alliance: AllianceHouse;
let admin: Captured;
let documentId: string;

beforeAll(async () => {
  alliance = await openAllianceHouse();
  admin = await administrator(alliance.house);
  const text = aDocument().titled('(NU) EXERCISE A paper').saying('(CTS) EXERCISE The figure of annex nine.').text();
  ({ id: documentId } = await alliance.planner.client.importDocument(text));
});
afterAll(async () => {
  await admin.close();
  await alliance.house.close();
});

const actor: Actor = {
  sid: 's'.repeat(43),
  kind: 'session',
  personId: randomUUID(),
  identity: 'somebody',
  office: 'EXERCISE',
  nation: null,
  organisation: 'EXERCISE',
  roles: ['planner'],
  tokens: ['everyone'],
  unacknowledged: [],
  lifted: [],
  clearances: [],
  scopes: null,
  expiresAt: '2126-01-01T00:00:00Z',
  steppedUpUntil: null,
  enteredAt: '2026-06-05T12:00:00Z',
  rulesVersion: 'test',
  requestId: randomUUID(),
};
const paper = (changes: Partial<Thing> = {}): Thing => ({
  kind: 'Document',
  protections: [{ label: PUBLIC_LABEL, needToKnow: ['everyone'] }],
  ...changes,
});
const withRule = (conditions: Record<string, unknown>): AccessRules => ({
  version: 'test',
  rules: [{ id: 'rule', roles: ['*'], action: 'read', subject: 'Document', conditions }],
});

const decided = (action: string, thing: Thing, rules: AccessRules): AccessDecision =>
  decide(actor, action, thing, environmentOf(actor, rules));

describe('fail_closed', () => {
  describe('the access decision', () => {
    it('lets through what below is refused for its one fault', () => {
      expect(decided('read', paper(), shippedRules).effect).toBe('permit');
      expect(decided('read', paper({ owner: actor.personId }), withRule({ owner: '${actor.personId}' })).effect).toBe(
        'permit',
      );
    });

    it.each<[string, () => AccessDecision]>([
      ['a rule that breaks', () => decided('read', paper({ owner: 'x' }), withRule({ owner: { $nonsense: 1 } }))],
      [
        'a rule that names an attribute no actor has',
        () => decided('read', paper(), withRule({ owner: '${actor.rank}' })),
      ],
      ['an attribute that the thing lacks', () => decided('read', paper(), withRule({ owner: '${actor.personId}' }))],
      ['no rule at all', () => decided('publish', paper(), shippedRules)],
      ['a thing without a protection', () => decided('read', paper({ protections: [] }), shippedRules)],
      [
        'a need-to-know of nobody',
        () => decided('read', paper({ protections: [{ label: PUBLIC_LABEL, needToKnow: [] }] }), shippedRules),
      ],
      [
        'a policy that nobody knows',
        () =>
          decided(
            'read',
            paper({
              protections: [
                { label: { policy: 'ATLANTIS', classification: 'OPEN', categories: [] }, needToKnow: ['everyone'] },
              ],
            }),
            shippedRules,
          ),
      ],
    ])('%s means no', (_what, asked) => {
      const decision = asked();
      expect(decision.effect).toBe('deny');
      expect(decision.checks.some((check) => !check.outcome)).toBe(true);
    });

    it('a category of a type that nobody knows means no', () => {
      const category = { tagSet: 'Context', type: 'IMAGINARY' as never, values: ['NATO'] };
      const clearance = { policy: 'NATO', classifications: ['SECRET'], categories: [category] };
      expect(
        dominates([clearance], { policy: 'NATO', classification: 'SECRET', categories: [category] }).dominates,
      ).toBe(false);
    });
  });

  describe('the database', () => {
    /** What the api's role sees of a document, by whatever stands in `app.sid`. */
    async function seen(sid: string): Promise<number> {
      const api = (await captured(alliance.house, 'api')).as({ sid });
      try {
        return (await api.run('SELECT 1 FROM document')).length;
      } finally {
        await api.close();
      }
    }

    it('shows nothing without a session, with an unknown one, and with one that has ended', async () => {
      expect(await seen(alliance.planner.sid)).toBeGreaterThan(0);
      for (const sid of ['', 'x', 'x'.repeat(43)]) expect(await seen(sid)).toBe(0);
      const ended = await alliance.house.openSession(alliance.planner.person);
      await ask(alliance.house.url, '/api/me', { as: ended });
      expect(await seen(ended)).toBeGreaterThan(0);
      await admin.run(
        `UPDATE sec.session SET expires_at = now() - interval '1 second' WHERE sid_hash = sha256(convert_to($1, 'UTF8'))`,
        [ended],
      );
      expect(await seen(ended)).toBe(0);
      expect((await ask(alliance.house.url, '/api/me', { as: ended })).status).toBe(401);
    });

    it('knows no clearance of an unknown policy or type', async () => {
      const covers = async (clearance: string, label: string) =>
        (
          await admin.run<{ covers: boolean }>(
            `SELECT sec.clearance_covers('NATO', ARRAY['SECRET'], $1, $2) AS covers`,
            [clearance, label],
          )
        )[0]?.covers;
      const context = (type: string) => `[{"tagSet":"Context","type":"${type}","values":["NATO"]}]`;
      const label = (type: string, policy = 'NATO') =>
        `{"policy":"${policy}","classification":"SECRET","categories":${context(type)}}`;
      expect(await covers(context('PERMISSIVE'), label('PERMISSIVE'))).toBe(true);
      expect(await covers(context('IMAGINARY'), label('IMAGINARY'))).toBe(false);
      expect(await covers(context('PERMISSIVE'), label('PERMISSIVE', 'ATLANTIS'))).toBe(false);
      expect(await covers(context('PERMISSIVE'), '{}')).toBe(false);
    });

    it('that breaks means no, and says nothing of itself', async () => {
      const url = alliance.house.databases.main('superuser');
      const path = `/api/documents/${documentId}`;
      const broken = await takenAway(url, [withdrawn('SELECT', 'portion', 'imprimatur_api')], () =>
        ask(alliance.house.url, path, { as: alliance.planner.sid }),
      );
      expect(broken.status).toBe(500);
      expect(JSON.parse(broken.body)).toMatchObject({ code: 'internal-error' });
      expect(broken.body).not.toMatch(/portion|permission|denied|annex/i);
      expect((await ask(alliance.house.url, path, { as: alliance.planner.sid })).status).toBe(200);
    });
  });

  describe('a route', () => {
    class Undeclared {
      open(): string {
        return 'everything';
      }
    }
    const route = Object.getOwnPropertyDescriptor(Undeclared.prototype, 'open')!;
    Get('open')(Undeclared.prototype, 'open', route);
    Controller('undeclared')(Undeclared);

    /** Whether an application with this controller starts. */
    async function starts(): Promise<boolean> {
      const module = await Test.createTestingModule({ controllers: [Undeclared] }).compile();
      const app = module.createNestApplication<NestFastifyApplication>(new FastifyAdapter());
      app.useLogger(false);
      await app.init();
      try {
        requireDeclaredPermissions(app);
        return true;
      } catch (error) {
        expect((error as Error).message).toContain('Undeclared.open');
        return false;
      } finally {
        await app.close();
      }
    }

    it('that declares no permission keeps the process from starting', async () => {
      expect(await starts()).toBe(false);
    });

    it('taken away: once it declares one, the process starts', async () => {
      Permission('public')(Undeclared.prototype, 'open', route);
      expect(await starts()).toBe(true);
    });
  });

  describe('a procedure', () => {
    const facts = {
      bodies: [
        { id: 'originators', seats: ['ACT'] },
        { id: 'defence-ministers', seats: ['BEL', 'DEU'] },
      ],
      roles: ['disclosure-reviewer'],
    };
    const [consent, disclosure, adoption] = PUBLIC_RELEASE.stages;
    const faultsOf = (changes: object): string[] =>
      lintProcedure({ ...PUBLIC_RELEASE, ...changes }, facts).map((fault) => fault.rule);

    it('that is in order is not refused', () => {
      expect(faultsOf({})).toEqual([]);
    });

    it.each<[string, object, string]>([
      ['a zero quorum', { stages: [consent, { ...disclosure, rule: { atLeast: 0 } }, adoption] }, 'no-zero-quorum'],
      [
        'a quorum below zero',
        { stages: [consent, { ...disclosure, rule: { atLeast: -1 } }, adoption] },
        'no-zero-quorum',
      ],
      ['no stage', { stages: [] }, 'schema'],
      ['no stage for the originators', { stages: [disclosure, adoption] }, 'originators-consent'],
      ['a body without seats', { stages: [consent, { ...adoption, body: 'nobody' }] }, 'satisfiable'],
      [
        'silence',
        { stages: [consent, disclosure, { ...adoption, or: { silence: { closedBy: 'chair' } } }] },
        'supported-rule',
      ],
      ['a constraint left out', { constraints: ['distinct-humans', 'not-requester'] }, 'not-self-satisfiable'],
    ])('with %s is refused', (_what, changes, rule) => {
      expect(faultsOf(changes)).toContain(rule);
    });
  });

  describe('an approval', () => {
    it('that asks no originator is none, though everybody else has signed', async () => {
      const signed = await anAlliance();
      const judged = async (changes: Partial<Outgoing>) => {
        const proposal = { ...signed.proposal, outgoing: { ...signed.proposal.outgoing, ...changes } };
        const evidence = {
          ...proposal,
          decisions: await everyApproval(signed, proposal),
          instruments: signed.authority.statements,
        };
        return (
          await verifyApproval(evidence, {
            officers: signed.authority.officers,
            now: '2026-06-05T15:00:00Z',
            stages: 'all',
          })
        ).approved;
      };
      expect(await judged({})).toBe(true);
      expect(await judged({ items: [] })).toBe(false);
    });
  });
});
