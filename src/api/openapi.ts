import { z } from 'zod';
import { SendCommand } from '../../schemas/index.ts';
import { ROUTES } from './routes-table.ts';

/** OpenAPI 3.1 of the operator API, made from the table of routes. */
export function openapi(): Readonly<Record<string, unknown>> {
  const problem = { description: 'problem+json with a stable code', content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } } };
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of ROUTES) {
    const path = route.path.replace(/:(\w+)/g, '{$1}');
    const parameters = [...route.path.matchAll(/:(\w+)/g)].map(([, name]) => ({ name, in: 'path', required: true, schema: { type: 'string' } }));
    const sends = route.path === '/v1/messages' || route.path === '/v1/messages/preview';
    const form = { schema: { type: 'object', required: ['file'], properties: { file: { type: 'string', format: 'binary' } } } };
    const body = route.streams
      ? { requestBody: { required: true, content: { 'multipart/form-data': form } } }
      : route.method === 'post' && sends
        ? { requestBody: { required: true, content: { 'application/json': { schema: { $ref: '#/components/schemas/SendCommand' } } } } }
        : {};
    paths[path] = {
      ...paths[path],
      [route.method]: {
        summary: route.summary,
        description: `Scope: ${route.scope}.`,
        parameters,
        ...body,
        responses: { '2XX': { description: 'done' }, '4XX': problem, '5XX': problem },
      },
    };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Parlance operator API', version: '1' },
    security: [{ key: [] }],
    paths,
    components: {
      securitySchemes: { key: { type: 'http', scheme: 'bearer' } },
      schemas: {
        SendCommand: z.toJSONSchema(SendCommand, { io: 'input', unrepresentable: 'any' }),
        Problem: {
          type: 'object',
          required: ['type', 'title', 'status', 'code'],
          properties: {
            type: { type: 'string' },
            title: { type: 'string' },
            status: { type: 'integer' },
            code: { type: 'string' },
            detail: { type: 'string' },
            advice: { type: 'string' },
            pointer: { type: 'string' },
          },
        },
      },
    },
  };
}
