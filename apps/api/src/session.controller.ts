import { Body, Controller, Delete, Get, HttpCode, Post, Req, Res } from '@nestjs/common';
import { ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Actor } from '#access';
import {
  type MeView,
  type SignIn,
  type StepUp,
  meSchema,
  problemSchema,
  signInSchema,
  signedInSchema,
  stepUpSchema,
} from '#contracts';
import { SESSION_HOURS, Sessions } from '#people';
import { CurrentActor } from './platform/actor';
import { Permission } from './platform/permission';
import { SESSION_COOKIE } from './strategies/session-cookie.strategy';

/** Signing in and out, and who one is. */
@ApiTags('session')
@Controller()
export class SessionController {
  constructor(private readonly sessions: Sessions) {}

  @Post('session')
  @HttpCode(200)
  @Permission('public')
  @ApiResponse({ status: 200, description: 'Signed in', standardSchema: signedInSchema })
  @ApiResponse({ status: 401, description: 'The name or the password is not right', standardSchema: problemSchema })
  async signIn(
    @Body({ schema: signInSchema }) body: SignIn,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<{ session: string; me: MeView }> {
    const { sid, actor } = await this.sessions.open(body.username, body.password, request.id);
    void reply.setCookie(SESSION_COOKIE, sid, {
      path: '/api',
      httpOnly: true,
      sameSite: 'strict',
      secure: request.protocol === 'https',
      maxAge: SESSION_HOURS * 3600,
    });
    return { session: sid, me: viewOf(actor) };
  }

  @Post('session/step-up')
  @HttpCode(200)
  @Permission({ scope: 'me' })
  @ApiResponse({
    status: 200,
    description: 'The session may now be shown what asks for a second factor',
    standardSchema: meSchema,
  })
  @ApiResponse({
    status: 403,
    description: 'The code is not right, was used before, or comes after too many others',
    standardSchema: problemSchema,
  })
  async stepUp(@CurrentActor() actor: Actor, @Body({ schema: stepUpSchema }) body: StepUp): Promise<MeView> {
    return viewOf(await this.sessions.stepUp(actor, body.code));
  }

  @Delete('session')
  @HttpCode(204)
  @Permission({ scope: 'me' })
  async signOut(@CurrentActor() actor: Actor, @Res({ passthrough: true }) reply: FastifyReply): Promise<void> {
    await this.sessions.close(actor);
    void reply.clearCookie(SESSION_COOKIE, { path: '/api' });
  }

  @Get('me')
  @Permission({ scope: 'me' })
  @ApiResponse({ status: 200, description: 'Who you are, and what you hold at this moment', standardSchema: meSchema })
  me(@CurrentActor() actor: Actor): MeView {
    return viewOf(actor);
  }
}

const viewOf = (actor: Actor): MeView => ({
  person: actor.personId,
  identity: actor.identity,
  office: actor.office,
  nation: actor.nation,
  organisation: actor.organisation,
  roles: [...actor.roles],
  clearances: actor.clearances.map(({ policy, classifications }) => ({
    policy,
    classifications: [...classifications],
  })),
  scopes: actor.scopes === null ? null : [...actor.scopes],
  needToKnow: [...actor.tokens],
  unacknowledged: [...actor.unacknowledged],
  steppedUpUntil: actor.steppedUpUntil,
  expiresAt: actor.expiresAt,
});
