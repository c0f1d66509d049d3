/** The words of a marked document's title, as the list of documents shows them. */
export function titleOf(markedText: string): string {
  const title = /^# \([^()]+\) ?(?:\[[^[\]]+\] ?)?(.+)$/m.exec(markedText)?.[1];
  if (title === undefined) throw new Error('a document of the demo world has no title');
  return title.trim();
}
