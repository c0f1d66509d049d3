import { type DynamicModule, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { PassportModule } from '@nestjs/passport';
import { AccessPolicy, Installation } from '#access';
import { AdmissionModule } from '#admission';
import { AuditModule, Refusals } from '#audit';
import { Clock, Cursors, ExaminerTransactions, SeparateTransactions, Transactions } from '#database';
import { Notifications } from '#duties';
import { ExaminationModule } from '#examination';
import { PolicySet } from '#marking';
import { PeopleModule, TrustAnchor } from '#people';
import { RecordsModule } from '#records';
import { ReleaseModule } from '#release';
import { AccessListsController } from './access-lists.controller';
import { AccessRequestsController } from './access-requests.controller';
import { AttachmentsController } from './attachments.controller';
import { AuditController } from './audit.controller';
import { BreakGlassController } from './break-glass.controller';
import { CaseVerbs, StoppingVerbs } from './case-verbs';
import { CasesController } from './cases.controller';
import { DocumentsController } from './documents.controller';
import { ExamineController } from './examine.controller';
import { ExplainController } from './explain.controller';
import { HealthController } from './health.controller';
import { InstrumentsController } from './instruments.controller';
import { NotificationsController } from './notifications.controller';
import { RouteGuard } from './platform/route.guard';
import { ProposalsController } from './proposals.controller';
import { RulesController } from './rules.controller';
import { SearchController } from './search.controller';
import { SessionController } from './session.controller';
import { ApiTokenStrategy } from './strategies/api-token.strategy';
import { SessionCookieStrategy } from './strategies/session-cookie.strategy';
import { TargetsController } from './targets.controller';
import { TokensController } from './tokens.controller';

/** What the api is made of: everything that lives outside HTTP, opened by `main` or by a test. */
export interface ApiParts {
  readonly transactions: Transactions;
  /** Connections of their own for the record of refusals, which must not wait behind what is refused. */
  readonly separate: SeparateTransactions;
  /** Connections as the examiner's role. */
  readonly examiner: ExaminerTransactions;
  readonly policies: PolicySet;
  readonly access: AccessPolicy;
  readonly installation: Installation;
  readonly anchor: TrustAnchor;
  readonly cursors: Cursors;
  readonly clock: Clock;
}

/** The parts that live outside HTTP, for every room. */
@Module({})
class PartsModule {
  static over(parts: ApiParts): DynamicModule {
    const providers = [
      { provide: Transactions, useValue: parts.transactions },
      { provide: SeparateTransactions, useValue: parts.separate },
      { provide: ExaminerTransactions, useValue: parts.examiner },
      { provide: PolicySet, useValue: parts.policies },
      { provide: AccessPolicy, useValue: parts.access },
      { provide: Installation, useValue: parts.installation },
      { provide: TrustAnchor, useValue: parts.anchor },
      { provide: Cursors, useValue: parts.cursors },
      { provide: Clock, useValue: parts.clock },
      { provide: Refusals, useValue: new Refusals(parts.separate, parts.clock) },
    ];
    return { module: PartsModule, global: true, providers, exports: providers.map(({ provide }) => provide) };
  }
}

const CONTROLLERS = [
  AccessListsController,
  AccessRequestsController,
  AttachmentsController,
  AuditController,
  BreakGlassController,
  CasesController,
  DocumentsController,
  ExamineController,
  ExplainController,
  HealthController,
  InstrumentsController,
  NotificationsController,
  ProposalsController,
  RulesController,
  SearchController,
  SessionController,
  TargetsController,
  TokensController,
];

/** Wiring of the HTTP application. */
@Module({})
export class ApiModule {
  static over(parts: ApiParts): DynamicModule {
    return {
      module: ApiModule,
      imports: [
        PartsModule.over(parts),
        PassportModule,
        PeopleModule,
        RecordsModule,
        ReleaseModule,
        AuditModule,
        AdmissionModule,
        ExaminationModule,
      ],
      controllers: CONTROLLERS,
      providers: [
        SessionCookieStrategy,
        ApiTokenStrategy,
        StoppingVerbs,
        CaseVerbs,
        Notifications,
        { provide: APP_GUARD, useClass: RouteGuard },
      ],
    };
  }
}
