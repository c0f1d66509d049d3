export { type Running, logLine, runProcess, settingsOf } from './run-process';
