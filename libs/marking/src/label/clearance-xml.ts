import type { Clearance } from '../label';
import type { PolicySet } from '../policy';
import { readXml } from '../xml/read-xml';
import { writeXml, xmlElement } from '../xml/write-xml';
import { FORBIDDEN, type FileFault, firstOf } from '../xml/xml-text';
import { LARGEST_LABEL } from './read-label';
import { inPolicySpelling } from './spelling';
import { type WrittenXml, categoryElement, classificationElement, policyElement } from './write-label';
import { CLEARANCE_NAMESPACE, Parts, readCategory } from './xml-parts';

export type ReadClearance =
  | { readonly ok: true; readonly clearance: Clearance; readonly policyUri?: string; readonly warnings: FileFault[] }
  | { readonly ok: false; readonly faults: FileFault[] };

/**
 * Reads a clearance from STANAG 4774 XML (ADatP-4774 appendix 2), in the policy's own spelling, or says everything that is
 * wrong with it, with the line. Extensions are passed over, and told. Whether it may be granted is for `validateClearance`.
 */
export function readClearance(policies: PolicySet, xml: string | Uint8Array): ReadClearance {
  const read = readXml(xml, LARGEST_LABEL);
  if (!read.ok) return read;
  const { root } = read;
  if (root.name !== 'ConfidentialityClearance' || root.namespace !== CLEARANCE_NAMESPACE)
    return {
      ok: false,
      faults: [
        { place: root.name, fault: `it is no clearance of the namespace ${CLEARANCE_NAMESPACE}`, line: root.line },
      ],
    };
  const parts = new Parts(root, [], []);
  const policy = parts.take('PolicyIdentifier', undefined, true);
  const list = parts.take('ClassificationList', CLEARANCE_NAMESPACE, true);
  const categories = parts.takeAll('Category').map((each) => readCategory(each, parts));
  passOver(parts);
  const classifications = list === undefined ? [] : readList(new Parts(list, parts.faults, parts.warnings));
  const uri = policy?.attributes.get('URI')?.trim();
  const clearance = { policy: parts.text(policy), classifications, categories };
  parts.takeOthers(false);
  if (parts.faults.length > 0) return { ok: false, faults: firstOf(parts.faults) };
  return {
    ok: true,
    clearance: inPolicySpelling(policies, clearance),
    ...(uri === undefined ? {} : { policyUri: uri }),
    warnings: parts.warnings,
  };
}

function readList(parts: Parts): string[] {
  const found = parts.takeAll('Classification').map((each) => parts.text(each));
  if (found.length === 0) parts.say('it names no classification');
  passOver(parts);
  parts.takeOthers(false);
  return found;
}

function passOver(parts: Parts): void {
  const extensions = parts.take('ConfidentialityClearanceExtensions', CLEARANCE_NAMESPACE);
  if (extensions !== undefined) parts.warn('extensions are passed over', extensions);
}

/** The clearance as STANAG 4774 XML, with the identifiers that its policy knows. Refused when a name or a list is empty. */
export function writeClearance(policies: PolicySet, clearance: Clearance): WrittenXml {
  const { policy: name, classifications, categories } = clearance;
  const texts = [name, ...classifications, ...categories.flatMap(({ tagSet, values }) => [tagSet, ...values])];
  if (classifications.length === 0 || texts.some((text) => text.trim() === '' || FORBIDDEN.test(text)))
    return {
      ok: false,
      faults: [
        { place: 'clearance', fault: 'a name, a value or the list of classifications is empty or not writable' },
      ],
    };
  const policy = policies.get(name);
  const sclr = [CLEARANCE_NAMESPACE, 'sclr'] as const;
  return {
    ok: true,
    xml: writeXml(
      xmlElement(sclr, 'ConfidentialityClearance', {}, [
        policyElement(policies, name, policy === undefined ? undefined : `urn:oid:${policy.id}`),
        xmlElement(
          sclr,
          'ClassificationList',
          {},
          classifications.map((each) => classificationElement(policies, name, each)),
        ),
        ...categories.map((category) => categoryElement(policies, name, category)),
      ]),
    ),
  };
}

/** How a clearance travels in a JSON Web Token, claim `aciClr`: BASE64URL(UTF8(xml)) (ADatP-4774 appendix 2). */
export const clearanceClaim = (xml: string): string =>
  btoa(Array.from(new TextEncoder().encode(xml), (byte) => String.fromCharCode(byte)).join(''))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');

/** The bytes of a claim `aciClr`, for `readClearance`; undefined when it is not base64url. */
export function clearanceFromClaim(claim: string): Uint8Array | undefined {
  if (!/^[A-Za-z0-9_-]*$/.test(claim) || claim.length % 4 === 1 || claim.length > 2 * LARGEST_LABEL) return undefined;
  const binary = atob(claim.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}
