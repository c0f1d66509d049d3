import { existsSync } from 'node:fs';
import { Transactions, openDataSource } from '#database';
import { admitPeople, importDocuments, introduction, prepareWorld } from '../../demo/create-world';
import type { DataFolder } from './data-folder';
import type { Foundation } from './foundation';
import { writeWhole } from './lasting-file';
import type { PublicKeys } from './secrets';
import type { Settings } from './settings';

/**
 * The demo world: its people are admitted and its documents imported on the first start. What a start that was killed left
 * undone the next one does; once all is there, nothing is asked again.
 */
export async function demoWorld(settings: Settings, folder: DataFolder, keys: PublicKeys): Promise<Foundation> {
  const { guard: guardKey, ledger: ledgerKey, publicLog: publicLogKey } = keys;
  const world = await prepareWorld(folder.world, { name: settings.installation, guardKey, ledgerKey, publicLogKey });
  const complete = (): boolean => existsSync(folder.worldLives);
  return {
    officersFile: world.officersFile,
    admit: async (registrarUrl) => {
      if (complete()) return;
      const transactions = new Transactions(
        await openDataSource({ url: registrarUrl, pool: 4, applicationName: 'start' }),
      );
      try {
        await admitPeople(world, transactions, settings.policies);
      } finally {
        await transactions.close();
      }
    },
    furnish: async ({ api }) => {
      if (complete()) return;
      await importDocuments(world, api);
      writeWhole(folder.worldLives, '');
    },
    introduction: (urls) => introduction(world, urls),
  };
}
