import type { VerifiedRelease } from '#register';
import { originatorsOf } from '#workflow';
import { meaningOf } from './check-meanings';
import { type Moment, momentOf } from './moments';
import { type FileView, certificateFile, certificateHref, filesOf, procedureName, releaseHref } from './release-view';
import { type StageView, stageView } from './stage-words';

/** A certificate in human words. */
export interface CertificateView {
  readonly id: string;
  readonly href: string;
  readonly certificateHref: string;
  readonly certificateFile: string;
  /** What somebody types who checks it on their own machine. */
  readonly commands: readonly string[];
  readonly title: string;
  readonly exercise: boolean;
  readonly published: Moment;
  readonly installation: string;
  readonly procedure: string;
  readonly requestedBy: string;
  readonly originators: readonly string[];
  readonly names: string;
  readonly windowOpens: Moment;
  readonly windowCloses: Moment;
  readonly digest: string;
  readonly stages: readonly StageView[];
  readonly files: readonly FileView[];
  readonly findings: readonly FindingView[];
  readonly checked: Moment;
  readonly leafIndex: number;
  readonly treeSize: number;
  readonly checkpoint: string;
}

export interface FindingView {
  readonly check: string;
  readonly meaning: string;
  readonly ok: boolean;
  readonly detail: string;
}

export function certificateView(release: VerifiedRelease, publicUrl: string): CertificateView {
  const { outgoing, log } = release.certificate;
  return {
    id: release.id,
    href: releaseHref(release.id),
    certificateHref: certificateHref(release.id),
    certificateFile: certificateFile(release.id),
    commands: commandsFor(release, publicUrl),
    title: release.title,
    exercise: release.exercise,
    published: momentOf(release.publishedAt),
    installation: outgoing.installation,
    procedure: procedureName(outgoing.procedure),
    requestedBy: outgoing.requestedBy.office,
    originators: originatorsOf(outgoing),
    names: outgoing.certificateNames,
    windowOpens: momentOf(outgoing.window.notBefore),
    windowCloses: momentOf(outgoing.window.notAfter),
    digest: release.findings.find(({ check }) => check === 'digest')?.detail ?? '',
    stages: release.stages.map(stageView),
    files: filesOf(release),
    findings: release.findings.map(({ check, ok, detail }) => ({ check, ok, detail, meaning: meaningOf(check) })),
    checked: momentOf(release.checkedAt.toISOString()),
    leafIndex: log.leafIndex,
    treeSize: log.treeSize,
    checkpoint: log.checkpoint,
  };
}

function commandsFor(release: VerifiedRelease, publicUrl: string): string[] {
  const files = filesOf(release);
  return [
    `curl -o certificate.json ${publicUrl}${certificateFile(release.id)}`,
    ...['/officers.json', ...files.map(({ href }) => href)].map((path) => `curl -O ${publicUrl}${path}`),
    `imprimatur verify certificate certificate.json --officers officers.json --file ${files.map(({ name }) => name).join(' ')}`,
  ];
}
