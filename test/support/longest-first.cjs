const { existsSync } = require('node:fs');
const { join } = require('node:path');
const { default: Sequencer } = require('@jest/test-sequencer');

// The longest files, longest first. Jest remembers how long each took; on a fresh clone it knows only their size, begins
// the longest of all last, and one core stands idle until it ends.
const LONGEST = [
  'test/laws/noninterference.db-spec.ts',
  'demo/play.db-spec.ts',
  'tools/start/start.db-spec.ts',
  'test/laws/no-read-up.db-spec.ts',
  'test/laws/change-voids-approval.db-spec.ts',
  'test/laws/enforced-twice-values.db-spec.ts',
  'test/e2e/other-endings.db-spec.ts',
  'test/fence/fence.spec.ts',
  'libs/records/src/list-documents.db-spec.ts',
  'test/laws/list-equals-filter-narrowed.db-spec.ts',
].map((name) => join(__dirname, '../..', name));

for (const path of LONGEST)
  if (!existsSync(path)) throw new Error(`${path} is named among the longest and is not there`);

/** Jest's own order; of what was never run here, the longest come first. */
class LongestFirst extends Sequencer {
  sort(tests) {
    const ordered = super.sort(tests);
    const longest = LONGEST.map((path) => ordered.find((test) => test.path === path && test.duration == null));
    return [...new Set([...longest.filter((test) => test !== undefined), ...ordered])];
  }
}

module.exports = LongestFirst;
