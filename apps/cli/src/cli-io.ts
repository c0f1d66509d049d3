/** What a command may do to the outside. Tests give one of their own. */
export interface CliIo {
  out(text: string): void;
  err(text: string): void;
  readFile(path: string): Buffer;
  writeFile(path: string, bytes: Buffer): void;
  exit(code: 0 | 1 | 2): void;
}
