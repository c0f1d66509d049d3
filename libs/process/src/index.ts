export { readPolicies } from './read-policies';
export { type Repeating, repeating } from './repeating';
export { type Running, logLine, runProcess, settingsOf } from './run-process';
