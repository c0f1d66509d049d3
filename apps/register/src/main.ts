import { readFileSync } from 'node:fs';
import { Transactions, openDataSource } from '#database';
import { logLine, runProcess, settingsOf } from '#process';
import { trustFrom } from '#register';
import { createRegister } from './application';
import { registerSettingsSchema } from './settings';

/** The register: the public site. It reads the public side alone, writes nothing and holds no key. */
runProcess('register', async () => {
  const settings = settingsOf(registerSettingsSchema, process.env);
  const installation = settings.IMPRIMATUR_INSTALLATION;
  const officersFile = readFileSync(settings.IMPRIMATUR_OFFICERS_FILE, 'utf8');
  const trust = trustFrom(officersFile, installation);
  const url = settings.IMPRIMATUR_REGISTER_DATABASE_URL;
  const transactions = new Transactions(await openDataSource({ url, pool: 10, applicationName: 'register' }));
  const app = await createRegister({
    transactions,
    trust,
    officersFile,
    installation,
    publicUrl: settings.IMPRIMATUR_PUBLIC_URL,
    onFault: (id, faults) => {
      logLine('register', 'error', `${id}: ${faults.join('; ')}`);
    },
  });
  await app.listen({ host: settings.IMPRIMATUR_HOST, port: settings.IMPRIMATUR_PORT });
  logLine('register', 'info', `listens on ${app.listeningOrigin}`);
  return {
    close: async () => {
      await app.close();
      await transactions.close();
    },
  };
});
