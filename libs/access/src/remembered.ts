/** Answers that were worked out before, the latest of them: for what follows from things that never change. */
export class Remembered<Key, Value> {
  private readonly answers = new Map<Key, Value>();

  constructor(private readonly most = 2_000) {}

  /** The answer that is remembered under the key. */
  get(key: Key): Value | undefined {
    return this.answers.get(key);
  }

  set(key: Key, answer: Value): void {
    const [oldest] = this.answers.keys();
    if (this.answers.size >= this.most && oldest !== undefined) this.answers.delete(oldest);
    this.answers.set(key, answer);
  }

  /** The answer that is remembered under the key, or else the one that is worked out now. */
  of(key: Key, work: () => Value): Value {
    const known = this.answers.get(key);
    if (known !== undefined) return known;
    const answer = work();
    this.set(key, answer);
    return answer;
  }
}
