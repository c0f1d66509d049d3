// The house plan: each room, and the rooms and packages it may import (docs/adr/0001-rooms.md).
const PLAN = {
  marking: { rooms: [], packages: ['fast-xml-parser'] },
  signing: { rooms: [], packages: ['canonicalize', 'jose', '@noble/hashes'] },
  ledger: { rooms: ['signing'], packages: ['@noble/hashes', '@noble/curves'] },
  workflow: { rooms: ['marking', 'signing'], packages: ['zod'] },
  certificate: { rooms: ['marking', 'signing', 'ledger', 'workflow'], packages: ['zod'] },
  access: { rooms: ['marking', 'workflow'], packages: ['@casl/ability', 'zod'] },
  contracts: { rooms: ['marking', 'workflow', 'certificate'], packages: ['zod'] },
  client: { rooms: ['contracts', 'signing', 'workflow'], packages: ['zod'] },
  process: { rooms: ['marking'], packages: 'any' },
  outsider: { rooms: [], packages: 'any' },
  database: { rooms: [], packages: 'any' },
  audit: { rooms: ['signing', 'ledger', 'access', 'contracts', 'database'], packages: 'any' },
  people: { rooms: ['marking', 'signing', 'workflow', 'access', 'contracts', 'audit', 'database'], packages: 'any' },
  records: { rooms: ['marking', 'signing', 'access', 'contracts', 'audit', 'database'], packages: 'any' },
  admission: {
    rooms: ['marking', 'signing', 'workflow', 'access', 'contracts', 'people', 'audit', 'records', 'database'],
    packages: 'any',
  },
  release: {
    rooms: [
      'marking',
      'signing',
      'workflow',
      'certificate',
      'outsider',
      'access',
      'contracts',
      'people',
      'records',
      'audit',
      'database',
    ],
    packages: 'any',
  },
  examination: {
    rooms: ['marking', 'signing', 'workflow', 'access', 'contracts', 'audit', 'records', 'release', 'database'],
    packages: 'any',
  },
  duties: {
    rooms: ['marking', 'signing', 'workflow', 'access', 'contracts', 'audit', 'people', 'database'],
    packages: 'any',
  },
  publishing: {
    rooms: ['signing', 'ledger', 'workflow', 'certificate', 'outsider', 'audit', 'people', 'register', 'database'],
    packages: 'any',
  },
  register: {
    rooms: ['marking', 'signing', 'ledger', 'workflow', 'certificate', 'contracts', 'database'],
    packages: 'any',
  },
};
for (const dir of require('node:fs').readdirSync('libs'))
  if (!PLAN[dir]) throw new Error(`libs/${dir} is not in the house plan`);

const room = ([name, { rooms, packages }]) => {
  const allowed = [`^libs/${name}/src/`, ...rooms.map((r) => `^libs/${r}/src/index[.]ts$`)];
  return {
    name: `${name}-stays-in-its-room`,
    severity: 'error',
    comment: 'docs/adr/0001-rooms.md',
    from: { path: `^libs/${name}/src/`, pathNot: '[.](db-)?spec[.]ts$' },
    to:
      packages === 'any'
        ? { path: '^(apps|libs|tools|demo|test)/', pathNot: allowed }
        : { pathNot: [...allowed, ...packages.map((p) => `node_modules/${p}/`)] },
  };
};

module.exports = {
  forbidden: [
    ...Object.entries(PLAN).map(room),
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    // What is built stands in dist, and on a fresh clone nothing is built yet.
    { name: 'no-unresolved', severity: 'error', from: {}, to: { couldNotResolve: true, pathNot: '^[.][.]/dist/' } },
    {
      name: 'apps-use-front-doors',
      severity: 'error',
      from: { path: '^(apps|tools|demo)/', pathNot: '[.](db-)?spec[.]ts$' },
      to: { path: '^libs/', pathNot: '^libs/[^/]+/src/index[.]ts$' },
    },
    {
      name: 'register-sees-only-the-public-side',
      severity: 'error',
      from: { path: '^apps/register/' },
      to: {
        path: '^(apps|libs)/',
        pathNot:
          '^(apps/register|libs/(register|contracts|marking|signing|ledger|workflow|certificate|database|process))/',
      },
    },
    {
      name: 'sql-in-stores-only',
      severity: 'error',
      from: {
        path: '^(apps|libs)/',
        pathNot: ['^libs/[^/]+/src/store/', '^libs/database/', '[.]module[.]ts$', '[.](db-)?spec[.]ts$'],
      },
      to: { path: '(^|node_modules/)(typeorm|pg|@nestjs/typeorm)(/|$)' },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      conditionNames: ['imprimatur', 'import', 'require', 'node', 'default', 'types'],
      exportsFields: ['exports'],
    },
  },
};
