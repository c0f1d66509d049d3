/** Whether If-None-Match names the tag: one of several, weak or not, or any at all (RFC 9110 section 13.1.2). */
export const namesTag = (known: string | undefined, etag: string): boolean =>
  (known ?? '').split(',').some((each) => each.trim() === '*' || each.trim().replace(/^W\//, '') === etag);
