import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';

/** Serves the OpenAPI 3.1 document at /api/openapi.json and a page to browse it at /api/docs. */
export function describeApi(app: NestFastifyApplication): void {
  SwaggerModule.setup('docs', app, () => openApiOf(app), {
    useGlobalPrefix: true,
    jsonDocumentUrl: 'openapi.json',
    customSiteTitle: 'Imprimatur API',
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
  return SwaggerModule.createDocument(app, description);
}
