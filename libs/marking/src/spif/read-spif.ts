import { type FileFault, firstOf } from '../xml/xml-text';
import { type XmlElement, readXml } from '../xml/read-xml';
import type { SecurityPolicy } from '../policy';
import { SPIF_NAMESPACE, bareElements, checkGrammar, withSpifNamespace } from './check-grammar';
import { inconsistencies } from './consistency';
import { policyOf } from './policy-of';

/** What is wrong with a SPIF: where (a name, and the line where the text still tells it) and what. */
export type SpifFault = FileFault;

/** A policy that was read; what in its file was bent and read as it was meant; and the file's own elements, nothing lost. */
export interface ReadPolicy {
  readonly ok: true;
  readonly policy: SecurityPolicy;
  readonly warnings: SpifFault[];
  readonly document: XmlElement;
}

/**
 * Reads a security policy from an Open XML SPIF 1.0 to 2.1, or says everything that is wrong with it, with place and line.
 *
 * Three steps, each only when the one before found nothing: safe and well-formed XML; the structure of the schema; the
 * consistency that ADatP-4774.1 section 3.4 asks for. Names of policy and classifications are held in upper case (ADatP-4774:
 * they are compared without regard to case), names of values with their white space folded; both keep their own spelling.
 */
export function parseSpif(xml: string | Uint8Array): ReadPolicy | { ok: false; faults: SpifFault[] } {
  const read = readXml(xml);
  if (!read.ok) return read;
  if (read.root.name !== 'SPIF' || read.root.namespace !== SPIF_NAMESPACE)
    return {
      ok: false,
      faults: [
        { place: 'file', fault: `there is no element SPIF of the namespace ${SPIF_NAMESPACE}`, line: read.root.line },
      ],
    };
  const root = withSpifNamespace(read.root);
  const { faults } = checkGrammar(root);
  if (faults.length > 0) return { ok: false, faults: firstOf(faults) };
  const checked = inconsistencies(root);
  if (checked.faults.length > 0) return { ok: false, faults: firstOf(checked.faults) };
  return {
    ok: true,
    policy: policyOf(root),
    warnings: [...bareElements(read.root), ...checked.warnings],
    document: read.root,
  };
}
