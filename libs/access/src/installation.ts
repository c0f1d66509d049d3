import type { Label } from '#marking';

/** This installation: its name, which every signed statement repeats, and the highest label that it may hold. */
export class Installation {
  constructor(
    readonly name: string,
    readonly highest: Label,
  ) {}
}
