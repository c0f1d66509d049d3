// `npm start`: builds when a source changed, then hands over to the supervisor (docs/adr/0008-start.md).
import { buildOrExit, compiled } from './build.mjs';

buildOrExit();
await import(compiled('tools/start/main.js'));
