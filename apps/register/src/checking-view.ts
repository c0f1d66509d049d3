import type { RegisterTrust } from '#register';
import { sha256Hex } from '#signing';
import { CHECK_GROUPS, type MeaningGroup } from './check-meanings';

/** How to check a release without believing this site. */
export interface CheckingView {
  readonly publicUrl: string;
  readonly installation: string;
  readonly officers: readonly { readonly officer: string; readonly kid: string }[];
  /** Of the officers' file, in groups that can be read aloud. */
  readonly officersSha256: readonly string[];
  readonly publicLogKey: string;
  readonly ledgerKey: string;
  readonly groups: readonly MeaningGroup[];
}

export const checkingView = ({ officers }: RegisterTrust, officersFile: string, publicUrl: string): CheckingView => ({
  publicUrl,
  installation: officers.installation,
  officers: officers.officers.map(({ officer, kid }) => ({ officer, kid })),
  officersSha256: sha256Hex(officersFile).match(/.{8}/g) ?? [],
  publicLogKey: officers.logs.publicLog,
  ledgerKey: officers.logs.ledger,
  groups: CHECK_GROUPS,
});
