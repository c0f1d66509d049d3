import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { problemSchema } from '#contracts';

/** Serves the OpenAPI 3.1 document at /api/openapi.json and a page to browse it at /api/docs. */
export function describeApi(app: NestFastifyApplication): void {
  SwaggerModule.setup('docs', app, () => openApiOf(app), {
    useGlobalPrefix: true,
    jsonDocumentUrl: 'openapi.json',
    raw: ['json'],
    customSiteTitle: 'Imprimatur API',
    // Nothing of the page may ask another host: not for the badge of a validator either.
    swaggerOptions: { validatorUrl: null },
  });
}

/** The OpenAPI 3.1 document of every route. */
export function openApiOf(app: NestFastifyApplication): OpenAPIObject {
  const description = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Imprimatur')
    .setDescription(
      'Portion-marked documents, each reader their cut; cases that move portions to the public by signed decisions; the record of all of it. ' +
        'Every refusal is problem+json with a stable code and every reason that the caller may know.',
    )
    .setVersion('1')
    .addCookieAuth('imprimatur_session', { type: 'apiKey', in: 'cookie' }, 'session-cookie')
    .addBearerAuth({ type: 'http', scheme: 'bearer' }, 'api-token')
    .build();
  return withProblems(SwaggerModule.createDocument(app, description));
}

const PROBLEM = problemSchema.meta()?.id ?? 'Problem';
const PROBLEM_CONTENT = { 'application/problem+json': { schema: { $ref: `#/components/schemas/${PROBLEM}` } } };

/** Every operation answers problems, and every problem is problem+json: said once here, not at each route. */
function withProblems(document: OpenAPIObject): OpenAPIObject {
  for (const path of Object.values(document.paths)) {
    for (const operation of [path.get, path.post, path.put, path.delete]) {
      if (operation === undefined) continue;
      for (const [status, response] of Object.entries(operation.responses)) {
        if (/^[45]/.test(status) && response !== undefined && !('$ref' in response)) response.content = PROBLEM_CONTENT;
      }
      operation.responses['default'] = {
        description: 'Refused: a stable code, and every reason that you may know',
        content: PROBLEM_CONTENT,
      };
    }
  }
  return document;
}
