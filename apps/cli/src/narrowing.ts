import { type Command, InvalidArgumentError } from 'commander';
import { momentArgument } from './command-group';

/** What a list is narrowed by, as options say it. */
export interface Narrowing {
  readonly nation?: string;
  readonly area?: string;
  readonly originator?: string;
  readonly policy?: string;
  readonly classification?: string;
  readonly from?: string;
  readonly to?: string;
  readonly count?: true;
}

/** The options that narrow a list of documents and of what is in them. */
export const narrowed = (command: Command): Command =>
  command
    .option('--nation <code>', 'with a target of this nation')
    .option('--area <area>', 'with a target in this capability area')
    .option('--originator <name>', 'from this nation or body')
    .option('--policy <policy>', 'under this security policy')
    .option('--classification <name>', 'under this classification of the policy')
    .option('--from <moment>', 'from this moment on', momentArgument)
    .option('--to <moment>', 'up to this moment', momentArgument)
    .option('--count', 'say how many there are in all; it may take longer than the page');

/** The part of a command's options that narrows. */
export const narrowingOf = ({
  nation,
  area,
  originator,
  policy,
  classification,
  from,
  to,
  count,
}: Narrowing): Narrowing => ({
  ...(nation === undefined ? {} : { nation }),
  ...(area === undefined ? {} : { area }),
  ...(originator === undefined ? {} : { originator }),
  ...(policy === undefined ? {} : { policy }),
  ...(classification === undefined ? {} : { classification }),
  ...(from === undefined ? {} : { from }),
  ...(to === undefined ? {} : { to }),
  ...(count === undefined ? {} : { count }),
});

export function yearArgument(text: string): number {
  if (!/^(19|20|21)\d\d$/.test(text)) throw new InvalidArgumentError('It is not a year, such as 2031.');
  return Number(text);
}
