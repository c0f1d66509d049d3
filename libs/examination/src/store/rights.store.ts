import type { Tx } from '#database';
import type {
  Acknowledgement,
  ActivatedRules,
  DatedClearance,
  DatedEntry,
  DatedLifting,
  ListStatement,
  PersonStatement,
  Revocation,
  RightsFacts,
} from '../rights-facts';

interface Stated {
  readonly id: string;
  readonly kind: string;
  readonly issuedAt: Date;
  readonly acceptedAt: Date;
  readonly body: unknown;
}

/** The database's clock: the moment of this transaction. */
export async function presentMoment(tx: Tx): Promise<Date> {
  const row = await tx.row<{ now: Date }>(`SELECT date_trunc('milliseconds', now()) AS now`);
  if (row === undefined) throw new Error('the database gave no moment');
  return row.now;
}

/** Everybody's rights with their dates. The database gives them to the examiner, in the session of a security officer. */
export async function rightsFacts(tx: Tx): Promise<RightsFacts> {
  const stated = await tx.rows<Stated>(
    'SELECT id, kind, issued_at AS "issuedAt", accepted_at AS "acceptedAt", body FROM sec.stated_rights()',
  );
  const ofKind = <Statement>(kind: string): Statement[] =>
    stated.filter((each) => each.kind === kind) as unknown as Statement[];
  const takenAt = (kind: string, name: string): Map<string, Date> =>
    new Map(
      ofKind<{ acceptedAt: Date; body: Record<string, string> }>(kind).map(({ body, acceptedAt }) => [
        body[name] ?? '',
        acceptedAt,
      ]),
    );
  return {
    people: ofKind<PersonStatement>('person'),
    lists: ofKind<ListStatement>('access-list'),
    revocations: ofKind<Revocation>('revocation'),
    clearances: taken(await clearanceRows(tx), takenAt('clearance', 'clearance')),
    entries: taken(await entryRows(tx), takenAt('access-grant', 'grant')),
    liftings: await tx.rows<DatedLifting>(
      `SELECT person_id AS "personId", need_to_know AS "needToKnow", from_at AS "from", until, ended_at AS "withdrawnAt",
              from_at AS "acceptedAt" FROM sec.examined_liftings()`,
    ),
    acknowledgements: await tx.rows<Acknowledgement>(
      `SELECT person_id AS "personId", list, encode(read_in_sha256, 'hex') AS "readInSha256", at FROM acknowledgement`,
    ),
    rules: await tx.rows<ActivatedRules>(
      `SELECT version, body, issued_at AS "issuedAt", accepted_at AS "acceptedAt", withdrawn_at AS "withdrawnAt" FROM access_rules`,
    ),
  };
}

const CLEARANCE = `id, person_id AS "personId", policy, classifications, categories, valid_from AS "from", valid_until AS until,
  withdrawn_at AS "withdrawnAt"`;

const clearanceRows = (tx: Tx): Promise<Omit<DatedClearance, 'acceptedAt'>[]> =>
  tx.rows(`SELECT ${CLEARANCE} FROM clearance`);

const entryRows = (tx: Tx): Promise<(Omit<DatedEntry, 'acceptedAt'> & { readonly id: string })[]> =>
  tx.rows(
    `SELECT id, list, person_id AS "personId", valid_from AS "from", valid_until AS until, withdrawn_at AS "withdrawnAt" FROM access_entry`,
  );

/** INVARIANT (fail_closed): what no statement gave was never taken. */
function taken<Row extends { readonly id: string }>(
  rows: readonly Row[],
  takenAt: ReadonlyMap<string, Date>,
): (Row & { acceptedAt: Date })[] {
  return rows.flatMap((row) => {
    const acceptedAt = takenAt.get(row.id);
    return acceptedAt === undefined ? [] : [{ ...row, acceptedAt }];
  });
}

/** The clearances of those ids, as they were given. */
export async function clearancesById(tx: Tx, ids: readonly string[]): Promise<Omit<DatedClearance, 'acceptedAt'>[]> {
  return tx.rows(`SELECT ${CLEARANCE} FROM clearance WHERE id = ANY($1::uuid[]) ORDER BY id`, [ids]);
}
