import {
  type CaseAction,
  type CheckedRulesView,
  type DocumentAction,
  type ExaminedDecisionView,
  type ExplanationView,
  type PreviewedRulesView,
  type ReadableView,
  type ReadersView,
  type ReplayedView,
  type RulesView,
  type WhatIfInput,
  type WhatIfView,
  checkedRulesSchema,
  examinedDecisionSchema,
  explanationSchema,
  previewedRulesSchema,
  readableSchema,
  readersSchema,
  replayedSchema,
  rulesSchema,
  whatIfAnswerSchema,
} from '#contracts';
import { ApiConnection } from './api-connection';

/** In which session, and as of which moment; of this very one when none is named, in a session that is stepped up. */
export interface Supposed {
  readonly at?: string;
  readonly steppedUp?: boolean;
}

interface AskedPage extends Supposed {
  readonly cursor?: string;
  readonly limit?: number;
}

export interface AskedDecision extends Supposed {
  readonly person: string;
  readonly document?: string;
  readonly portion?: string;
  readonly case?: string;
  readonly action?: DocumentAction | CaseAction;
}

/** What can be asked about access itself: why, who, what if, and by which rules. */
export abstract class AccessConnection extends ApiConnection {
  /** Why one may or may not do something with a document, or a portion of it, that one may know of. */
  explainDocument(
    id: string,
    asked: { readonly action?: DocumentAction; readonly portion?: string } = {},
  ): Promise<ExplanationView> {
    return this.ask('GET', `documents/${id}/explain`, explanationSchema, { query: { ...asked } });
  }

  explainCase(id: string, action?: CaseAction): Promise<ExplanationView> {
    return this.ask('GET', `cases/${id}/explain`, explanationSchema, { query: { action } });
  }

  /** Why somebody else may or may not, now or at a moment that has passed; for security officers. */
  examineDecision(asked: AskedDecision): Promise<ExaminedDecisionView> {
    return this.ask('GET', 'examine/decision', examinedDecisionSchema, { query: { ...asked } });
  }

  whoCanRead(document: string, asked: AskedPage & { readonly verdict?: 'permit' | 'deny' } = {}): Promise<ReadersView> {
    return this.ask('GET', `examine/documents/${document}/readers`, readersSchema, { query: { ...asked } });
  }

  whatCanRead(person: string, asked: AskedPage & { readonly count?: boolean } = {}): Promise<ReadableView> {
    return this.ask('GET', `examine/people/${person}/documents`, readableSchema, { query: { ...asked } });
  }

  whatIf(command: WhatIfInput): Promise<WhatIfView> {
    return this.ask('POST', 'examine/what-if', whatIfAnswerSchema, { json: command });
  }

  /** A recorded decision, made again and as of today. */
  replay(event: string): Promise<ReplayedView> {
    return this.ask('POST', 'examine/replays', replayedSchema, { json: { event } });
  }

  rules(): Promise<RulesView> {
    return this.ask('GET', 'rules', rulesSchema);
  }

  checkRules(rules: unknown, worlds: readonly unknown[] = []): Promise<CheckedRulesView> {
    return this.ask('POST', 'rules/check', checkedRulesSchema, { json: { rules, worlds } });
  }

  previewRules(rules: unknown): Promise<PreviewedRulesView> {
    return this.ask('POST', 'rules/preview', previewedRulesSchema, { json: { rules } });
  }
}
