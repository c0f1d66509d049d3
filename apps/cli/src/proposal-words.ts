import type { Outgoing, SpeakingAs } from '#workflow';
import { indented, neutral } from './neutral';
import type { CheckedProposal } from './proposal';

/** The outgoing part in full, as every signer reads it. `mark` is the mark of the case: until the release its words stand under it. */
export function proposalInWords({ proposal, digest }: CheckedProposal, caseId: string, mark: string): string[] {
  const { outgoing, closedCommitment, frozenAt } = proposal;
  const { release, installation, round, requestedBy, procedure, window, exercise } = outgoing;
  return [
    ...[
      `case          ${caseId}, round ${String(round)}, frozen ${frozenAt}`,
      `installation  ${installation}`,
      `release       ${release}`,
      `title         ${mark} ${outgoing.title}`,
      `summary       ${mark}`,
    ].map(neutral),
    indented(outgoing.summary, ' '.repeat(14)),
    ...[
      `audience      ${labelInWords(outgoing.audience)}`,
      `window        not before ${window.notBefore}, not after ${window.notAfter}`,
      `requested by  ${requestedBy.office} (${requestedBy.person})`,
      `procedure     ${procedure.id}, version ${String(procedure.version)}`,
      `exercise      ${exercise ? 'yes' : 'no'}`,
      'items',
      ...outgoing.items.map(
        ({ n, treatment, originator, source }) => `  ${String(n)} ${treatment}, from ${originator}, ${source}`,
      ),
      'files, each compared byte for byte',
      ...outgoing.renditions.flatMap(({ name, mediaType, bytes, sha256 }) => [
        `  ${name}, ${mediaType}, ${String(bytes)} bytes`,
        `    sha256 ${sha256}`,
      ]),
      'certificate   what it will disclose',
    ].map(neutral),
    indented(outgoing.certificateNames, ' '.repeat(14)),
    ...[`closed part   ${closedCommitment}`, `digest        ${digest}`].map(neutral),
  ];
}

function labelInWords({ policy, classification, categories }: Outgoing['audience']): string {
  const said = categories.map(({ tagSet, values }) => `${tagSet}: ${values.join(', ')}`);
  return [policy, classification, ...said].join(' ');
}

/** In which stage, for which seat and as what somebody speaks. */
export function capacityInWords({ stage, body, seat, capacity }: SpeakingAs): string {
  const place = seat === null ? stage : `${stage}, seat ${seat} of ${body ?? 'no body'}`;
  const as =
    capacity.kind === 'holder'
      ? 'as its holder'
      : capacity.kind === 'role'
        ? 'by your role'
        : `by the delegation ${capacity.delegation}`;
  return neutral(`${place}, ${as}`);
}
