import { isDateTime } from '../xml/date-time';

/**
 * The structure of the Open XML SPIF 2.1 (and of 1.0 and 2.0, which are parts of it), written from its published grammar:
 * per element its attributes, and its children in their order. `!` is required; `?` none or one; `*` any number; `+` one or more.
 */
export interface ElementRule {
  readonly attributes: Readonly<Record<string, AttributeRule>>;
  readonly children: readonly ChildRule[];
  /** What its text must be, where it has any. */
  readonly text?: AttributeRule;
  /** Holds other people's elements, which decide nothing here. */
  readonly open?: true;
}

export interface AttributeRule {
  readonly required: boolean;
  readonly type: string;
  readonly fits: (value: string) => boolean;
}

export interface ChildRule {
  readonly name: string;
  readonly least: number;
  readonly most: number;
}

const oneOf = (...values: string[]): [string, (value: string) => boolean] => [
  `one of ${values.join(', ')}`,
  (value) => values.includes(value),
];
const matching = (type: string, pattern: RegExp): [string, (value: string) => boolean] => [
  type,
  (value) => pattern.test(value),
];

const COLOURS = 'aqua black blue fuschia gray green lime maroon navy olive purple red silver teal white yellow'.split(
  ' ',
);
/** The places in which a phrase can stand (ADatP-4774.1 table 6). */
export const MARKING_CODES: readonly string[] = (
  'pageTop pageBottom pageTopBottom documentStart documentEnd noNameDisplay noMarkingDisplay suppressClassName firstLineOfText ' +
  'lastLineOfText subject xHeader portionMarking inputTitle waterMark replacePolicy'
).split(' ');

const TYPES: Readonly<Record<string, [string, (value: string) => boolean]>> = {
  text: ['text', () => true],
  name: matching('a name of up to 256 characters', /^[^]{1,256}$/),
  phrase: matching('a phrase of up to 256 characters', /^[^]{0,256}$/),
  oid: matching('an object identifier', /^[0-2](\.\d{1,40}){1,60}$/),
  integer: matching('a whole number', /^\s*[+-]?\d{1,15}\s*$/),
  boolean: oneOf('true', 'false', '1', '0'),
  selection: matching('a number or unbounded', /^\s*(unbounded|[+-]?\d{1,9})\s*$/),
  dateTime: ['a date and time', isDateTime],
  version: oneOf('1.0', '2.0', '2.1'),
  colour: ['a colour of the web or #RRGGBB', (value) => COLOURS.includes(value) || /^#[0-9a-fA-F]{6}$/.test(value)],
  operation: oneOf('onlyOne', 'oneOrMore', 'all'),
  userInput: oneOf('string', 'integer', 'date'),
  tagType: oneOf('notApplicable', 'restrictive', 'enumerated', 'permissive', 'tagType7'),
  enumType: oneOf('restrictive', 'permissive'),
  tag7Encoding: oneOf('bitSetAttributes', 'securityAttributes'),
  qualifierCode: oneOf('prefix', 'suffix', 'separator'),
  markingCode: oneOf(...MARKING_CODES),
  applied: oneOf('encrypt', 'decrypt', 'both'),
  action: oneOf('discard'),
};

/** `name!:type` for each attribute. */
function attributes(written: string): Record<string, AttributeRule> {
  const rules = written.split(' ').filter((each) => each !== '');
  return Object.fromEntries(
    rules.map((each) => {
      const [name = '', type = ''] = each.split(':');
      const [described, fits] = TYPES[type] ?? ['', (): boolean => false];
      return [name.replace('!', ''), { required: name.endsWith('!'), type: described, fits }];
    }),
  );
}

function rule(
  attributesWritten: string,
  childrenWritten = '',
  more: Pick<ElementRule, 'open' | 'text'> = {},
): ElementRule {
  const children = childrenWritten.split(' ').filter((each) => each !== '');
  return {
    attributes: attributes(attributesWritten),
    children: children.map((each) => {
      const mark = /[?*+]$/.exec(each)?.[0] ?? '';
      return {
        name: each.slice(0, each.length - mark.length),
        least: mark === '' || mark === '+' ? 1 : 0,
        most: mark === '*' || mark === '+' ? Infinity : 1,
      };
    }),
    ...more,
  };
}

const content = (type: string): Pick<ElementRule, 'text'> => ({
  text: attributes(`text!:${type}`).text ?? { required: true, type: 'text', fits: () => true },
});

const GROUP = 'tagSetRef!:name tagType!:tagType enumType:enumType lacv:text all:boolean';
const MARKS = 'markingData* markingQualifier*';

export const GRAMMAR: Readonly<Record<string, ElementRule>> = {
  SPIF: rule(
    'schemaVersion!:version version:integer creationDate!:text originatorDN!:text keyIdentifier!:text privilegeId!:oid rbacId!:oid ' +
      'userRefURI:text docRefURI:text notBefore:dateTime notAfter:dateTime',
    'defaultSecurityPolicyId? securityPolicyId updateInfo? securityClassifications securityCategoryTagSets? privacyMarks? ' +
      `equivalentPolicies? ${MARKS} extensions?`,
  ),
  defaultSecurityPolicyId: rule('name!:name id!:oid', MARKS),
  securityPolicyId: rule('name!:name id!:oid', MARKS),
  updateInfo: rule(''),
  securityClassifications: rule('name:text', `securityClassification+ ${MARKS}`),
  securityClassification: rule(
    'name!:name color:colour lacv!:integer hierarchy!:integer obsolete:boolean',
    `equivalentClassification* ${MARKS} requiredCategory*`,
  ),
  equivalentClassification: rule('policyRef!:name lacv!:integer applied!:applied', 'requiredCategory*'),
  securityCategoryTagSets: rule('', 'securityCategoryTagSet+'),
  securityCategoryTagSet: rule('name!:name id!:oid', 'securityCategoryTag+ equivalentSecurityCategoryTagSet*'),
  equivalentSecurityCategoryTagSet: rule('policyRef!:name name:name id:oid', 'requiredCategory*'),
  securityCategoryTag: rule(
    'name:text tagType!:tagType enumType:enumType tag7Encoding:tag7Encoding singleSelection:boolean maxSelection:selection minSelection:selection',
    'tagCategory* markingQualifier*',
  ),
  tagCategory: rule(
    'name!:text lacv!:text userInput:userInput requiredClass:name obsolete:boolean dateFormat:text notBefore:dateTime notAfter:dateTime',
    `equivalentSecCategoryTag* ${MARKS} excludedClass* requiredCategory* excludedCategory*`,
  ),
  equivalentSecCategoryTag: rule(
    'policyRef!:name tagSetId!:oid tagType!:tagType enumType:enumType lacv!:text applied!:applied action:action',
  ),
  excludedClass: rule('', '', content('name')),
  requiredCategory: rule('operation:operation', 'categoryGroup+'),
  categoryGroup: rule(GROUP),
  excludedCategory: rule(GROUP),
  privacyMarks: rule('maxSelection:selection minSelection:selection', `privacyMark+ ${MARKS}`),
  privacyMark: rule('name:text obsolete:boolean', MARKS),
  equivalentPolicies: rule('', 'equivalentPolicy+'),
  equivalentPolicy: rule('name!:name id!:oid userRefURI:text docRefURI:text', 'requiredCategory*'),
  markingData: rule('phrase:phrase', 'code+'),
  code: rule('', '', content('markingCode')),
  markingQualifier: rule('markingCode:markingCode', 'qualifier+'),
  qualifier: rule('markingQualifier!:phrase qualifierCode!:qualifierCode'),
  extensions: rule('', '', { open: true }),
};
