import { type DynamicModule, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { PassportModule } from '@nestjs/passport';
import { AccessPolicy, Installation } from '#access';
import { Refusals } from '#audit';
import { Clock, SeparateTransactions, Transactions } from '#database';
import { PolicySet } from '#marking';
import { HealthController } from './health.controller';
import { RouteGuard } from './platform/route.guard';

/** What the api is made of: everything that lives outside HTTP, opened by `main` or by a test. */
export interface ApiParts {
  readonly transactions: Transactions;
  readonly separate: SeparateTransactions;
  readonly policies: PolicySet;
  readonly access: AccessPolicy;
  readonly installation: Installation;
  readonly clock: Clock;
}

/** Wiring of the HTTP application. */
@Module({})
export class ApiModule {
  static over(parts: ApiParts): DynamicModule {
    return {
      module: ApiModule,
      global: true,
      imports: [PassportModule],
      controllers: [HealthController],
      providers: [
        { provide: Transactions, useValue: parts.transactions },
        { provide: SeparateTransactions, useValue: parts.separate },
        { provide: PolicySet, useValue: parts.policies },
        { provide: AccessPolicy, useValue: parts.access },
        { provide: Installation, useValue: parts.installation },
        { provide: Clock, useValue: parts.clock },
        { provide: Refusals, useValue: new Refusals(parts.separate, parts.clock) },
        { provide: APP_GUARD, useClass: RouteGuard },
      ],
    };
  }
}
