import { AccessPolicy, type AccessRules, shippedRules } from '#access';

/** Rules that the test may put in the place of others, and a decision that it may take out. */
export class ReplaceableAccess extends AccessPolicy {
  private inner = new AccessPolicy(shippedRules);
  private isSqlOut = false;

  async under<Result>(
    rules: AccessRules,
    check: () => Promise<Result>,
    { inSql = true }: { readonly inSql?: boolean } = {},
  ): Promise<Result> {
    this.inner = new AccessPolicy(rules);
    this.isSqlOut = !inSql;
    try {
      return await check();
    } finally {
      this.inner = new AccessPolicy(shippedRules);
      this.isSqlOut = false;
    }
  }

  override decide(...asked: Parameters<AccessPolicy['decide']>): ReturnType<AccessPolicy['decide']> {
    return this.inner.decide(...asked);
  }

  override permits(...asked: Parameters<AccessPolicy['permits']>): boolean {
    return this.inner.permits(...asked);
  }

  override condition(...asked: Parameters<AccessPolicy['condition']>): ReturnType<AccessPolicy['condition']> {
    return this.isSqlOut ? 'everything' : this.inner.condition(...asked);
  }
}
