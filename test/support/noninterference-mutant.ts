import { Tx } from '#database';
import type { Protection } from '#access';
import type { PolicySet } from '#marking';
import type { Cut } from '../../libs/records/src/cut';
import type { PortionRow, VersionRow } from '../../libs/records/src/store/document.store';
import { whileBroken } from './breakable';
import type { Reader } from './noninterference-ground';
import type { Event } from './noninterference-worlds';
import { type Mechanism, type RemovableAccess, changedFunction, openedPolicy, takenAway } from './taken-away';

/** A house in which one mechanism of the law is missing. */
export interface Mutant {
  /** Requests of these routes must tell the worlds apart. */
  readonly routes: readonly string[];
  /** Who must be among those whom they are told apart to, where it is about somebody. */
  readonly by?: Reader;
  /** Events before the requests, where those of every mutant are not the ones to use. */
  readonly events?: readonly Event[];
  readonly without: (house: MutantHouse, check: () => Promise<readonly string[]>) => Promise<readonly string[]>;
}

export interface MutantHouse {
  readonly url: string;
  readonly access: RemovableAccess;
}

/** Mechanisms of the database. */
export const inDatabase =
  (mechanisms: (url: string) => Promise<readonly Mechanism[]>): Mutant['without'] =>
  async ({ url }, check) =>
    takenAway(url, await mechanisms(url), check);

/** Mechanisms of the database, and the access decision of the process with them. */
export const withoutDecision =
  (mechanisms: (url: string) => Promise<readonly Mechanism[]>): Mutant['without'] =>
  async ({ url, access }, check) =>
    access.without(async () => takenAway(url, await mechanisms(url), check));

export const changed =
  (signature: string, part: string, replacement: string): Mutant['without'] =>
  async ({ url }, check) =>
    takenAway(url, [await changedFunction(url, signature, part, replacement)], check);

/** Another text for a statement of the process. */
export const saying =
  (part: RegExp, replacement: string): Mutant['without'] =>
  async (_house, check) => {
    const rows = Reflect.get(Tx.prototype, 'rows');
    const spy = jest.spyOn(Tx.prototype, 'rows').mockImplementation(function (this: Tx, sql: string, given) {
      return rows.call(this, sql.replace(part, replacement), given);
    });
    try {
      return await check();
    } finally {
      spy.mockRestore();
    }
  };

type CutsOf = (
  versions: readonly VersionRow[],
  portions: readonly PortionRow[],
  protections: ReadonlyMap<number, Protection>,
  policies: PolicySet,
) => Cut[];

/** Cuts that were worked out, with something of the document behind them added. */
export const cuts =
  (change: (cut: Cut, behind: { versions: readonly VersionRow[]; place: number }) => Partial<Cut>): Mutant['without'] =>
  async (_house, check) => {
    const { cutsOf } = jest.requireActual<{ cutsOf: CutsOf }>('../../libs/records/src/cut');
    const other: CutsOf = (versions, ...given) =>
      cutsOf(versions, ...given).map((cut, place) => ({ ...cut, ...change(cut, { versions, place }) }));
    return whileBroken({ cutsOf: other }, check);
  };

export const opened =
  (...policies: readonly [string, string][]) =>
  (url: string): Promise<Mechanism[]> =>
    Promise.all(policies.map(([table, policy]) => openedPolicy(url, table, policy)));

export const hidden = (act: string, lot: number): Event => ({ kind: 'hidden', act, lot });
export const open = (act: string, lot: number): Event => ({ kind: 'open', act, lot });
