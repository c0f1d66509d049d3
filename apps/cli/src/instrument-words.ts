import type { Instrument, InstrumentBody, Procedure } from '#workflow';
import { neutral } from './neutral';

/** What an instrument says, in words for the one who signs it or looks at it: every field, one line each. */
export function instrumentInWords(instrument: Instrument): string[] {
  const { installation, id, kind, issuedAt } = instrument;
  return [
    `instrument    ${id}`,
    `kind          ${kind}`,
    `installation  ${installation}`,
    `issued        ${issuedAt}`,
    ...bodyInWords(instrument),
  ].map(neutral);
}

function bodyInWords(instrument: Instrument): string[] {
  switch (instrument.kind) {
    case 'person':
      return personInWords(instrument.body);
    case 'key': {
      const { person, identity, kid, jwk } = instrument.body;
      return [
        `says          ${identity} (person ${person}) signs with this key`,
        ...keyInWords(kid, jwk),
        ...span(instrument.body),
      ];
    }
    case 'service-key': {
      const { service, kid, jwk } = instrument.body;
      return [`says          the ${service} signs with this key`, ...keyInWords(kid, jwk), ...span(instrument.body)];
    }
    case 'body': {
      const { body, name, seats } = instrument.body;
      const listed = seats.map((seat) => `seat          ${seat.id}: ${seat.name}`);
      return [`says          the body ${body} (${name}) has ${String(seats.length)} seats`, ...listed];
    }
    case 'holder': {
      const { body, seat, person } = instrument.body;
      return [`says          the person ${person} holds the seat ${seat} of ${body}`, ...span(instrument.body)];
    }
    case 'delegation': {
      const { body, seat, fromPerson, toPerson } = instrument.body;
      return [
        `says          the person ${toPerson} speaks for the seat ${seat} of ${body}`,
        `delegated by  the person ${fromPerson}`,
        ...span(instrument.body),
      ];
    }
    case 'clearance':
      return clearanceInWords(instrument.body);
    case 'clearance-withdrawal': {
      const { clearance, reason, from } = instrument.body;
      return [
        `says          the clearance ${clearance} is withdrawn, at once`,
        `reason        ${reason}`,
        `from          ${from}`,
      ];
    }
    case 'procedure':
      return procedureInWords(instrument.body.procedure);
    case 'access-list':
      return accessListInWords(instrument.body);
    case 'access-grant': {
      const { grant, list: access, person, request } = instrument.body;
      return [
        `says          the person ${person} is let into the access list ${access}`,
        `grant         ${grant}`,
        `asked for by  ${request === null ? 'nobody: it was not asked for' : `the request ${request}`}`,
        ...span(instrument.body),
      ];
    }
    case 'access-withdrawal': {
      const { grant, list: access, reason, from } = instrument.body;
      return [
        `says          the grant ${grant} to the access list ${access} is withdrawn, at once`,
        `reason        ${reason}`,
        `from          ${from}`,
      ];
    }
    case 'access-rules':
      return rulesInWords(instrument.body);
    case 'revocation':
      return revocationInWords(instrument.body);
  }
}

const span = ({ from, until }: { readonly from: string; readonly until: string }): string[] => [
  `from          ${from}`,
  `until         ${until}`,
];

const keyInWords = (kid: string, jwk: InstrumentBody<'key'>['jwk']): string[] => [
  `key           ${kid}`,
  `public part   ${jwk.kty} ${jwk.crv} ${[jwk.x, ...(jwk.y === undefined ? [] : [jwk.y])].join(' ')}`,
];

const listed = (values: readonly string[]): string => (values.length === 0 ? 'none' : values.join(', '));

const personInWords = (body: InstrumentBody<'person'>): string[] => [
  `says          ${body.identity} is the person ${body.person}`,
  `office        ${body.office}`,
  `nation        ${body.nation ?? 'none'}`,
  `organisation  ${body.organisation}`,
  `roles         ${listed(body.roles)}`,
  `communities   ${listed(body.communities)}`,
];

const clearanceInWords = (body: InstrumentBody<'clearance'>): string[] => [
  `says          the person ${body.person} is cleared under the policy ${body.policy}`,
  `clearance     ${body.clearance}`,
  `up to         ${listed(body.classifications)}`,
  ...body.categories.map(({ tagSet, type, values }) => `category      ${tagSet} (${type}): ${listed(values)}`),
  ...span(body),
  ...(body.reason === undefined ? [] : [`reason        ${body.reason}`]),
  ...(body.authority === undefined ? [] : [`authority     ${body.authority}`]),
];

function procedureInWords({ id, version, stages, constraints }: Procedure): string[] {
  return [
    `says          the procedure ${id}, version ${String(version)}, is in force`,
    ...stages.map((stage) => {
      const who =
        'each' in stage ? 'each originator' : 'role' in stage ? `the role ${stage.role}` : `the body ${stage.body}`;
      const rule = typeof stage.rule === 'string' ? stage.rule : `at least ${String(stage.rule.atLeast)}`;
      const open = stage.public === true ? 'public' : 'not public';
      return `stage         ${stage.id}: ${who}, ${rule}; judges ${stage.judges}; ${open}`;
    }),
    `constraints   ${listed(constraints)}`,
  ];
}

const accessListInWords = (body: InstrumentBody<'access-list'>): string[] => [
  `says          the ${body.kind} ${body.list} (${body.name}) opens what is restricted to it`,
  ...body.approvers.map((person) => `approver      the person ${person}`),
  `known to      ${body.listed ? 'everybody who is signed in' : 'its members and approvers'}`,
  `read-in       ${body.readIn ?? 'none'}`,
  `at most       ${String(body.longestDays)} days`,
];

/** What is signed is every letter of the rules: they are shown as they are. */
const rulesInWords = ({ version, rules }: InstrumentBody<'access-rules'>): string[] => [
  `says          the attribute rules ${version} are in force`,
  ...JSON.stringify(rules, null, 2)
    .split('\n')
    .map((line) => `rules         ${line}`),
];

const REVOKED = {
  compromise: 'compromise: all that it gave or signed is void, at every time',
  superseded: 'superseded: another takes its place',
  error: 'error: it should not have been made',
} as const;

const revocationInWords = ({ instrument, reason, from }: InstrumentBody<'revocation'>): string[] => [
  `says          the instrument ${instrument} no longer stands`,
  `reason        ${REVOKED[reason]}`,
  `from          ${from}`,
];
